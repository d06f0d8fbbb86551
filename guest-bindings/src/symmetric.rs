//! Keys, states, tags and options as the host has them, for any symmetric algorithm by its name.
//!
//! The other modules are built from these. Use them for algorithms that your host has and this crate does not name:
//!
//! ```no_run
//! use wasi_crypto_bindings::symmetric::State;
//!
//! let mut state = State::open("BLAKE3", None, None)?;
//! state.absorb(b"any algorithm of the host")?;
//! let mut digest = [0; 32];
//! state.squeeze(&mut digest)?;
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```
//!
//! Each object closes itself when it is dropped.

use alloc::vec;
use alloc::vec::Vec;
use core::mem;

use zeroize::Zeroizing;

use crate::error::Error;
use crate::host;
use crate::raw::Handle;

/// A secret key, bound to one algorithm. The host holds it; the guest sees its bytes only if it exports them.
#[derive(Debug)]
pub struct Key(pub(crate) Handle);

impl Key {
    /// A key of these bytes.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](Error::InvalidKey) if the algorithm has keys of another size,
    /// [`KeyNotSupported`](Error::KeyNotSupported) if it has none, [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm).
    pub fn import(algorithm: &str, raw: &[u8]) -> Result<Self, Error> {
        host::key_import(algorithm, raw).map(Self)
    }

    /// A new random key.
    ///
    /// # Errors
    ///
    /// [`KeyNotSupported`](Error::KeyNotSupported) if the algorithm has no keys,
    /// [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm).
    pub fn generate(algorithm: &str) -> Result<Self, Error> {
        host::key_generate(algorithm, None).map(Self)
    }

    /// Like [`generate`](Self::generate), for algorithms whose key generation has options.
    ///
    /// # Errors
    ///
    /// As for [`generate`](Self::generate).
    pub fn generate_with(algorithm: &str, options: &Options) -> Result<Self, Error> {
        host::key_generate(algorithm, Some(options.0)).map(Self)
    }

    /// The bytes of the key, wiped when dropped.
    ///
    /// # Errors
    ///
    /// [`ProhibitedOperation`](Error::ProhibitedOperation) if the host keeps the key to itself.
    pub fn export(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        host::key_export(self.0)
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        host::key_close(self.0);
    }
}

/// A computation under way. What each operation means, the algorithm says; those it does not have
/// end with [`InvalidOperation`](Error::InvalidOperation).
#[derive(Debug)]
pub struct State(pub(crate) Handle);

impl State {
    /// Begins. The key and the options may be dropped or changed afterwards: the state has what it needs.
    ///
    /// # Errors
    ///
    /// [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm); [`KeyRequired`](Error::KeyRequired),
    /// [`KeyNotSupported`](Error::KeyNotSupported), [`InvalidKey`](Error::InvalidKey) if it belongs to another algorithm;
    /// [`NonceRequired`](Error::NonceRequired), [`InvalidNonce`](Error::InvalidNonce),
    /// [`ParametersMissing`](Error::ParametersMissing).
    pub fn open(algorithm: &str, key: Option<&Key>, options: Option<&Options>) -> Result<Self, Error> {
        host::state_open(algorithm, key.map(|key| key.0), options.map(|options| options.0)).map(Self)
    }

    /// A copy that goes its own way from here.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles).
    pub fn try_clone(&self) -> Result<Self, Error> {
        host::state_clone(self.0).map(Self)
    }

    /// Takes in data: to hash, to authenticate, a salt, info, associated data, a password.
    ///
    /// # Errors
    ///
    /// [`Overflow`](Error::Overflow) if the algorithm must keep the data and it is too much,
    /// [`InvalidOperation`](Error::InvalidOperation).
    pub fn absorb(&mut self, data: &[u8]) -> Result<(), Error> {
        host::state_absorb(self.0, data)
    }

    /// Fills `out` with a digest or derived bytes.
    ///
    /// # Errors
    ///
    /// [`InvalidLength`](Error::InvalidLength) if the algorithm cannot give as much,
    /// [`InvalidOperation`](Error::InvalidOperation).
    pub fn squeeze(&mut self, out: &mut [u8]) -> Result<(), Error> {
        host::state_squeeze(self.0, out)
    }

    /// The tag over all data so far.
    ///
    /// # Errors
    ///
    /// [`InvalidOperation`](Error::InvalidOperation).
    pub fn squeeze_tag(&mut self) -> Result<Tag, Error> {
        host::state_squeeze_tag(self.0).map(Tag)
    }

    /// A key for another algorithm, which never leaves the host.
    ///
    /// # Errors
    ///
    /// [`InvalidOperation`](Error::InvalidOperation), [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm).
    pub fn squeeze_key(&mut self, algorithm: &str) -> Result<Key, Error> {
        host::state_squeeze_key(self.0, algorithm).map(Key)
    }

    /// The most bytes that [`encrypt`](Self::encrypt) adds to a message.
    ///
    /// # Errors
    ///
    /// [`InvalidOperation`](Error::InvalidOperation).
    pub fn max_tag_len(&self) -> Result<usize, Error> {
        host::state_max_tag_len(self.0)
    }

    /// Encrypts `data` into `out`, the tag behind it, and returns the length of both.
    ///
    /// # Errors
    ///
    /// [`Overflow`](Error::Overflow) or [`InvalidLength`](Error::InvalidLength) if `out` is too small or too large,
    /// [`NonceRequired`](Error::NonceRequired) the second time, [`InvalidOperation`](Error::InvalidOperation).
    pub fn encrypt(&mut self, out: &mut [u8], data: &[u8]) -> Result<usize, Error> {
        host::state_encrypt(self.0, out, data)
    }

    /// Encrypts the first `len` bytes of `buffer` in place; the tag fills the rest.
    ///
    /// # Errors
    ///
    /// As for [`encrypt`](Self::encrypt).
    ///
    /// # Panics
    ///
    /// If `buffer` has less than `len` bytes.
    pub fn encrypt_in_place(&mut self, buffer: &mut [u8], len: usize) -> Result<usize, Error> {
        host::state_encrypt_in_place(self.0, buffer, len)
    }

    /// Encrypts `data` into `out`, which is as long, and returns the tag.
    ///
    /// # Errors
    ///
    /// As for [`encrypt`](Self::encrypt).
    pub fn encrypt_detached(&mut self, out: &mut [u8], data: &[u8]) -> Result<Tag, Error> {
        host::state_encrypt_detached(self.0, out, data).map(Tag)
    }

    /// Encrypts `buffer` in place and returns the tag.
    ///
    /// # Errors
    ///
    /// As for [`encrypt`](Self::encrypt).
    pub fn encrypt_in_place_detached(&mut self, buffer: &mut [u8]) -> Result<Tag, Error> {
        host::state_encrypt_detached_in_place(self.0, buffer).map(Tag)
    }

    /// Decrypts `data`, a message with its tag behind it, into `out`, and returns the length of the message.
    ///
    /// # Errors
    ///
    /// [`InvalidTag`](Error::InvalidTag) if it is not authentic: `out` is then wiped.
    /// [`Overflow`](Error::Overflow) or [`InvalidLength`](Error::InvalidLength) if `out` is too small or too large.
    pub fn decrypt(&mut self, out: &mut [u8], data: &[u8]) -> Result<usize, Error> {
        wiped_unless_authentic(out, |out| host::state_decrypt(self.0, out, data))
    }

    /// Decrypts all of `buffer`, a message with its tag behind it, into its first `len` bytes.
    ///
    /// # Errors
    ///
    /// As for [`decrypt`](Self::decrypt); all of `buffer` is wiped if the message is not authentic.
    ///
    /// # Panics
    ///
    /// If `buffer` has less than `len` bytes.
    pub fn decrypt_in_place(&mut self, buffer: &mut [u8], len: usize) -> Result<usize, Error> {
        wiped_unless_authentic(buffer, |buffer| host::state_decrypt_in_place(self.0, buffer, len))
    }

    /// Decrypts `data` into `out`, which is as long.
    ///
    /// # Errors
    ///
    /// As for [`decrypt`](Self::decrypt).
    pub fn decrypt_detached(&mut self, out: &mut [u8], data: &[u8], tag: &[u8]) -> Result<usize, Error> {
        wiped_unless_authentic(out, |out| host::state_decrypt_detached(self.0, out, data, tag))
    }

    /// Decrypts `buffer` in place.
    ///
    /// # Errors
    ///
    /// As for [`decrypt`](Self::decrypt).
    pub fn decrypt_in_place_detached(&mut self, buffer: &mut [u8], tag: &[u8]) -> Result<usize, Error> {
        wiped_unless_authentic(buffer, |buffer| host::state_decrypt_detached_in_place(self.0, buffer, tag))
    }

    /// Makes earlier states impossible to compute from this one.
    ///
    /// # Errors
    ///
    /// [`InvalidOperation`](Error::InvalidOperation).
    pub fn ratchet(&mut self) -> Result<(), Error> {
        host::state_ratchet(self.0)
    }

    /// The value that the state uses for an option, such as a `nonce` that the host chose.
    ///
    /// # Errors
    ///
    /// [`OptionNotSet`](Error::OptionNotSet), [`UnsupportedOption`](Error::UnsupportedOption).
    pub fn option(&self, name: &str) -> Result<Vec<u8>, Error> {
        let mut value = vec![0; 64];
        loop {
            match host::state_option(self.0, name, &mut value) {
                Ok(len) => {
                    value.truncate(len);
                    return Ok(value);
                }
                // No host holds values of this size for a guest; the limit is against one that always says so.
                Err(Error::Overflow) if value.len() < 1 << 30 => value = vec![0; value.len() * 2],
                Err(error) => return Err(error),
            }
        }
    }

    /// Like [`option`](Self::option), for numbers.
    ///
    /// # Errors
    ///
    /// As for [`option`](Self::option).
    pub fn option_u64(&self, name: &str) -> Result<u64, Error> {
        host::state_option_u64(self.0, name)
    }
}

/// # Panics
///
/// Cloning panics if the host refuses it: [`try_clone`](State::try_clone) reports that.
impl Clone for State {
    fn clone(&self) -> Self {
        match self.try_clone() {
            Ok(clone) => clone,
            Err(error) => panic!("cannot clone the state: {error}"),
        }
    }
}

impl Drop for State {
    fn drop(&mut self) {
        host::state_close(self.0);
    }
}

/// An authentication tag, which the host holds until it is pulled or dropped.
#[derive(Debug)]
pub struct Tag(pub(crate) Handle);

#[allow(clippy::len_without_is_empty, reason = "no algorithm has empty tags")]
impl Tag {
    /// The number of bytes.
    ///
    /// # Errors
    ///
    /// None that an algorithm causes.
    pub fn len(&self) -> Result<usize, Error> {
        host::tag_len(self.0)
    }

    /// The bytes.
    ///
    /// # Errors
    ///
    /// None that an algorithm causes.
    pub fn pull(self) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![0; self.len()?];
        self.pull_into(&mut bytes)?;
        Ok(bytes)
    }

    /// Fills `out` with the bytes.
    ///
    /// # Errors
    ///
    /// [`Overflow`](Error::Overflow) or [`InvalidLength`](Error::InvalidLength) if `out` is too small or too large.
    pub fn pull_into(self, out: &mut [u8]) -> Result<(), Error> {
        host::tag_pull(self.0, out)?;
        // The host has closed it.
        mem::forget(self);
        Ok(())
    }

    /// Compares in constant time.
    ///
    /// # Errors
    ///
    /// [`InvalidTag`](Error::InvalidTag) if the bytes or their number differ.
    pub fn verify(&self, expected: &[u8]) -> Result<(), Error> {
        host::tag_verify(self.0, expected)
    }
}

impl Drop for Tag {
    fn drop(&mut self) {
        host::tag_close(self.0);
    }
}

/// Parameters of an algorithm, built one by one.
///
/// ```no_run
/// use wasi_crypto_bindings::symmetric::{Options, State};
///
/// let options = Options::new()?.salt(b"sixteen bytes...")?.ops_limit(600_000)?;
/// let mut state = State::open("PBKDF2-SHA-256", None, Some(&options))?;
/// # Ok::<(), wasi_crypto_bindings::Error>(())
/// ```
#[derive(Debug)]
pub struct Options(Handle);

impl Options {
    /// No parameters yet.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles).
    pub fn new() -> Result<Self, Error> {
        host::options_open().map(Self)
    }

    /// Sets the nonce.
    ///
    /// # Errors
    ///
    /// [`Overflow`](Error::Overflow) if the guest would hold more bytes than it may, as for all setters.
    pub fn nonce(self, nonce: &[u8]) -> Result<Self, Error> {
        self.bytes("nonce", nonce)
    }

    /// Sets the salt.
    ///
    /// # Errors
    ///
    /// As for [`nonce`](Self::nonce).
    pub fn salt(self, salt: &[u8]) -> Result<Self, Error> {
        self.bytes("salt", salt)
    }

    /// Sets the context, also known as customization string.
    ///
    /// # Errors
    ///
    /// As for [`nonce`](Self::nonce).
    pub fn context(self, context: &[u8]) -> Result<Self, Error> {
        self.bytes("context", context)
    }

    /// Sets the number of operations of a password hash, such as the iterations of PBKDF2.
    ///
    /// # Errors
    ///
    /// As for [`nonce`](Self::nonce).
    pub fn ops_limit(self, operations: u64) -> Result<Self, Error> {
        self.number("ops_limit", operations)
    }

    /// Sets the memory of a password hash, in bytes.
    ///
    /// # Errors
    ///
    /// As for [`nonce`](Self::nonce).
    pub fn memory_limit(self, bytes: u64) -> Result<Self, Error> {
        self.number("memory_limit", bytes)
    }

    /// Sets the lanes of a password hash.
    ///
    /// # Errors
    ///
    /// As for [`nonce`](Self::nonce).
    pub fn parallelism(self, lanes: u64) -> Result<Self, Error> {
        self.number("parallelism", lanes)
    }

    /// Sets an option of any name to bytes.
    ///
    /// # Errors
    ///
    /// As for [`nonce`](Self::nonce), and [`UnsupportedOption`](Error::UnsupportedOption).
    pub fn bytes(self, name: &str, value: &[u8]) -> Result<Self, Error> {
        host::options_set(self.0, name, value)?;
        Ok(self)
    }

    /// Sets an option of any name to a number.
    ///
    /// # Errors
    ///
    /// As for [`bytes`](Self::bytes).
    pub fn number(self, name: &str, value: u64) -> Result<Self, Error> {
        host::options_set_u64(self.0, name, value)?;
        Ok(self)
    }
}

impl Drop for Options {
    fn drop(&mut self) {
        host::options_close(self.0);
    }
}

/// Our host leaves zeros where a message was not authentic; others may leave what was decrypted.
fn wiped_unless_authentic(
    buffer: &mut [u8],
    decrypt: impl FnOnce(&mut [u8]) -> Result<usize, Error>,
) -> Result<usize, Error> {
    decrypt(buffer).inspect_err(|error| {
        if matches!(error, Error::InvalidTag | Error::VerificationFailed) {
            buffer.fill(0);
        }
    })
}
