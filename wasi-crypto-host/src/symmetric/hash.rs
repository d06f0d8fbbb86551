//! Hash functions: absorb data, squeeze the hash of all data so far. SHA-2 (FIPS 180-4).

use crate::backend::digest::{self, SHA256, SHA384, SHA512, SHA512_256};
use crate::backend::traits::Hash;
use crate::booking::ALLOCATION;
use crate::errno::Errno;
use crate::limits::Limits;
use crate::symmetric::algorithm::{Algorithm, KeyPolicy, Kind, NoncePolicy};
use crate::symmetric::traits::{Absorb, Given, Keyless, Squeeze, State};

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    row("SHA-256", KeyPolicy::None(&Sha2(&SHA256))),
    row("SHA-384", KeyPolicy::None(&Sha2(&SHA384))),
    row("SHA-512", KeyPolicy::None(&Sha2(&SHA512))),
    row("SHA-512/256", KeyPolicy::None(&Sha2(&SHA512_256))),
];

pub(super) const fn row(name: &'static str, key: KeyPolicy) -> Algorithm {
    Algorithm { name, kind: Kind::Squeeze, key, nonce: NoncePolicy::None, options: &[], cost: 1 }
}

struct Sha2(&'static digest::Algorithm);

impl Keyless for Sha2 {
    fn open(&self, _: &Given<'_>) -> Result<State, Errno> {
        Ok(State::Squeeze(Box::new(Digest(digest::Unboxed::new(self.0)))))
    }
}

/// A hash under way.
#[derive(Clone)]
pub(super) struct Digest<H>(pub(super) H);

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

    #[cfg(feature = "component")]
    fn usual_len(&self) -> usize {
        self.0.output_len()
    }

    /// Finishes a copy (SYM-HASH-004), and truncates it (SYM-HASH-007).
    fn squeeze(&mut self, out: &mut [u8]) -> Result<(), Errno> {
        self.0.finish_into(out);
        Ok(())
    }
}
