//! Key pairs, public keys and secret keys, as their handles hold them: bound to one algorithm, parsed once.

use std::sync::Arc;

use crate::asymmetric::algorithm::{Algorithm, PublicKey, SecretKey};
use crate::booking::{ALLOCATION, Booking, COUNTS};
use crate::errno::Errno;

/// A key pair: its secret half gives the public one.
#[derive(Clone)]
pub(crate) struct Keypair {
    pub(crate) algorithm: &'static Algorithm,
    pub(crate) secret: Arc<dyn SecretKey>,
    /// The booking of the key, which whatever keeps the key keeps, too.
    pub(crate) booking: Arc<Booking>,
}

#[derive(Clone)]
pub(crate) struct PublicKeyObject {
    pub(crate) algorithm: &'static Algorithm,
    pub(crate) key: Arc<dyn PublicKey>,
    /// As that of a key pair.
    pub(crate) booking: Arc<Booking>,
}

#[derive(Clone)]
pub(crate) struct SecretKeyObject {
    pub(crate) algorithm: &'static Algorithm,
    pub(crate) key: Arc<dyn SecretKey>,
    /// As that of a key pair.
    pub(crate) booking: Arc<Booking>,
}

/// Bytes to book for a key's counts and those of its booking.
const BESIDE: usize = COUNTS + ALLOCATION + COUNTS + size_of::<Booking>() + ALLOCATION;

impl PublicKeyObject {
    pub(crate) fn new(algorithm: &'static Algorithm, key: Arc<dyn PublicKey>) -> Self {
        Self { algorithm, key, booking: Arc::default() }
    }

    /// Bytes to book for the handle alone.
    pub(crate) fn held(&self) -> usize {
        0
    }

    /// The key.
    pub(crate) fn booked(&self) -> (&Booking, usize) {
        (&self.booking, BESIDE + self.key.held())
    }
}

impl SecretKeyObject {
    pub(crate) fn new(algorithm: &'static Algorithm, key: Arc<dyn SecretKey>) -> Self {
        Self { algorithm, key, booking: Arc::default() }
    }

    /// Bytes to book for the handle alone.
    pub(crate) fn held(&self) -> usize {
        0
    }

    /// The key.
    pub(crate) fn booked(&self) -> (&Booking, usize) {
        (&self.booking, BESIDE + self.key.held())
    }
}

impl Keypair {
    pub(crate) fn new(algorithm: &'static Algorithm, secret: Arc<dyn SecretKey>) -> Self {
        Self { algorithm, secret, booking: Arc::default() }
    }

    /// Its secret half, which shares the key.
    pub(crate) fn secret_half(&self) -> SecretKeyObject {
        let Self { algorithm, secret, booking } = self.clone();
        SecretKeyObject { algorithm, key: secret, booking }
    }

    /// Bytes to book for the handle alone.
    pub(crate) fn held(&self) -> usize {
        0
    }

    /// The key.
    pub(crate) fn booked(&self) -> (&Booking, usize) {
        (&self.booking, BESIDE + self.secret.held())
    }

    /// `incompatible_keys` if the algorithms differ, `invalid_key` if the halves do not belong together.
    pub(crate) fn from_halves(public: &PublicKeyObject, secret: &SecretKeyObject) -> Result<Self, Errno> {
        if !std::ptr::eq(public.algorithm, secret.algorithm) {
            return Err(Errno::IncompatibleKeys);
        }
        if secret.key.public_key()?.canonical()? != public.key.canonical()? {
            return Err(Errno::InvalidKey);
        }
        let SecretKeyObject { algorithm, key: secret, booking } = secret.clone();
        Ok(Self { algorithm, secret, booking })
    }
}
