//! Ed25519 (RFC 8032): signatures by ed25519-dalek, whose way to them is shorter than ring's; verification by ring.

use ed25519_dalek::Signer;

use crate::backend::ring;
use crate::errno::Errno;
use crate::secret::Wiped;

/// The size of a seed and of a public key, in bytes.
pub(crate) const KEY_LEN: usize = 32;

/// A signing key with its public half.
pub(crate) struct SigningKey(Box<Wiped<ed25519_dalek::SigningKey>>);

impl SigningKey {
    /// `invalid_key` unless the seed has 32 bytes.
    pub(crate) fn from_seed(seed: &[u8]) -> Result<Self, Errno> {
        let key = ed25519_dalek::SigningKey::try_from(seed).map_err(|_| Errno::InvalidKey)?;
        Ok(Self(Wiped::boxed(key)))
    }

    pub(crate) fn public(&self) -> [u8; KEY_LEN] {
        self.0.verifying_key().to_bytes()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_bytes().to_vec()
    }
}

pub(crate) fn verify(public: &[u8; KEY_LEN], message: &[u8], signature: &[u8]) -> Result<(), Errno> {
    ring::ed25519::verify(public, message, signature)
}
