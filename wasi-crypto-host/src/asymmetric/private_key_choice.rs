//! Secret keys in DER that are a choice of a seed, the key expanded from it, or both: `ML-KEM-PrivateKey` (RFC 9935 section 6) and
//! `ML-DSA-PrivateKey` (RFC 9881 section 6).

use pkcs8::ObjectIdentifier;
use pkcs8::der::asn1::{AnyRef, OctetStringRef};
use pkcs8::der::{Decode, Encode, Tag, TagNumber, Tagged};
use subtle::ConstantTimeEq;

use crate::asymmetric::der::{self, PrivateKeyInfo};
use crate::errno::Errno;
use crate::secret::Secret;

/// A secret key as the DER has it.
pub(crate) struct PrivateKey<'a> {
    pub(crate) material: Material<'a>,
    /// The public key, where the DER has it.
    pub(crate) public: Option<&'a [u8]>,
}

pub(crate) enum Material<'a> {
    Seed(&'a [u8]),
    Expanded(&'a [u8]),
    Both { seed: &'a [u8], expanded: &'a [u8] },
}

/// The tag of a seed that stands alone.
const LONE_SEED: Tag = Tag::ContextSpecific { constructed: false, number: TagNumber(0) };

/// Reads a `PrivateKeyInfo` or `OneAsymmetricKey`. `invalid_key` if it is none of this algorithm.
pub(crate) fn read(oid: ObjectIdentifier, der: &[u8]) -> Result<PrivateKey<'_>, Errno> {
    let info = PrivateKeyInfo::read_as(oid, der)?;
    let choice = AnyRef::from_der(info.private_key).map_err(|_| Errno::InvalidKey)?;
    let material = match choice.tag() {
        LONE_SEED => Material::Seed(choice.value()),
        Tag::OctetString => Material::Expanded(choice.value()),
        Tag::Sequence => read_both(choice).map_err(|_| Errno::InvalidKey)?,
        _ => return Err(Errno::InvalidKey),
    };
    Ok(PrivateKey { material, public: info.public_key })
}

/// Writes a `PrivateKeyInfo` with the seed alone.
pub(crate) fn write_seed(oid: ObjectIdentifier, seed: &[u8]) -> Result<Secret, Errno> {
    write(oid, LONE_SEED, seed)
}

/// Writes a `PrivateKeyInfo` with the expanded key alone.
pub(crate) fn write_expanded(oid: ObjectIdentifier, expanded: &[u8]) -> Result<Secret, Errno> {
    write(oid, Tag::OctetString, expanded)
}

fn write(oid: ObjectIdentifier, tag: Tag, bytes: &[u8]) -> Result<Secret, Errno> {
    let inner = AnyRef::new(tag, bytes).and_then(|choice| choice.to_der()).map_err(|_| Errno::InternalError)?;
    der::write_private(der::without_parameters(oid), &Secret::from_vec(inner))
}

impl PrivateKey<'_> {
    /// `invalid_key` unless the parts that the DER repeats are those that the key gives.
    pub(crate) fn check(
        &self,
        expanded: impl FnOnce() -> Option<Secret>,
        public: impl FnOnce() -> Vec<u8>,
    ) -> Result<(), Errno> {
        if let Material::Both { expanded: given, .. } = self.material
            && !expanded().is_some_and(|expanded| expanded.ct_eq(given).into())
        {
            return Err(Errno::InvalidKey);
        }
        match self.public {
            Some(given) if public() != given => Err(Errno::InvalidKey),
            _ => Ok(()),
        }
    }
}

fn read_both(choice: AnyRef<'_>) -> pkcs8::der::Result<Material<'_>> {
    choice.sequence(|reader| {
        let seed = <&OctetStringRef>::decode(reader)?.as_bytes();
        let expanded = <&OctetStringRef>::decode(reader)?.as_bytes();
        Ok(Material::Both { seed, expanded })
    })
}
