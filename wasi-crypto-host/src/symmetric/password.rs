//! PBKDF2 (RFC 8018 section 5.2): options `salt` and `ops_limit` (iterations), absorb the password, squeeze the key.
//!
//! The tag is a string that says how it was made, in the PHC string format: what to store of a password, and to compare with.

use std::num::NonZeroU32;
use std::sync::Arc;

use base64ct::{Base64Unpadded, Encoding};

use crate::backend::pbkdf2::{self, HMAC_SHA256, HMAC_SHA512};
use crate::booking::{ALLOCATION, BookedSecret};
use crate::errno::Errno;
use crate::limits::{Account, Limits};
use crate::options::{BytesOption, NumberOption, Value};
use crate::secret::Secret;
use crate::stop::StopHandle;
use crate::symmetric::algorithm::{Algorithm, KeyPolicy, Kind, NoncePolicy, Parameter};
use crate::symmetric::traits::{Absorb, Derivation, Given, Keyless, State, Stretch, Weight};

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
        let options = given.options;
        let salt = options.value(BytesOption::Salt).ok_or(Errno::ParametersMissing)?.clone();
        let iterations = options.number(NumberOption::OpsLimit).ok_or(Errno::ParametersMissing)?;
        let iterations = u32::try_from(iterations).map_err(|_| Errno::ProhibitedOperation)?;
        let iterations = NonZeroU32::new(iterations).ok_or(Errno::ParametersMissing)?;
        Ok(State::Stretch(Box::new(Password { algorithm: *self, salt, iterations, password: Arc::default() })))
    }
}

#[derive(Clone)]
struct Password {
    algorithm: Pbkdf2,
    salt: Value,
    iterations: NonZeroU32,
    /// Shared with clones, and with work that is done elsewhere, until more is absorbed.
    password: Arc<BookedSecret>,
}

/// From here on, in HMACs, a derivation is worth another thread: about 0.3 ms.
const LONG: u64 = 2_000;

impl Password {
    /// How many times an output of `len` bytes computes the pseudo-random function of a hash; and what hashing the password and the salt
    /// comes to in such, once each.
    fn work(&self, len: usize) -> u64 {
        // Two blocks of the hash, which are twice as long as its result.
        let hashed_by_one = 4 * self.algorithm.hash_len as u64;
        let blocks = len.div_ceil(self.algorithm.hash_len) as u64;
        let once = (self.salt.len() as u64 + self.password.len() as u64) / hashed_by_one;
        blocks.saturating_mul(self.iterations.get().into()).saturating_add(once)
    }

    /// `$pbkdf2-sha256$i=ITERATIONS,l=LENGTH$SALT$HASH`, with as many bytes as the hash has.
    fn phc_string(&self, stop: &StopHandle) -> Result<Secret, Errno> {
        let Pbkdf2 { phc_id, prf, hash_len } = self.algorithm;
        let mut hash = Secret::zeroed(hash_len);
        pbkdf2::derive(prf, self.iterations, &self.salt, &self.password, &mut hash, stop)?;
        let parameters = format!("${phc_id}$i={},l={hash_len}", self.iterations);
        let mut string = Secret::zeroed(parameters.len() + encoded_len(&self.salt) + encoded_len(&hash));
        let (start, mut rest) = string.split_at_mut(parameters.len());
        start.copy_from_slice(parameters.as_bytes());
        for part in [&*self.salt, &*hash] {
            let (encoded, after) = rest.split_at_mut(encoded_len(part));
            encoded[0] = b'$';
            Base64Unpadded::encode(part, &mut encoded[1..]).map_err(|_| Errno::InternalError)?;
            rest = after;
        }
        Ok(string)
    }
}

/// The length of a part of a PHC string, with the sign before it.
fn encoded_len(part: &[u8]) -> usize {
    1 + Base64Unpadded::encoded_len(part)
}

impl Absorb for Password {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        account.gather_shared(&mut self.password, len)
    }

    fn absorb(&mut self, data: &[u8]) {
        Arc::make_mut(&mut self.password).extend_from_slice(data);
    }

    fn to_state(&self) -> State {
        State::Stretch(Box::new(self.clone()))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + ALLOCATION + BookedSecret::held(0)
    }
}

impl Stretch for Password {
    fn check_squeeze(&self, len: usize, limits: &Limits) -> Result<Weight, Errno> {
        match self.work(len) {
            work if work > limits.password_iterations => Err(Errno::ProhibitedOperation),
            work if work < LONG => Ok(Weight::Short),
            _ => Ok(Weight::Long),
        }
    }

    fn iterations(&self, len: Option<usize>) -> u64 {
        self.work(len.unwrap_or(self.algorithm.hash_len))
    }

    fn squeeze(&self, out: &mut [u8], stop: &StopHandle) -> Result<(), Errno> {
        pbkdf2::derive(self.algorithm.prf, self.iterations, &self.salt, &self.password, out, stop)
    }

    fn derivation(&self, len: usize, account: &Account<'_>) -> Result<Derivation, Errno> {
        let (state, booking) = (self.clone(), account.reserve(len)?);
        Ok(Box::new(move |stop| {
            let mut out = Secret::zeroed(len);
            state.squeeze(&mut out, stop).map(|()| BookedSecret::new(out, booking))
        }))
    }

    fn string(&self, account: &Account<'_>) -> Result<Derivation, Errno> {
        self.check_squeeze(self.algorithm.hash_len, account.limits)?;
        // The rest is as short as a handle.
        let (state, booking) = (self.clone(), account.reserve(encoded_len(&self.salt))?);
        Ok(Box::new(move |stop| state.phc_string(stop).map(|string| BookedSecret::new(string, booking))))
    }
}
