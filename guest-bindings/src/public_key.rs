//! What signature and key exchange algorithms have in common as types: their names, and public keys.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use crate::asymmetric::{self, AlgorithmType, PublicKeyEncoding};
use crate::error::Error;

/// An algorithm, as the host knows it. Only this crate has some, since the trait can't be named elsewhere.
pub trait Named: 'static {
    /// What its keys are for.
    const TYPE: AlgorithmType;
    /// Its name.
    const NAME: &'static str;
}

/// A public key of the algorithm `A`, one of those in [`signature`](mod@crate::signature) or [`kx`](mod@crate::kx). The host holds it,
/// parsed; clones share it.
pub struct PublicKey<A> {
    pub(crate) key: Arc<asymmetric::PublicKey>,
    algorithm: PhantomData<fn() -> A>,
}

impl<A: Named> PublicKey<A> {
    /// Reads a key.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](Error::InvalidKey) if it is malformed, or of another size or algorithm,
    /// [`UnsupportedEncoding`](Error::UnsupportedEncoding).
    pub fn import(encoded: &[u8], encoding: PublicKeyEncoding) -> Result<Self, Error> {
        asymmetric::PublicKey::import(A::TYPE, A::NAME, encoded, encoding).map(Self::from)
    }

    /// Reads a key from PEM, as `openssl pkey -pubout` writes it. Other text, in any encoding, may surround it.
    ///
    /// # Errors
    ///
    /// [`Pem`](Error::Pem) if there is none, or in a form that cannot be read, with the reason; and as for
    /// [`import`](Self::import).
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        asymmetric::PublicKey::from_pem(A::TYPE, A::NAME, pem).map(Self::from)
    }

    /// Writes the key.
    ///
    /// # Errors
    ///
    /// [`UnsupportedEncoding`](Error::UnsupportedEncoding).
    pub fn export(&self, encoding: PublicKeyEncoding) -> Result<Vec<u8>, Error> {
        self.key.export(encoding)
    }

    /// Writes the key in PEM.
    ///
    /// # Errors
    ///
    /// As for [`export`](Self::export).
    pub fn to_pem(&self) -> Result<String, Error> {
        self.key.to_pem()
    }

    /// Reads a key from a JSON Web Key; see [`jwk`](crate::jwk).
    ///
    /// # Errors
    ///
    /// [`Jwk`](Error::Jwk) with the reason, [`UnsupportedEncoding`](Error::UnsupportedEncoding) if the algorithm has none;
    /// and as for [`import`](Self::import).
    #[cfg(feature = "jwk")]
    pub fn from_jwk(jwk: impl AsRef<[u8]>) -> Result<Self, Error> {
        asymmetric::PublicKey::from_jwk(A::TYPE, A::NAME, jwk).map(Self::from)
    }

    /// Writes the key as a JSON Web Key; see [`jwk`](crate::jwk).
    ///
    /// # Errors
    ///
    /// [`UnsupportedEncoding`](Error::UnsupportedEncoding) if the algorithm has none.
    #[cfg(feature = "jwk")]
    pub fn to_jwk(&self) -> Result<String, Error> {
        self.key.to_jwk(A::NAME)
    }

    /// Checks in full that the key is a sound one; importing makes the cheap checks only.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](Error::InvalidKey) if it is not.
    pub fn validate(&self) -> Result<(), Error> {
        self.key.validate()
    }

    pub(crate) fn from(key: asymmetric::PublicKey) -> Self {
        Self { key: Arc::new(key), algorithm: PhantomData }
    }
}

impl<A> Clone for PublicKey<A> {
    fn clone(&self) -> Self {
        Self { key: Arc::clone(&self.key), algorithm: PhantomData }
    }
}

impl<A: Named> fmt::Debug for PublicKey<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {:?})", A::NAME, self.key)
    }
}
