//! What the ciphers of this crate have in common: a key that the host holds, and RustCrypto's traits of what has one.

use alloc::sync::Arc;

use crate::error::Error;
use crate::symmetric::{Key, Options, State};

/// A cipher with its key; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Cipher {
    pub(crate) algorithm: &'static str,
    pub(crate) key: Arc<Key>,
}

impl Cipher {
    pub(crate) fn open(&self, options: Option<&Options>) -> Result<State, Error> {
        State::open(self.algorithm, Some(&self.key), options)
    }

    /// With a nonce, or what comes in its place.
    pub(crate) fn open_with_nonce(&self, nonce: &[u8]) -> Result<State, Error> {
        self.open(Some(&Options::new()?.nonce(nonce)?))
    }
}

/// The type of a cipher, and all that is about its key.
macro_rules! keyed_cipher {
    ($(#[$doc:meta])* $name:ident: $algorithm:literal, $key_len:literal, $key_size:ident) => {
        $(#[$doc])*
        ///
        /// The host holds the key and closes it with the last clone.
        #[derive(Clone, Debug)]
        pub struct $name(pub(crate) $crate::keyed::Cipher);

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
                self.0.key.export()
            }

            pub(crate) fn from_key(key: impl Into<Arc<Key>>) -> Self {
                Self($crate::keyed::Cipher { algorithm: $algorithm, key: key.into() })
            }

            pub(crate) fn into_key(self) -> Arc<Key> {
                self.0.key
            }
        }

        #[cfg(feature = "aead")]
        const _: () = {
            use ::aead::{self, KeyInit, KeySizeUser, consts};

            impl KeySizeUser for $name {
                type KeySize = consts::$key_size;
            }

            /// # Panics
            ///
            /// If the host refuses the key, which the trait cannot report.
            impl KeyInit for $name {
                fn new(key: &aead::Key<Self>) -> Self {
                    $crate::error::expect(Self::import(key))
                }
            }
        };
    };
}

/// RustCrypto's traits of a cipher with tags of 16 bytes, whose states `begin_message` begins.
macro_rules! aead_traits {
    ($name:ident, $nonce_size:ident, $tag_position:ident) => {
        #[cfg(feature = "aead")]
        const _: () = {
            use ::aead::inout::InOutBuf;
            use ::aead::{self, AeadCore, AeadInOut, Nonce, Tag, TagPosition, consts};

            impl AeadCore for $name {
                type NonceSize = consts::$nonce_size;
                type TagSize = consts::U16;
                const TAG_POSITION: TagPosition = TagPosition::$tag_position;
            }

            impl AeadInOut for $name {
                fn encrypt_inout_detached(
                    &self,
                    nonce: &Nonce<Self>,
                    associated_data: &[u8],
                    buffer: InOutBuf<'_, '_, u8>,
                ) -> aead::Result<Tag<Self>> {
                    let mut tag = Tag::<Self>::default();
                    self.begin_message(nonce, associated_data)
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
                    self.begin_message(nonce, associated_data)
                        .and_then(|mut state| state.decrypt_in_place_detached(buffer.into_out_with_copied_in(), tag))
                        .map(|_| ())
                        .map_err(|_| aead::Error)
                }
            }
        };
    };
}

pub(crate) use {aead_traits, keyed_cipher};
