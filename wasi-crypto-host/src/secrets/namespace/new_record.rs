//! What is put into a namespace.

use crate::secrets::Kind;

/// A key or secret to put in.
#[derive(Clone, Copy)]
pub struct NewRecord<'a> {
    pub(super) kind: Kind,
    pub(super) algorithm: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) imported: bool,
    pub(super) expires: Option<u64>,
}

impl<'a> NewRecord<'a> {
    /// A key pair that the host generated, in its canonical encoding, and the canonical name of its algorithm.
    pub fn key_pair(algorithm: &'a str, bytes: &'a [u8]) -> Self {
        Self { kind: Kind::KeyPair, algorithm, bytes, imported: false, expires: None }
    }

    /// A symmetric key that the host generated, in its canonical encoding, and the canonical name of its algorithm.
    pub fn symmetric_key(algorithm: &'a str, bytes: &'a [u8]) -> Self {
        Self { kind: Kind::SymmetricKey, ..Self::key_pair(algorithm, bytes) }
    }

    /// An external secret, and when it expires, in seconds since 1970; that may have been long ago.
    pub fn secret(bytes: &'a [u8], expires: u64) -> Self {
        Self { kind: Kind::Secret, imported: true, expires: Some(expires), ..Self::key_pair("", bytes) }
    }

    /// The same key, which came from outside: a guest or the operator had it.
    pub fn imported(self) -> Self {
        Self { imported: true, ..self }
    }

    /// The same, which expires at this time, in seconds since 1970, or earlier if the policy says so.
    pub fn expires(self, at: u64) -> Self {
        Self { expires: Some(at), ..self }
    }
}
