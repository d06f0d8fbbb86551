//! Random bytes from the operating system.

use rand_core::{TryCryptoRng, TryRng};

use crate::errno::Errno;

pub(crate) use crate::backend::system_random::fill;

/// [`fill`], for the libraries that take a generator.
pub(crate) struct SystemRng;

impl TryRng for SystemRng {
    type Error = Errno;

    fn try_next_u32(&mut self) -> Result<u32, Errno> {
        let mut bytes = [0; 4];
        fill(&mut bytes).map(|()| u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Errno> {
        let mut bytes = [0; 8];
        fill(&mut bytes).map(|()| u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Errno> {
        fill(bytes)
    }
}

impl TryCryptoRng for SystemRng {}
