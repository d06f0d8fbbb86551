//! Hash functions with an output of any length: absorb data, then squeeze; each squeeze goes on where the one before it ended. BLAKE3;
//! cSHAKE (NIST SP 800-185), TurboSHAKE, KangarooTwelve (RFC 9861). The option `context` is the customization of cSHAKE and KangarooTwelve.

use std::sync::Arc;

use crate::backend::blake3::{Blake3, KEY_LEN};
use crate::backend::sponge::Sponge;
use crate::backend::traits::Xof;
use crate::booking::{ALLOCATION, BookedSecret, COUNTS};
use crate::errno::Errno;
use crate::limits::{Account, Limits};
use crate::options::BytesOption;
use crate::symmetric::algorithm::{Algorithm, KeyLen, KeyPolicy, Kind, NoncePolicy, Parameter};
use crate::symmetric::traits::{Absorb, Given, Key, Keyed, Keyless, Squeeze, State};

pub(super) static ALGORITHMS: &[Algorithm] = &[
    row("BLAKE3", KeyPolicy::Optional(KeyLen::exactly(KEY_LEN), &WithKey(Blake3::new))),
    customized("CSHAKE-128", ANY_CONTEXT, &Customized(Sponge::cshake_128)),
    customized("CSHAKE-256", ANY_CONTEXT, &Customized(Sponge::cshake_256)),
    row("TURBOSHAKE-128", KeyPolicy::None(&Plain(Sponge::turboshake_128))),
    row("TURBOSHAKE-256", KeyPolicy::None(&Plain(Sponge::turboshake_256))),
    customized("KT128", SHORT_CONTEXT, &Customized(Sponge::kt_128)),
    customized("KT256", SHORT_CONTEXT, &Customized(Sponge::kt_256)),
];

const fn row(name: &'static str, key: KeyPolicy) -> Algorithm {
    Algorithm { name, kind: Kind::Squeeze, key, nonce: NoncePolicy::None, options: &[], cost: 1 }
}

const fn customized(name: &'static str, context: &'static [Parameter], keyless: &'static dyn Keyless) -> Algorithm {
    Algorithm { options: context, ..row(name, KeyPolicy::None(keyless)) }
}

/// cSHAKE hashes its customization first.
const ANY_CONTEXT: &[Parameter] = &[Parameter::Bytes(BytesOption::Context, usize::MAX)];

/// KangarooTwelve hashes its customization last, and each state has a copy of its own until then: more is no name of a domain.
const SHORT_CONTEXT: &[Parameter] = &[Parameter::Bytes(BytesOption::Context, 1 << 17)];

/// One that takes nothing but data.
struct Plain<X>(fn() -> X);

impl<X: Xof> Keyless for Plain<X> {
    fn open(&self, _: &Given<'_>) -> Result<State, Errno> {
        Ok(Stream::open(self.0()))
    }
}

/// One that can be customized.
struct Customized<X>(fn(&[u8]) -> X);

impl<X: Xof> Keyless for Customized<X> {
    fn open(&self, given: &Given<'_>) -> Result<State, Errno> {
        Ok(Stream::open(self.0(given.options.get(BytesOption::Context).unwrap_or_default())))
    }
}

/// One that takes a key, and works without.
struct WithKey<X>(fn(Option<&[u8]>) -> Result<X, Errno>);

impl<X: Xof> Keyless for WithKey<X> {
    fn open(&self, _: &Given<'_>) -> Result<State, Errno> {
        Ok(Stream::open(self.0(None)?))
    }
}

impl<X: Xof> Keyed for WithKey<X> {
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        Ok(Arc::new(Begun(self.0(Some(raw))?)))
    }
}

/// Nothing but the key has gone in; states are copies.
struct Begun<X>(X);

impl<X: Xof> Key for Begun<X> {
    fn open(&self, _: &Given<'_>) -> Result<State, Errno> {
        Ok(Stream::open(self.0.clone()))
    }

    fn leaves_pieces(&self) -> bool {
        true
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION + self.0.held()
    }
}

#[derive(Clone)]
struct Stream<X> {
    xof: X,
    /// Whether output has begun; nothing can be absorbed any more.
    squeezing: bool,
}

impl<X: Xof> Stream<X> {
    fn open(xof: X) -> State {
        State::Squeeze(Box::new(Self { xof, squeezing: false }))
    }
}

impl<X: Xof> Absorb for Stream<X> {
    fn admit(&mut self, _: usize, _: &mut Account<'_>) -> Result<(), Errno> {
        if self.squeezing { Err(Errno::InvalidOperation) } else { Ok(()) }
    }

    fn absorb(&mut self, data: &[u8]) {
        self.xof.update(data);
    }

    fn to_state(&self) -> State {
        State::Squeeze(Box::new(self.clone()))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + ALLOCATION + self.xof.held()
    }
}

impl<X: Xof> Squeeze for Stream<X> {
    /// `overflow` for more than one call may work on; two calls give what one would.
    fn check_squeeze(&self, len: usize, limits: &Limits) -> Result<(), Errno> {
        if self.squeeze_cost(len) > limits.call_bytes { Err(Errno::Overflow) } else { Ok(()) }
    }

    fn squeeze_cost(&self, len: usize) -> usize {
        // cSHAKE-256 takes four times as long for a byte as most encryption.
        len.saturating_mul(4)
    }

    fn squeeze(&mut self, out: &mut [u8]) -> Result<(), Errno> {
        self.squeezing = true;
        self.xof.squeeze(out);
        Ok(())
    }
}
