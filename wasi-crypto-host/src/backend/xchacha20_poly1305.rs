//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha): ChaCha20-Poly1305, from whichever provider the build has it, under a key and a nonce that are
//! derived.

use crate::backend::traits::Aead;
use crate::backend::{aead, hchacha};
use crate::errno::Errno;

/// The nonce size, in bytes.
const NONCE_LEN: usize = 24;

/// The tag size, in bytes.
pub(crate) const TAG_LEN: usize = 16;

/// A key as one nonce has changed it. It works with that nonce, whichever it is given.
#[derive(Clone)]
pub(crate) struct Subkey {
    key: aead::Key,
    inner_nonce: <aead::Key as Aead>::Nonce,
}

impl Subkey {
    pub(crate) fn new(key: &[u8; 32], nonce: &[u8; NONCE_LEN]) -> Result<Self, Errno> {
        let (subkey, inner_nonce) = hchacha::derive(key, nonce);
        Ok(Self { key: aead::Key::chacha20_poly1305(&*subkey)?, inner_nonce })
    }
}

impl Aead for Subkey {
    type Nonce = [u8; NONCE_LEN];

    fn held(&self) -> usize {
        self.key.held()
    }

    fn seal(&self, _: &Self::Nonce, ad: &[u8], buffer: &mut [u8], tag: &mut [u8]) -> Result<(), Errno> {
        self.key.seal(&self.inner_nonce, ad, buffer, tag)
    }

    fn open(&self, _: &Self::Nonce, ad: &[u8], buffer: &mut [u8], tag: &[u8]) -> Result<(), Errno> {
        self.key.open(&self.inner_nonce, ad, buffer, tag)
    }
}
