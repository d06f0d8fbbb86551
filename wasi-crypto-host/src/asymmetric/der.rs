//! Keys in DER: what PKCS#8 (RFC 5208, RFC 5958) and `SubjectPublicKeyInfo` (RFC 5280) put around the key of an algorithm.

use pkcs8::der::asn1::{AnyRef, BitStringRef, OctetStringRef};
use pkcs8::der::{self, Decode, Encode, Reader, SecretDocument, Tag, TagNumber, Tagged};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};

use crate::errno::Errno;
use crate::secret::Secret;

/// A `PrivateKeyInfo` or `OneAsymmetricKey`, without its attributes, which say nothing about the key.
pub(crate) struct PrivateKeyInfo<'a> {
    pub(crate) algorithm: AlgorithmIdentifierRef<'a>,
    pub(crate) private_key: &'a [u8],
    /// For the caller to check that it belongs to the private key.
    pub(crate) public_key: Option<&'a [u8]>,
}

/// The versions of the structure (RFC 5958 section 2). Keys of the second should have a public key, and often have none.
const V1: u8 = 0;
const V2: u8 = 1;

const ATTRIBUTES: Tag = Tag::ContextSpecific { constructed: true, number: TagNumber(0) };
const PUBLIC_KEY: Tag = Tag::ContextSpecific { constructed: false, number: TagNumber(1) };

/// The public key with an EXPLICIT tag, as ring wrote it up to version 0.16 for Ed25519 keys.
const EXPLICIT_PUBLIC_KEY: Tag = Tag::ContextSpecific { constructed: true, number: TagNumber(1) };
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

impl<'a> PrivateKeyInfo<'a> {
    /// `invalid_key` if the bytes are nothing of the kind.
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, Errno> {
        let (version, info) =
            AnyRef::from_der(der).and_then(|info| info.sequence(read_fields)).map_err(|_| Errno::InvalidKey)?;
        match (version, info.public_key) {
            (V1, None) | (V2, _) => Ok(info),
            _ => Err(Errno::InvalidKey),
        }
    }

    /// As [`read`](Self::read), of an algorithm whose identifier has no parameters, as it is with the newer ones.
    pub(crate) fn read_as(oid: ObjectIdentifier, der: &'a [u8]) -> Result<Self, Errno> {
        let info = Self::read(der)?;
        if info.algorithm == without_parameters(oid) { Ok(info) } else { Err(Errno::InvalidKey) }
    }
}

fn read_fields<'a>(reader: &mut impl Reader<'a>) -> der::Result<(u8, PrivateKeyInfo<'a>)> {
    let version = u8::decode(reader)?;
    let algorithm = AlgorithmIdentifierRef::decode(reader)?;
    let private_key = <&OctetStringRef>::decode(reader)?.as_bytes();
    if !reader.is_finished() && Tag::peek(reader)? == ATTRIBUTES {
        AnyRef::decode(reader)?;
    }
    let mut public_key = None;
    if !reader.is_finished() {
        let field = AnyRef::decode(reader)?;
        let bits = match field.tag() {
            PUBLIC_KEY => AnyRef::new(Tag::BitString, field.value())?.decode_as::<BitStringRef<'_>>()?,
            EXPLICIT_PUBLIC_KEY if algorithm.oid == ED25519 => BitStringRef::from_der(field.value())?,
            other => return Err(other.unexpected_error(Some(PUBLIC_KEY)).into()),
        };
        public_key = Some(bits.as_bytes().ok_or_else(|| Tag::BitString.value_error())?);
    }
    Ok((version, PrivateKeyInfo { algorithm, private_key, public_key }))
}

/// Writes a `PrivateKeyInfo` around an algorithm's own DER (version 1, without the public key, as OpenSSL does).
pub(crate) fn write_private(algorithm: AlgorithmIdentifierRef<'_>, private_key: &[u8]) -> Result<Secret, Errno> {
    let write = || SecretDocument::encode_msg(&PrivateKeyInfoRef::new(algorithm, OctetStringRef::new(private_key)?));
    write().map(|document| Secret::from(document.as_bytes())).map_err(|_| Errno::InternalError)
}

/// Reads a `SubjectPublicKeyInfo`: its algorithm and the public key. `invalid_key` if the bytes are nothing of the kind.
pub(crate) fn read_public(der: &[u8]) -> Result<(AlgorithmIdentifierRef<'_>, &[u8]), Errno> {
    let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| Errno::InvalidKey)?;
    Ok((info.algorithm, info.subject_public_key.as_bytes().ok_or(Errno::InvalidKey)?))
}

/// As [`read_public`], of an algorithm whose identifier has no parameters.
pub(crate) fn read_public_as(oid: ObjectIdentifier, der: &[u8]) -> Result<&[u8], Errno> {
    let (algorithm, public_key) = read_public(der)?;
    if algorithm == without_parameters(oid) { Ok(public_key) } else { Err(Errno::InvalidKey) }
}

/// Writes a `SubjectPublicKeyInfo`.
pub(crate) fn write_public(algorithm: AlgorithmIdentifierRef<'_>, public_key: &[u8]) -> Result<Vec<u8>, Errno> {
    let write = || {
        let subject_public_key = BitStringRef::from_bytes(public_key)?;
        SubjectPublicKeyInfoRef { algorithm, subject_public_key }.to_der()
    };
    write().map_err(|_| Errno::InternalError)
}

/// The identifier of one of the newer algorithms.
pub(crate) fn without_parameters(oid: ObjectIdentifier) -> AlgorithmIdentifierRef<'static> {
    AlgorithmIdentifierRef { oid, parameters: None }
}
