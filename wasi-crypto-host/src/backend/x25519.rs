//! X25519 (RFC 7748).

use x25519_dalek::{PublicKey, StaticSecret};

use crate::secret::Secret;

/// The size of keys and shared secrets in bytes.
pub(crate) const KEY_LEN: usize = 32;

pub(crate) fn public_of(secret: &[u8; KEY_LEN]) -> [u8; KEY_LEN] {
    PublicKey::from(&StaticSecret::from(*secret)).to_bytes()
}

/// The shared secret. `None` if the public key has low order, so that anybody knows it.
pub(crate) fn diffie_hellman(secret: &[u8; KEY_LEN], public: &[u8; KEY_LEN]) -> Option<Secret> {
    let shared = StaticSecret::from(*secret).diffie_hellman(&PublicKey::from(*public));
    shared.was_contributory().then(|| Secret::from(&shared.as_bytes()[..]))
}

/// Whether no agreement with this public key is contributory.
pub(crate) fn is_low_order(public: &[u8; KEY_LEN]) -> bool {
    // Any secret will do: all are multiples of the cofactor.
    diffie_hellman(&[0x40; KEY_LEN], public).is_none()
}
