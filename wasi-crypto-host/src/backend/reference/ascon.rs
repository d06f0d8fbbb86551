//! Ascon-AEAD128 and Ascon-Hash256 (NIST SP 800-232), which are not the Ascon of the years before.

use std::sync::Arc;

use ascon_aead::aead::{AeadInOut, KeyInit};
use ascon_aead::{AsconAead128, AsconAead128Tag};
use ascon_hash::AsconHash256;
use ascon_hash::digest::{FixedOutput, Update};

use crate::backend::traits::{Aead, Hash};
use crate::booking::{ALLOCATION, COUNTS};
use crate::errno::Errno;
use crate::secret::{STACK_OF_WORK, Wiped, in_wiped_frame};

/// The nonce size, in bytes.
const NONCE_LEN: usize = 16;

/// A key; clones share it.
#[derive(Clone)]
pub(crate) struct Key(Arc<Wiped<AsconAead128>>);

impl Key {
    /// `invalid_key` if the size is not 16 bytes.
    pub(crate) fn new(raw: &[u8]) -> Result<Self, Errno> {
        let key = AsconAead128::new_from_slice(raw).map_err(|_| Errno::InvalidKey)?;
        Ok(Self(Wiped::shared(key)))
    }
}

impl Aead for Key {
    type Nonce = [u8; NONCE_LEN];

    fn held(&self) -> usize {
        size_of::<AsconAead128>() + COUNTS + ALLOCATION
    }

    fn seal(&self, nonce: &Self::Nonce, ad: &[u8], buffer: &mut [u8], tag: &mut [u8]) -> Result<(), Errno> {
        let sealed =
            in_wiped_frame::<STACK_OF_WORK, _>(|| self.0.encrypt_inout_detached(nonce.into(), ad, buffer.into()));
        match sealed {
            Ok(computed) => {
                tag.copy_from_slice(&computed);
                Ok(())
            }
            // Only for lengths whose sum has more than 64 bits.
            Err(_) => Err(Errno::Overflow),
        }
    }

    fn open(&self, nonce: &Self::Nonce, ad: &[u8], buffer: &mut [u8], tag: &[u8]) -> Result<(), Errno> {
        let tag = AsconAead128Tag::try_from(tag).map_err(|_| Errno::InvalidTag)?;
        let opened =
            in_wiped_frame::<STACK_OF_WORK, _>(|| self.0.decrypt_inout_detached(nonce.into(), ad, buffer.into(), &tag));
        opened.map_err(|_| Errno::InvalidTag)
    }
}

/// Ascon-Hash256 under way.
#[derive(Clone)]
pub(crate) struct Hash256(Box<Wiped<AsconHash256>>);

impl Hash256 {
    pub(crate) fn new() -> Self {
        Self(Wiped::boxed(AsconHash256::default()))
    }
}

impl Hash for Hash256 {
    const HELD: usize = size_of::<AsconHash256>() + ALLOCATION;

    fn update(&mut self, data: &[u8]) {
        Update::update(&mut **self.0, data);
    }

    fn output_len(&self) -> usize {
        32
    }

    fn finish_into(&self, out: &mut [u8]) {
        let hash = AsconHash256::clone(&self.0).finalize_fixed();
        out.copy_from_slice(&hash[..out.len()]);
    }
}
