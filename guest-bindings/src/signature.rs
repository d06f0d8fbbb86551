//! Signatures: RSA (RFC 8017), ECDSA (FIPS 186-5), Ed25519 and Ed448 (RFC 8032), ML-DSA (FIPS 204).
//!
//! ```no_run
//! use wasi_crypto_bindings::signature::{EcdsaP256Sha256, Ed25519, SigningKey, VerifyingKey};
//!
//! let key = SigningKey::<Ed25519>::generate()?;
//! let signature = key.try_sign(b"message")?;
//! key.try_verifying_key()?.verify(b"message", &signature)?;
//!
//! // A long message in pieces, with a key and a signature as OpenSSL writes them.
//! # let (pem, signature) = ("", [0; 0]);
//! let mut state = VerifyingKey::<EcdsaP256Sha256>::from_pem(pem)?.begin()?;
//! for piece in [b"a long ", b"message"] {
//!     state.update(piece)?;
//! }
//! state.verify_der(&signature)?;
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```
//!
//! With the feature `signature` (default) these are keys as RustCrypto knows them: `Signer`, `Verifier`, `Keypair`,
//! `SignatureEncoding`, `MultipartSigner` and `MultipartVerifier`.
//!
//! | algorithm | |
//! |---|---|
//! | [`Ed25519`] | small and fast; the host keeps the whole message until it signs |
//! | [`Ed448`] | the same with more reserve; few hosts have it |
//! | [`EcdsaP256Sha256`], [`EcdsaP384Sha384`], [`EcdsaK256Sha256`] | what certificates, tokens and blockchains have |
//! | [`RsaPss2048Sha256`], …, [`RsaPkcs1_4096Sha512`] | PSS is the better one; PKCS#1 v1.5 is the common one |
//! | [`MlDsa44`], [`MlDsa65`], [`MlDsa87`] | secure against quantum computers; hedged, with an empty context |

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use zeroize::Zeroizing;

use crate::asymmetric::{self, AlgorithmType, KeyPairEncoding, SecretKeyEncoding, SignatureEncoding};
use crate::error::Error;
use crate::public_key::Named;
pub use crate::public_key::PublicKey as VerifyingKey;

/// A signature algorithm, as a type: one of those in this module.
pub trait Algorithm: Named {
    /// The size of a raw signature in bytes.
    const SIGNATURE_LEN: usize;
}

/// ECDSA, the algorithm whose signatures have a DER form.
pub trait Ecdsa: Algorithm {}

macro_rules! algorithms {
    ($($(#[$doc:meta])* $name:ident: $algorithm:literal, $signature_len:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {}

        impl Named for $name {
            const TYPE: AlgorithmType = AlgorithmType::Signatures;
            const NAME: &'static str = $algorithm;
        }

        impl Algorithm for $name {
            const SIGNATURE_LEN: usize = $signature_len;
        }
    )*};
}

algorithms! {
    /// Ed25519 (RFC 8032), deterministic.
    Ed25519: "Ed25519", 64;
    /// Ed448 (RFC 8032), deterministic, with an empty context. Few hosts have it.
    Ed448: "Ed448", 114;
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256Sha256: "ECDSA_P256_SHA256", 64;
    /// ECDSA on P-384 with SHA-384.
    EcdsaP384Sha384: "ECDSA_P384_SHA384", 96;
    /// ECDSA on secp256k1 with SHA-256.
    EcdsaK256Sha256: "ECDSA_K256_SHA256", 64;
    /// ML-DSA-44.
    MlDsa44: "ML-DSA-44", 2420;
    /// ML-DSA-65.
    MlDsa65: "ML-DSA-65", 3309;
    /// ML-DSA-87.
    MlDsa87: "ML-DSA-87", 4627;
    /// RSASSA-PKCS1-v1_5 with a modulus of 2048 bits and SHA-256.
    RsaPkcs1_2048Sha256: "RSA_PKCS1_2048_SHA256", 256;
    /// RSASSA-PKCS1-v1_5 with a modulus of 2048 bits and SHA-384.
    RsaPkcs1_2048Sha384: "RSA_PKCS1_2048_SHA384", 256;
    /// RSASSA-PKCS1-v1_5 with a modulus of 2048 bits and SHA-512.
    RsaPkcs1_2048Sha512: "RSA_PKCS1_2048_SHA512", 256;
    /// RSASSA-PKCS1-v1_5 with a modulus of 3072 bits and SHA-384.
    RsaPkcs1_3072Sha384: "RSA_PKCS1_3072_SHA384", 384;
    /// RSASSA-PKCS1-v1_5 with a modulus of 3072 bits and SHA-512.
    RsaPkcs1_3072Sha512: "RSA_PKCS1_3072_SHA512", 384;
    /// RSASSA-PKCS1-v1_5 with a modulus of 4096 bits and SHA-512.
    RsaPkcs1_4096Sha512: "RSA_PKCS1_4096_SHA512", 512;
    /// RSASSA-PSS with a modulus of 2048 bits, SHA-256, and a salt of 32 bytes.
    RsaPss2048Sha256: "RSA_PSS_2048_SHA256", 256;
    /// RSASSA-PSS with a modulus of 2048 bits, SHA-384, and a salt of 48 bytes.
    RsaPss2048Sha384: "RSA_PSS_2048_SHA384", 256;
    /// RSASSA-PSS with a modulus of 2048 bits, SHA-512, and a salt of 64 bytes.
    RsaPss2048Sha512: "RSA_PSS_2048_SHA512", 256;
    /// RSASSA-PSS with a modulus of 3072 bits, SHA-384, and a salt of 48 bytes.
    RsaPss3072Sha384: "RSA_PSS_3072_SHA384", 384;
    /// RSASSA-PSS with a modulus of 3072 bits, SHA-512, and a salt of 64 bytes.
    RsaPss3072Sha512: "RSA_PSS_3072_SHA512", 384;
    /// RSASSA-PSS with a modulus of 4096 bits, SHA-512, and a salt of 64 bytes.
    RsaPss4096Sha512: "RSA_PSS_4096_SHA512", 512;
}

impl Ecdsa for EcdsaP256Sha256 {}
impl Ecdsa for EcdsaP384Sha384 {}
impl Ecdsa for EcdsaK256Sha256 {}

/// A secret key of the algorithm `A` with its public key. The host holds it, parsed; clones share it.
pub struct SigningKey<A> {
    pub(crate) pair: Arc<asymmetric::KeyPair>,
    algorithm: PhantomData<fn() -> A>,
}

impl<A: Algorithm> SigningKey<A> {
    /// A new random key. RSA may take seconds.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles), [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm).
    pub fn generate() -> Result<Self, Error> {
        asymmetric::KeyPair::generate(AlgorithmType::Signatures, A::NAME).map(Self::from)
    }

    /// Reads a key with its public half.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](Error::InvalidKey) if it is malformed, of another size or algorithm, or its halves do not belong
    /// together; [`UnsupportedEncoding`](Error::UnsupportedEncoding).
    pub fn import(encoded: &[u8], encoding: KeyPairEncoding) -> Result<Self, Error> {
        asymmetric::KeyPair::import(AlgorithmType::Signatures, A::NAME, encoded, encoding).map(Self::from)
    }

    /// Reads a key without its public half, such as the 32 bytes that Ed25519 and ML-DSA make keys of.
    ///
    /// # Errors
    ///
    /// As for [`import`](Self::import).
    pub fn import_secret(encoded: &[u8], encoding: SecretKeyEncoding) -> Result<Self, Error> {
        let secret = asymmetric::SecretKey::import(AlgorithmType::Signatures, A::NAME, encoded, encoding)?;
        asymmetric::KeyPair::from_halves(&secret.public_key()?, &secret).map(Self::from)
    }

    /// Reads a key from PEM, as `openssl genpkey` writes it. Other text, in any encoding, may surround it.
    ///
    /// # Errors
    ///
    /// [`Pem`](Error::Pem) if there is none, or in a form that cannot be read, with the reason; and as for
    /// [`import`](Self::import).
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        asymmetric::KeyPair::from_pem(AlgorithmType::Signatures, A::NAME, pem).map(Self::from)
    }

    /// Writes the key; the bytes are wiped when dropped.
    ///
    /// # Errors
    ///
    /// [`UnsupportedEncoding`](Error::UnsupportedEncoding),
    /// [`ProhibitedOperation`](Error::ProhibitedOperation) if the host keeps the key to itself.
    pub fn export(&self, encoding: KeyPairEncoding) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.pair.export(encoding)
    }

    /// Writes the key in PEM.
    ///
    /// # Errors
    ///
    /// As for [`export`](Self::export).
    pub fn to_pem(&self) -> Result<Zeroizing<String>, Error> {
        self.pair.to_pem()
    }

    /// The public half.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles).
    pub fn try_verifying_key(&self) -> Result<VerifyingKey<A>, Error> {
        self.pair.public_key().map(VerifyingKey::from)
    }

    /// Signs a message.
    ///
    /// # Errors
    ///
    /// As for [`SignatureState::update`] and [`SignatureState::sign`].
    pub fn try_sign(&self, message: &[u8]) -> Result<Signature<A>, Error> {
        self.try_multipart_sign(&[message])
    }

    /// Signs a message that is in pieces.
    ///
    /// # Errors
    ///
    /// As for [`try_sign`](Self::try_sign).
    pub fn try_multipart_sign(&self, message: &[&[u8]]) -> Result<Signature<A>, Error> {
        let mut state = self.begin()?;
        message.iter().try_for_each(|piece| state.update(piece))?;
        state.sign()
    }

    /// Begins to sign a message that comes in pieces.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles).
    pub fn begin(&self) -> Result<SignatureState<A>, Error> {
        let state = asymmetric::SignatureState::open(&self.pair)?;
        Ok(SignatureState { state, algorithm: PhantomData })
    }

    pub(crate) fn from(pair: impl Into<Arc<asymmetric::KeyPair>>) -> Self {
        Self { pair: pair.into(), algorithm: PhantomData }
    }
}

impl<A> Clone for SigningKey<A> {
    fn clone(&self) -> Self {
        Self { pair: Arc::clone(&self.pair), algorithm: PhantomData }
    }
}

impl<A: Algorithm> fmt::Debug for SigningKey<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, {:?})", A::NAME, self.pair)
    }
}

impl<A: Algorithm> VerifyingKey<A> {
    /// Checks a signature of a message.
    ///
    /// # Errors
    ///
    /// [`VerificationFailed`](Error::VerificationFailed) if it is not this key's signature of this message,
    /// [`InvalidSignature`](Error::InvalidSignature) if it could not be one of any message; those of
    /// [`SignatureState::update`].
    pub fn verify(&self, message: &[u8], signature: &Signature<A>) -> Result<(), Error> {
        self.multipart_verify(&[message], signature)
    }

    /// Checks a signature of a message that is in pieces.
    ///
    /// # Errors
    ///
    /// As for [`verify`](Self::verify).
    pub fn multipart_verify(&self, message: &[&[u8]], signature: &Signature<A>) -> Result<(), Error> {
        let mut state = self.begin()?;
        message.iter().try_for_each(|piece| state.update(piece))?;
        state.verify(signature)
    }

    /// Begins to verify a signature of a message that comes in pieces.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles).
    pub fn begin(&self) -> Result<VerificationState<A>, Error> {
        let state = asymmetric::VerificationState::open(&self.key)?;
        Ok(VerificationState { state, algorithm: PhantomData })
    }
}

/// A signature of the algorithm `A`: its raw bytes, of the right number.
pub struct Signature<A> {
    raw: Vec<u8>,
    algorithm: PhantomData<fn() -> A>,
}

impl<A: Algorithm> Signature<A> {
    /// A signature of these raw bytes.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`](Error::InvalidSignature) if they are not [`SIGNATURE_LEN`](Algorithm::SIGNATURE_LEN).
    pub fn from_bytes(raw: impl Into<Vec<u8>>) -> Result<Self, Error> {
        let raw = raw.into();
        if raw.len() == A::SIGNATURE_LEN {
            Ok(Self { raw, algorithm: PhantomData })
        } else {
            Err(Error::InvalidSignature)
        }
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.raw
    }

    /// Reads a signature that the host has made.
    pub(crate) fn from_host(signature: &asymmetric::Signature) -> Result<Self, Error> {
        let raw = signature.export(SignatureEncoding::Raw)?;
        // A signature of another size would be a fault of the host.
        Self::from_bytes(raw).map_err(|_| Error::InternalError)
    }

    pub(crate) fn in_host(&self) -> Result<asymmetric::Signature, Error> {
        asymmetric::Signature::import(A::NAME, &self.raw, SignatureEncoding::Raw)
    }
}

impl<A: Ecdsa> Signature<A> {
    /// Reads a signature in DER, as OpenSSL writes it. Strictly: every signature has one such form.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`](Error::InvalidSignature) if it is malformed.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let signature = asymmetric::Signature::import(A::NAME, der, SignatureEncoding::Der)?;
        Self::from_bytes(signature.export(SignatureEncoding::Raw)?)
    }

    /// Writes the signature in DER.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`](Error::InvalidSignature) if r or s is out of range.
    pub fn to_der(&self) -> Result<Vec<u8>, Error> {
        self.in_host()?.export(SignatureEncoding::Der)
    }
}

impl<A> Clone for Signature<A> {
    fn clone(&self) -> Self {
        Self { raw: self.raw.clone(), algorithm: PhantomData }
    }
}

impl<A> PartialEq for Signature<A> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl<A> Eq for Signature<A> {}

impl<A: Algorithm> fmt::Debug for Signature<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({}, ", A::NAME)?;
        self.raw.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

impl<A: Algorithm> TryFrom<&[u8]> for Signature<A> {
    type Error = Error;

    fn try_from(raw: &[u8]) -> Result<Self, Error> {
        Self::from_bytes(raw)
    }
}

impl<A> From<Signature<A>> for Vec<u8> {
    fn from(signature: Signature<A>) -> Self {
        signature.raw
    }
}

/// A message being signed. It is never cut off: [`sign`](Self::sign) covers everything since it began.
pub struct SignatureState<A> {
    pub(crate) state: asymmetric::SignatureState,
    algorithm: PhantomData<fn() -> A>,
}

impl<A: Algorithm> SignatureState<A> {
    /// Takes in the next part of the message.
    ///
    /// # Errors
    ///
    /// [`Overflow`](Error::Overflow) if the algorithm needs the whole message at once, as Ed25519 does, and it is more
    /// than the host keeps.
    pub fn update(&mut self, data: impl AsRef<[u8]>) -> Result<(), Error> {
        self.state.update(data.as_ref())
    }

    /// Signs all of the message so far; more can follow.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles).
    pub fn sign(&mut self) -> Result<Signature<A>, Error> {
        Signature::from_host(&self.state.sign()?)
    }
}

impl<A: Algorithm> fmt::Debug for SignatureState<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignatureState({}, {:?})", A::NAME, self.state)
    }
}

/// A message whose signature is being verified.
pub struct VerificationState<A> {
    pub(crate) state: asymmetric::VerificationState,
    algorithm: PhantomData<fn() -> A>,
}

impl<A: Algorithm> VerificationState<A> {
    /// Takes in the next part of the message.
    ///
    /// # Errors
    ///
    /// As for [`SignatureState::update`].
    pub fn update(&mut self, data: impl AsRef<[u8]>) -> Result<(), Error> {
        self.state.update(data.as_ref())
    }

    /// Checks a signature of all of the message so far; more can follow.
    ///
    /// # Errors
    ///
    /// As for [`VerifyingKey::verify`].
    pub fn verify(&mut self, signature: &Signature<A>) -> Result<(), Error> {
        self.state.verify(&signature.in_host()?)
    }
}

impl<A: Ecdsa> VerificationState<A> {
    /// Checks a signature in DER of all of the message so far; more can follow.
    ///
    /// # Errors
    ///
    /// As for [`VerifyingKey::verify`].
    pub fn verify_der(&mut self, signature: &[u8]) -> Result<(), Error> {
        self.state.verify(&asymmetric::Signature::import(A::NAME, signature, SignatureEncoding::Der)?)
    }
}

impl<A: Algorithm> fmt::Debug for VerificationState<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerificationState({}, {:?})", A::NAME, self.state)
    }
}

#[cfg(feature = "signature")]
mod traits {
    use alloc::vec::Vec;

    use ::signature::{
        Error as Opaque, Keypair, MultipartSigner, MultipartVerifier, SignatureEncoding, Signer, Verifier,
    };

    use super::{Algorithm, Signature, SigningKey, VerifyingKey};
    use crate::error::{Error, expect};

    impl<A: Algorithm> Signer<Signature<A>> for SigningKey<A> {
        fn try_sign(&self, message: &[u8]) -> Result<Signature<A>, Opaque> {
            Self::try_sign(self, message).map_err(opaque)
        }
    }

    impl<A: Algorithm> MultipartSigner<Signature<A>> for SigningKey<A> {
        fn try_multipart_sign(&self, message: &[&[u8]]) -> Result<Signature<A>, Opaque> {
            Self::try_multipart_sign(self, message).map_err(opaque)
        }
    }

    impl<A: Algorithm> Verifier<Signature<A>> for VerifyingKey<A> {
        fn verify(&self, message: &[u8], signature: &Signature<A>) -> Result<(), Opaque> {
            Self::verify(self, message, signature).map_err(opaque)
        }
    }

    impl<A: Algorithm> MultipartVerifier<Signature<A>> for VerifyingKey<A> {
        fn multipart_verify(&self, message: &[&[u8]], signature: &Signature<A>) -> Result<(), Opaque> {
            Self::multipart_verify(self, message, signature).map_err(opaque)
        }
    }

    /// # Panics
    ///
    /// If the host refuses, which the trait cannot report.
    impl<A: Algorithm> Keypair for SigningKey<A> {
        type VerifyingKey = VerifyingKey<A>;

        fn verifying_key(&self) -> VerifyingKey<A> {
            expect(self.try_verifying_key())
        }
    }

    impl<A: Algorithm> SignatureEncoding for Signature<A> {
        type Repr = Vec<u8>;
    }

    /// What is wrong with a signature stays inside, as the trait's error asks for; what the host refused is its source.
    fn opaque(error: Error) -> Opaque {
        match error {
            Error::VerificationFailed | Error::InvalidSignature => Opaque::new(),
            error => Opaque::from_source(error),
        }
    }
}
