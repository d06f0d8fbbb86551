//! scrypt (RFC 7914): options `salt`, `ops_limit`, which is N, `memory_limit` in bytes, which is 128 · N · r, and `parallelism`, p, 1 if it
//! is not set.

use crate::backend::scrypt::{self, Costs};
use crate::errno::Errno;
use crate::limits::{Limits, Spent};
use crate::options::{BytesOption, NumberOption};
use crate::stop::StopHandle;
use crate::symmetric::algorithm::{Algorithm, KeyPolicy, Kind, NoncePolicy, Parameter};
use crate::symmetric::optional::memory_hard;
use crate::symmetric::password::state::{self, Lens, PasswordHash};
use crate::symmetric::traits::{Given, Keyless, State, Weight};

pub(crate) static ALGORITHMS: &[Algorithm] = &[Algorithm {
    name: "SCRYPT",
    kind: Kind::Stretch,
    key: KeyPolicy::None(&Scrypt),
    nonce: NoncePolicy::None,
    options: &[
        Parameter::RequiredBytes(BytesOption::Salt),
        Parameter::RequiredNumber(NumberOption::MemoryLimit),
        Parameter::RequiredNumber(NumberOption::OpsLimit),
    ],
    cost: 1,
}];

/// As long as the hash in the strings of others.
const HASH_LEN: usize = 32;

/// The result of PBKDF2's hash, in bytes.
const PRF_LEN: u64 = 32;

struct Scrypt;

impl Keyless for Scrypt {
    /// `parameters_missing` for a cost of 0; `invalid_length` for an N that is 1 or no power of two, or for memory below 128 · N;
    /// `prohibited_operation` for p above 255, or costs that make r · p 2³⁰ or more.
    fn open(&self, given: &Given<'_>) -> Result<State, Errno> {
        let salt = given.options.value(BytesOption::Salt).ok_or(Errno::ParametersMissing)?;
        let n = memory_hard::cost(given, NumberOption::OpsLimit)?;
        let memory = memory_hard::cost(given, NumberOption::MemoryLimit)?;
        let p = memory_hard::parallelism(given)?;
        let unit = scrypt::UNIT_LEN as u64;
        if n < 2 || !n.is_power_of_two() || memory / unit < n {
            return Err(Errno::InvalidLength);
        }
        let costs = Costs::new(n.ilog2(), memory / unit / n, p).ok_or(Errno::ProhibitedOperation)?;
        Ok(state::open(costs, salt))
    }
}

/// How much longer a byte takes that SHA-256 hashes than one of memory, where the processor has no instructions for it.
const HASH_WORK: u64 = 2;

impl PasswordHash for Costs {
    fn hash_len(&self) -> usize {
        HASH_LEN
    }

    fn string_start(&self) -> String {
        format!("$scrypt$ln={},r={},p={}", self.log_n(), self.r(), self.p())
    }

    /// The bytes of memory that are filled and read for all of p, and what PBKDF2 before and after hashes: its salt for each block of its
    /// output.
    fn cost(&self, lens: &Lens) -> Spent {
        let parts = self.parts_len() as u64;
        let mixing = (self.table_len() as u64).saturating_mul(2).saturating_mul(self.p().into());
        let before = (parts / PRF_LEN).saturating_mul(lens.salt as u64 + 2 * PRF_LEN);
        let after = (lens.out as u64).div_ceil(PRF_LEN).saturating_mul(parts + 2 * PRF_LEN);
        let hashed = before.saturating_add(after).saturating_add(lens.password as u64).saturating_mul(HASH_WORK);
        Spent { memory_work: mixing.saturating_add(hashed), ..Spent::default() }
    }

    fn check(&self, lens: &Lens, limits: &Limits) -> Result<Weight, Errno> {
        memory_hard::check_memory_work(self.cost(lens), limits)
    }

    fn scratch_len(&self) -> usize {
        self.memory_len()
    }

    fn derive(&self, password: &[u8], salt: &[u8], out: &mut [u8], stop: &StopHandle) -> Result<(), Errno> {
        scrypt::derive(self, password, salt, out, stop)
    }
}
