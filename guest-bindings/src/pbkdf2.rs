//! PBKDF2 (RFC 8018 section 5.2).

use crate::error::Error;
use crate::hash::{Sha256, Sha512};
use crate::symmetric::{Options, State};

/// The hash functions that hosts have PBKDF2 over: [`Sha256`], [`Sha512`].
pub trait Pbkdf2Hash: sealed::Name {}

mod sealed {
    pub trait Name {
        const PBKDF2: &'static str;
    }
}

impl sealed::Name for Sha256 {
    const PBKDF2: &'static str = "PBKDF2-SHA-256";
}

impl sealed::Name for Sha512 {
    const PBKDF2: &'static str = "PBKDF2-SHA-512";
}

impl Pbkdf2Hash for Sha256 {}
impl Pbkdf2Hash for Sha512 {}

/// Fills `key` with what PBKDF2 with HMAC over `H` makes of a password: slow on purpose, by `iterations`.
///
/// ```no_run
/// use wasi_crypto_bindings::{Sha256, pbkdf2_hmac};
///
/// let mut key = [0; 32];
/// pbkdf2_hmac::<Sha256>(b"correct horse", b"16 random bytes.", 600_000, &mut key)?;
/// # Ok::<(), wasi_crypto_bindings::Error>(())
/// ```
///
/// # Errors
///
/// [`ParametersMissing`](Error::ParametersMissing) for 0 iterations,
/// [`ProhibitedOperation`](Error::ProhibitedOperation) if it is more work than the host allows,
/// [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm): PBKDF2 is not in the specification's tables, and not every host has it.
pub fn pbkdf2_hmac<H: Pbkdf2Hash>(password: &[u8], salt: &[u8], iterations: u32, key: &mut [u8]) -> Result<(), Error> {
    let options = Options::new()?.salt(salt)?.ops_limit(iterations.into())?;
    let mut state = State::open(H::PBKDF2, None, Some(&options))?;
    state.absorb(password)?;
    state.squeeze(key)
}
