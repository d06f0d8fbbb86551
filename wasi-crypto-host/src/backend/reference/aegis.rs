//! AEGIS (draft-irtf-cfrg-aegis-aead) with tags of 128 bits.
//!
//! By libaegis, in C, which looks for the AES instructions of the processor when it runs. The crate's own Rust does so when it is compiled:
//! built for any processor it has no AES but in software, and is thirty times slower.

use aegis::aegis256::{Aegis256, Key, Nonce};
use zeroize::Zeroizing;

use crate::backend::traits::Aead;
use crate::errno::Errno;

/// The tag size, in bytes.
const TAG_LEN: usize = 16;

/// A key of AEGIS-256, which has no schedule.
#[derive(Clone)]
pub(crate) struct Key256(Zeroizing<Key>);

impl Key256 {
    /// `invalid_key` if the size is not 32 bytes.
    pub(crate) fn new(raw: &[u8]) -> Result<Self, Errno> {
        raw.try_into().map(|raw| Self(Zeroizing::new(raw))).map_err(|_| Errno::InvalidKey)
    }
}

impl Aead for Key256 {
    type Nonce = Nonce;

    fn held(&self) -> usize {
        0
    }

    fn seal(&self, nonce: &Nonce, ad: &[u8], buffer: &mut [u8], tag: &mut [u8]) -> Result<(), Errno> {
        let computed = Aegis256::<TAG_LEN>::new(&self.0, nonce).encrypt_in_place(buffer, ad);
        tag.copy_from_slice(&computed);
        Ok(())
    }

    fn open(&self, nonce: &Nonce, ad: &[u8], buffer: &mut [u8], tag: &[u8]) -> Result<(), Errno> {
        let tag = tag.try_into().map_err(|_| Errno::InvalidTag)?;
        Aegis256::<TAG_LEN>::new(&self.0, nonce).decrypt_in_place(buffer, tag, ad).map_err(|_| Errno::InvalidTag)
    }
}
