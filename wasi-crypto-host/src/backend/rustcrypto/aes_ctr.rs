//! AES in counter mode (NIST SP 800-38A section 6.5), with a counter of 128 bits.

use std::sync::Arc;

use aes::cipher::consts::U16;
use aes::cipher::{BlockCipherEncrypt, BlockSizeUser, InnerIvInit, KeyInit, StreamCipherCore};
use ctr::CtrCore;
use ctr::flavors::Ctr128BE;

use crate::backend::traits::{BLOCK, CounterMode};
use crate::booking::{ALLOCATION, COUNTS};
use crate::errno::Errno;
use crate::secret::{STACK_OF_WORK, Wiped, in_wiped_frame};

pub(crate) use aes::{Aes128, Aes256};

/// A key with its schedule worked out; clones share it.
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

impl<C: BlockSizeUser<BlockSize = U16> + BlockCipherEncrypt + Send + Sync + 'static> CounterMode for Key<C> {
    fn held(&self) -> usize {
        size_of::<C>() + COUNTS + ALLOCATION
    }

    fn apply(&self, counter: &[u8; BLOCK], data: &mut [u8]) {
        let cipher: &C = &self.0;
        in_wiped_frame::<STACK_OF_WORK, _>(|| {
            CtrCore::<&C, Ctr128BE>::inner_iv_init(cipher, counter.into()).apply_keystream_partial(data.into());
        });
    }
}
