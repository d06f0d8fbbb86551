//! AES-GCM-SIV (RFC 8452).

use std::sync::Arc;

use aes_gcm_siv::aead::consts::{U12, U16};
use aes_gcm_siv::aead::{AeadInOut, KeyInit};
use aes_gcm_siv::{AesGcmSiv, Tag};

use crate::backend::traits::Aead;
use crate::booking::{ALLOCATION, COUNTS};
use crate::errno::Errno;
use crate::secret::{STACK_OF_WORK, Wiped, in_wiped_frame};

pub(crate) use aes::{Aes128, Aes256};

/// The nonce size, in bytes.
const NONCE_LEN: usize = 12;

/// A key with its schedule worked out; clones share it.
pub(crate) struct Key<C>(Arc<Wiped<AesGcmSiv<C>>>);

impl<C> Key<C>
where
    AesGcmSiv<C>: KeyInit,
{
    /// `invalid_key` if the size is not that of the cipher's keys.
    pub(crate) fn new(raw: &[u8]) -> Result<Self, Errno> {
        let key = AesGcmSiv::new_from_slice(raw).map_err(|_| Errno::InvalidKey)?;
        Ok(Self(Wiped::shared(key)))
    }
}

impl<C> Clone for Key<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C> Aead for Key<C>
where
    AesGcmSiv<C>: AeadInOut<NonceSize = U12, TagSize = U16> + Send + Sync + 'static,
{
    type Nonce = [u8; NONCE_LEN];

    fn held(&self) -> usize {
        size_of::<AesGcmSiv<C>>() + COUNTS + ALLOCATION
    }

    fn seal(&self, nonce: &Self::Nonce, ad: &[u8], buffer: &mut [u8], tag: &mut [u8]) -> Result<(), Errno> {
        match in_wiped_frame::<STACK_OF_WORK, _>(|| self.0.encrypt_inout_detached(nonce.into(), ad, buffer.into())) {
            Ok(computed) => {
                tag.copy_from_slice(&computed);
                Ok(())
            }
            // Only for messages and associated data of more than 64 GiB.
            Err(_) => Err(Errno::Overflow),
        }
    }

    fn open(&self, nonce: &Self::Nonce, ad: &[u8], buffer: &mut [u8], tag: &[u8]) -> Result<(), Errno> {
        let tag = Tag::try_from(tag).map_err(|_| Errno::InvalidTag)?;
        let opened =
            in_wiped_frame::<STACK_OF_WORK, _>(|| self.0.decrypt_inout_detached(nonce.into(), ad, buffer.into(), &tag));
        opened.map_err(|_| Errno::InvalidTag)
    }
}
