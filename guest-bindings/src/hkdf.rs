//! HKDF (RFC 5869).
//!
//! ```no_run
//! use wasi_crypto_bindings::{Hkdf, Sha256};
//!
//! let hkdf = Hkdf::<Sha256>::extract(Some(b"salt"), b"input keying material")?;
//! let (mut encryption_key, mut mac_key) = ([0; 32], [0; 32]);
//! hkdf.expand(b"encryption", &mut encryption_key)?;
//! hkdf.expand(b"authentication", &mut mac_key)?;
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::marker::PhantomData;

use zeroize::Zeroizing;

use crate::error::Error;
use crate::hmac::HmacHash;
use crate::symmetric::{Key, State};

/// A pseudo-random key of HKDF over the hash function `H`, ready to be expanded. The host holds it; clones share it.
#[derive(Debug)]
pub struct Hkdf<H> {
    prk: Arc<Key>,
    hash: PhantomData<fn() -> H>,
}

impl<H: HmacHash> Hkdf<H> {
    /// HKDF-Extract: condenses input keying material of any length. Without a salt, one of zeros.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles), [`Overflow`](Error::Overflow) if the guest may not hold as many bytes.
    pub fn extract(salt: Option<&[u8]>, ikm: &[u8]) -> Result<Self, Error> {
        let ikm = Key::import(H::HKDF_EXTRACT, ikm)?;
        let mut state = State::open(H::HKDF_EXTRACT, Some(&ikm), None)?;
        state.absorb(salt.unwrap_or_default())?;
        state.squeeze_key(H::HKDF_EXPAND).map(Self::from_key)
    }

    /// Takes a key that is uniformly random already, at least as long as a digest.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](Error::InvalidKey) if it is shorter.
    pub fn from_prk(prk: &[u8]) -> Result<Self, Error> {
        Key::import(H::HKDF_EXPAND, prk).map(Self::from_key)
    }

    /// A new random pseudo-random key.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles).
    pub fn generate() -> Result<Self, Error> {
        Key::generate(H::HKDF_EXPAND).map(Self::from_key)
    }

    /// HKDF-Expand: fills `okm` with output keying material for one purpose, `info`.
    ///
    /// # Errors
    ///
    /// [`InvalidLength`](Error::InvalidLength) for more than 255 digests.
    pub fn expand(&self, info: &[u8], okm: &mut [u8]) -> Result<(), Error> {
        self.expand_multi_info(&[info], okm)
    }

    /// Like [`expand`](Self::expand), with an `info` that is in pieces.
    ///
    /// # Errors
    ///
    /// As for [`expand`](Self::expand).
    pub fn expand_multi_info(&self, info: &[&[u8]], okm: &mut [u8]) -> Result<(), Error> {
        let mut state = State::open(H::HKDF_EXPAND, Some(&self.prk), None)?;
        for piece in info {
            state.absorb(piece)?;
        }
        state.squeeze(okm)
    }

    /// The bytes of the pseudo-random key, wiped when dropped.
    ///
    /// # Errors
    ///
    /// [`ProhibitedOperation`](Error::ProhibitedOperation) if the host keeps the key to itself.
    pub fn export(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.prk.export()
    }

    pub(crate) fn from_key(prk: impl Into<Arc<Key>>) -> Self {
        Self { prk: prk.into(), hash: PhantomData }
    }

    pub(crate) fn into_key(self) -> Arc<Key> {
        self.prk
    }
}

impl<H> Clone for Hkdf<H> {
    fn clone(&self) -> Self {
        Self { prk: Arc::clone(&self.prk), hash: PhantomData }
    }
}
