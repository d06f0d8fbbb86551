//! X25519 (RFC 7748): agreements of x25519-dalek, key checks of curve25519-dalek.

use curve25519_dalek::MontgomeryPoint;
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

/// Whether the bytes are the canonical encoding of a point on the curve, not on its twist, of the prime-order subgroup.
pub(crate) fn is_sound(public: &[u8; KEY_LEN]) -> bool {
    // The sign of the Edwards point decides nothing here.
    MontgomeryPoint(*public).to_edwards(0).is_some_and(|point| {
        point.to_montgomery().as_bytes() == public && !point.is_small_order() && point.is_torsion_free()
    })
}
