//! EC keys in DER: an `ECPrivateKey` (RFC 5915), alone or in PKCS#8, and a point in `SubjectPublicKeyInfo` (RFC 5480).
//!
//! Points are read by [`Curve::public_from_sec1`] wherever they stand.

use pkcs8::ObjectIdentifier;
use pkcs8::der::Decode;
use pkcs8::spki::AlgorithmIdentifierRef;
use sec1::EcPrivateKey;

use crate::asymmetric::der::{self, PrivateKeyInfo};
use crate::backend::ec::Curve;
use crate::errno::Errno;
use crate::secret::Secret;

/// `id-ecPublicKey` (RFC 5480).
const ALGORITHM_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// A secret key, and the public key where the encoding has it, of which the caller is to check that they belong together.
pub(crate) struct PrivateKey<C: Curve> {
    pub(crate) secret: C::Secret,
    pub(crate) public: Option<C::Public>,
}

/// Reads an `ECPrivateKey`. `invalid_key` if it is none of this curve.
pub(crate) fn read_private<C: Curve>(der: &[u8]) -> Result<PrivateKey<C>, Errno> {
    let key = EcPrivateKey::from_der(der).map_err(|_| Errno::InvalidKey)?;
    if key.parameters.is_some_and(|parameters| parameters.named_curve() != Some(C::OID)) {
        return Err(Errno::InvalidKey);
    }
    Ok(PrivateKey { secret: read_scalar::<C>(key.private_key)?, public: read_point::<C>(key.public_key)? })
}

/// Reads a `PrivateKeyInfo` with an `ECPrivateKey` in it, where both may have the public key.
pub(crate) fn read_pkcs8<C: Curve>(der: &[u8]) -> Result<PrivateKey<C>, Errno> {
    let info = PrivateKeyInfo::read(der)?;
    check_algorithm::<C>(info.algorithm)?;
    let PrivateKey { secret, public: inner } = read_private::<C>(info.private_key)?;
    let outer = read_point::<C>(info.public_key)?;
    match (inner, outer) {
        (Some(inner), Some(outer)) if inner != outer => Err(Errno::InvalidKey),
        (inner, outer) => Ok(PrivateKey { secret, public: inner.or(outer) }),
    }
}

/// Reads a `SubjectPublicKeyInfo`. `invalid_key` if it is none of this curve.
pub(crate) fn read_public<C: Curve>(der: &[u8]) -> Result<C::Public, Errno> {
    let (algorithm, point) = der::read_public(der)?;
    check_algorithm::<C>(algorithm)?;
    C::public_from_sec1(point).ok_or(Errno::InvalidKey)
}

/// What names the keys of a curve in DER.
pub(crate) fn algorithm<C: Curve>() -> AlgorithmIdentifierRef<'static> {
    AlgorithmIdentifierRef { oid: ALGORITHM_OID, parameters: Some((&C::OID).into()) }
}

fn check_algorithm<C: Curve>(found: AlgorithmIdentifierRef<'_>) -> Result<(), Errno> {
    if found == algorithm::<C>() { Ok(()) } else { Err(Errno::InvalidKey) }
}

fn read_point<C: Curve>(point: Option<&[u8]>) -> Result<Option<C::Public>, Errno> {
    point.map(|point| C::public_from_sec1(point).ok_or(Errno::InvalidKey)).transpose()
}

/// A scalar in any number of octets: GnuTLS writes a zero before every other one, and others leave leading zeros out.
fn read_scalar<C: Curve>(octets: &[u8]) -> Result<C::Secret, Errno> {
    let len = octets.len().min(C::FIELD_LEN);
    let (excess, octets) = octets.split_at(octets.len() - len);
    let mut raw = Secret::zeroed(C::FIELD_LEN);
    raw[C::FIELD_LEN - len..].copy_from_slice(octets);
    // How many zeros there are is part of the secret, so none is looked for.
    let fits = excess.iter().fold(0, |all, octet| all | octet) == 0;
    C::secret_from_raw(&raw).filter(|_| fits).ok_or(Errno::InvalidKey)
}
