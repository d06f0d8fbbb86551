//! Ed25519 (RFC 8032): signatures by ed25519-dalek, whose way to them is shorter than ring's; verification by ring.

use ed25519_dalek::Signer;

use crate::errno::Errno;
use crate::secret::Wiped;

pub(crate) use crate::backend::ring::ed25519::verify;

/// The sizes of a seed, a public key and a signature, in bytes.
pub(crate) const KEY_LEN: usize = 32;
pub(crate) const SIGNATURE_LEN: usize = 64;

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
