//! Hash functions: absorb data, squeeze the hash of all data so far. SHA-2 (FIPS 180-4), BLAKE2b (RFC 7693).

use std::marker::PhantomData;
use std::sync::Arc;

use crate::backend::blake2b::Blake2b512;
use crate::backend::digest::{self, SHA256, SHA384, SHA512, SHA512_256};
use crate::backend::traits::{Hash, SaltedHash};
use crate::booking::{ALLOCATION, BookedSecret, COUNTS};
use crate::errno::Errno;
use crate::limits::Limits;
use crate::options::BytesOption;
use crate::symmetric::algorithm::{Algorithm, KeyLen, KeyPolicy, Kind, NoncePolicy, Parameter};
use crate::symmetric::traits::{Absorb, Given, Key, Keyed, Keyless, Squeeze, State};

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    row("SHA-256", KeyPolicy::None(&Sha2(&SHA256)), &[]),
    row("SHA-384", KeyPolicy::None(&Sha2(&SHA384)), &[]),
    row("SHA-512", KeyPolicy::None(&Sha2(&SHA512)), &[]),
    row("SHA-512/256", KeyPolicy::None(&Sha2(&SHA512_256)), &[]),
    salted("BLAKE2B-512", &Salted::<Blake2b512>(PhantomData)),
];

const fn row(name: &'static str, key: KeyPolicy, options: &'static [Parameter]) -> Algorithm {
    Algorithm { name, kind: Kind::Squeeze, key, nonce: NoncePolicy::None, options, cost: 1 }
}

const fn salted<H: SaltedHash>(name: &'static str, hash: &'static Salted<H>) -> Algorithm {
    let key = KeyPolicy::Optional(KeyLen::between(1, H::MAX_KEY_LEN), hash);
    row(name, key, const { &[Parameter::Bytes(BytesOption::Salt, H::MAX_SALT_LEN)] })
}

struct Sha2(&'static digest::Algorithm);

impl Keyless for Sha2 {
    fn open(&self, _: &Given<'_>) -> Result<State, Errno> {
        Ok(State::Squeeze(Box::new(Digest(digest::Unboxed::new(self.0)))))
    }
}

/// A hash that takes a key and a salt, and works without.
struct Salted<H>(PhantomData<fn() -> H>);

impl<H: SaltedHash> Keyless for Salted<H> {
    fn open(&self, given: &Given<'_>) -> Result<State, Errno> {
        Digest::<H>::begin(None, given)
    }
}

impl<H: SaltedHash> Keyed for Salted<H> {
    /// The salt comes first, so there is nothing to do yet.
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        Ok(Arc::new(SaltedKey::<H>(Arc::clone(raw), PhantomData)))
    }
}

struct SaltedKey<H>(Arc<BookedSecret>, PhantomData<fn() -> H>);

impl<H: SaltedHash> Key for SaltedKey<H> {
    fn open(&self, given: &Given<'_>) -> Result<State, Errno> {
        Digest::<H>::begin(Some(&self.0), given)
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION
    }
}

#[derive(Clone)]
struct Digest<H>(H);

impl<H: SaltedHash> Digest<H> {
    fn begin(key: Option<&[u8]>, given: &Given<'_>) -> Result<State, Errno> {
        let salt = given.options.get(BytesOption::Salt).unwrap_or_default();
        Ok(State::Squeeze(Box::new(Self(H::new(key, salt)?))))
    }
}

impl<H: Hash> Absorb for Digest<H> {
    fn asks_before_absorbing(&self) -> bool {
        false
    }

    fn absorb(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn to_state(&self) -> State {
        State::Squeeze(Box::new(self.clone()))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + ALLOCATION + H::HELD
    }
}

impl<H: Hash> Squeeze for Digest<H> {
    fn check_squeeze(&self, len: usize, _: &Limits) -> Result<(), Errno> {
        if len > self.0.output_len() { Err(Errno::InvalidLength) } else { Ok(()) }
    }

    /// Finishes a copy (SYM-HASH-004), and truncates it (SYM-HASH-007).
    fn squeeze(&mut self, out: &mut [u8]) -> Result<(), Errno> {
        self.0.finish_into(out);
        Ok(())
    }
}
