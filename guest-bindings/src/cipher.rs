//! AES in modes that authenticate nothing (NIST SP 800-38A), on hosts that have them: for formats of others. Whoever can change a message
//! changes what comes out; take [`aead`](mod@crate::aead) where you can, or a MAC over vector and ciphertext.
//!
//! ```no_run
//! use wasi_crypto_bindings::cipher::{Aes128Ctr, Aes256Cbc};
//! use wasi_crypto_bindings::random;
//!
//! let mut iv = [0; 16];
//! random::fill(&mut iv)?;
//! let cipher = Aes256Cbc::generate()?;
//! let ciphertext = cipher.encrypt(&iv, b"message")?;
//! assert_eq!(cipher.decrypt(&iv, &ciphertext)?, b"message");
//!
//! let cipher = Aes128Ctr::generate()?;
//! let mut message = *b"message";
//! cipher.apply_keystream(&iv, &mut message)?;
//! cipher.apply_keystream(&iv, &mut message)?;
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```
//!
//! With the feature `aead` (default) they have RustCrypto's `KeyInit` and `KeySizeUser`, from `crypto-common`.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::error::Error;
use crate::symmetric::{Key, Options, State};

/// The size of a block, a counter and an initialization vector in bytes.
pub const BLOCK_LEN: usize = 16;

macro_rules! ciphers {
    ($($(#[$doc:meta])* $name:ident: $algorithm:literal, $key_len:literal, $key_size:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// The host holds the key and closes it with the last clone.
        #[derive(Clone, Debug)]
        pub struct $name(Arc<Key>);

        impl $name {
            /// The size of the key in bytes.
            pub const KEY_LEN: usize = $key_len;

            pub(crate) const NAME: &'static str = $algorithm;

            /// A cipher with this key.
            ///
            /// # Errors
            ///
            /// [`InvalidKey`](Error::InvalidKey) if it does not have [`KEY_LEN`](Self::KEY_LEN) bytes,
            /// [`TooManyHandles`](Error::TooManyHandles), [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm).
            pub fn import(key: &[u8]) -> Result<Self, Error> {
                Key::import($algorithm, key).map(Self::from_key)
            }

            /// A cipher with a new random key.
            ///
            /// # Errors
            ///
            /// [`TooManyHandles`](Error::TooManyHandles), [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm).
            pub fn generate() -> Result<Self, Error> {
                Key::generate($algorithm).map(Self::from_key)
            }

            /// The bytes of the key, wiped when dropped.
            ///
            /// # Errors
            ///
            /// [`ProhibitedOperation`](Error::ProhibitedOperation) if the host keeps the key to itself.
            pub fn export(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
                self.0.export()
            }

            pub(crate) fn from_key(key: impl Into<Arc<Key>>) -> Self {
                Self(key.into())
            }

            pub(crate) fn into_key(self) -> Arc<Key> {
                self.0
            }

            fn begin(&self, block: &[u8; BLOCK_LEN]) -> Result<State, Error> {
                State::open($algorithm, Some(&self.0), Some(&Options::new()?.nonce(block)?))
            }
        }

        #[cfg(feature = "aead")]
        const _: () = {
            use aead::{KeyInit, KeySizeUser, consts};

            impl KeySizeUser for $name {
                type KeySize = consts::$key_size;
            }

            /// # Panics
            ///
            /// If the host refuses the key, which the trait cannot report.
            impl KeyInit for $name {
                fn new(key: &aead::Key<Self>) -> Self {
                    crate::error::expect(Self::import(key))
                }
            }
        };
    )*};
}

ciphers! {
    /// AES-128 in counter mode, with a counter of 128 bits.
    Aes128Ctr: "AES-128-CTR", 16, U16;
    /// AES-256 in counter mode, with a counter of 128 bits.
    Aes256Ctr: "AES-256-CTR", 32, U32;
    /// AES-128 in cipher block chaining mode, with the padding of PKCS#7.
    Aes128Cbc: "AES-128-CBC", 16, U16;
    /// AES-256 in cipher block chaining mode, with the padding of PKCS#7.
    Aes256Cbc: "AES-256-CBC", 32, U32;
}

macro_rules! counter_mode {
    ($($name:ident)*) => {$(
        impl $name {
            /// Encrypts or decrypts where the message is, from this block of the counter on, a big-endian number. No block may come twice under
            /// one key: a message takes up one for each 16 bytes begun.
            ///
            /// # Errors
            ///
            /// [`Overflow`](Error::Overflow) if the counter would begin again at 0, [`TooManyHandles`](Error::TooManyHandles).
            pub fn apply_keystream(&self, counter: &[u8; BLOCK_LEN], message: &mut [u8]) -> Result<(), Error> {
                let len = message.len();
                self.begin(counter)?.encrypt_in_place(message, len).map(|_| ())
            }
        }
    )*};
}

counter_mode! { Aes128Ctr Aes256Ctr }

macro_rules! chaining_mode {
    ($($name:ident)*) => {$(
        impl $name {
            /// Encrypts a message, padded to the next whole block. The initialization vector must not be guessed before: random bytes.
            ///
            /// # Errors
            ///
            /// [`TooManyHandles`](Error::TooManyHandles).
            pub fn encrypt(&self, iv: &[u8; BLOCK_LEN], message: &[u8]) -> Result<Vec<u8>, Error> {
                let mut ciphertext = vec![0; message.len() + BLOCK_LEN - message.len() % BLOCK_LEN];
                self.begin(iv)?.encrypt(&mut ciphertext, message)?;
                Ok(ciphertext)
            }

            /// Decrypts a message and takes its padding off.
            ///
            /// # Errors
            ///
            /// [`InvalidTag`](Error::InvalidTag) if it is not whole blocks or its padding is not right. To tell that to whoever sent it gives
            /// messages away (a padding oracle): check a MAC first.
            pub fn decrypt(&self, iv: &[u8; BLOCK_LEN], ciphertext: &[u8]) -> Result<Vec<u8>, Error> {
                let mut message = vec![0; ciphertext.len()];
                let len = self.begin(iv)?.decrypt(&mut message, ciphertext)?;
                message.truncate(len);
                Ok(message)
            }
        }
    )*};
}

chaining_mode! { Aes128Cbc Aes256Cbc }
