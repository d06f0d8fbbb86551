//! What password hashes that are hard on memory have in common.

use crate::error::Error;
use crate::symmetric::{Options, State};

/// Costs as the host's options have them.
pub(crate) struct Costs {
    /// In bytes.
    pub(crate) memory: u64,
    pub(crate) ops: u64,
    pub(crate) parallelism: u64,
}

impl Costs {
    /// Fills `out` with what the algorithm of this name makes of a password.
    pub(crate) fn derive(&self, algorithm: &str, password: &[u8], salt: &[u8], out: &mut [u8]) -> Result<(), Error> {
        let options = Options::new()?.salt(salt)?.memory_limit(self.memory)?.ops_limit(self.ops)?;
        let options = options.parallelism(self.parallelism)?;
        let mut state = State::open(algorithm, None, Some(&options))?;
        state.absorb(password)?;
        state.squeeze(out)
    }
}

/// How much of a hash is in a PHC string, in bytes, where nobody says otherwise.
#[cfg(feature = "password-hash")]
pub(crate) const OUTPUT_LEN: usize = 32;

/// The traits' error for one of the host's, which they have no words for.
#[cfg(feature = "password-hash")]
pub(crate) fn refused(error: Error) -> password_hash::Error {
    match error {
        Error::UnsupportedAlgorithm => password_hash::Error::Algorithm,
        Error::Overflow => password_hash::Error::OutOfMemory,
        Error::InvalidLength | Error::ParametersMissing | Error::ProhibitedOperation => {
            password_hash::Error::ParamsInvalid
        }
        _ => password_hash::Error::Crypto,
    }
}
