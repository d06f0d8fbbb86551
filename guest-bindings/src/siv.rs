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
use crate::symmetric::{Key, State};

/// The size of a tag in bytes.
pub const TAG_LEN: usize = 16;

/// The most components of associated data, a nonce among them (RFC 5297 section 7).
pub const MAX_COMPONENTS: usize = 126;

fn begin(algorithm: &str, key: &Key, components: &[&[u8]]) -> Result<State, Error> {
    let mut state = State::open(algorithm, Some(key), None)?;
    components.iter().try_for_each(|component| state.absorb(component))?;
    Ok(state)
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
        $(#[$doc])*
        ///
        /// The host holds the key and closes it with the last clone.
        #[derive(Clone, Debug)]
        pub struct $name(Arc<Key>);

        impl $name {
            /// The size of the key in bytes: one for the tag, one for the message.
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

            /// Encrypts a message; the tag comes first.
            ///
            /// # Errors
            ///
            /// [`TooManyHandles`](Error::TooManyHandles), [`Overflow`](Error::Overflow) for more than [`MAX_COMPONENTS`], or for more associated
            /// data than the host takes.
            pub fn seal(&self, components: &[&[u8]], message: &[u8]) -> Result<Vec<u8>, Error> {
                seal(&mut begin($algorithm, &self.0, components)?, message)
            }

            /// Decrypts a message that begins with its tag.
            ///
            /// # Errors
            ///
            /// [`InvalidTag`](Error::InvalidTag) if it is not authentic, and those of [`seal`](Self::seal).
            pub fn open(&self, components: &[&[u8]], sealed: &[u8]) -> Result<Vec<u8>, Error> {
                open(&mut begin($algorithm, &self.0, components)?, sealed)
            }

            pub(crate) fn from_key(key: impl Into<Arc<Key>>) -> Self {
                Self(key.into())
            }

            pub(crate) fn into_key(self) -> Arc<Key> {
                self.0
            }
        }

        #[cfg(feature = "aead")]
        const _: () = {
            use aead::inout::InOutBuf;
            use aead::{AeadCore, AeadInOut, KeyInit, KeySizeUser, Nonce, Tag, TagPosition, consts};

            use crate::error::expect;

            impl KeySizeUser for $name {
                type KeySize = consts::$key_size;
            }

            /// # Panics
            ///
            /// If the host refuses the key, which the trait cannot report.
            impl KeyInit for $name {
                fn new(key: &aead::Key<Self>) -> Self {
                    expect(Self::import(key))
                }
            }

            impl AeadCore for $name {
                type NonceSize = consts::U16;
                type TagSize = consts::U16;
                const TAG_POSITION: TagPosition = TagPosition::Prefix;
            }

            impl AeadInOut for $name {
                fn encrypt_inout_detached(
                    &self,
                    nonce: &Nonce<Self>,
                    associated_data: &[u8],
                    buffer: InOutBuf<'_, '_, u8>,
                ) -> aead::Result<Tag<Self>> {
                    let mut tag = Tag::<Self>::default();
                    begin($algorithm, &self.0, &[associated_data, nonce])
                        .and_then(|mut state| state.encrypt_in_place_detached(buffer.into_out_with_copied_in()))
                        .and_then(|sealed| sealed.pull_into(&mut tag))
                        .map(|()| tag)
                        .map_err(|_| aead::Error)
                }

                fn decrypt_inout_detached(
                    &self,
                    nonce: &Nonce<Self>,
                    associated_data: &[u8],
                    buffer: InOutBuf<'_, '_, u8>,
                    tag: &Tag<Self>,
                ) -> aead::Result<()> {
                    begin($algorithm, &self.0, &[associated_data, nonce])
                        .and_then(|mut state| state.decrypt_in_place_detached(buffer.into_out_with_copied_in(), tag))
                        .map(|_| ())
                        .map_err(|_| aead::Error)
                }
            }
        };
    )*};
}

ciphers! {
    /// AES-SIV with two keys of 128 bits, RFC 5297's AEAD_AES_SIV_CMAC_256.
    Aes128Siv: "AES-128-SIV", 32, U32;
    /// AES-SIV with two keys of 256 bits, RFC 5297's AEAD_AES_SIV_CMAC_512.
    Aes256Siv: "AES-256-SIV", 64, U64;
}
