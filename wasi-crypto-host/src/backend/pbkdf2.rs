//! PBKDF2 (RFC 8018 section 5.2) with HMAC as its pseudo-random function.

use std::num::NonZeroU32;

use crate::backend::provider::pbkdf2;

pub(crate) use crate::backend::provider::pbkdf2::{Algorithm, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA512};

/// Fills `out` from a password.
pub(crate) fn derive(algorithm: Algorithm, iterations: NonZeroU32, salt: &[u8], password: &[u8], out: &mut [u8]) {
    pbkdf2::derive(algorithm, iterations, salt, password, out);
}
