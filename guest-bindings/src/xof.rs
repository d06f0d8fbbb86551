//! Hash functions with an output of any length: BLAKE3; cSHAKE (NIST SP 800-185), TurboSHAKE, KangarooTwelve (RFC 9861).
//!
//! ```no_run
//! use wasi_crypto_bindings::xof::{CShake128, Kt128};
//!
//! let mut hasher = CShake128::try_new_customized(b"Email Signature")?;
//! hasher.try_update(b"message")?;
//! let mut output = hasher.try_finalize_xof()?;
//! let (mut first, mut second) = ([0; 32], [0; 1000]);
//! output.try_read(&mut first)?;
//! output.try_read(&mut second)?;
//!
//! let digest: [u8; 32] = Kt128::try_digest(b"message")?;
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```
//!
//! With the feature `digest` (default) they have RustCrypto's traits: `Update`, `ExtendableOutput`, `XofReader`, and `CustomizedInit` where there is
//! a customization.

use crate::error::Error;
use crate::symmetric::{Key, Options, State};

/// The output of a hash function, which goes on where it was read last.
#[derive(Debug)]
pub struct Reader(State);

impl Reader {
    /// Fills `out` with the next bytes.
    ///
    /// # Errors
    ///
    /// [`Overflow`](Error::Overflow) for more than the host gives in one call; read in parts then.
    pub fn try_read(&mut self, out: &mut [u8]) -> Result<(), Error> {
        self.0.squeeze(out)
    }
}

#[cfg(feature = "digest")]
impl digest::XofReader for Reader {
    /// # Panics
    ///
    /// If the host refuses.
    fn read(&mut self, out: &mut [u8]) {
        crate::error::expect(self.try_read(out));
    }
}

macro_rules! xofs {
    ($($(#[$doc:meta])* $name:ident: $algorithm:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// Cloning copies what was hashed so far, and panics if the host refuses; [`try_clone`](Self::try_clone) reports that.
        #[derive(Clone, Debug)]
        pub struct $name(State);

        impl $name {
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

            /// The output for all data.
            ///
            /// # Errors
            ///
            /// None that a host of wasi-crypto 0.10 needs to return.
            pub fn try_finalize_xof(self) -> Result<Reader, Error> {
                Ok(Reader(self.0))
            }

            /// The first bytes of the output for `data`.
            ///
            /// # Errors
            ///
            /// As for [`try_new`](Self::try_new).
            pub fn try_digest<const N: usize>(data: impl AsRef<[u8]>) -> Result<[u8; N], Error> {
                let mut hasher = Self::try_new()?;
                hasher.try_update(data)?;
                let mut digest = [0; N];
                hasher.try_finalize_xof()?.try_read(&mut digest)?;
                Ok(digest)
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
            use digest::{ExtendableOutput, HashMarker, Update};

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

            impl Update for $name {
                fn update(&mut self, data: &[u8]) {
                    expect(self.0.absorb(data));
                }
            }

            impl ExtendableOutput for $name {
                type Reader = Reader;

                fn finalize_xof(self) -> Reader {
                    Reader(self.0)
                }
            }
        };
    )*};
}

xofs! {
    /// BLAKE3 without a key.
    Blake3: "BLAKE3";
    /// cSHAKE128; SHAKE128 without a customization.
    CShake128: "CSHAKE-128";
    /// cSHAKE256; SHAKE256 without a customization.
    CShake256: "CSHAKE-256";
    /// TurboSHAKE128.
    TurboShake128: "TURBOSHAKE-128";
    /// TurboSHAKE256.
    TurboShake256: "TURBOSHAKE-256";
    /// KT128.
    Kt128: "KT128";
    /// KT256.
    Kt256: "KT256";
}

macro_rules! customized {
    ($($name:ident: $algorithm:literal;)*) => {$(
        impl $name {
            /// Begins a hash of a domain that this names; another name is another function.
            ///
            /// # Errors
            ///
            /// As for [`try_new`](Self::try_new); [`InvalidLength`](Error::InvalidLength) for a name longer than the host takes.
            pub fn try_new_customized(customization: &[u8]) -> Result<Self, Error> {
                let options = Options::new()?.bytes("context", customization)?;
                State::open($algorithm, None, Some(&options)).map(Self)
            }
        }

        #[cfg(feature = "digest")]
        impl digest::CustomizedInit for $name {
            /// # Panics
            ///
            /// If the host refuses.
            fn new_customized(customization: &[u8]) -> Self {
                crate::error::expect(Self::try_new_customized(customization))
            }
        }
    )*};
}

customized! {
    CShake128: "CSHAKE-128";
    CShake256: "CSHAKE-256";
    Kt128: "KT128";
    Kt256: "KT256";
}

impl Blake3 {
    /// Begins with a key: a MAC, or a function that nobody without the key can compute.
    ///
    /// # Errors
    ///
    /// As for [`try_new`](Self::try_new).
    pub fn try_new_keyed(key: &[u8; 32]) -> Result<Self, Error> {
        State::open("BLAKE3", Some(&Key::import("BLAKE3", key)?), None).map(Self)
    }
}

#[cfg(feature = "digest")]
const _: () = {
    use digest::common::KeySizeUser;
    use digest::{KeyInit, consts};

    impl KeySizeUser for Blake3 {
        type KeySize = consts::U32;
    }

    /// # Panics
    ///
    /// If the host refuses.
    impl KeyInit for Blake3 {
        fn new(key: &digest::Key<Self>) -> Self {
            crate::error::expect(Self::try_new_keyed(key.as_ref()))
        }
    }
};
