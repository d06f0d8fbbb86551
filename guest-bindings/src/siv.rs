//! AES-SIV (RFC 5297), on hosts that have it: authenticated encryption that gives away no more than which messages are the same, if a nonce
//! comes twice or there is none. For keys that wrap keys, and where nobody can keep nonces apart.
//!
//! ```no_run
//! use wasi_crypto_bindings::siv::Aes128Siv;
//!
//! let cipher = Aes128Siv::generate()?;
//! // Any number of components, each authenticated as what it is; a nonce is the last of them.
//! let sealed = cipher.seal(&[b"header", b"more", b"nonce"], b"message")?;
//! assert_eq!(cipher.open(&[b"header", b"more", b"nonce"], &sealed)?, b"message");
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```
//!
//! A sealed message is the tag, which is the synthetic initialization vector, and the ciphertext behind it, as in the RFC.
//!
//! With the feature `aead` (default) they are ciphers as RustCrypto knows them, with a nonce of 16 bytes; the associated data is one component, be
//! it empty.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::error::Error;
use crate::keyed::{Cipher, aead_traits, keyed_cipher};
use crate::symmetric::{Key, State};

/// The size of a tag in bytes.
pub const TAG_LEN: usize = 16;

/// The most components of associated data, a nonce among them (RFC 5297 section 7).
pub const MAX_COMPONENTS: usize = 126;

impl Cipher {
    fn begin_siv(&self, components: &[&[u8]]) -> Result<State, Error> {
        let mut state = self.open(None)?;
        components.iter().try_for_each(|component| state.absorb(component))?;
        Ok(state)
    }
}

fn seal(state: &mut State, message: &[u8]) -> Result<Vec<u8>, Error> {
    let mut sealed = vec![0; TAG_LEN + message.len()];
    let (tag, ciphertext) = sealed.split_at_mut(TAG_LEN);
    state.encrypt_detached(ciphertext, message)?.pull_into(tag)?;
    Ok(sealed)
}

fn open(state: &mut State, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let (tag, ciphertext) = sealed.split_at_checked(TAG_LEN).ok_or(Error::InvalidTag)?;
    let mut message = vec![0; ciphertext.len()];
    state.decrypt_detached(&mut message, ciphertext, tag)?;
    Ok(message)
}

macro_rules! ciphers {
    ($($(#[$doc:meta])* $name:ident: $algorithm:literal, $key_len:literal, $key_size:ident;)*) => {$(
        keyed_cipher! { $(#[$doc])* $name: $algorithm, $key_len, $key_size }
        aead_traits! { $name, U16, Prefix }

        impl $name {
            /// Encrypts a message; the tag comes first.
            ///
            /// # Errors
            ///
            /// [`TooManyHandles`](Error::TooManyHandles), [`Overflow`](Error::Overflow) for more than [`MAX_COMPONENTS`], or for more associated
            /// data than the host takes.
            pub fn seal(&self, components: &[&[u8]], message: &[u8]) -> Result<Vec<u8>, Error> {
                seal(&mut self.0.begin_siv(components)?, message)
            }

            /// Decrypts a message that begins with its tag.
            ///
            /// # Errors
            ///
            /// [`InvalidTag`](Error::InvalidTag) if it is not authentic, and those of [`seal`](Self::seal).
            pub fn open(&self, components: &[&[u8]], sealed: &[u8]) -> Result<Vec<u8>, Error> {
                open(&mut self.0.begin_siv(components)?, sealed)
            }

            #[cfg(feature = "aead")]
            fn begin_message(&self, nonce: &[u8], associated_data: &[u8]) -> Result<State, Error> {
                self.0.begin_siv(&[associated_data, nonce])
            }
        }
    )*};
}

ciphers! {
    /// AES-SIV with two keys of 128 bits, one for the tag and one for the message: RFC 5297's AEAD_AES_SIV_CMAC_256.
    Aes128Siv: "AES-128-SIV", 32, U32;
    /// AES-SIV with two keys of 256 bits, one for the tag and one for the message: RFC 5297's AEAD_AES_SIV_CMAC_512.
    Aes256Siv: "AES-256-SIV", 64, U64;
}
