//! Key exchange: Diffie-Hellman with X25519 and X448 (RFC 7748), P-256 and P-384 (NIST SP 800-56A); key encapsulation with ML-KEM (FIPS 203) and
//! X-Wing (draft-connolly-cfrg-xwing-kem), which is ML-KEM-768 and X25519 together.
//!
//! ```no_run
//! use wasi_crypto_bindings::kx::{SecretKey, X25519, XWing};
//! use wasi_crypto_bindings::{Hkdf, Sha256};
//!
//! // Both parties have a key, and know the other's public key.
//! let (ours, theirs) = (SecretKey::<X25519>::generate()?, SecretKey::<X25519>::generate()?);
//! let secret = ours.diffie_hellman(&theirs.public_key()?)?;
//! assert_eq!(secret, theirs.diffie_hellman(&ours.public_key()?)?);
//!
//! // One party sends a secret to the owner of a key.
//! let key = SecretKey::<XWing>::generate()?;
//! let (encapsulation, secret) = key.public_key()?.encapsulate()?;
//! assert_eq!(secret, key.decapsulate(&encapsulation)?);
//!
//! // Keys are derived from the secret, never used without.
//! let mut encryption_key = [0; 32];
//! Hkdf::<Sha256>::extract(None, &secret)?.expand(b"encryption", &mut encryption_key)?;
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use zeroize::Zeroizing;

use crate::asymmetric::{self, AlgorithmType, SecretKeyEncoding};
use crate::error::Error;
use crate::public_key::Named;
pub use crate::public_key::PublicKey;

/// A key exchange algorithm, as a type: one of those in this module.
pub trait Algorithm: Named {}

/// Diffie-Hellman: both parties have a key.
pub trait DiffieHellman: Algorithm {}

/// Key encapsulation: the receiver has a key. The secret has 32 bytes.
pub trait Kem: Algorithm {
    /// The size of an encapsulation in bytes.
    const ENCAPSULATION_LEN: usize;
}

macro_rules! algorithms {
    ($($(#[$doc:meta])* $name:ident: $algorithm:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {}

        impl Named for $name {
            const TYPE: AlgorithmType = AlgorithmType::KeyExchange;
            const NAME: &'static str = $algorithm;
        }

        impl Algorithm for $name {}
    )*};
}

algorithms! {
    /// X25519. The secret has 32 bytes.
    X25519: "X25519";
    /// X448. The secret has 56 bytes. Few hosts have it.
    X448: "X448";
    /// ECDH on P-256. The secret is the x coordinate, 32 bytes.
    P256: "P256-SHA256";
    /// ECDH on P-384. The secret is the x coordinate, 48 bytes.
    P384: "P384-SHA384";
    /// ML-KEM-512.
    MlKem512: "ML-KEM-512";
    /// ML-KEM-768.
    MlKem768: "ML-KEM-768";
    /// ML-KEM-1024.
    MlKem1024: "ML-KEM-1024";
    /// X-Wing, which is secure as long as one of ML-KEM-768 and X25519 is. Its keys have raw bytes only, no PKCS#8 or PEM.
    XWing: "X-WING";
}

impl DiffieHellman for X25519 {}
impl DiffieHellman for X448 {}
impl DiffieHellman for P256 {}
impl DiffieHellman for P384 {}

impl Kem for MlKem512 {
    const ENCAPSULATION_LEN: usize = 768;
}

impl Kem for MlKem768 {
    const ENCAPSULATION_LEN: usize = 1088;
}

impl Kem for MlKem1024 {
    const ENCAPSULATION_LEN: usize = 1568;
}

impl Kem for XWing {
    const ENCAPSULATION_LEN: usize = 1120;
}

/// A secret key of the algorithm `A`. The host holds it, parsed; clones share it.
pub struct SecretKey<A> {
    pub(crate) key: Arc<asymmetric::SecretKey>,
    algorithm: PhantomData<fn() -> A>,
}

impl<A: Algorithm> SecretKey<A> {
    /// A new random key.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles), [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm).
    pub fn generate() -> Result<Self, Error> {
        asymmetric::KeyPair::generate(AlgorithmType::KeyExchange, A::NAME)?.secret_key().map(Self::from)
    }

    /// Reads a key.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](Error::InvalidKey) if it is malformed, or of another size or algorithm,
    /// [`UnsupportedEncoding`](Error::UnsupportedEncoding).
    pub fn import(encoded: &[u8], encoding: SecretKeyEncoding) -> Result<Self, Error> {
        asymmetric::SecretKey::import(AlgorithmType::KeyExchange, A::NAME, encoded, encoding).map(Self::from)
    }

    /// Reads a key from PEM, as `openssl genpkey` writes it. Other text, in any encoding, may surround it.
    ///
    /// # Errors
    ///
    /// [`Pem`](Error::Pem) if there is none, or in a form that cannot be read, with the reason; and as for
    /// [`import`](Self::import).
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        asymmetric::SecretKey::from_pem(AlgorithmType::KeyExchange, A::NAME, pem).map(Self::from)
    }

    /// Writes the key; the bytes are wiped when dropped.
    ///
    /// # Errors
    ///
    /// [`UnsupportedEncoding`](Error::UnsupportedEncoding),
    /// [`ProhibitedOperation`](Error::ProhibitedOperation) if the host keeps the key to itself.
    pub fn export(&self, encoding: SecretKeyEncoding) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.key.export(encoding)
    }

    /// Writes the key in PEM.
    ///
    /// # Errors
    ///
    /// As for [`export`](Self::export).
    pub fn to_pem(&self) -> Result<Zeroizing<String>, Error> {
        self.key.to_pem()
    }

    /// The public key to this one.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles).
    pub fn public_key(&self) -> Result<PublicKey<A>, Error> {
        self.key.public_key().map(PublicKey::from)
    }

    pub(crate) fn from(key: asymmetric::SecretKey) -> Self {
        Self { key: Arc::new(key), algorithm: PhantomData }
    }
}

impl<A: DiffieHellman> SecretKey<A> {
    /// The secret that this key and another party's public key have in common. Not uniformly random: derive keys from it.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](Error::InvalidKey) if the public key allows no secret to be agreed on (it has a small order).
    pub fn diffie_hellman(&self, public: &PublicKey<A>) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.key.diffie_hellman(&public.key)
    }
}

impl<A: Kem> SecretKey<A> {
    /// The secret in an encapsulation. If that was made for another key, or changed, then the result is a secret that nobody
    /// has: only what is encrypted under it tells.
    ///
    /// # Errors
    ///
    /// [`VerificationFailed`](Error::VerificationFailed) if it does not have
    /// [`ENCAPSULATION_LEN`](Kem::ENCAPSULATION_LEN) bytes.
    pub fn decapsulate(&self, encapsulation: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.key.decapsulate(encapsulation)
    }
}

impl<A> Clone for SecretKey<A> {
    fn clone(&self) -> Self {
        Self { key: Arc::clone(&self.key), algorithm: PhantomData }
    }
}

impl<A: Algorithm> fmt::Debug for SecretKey<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({}, {:?})", A::NAME, self.key)
    }
}

impl<A: Kem> PublicKey<A> {
    /// A new secret of 32 bytes, and before it the encapsulation that carries it to the owner of the secret key.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles), [`RngError`](Error::RngError).
    pub fn encapsulate(&self) -> Result<(Vec<u8>, Zeroizing<Vec<u8>>), Error> {
        self.key.encapsulate()
    }
}
