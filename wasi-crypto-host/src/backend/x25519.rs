//! X25519 (RFC 7748): agreements of x25519-dalek or AWS-LC, key checks of curve25519-dalek.

use curve25519_dalek::MontgomeryPoint;

use crate::secret::Secret;

/// The size of keys and shared secrets in bytes.
pub(crate) const KEY_LEN: usize = 32;

pub(crate) use library::SecretKey;

impl SecretKey {
    /// The shared secret with any public key: zero with those of low order, which is for the protocol to allow.
    pub(crate) fn agree_with_any(&self, public: &[u8; KEY_LEN]) -> Secret {
        // Computed, in case the library had another reason to refuse.
        let computed = || Secret::from(&MontgomeryPoint(*public).mul_clamped(*self.raw()).0[..]);
        self.agree(public).unwrap_or_else(computed)
    }
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
}

#[cfg(feature = "aws-lc-rs")]
mod library {
    use std::sync::OnceLock;

    use aws_lc_rs::agreement::{PrivateKey, UnparsedPublicKey, X25519, agree};
    use zeroize::Zeroizing;

    use super::{KEY_LEN, Secret};

    /// Wiped when it is dropped.
    pub(crate) struct SecretKey {
        raw: Zeroizing<[u8; KEY_LEN]>,
        /// With its public key, when first asked for. AWS-LC wipes what it frees.
        prepared: OnceLock<PrivateKey>,
    }

    impl SecretKey {
        pub(crate) fn new(raw: &[u8; KEY_LEN]) -> Self {
            Self { raw: Zeroizing::new(*raw), prepared: OnceLock::new() }
        }

        pub(crate) fn raw(&self) -> &[u8; KEY_LEN] {
            &self.raw
        }

        pub(crate) fn public(&self) -> [u8; KEY_LEN] {
            let public = self.prepared().compute_public_key().expect("every X25519 secret has a public key");
            public.as_ref().try_into().expect("X25519 public keys have 32 bytes")
        }

        /// The shared secret. `None` if the public key has low order, so that anybody knows it.
        pub(crate) fn agree(&self, public: &[u8; KEY_LEN]) -> Option<Secret> {
            // AWS-LC refuses an all-zero result, as RFC 7748 section 6.1 advises.
            let public = UnparsedPublicKey::new(&X25519, public);
            agree(self.prepared(), public, (), |shared| Ok(Secret::from(shared))).ok()
        }

        fn prepared(&self) -> &PrivateKey {
            let prepare = || PrivateKey::from_private_key(&X25519, &*self.raw);
            self.prepared.get_or_init(|| prepare().expect("any 32 bytes are an X25519 secret"))
        }
    }
}
