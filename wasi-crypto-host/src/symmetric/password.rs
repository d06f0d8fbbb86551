//! PBKDF2 (RFC 8018 section 5.2): options `salt` and `ops_limit` (iterations), absorb the password, squeeze the key.

use std::num::NonZeroU32;

use crate::backend::pbkdf2::{self, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA512};
use crate::errno::Errno;
use crate::limits::{Account, Limits};
use crate::options::{BytesOption, NumberOption, Options};
use crate::secret::Secret;
use crate::symmetric::algorithm::{Algorithm, Keyless, Kind, LongSqueeze, State};

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    Algorithm { name: "PBKDF2-SHA-256", kind: Kind::Keyless(&Pbkdf2 { prf: PBKDF2_HMAC_SHA256, hash_len: 32 }) },
    Algorithm { name: "PBKDF2-SHA-512", kind: Kind::Keyless(&Pbkdf2 { prf: PBKDF2_HMAC_SHA512, hash_len: 64 }) },
];

#[derive(Clone, Copy)]
struct Pbkdf2 {
    prf: pbkdf2::Algorithm,
    hash_len: usize,
}

impl Keyless for Pbkdf2 {
    /// `parameters_missing` without a salt or with no iterations, `prohibited_operation` above 2³² − 1 of them.
    fn open(&self, options: &Options) -> Result<Box<dyn State>, Errno> {
        let salt = options.get(BytesOption::Salt).ok_or(Errno::ParametersMissing)?;
        let iterations = options.number(NumberOption::OpsLimit).ok_or(Errno::ParametersMissing)?;
        let iterations = u32::try_from(iterations).map_err(|_| Errno::ProhibitedOperation)?;
        let iterations = NonZeroU32::new(iterations).ok_or(Errno::ParametersMissing)?;
        Ok(Box::new(Derivation { algorithm: *self, salt: Secret::from(salt), iterations, password: Secret::default() }))
    }
}

#[derive(Clone)]
struct Derivation {
    algorithm: Pbkdf2,
    salt: Secret,
    iterations: NonZeroU32,
    password: Secret,
}

/// From here on, in HMACs, a derivation is worth another thread: about 0.3 ms.
const LONG: u64 = 2_000;

impl Derivation {
    /// How many times an output of `len` bytes computes the pseudo-random function.
    fn work(&self, len: usize) -> u64 {
        let blocks = len.div_ceil(self.algorithm.hash_len) as u64;
        blocks.saturating_mul(u64::from(self.iterations.get()))
    }
}

impl State for Derivation {
    fn absorb(&mut self, data: &[u8], account: &mut Account<'_>) -> Result<(), Errno> {
        account.gather(data.len())?;
        self.password.extend_from_slice(data);
        Ok(())
    }

    fn check_squeeze(&self, len: usize, limits: &Limits) -> Result<(), Errno> {
        if self.work(len) > limits.password_iterations { Err(Errno::ProhibitedOperation) } else { Ok(()) }
    }

    fn squeeze(&mut self, out: &mut [u8]) -> Result<(), Errno> {
        pbkdf2::derive(self.algorithm.prf, self.iterations, &self.salt, &self.password, out);
        Ok(())
    }

    fn long_squeeze(&self, len: usize) -> Option<LongSqueeze> {
        (self.work(len) >= LONG).then(|| {
            let mut state = self.clone();
            Box::new(move || {
                let mut out = Secret::zeroed(len);
                state.squeeze(&mut out).map(|()| out)
            }) as LongSqueeze
        })
    }

    fn boxed_clone(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
}
