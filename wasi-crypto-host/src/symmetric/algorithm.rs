//! The registry of symmetric algorithms, and the two traits that each implements.

use std::sync::Arc;

use crate::booking::BookedSecret;
use crate::errno::Errno;
use crate::limits::{Account, Limits};
use crate::options::{BytesOption, Options};
use crate::secret::Secret;
use crate::stop::StopHandle;
use crate::symmetric::key::SymmetricKey;
use crate::symmetric::{aead, hash, hkdf, mac, password};

/// All symmetric algorithms of this build.
static ALGORITHMS: &[&[Algorithm]] =
    &[aead::ALGORITHMS, hash::ALGORITHMS, mac::ALGORITHMS, hkdf::ALGORITHMS, password::ALGORITHMS];

/// A symmetric algorithm under its canonical name.
pub(crate) struct Algorithm {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

/// Whether states are opened with a key.
pub(crate) enum Kind {
    Keyless(&'static dyn Keyless),
    Keyed(&'static dyn Keyed),
}

/// An algorithm that takes no key.
pub(crate) trait Keyless: Send + Sync {
    fn open(&self, options: &Options) -> Result<Box<dyn State>, Errno>;
}

/// An algorithm that takes a key.
pub(crate) trait Keyed: Send + Sync {
    /// The size in bytes of a generated key.
    fn generated_len(&self) -> usize;

    /// Does with a key what needs to be done only once. `invalid_key` for a wrong size.
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno>;
}

/// A prepared key.
pub(crate) trait Key: Send + Sync {
    fn open(self: Arc<Self>, options: &Options) -> Result<Box<dyn State>, Errno>;

    /// Bytes to book for the key with all that it allocates, but the raw bytes.
    fn held(&self) -> usize;
}

/// A computation under way. What an algorithm does not have, it leaves to the default: `invalid_operation`.
pub(crate) trait State: Send + Sync {
    /// Whether data must be [admitted](Self::admit): not where it is hashed at once, in any amount. Asked when the state is opened.
    fn asks_before_absorbing(&self) -> bool {
        true
    }

    /// Says whether the state takes in `len` more bytes of data (to hash, to authenticate, salt, info, associated data, a password), and
    /// books what it will gather of them.
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        let _ = (len, account);
        Err(Errno::InvalidOperation)
    }

    /// Takes in data that was [admitted](Self::admit), or a piece of it.
    fn absorb(&mut self, data: &[u8]) {
        let _ = data;
    }

    /// Whether the state could fill `len` bytes, and how long that takes; asked before anything is written.
    fn check_squeeze(&self, len: usize, limits: &Limits) -> Result<Weight, Errno> {
        let _ = (len, limits);
        Err(Errno::InvalidOperation)
    }

    /// Fills `out`, after [`check_squeeze`](Self::check_squeeze) said yes. `in_progress` if it was stopped.
    fn squeeze(&mut self, out: &mut [u8], stop: &StopHandle) -> Result<(), Errno> {
        let _ = (out, stop);
        Err(Errno::InvalidOperation)
    }

    /// The same as [`squeeze`](Self::squeeze) as a piece of work, for what is [long](Weight::Long). `overflow` if the guest has no room for
    /// the output, which is booked until it is handed over.
    fn derivation(&self, len: usize, account: &Account<'_>) -> Result<Derivation, Errno> {
        let _ = (len, account);
        Err(Errno::InvalidOperation)
    }

    /// The tag, or for what takes long the work that makes it. What needs much memory books it before.
    fn squeeze_tag(&mut self, account: &Account<'_>) -> Result<Derived<Secret>, Errno> {
        let _ = account;
        Err(Errno::InvalidOperation)
    }

    /// Derives a key for another algorithm; `target` is an error if the guest named an unknown one.
    fn squeeze_key(&mut self, target: Result<&'static Algorithm, Errno>) -> Result<SymmetricKey, Errno> {
        let _ = target;
        Err(Errno::InvalidOperation)
    }

    /// The most bytes that encryption adds.
    fn max_tag_len(&self) -> Result<usize, Errno> {
        Err(Errno::InvalidOperation)
    }

    /// What there is to know before encryption and decryption with a tag, of which no state has one alone.
    fn aead(&self) -> Result<Aead, Errno> {
        Err(Errno::InvalidOperation)
    }

    /// Encrypts `buffer` in place and fills `tag`, which has as many bytes as [`Aead::tag_len`] says.
    fn encrypt(&mut self, buffer: &mut [u8], tag: &mut [u8]) -> Result<(), Errno> {
        let _ = (buffer, tag);
        Err(Errno::InvalidOperation)
    }

    /// Decrypts `buffer` in place if `tag` is right, else wipes it and returns `invalid_tag`.
    fn decrypt(&mut self, buffer: &mut [u8], tag: &[u8]) -> Result<(), Errno> {
        let _ = (buffer, tag);
        Err(Errno::InvalidOperation)
    }

    fn ratchet(&mut self) -> Result<(), Errno> {
        Err(Errno::InvalidOperation)
    }

    /// The value in use where it is not the one that the option set had.
    fn option(&self, option: BytesOption) -> Option<&[u8]> {
        let _ = option;
        None
    }

    fn boxed_clone(&self) -> Box<dyn State>;

    /// Bytes to book for the state with all that it allocates or keeps, but what is a
    /// [`BookedSecret`]: raw bytes of keys, long values of options. What is gathered counts by its capacity.
    fn held(&self) -> usize;
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

/// No cipher has longer tags, in bytes.
pub(crate) const MAX_TAG_LEN: usize = 64;

/// A state as a cipher with a tag of constant size. So small that it is returned in a register.
#[derive(Clone, Copy)]
pub(crate) struct Aead {
    /// The size of the tag in bytes, at most [`MAX_TAG_LEN`].
    pub(crate) tag_len: u8,
    /// `nonce_required` if the state or a copy of it has encrypted before.
    pub(crate) may_encrypt: Result<(), Errno>,
}

impl Algorithm {
    /// The algorithm of this name, in any ASCII case. `unsupported_algorithm` if there is none.
    pub(crate) fn find(name: &[u8]) -> Result<&'static Self, Errno> {
        Self::all()
            .find(|algorithm| algorithm.name.as_bytes().eq_ignore_ascii_case(name))
            .ok_or(Errno::UnsupportedAlgorithm)
    }

    pub(crate) fn all() -> impl Iterator<Item = &'static Self> {
        ALGORITHMS.iter().copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found_in_any_case() {
        for (i, algorithm) in Algorithm::all().enumerate() {
            let found = Algorithm::find(algorithm.name.to_ascii_lowercase().as_bytes()).ok().unwrap();
            assert!(std::ptr::eq(found, algorithm), "{} twice", algorithm.name);
            assert!(Algorithm::all().take(i).all(|other| other.name != algorithm.name));
        }
        assert_eq!(Algorithm::find(b"SHA-256 ").err(), Some(Errno::UnsupportedAlgorithm));
        assert_eq!(Algorithm::find(b"").err(), Some(Errno::UnsupportedAlgorithm));
    }
}
