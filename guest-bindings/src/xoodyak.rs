//! Xoodyak (NIST Lightweight Cryptography, final round), on hosts that have it: a session that absorbs, encrypts, squeezes and forgets, in any
//! order; what comes out depends on all that came before. As an AEAD it is [`Xoodyak128`](crate::aead::Xoodyak128).
//!
//! ```no_run
//! use wasi_crypto_bindings::xoodyak::Session;
//!
//! let (mut ours, mut theirs) = (Session::keyed(&[7; 16], None)?, Session::keyed(&[7; 16], None)?);
//! ours.absorb(b"header")?;
//! let sealed = ours.seal(b"first message")?;
//! theirs.absorb(b"header")?;
//! assert_eq!(theirs.open(&sealed)?, b"first message");
//! // What was said before cannot be computed from what either side has now.
//! ours.ratchet()?;
//! theirs.ratchet()?;
//! assert_eq!(theirs.open(&ours.seal(b"second message")?)?, b"second message");
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```

use alloc::vec;
use alloc::vec::Vec;

use crate::error::Error;
use crate::symmetric::{Key, Options, State};

/// The size of a key in bytes.
pub const KEY_LEN: usize = 16;

/// The size of a nonce in bytes.
pub const NONCE_LEN: usize = 16;

/// The size of a tag in bytes.
pub const TAG_LEN: usize = 16;

const NAME: &str = "XOODYAK-128";

/// A session. Cloning copies it as it is, and panics if the host refuses; [`try_clone`](Self::try_clone) reports that.
#[derive(Clone, Debug)]
pub struct Session(State);

impl Session {
    /// A session without a key, which hashes: it absorbs and squeezes only.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles), [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm).
    pub fn hash() -> Result<Self, Error> {
        State::open(NAME, None, None).map(Self)
    }

    /// A session with a key. Without a nonce, it must absorb something that no other session with this key does before it encrypts.
    ///
    /// # Errors
    ///
    /// As for [`hash`](Self::hash).
    pub fn keyed(key: &[u8; KEY_LEN], nonce: Option<&[u8; NONCE_LEN]>) -> Result<Self, Error> {
        let key = Key::import(NAME, key)?;
        let options = nonce.map(|nonce| Options::new()?.nonce(nonce)).transpose()?;
        State::open(NAME, Some(&key), options.as_ref()).map(Self)
    }

    /// Takes in one piece of data. Two pieces are not the same as one that is both.
    ///
    /// # Errors
    ///
    /// None that a host of wasi-crypto 0.10 needs to return.
    pub fn absorb(&mut self, data: &[u8]) -> Result<(), Error> {
        self.0.absorb(data)
    }

    /// Fills `out`.
    ///
    /// # Errors
    ///
    /// [`Overflow`](Error::Overflow) for more than the host gives in one call.
    pub fn squeeze(&mut self, out: &mut [u8]) -> Result<(), Error> {
        self.0.squeeze(out)
    }

    /// A tag of all so far.
    ///
    /// # Errors
    ///
    /// [`InvalidOperation`](Error::InvalidOperation) without a key.
    pub fn squeeze_tag(&mut self) -> Result<[u8; TAG_LEN], Error> {
        let mut tag = [0; TAG_LEN];
        self.0.squeeze_tag()?.pull_into(&mut tag)?;
        Ok(tag)
    }

    /// A session under a key that this one gives, which never leaves the host.
    ///
    /// # Errors
    ///
    /// [`InvalidOperation`](Error::InvalidOperation) without a key; those of [`hash`](Self::hash).
    pub fn squeeze_session(&mut self) -> Result<Self, Error> {
        let key = self.0.squeeze_key(NAME)?;
        State::open(NAME, Some(&key), None).map(Self)
    }

    /// Encrypts a message and appends a tag of all so far.
    ///
    /// # Errors
    ///
    /// [`InvalidOperation`](Error::InvalidOperation) without a key.
    pub fn seal(&mut self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let mut sealed = vec![0; message.len() + TAG_LEN];
        self.0.encrypt(&mut sealed, message)?;
        Ok(sealed)
    }

    /// Decrypts a message that ends with its tag.
    ///
    /// # Errors
    ///
    /// [`InvalidTag`](Error::InvalidTag) if it is not authentic; the session is as it was then.
    /// [`InvalidOperation`](Error::InvalidOperation) without a key.
    pub fn open(&mut self, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let len = sealed.len().checked_sub(TAG_LEN).ok_or(Error::InvalidTag)?;
        let mut message = vec![0; len];
        self.0.decrypt(&mut message, sealed)?;
        Ok(message)
    }

    /// Makes what came before impossible to compute from what is here now.
    ///
    /// # Errors
    ///
    /// [`InvalidOperation`](Error::InvalidOperation) without a key.
    pub fn ratchet(&mut self) -> Result<(), Error> {
        self.0.ratchet()
    }

    /// A copy of the session as it is.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles).
    pub fn try_clone(&self) -> Result<Self, Error> {
        self.0.try_clone().map(Self)
    }
}
