//! AES in cipher block chaining mode (NIST SP 800-38A section 6.2), without padding.

use std::sync::Arc;

use aes::cipher::consts::U16;
use aes::cipher::{
    Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, BlockSizeUser, InnerIvInit,
    KeyInit,
};
use cbc::{Decryptor, Encryptor};

use crate::backend::traits::{BLOCK, BlockMode};
use crate::booking::{ALLOCATION, COUNTS};
use crate::errno::Errno;
use crate::secret::{STACK_OF_WORK, Wiped, in_wiped_frame};

pub(crate) use aes::{Aes128, Aes256};

/// A key with its schedules worked out; clones share them.
pub(crate) struct Key<C>(Arc<Wiped<C>>);

impl<C: KeyInit> Key<C> {
    /// `invalid_key` if the size is not that of the cipher's keys.
    pub(crate) fn new(raw: &[u8]) -> Result<Self, Errno> {
        let cipher = C::new_from_slice(raw).map_err(|_| Errno::InvalidKey)?;
        Ok(Self(Wiped::shared(cipher)))
    }
}

impl<C> Clone for Key<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C> BlockMode for Key<C>
where
    C: BlockSizeUser<BlockSize = U16> + BlockCipherEncrypt + BlockCipherDecrypt + Send + Sync + 'static,
{
    fn held(&self) -> usize {
        size_of::<C>() + COUNTS + ALLOCATION
    }

    fn encrypt(&self, iv: &[u8; BLOCK], blocks: &mut [[u8; BLOCK]]) {
        let cipher: &C = &self.0;
        in_wiped_frame::<STACK_OF_WORK, _>(|| {
            Encryptor::inner_iv_init(cipher, iv.into()).encrypt_blocks(Array::cast_slice_from_core_mut(blocks));
        });
    }

    fn decrypt(&self, iv: &[u8; BLOCK], blocks: &mut [[u8; BLOCK]], last: &mut [u8; BLOCK]) {
        let cipher: &C = &self.0;
        in_wiped_frame::<STACK_OF_WORK, _>(|| {
            let mut mode = Decryptor::inner_iv_init(cipher, iv.into());
            mode.decrypt_blocks(Array::cast_slice_from_core_mut(blocks));
            mode.decrypt_block(last.into());
        });
    }
}
