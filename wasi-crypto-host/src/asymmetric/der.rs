//! Keys in DER whose algorithm identifier has no parameters, as the newer algorithms have it.

use pkcs8::der::asn1::{BitStringRef, OctetStringRef};
use pkcs8::der::{Decode, Encode, SecretDocument};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};

use crate::errno::Errno;
use crate::secret::Secret;

/// Reads a `PrivateKeyInfo` or `OneAsymmetricKey`. `invalid_key` if it is none of this algorithm.
pub(crate) fn read_private(oid: ObjectIdentifier, der: &[u8]) -> Result<PrivateKeyInfoRef<'_>, Errno> {
    let info = PrivateKeyInfoRef::try_from(der).map_err(|_| Errno::InvalidKey)?;
    if info.algorithm == without_parameters(oid) { Ok(info) } else { Err(Errno::InvalidKey) }
}

/// Writes a `PrivateKeyInfo` around an algorithm's own DER (version 1, without the public key, as OpenSSL does).
pub(crate) fn write_private(oid: ObjectIdentifier, inner: &[u8]) -> Result<Secret, Errno> {
    let write =
        || SecretDocument::encode_msg(&PrivateKeyInfoRef::new(without_parameters(oid), OctetStringRef::new(inner)?));
    write().map(|document| Secret::from(document.as_bytes())).map_err(|_| Errno::InternalError)
}

/// Reads a `SubjectPublicKeyInfo`. `invalid_key` if it is none of this algorithm.
pub(crate) fn read_public(oid: ObjectIdentifier, der: &[u8]) -> Result<&[u8], Errno> {
    let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| Errno::InvalidKey)?;
    if info.algorithm != without_parameters(oid) {
        return Err(Errno::InvalidKey);
    }
    info.subject_public_key.as_bytes().ok_or(Errno::InvalidKey)
}

/// Writes a `SubjectPublicKeyInfo`.
pub(crate) fn write_public(oid: ObjectIdentifier, public: &[u8]) -> Result<Vec<u8>, Errno> {
    let write = || {
        let subject_public_key = BitStringRef::from_bytes(public)?;
        SubjectPublicKeyInfoRef { algorithm: without_parameters(oid), subject_public_key }.to_der()
    };
    write().map_err(|_| Errno::InternalError)
}

fn without_parameters(oid: ObjectIdentifier) -> AlgorithmIdentifierRef<'static> {
    AlgorithmIdentifierRef { oid, parameters: None }
}
