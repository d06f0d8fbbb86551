//! Symmetric states: an algorithm at work, with the options that it was opened with.

use std::sync::Arc;

use crate::backend::random;
use crate::booking::{BookedSecret, Booking, Ledger};
use crate::errno::Errno;
use crate::held::Held;
use crate::limits::{Account, Limits, Spent};
use crate::options::{BytesOption, Name, Options};
use crate::secret::{STACK_OF_KEY, Secret, in_wiped_frame};
use crate::stop::StopHandle;
use crate::symmetric::algorithm::{Algorithm, KeyPolicy, MAX_NONCE_LEN, Sealing};
use crate::symmetric::key::SymmetricKey;
use crate::symmetric::traits::{Derivation, Derived, Encrypt, Given, State, Weight};

/// A state, as its handle holds it. What its algorithm does not have is `invalid_operation`.
#[derive(Clone)]
pub(crate) struct SymmetricState {
    pub(crate) algorithm: &'static Algorithm,
    inner: State,
    /// What [`asks_before_absorbing`](crate::symmetric::traits::Absorb::asks_before_absorbing) said, so that hashing is one call of it.
    asks_before_absorbing: bool,
    /// What [`leaves_pieces`](crate::symmetric::traits::Key::leaves_pieces) said of the key: a clone is made of what the state was made of.
    leaves_pieces: bool,
    options: Option<Arc<Options>>,
}

impl SymmetricState {
    /// What the row of the algorithm says of the key: `key_not_supported`, `key_required` or `invalid_key` (of another algorithm); then of the
    /// nonce: `nonce_required` or `invalid_nonce`; then of other options: `parameters_missing` or `invalid_length`; then what the algorithm itself
    /// says of their values.
    #[inline(always)]
    pub(crate) fn open(
        algorithm: &'static Algorithm,
        key: Option<&Held<SymmetricKey>>,
        options: Option<Arc<Options>>,
    ) -> Result<Self, Errno> {
        static DEFAULT: Options = Options::DEFAULT;
        let values = options.as_deref().unwrap_or(&DEFAULT);
        match (&algorithm.key, key) {
            (KeyPolicy::None(_), Some(_)) => return Err(Errno::KeyNotSupported),
            (KeyPolicy::Required(..), None) => return Err(Errno::KeyRequired),
            (_, Some(key)) if !std::ptr::eq(key.algorithm, algorithm) => return Err(Errno::InvalidKey),
            _ => {}
        }
        let mut room = [0; MAX_NONCE_LEN];
        let nonce = algorithm.nonce.choose(values.get(BytesOption::Nonce), &mut room, random::fill)?;
        algorithm.check_options(values)?;
        let given = Given { nonce, options: values };
        let leaves_pieces = key.is_some_and(|key| key.key.prepared.leaves_pieces());
        let inner = match (&algorithm.key, key) {
            (_, Some(key)) if leaves_pieces => in_wiped_frame::<STACK_OF_KEY, _>(|| key.key.prepared.open(&given))?,
            (_, Some(key)) => key.key.prepared.open(&given)?,
            (KeyPolicy::None(keyless), None) => keyless.open(&given)?,
            (KeyPolicy::Optional(_, either), None) => either.open(&given)?,
            (KeyPolicy::Required(..), None) => return Err(Errno::KeyRequired),
        };
        let asks_before_absorbing = inner.common().asks_before_absorbing();
        Ok(Self { algorithm, asks_before_absorbing, leaves_pieces, inner, options })
    }

    /// A copy that goes its own way, without a trace on the stack.
    pub(crate) fn copy(&self) -> Self {
        if self.leaves_pieces { in_wiped_frame::<STACK_OF_KEY, _>(|| self.clone()) } else { self.clone() }
    }

    /// As [`Absorb::admit`](crate::symmetric::traits::Absorb::admit).
    #[inline(always)]
    pub(crate) fn admit(&mut self, len: usize, account: Account<'_>) -> Result<(), Errno> {
        let Account { held, total, ledger, limits } = account;
        if self.asks_before_absorbing { admit(&mut self.inner, len, held, total, ledger, limits) } else { Ok(()) }
    }

    /// As [`Absorb::absorb`](crate::symmetric::traits::Absorb::absorb).
    #[inline(always)]
    pub(crate) fn absorb(&mut self, data: &[u8]) {
        self.inner.absorbing().absorb(data);
    }

    /// Whether the state could fill `len` bytes, and how long that takes; asked before anything is written.
    pub(crate) fn check_squeeze(&self, len: usize, limits: &Limits) -> Result<Weight, Errno> {
        match &self.inner {
            State::Squeeze(state) => state.check_squeeze(len, limits).map(|()| Weight::Short),
            State::Session(state) => state.check_squeeze(len, limits).map(|()| Weight::Short),
            State::Stretch(state) => state.check_squeeze(len, limits),
            _ => Err(Errno::InvalidOperation),
        }
    }

    /// How many bytes a guest gets that has no way to say. Always the same for one algorithm.
    #[cfg(feature = "component")]
    pub(crate) fn usual_len(&self) -> usize {
        match &self.inner {
            State::Squeeze(state) => state.usual_len(),
            State::Session(state) => state.usual_len(),
            _ => 32,
        }
    }

    /// What it takes to fill `len` bytes, or to make a tag if that is `None`.
    pub(crate) fn squeeze_cost(&self, len: Option<usize>) -> Spent {
        match &self.inner {
            State::Squeeze(state) => Spent { bytes: len.map_or(0, |len| state.squeeze_cost(len)), ..Spent::default() },
            State::Session(state) => Spent { bytes: len.map_or(0, |len| state.squeeze_cost(len)), ..Spent::default() },
            State::Stretch(state) => state.cost(len),
            _ => Spent::default(),
        }
    }

    /// Fills `out`, after [`check_squeeze`](Self::check_squeeze) said yes. `in_progress` if it was stopped.
    pub(crate) fn squeeze(&mut self, out: &mut [u8], stop: &StopHandle) -> Result<(), Errno> {
        match &mut self.inner {
            State::Squeeze(state) => state.squeeze(out),
            State::Session(state) => state.squeeze(out),
            State::Stretch(state) => state.squeeze(out, stop),
            _ => Err(Errno::InvalidOperation),
        }
    }

    /// Bytes of memory that [long](Weight::Long) work takes up besides its output.
    pub(crate) fn scratch_len(&self) -> usize {
        if let State::Stretch(state) = &self.inner { state.scratch_len() } else { 0 }
    }

    /// The same as a piece of work, for what is [long](Weight::Long).
    pub(crate) fn derivation(&self, len: usize, account: &Account<'_>) -> Result<Derivation, Errno> {
        match &self.inner {
            State::Stretch(state) => state.derivation(len, account),
            _ => Err(Errno::InvalidOperation),
        }
    }

    /// The tag, or for what takes long the work that makes it; `None` for [`session_tag`](Self::session_tag), which changes the state.
    pub(crate) fn squeeze_tag(&mut self, account: &Account<'_>) -> Result<Option<Derived<Secret>>, Errno> {
        match &mut self.inner {
            State::Authenticate(state) => Ok(Some(Derived::Now(state.tag()))),
            State::Session(_) => Ok(None),
            State::Stretch(state) => state.string(account).map(Derived::Later).map(Some),
            _ => Err(Errno::InvalidOperation),
        }
    }

    /// The next tag of a session.
    pub(crate) fn session_tag(&mut self) -> Result<Secret, Errno> {
        let State::Session(state) = &mut self.inner else { return Err(Errno::InvalidOperation) };
        Ok(state.tag())
    }

    /// Whether what it gives is another each time.
    pub(crate) fn is_session(&self) -> bool {
        matches!(self.inner, State::Session(_))
    }

    /// The algorithm that it derives keys for, if it is this; `target` is an error if the guest named an unknown one.
    pub(crate) fn check_target(&self, target: Result<&'static Algorithm, Errno>) -> Result<&'static Algorithm, Errno> {
        let own = match &self.inner {
            State::DeriveKey(state) => state.target(),
            State::Session(state) => state.target(),
            _ => return Err(Errno::InvalidOperation),
        };
        target.and_then(|target| if target.name == own { Ok(target) } else { Err(Errno::InvalidOperation) })
    }

    /// Derives a key for an algorithm that [`check_target`](Self::check_target) gave, booked as `booking` says.
    pub(crate) fn squeeze_key(&mut self, target: &'static Algorithm, booking: Booking) -> Result<SymmetricKey, Errno> {
        let raw = match &mut self.inner {
            State::DeriveKey(state) => state.derive_key(),
            State::Session(state) => state.derive_key(),
            _ => return Err(Errno::InvalidOperation),
        };
        SymmetricKey::new(target, BookedSecret::new(raw, booking))
    }

    /// The most bytes that encryption adds, or the size of a MAC's tag.
    pub(crate) fn max_tag_len(&self) -> Result<usize, Errno> {
        self.algorithm.max_tag_len()
    }

    /// What encryption adds. A session without a key has none.
    #[inline(always)]
    pub(crate) fn sealing(&self) -> Result<Sealing, Errno> {
        if let State::Squeeze(_) = self.inner { Err(Errno::InvalidOperation) } else { self.algorithm.sealing() }
    }

    /// The state as a cipher.
    #[inline(always)]
    pub(crate) fn cipher(&mut self) -> Result<&mut dyn Encrypt, Errno> {
        match &mut self.inner {
            State::Encrypt(state) => Ok(&mut **state),
            State::Session(state) => Ok(&mut **state),
            _ => Err(Errno::InvalidOperation),
        }
    }

    /// What it takes of what a call may work on to encrypt or decrypt so many bytes.
    #[inline(always)]
    pub(crate) fn message_cost(&self, len: usize) -> usize {
        let associated_data = if let State::Encrypt(state) = &self.inner { state.associated_data_len() } else { 0 };
        len.saturating_add(associated_data).saturating_mul(self.algorithm.cost)
    }

    /// Makes what came before unrecoverable.
    pub(crate) fn ratchet(&mut self) -> Result<(), Errno> {
        let State::Session(state) = &mut self.inner else { return Err(Errno::InvalidOperation) };
        state.ratchet();
        Ok(())
    }

    /// The value that this state uses. `option_not_set`, or `unsupported_option` for an unknown name or one of another kind.
    pub(crate) fn option(&self, name: &[u8]) -> Result<&[u8], Errno> {
        let option = Name::parse(name)?.bytes()?;
        match (&self.inner, option) {
            (State::Encrypt(state), BytesOption::Nonce) => state.nonce().ok_or(Errno::OptionNotSet),
            (State::Session(state), BytesOption::Nonce) => state.nonce().ok_or(Errno::OptionNotSet),
            _ => self.options.as_ref().and_then(|options| options.get(option)).ok_or(Errno::OptionNotSet),
        }
    }

    /// Like [`option`](Self::option), for numbers.
    pub(crate) fn option_u64(&self, name: &[u8]) -> Result<u64, Errno> {
        let option = Name::parse(name)?.number()?;
        self.options.as_ref().and_then(|options| options.number(option)).ok_or(Errno::OptionNotSet)
    }

    /// Bytes to book, the snapshot of the options included.
    pub(crate) fn held(&self) -> usize {
        self.inner.common().held() + self.options.as_ref().map_or(0, |_| Options::HELD)
    }
}

/// Out of line, with the account in registers: hashing then does not write it down to no purpose.
#[inline(never)]
fn admit(
    state: &mut State,
    len: usize,
    held: &mut usize,
    total: &mut usize,
    ledger: &Ledger,
    limits: &Limits,
) -> Result<(), Errno> {
    state.absorbing().admit(len, &mut Account { held, total, ledger, limits })
}
