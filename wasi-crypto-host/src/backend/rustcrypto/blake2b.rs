//! BLAKE2b (RFC 7693), with a key or without, and with the salt of the BLAKE2 paper (section 2.8).

use blake2::Blake2bMac;
use blake2::digest::array::ArraySize;
use blake2::digest::typenum::{IsLessOrEqual, True};
use blake2::digest::{FixedOutput, Update};

use crate::backend::traits::{Hash, SaltedHash};
use crate::booking::ALLOCATION;
use crate::errno::Errno;
use crate::secret::{STACK_OF_WORK, Wiped, in_wiped_frame};

pub(crate) use blake2::digest::typenum::{U32, U64};

/// A size that a hash can have, in bytes.
pub(crate) trait Size: ArraySize + IsLessOrEqual<U64, Output = True> + Send + Sync + 'static {}

impl<N: ArraySize + IsLessOrEqual<U64, Output = True> + Send + Sync + 'static> Size for N {}

/// BLAKE2b with a hash of `N` bytes, under way.
#[derive(Clone)]
pub(crate) struct Blake2b<N: Size>(Box<Wiped<Blake2bMac<N>>>);

impl<N: Size> Hash for Blake2b<N> {
    const HELD: usize = size_of::<Blake2bMac<N>>() + ALLOCATION;

    fn update(&mut self, data: &[u8]) {
        in_wiped_frame::<STACK_OF_WORK, _>(|| Update::update(&mut **self.0, data));
    }

    fn output_len(&self) -> usize {
        N::USIZE
    }

    fn finish_into(&self, out: &mut [u8]) {
        in_wiped_frame::<STACK_OF_WORK, _>(|| {
            let hash = Blake2bMac::clone(&self.0).finalize_fixed();
            out.copy_from_slice(&hash[..out.len()]);
        });
    }
}

impl<N: Size> SaltedHash for Blake2b<N> {
    const MAX_KEY_LEN: usize = 64;

    const MAX_SALT_LEN: usize = 16;

    fn new(key: Option<&[u8]>, salt: &[u8]) -> Result<Self, Errno> {
        // The library goes by the block here, which is twice the longest key.
        if key.is_some_and(|key| key.is_empty() || key.len() > Self::MAX_KEY_LEN) {
            return Err(Errno::InvalidKey);
        }
        let hash = Blake2bMac::new_with_salt_and_personal(key, salt, &[]);
        hash.map(|hash| Self(Wiped::boxed(hash))).map_err(|_| Errno::InvalidLength)
    }
}
