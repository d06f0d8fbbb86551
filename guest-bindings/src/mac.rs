//! MACs besides HMAC: AES-CMAC (RFC 4493, NIST SP 800-38B), KMAC (NIST SP 800-185).
//!
//! ```no_run
//! use wasi_crypto_bindings::mac::Kmac128;
//!
//! let tag = Kmac128::try_new(b"a key of any length")?.try_chain_update(b"message")?.try_finalize()?;
//! // Compares in constant time, and fails if the tag is another one.
//! Kmac128::try_new(b"a key of any length")?.try_chain_update(b"message")?.try_verify(&tag)?;
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```
//!
//! With the feature `digest` (default), they are MACs as RustCrypto knows them: `Mac`, `KeyInit`.

use crate::error::Error;
use crate::symmetric::{Key, Options, State};

macro_rules! macs {
    ($($(#[$doc:meta])* $name:ident: $algorithm:literal, $tag_len:literal, $tag_size:ident, $key_size:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// Cloning copies what was authenticated so far, and panics if the host refuses; [`try_clone`](Self::try_clone) reports that.
        #[derive(Clone, Debug)]
        pub struct $name(State);

        impl $name {
            /// The size of the tag in bytes.
            pub const TAG_LEN: usize = $tag_len;

            /// Begins.
            ///
            /// # Errors
            ///
            /// [`InvalidKey`](Error::InvalidKey) for a key of a size that the algorithm does not take,
            /// [`TooManyHandles`](Error::TooManyHandles), [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm).
            pub fn try_new(key: &[u8]) -> Result<Self, Error> {
                State::open($algorithm, Some(&Key::import($algorithm, key)?), None).map(Self)
            }

            /// Authenticates more data.
            ///
            /// # Errors
            ///
            /// None that a host of wasi-crypto 0.10 needs to return.
            pub fn try_update(&mut self, data: impl AsRef<[u8]>) -> Result<(), Error> {
                self.0.absorb(data.as_ref())
            }

            /// Authenticates more data, for chains of calls.
            ///
            /// # Errors
            ///
            /// As for [`try_update`](Self::try_update).
            pub fn try_chain_update(mut self, data: impl AsRef<[u8]>) -> Result<Self, Error> {
                self.try_update(data)?;
                Ok(self)
            }

            /// The tag over all data.
            ///
            /// # Errors
            ///
            /// [`TooManyHandles`](Error::TooManyHandles).
            pub fn try_finalize(mut self) -> Result<[u8; $tag_len], Error> {
                let mut tag = [0; $tag_len];
                self.0.squeeze_tag()?.pull_into(&mut tag)?;
                Ok(tag)
            }

            /// Compares the tag over all data with `tag`, in constant time, in the host.
            ///
            /// # Errors
            ///
            /// [`InvalidTag`](Error::InvalidTag) if the bytes or their number differ.
            pub fn try_verify(mut self, tag: &[u8]) -> Result<(), Error> {
                self.0.squeeze_tag()?.verify(tag)
            }

            /// A copy of what was authenticated so far.
            ///
            /// # Errors
            ///
            /// [`TooManyHandles`](Error::TooManyHandles).
            pub fn try_clone(&self) -> Result<Self, Error> {
                self.0.try_clone().map(Self)
            }
        }

        #[cfg(feature = "digest")]
        const _: () = {
            use digest::common::KeySizeUser;
            use digest::{FixedOutput, InvalidLength, KeyInit, MacMarker, Output, OutputSizeUser, Update, consts};

            use crate::error::expect;

            impl MacMarker for $name {}

            impl OutputSizeUser for $name {
                type OutputSize = consts::$tag_size;
            }

            impl KeySizeUser for $name {
                type KeySize = consts::$key_size;
            }

            /// # Panics
            ///
            /// If the host refuses, as do all methods of RustCrypto's traits that cannot report an error.
            impl KeyInit for $name {
                fn new(key: &digest::Key<Self>) -> Self {
                    expect(Self::try_new(key))
                }

                fn new_from_slice(key: &[u8]) -> Result<Self, InvalidLength> {
                    match Self::try_new(key) {
                        Err(Error::InvalidKey) => Err(InvalidLength),
                        mac => Ok(expect(mac)),
                    }
                }
            }

            impl Update for $name {
                fn update(&mut self, data: &[u8]) {
                    expect(self.0.absorb(data));
                }
            }

            impl FixedOutput for $name {
                fn finalize_into(mut self, out: &mut Output<Self>) {
                    expect(self.0.squeeze_tag().and_then(|tag| tag.pull_into(out)));
                }
            }
        };
    )*};
}

macs! {
    /// AES-CMAC with a key of 16 bytes.
    Aes128Cmac: "AES-128-CMAC", 16, U16, U16;
    /// AES-CMAC with a key of 32 bytes.
    Aes256Cmac: "AES-256-CMAC", 16, U16, U32;
    /// KMAC128 with tags of 32 bytes and keys of any length.
    Kmac128: "KMAC-128", 32, U32, U16;
    /// KMAC256 with tags of 64 bytes and keys of any length.
    Kmac256: "KMAC-256", 64, U64, U32;
}

macro_rules! customized {
    ($($name:ident: $algorithm:literal;)*) => {$(
        impl $name {
            /// Begins, for a domain that `customization` names; another name is another function.
            ///
            /// # Errors
            ///
            /// As for [`try_new`](Self::try_new).
            pub fn try_new_customized(key: &[u8], customization: &[u8]) -> Result<Self, Error> {
                let options = Options::new()?.bytes("context", customization)?;
                State::open($algorithm, Some(&Key::import($algorithm, key)?), Some(&options)).map(Self)
            }
        }
    )*};
}

customized! {
    Kmac128: "KMAC-128";
    Kmac256: "KMAC-256";
}
