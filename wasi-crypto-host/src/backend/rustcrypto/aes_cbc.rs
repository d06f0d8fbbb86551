//! AES in cipher block chaining mode (NIST SP 800-38A section 6.2), without padding.

use std::sync::Arc;

use aes::Aes256;
use aes::cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit};
use cbc::{Decryptor, Encryptor};

use crate::backend::traits::{BLOCK, BlockMode};
use crate::booking::{ALLOCATION, COUNTS};
use crate::errno::Errno;
use crate::secret::Wiped;

/// A key with its schedules worked out; clones share them.
#[derive(Clone)]
pub(crate) struct Key(Arc<Wiped<Aes256>>);

impl Key {
    /// `invalid_key` if the size is not 32 bytes.
    pub(crate) fn new(raw: &[u8]) -> Result<Self, Errno> {
        let cipher = Aes256::new_from_slice(raw).map_err(|_| Errno::InvalidKey)?;
        Ok(Self(Wiped::shared(cipher)))
    }
}

impl BlockMode for Key {
    fn held(&self) -> usize {
        size_of::<Aes256>() + COUNTS + ALLOCATION
    }

    fn encrypt(&self, iv: &[u8; BLOCK], blocks: &mut [[u8; BLOCK]]) {
        let cipher: &Aes256 = &self.0;
        Encryptor::inner_iv_init(cipher, iv.into()).encrypt_blocks(Array::cast_slice_from_core_mut(blocks));
    }

    fn decrypt(&self, iv: &[u8; BLOCK], blocks: &mut [[u8; BLOCK]], last: &mut [u8; BLOCK]) {
        let cipher: &Aes256 = &self.0;
        let mut mode = Decryptor::inner_iv_init(cipher, iv.into());
        mode.decrypt_blocks(Array::cast_slice_from_core_mut(blocks));
        mode.decrypt_block(last.into());
    }
}
