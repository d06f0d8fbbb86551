//! SHA-2 (FIPS 180-4); and, on hosts that have them, BLAKE2b (RFC 7693) and Ascon-Hash256 (NIST SP 800-232).
//!
//! ```no_run
//! use wasi_crypto_bindings::Sha256;
//!
//! // In one go, or bit by bit:
//! let digest: [u8; 32] = Sha256::try_digest(b"abc")?;
//! let mut hasher = Sha256::try_new()?;
//! hasher.try_update(b"a")?;
//! hasher.try_update(b"bc")?;
//! assert_eq!(hasher.try_finalize()?, digest);
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```
//!
//! With the feature `digest` (default) they are hash functions as RustCrypto knows them, with `Digest::new`, `update`,
//! `finalize`, `digest` and so on; these panic where the host refuses.

use crate::error::Error;
use crate::symmetric::{Key, Options, State};

macro_rules! hashes {
    ($($(#[$doc:meta])* $name:ident: $algorithm:literal, $len:literal, $output_size:ident, $block_size:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// Cloning copies what was hashed so far, and panics if the host refuses; [`try_clone`](Self::try_clone) reports that.
        #[derive(Clone, Debug)]
        pub struct $name(State);

        impl $name {
            /// The size of the digest in bytes.
            pub const OUTPUT_LEN: usize = $len;

            /// Begins a hash.
            ///
            /// # Errors
            ///
            /// [`TooManyHandles`](Error::TooManyHandles), [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm).
            pub fn try_new() -> Result<Self, Error> {
                State::open($algorithm, None, None).map(Self)
            }

            /// Hashes more data.
            ///
            /// # Errors
            ///
            /// None that a host of wasi-crypto 0.10 needs to return.
            pub fn try_update(&mut self, data: impl AsRef<[u8]>) -> Result<(), Error> {
                self.0.absorb(data.as_ref())
            }

            /// Hashes more data, for chains of calls.
            ///
            /// # Errors
            ///
            /// As for [`try_update`](Self::try_update).
            pub fn try_chain_update(mut self, data: impl AsRef<[u8]>) -> Result<Self, Error> {
                self.try_update(data)?;
                Ok(self)
            }

            /// The digest of all data.
            ///
            /// # Errors
            ///
            /// As for [`try_update`](Self::try_update).
            pub fn try_finalize(mut self) -> Result<[u8; $len], Error> {
                let mut digest = [0; $len];
                self.0.squeeze(&mut digest)?;
                Ok(digest)
            }

            /// The digest of `data`.
            ///
            /// # Errors
            ///
            /// As for [`try_new`](Self::try_new).
            pub fn try_digest(data: impl AsRef<[u8]>) -> Result<[u8; $len], Error> {
                Self::try_new()?.try_chain_update(data)?.try_finalize()
            }

            /// A copy of what was hashed so far.
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
            use digest::common::BlockSizeUser;
            use digest::{FixedOutput, FixedOutputReset, HashMarker, Output, OutputSizeUser, Reset, Update, consts};

            use crate::error::expect;

            /// # Panics
            ///
            /// If the host refuses, as do all methods of RustCrypto's traits that cannot report an error.
            impl Default for $name {
                fn default() -> Self {
                    expect(Self::try_new())
                }
            }

            impl HashMarker for $name {}

            impl OutputSizeUser for $name {
                type OutputSize = consts::$output_size;
            }

            impl BlockSizeUser for $name {
                type BlockSize = consts::$block_size;
            }

            impl Update for $name {
                fn update(&mut self, data: &[u8]) {
                    expect(self.0.absorb(data));
                }
            }

            impl FixedOutput for $name {
                fn finalize_into(mut self, out: &mut Output<Self>) {
                    expect(self.0.squeeze(out));
                }
            }

            impl Reset for $name {
                fn reset(&mut self) {
                    *self = Self::default();
                }
            }

            impl FixedOutputReset for $name {
                fn finalize_into_reset(&mut self, out: &mut Output<Self>) {
                    expect(self.0.squeeze(out));
                    self.reset();
                }
            }
        };
    )*};
}

hashes! {
    /// SHA-256.
    Sha256: "SHA-256", 32, U32, U64;
    /// SHA-384.
    Sha384: "SHA-384", 48, U48, U128;
    /// SHA-512.
    Sha512: "SHA-512", 64, U64, U128;
    /// SHA-512/256: SHA-512 with initial values of its own, cut to 256 bits.
    Sha512_256: "SHA-512/256", 32, U32, U128;
    /// BLAKE2b with a digest of 64 bytes (RFC 7693).
    Blake2b512: "BLAKE2B-512", 64, U64, U128;
    /// BLAKE2b with a digest of 32 bytes (RFC 7693).
    Blake2b256: "BLAKE2B-256", 32, U32, U128;
    /// Ascon-Hash256 of NIST SP 800-232.
    AsconHash256: "ASCON-HASH", 32, U32, U8;
}

macro_rules! salted {
    ($($name:ident: $algorithm:literal;)*) => {$(
        impl $name {
            /// Begins with a key, a salt, or both (section 2.8 of the BLAKE2 paper): a MAC. A key has 1 to 64 bytes, a salt up to 16; shorter
            /// salts are filled up with zeros.
            ///
            /// # Errors
            ///
            /// [`InvalidKey`](Error::InvalidKey) or [`InvalidLength`](Error::InvalidLength) for other sizes, and those of
            /// [`try_new`](Self::try_new).
            pub fn try_new_keyed(key: Option<&[u8]>, salt: &[u8]) -> Result<Self, Error> {
                let key = key.map(|key| Key::import($algorithm, key)).transpose()?;
                let options = Options::new()?.salt(salt)?;
                State::open($algorithm, key.as_ref(), Some(&options)).map(Self)
            }
        }
    )*};
}

salted! {
    Blake2b512: "BLAKE2B-512";
    Blake2b256: "BLAKE2B-256";
}
