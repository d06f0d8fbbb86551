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
//! With the feature `cipher` (default) there are `Keystream`, `CbcEncryptor` and `CbcDecryptor` besides, which are a `StreamCipher`, a `BlockModeEncrypt` and a
//! `BlockModeDecrypt` as RustCrypto knows them, over the keys here. What they cannot be is a block cipher (`BlockCipherEncrypt`): wasi-crypto has AES in its modes only.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::error::Error;
use crate::keyed::keyed_cipher;
use crate::symmetric::Key;

#[cfg(feature = "cipher")]
mod blocks;
#[cfg(feature = "cipher")]
mod keystream;

#[cfg(feature = "cipher")]
pub use self::blocks::{CbcDecryptor, CbcEncryptor};
#[cfg(feature = "cipher")]
pub use self::keystream::Keystream;

/// The size of a block, a counter and an initialization vector in bytes.
pub const BLOCK_LEN: usize = 16;

macro_rules! ciphers {
    ($($(#[$doc:meta])* $name:ident: $algorithm:literal, $key_len:literal, $key_size:ident;)*) => {$(
        keyed_cipher! { $(#[$doc])* $name: $algorithm, $key_len, $key_size }
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

/// What the types of RustCrypto's traits ask of a cipher.
#[cfg(feature = "cipher")]
mod sealed {
    use alloc::vec::Vec;

    use super::BLOCK_LEN;
    use crate::error::Error;

    pub trait CounterMode {
        fn apply(&self, counter: &[u8; BLOCK_LEN], message: &mut [u8]) -> Result<(), Error>;
    }

    pub trait ChainingMode {
        fn encrypt_padded(&self, iv: &[u8; BLOCK_LEN], message: &[u8]) -> Result<Vec<u8>, Error>;

        fn decrypt_padded(&self, iv: &[u8; BLOCK_LEN], ciphertext: &[u8]) -> Result<Vec<u8>, Error>;
    }
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
                self.0.open_with_nonce(counter)?.encrypt_in_place(message, len).map(|_| ())
            }
        }

        #[cfg(feature = "cipher")]
        impl sealed::CounterMode for $name {
            fn apply(&self, counter: &[u8; BLOCK_LEN], message: &mut [u8]) -> Result<(), Error> {
                self.apply_keystream(counter, message)
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
                self.0.open_with_nonce(iv)?.encrypt(&mut ciphertext, message)?;
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
                let len = self.0.open_with_nonce(iv)?.decrypt(&mut message, ciphertext)?;
                message.truncate(len);
                Ok(message)
            }
        }

        #[cfg(feature = "cipher")]
        impl sealed::ChainingMode for $name {
            fn encrypt_padded(&self, iv: &[u8; BLOCK_LEN], message: &[u8]) -> Result<Vec<u8>, Error> {
                self.encrypt(iv, message)
            }

            fn decrypt_padded(&self, iv: &[u8; BLOCK_LEN], ciphertext: &[u8]) -> Result<Vec<u8>, Error> {
                self.decrypt(iv, ciphertext)
            }
        }
    )*};
}

chaining_mode! { Aes128Cbc Aes256Cbc }
