//! Ascon-AEAD128 (NIST SP 800-232), which is not the Ascon-128 of the years before.

use std::sync::Arc;

use ascon_aead::aead::{AeadInOut, KeyInit};
use ascon_aead::{AsconAead128, AsconAead128Tag};

use crate::backend::traits::Aead;
use crate::booking::{ALLOCATION, COUNTS};
use crate::errno::Errno;
use crate::secret::Wiped;

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
        match self.0.encrypt_inout_detached(nonce.into(), ad, buffer.into()) {
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
        let opened = self.0.decrypt_inout_detached(nonce.into(), ad, buffer.into(), &tag);
        opened.map_err(|_| Errno::InvalidTag)
    }
}
