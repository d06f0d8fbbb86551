//! PBKDF2 (RFC 8018 section 5.2) with HMAC as its pseudo-random function.
//!
//! The loop around the HMACs is here and not in a library, as those have no way to end one that takes too long.

use std::num::NonZeroU32;

use crate::backend::ring::hmac;
use crate::backend::traits::{Mac, MacKey};
use crate::errno::Errno;
use crate::secret::{Secret, wipe};
use crate::stop::StopHandle;

pub(crate) use crate::backend::ring::hmac::{Algorithm, HMAC_SHA256, HMAC_SHA512};

/// How many HMACs are computed between two looks at the clock: about a millisecond.
const SLICE: u32 = 4096;

/// Fills `out` from a password. `in_progress` if it was stopped; there are zeros in `out` then.
pub(crate) fn derive(
    prf: Algorithm,
    iterations: NonZeroU32,
    salt: &[u8],
    password: &[u8],
    out: &mut [u8],
    stop: &StopHandle,
) -> Result<(), Errno> {
    let key = hmac::Key::new(prf, password);
    let mut salted = key.begin();
    salted.update(salt);
    let mut first = salted.clone();
    let mut block = Secret::zeroed(hmac::tag_len(prf));
    let mut until_look = SLICE;
    for (index, part) in (1u32..).zip(out.chunks_mut(block.len())) {
        first.go_on_from(&salted);
        first.update(&index.to_be_bytes());
        let mut tag = first.finish();
        block.copy_from_slice(tag.as_ref());
        for iteration in 1..=iterations.get() {
            if iteration > 1 {
                tag = key.sign(tag.as_ref());
                block.iter_mut().zip(tag.as_ref()).for_each(|(byte, of_tag)| *byte ^= of_tag);
            }
            until_look -= 1;
            if until_look == 0 {
                until_look = SLICE;
                if stop.is_stopped() {
                    wipe(out);
                    return Err(Errno::InProgress);
                }
            }
        }
        part.copy_from_slice(&block[..part.len()]);
    }
    Ok(())
}
