//! Records: what a store keeps of one version of a key or secret.

use std::fmt;

use crate::secret::Secret;
use crate::secrets::cipher::SealingKey;
use crate::secrets::{Identifier, SecretsError};

/// What a record is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// A key pair.
    KeyPair = 1,
    /// A symmetric key.
    SymmetricKey = 2,
    /// An external secret: bytes that mean nothing to the host.
    Secret = 3,
}

impl Kind {
    /// All kinds of keys.
    pub const KEYS: &[Self] = &[Self::KeyPair, Self::SymmetricKey];

    /// The kind with this number, in stores.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::KeyPair, Self::SymmetricKey, Self::Secret].into_iter().find(|kind| *kind as u8 == number)
    }

    /// Its name for people and programs, such as `key pair`.
    pub fn name(self) -> &'static str {
        match self {
            Self::KeyPair => "key pair",
            Self::SymmetricKey => "symmetric key",
            Self::Secret => "secret",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether a version can still be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum State {
    /// Yes, until it expires.
    Active = 0,
    /// No, and never again: what was sealed is gone, and the row only says that it was.
    Revoked = 1,
}

/// What is said of a version in the clear, and sealed with it: who changes it can no longer open the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What names it, together with the version.
    pub identifier: Identifier,
    /// Its version, from 1.
    pub version: u64,
    /// What it is.
    pub kind: Kind,
    /// The canonical name of the algorithm of a key; empty for a secret.
    pub algorithm: String,
    /// Whether it came from a guest or the operator, other than generated here.
    pub imported: bool,
    /// When this version was made, in seconds since 1970.
    pub created: u64,
    /// From when on it is no longer used, in seconds since 1970; none is never.
    pub expires: Option<u64>,
}

impl Header {
    /// Seals a key or secret under this header.
    pub(crate) fn seal(&self, namespace: &str, key: &SealingKey, text: &[u8]) -> Result<Vec<u8>, SecretsError> {
        key.seal(&self.associated_data(namespace), text)
    }

    /// Opens what was sealed under this header, and under no other.
    pub(crate) fn open(&self, namespace: &str, key: &SealingKey, sealed: &[u8]) -> Result<Secret, SecretsError> {
        key.open(&self.associated_data(namespace), sealed)?.ok_or_else(|| self.damaged(namespace))
    }

    /// What is said of it when it does not open.
    pub(crate) fn damaged(&self, namespace: &str) -> SecretsError {
        let Self { identifier, version, .. } = *self;
        SecretsError::Damaged { namespace: namespace.to_owned(), identifier, version }
    }

    /// Each field by its length or with a fixed one, so that no two headers are alike.
    fn associated_data(&self, namespace: &str) -> Vec<u8> {
        let mut data = Vec::with_capacity(160 + namespace.len());
        data.extend_from_slice(b"wasi-crypto record ");
        data.push(FORMAT);
        for text in [namespace, &self.algorithm] {
            data.extend_from_slice(&(text.len() as u64).to_le_bytes());
            data.extend_from_slice(text.as_bytes());
        }
        data.extend_from_slice(self.identifier.as_bytes());
        data.extend_from_slice(&self.version.to_le_bytes());
        data.push(self.kind as u8);
        data.push(self.imported.into());
        data.extend_from_slice(&self.created.to_le_bytes());
        data.push(self.expires.is_some().into());
        data.extend_from_slice(&self.expires.unwrap_or(0).to_le_bytes());
        data
    }
}

/// What a store says of a version without its sealed bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What is sealed with it.
    pub header: Header,
    /// Whether it can still be loaded.
    pub state: State,
    /// From when on the store may forget it, in seconds since 1970; none is never.
    pub keep_until: Option<u64>,
    /// How many bytes are sealed, with nonce and tag; none are of what was revoked.
    pub sealed_len: u64,
    /// Which of the keys of its namespace seals it; the first is 1.
    pub sealed_by: u32,
}

/// A row of a store: one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What lies open.
    pub entry: Entry,
    /// The key or secret, sealed; empty if it was revoked.
    pub sealed: Vec<u8>,
}

/// The way in which records are sealed; it is part of what is sealed.
const FORMAT: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::cipher::random_key;

    #[test]
    fn kinds_have_numbers_and_names() {
        let kinds =
            [(1, Kind::KeyPair, "key pair"), (2, Kind::SymmetricKey, "symmetric key"), (3, Kind::Secret, "secret")];
        for (number, kind, name) in kinds {
            assert_eq!((Kind::from_number(number), kind.name(), kind.to_string()), (Some(kind), name, name.to_owned()));
        }
        assert_eq!([0, 4, 255].map(Kind::from_number), [None; 3]);
    }

    #[test]
    fn a_record_opens_under_its_own_header_and_namespace_only() {
        let key = SealingKey::new(random_key().unwrap());
        let header = Header {
            identifier: Identifier::from_bytes(&[1; 32]).unwrap(),
            version: 1,
            kind: Kind::KeyPair,
            algorithm: "ED25519".to_owned(),
            imported: false,
            created: 1_000,
            expires: Some(2_000),
        };
        let sealed = header.seal("a", &key, b"seed").unwrap();
        assert_eq!(&*header.open("a", &key, &sealed).unwrap(), b"seed");
        let changed = |change: fn(&mut Header)| {
            let mut changed = header.clone();
            change(&mut changed);
            changed
        };
        for other in [
            changed(|header| header.identifier = Identifier::from_bytes(&[2; 32]).unwrap()),
            changed(|header| header.version = 2),
            changed(|header| header.kind = Kind::SymmetricKey),
            changed(|header| header.algorithm = "X25519".to_owned()),
            changed(|header| header.imported = true),
            changed(|header| header.created = 1_001),
            changed(|header| header.expires = Some(2_001)),
            changed(|header| header.expires = None),
        ] {
            assert!(matches!(other.open("a", &key, &sealed), Err(SecretsError::Damaged { .. })), "{other:?}");
        }
        assert!(header.open("b", &key, &sealed).is_err(), "another namespace");
    }

    #[test]
    fn what_two_fields_have_together_is_not_what_two_others_have() {
        let header = |algorithm: &str| Header {
            identifier: Identifier::from_bytes(&[1; 32]).unwrap(),
            version: 1,
            kind: Kind::KeyPair,
            algorithm: algorithm.to_owned(),
            imported: false,
            created: 0,
            expires: None,
        };
        assert_ne!(header("bc").associated_data("a"), header("c").associated_data("ab"));
        let endless = Header { expires: Some(0), ..header("a") };
        assert_ne!(endless.associated_data("a"), header("a").associated_data("a"));
    }
}
