//! Keys of the 25519 curves in DER, as RFC 8410 lays them out.

use pkcs8::der::asn1::{BitStringRef, OctetStringRef};
use pkcs8::der::{Decode, Encode, SecretDocument};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};

use crate::errno::Errno;
use crate::secret::Secret;

pub(crate) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
pub(crate) const X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");

/// The size of all keys here, in bytes.
pub(crate) const KEY_LEN: usize = 32;

/// A secret key read from DER, and the public key where the DER has it.
pub(crate) struct PrivateKey {
    pub(crate) secret: Secret,
    pub(crate) public: Option<Vec<u8>>,
}

/// Reads a `PrivateKeyInfo` or `OneAsymmetricKey`. `invalid_key` if it is none of this algorithm.
pub(crate) fn read_private(oid: ObjectIdentifier, der: &[u8]) -> Result<PrivateKey, Errno> {
    let info = PrivateKeyInfoRef::try_from(der).map_err(|_| Errno::InvalidKey)?;
    if info.algorithm.oid != oid || info.algorithm.parameters.is_some() {
        return Err(Errno::InvalidKey);
    }
    let inner = <&OctetStringRef>::from_der(info.private_key.as_bytes()).map_err(|_| Errno::InvalidKey)?;
    if inner.as_bytes().len() != KEY_LEN {
        return Err(Errno::InvalidKey);
    }
    let public = info.public_key.map(|public| public.raw_bytes().to_vec());
    Ok(PrivateKey { secret: Secret::from(inner.as_bytes()), public })
}

/// Writes a `PrivateKeyInfo` (version 1, without the public key, as OpenSSL does).
pub(crate) fn write_private(oid: ObjectIdentifier, secret: &[u8]) -> Result<Secret, Errno> {
    let write = || {
        let inner = Secret::from_vec(OctetStringRef::new(secret)?.to_der()?);
        let algorithm = AlgorithmIdentifierRef { oid, parameters: None };
        SecretDocument::encode_msg(&PrivateKeyInfoRef::new(algorithm, OctetStringRef::new(&inner)?))
    };
    write().map(|document| Secret::from(document.as_bytes())).map_err(|_| Errno::InternalError)
}

/// Reads a `SubjectPublicKeyInfo`. `invalid_key` if it is none of this algorithm.
pub(crate) fn read_public(oid: ObjectIdentifier, der: &[u8]) -> Result<[u8; KEY_LEN], Errno> {
    let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| Errno::InvalidKey)?;
    if info.algorithm.oid != oid || info.algorithm.parameters.is_some() {
        return Err(Errno::InvalidKey);
    }
    let bits = info.subject_public_key.as_bytes().ok_or(Errno::InvalidKey)?;
    bits.try_into().map_err(|_| Errno::InvalidKey)
}

/// Writes a `SubjectPublicKeyInfo`.
pub(crate) fn write_public(oid: ObjectIdentifier, public: &[u8]) -> Result<Vec<u8>, Errno> {
    let write = || {
        let algorithm = AlgorithmIdentifierRef { oid, parameters: None };
        SubjectPublicKeyInfoRef { algorithm, subject_public_key: BitStringRef::from_bytes(public)? }.to_der()
    };
    write().map_err(|_| Errno::InternalError)
}
