//! BLAKE2b (RFC 7693), with a key or without, and with the salt of the BLAKE2 paper (section 2.8).

use blake2::Blake2bMac512;
use blake2::digest::{FixedOutput, Update};

use crate::backend::traits::{Hash, SaltedHash};
use crate::booking::ALLOCATION;
use crate::errno::Errno;
use crate::secret::Wiped;

/// BLAKE2b with a hash of 64 bytes, under way.
#[derive(Clone)]
pub(crate) struct Blake2b512(Box<Wiped<Blake2bMac512>>);

impl Hash for Blake2b512 {
    const HELD: usize = size_of::<Blake2bMac512>() + ALLOCATION;

    fn update(&mut self, data: &[u8]) {
        Update::update(&mut **self.0, data);
    }

    fn output_len(&self) -> usize {
        64
    }

    fn finish_into(&self, out: &mut [u8]) {
        let hash = Blake2bMac512::clone(&self.0).finalize_fixed();
        out.copy_from_slice(&hash[..out.len()]);
    }
}

impl SaltedHash for Blake2b512 {
    const MAX_KEY_LEN: usize = 64;

    const MAX_SALT_LEN: usize = 16;

    fn new(key: Option<&[u8]>, salt: &[u8]) -> Result<Self, Errno> {
        // The library goes by the block here, which is twice the longest key.
        if key.is_some_and(|key| key.is_empty() || key.len() > Self::MAX_KEY_LEN) {
            return Err(Errno::InvalidKey);
        }
        let hash = Blake2bMac512::new_with_salt_and_personal(key, salt, &[]);
        hash.map(|hash| Self(Wiped::boxed(hash))).map_err(|_| Errno::InvalidLength)
    }
}
