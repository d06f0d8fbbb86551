//! A password on its way into a password hash.
//!
//! The tag is a string that says how it was made, in the PHC string format: what to store of a password, and to compare with.

use std::sync::Arc;

use base64ct::{Base64Unpadded, Encoding};

use crate::booking::{ALLOCATION, BookedSecret};
use crate::errno::Errno;
use crate::limits::{Account, Limits, Spent};
use crate::options::Value;
use crate::secret::{STACK_OF_PASSWORD, Secret, in_wiped_frame};
use crate::stop::StopHandle;
use crate::symmetric::tag::SymmetricTag;
use crate::symmetric::traits::{Absorb, Derivation, State, Stretch, Weight};

/// A password hash with its costs.
pub(crate) trait PasswordHash: Clone + Send + Sync + 'static {
    /// How many bytes of hash are in the string.
    fn hash_len(&self) -> usize;

    /// What the string begins with: the name of the function, and the costs.
    fn string_start(&self) -> String;

    /// What an output takes of what a call may take.
    fn cost(&self, lens: &Lens) -> Spent;

    /// How long an output takes. `invalid_length` for one that the function cannot have, `prohibited_operation` above the limits.
    fn check(&self, lens: &Lens, limits: &Limits) -> Result<Weight, Errno>;

    /// Bytes of memory that the work takes up besides what goes in and out. Only what is always [long](Weight::Long) takes up any.
    fn scratch_len(&self) -> usize {
        0
    }

    /// Fills `out`. `in_progress` if it was stopped; there are zeros in `out` then, or what was there before.
    fn derive(&self, password: &[u8], salt: &[u8], out: &mut [u8], stop: &StopHandle) -> Result<(), Errno>;
}

/// The sizes of what goes in and out, in bytes.
pub(crate) struct Lens {
    pub(crate) password: usize,
    pub(crate) salt: usize,
    pub(crate) out: usize,
}

/// A new state.
pub(crate) fn open(function: impl PasswordHash, salt: &Value) -> State {
    State::Stretch(Box::new(Password { function, salt: salt.clone(), password: Arc::default() }))
}

#[derive(Clone)]
struct Password<F> {
    function: F,
    salt: Value,
    /// Shared with clones, and with work that is done elsewhere, until more is absorbed.
    password: Arc<BookedSecret>,
}

impl<F: PasswordHash> Password<F> {
    fn lens(&self, out: usize) -> Lens {
        Lens { password: self.password.len(), salt: self.salt.len(), out }
    }

    /// The size of the [string](Self::string), in bytes.
    fn string_len(&self) -> usize {
        self.function.string_start().len() + encoded_len(self.salt.len()) + encoded_len(self.function.hash_len())
    }

    /// `$NAME$COSTS$SALT$HASH`.
    fn string(&self, stop: &StopHandle) -> Result<Secret, Errno> {
        let mut hash = Secret::zeroed(self.function.hash_len());
        self.squeeze(&mut hash, stop)?;
        let start = self.function.string_start();
        let mut string = Secret::zeroed(self.string_len());
        let (front, mut rest) = string.split_at_mut(start.len());
        front.copy_from_slice(start.as_bytes());
        for part in [&*self.salt, &*hash] {
            let (encoded, after) = rest.split_at_mut(encoded_len(part.len()));
            encoded[0] = b'$';
            Base64Unpadded::encode(part, &mut encoded[1..]).map_err(|_| Errno::InternalError)?;
            rest = after;
        }
        Ok(string)
    }
}

/// The length of a part of the string, with the `$` before it.
fn encoded_len(len: usize) -> usize {
    1 + (len * 4).div_ceil(3)
}

impl<F: PasswordHash> Absorb for Password<F> {
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

impl<F: PasswordHash> Stretch for Password<F> {
    fn check_squeeze(&self, len: usize, limits: &Limits) -> Result<Weight, Errno> {
        self.function.check(&self.lens(len), limits)
    }

    fn cost(&self, len: Option<usize>) -> Spent {
        self.function.cost(&self.lens(len.unwrap_or(self.function.hash_len())))
    }

    fn scratch_len(&self) -> usize {
        self.function.scratch_len()
    }

    fn squeeze(&self, out: &mut [u8], stop: &StopHandle) -> Result<(), Errno> {
        in_wiped_frame::<STACK_OF_PASSWORD, _>(|| self.function.derive(&self.password, &self.salt, out, stop))
    }

    fn derivation(&self, len: usize, account: &Account<'_>) -> Result<Derivation, Errno> {
        let booking = account.reserve(len)?;
        let (state, scratch) = (self.clone(), account.reserve(self.scratch_len())?);
        Ok(Box::new(move |stop| {
            let mut out = Secret::zeroed(len);
            state.squeeze(&mut out, stop)?;
            drop(scratch);
            Ok(BookedSecret::new(out, booking))
        }))
    }

    fn string(&self, account: &Account<'_>) -> Result<Derivation, Errno> {
        self.check_squeeze(self.function.hash_len(), account.limits)?;
        // All that the tag will take up: of several that are made side by side, a later one must not have the room of one before it.
        let booking = account.reserve(SymmetricTag::room(self.string_len()))?;
        let (state, scratch) = (self.clone(), account.reserve(self.scratch_len())?);
        Ok(Box::new(move |stop| {
            let string = state.string(stop)?;
            drop(scratch);
            Ok(BookedSecret::new(string, booking))
        }))
    }
}
