//! AES-GCM (NIST SP 800-38D) and ChaCha20-Poly1305 (RFC 8439).

use std::sync::Arc;

use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, Algorithm, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};

use crate::backend::traits;
use crate::booking::{ALLOCATION, COUNTS};
use crate::errno::Errno;
use crate::secret::{STACK_OF_WORK, Wiped, in_wiped_frame};

/// The tag size of all algorithms here, in bytes.
const TAG_LEN: usize = 16;

/// The nonce size of all algorithms here, in bytes.
const NONCE_LEN: usize = 12;

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

    fn new(algorithm: &'static Algorithm, raw: &[u8]) -> Result<Self, Errno> {
        let key = UnboundKey::new(algorithm, raw).map_err(|_| Errno::InvalidKey)?;
        Ok(Self(Wiped::shared(LessSafeKey::new(key))))
    }

    /// Work with the key: ChaCha20 leaves pieces of it on the stack.
    #[inline(always)]
    fn working<R>(&self, work: impl FnOnce(&LessSafeKey) -> R) -> R {
        if *self.0.algorithm() == CHACHA20_POLY1305 {
            in_wiped_frame::<STACK_OF_WORK, _>(|| work(&self.0))
        } else {
            work(&self.0)
        }
    }
}

impl traits::Aead for Key {
    type Nonce = [u8; NONCE_LEN];

    fn held(&self) -> usize {
        size_of::<LessSafeKey>() + COUNTS + ALLOCATION
    }

    fn seal(&self, nonce: &Self::Nonce, ad: &[u8], buffer: &mut [u8], tag: &mut [u8]) -> Result<(), Errno> {
        let nonce = Nonce::assume_unique_for_key(*nonce);
        // A `match`, since to move a tag of odd alignment through `map_err` and `?` takes 10 ns.
        match self.working(|key| key.seal_in_place_separate_tag(nonce, Aad::from(ad), buffer)) {
            Ok(computed) => {
                tag.copy_from_slice(computed.as_ref());
                Ok(())
            }
            // Only for messages of 64 GiB and more.
            Err(_) => Err(Errno::Overflow),
        }
    }

    fn open(&self, nonce: &Self::Nonce, ad: &[u8], buffer: &mut [u8], tag: &[u8]) -> Result<(), Errno> {
        let nonce = Nonce::assume_unique_for_key(*nonce);
        // By way of an array, which is copied in one piece.
        let tag: [u8; TAG_LEN] = tag.try_into().map_err(|_| Errno::InvalidTag)?;
        let is_open =
            self.working(|key| key.open_in_place_separate_tag(nonce, Aad::from(ad), tag.into(), buffer, 0..).is_ok());
        if is_open { Ok(()) } else { Err(Errno::InvalidTag) }
    }
}
