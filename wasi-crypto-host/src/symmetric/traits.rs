//! What a family of algorithms provides: keys, and states, which are small traits by what they give.

use std::sync::Arc;

use crate::booking::BookedSecret;
use crate::errno::Errno;
use crate::limits::{Account, Limits, Spent};
use crate::options::Options;
use crate::secret::Secret;
use crate::stop::StopHandle;

/// An algorithm that works without a key.
pub(crate) trait Keyless: Send + Sync {
    fn open(&self, given: &Given<'_>) -> Result<State, Errno>;
}

/// An algorithm that works with a key.
pub(crate) trait Keyed: Send + Sync {
    /// Does with a key what needs to be done only once. Its size is one that the row of the algorithm allows.
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno>;
}

/// An algorithm that works with a key and without.
pub(crate) trait KeyedOrNot: Keyless + Keyed {}

impl<T: Keyless + Keyed> KeyedOrNot for T {}

/// A prepared key.
pub(crate) trait Key: Send + Sync {
    /// A new state. What it shares with the key is behind an `Arc` inside: with one around the key, each state would count twice.
    fn open(&self, given: &Given<'_>) -> Result<State, Errno>;

    /// Whether a library leaves pieces of the key on the stack when it makes a state. Then the stack is wiped, which takes a tenth of a
    /// microsecond.
    fn leaves_pieces(&self) -> bool {
        false
    }

    /// Bytes to book for the key with all that it allocates, but the raw bytes.
    fn held(&self) -> usize;
}

/// What a state is opened with besides a key, all of it as the row of the algorithm says.
pub(crate) struct Given<'a> {
    /// The guest's or one that the host has chosen. None if the algorithm takes none, or works without and was given none.
    pub(crate) nonce: Option<&'a [u8]>,
    pub(crate) options: &'a Options,
}

impl Given<'_> {
    /// The nonce of an algorithm that always has one, of one size. `invalid_nonce` if it has another.
    pub(crate) fn nonce<N: for<'b> TryFrom<&'b [u8]>>(&self) -> Result<N, Errno> {
        self.nonce.and_then(|nonce| nonce.try_into().ok()).ok_or(Errno::InvalidNonce)
    }
}

/// A computation under way, by what it gives.
pub(crate) enum State {
    Squeeze(Box<dyn Squeeze>),
    Authenticate(Box<dyn Authenticate>),
    DeriveKey(Box<dyn DeriveKey>),
    Stretch(Box<dyn Stretch>),
    Encrypt(Box<dyn Encrypt>),
    Session(Box<dyn Session>),
}

/// What all states have in common.
pub(crate) trait Absorb: Send + Sync {
    /// Whether data must be [admitted](Self::admit): not where it is hashed at once, in any amount. Asked when the state is opened.
    fn asks_before_absorbing(&self) -> bool {
        true
    }

    /// Says whether the state takes in `len` more bytes of data (to hash, to authenticate, salt, info, associated data, a password), and
    /// books what it will gather of them. `invalid_operation` if it takes none, or none any more.
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        let _ = (len, account);
        Err(Errno::InvalidOperation)
    }

    /// Takes in data that was [admitted](Self::admit), or a piece of it.
    fn absorb(&mut self, data: &[u8]) {
        let _ = data;
    }

    fn to_state(&self) -> State;

    /// Bytes to book for the state with all that it allocates or keeps, but what is a
    /// [`BookedSecret`]: raw bytes of keys, long values of options. What is gathered counts by its capacity.
    fn held(&self) -> usize;
}

/// Gives bytes, within milliseconds: a hash, a hash with an output of any length, the second step of a key derivation.
pub(crate) trait Squeeze: Absorb {
    /// Whether the state could fill `len` bytes; asked before anything is written.
    fn check_squeeze(&self, len: usize, limits: &Limits) -> Result<(), Errno>;

    /// How much of what a call may work on, in bytes, it takes to fill `len` bytes: nothing where an output is short.
    fn squeeze_cost(&self, len: usize) -> usize {
        let _ = len;
        0
    }

    /// How many bytes it gives to those who do not say: as many as serve every strength, where its output has no end.
    #[cfg(feature = "component")]
    fn usual_len(&self) -> usize {
        64
    }

    /// Fills `out`, after [`check_squeeze`](Self::check_squeeze) said yes.
    fn squeeze(&mut self, out: &mut [u8]) -> Result<(), Errno>;
}

/// Gives tags: a MAC.
pub(crate) trait Authenticate: Absorb {
    /// The tag of all data so far, as long as the row of the algorithm says; more can follow.
    fn tag(&self) -> Secret;
}

/// Gives a key for another state: the first step of a key derivation.
pub(crate) trait DeriveKey: Absorb {
    /// The only algorithm that the key is for.
    fn target(&self) -> &'static str;

    fn derive_key(&mut self) -> Secret;
}

/// Gives bytes and a string from a password, slowly.
pub(crate) trait Stretch: Absorb {
    /// Whether the state could fill `len` bytes, and how long that takes; asked before anything is written.
    fn check_squeeze(&self, len: usize, limits: &Limits) -> Result<Weight, Errno>;

    /// What it takes of what a call may take to fill `len` bytes, or for a string if that is `None`.
    fn cost(&self, len: Option<usize>) -> Spent;

    /// Bytes of memory that the work takes up besides what goes in and out. Only what is always [long](Weight::Long) takes up any.
    fn scratch_len(&self) -> usize;

    /// Fills `out`, after [`check_squeeze`](Self::check_squeeze) said yes. `in_progress` if it was stopped.
    fn squeeze(&self, out: &mut [u8], stop: &StopHandle) -> Result<(), Errno>;

    /// The same as a piece of work, for what is [long](Weight::Long). `overflow` if the guest has no room for the output, which is
    /// booked until it is handed over, and for what the work takes up until it is done.
    fn derivation(&self, len: usize, account: &Account<'_>) -> Result<Derivation, Errno>;

    /// The work that makes a string which says how it was made. `overflow` as for a [derivation](Self::derivation).
    fn string(&self, account: &Account<'_>) -> Result<Derivation, Errno>;
}

/// Encrypts and decrypts. The row of the algorithm says how long the results are, and operations have checked their buffers by it.
pub(crate) trait Encrypt: Absorb {
    /// Bytes of associated data, which are read again with each message.
    fn associated_data_len(&self) -> usize {
        0
    }

    /// `nonce_required` if the state or a copy of it has encrypted before, and must not again. `overflow` if the algorithm does not go on
    /// for `len` bytes.
    fn check_encrypt(&self, len: usize) -> Result<(), Errno>;

    /// Begins an encryption under the nonce of the state: the last thing that may fail, before anything is written. Fails as
    /// [`check_encrypt`](Self::check_encrypt).
    fn begin_encrypt(&mut self, len: usize) -> Result<(), Errno>;

    /// Encrypts in place the message of `len` bytes at the front of `buffer`, which has room for the sealed text, after
    /// [`begin_encrypt`](Self::begin_encrypt) said yes.
    fn encrypt(&mut self, buffer: &mut [u8], len: usize) -> Result<(), Errno>;

    /// Encrypts `message` in place and fills `tag`, after the same. Not for what has no [detached tag](crate::symmetric::algorithm::Sealing).
    fn encrypt_detached(&mut self, message: &mut [u8], tag: &mut [u8]) -> Result<(), Errno>;

    /// `overflow` if the algorithm does not go on for `len` bytes and the end, or if `end` has more of the message than `room` bytes. `before` are as
    /// many bytes that come before the end, or none. What is not well-formed has room: [`decrypt`](Self::decrypt) finds it out. Not for what has
    /// a tag.
    fn check_decrypt(&self, len: usize, before: &[u8], end: &[u8], room: usize) -> Result<(), Errno> {
        _ = (len, before, end, room);
        Ok(())
    }

    /// Decrypts a sealed text in place, after [`check_decrypt`](Self::check_decrypt) said yes: its first `len` bytes are at the front of `buffer`, the
    /// rest, a tag or the last block, is `end`. Returns the length of the message. `invalid_tag` if it is not authentic or not well-formed, and
    /// the whole buffer is wiped then.
    fn decrypt(&mut self, buffer: &mut [u8], len: usize, end: &[u8]) -> Result<usize, Errno>;

    /// The nonce in use, if there is any.
    fn nonce(&self) -> Option<&[u8]>;
}

/// Does all of it, in any order; each result depends on all that came before it.
pub(crate) trait Session: Encrypt + Squeeze + DeriveKey {
    /// A tag of all so far, as long as those of messages.
    fn tag(&mut self) -> Secret;

    /// Makes what came before unrecoverable.
    fn ratchet(&mut self);
}

/// How long an output takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// At most some milliseconds.
    Short,
    /// Long enough to be worth another thread, up to seconds.
    Long,
}

/// A derivation that can be moved to another thread, with all that it takes up booked. `in_progress` if it was stopped.
pub(crate) type Derivation = Box<dyn FnOnce(&StopHandle) -> Result<BookedSecret, Errno> + Send>;

/// A result that is there, or the derivation whose result it is.
pub(crate) enum Derived<T> {
    Now(T),
    Later(Derivation),
}

impl State {
    /// The state as what all states are.
    #[inline(always)]
    pub(crate) fn absorbing(&mut self) -> &mut dyn Absorb {
        match self {
            Self::Squeeze(state) => &mut **state,
            Self::Authenticate(state) => &mut **state,
            Self::DeriveKey(state) => &mut **state,
            Self::Stretch(state) => &mut **state,
            Self::Encrypt(state) => &mut **state,
            Self::Session(state) => &mut **state,
        }
    }

    /// The same to look at.
    pub(crate) fn common(&self) -> &dyn Absorb {
        match self {
            Self::Squeeze(state) => &**state,
            Self::Authenticate(state) => &**state,
            Self::DeriveKey(state) => &**state,
            Self::Stretch(state) => &**state,
            Self::Encrypt(state) => &**state,
            Self::Session(state) => &**state,
        }
    }
}

impl Clone for State {
    fn clone(&self) -> Self {
        self.common().to_state()
    }
}
