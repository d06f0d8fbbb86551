//! PBKDF2 (RFC 8018 section 5.2): options `salt` and `ops_limit`, the iterations.

use std::num::NonZeroU32;

use crate::backend::pbkdf2::{self, HMAC_SHA256, HMAC_SHA512};
use crate::errno::Errno;
use crate::limits::{Limits, Spent};
use crate::options::{BytesOption, NumberOption};
use crate::stop::StopHandle;
use crate::symmetric::algorithm::{Algorithm, KeyPolicy, Kind, NoncePolicy, Parameter};
use crate::symmetric::password::state::{self, Lens, PasswordHash};
use crate::symmetric::traits::{Given, Keyless, State, Weight};

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    row("PBKDF2-SHA-256", &Pbkdf2 { phc_id: "pbkdf2-sha256", prf: HMAC_SHA256, hash_len: 32 }),
    row("PBKDF2-SHA-512", &Pbkdf2 { phc_id: "pbkdf2-sha512", prf: HMAC_SHA512, hash_len: 64 }),
];

const fn row(name: &'static str, keyless: &'static dyn Keyless) -> Algorithm {
    Algorithm {
        name,
        kind: Kind::Stretch,
        key: KeyPolicy::None(keyless),
        nonce: NoncePolicy::None,
        options: &[Parameter::RequiredBytes(BytesOption::Salt), Parameter::RequiredNumber(NumberOption::OpsLimit)],
        cost: 1,
    }
}

#[derive(Clone, Copy)]
struct Pbkdf2 {
    /// The name in PHC strings.
    phc_id: &'static str,
    prf: pbkdf2::Algorithm,
    hash_len: usize,
}

impl Keyless for Pbkdf2 {
    /// `parameters_missing` with no iterations, `prohibited_operation` above 2³² − 1 of them.
    fn open(&self, given: &Given<'_>) -> Result<State, Errno> {
        let salt = given.options.value(BytesOption::Salt).ok_or(Errno::ParametersMissing)?;
        let iterations = given.options.number(NumberOption::OpsLimit).ok_or(Errno::ParametersMissing)?;
        let iterations = u32::try_from(iterations).map_err(|_| Errno::ProhibitedOperation)?;
        let iterations = NonZeroU32::new(iterations).ok_or(Errno::ParametersMissing)?;
        Ok(state::open(Iterated { function: *self, iterations }, salt))
    }
}

#[derive(Clone, Copy)]
struct Iterated {
    function: Pbkdf2,
    iterations: NonZeroU32,
}

/// From here on, in HMACs, a derivation is worth another thread: about 0.3 ms.
const LONG: u64 = 2_000;

impl PasswordHash for Iterated {
    fn hash_len(&self) -> usize {
        self.function.hash_len
    }

    fn string_start(&self) -> String {
        let Pbkdf2 { phc_id, hash_len, .. } = self.function;
        format!("${phc_id}$i={},l={hash_len}", self.iterations)
    }

    /// How many times an output computes the pseudo-random function of a hash; and what hashing the password and the salt comes to in such,
    /// once each.
    fn cost(&self, lens: &Lens) -> Spent {
        // Two blocks of the hash, which are twice as long as its result.
        let hashed_by_one = 4 * self.function.hash_len as u64;
        let blocks = lens.out.div_ceil(self.function.hash_len) as u64;
        let once = (lens.salt as u64 + lens.password as u64) / hashed_by_one;
        let iterations = blocks.saturating_mul(self.iterations.get().into()).saturating_add(once);
        Spent { iterations, ..Spent::default() }
    }

    fn check(&self, lens: &Lens, limits: &Limits) -> Result<Weight, Errno> {
        match self.cost(lens).iterations {
            work if work > limits.password_iterations => Err(Errno::ProhibitedOperation),
            work if work < LONG => Ok(Weight::Short),
            _ => Ok(Weight::Long),
        }
    }

    fn derive(&self, password: &[u8], salt: &[u8], out: &mut [u8], stop: &StopHandle) -> Result<(), Errno> {
        pbkdf2::derive(self.function.prf, self.iterations, salt, password, out, stop)
    }
}
