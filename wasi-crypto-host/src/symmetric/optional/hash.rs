//! More hash functions: BLAKE2b (RFC 7693), Ascon (NIST SP 800-232).

use std::marker::PhantomData;
use std::sync::Arc;

use crate::backend::ascon;
use crate::backend::blake2b::{Blake2b, U32, U64};
use crate::backend::traits::SaltedHash;
use crate::booking::{ALLOCATION, BookedSecret, COUNTS};
use crate::errno::Errno;
use crate::options::BytesOption;
use crate::symmetric::algorithm::{Algorithm, KeyLen, KeyPolicy, Parameter};
use crate::symmetric::hash::{Digest, row};
use crate::symmetric::traits::{Given, Key, Keyed, Keyless, State};

pub(super) static ALGORITHMS: &[Algorithm] = &[
    salted("BLAKE2B-512", &Salted::<Blake2b<U64>>(PhantomData)),
    salted("BLAKE2B-256", &Salted::<Blake2b<U32>>(PhantomData)),
    row("ASCON-HASH", KeyPolicy::None(&Ascon)),
];

const fn salted<H: SaltedHash>(name: &'static str, hash: &'static Salted<H>) -> Algorithm {
    let key = KeyPolicy::Optional(KeyLen::between(1, H::MAX_KEY_LEN), hash);
    Algorithm { options: const { &[Parameter::Bytes(BytesOption::Salt, H::MAX_SALT_LEN)] }, ..row(name, key) }
}

struct Ascon;

impl Keyless for Ascon {
    fn open(&self, _: &Given<'_>) -> Result<State, Errno> {
        Ok(State::Squeeze(Box::new(Digest(ascon::Hash256::new()))))
    }
}

/// A hash that takes a key and a salt, and works without.
struct Salted<H>(PhantomData<fn() -> H>);

impl<H: SaltedHash> Keyless for Salted<H> {
    fn open(&self, given: &Given<'_>) -> Result<State, Errno> {
        begin::<H>(None, given)
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
        begin::<H>(Some(&self.0), given)
    }

    fn leaves_pieces(&self) -> bool {
        true
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION
    }
}

fn begin<H: SaltedHash>(key: Option<&[u8]>, given: &Given<'_>) -> Result<State, Errno> {
    let salt = given.options.get(BytesOption::Salt).unwrap_or_default();
    Ok(State::Squeeze(Box::new(Digest(H::new(key, salt)?))))
}
