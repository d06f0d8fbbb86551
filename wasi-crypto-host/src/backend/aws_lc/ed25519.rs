//! Ed25519 (RFC 8032) of AWS-LC.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use crate::backend::curve25519;
use crate::errno::Errno;
use crate::secret::Wiped;

/// The size of a seed and of a public key, in bytes.
pub(crate) const KEY_LEN: usize = 32;

/// An expanded signing key.
pub(crate) struct SigningKey(Box<Wiped<Ed25519KeyPair>>);

impl SigningKey {
    /// `invalid_key` unless the seed has 32 bytes.
    pub(crate) fn from_seed(seed: &[u8]) -> Result<Self, Errno> {
        let key = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| Errno::InvalidKey)?;
        Ok(Self(Wiped::boxed(key)))
    }

    pub(crate) fn public(&self) -> PublicKey {
        let mut public = [0; KEY_LEN];
        public.copy_from_slice(self.0.public_key().as_ref());
        PublicKey(public)
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}

/// The encoding of a public key: the library decodes it each time.
pub(crate) struct PublicKey([u8; KEY_LEN]);

impl PublicKey {
    /// `None` unless the bytes are the encoding of a point.
    pub(crate) fn decode(encoded: &[u8; KEY_LEN]) -> Option<Self> {
        curve25519::decode(encoded).map(|_| Self(*encoded))
    }

    pub(crate) fn encoded(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
        UnparsedPublicKey::new(&ED25519, self.0).verify(message, signature).map_err(|_| Errno::VerificationFailed)
    }
}
