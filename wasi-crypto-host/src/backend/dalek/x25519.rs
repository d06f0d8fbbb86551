//! X25519 (RFC 7748) of x25519-dalek.

use x25519_dalek::{PublicKey, StaticSecret};

use crate::secret::Secret;

/// The size of keys and shared secrets in bytes.
pub(crate) const KEY_LEN: usize = 32;

/// Wiped when it is dropped.
pub(crate) struct SecretKey(StaticSecret);

impl SecretKey {
    pub(crate) fn new(raw: &[u8; KEY_LEN]) -> Self {
        Self(StaticSecret::from(*raw))
    }

    pub(crate) fn raw(&self) -> &[u8; KEY_LEN] {
        self.0.as_bytes()
    }

    pub(crate) fn public(&self) -> [u8; KEY_LEN] {
        PublicKey::from(&self.0).to_bytes()
    }

    /// The shared secret. `None` if the public key has low order, so that anybody knows it.
    pub(crate) fn agree(&self, public: &[u8; KEY_LEN]) -> Option<Secret> {
        let shared = self.0.diffie_hellman(&PublicKey::from(*public));
        shared.was_contributory().then(|| Secret::from(&shared.as_bytes()[..]))
    }
}
