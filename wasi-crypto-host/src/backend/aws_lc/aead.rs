//! AES-GCM (NIST SP 800-38D) and ChaCha20-Poly1305 (RFC 8439).

use std::sync::Arc;

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, Algorithm, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};

use crate::backend::traits;
use crate::booking::{ALLOCATION, COUNTS};
use crate::errno::Errno;
use crate::secret::Wiped;

/// The nonce size of all algorithms here, in bytes.
const NONCE_LEN: usize = 12;

/// What the library allocates behind a key: its `EVP_AEAD_CTX`.
const BEHIND: usize = 608 + ALLOCATION;

/// A key with its schedule worked out; clones share it.
#[derive(Clone)]
pub(crate) struct Key(Arc<Wiped<LessSafeKey>>);

impl Key {
    /// `invalid_key` if the size is not 16 bytes.
    pub(crate) fn aes_128_gcm(raw: &[u8]) -> Result<Self, Errno> {
        Self::new(&AES_128_GCM, raw)
    }

    /// `invalid_key` if the size is not 32 bytes.
    pub(crate) fn aes_256_gcm(raw: &[u8]) -> Result<Self, Errno> {
        Self::new(&AES_256_GCM, raw)
    }

    /// `invalid_key` if the size is not 32 bytes.
    pub(crate) fn chacha20_poly1305(raw: &[u8]) -> Result<Self, Errno> {
        Self::new(&CHACHA20_POLY1305, raw)
    }

    /// `invalid_key` if the size is not that of the algorithm's keys.
    pub(super) fn new(algorithm: &'static Algorithm, raw: &[u8]) -> Result<Self, Errno> {
        let key = UnboundKey::new(algorithm, raw).map_err(|_| Errno::InvalidKey)?;
        Ok(Self(Wiped::shared(LessSafeKey::new(key))))
    }
}

impl traits::Aead for Key {
    type Nonce = [u8; NONCE_LEN];

    fn held(&self) -> usize {
        size_of::<LessSafeKey>() + COUNTS + ALLOCATION + BEHIND
    }

    fn seal(&self, nonce: &Self::Nonce, ad: &[u8], buffer: &mut [u8], tag: &mut [u8]) -> Result<(), Errno> {
        let nonce = Nonce::assume_unique_for_key(*nonce);
        // A `match`, since to move a tag of odd alignment through `map_err` and `?` takes 10 ns.
        match self.0.seal_in_place_separate_tag(nonce, Aad::from(ad), buffer) {
            Ok(computed) => {
                tag.copy_from_slice(computed.as_ref());
                Ok(())
            }
            // Only for messages of 64 GiB and more, and associated data of more than any memory has.
            Err(_) => Err(Errno::Overflow),
        }
    }

    fn open(&self, nonce: &Self::Nonce, ad: &[u8], buffer: &mut [u8], tag: &[u8]) -> Result<(), Errno> {
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self.0.open_in_place_separate_tag(nonce, Aad::from(ad), tag, buffer);
        opened.map(|_| ()).map_err(|_| Errno::InvalidTag)
    }
}
