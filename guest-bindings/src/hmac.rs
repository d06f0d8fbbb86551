//! HMAC (RFC 2104).
//!
//! ```no_run
//! use wasi_crypto_bindings::{Hmac, HmacKey, Sha256};
//!
//! let key = HmacKey::<Sha256>::generate()?;
//! let tag = Hmac::with_key(&key)?.try_chain_update(b"message")?.try_finalize()?;
//!
//! // Compares in constant time, and fails if the tag is another one.
//! Hmac::with_key(&key)?.try_chain_update(b"message")?.try_verify(&tag)?;
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```
//!
//! With the feature `digest` (default), [`Hmac`] is a MAC as RustCrypto knows it: `Mac`, `KeyInit`.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::Debug;
use core::marker::PhantomData;

use zeroize::Zeroizing;

use crate::error::Error;
use crate::hash::{Sha256, Sha384, Sha512};
use crate::symmetric::{Key, State, Tag};

/// The hash functions that hosts have HMAC and HKDF over: [`Sha256`], [`Sha384`], [`Sha512`].
pub trait HmacHash: sealed::Names {
    /// A digest, and so a tag: `[u8; N]`.
    type Output: AsRef<[u8]> + AsMut<[u8]> + Clone + Debug + PartialEq;

    /// A digest of zeros, to be filled.
    #[doc(hidden)]
    const ZERO: Self::Output;
}

mod sealed {
    /// The names of algorithms over a hash function.
    pub trait Names {
        const HMAC: &'static str;
        const HKDF_EXTRACT: &'static str;
        const HKDF_EXPAND: &'static str;
    }
}

macro_rules! hashes {
    ($($hash:ident: $name:literal, $len:literal;)*) => {$(
        impl sealed::Names for $hash {
            const HMAC: &'static str = concat!("HMAC/", $name);
            const HKDF_EXTRACT: &'static str = concat!("HKDF-EXTRACT/", $name);
            const HKDF_EXPAND: &'static str = concat!("HKDF-EXPAND/", $name);
        }

        impl HmacHash for $hash {
            type Output = [u8; $len];
            const ZERO: [u8; $len] = [0; $len];
        }
    )*};
}

hashes! {
    Sha256: "SHA-256", 32;
    Sha384: "SHA-384", 48;
    Sha512: "SHA-512", 64;
}

/// A key for HMAC over the hash function `H`, of any length.
///
/// The host prepares it once, so it is the better way in for many messages. Clones share it.
#[derive(Debug)]
pub struct HmacKey<H> {
    key: Arc<Key>,
    hash: PhantomData<fn() -> H>,
}

impl<H: HmacHash> HmacKey<H> {
    /// A key of these bytes.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles), [`Overflow`](Error::Overflow) if the guest may not hold as many bytes.
    pub fn import(raw: &[u8]) -> Result<Self, Error> {
        Key::import(H::HMAC, raw).map(Self::from_key)
    }

    /// A new random key as long as the tag.
    ///
    /// # Errors
    ///
    /// As for [`import`](Self::import).
    pub fn generate() -> Result<Self, Error> {
        Key::generate(H::HMAC).map(Self::from_key)
    }

    /// The bytes of the key, wiped when dropped.
    ///
    /// # Errors
    ///
    /// [`ProhibitedOperation`](Error::ProhibitedOperation) if the host keeps the key to itself.
    pub fn export(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.key.export()
    }

    pub(crate) fn from_key(key: impl Into<Arc<Key>>) -> Self {
        Self { key: key.into(), hash: PhantomData }
    }

    pub(crate) fn into_key(self) -> Arc<Key> {
        self.key
    }
}

impl<H> Clone for HmacKey<H> {
    fn clone(&self) -> Self {
        Self { key: Arc::clone(&self.key), hash: PhantomData }
    }
}

/// HMAC over the hash function `H`, under way.
///
/// Cloning copies what was authenticated so far, and panics if the host refuses; [`try_clone`](Self::try_clone) reports that.
#[derive(Debug)]
pub struct Hmac<H> {
    pub(crate) state: State,
    key: HmacKey<H>,
}

impl<H: HmacHash> Hmac<H> {
    /// Begins, with a key of any length.
    ///
    /// # Errors
    ///
    /// As for [`HmacKey::import`].
    pub fn try_new(key: &[u8]) -> Result<Self, Error> {
        Self::with_key(&HmacKey::import(key)?)
    }

    /// Begins, with a key that the host has already.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles).
    pub fn with_key(key: &HmacKey<H>) -> Result<Self, Error> {
        Ok(Self { state: State::open(H::HMAC, Some(&key.key), None)?, key: key.clone() })
    }

    /// Authenticates more data.
    ///
    /// # Errors
    ///
    /// None that a host of wasi-crypto 0.10 needs to return.
    pub fn try_update(&mut self, data: impl AsRef<[u8]>) -> Result<(), Error> {
        self.state.absorb(data.as_ref())
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
    pub fn try_finalize(mut self) -> Result<H::Output, Error> {
        let mut tag = H::ZERO;
        self.squeeze_tag()?.pull_into(tag.as_mut())?;
        Ok(tag)
    }

    /// Compares the tag over all data with `tag`, in constant time, in the host.
    ///
    /// # Errors
    ///
    /// [`InvalidTag`](Error::InvalidTag) if the bytes or their number differ.
    pub fn try_verify(mut self, tag: &[u8]) -> Result<(), Error> {
        self.squeeze_tag()?.verify(tag)
    }

    /// A copy of what was authenticated so far.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles).
    pub fn try_clone(&self) -> Result<Self, Error> {
        Ok(Self { state: self.state.try_clone()?, key: self.key.clone() })
    }

    fn squeeze_tag(&mut self) -> Result<Tag, Error> {
        self.state.squeeze_tag()
    }
}

impl<H> Clone for Hmac<H> {
    fn clone(&self) -> Self {
        Self { state: self.state.clone(), key: self.key.clone() }
    }
}

#[cfg(feature = "digest")]
mod digest_traits {
    use digest::common::BlockSizeUser;
    use digest::common::KeySizeUser;
    use digest::{
        FixedOutput, FixedOutputReset, InvalidLength, Key, KeyInit, MacMarker, Output, OutputSizeUser, Reset, Update,
    };

    use super::{Hmac, HmacHash};
    use crate::error::expect;

    impl<H> MacMarker for Hmac<H> {}

    impl<H: OutputSizeUser> OutputSizeUser for Hmac<H> {
        type OutputSize = H::OutputSize;
    }

    /// The block of the hash function, as in RustCrypto's `hmac`; `new_from_slice` takes a key of any length.
    impl<H: BlockSizeUser> KeySizeUser for Hmac<H> {
        type KeySize = H::BlockSize;
    }

    /// # Panics
    ///
    /// If the host refuses, as do all methods of RustCrypto's traits that cannot report an error.
    impl<H: HmacHash + BlockSizeUser> KeyInit for Hmac<H> {
        fn new(key: &Key<Self>) -> Self {
            expect(Self::try_new(key))
        }

        fn new_from_slice(key: &[u8]) -> Result<Self, InvalidLength> {
            Ok(expect(Self::try_new(key)))
        }
    }

    impl<H: HmacHash> Update for Hmac<H> {
        fn update(&mut self, data: &[u8]) {
            expect(self.try_update(data));
        }
    }

    impl<H: HmacHash + OutputSizeUser> FixedOutput for Hmac<H> {
        fn finalize_into(mut self, out: &mut Output<Self>) {
            expect(self.squeeze_tag().and_then(|tag| tag.pull_into(out)));
        }
    }

    impl<H: HmacHash> Reset for Hmac<H> {
        fn reset(&mut self) {
            *self = expect(Self::with_key(&self.key));
        }
    }

    impl<H: HmacHash + OutputSizeUser> FixedOutputReset for Hmac<H> {
        fn finalize_into_reset(&mut self, out: &mut Output<Self>) {
            expect(self.squeeze_tag().and_then(|tag| tag.pull_into(out)));
            self.reset();
        }
    }
}
