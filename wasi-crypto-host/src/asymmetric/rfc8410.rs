//! Keys of the 25519 curves in DER, as RFC 8410 lays them out.

use pkcs8::ObjectIdentifier;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::{Decode, Encode};

use crate::asymmetric::der;
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
    let info = der::read_private(oid, der)?;
    let inner = <&OctetStringRef>::from_der(info.private_key.as_bytes()).map_err(|_| Errno::InvalidKey)?;
    if inner.as_bytes().len() != KEY_LEN {
        return Err(Errno::InvalidKey);
    }
    let public = info.public_key.map(|public| public.raw_bytes().to_vec());
    Ok(PrivateKey { secret: Secret::from(inner.as_bytes()), public })
}

/// Writes a `PrivateKeyInfo`.
pub(crate) fn write_private(oid: ObjectIdentifier, secret: &[u8]) -> Result<Secret, Errno> {
    let inner = OctetStringRef::new(secret).and_then(|octets| octets.to_der()).map_err(|_| Errno::InternalError)?;
    der::write_private(oid, &Secret::from_vec(inner))
}

/// Reads a `SubjectPublicKeyInfo`. `invalid_key` if it is none of this algorithm.
pub(crate) fn read_public(oid: ObjectIdentifier, der: &[u8]) -> Result<[u8; KEY_LEN], Errno> {
    der::read_public(oid, der)?.try_into().map_err(|_| Errno::InvalidKey)
}

/// Writes a `SubjectPublicKeyInfo`.
pub(crate) fn write_public(oid: ObjectIdentifier, public: &[u8]) -> Result<Vec<u8>, Errno> {
    der::write_public(oid, public)
}
