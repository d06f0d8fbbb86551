//! Random bytes from the operating system, by AWS-LC.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

use crate::errno::Errno;

/// Fills `bytes`. `rng_error` if the system has none to give.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), Errno> {
    SystemRandom::new().fill(bytes).map_err(|_| Errno::RngError)
}
