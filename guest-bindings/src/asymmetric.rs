//! Key pairs, public and secret keys, signatures and their states as the host has them, for any asymmetric algorithm by its name.
//!
//! [`signature`](mod@crate::signature) and [`kx`](mod@crate::kx) are built from these, with a type for each algorithm. Use these
//! when the algorithm is known only when the program runs:
//!
//! ```no_run
//! use wasi_crypto_bindings::asymmetric::{AlgorithmType, KeyPair, Signature, SignatureEncoding, SignatureState, VerificationState};
//!
//! let key = KeyPair::generate(AlgorithmType::Signatures, "ECDSA_P256_SHA256")?;
//! let mut state = SignatureState::open(&key)?;
//! state.update(b"message")?;
//! let der = state.sign()?.export(SignatureEncoding::Der)?;
//!
//! let mut state = VerificationState::open(&key.public_key()?)?;
//! state.update(b"message")?;
//! state.verify(&Signature::import("ECDSA_P256_SHA256", &der, SignatureEncoding::Der)?)?;
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```
//!
//! Each object closes itself when it is dropped.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use wasi_crypto_interface as interface;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::host;
use crate::pem::{self, Wanted};
use crate::raw::Handle;

/// What the keys of an algorithm are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AlgorithmType {
    /// To sign and verify.
    Signatures = interface::AlgorithmType::Signatures as isize,
    /// To agree on secrets, or to encapsulate them.
    KeyExchange = interface::AlgorithmType::KeyExchange as isize,
}

/// How a key pair is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyPairEncoding {
    /// The algorithm's own bytes: Ed25519 seed ‖ public key; X25519 public key ‖ secret key; ECDSA and ECDH the scalar,
    /// ML-DSA, ML-KEM and X-Wing the seed; RSA has none.
    Raw = interface::KeypairEncoding::Raw as isize,
    /// PKCS#8 in DER: `PrivateKeyInfo` (RFC 5958).
    Pkcs8 = interface::KeypairEncoding::Pkcs8 as isize,
    /// PKCS#8 in PEM, `-----BEGIN PRIVATE KEY-----`.
    Pem = interface::KeypairEncoding::Pem as isize,
}

/// How a public key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PublicKeyEncoding {
    /// The algorithm's own bytes; for elliptic curves of NIST the compressed point, and both forms are read. RSA has none.
    Raw = interface::PublickeyEncoding::Raw as isize,
    /// `SubjectPublicKeyInfo` (RFC 5280) in DER.
    Pkcs8 = interface::PublickeyEncoding::Pkcs8 as isize,
    /// `SubjectPublicKeyInfo` in PEM, `-----BEGIN PUBLIC KEY-----`.
    Pem = interface::PublickeyEncoding::Pem as isize,
    /// A point of SEC 1, uncompressed, and both forms are read; only for ECDSA and ECDH.
    Sec = interface::PublickeyEncoding::Sec as isize,
}

/// How a secret key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecretKeyEncoding {
    /// The algorithm's own bytes: the scalar or the seed; RSA has none.
    Raw = interface::SecretkeyEncoding::Raw as isize,
    /// PKCS#8 in DER: `PrivateKeyInfo` (RFC 5958).
    Pkcs8 = interface::SecretkeyEncoding::Pkcs8 as isize,
    /// PKCS#8 in PEM, `-----BEGIN PRIVATE KEY-----`.
    Pem = interface::SecretkeyEncoding::Pem as isize,
    /// `ECPrivateKey` (RFC 5915) in DER, and the bare scalar is read too; only for ECDSA and ECDH.
    Sec = interface::SecretkeyEncoding::Sec as isize,
}

/// How a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureEncoding {
    /// The algorithm's own bytes; for ECDSA r ‖ s, each as long as the order of the curve.
    Raw = interface::SignatureEncoding::Raw as isize,
    /// `Ecdsa-Sig-Value` (RFC 3279) in DER, which OpenSSL and X.509 use; only for ECDSA.
    Der = interface::SignatureEncoding::Der as isize,
}

/// A public key and the secret key to it. The host holds both.
#[derive(Debug)]
pub struct KeyPair(pub(crate) Handle);

impl KeyPair {
    /// A new random key pair. RSA may take seconds.
    ///
    /// # Errors
    ///
    /// [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm), also if the algorithm is of the other type.
    pub fn generate(algorithm_type: AlgorithmType, algorithm: &str) -> Result<Self, Error> {
        host::keypair_generate(algorithm_type as u32, algorithm).map(Self)
    }

    /// Reads a key pair.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](Error::InvalidKey) if it is malformed, of another size or algorithm, or its halves do not belong
    /// together; [`UnsupportedEncoding`](Error::UnsupportedEncoding), [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm).
    pub fn import(
        algorithm_type: AlgorithmType,
        algorithm: &str,
        encoded: &[u8],
        encoding: KeyPairEncoding,
    ) -> Result<Self, Error> {
        host::keypair_import(algorithm_type as u32, algorithm, encoded, encoding as u32).map(Self)
    }

    /// Reads a key pair from PEM, as `openssl genpkey` writes it. Other text, in any encoding, may surround it.
    ///
    /// # Errors
    ///
    /// [`Pem`](Error::Pem) if there is none, or in a form that cannot be read, with the reason; and as for
    /// [`import`](Self::import).
    pub fn from_pem(algorithm_type: AlgorithmType, algorithm: &str, pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        pem::import(Wanted::PrivateKey, algorithm, pem.as_ref(), |pem| {
            Self::import(algorithm_type, algorithm, pem, KeyPairEncoding::Pem)
        })
    }

    /// Joins the two halves.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](Error::InvalidKey) if they do not belong together,
    /// [`IncompatibleKeys`](Error::IncompatibleKeys) if they are of different algorithms.
    pub fn from_halves(public: &PublicKey, secret: &SecretKey) -> Result<Self, Error> {
        host::keypair_from_halves(public.0, secret.0).map(Self)
    }

    /// Writes the key pair; the bytes are wiped when dropped.
    ///
    /// # Errors
    ///
    /// [`UnsupportedEncoding`](Error::UnsupportedEncoding),
    /// [`ProhibitedOperation`](Error::ProhibitedOperation) if the host keeps the key to itself.
    pub fn export(&self, encoding: KeyPairEncoding) -> Result<Zeroizing<Vec<u8>>, Error> {
        host::keypair_export(self.0, encoding as u32)
    }

    /// Writes the key pair in PEM.
    ///
    /// # Errors
    ///
    /// As for [`export`](Self::export).
    pub fn to_pem(&self) -> Result<Zeroizing<String>, Error> {
        secret_text(self.export(KeyPairEncoding::Pem)?)
    }

    /// The public half.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles).
    pub fn public_key(&self) -> Result<PublicKey, Error> {
        host::keypair_publickey(self.0).map(PublicKey)
    }

    /// The secret half.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles).
    pub fn secret_key(&self) -> Result<SecretKey, Error> {
        host::keypair_secretkey(self.0).map(SecretKey)
    }
}

impl Drop for KeyPair {
    fn drop(&mut self) {
        host::keypair_close(self.0);
    }
}

/// A public key, bound to one algorithm.
#[derive(Debug)]
pub struct PublicKey(Handle);

impl PublicKey {
    /// Reads a public key.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](Error::InvalidKey) if it is malformed, or of another size or algorithm;
    /// [`UnsupportedEncoding`](Error::UnsupportedEncoding), [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm).
    pub fn import(
        algorithm_type: AlgorithmType,
        algorithm: &str,
        encoded: &[u8],
        encoding: PublicKeyEncoding,
    ) -> Result<Self, Error> {
        host::publickey_import(algorithm_type as u32, algorithm, encoded, encoding as u32).map(Self)
    }

    /// Reads a public key from PEM, as `openssl pkey -pubout` writes it. Other text, in any encoding, may surround it.
    ///
    /// # Errors
    ///
    /// [`Pem`](Error::Pem) if there is none, or in a form that cannot be read, with the reason; and as for
    /// [`import`](Self::import).
    pub fn from_pem(algorithm_type: AlgorithmType, algorithm: &str, pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        pem::import(Wanted::PublicKey, algorithm, pem.as_ref(), |pem| {
            Self::import(algorithm_type, algorithm, pem, PublicKeyEncoding::Pem)
        })
    }

    /// Writes the public key.
    ///
    /// # Errors
    ///
    /// [`UnsupportedEncoding`](Error::UnsupportedEncoding).
    pub fn export(&self, encoding: PublicKeyEncoding) -> Result<Vec<u8>, Error> {
        host::publickey_export(self.0, encoding as u32)
    }

    /// Writes the public key in PEM.
    ///
    /// # Errors
    ///
    /// As for [`export`](Self::export).
    pub fn to_pem(&self) -> Result<String, Error> {
        String::from_utf8(self.export(PublicKeyEncoding::Pem)?).map_err(|_| Error::InternalError)
    }

    /// Checks in full that the key is a sound one (`publickey_verify`): on the curve, in the right subgroup, canonical.
    /// Importing makes the cheap ones of these checks only.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](Error::InvalidKey) if it is not.
    pub fn validate(&self) -> Result<(), Error> {
        host::publickey_verify(self.0)
    }

    /// A new secret, which only the owner of the secret key can get out of the encapsulation: encapsulation and secret.
    ///
    /// # Errors
    ///
    /// [`InvalidOperation`](Error::InvalidOperation) if the algorithm is not one of key encapsulation.
    pub fn encapsulate(&self) -> Result<(Vec<u8>, Zeroizing<Vec<u8>>), Error> {
        host::encapsulate(self.0)
    }
}

impl Drop for PublicKey {
    fn drop(&mut self) {
        host::publickey_close(self.0);
    }
}

/// A secret key, bound to one algorithm. The host holds it; the guest sees its bytes only if it exports them.
#[derive(Debug)]
pub struct SecretKey(Handle);

impl SecretKey {
    /// Reads a secret key.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](Error::InvalidKey) if it is malformed, or of another size or algorithm;
    /// [`UnsupportedEncoding`](Error::UnsupportedEncoding), [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm).
    pub fn import(
        algorithm_type: AlgorithmType,
        algorithm: &str,
        encoded: &[u8],
        encoding: SecretKeyEncoding,
    ) -> Result<Self, Error> {
        host::secretkey_import(algorithm_type as u32, algorithm, encoded, encoding as u32).map(Self)
    }

    /// Reads a secret key from PEM, as `openssl genpkey` writes it. Other text, in any encoding, may surround it.
    ///
    /// # Errors
    ///
    /// [`Pem`](Error::Pem) if there is none, or in a form that cannot be read, with the reason; and as for
    /// [`import`](Self::import).
    pub fn from_pem(algorithm_type: AlgorithmType, algorithm: &str, pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        pem::import(Wanted::PrivateKey, algorithm, pem.as_ref(), |pem| {
            Self::import(algorithm_type, algorithm, pem, SecretKeyEncoding::Pem)
        })
    }

    /// Writes the secret key; the bytes are wiped when dropped.
    ///
    /// # Errors
    ///
    /// [`UnsupportedEncoding`](Error::UnsupportedEncoding),
    /// [`ProhibitedOperation`](Error::ProhibitedOperation) if the host keeps the key to itself.
    pub fn export(&self, encoding: SecretKeyEncoding) -> Result<Zeroizing<Vec<u8>>, Error> {
        host::secretkey_export(self.0, encoding as u32)
    }

    /// Writes the secret key in PEM.
    ///
    /// # Errors
    ///
    /// As for [`export`](Self::export).
    pub fn to_pem(&self) -> Result<Zeroizing<String>, Error> {
        secret_text(self.export(SecretKeyEncoding::Pem)?)
    }

    /// The public key to this one.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles).
    pub fn public_key(&self) -> Result<PublicKey, Error> {
        host::publickey_from_secretkey(self.0).map(PublicKey)
    }

    /// The secret that this key and another party's public key have in common. Not uniformly random: derive keys from it.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](Error::InvalidKey) if the public key allows no secret to be agreed on (it has a small order),
    /// [`IncompatibleKeys`](Error::IncompatibleKeys) if the keys are of different algorithms,
    /// [`InvalidOperation`](Error::InvalidOperation) if the algorithm is not one of Diffie-Hellman.
    pub fn diffie_hellman(&self, public: &PublicKey) -> Result<Zeroizing<Vec<u8>>, Error> {
        host::dh(public.0, self.0)
    }

    /// The secret in an encapsulation. If that was made for another key, or changed, then the result is a secret that nobody has.
    ///
    /// # Errors
    ///
    /// [`VerificationFailed`](Error::VerificationFailed) if it has the wrong size,
    /// [`InvalidOperation`](Error::InvalidOperation) if the algorithm is not one of key encapsulation.
    pub fn decapsulate(&self, encapsulation: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        host::decapsulate(self.0, encapsulation)
    }
}

impl Drop for SecretKey {
    fn drop(&mut self) {
        host::secretkey_close(self.0);
    }
}

/// A signature, bound to one algorithm.
#[derive(Debug)]
pub struct Signature(pub(crate) Handle);

impl Signature {
    /// Reads a signature.
    ///
    /// # Errors
    ///
    /// [`InvalidSignature`](Error::InvalidSignature) if it is malformed,
    /// [`UnsupportedEncoding`](Error::UnsupportedEncoding), [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm).
    pub fn import(algorithm: &str, encoded: &[u8], encoding: SignatureEncoding) -> Result<Self, Error> {
        host::signature_import(algorithm, encoded, encoding as u32).map(Self)
    }

    /// Writes the signature.
    ///
    /// # Errors
    ///
    /// [`UnsupportedEncoding`](Error::UnsupportedEncoding).
    pub fn export(&self, encoding: SignatureEncoding) -> Result<Vec<u8>, Error> {
        host::signature_export(self.0, encoding as u32)
    }
}

impl Drop for Signature {
    fn drop(&mut self) {
        host::signature_close(self.0);
    }
}

/// A message being signed.
#[derive(Debug)]
pub struct SignatureState(pub(crate) Handle);

impl SignatureState {
    /// Begins. The key may be dropped afterwards: the state has what it needs.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](Error::InvalidKey) if the key is not one for signatures.
    pub fn open(key: &KeyPair) -> Result<Self, Error> {
        host::signature_state_open(key.0).map(Self)
    }

    /// Takes in the next part of the message.
    ///
    /// # Errors
    ///
    /// [`Overflow`](Error::Overflow) if the algorithm needs the whole message at once, as Ed25519 does, and it is more
    /// than the host keeps.
    pub fn update(&mut self, data: &[u8]) -> Result<(), Error> {
        host::signature_state_update(self.0, data)
    }

    /// Signs all of the message so far; more can follow.
    ///
    /// # Errors
    ///
    /// [`TooManyHandles`](Error::TooManyHandles).
    pub fn sign(&mut self) -> Result<Signature, Error> {
        host::signature_state_sign(self.0).map(Signature)
    }
}

impl Drop for SignatureState {
    fn drop(&mut self) {
        host::signature_state_close(self.0);
    }
}

/// A message whose signature is being verified.
#[derive(Debug)]
pub struct VerificationState(pub(crate) Handle);

impl VerificationState {
    /// Begins. The key may be dropped afterwards: the state has what it needs.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](Error::InvalidKey) if the key is not one for signatures.
    pub fn open(key: &PublicKey) -> Result<Self, Error> {
        host::verification_state_open(key.0).map(Self)
    }

    /// Takes in the next part of the message.
    ///
    /// # Errors
    ///
    /// As for [`SignatureState::update`].
    pub fn update(&mut self, data: &[u8]) -> Result<(), Error> {
        host::verification_state_update(self.0, data)
    }

    /// Checks a signature of all of the message so far; more can follow.
    ///
    /// # Errors
    ///
    /// [`VerificationFailed`](Error::VerificationFailed) if it is not this key's signature of this message,
    /// [`InvalidSignature`](Error::InvalidSignature) if it could not be one of any message.
    pub fn verify(&mut self, signature: &Signature) -> Result<(), Error> {
        host::verification_state_verify(self.0, signature.0)
    }
}

impl Drop for VerificationState {
    fn drop(&mut self) {
        host::verification_state_close(self.0);
    }
}

/// PEM is ASCII; anything else would be a fault of the host.
fn secret_text(mut bytes: Zeroizing<Vec<u8>>) -> Result<Zeroizing<String>, Error> {
    match String::from_utf8(mem::take(&mut *bytes)) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) => {
            drop(Zeroizing::new(error.into_bytes()));
            Err(Error::InternalError)
        }
    }
}
