//! AES-GCM-SIV (RFC 8452).

use std::marker::PhantomData;

use aws_lc_rs::aead::{AES_128_GCM_SIV, AES_256_GCM_SIV, Algorithm};

use crate::backend::aws_lc::aead;
use crate::backend::traits::Aead;
use crate::errno::Errno;
use crate::secret::{STACK_OF_WORK, in_wiped_frame};

/// A block cipher, as a type.
pub(crate) enum Aes128 {}

/// A block cipher, as a type.
pub(crate) enum Aes256 {}

/// A block cipher that the library has this mode for.
pub(crate) trait BlockCipher: 'static {
    const MODE: &'static Algorithm;
}

impl BlockCipher for Aes128 {
    const MODE: &'static Algorithm = &AES_128_GCM_SIV;
}

impl BlockCipher for Aes256 {
    const MODE: &'static Algorithm = &AES_256_GCM_SIV;
}

/// A key with its schedule worked out; clones share it.
pub(crate) struct Key<C>(aead::Key, PhantomData<fn() -> C>);

impl<C: BlockCipher> Key<C> {
    /// `invalid_key` if the size is not that of the cipher's keys.
    pub(crate) fn new(raw: &[u8]) -> Result<Self, Errno> {
        Ok(Self(aead::Key::new(C::MODE, raw)?, PhantomData))
    }
}

impl<C> Clone for Key<C> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<C: BlockCipher> Aead for Key<C> {
    type Nonce = <aead::Key as Aead>::Nonce;

    fn held(&self) -> usize {
        self.0.held()
    }

    fn seal(&self, nonce: &Self::Nonce, ad: &[u8], buffer: &mut [u8], tag: &mut [u8]) -> Result<(), Errno> {
        in_wiped_frame::<STACK_OF_WORK, _>(|| self.0.seal(nonce, ad, buffer, tag))
    }

    fn open(&self, nonce: &Self::Nonce, ad: &[u8], buffer: &mut [u8], tag: &[u8]) -> Result<(), Errno> {
        in_wiped_frame::<STACK_OF_WORK, _>(|| self.0.open(nonce, ad, buffer, tag))
    }
}
