//! Argon2, version 1.3 (RFC 9106): options `salt`, `memory_limit` in bytes, `ops_limit`, the passes, and `parallelism`, the lanes, 1 if it
//! is not set.

use crate::backend::argon2::{self, ARGON2D, ARGON2I, ARGON2ID, Costs, Variant};
use crate::errno::Errno;
use crate::limits::{Limits, Spent};
use crate::options::{BytesOption, NumberOption};
use crate::stop::StopHandle;
use crate::symmetric::algorithm::{Algorithm, KeyPolicy, Kind, NoncePolicy, Parameter};
use crate::symmetric::optional::memory_hard;
use crate::symmetric::password::state::{self, Lens, PasswordHash};
use crate::symmetric::traits::{Given, Keyless, State, Weight};

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    row("ARGON2ID", &Argon2 { phc_id: "argon2id", variant: ARGON2ID }),
    row("ARGON2I", &Argon2 { phc_id: "argon2i", variant: ARGON2I }),
    row("ARGON2D", &Argon2 { phc_id: "argon2d", variant: ARGON2D }),
];

const fn row(name: &'static str, keyless: &'static dyn Keyless) -> Algorithm {
    Algorithm {
        name,
        kind: Kind::Stretch,
        key: KeyPolicy::None(keyless),
        nonce: NoncePolicy::None,
        options: &[
            Parameter::RequiredBytes(BytesOption::Salt),
            Parameter::RequiredNumber(NumberOption::MemoryLimit),
            Parameter::RequiredNumber(NumberOption::OpsLimit),
        ],
        cost: 1,
    }
}

/// The sizes of a salt and an output, in bytes: at least so many.
const MIN_SALT_LEN: usize = 8;
const MIN_OUT_LEN: usize = 4;

/// Memory comes in blocks of so many bytes, and each lane has at least so many of them.
const BLOCK_LEN: u64 = 1024;
const MIN_BLOCKS: u64 = 8;

/// As long as the hash in the strings of others.
const HASH_LEN: usize = 32;

#[derive(Clone, Copy)]
struct Argon2 {
    /// The name in PHC strings.
    phc_id: &'static str,
    variant: Variant,
}

impl Keyless for Argon2 {
    /// `parameters_missing` for a cost of 0; `prohibited_operation` for costs above 2³² − 1, and more than 255 lanes; `invalid_length`
    /// for a salt below 8 bytes or memory below 8 KiB for each lane.
    fn open(&self, given: &Given<'_>) -> Result<State, Errno> {
        let salt = given.options.value(BytesOption::Salt).ok_or(Errno::ParametersMissing)?;
        let kib = memory_hard::cost(given, NumberOption::MemoryLimit)? / BLOCK_LEN;
        let passes = memory_hard::cost(given, NumberOption::OpsLimit)?;
        let lanes = memory_hard::parallelism(given)?;
        if kib < MIN_BLOCKS * lanes || salt.len() < MIN_SALT_LEN {
            return Err(Errno::InvalidLength);
        }
        let of = |cost| u32::try_from(cost).map_err(|_| Errno::ProhibitedOperation);
        let costs = Costs { kib: of(kib)?, passes: of(passes)?, lanes: of(lanes)? };
        Ok(state::open(Costly { function: *self, costs }, salt))
    }
}

#[derive(Clone, Copy)]
struct Costly {
    function: Argon2,
    costs: Costs,
}

/// How much longer a byte of output takes than one of memory in a pass: 32 bytes take a hash of 128.
const OUT_WORK: u64 = 8;

impl PasswordHash for Costly {
    fn hash_len(&self) -> usize {
        HASH_LEN
    }

    fn string_start(&self) -> String {
        let Costs { kib, passes, lanes } = self.costs;
        format!("${}$v=19$m={kib},t={passes},p={lanes}", self.function.phc_id)
    }

    /// The bytes of memory that all passes go over, and what hashing in and out comes to in such.
    fn cost(&self, lens: &Lens) -> Spent {
        let passes = (self.scratch_len() as u64).saturating_mul(self.costs.passes.into());
        let hashed = (lens.out as u64).saturating_mul(OUT_WORK) + lens.salt as u64 + lens.password as u64;
        Spent { memory_work: passes.saturating_add(hashed), ..Spent::default() }
    }

    fn check(&self, lens: &Lens, limits: &Limits) -> Result<Weight, Errno> {
        if lens.out < MIN_OUT_LEN {
            return Err(Errno::InvalidLength);
        }
        memory_hard::check_memory_work(self.cost(lens), limits)
    }

    fn scratch_len(&self) -> usize {
        self.costs.memory_len()
    }

    /// The library fills its memory in one call, and passes cannot be made one by one: their number is hashed into the first
    /// block. So it looks before it begins only, and the limit is all that bounds it, to half a second, or some on slow machines. An asynchronous
    /// store has it on a thread of its bounded pool meanwhile.
    fn derive(&self, password: &[u8], salt: &[u8], out: &mut [u8], stop: &StopHandle) -> Result<(), Errno> {
        if stop.is_stopped() {
            return Err(Errno::InProgress);
        }
        argon2::derive(self.function.variant, self.costs, password, salt, out)
    }
}
