//! Authenticated encryption: AES-GCM (NIST SP 800-38D), ChaCha20-Poly1305 (RFC 8439), XChaCha20-Poly1305
//! (draft-irtf-cfrg-xchacha); and, on hosts that have them, AES-GCM-SIV (RFC 8452), AEGIS (draft-irtf-cfrg-aegis-aead), Ascon-AEAD128
//! (NIST SP 800-232), Xoodyak (NIST Lightweight Cryptography). AES-SIV is in [`siv`](crate::siv).
//!
//! ```no_run
//! use wasi_crypto_bindings::Aes256Gcm;
//!
//! let cipher = Aes256Gcm::generate()?;
//! let (nonce, sealed) = cipher.seal_with_random_nonce(b"header", b"message")?;
//! // Nonce and sealed message go to the receiver.
//! assert_eq!(cipher.open(&nonce, b"header", &sealed)?, b"message");
//!
//! // Nonces of one's own must never come twice with one key: here a counter.
//! for (number, message) in [*b"first ", *b"second"].iter_mut().enumerate() {
//!     let mut nonce = [0; 12];
//!     nonce[4..].copy_from_slice(&(number as u64).to_be_bytes());
//!     let tag = cipher.seal_in_place_detached(&nonce, b"header", message)?;
//!     cipher.open_in_place_detached(&nonce, b"header", message, &tag)?;
//! }
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```
//!
//! # Nonces
//!
//! Two messages under one key and one nonce tell an attacker their difference, and with AES-GCM and Poly1305 also
//! let him forge others. `seal_with_random_nonce` takes nonces at random:
//!
//! | | bytes | messages with one key | |
//! |---|---|---|---|
//! | [`Aegis256`], [`Aegis256X2`], [`Aegis256X4`] | 32 | no bound in practice | chosen by the host |
//! | [`XChaCha20Poly1305`] | 24 | no bound in practice: after 2⁸⁰ messages the chance of a repetition is 2⁻³³ | chosen by the host |
//! | [`Aes128Gcm`], [`Aes256Gcm`], [`ChaCha20Poly1305`] | 12 | at most 2³² (NIST SP 800-38D section 8.3): the chance is then 2⁻³³ | from [`random`] |
//!
//! The bound is one of the key, over all programs that have it and all their runs, which is why this crate cannot count for
//! you. Before it is reached, or if it might be, take another key or `XChaCha20Poly1305`.
//!
//! With the feature `aead` (default) they are ciphers as RustCrypto knows them, with `Aead::encrypt`, `AeadInOut`, `KeyInit`:
//! crates built on those, such as [`aead-stream`](https://docs.rs/aead-stream) for long messages in pieces, work with them.
//!
//! A message that is not authentic is [`InvalidTag`](crate::Error::InvalidTag), whatever the reason, and nothing of it is given out.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::error::Error;
use crate::keyed::{Cipher, aead_traits, keyed_cipher};
use crate::random;
use crate::symmetric::{Key, State};

/// The size of the tag of all ciphers here, in bytes.
pub const TAG_LEN: usize = 16;

/// A state that has taken the associated data in.
fn begin(mut state: State, algorithm: &str, associated_data: &[u8]) -> Result<State, Error> {
    // To a session, an empty piece is one, too.
    if !associated_data.is_empty() || algorithm == Xoodyak128::NAME {
        state.absorb(associated_data)?;
    }
    Ok(state)
}

impl Cipher {
    pub(crate) fn begin(&self, nonce: &[u8], associated_data: &[u8]) -> Result<State, Error> {
        begin(self.open_with_nonce(nonce)?, self.algorithm, associated_data)
    }

    fn begin_without_nonce(&self, associated_data: &[u8]) -> Result<State, Error> {
        begin(self.open(None)?, self.algorithm, associated_data)
    }
}

fn seal(state: &mut State, message: &[u8]) -> Result<Vec<u8>, Error> {
    let mut sealed = vec![0; message.len() + TAG_LEN];
    state.encrypt(&mut sealed, message)?;
    Ok(sealed)
}

fn open(state: &mut State, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let len = sealed.len().checked_sub(TAG_LEN).ok_or(Error::InvalidTag)?;
    let mut message = vec![0; len];
    state.decrypt(&mut message, sealed)?;
    Ok(message)
}

fn seal_in_place(state: &mut State, buffer: &mut Vec<u8>) -> Result<(), Error> {
    let len = buffer.len();
    buffer.resize(len + TAG_LEN, 0);
    state.encrypt_in_place(buffer, len).map(|_| ()).inspect_err(|_| buffer.truncate(len))
}

fn open_in_place(state: &mut State, buffer: &mut Vec<u8>) -> Result<(), Error> {
    let len = buffer.len().checked_sub(TAG_LEN).ok_or(Error::InvalidTag)?;
    state.decrypt_in_place(buffer, len)?;
    buffer.truncate(len);
    Ok(())
}

fn seal_in_place_detached(state: &mut State, buffer: &mut [u8]) -> Result<[u8; TAG_LEN], Error> {
    let mut tag = [0; TAG_LEN];
    state.encrypt_in_place_detached(buffer)?.pull_into(&mut tag)?;
    Ok(tag)
}

macro_rules! ciphers {
    ($($(#[$doc:meta])* $name:ident: $algorithm:literal, $key_len:literal, $nonce_len:literal, $key_size:ident, $nonce_size:ident;)*) => {$(
        keyed_cipher! { $(#[$doc])* $name: $algorithm, $key_len, $key_size }
        aead_traits! { $name, $nonce_size, Postfix }

        impl $name {
            /// The size of the nonce in bytes.
            pub const NONCE_LEN: usize = $nonce_len;

            /// Encrypts a message and appends the tag.
            ///
            /// # Errors
            ///
            /// [`TooManyHandles`](Error::TooManyHandles), [`Overflow`](Error::Overflow) if the associated data is more than
            /// the host takes.
            pub fn seal(
                &self,
                nonce: &[u8; $nonce_len],
                associated_data: &[u8],
                message: &[u8],
            ) -> Result<Vec<u8>, Error> {
                seal(&mut self.0.begin(nonce, associated_data)?, message)
            }

            /// Decrypts a message that ends with its tag.
            ///
            /// # Errors
            ///
            /// [`InvalidTag`](Error::InvalidTag) if it is not authentic, and those of [`seal`](Self::seal).
            pub fn open(
                &self,
                nonce: &[u8; $nonce_len],
                associated_data: &[u8],
                sealed: &[u8],
            ) -> Result<Vec<u8>, Error> {
                open(&mut self.0.begin(nonce, associated_data)?, sealed)
            }

            /// Encrypts a message where it is and appends the tag. After an error the buffer has its old length.
            ///
            /// # Errors
            ///
            /// As for [`seal`](Self::seal).
            pub fn seal_in_place(
                &self,
                nonce: &[u8; $nonce_len],
                associated_data: &[u8],
                buffer: &mut Vec<u8>,
            ) -> Result<(), Error> {
                seal_in_place(&mut self.0.begin(nonce, associated_data)?, buffer)
            }

            /// Decrypts a message that ends with its tag where it is, and removes the tag.
            ///
            /// # Errors
            ///
            /// As for [`open`](Self::open); the buffer is wiped if the message is not authentic.
            pub fn open_in_place(
                &self,
                nonce: &[u8; $nonce_len],
                associated_data: &[u8],
                buffer: &mut Vec<u8>,
            ) -> Result<(), Error> {
                open_in_place(&mut self.0.begin(nonce, associated_data)?, buffer)
            }

            /// Encrypts a message where it is and returns the tag.
            ///
            /// # Errors
            ///
            /// As for [`seal`](Self::seal).
            pub fn seal_in_place_detached(
                &self,
                nonce: &[u8; $nonce_len],
                associated_data: &[u8],
                buffer: &mut [u8],
            ) -> Result<[u8; TAG_LEN], Error> {
                seal_in_place_detached(&mut self.0.begin(nonce, associated_data)?, buffer)
            }

            /// Decrypts a message where it is.
            ///
            /// # Errors
            ///
            /// As for [`open`](Self::open); the buffer is wiped if the message is not authentic.
            pub fn open_in_place_detached(
                &self,
                nonce: &[u8; $nonce_len],
                associated_data: &[u8],
                buffer: &mut [u8],
                tag: &[u8],
            ) -> Result<(), Error> {
                self.0.begin(nonce, associated_data)?.decrypt_in_place_detached(buffer, tag).map(|_| ())
            }

            #[cfg(feature = "aead")]
            fn begin_message(&self, nonce: &[u8], associated_data: &[u8]) -> Result<State, Error> {
                self.0.begin(nonce, associated_data)
            }
        }
    )*};
}

ciphers! {
    /// AES-128-GCM.
    Aes128Gcm: "AES-128-GCM", 16, 12, U16, U12;
    /// AES-256-GCM.
    Aes256Gcm: "AES-256-GCM", 32, 12, U32, U12;
    /// ChaCha20-Poly1305.
    ChaCha20Poly1305: "CHACHA20-POLY1305", 32, 12, U32, U12;
    /// XChaCha20-Poly1305, whose nonce is long enough to be random.
    XChaCha20Poly1305: "XCHACHA20-POLY1305", 32, 24, U32, U24;
    /// AES-128-GCM-SIV, which tells no more than which messages are the same if a nonce comes twice.
    Aes128GcmSiv: "AES-128-GCM-SIV", 16, 12, U16, U12;
    /// AES-256-GCM-SIV, which tells no more than which messages are the same if a nonce comes twice.
    Aes256GcmSiv: "AES-256-GCM-SIV", 32, 12, U32, U12;
    /// AEGIS-128L.
    Aegis128L: "AEGIS-128L", 16, 16, U16, U16;
    /// AEGIS-128X2.
    Aegis128X2: "AEGIS-128X2", 16, 16, U16, U16;
    /// AEGIS-128X4.
    Aegis128X4: "AEGIS-128X4", 16, 16, U16, U16;
    /// AEGIS-256, whose nonce is long enough to be random.
    Aegis256: "AEGIS-256", 32, 32, U32, U32;
    /// AEGIS-256X2, whose nonce is long enough to be random.
    Aegis256X2: "AEGIS-256X2", 32, 32, U32, U32;
    /// AEGIS-256X4, whose nonce is long enough to be random.
    Aegis256X4: "AEGIS-256X4", 32, 32, U32, U32;
    /// Ascon-AEAD128 of NIST SP 800-232.
    AsconAead128: "ASCON-AEAD", 16, 16, U16, U16;
    /// Xoodyak of the final round of NIST's Lightweight Cryptography; its sessions are in [`xoodyak`](crate::xoodyak).
    Xoodyak128: "XOODYAK-128", 16, 16, U16, U16;
}

/// Ciphers for which the host takes no nonce of its own.
macro_rules! random_nonces {
    ($($name:ident)*) => {$(
        impl $name {
            /// Like [`seal`](Self::seal) with a random nonce; returns it with the sealed message.
            ///
            /// For at most 2³² messages with one key, whoever seals them: see [Nonces](self#nonces).
            ///
            /// # Errors
            ///
            /// As for [`seal`](Self::seal) and [`random::fill`].
            pub fn seal_with_random_nonce(
                &self,
                associated_data: &[u8],
                message: &[u8],
            ) -> Result<([u8; Self::NONCE_LEN], Vec<u8>), Error> {
                let mut nonce = [0; Self::NONCE_LEN];
                random::fill(&mut nonce)?;
                Ok((nonce, self.seal(&nonce, associated_data, message)?))
            }
        }
    )*};
}

random_nonces! { Aes128Gcm Aes256Gcm ChaCha20Poly1305 Aes128GcmSiv Aes256GcmSiv }

/// Ciphers for which the host chooses a nonce if it is given none.
macro_rules! nonces_of_the_host {
    ($($name:ident)*) => {$(
        impl $name {
            /// Like [`seal`](Self::seal) with a random nonce that the host chooses; returns it with the sealed message.
            ///
            /// # Errors
            ///
            /// As for [`seal`](Self::seal).
            pub fn seal_with_random_nonce(
                &self,
                associated_data: &[u8],
                message: &[u8],
            ) -> Result<([u8; Self::NONCE_LEN], Vec<u8>), Error> {
                let mut state = self.0.begin_without_nonce(associated_data)?;
                // A nonce of another size would be a fault of the host.
                let nonce = state.option("nonce")?.try_into().map_err(|_| Error::InternalError)?;
                Ok((nonce, seal(&mut state, message)?))
            }
        }
    )*};
}

nonces_of_the_host! { XChaCha20Poly1305 Aegis256 Aegis256X2 Aegis256X4 }
