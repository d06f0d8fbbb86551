//! X25519 (RFC 7748): agreements of x25519-dalek or AWS-LC, key checks of curve25519-dalek.

use curve25519_dalek::MontgomeryPoint;

use crate::secret::Secret;

/// The size of keys and shared secrets in bytes.
pub(crate) const KEY_LEN: usize = 32;

pub(crate) use library::{diffie_hellman, public_of};

/// The shared secret with any public key: zero with those of low order, which is for the protocol to allow.
pub(crate) fn shared_with_any(secret: &[u8; KEY_LEN], public: &[u8; KEY_LEN]) -> Secret {
    let computed = || Secret::from(&MontgomeryPoint(*public).mul_clamped(*secret).0[..]);
    diffie_hellman(secret, public).unwrap_or_else(computed)
}

/// Whether the bytes are the canonical encoding of a point on the curve, not on its twist, of the prime-order subgroup.
pub(crate) fn is_sound(public: &[u8; KEY_LEN]) -> bool {
    // The sign of the Edwards point decides nothing here.
    MontgomeryPoint(*public).to_edwards(0).is_some_and(|point| {
        point.to_montgomery().as_bytes() == public && !point.is_small_order() && point.is_torsion_free()
    })
}

#[cfg(not(feature = "aws-lc-rs"))]
mod library {
    use x25519_dalek::{PublicKey, StaticSecret};

    use super::{KEY_LEN, Secret};

    pub(crate) fn public_of(secret: &[u8; KEY_LEN]) -> [u8; KEY_LEN] {
        PublicKey::from(&StaticSecret::from(*secret)).to_bytes()
    }

    /// The shared secret. `None` if the public key has low order, so that anybody knows it.
    pub(crate) fn diffie_hellman(secret: &[u8; KEY_LEN], public: &[u8; KEY_LEN]) -> Option<Secret> {
        let shared = StaticSecret::from(*secret).diffie_hellman(&PublicKey::from(*public));
        shared.was_contributory().then(|| Secret::from(&shared.as_bytes()[..]))
    }
}

#[cfg(feature = "aws-lc-rs")]
mod library {
    use aws_lc_rs::agreement::{PrivateKey, UnparsedPublicKey, X25519, agree};

    use super::{KEY_LEN, Secret};

    pub(crate) fn public_of(secret: &[u8; KEY_LEN]) -> [u8; KEY_LEN] {
        let public = private_key(secret).compute_public_key().expect("every X25519 secret has a public key");
        public.as_ref().try_into().expect("X25519 public keys have 32 bytes")
    }

    /// The shared secret. `None` if the public key has low order, so that anybody knows it.
    pub(crate) fn diffie_hellman(secret: &[u8; KEY_LEN], public: &[u8; KEY_LEN]) -> Option<Secret> {
        // AWS-LC refuses an all-zero result, as RFC 7748 section 6.1 advises.
        agree(&private_key(secret), UnparsedPublicKey::new(&X25519, public), (), |shared| Ok(Secret::from(shared))).ok()
    }

    fn private_key(secret: &[u8; KEY_LEN]) -> PrivateKey {
        PrivateKey::from_private_key(&X25519, secret).expect("any 32 bytes are an X25519 secret")
    }
}
