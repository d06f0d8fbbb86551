//! X25519 (RFC 7748) of AWS-LC.

use std::sync::OnceLock;

use aws_lc_rs::agreement::{PrivateKey, UnparsedPublicKey, X25519, agree};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// The size of keys and shared secrets in bytes.
pub(crate) const KEY_LEN: usize = 32;

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
