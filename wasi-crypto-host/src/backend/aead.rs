//! AES-GCM (NIST SP 800-38D), ChaCha20-Poly1305 (RFC 8439), and the key derivation of XChaCha20-Poly1305
//! (draft-irtf-cfrg-xchacha section 2.3).

use std::sync::Arc;

use crate::backend::provider::aead::{Aad, LessSafeKey, Nonce, UnboundKey};
use chacha20::R20;
use zeroize::Zeroizing;

use crate::booking::{ALLOCATION, COUNTS};
use crate::errno::Errno;
use crate::secret::Wiped;

pub(crate) use crate::backend::provider::aead::{AES_128_GCM, AES_256_GCM, Algorithm, CHACHA20_POLY1305};

/// The tag size of all algorithms here, in bytes.
pub(crate) const TAG_LEN: usize = 16;

/// The nonce size of all algorithms here, in bytes.
pub(crate) const NONCE_LEN: usize = 12;

/// What the library allocates behind a key: AWS-LC's `EVP_AEAD_CTX`.
const BEHIND: usize = if cfg!(feature = "aws-lc-rs") { 608 + ALLOCATION } else { 0 };

/// A key with its schedule worked out; clones share it.
#[derive(Clone)]
pub(crate) struct Key(Arc<Wiped<LessSafeKey>>);

impl Key {
    /// Bytes to book for what the copies of a key share.
    pub(crate) fn held(&self) -> usize {
        size_of::<LessSafeKey>() + COUNTS + ALLOCATION + BEHIND
    }

    /// `invalid_key` if the size is not the algorithm's.
    pub(crate) fn new(algorithm: &'static Algorithm, raw: &[u8]) -> Result<Self, Errno> {
        let key = UnboundKey::new(algorithm, raw).map_err(|_| Errno::InvalidKey)?;
        Ok(Self(Wiped::shared(LessSafeKey::new(key))))
    }

    /// Encrypts `buffer` in place and fills `tag`.
    pub(crate) fn seal(
        &self,
        nonce: [u8; NONCE_LEN],
        ad: &[u8],
        buffer: &mut [u8],
        tag: &mut [u8],
    ) -> Result<(), Errno> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        // A `match`, since to move a tag of odd alignment through `map_err` and `?` takes 10 ns.
        match self.0.seal_in_place_separate_tag(nonce, Aad::from(ad), buffer) {
            Ok(computed) => {
                tag.copy_from_slice(computed.as_ref());
                Ok(())
            }
            // Only for messages of 64 GiB and more.
            Err(_) => Err(Errno::Overflow),
        }
    }

    /// Decrypts `buffer` in place. `invalid_tag` if it does not verify; the buffer then holds anything.
    pub(crate) fn open(&self, nonce: [u8; NONCE_LEN], ad: &[u8], buffer: &mut [u8], tag: &[u8]) -> Result<(), Errno> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        #[cfg(feature = "aws-lc-rs")]
        let opened = self.0.open_in_place_separate_tag(nonce, Aad::from(ad), tag, buffer);
        #[cfg(not(feature = "aws-lc-rs"))]
        let opened = {
            // By way of an array, which is copied in one piece.
            let tag: [u8; TAG_LEN] = tag.try_into().map_err(|_| Errno::InvalidTag)?;
            self.0.open_in_place_separate_tag(nonce, Aad::from(ad), tag.into(), buffer, 0..)
        };
        opened.map(|_| ()).map_err(|_| Errno::InvalidTag)
    }
}

/// Derives the ChaCha20-Poly1305 key and nonce that stand for an XChaCha20-Poly1305 key and nonce.
pub(crate) fn xchacha20(key: &[u8; 32], nonce: &[u8; 24]) -> Result<(Key, [u8; NONCE_LEN]), Errno> {
    let mut start = [0; 16];
    start.copy_from_slice(&nonce[..16]);
    let subkey = Zeroizing::new(<[u8; 32]>::from(chacha20::hchacha::<R20>(key.into(), &start.into())));
    let mut inner_nonce = [0; NONCE_LEN];
    inner_nonce[4..].copy_from_slice(&nonce[16..]);
    Ok((Key::new(&CHACHA20_POLY1305, &*subkey)?, inner_nonce))
}
