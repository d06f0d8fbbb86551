//! Keys of the 25519 and 448 curves in DER, as RFC 8410 lays them out.

use pkcs8::ObjectIdentifier;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::{Decode, Encode};

use crate::asymmetric::der::{self, PrivateKeyInfo};
use crate::errno::Errno;
use crate::secret::Secret;

pub(crate) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
pub(crate) const X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");

#[cfg(feature = "ed448")]
pub(crate) const ED448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.113");
#[cfg(feature = "ed448")]
pub(crate) const X448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.111");

/// A secret key read from DER, and the public key where the DER has it.
pub(crate) struct PrivateKey<'a> {
    pub(crate) secret: &'a [u8],
    pub(crate) public: Option<&'a [u8]>,
}

/// Reads a `PrivateKeyInfo` or `OneAsymmetricKey`. `invalid_key` if it is none of this algorithm, whose keys have `len` bytes.
pub(crate) fn read_private(oid: ObjectIdentifier, len: usize, der: &[u8]) -> Result<PrivateKey<'_>, Errno> {
    let info = PrivateKeyInfo::read_as(oid, der)?;
    let inner = <&OctetStringRef>::from_der(info.private_key).map_err(|_| Errno::InvalidKey)?;
    if inner.as_bytes().len() != len {
        return Err(Errno::InvalidKey);
    }
    Ok(PrivateKey { secret: inner.as_bytes(), public: info.public_key })
}

/// Writes a `PrivateKeyInfo`.
pub(crate) fn write_private(oid: ObjectIdentifier, secret: &[u8]) -> Result<Secret, Errno> {
    let inner = OctetStringRef::new(secret).and_then(|octets| octets.to_der()).map_err(|_| Errno::InternalError)?;
    der::write_private(der::without_parameters(oid), &Secret::from_vec(inner))
}

/// Reads a `SubjectPublicKeyInfo`. `invalid_key` if it is none of this algorithm.
pub(crate) fn read_public(oid: ObjectIdentifier, der: &[u8]) -> Result<&[u8], Errno> {
    der::read_public_as(oid, der)
}

/// Writes a `SubjectPublicKeyInfo`.
pub(crate) fn write_public(oid: ObjectIdentifier, public: &[u8]) -> Result<Vec<u8>, Errno> {
    der::write_public(der::without_parameters(oid), public)
}
