//! RSA (RFC 8017) of ring, which takes whole messages only, and no private key with an exponent below 65537.
//!
//! The numbers in a key of ring's are freed, but not wiped: they are out of our reach.

use ::ring::rand::SystemRandom;
use ::ring::signature::{self, RsaEncoding, RsaKeyPair, RsaParameters, RsaPublicKeyComponents};

use crate::backend::digest::Digest;
use crate::backend::rsa::scheme::Scheme;
use crate::errno::Errno;

/// A prepared private key.
pub(crate) struct KeyPair(RsaKeyPair);

impl KeyPair {
    /// Reads an `RSAPrivateKey`. `None` if the library refuses it.
    pub(crate) fn from_pkcs1(der: &[u8]) -> Option<Self> {
        RsaKeyPair::from_der(der).ok().map(Self)
    }

    /// Signs a message, and checks the signature, so that a fault in the computation does not give the key away.
    pub(crate) fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, Errno> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        let signed = self.0.sign(encoding(scheme), &SystemRandom::new(), message, &mut signature);
        signed.map(|()| signature).map_err(|_| Errno::AlgorithmFailure)
    }

    /// The same for a digest. `None` if the library takes none.
    pub(crate) fn sign_digest(&self, _: Scheme, _: &Digest) -> Option<Result<Vec<u8>, Errno>> {
        None
    }
}

/// A public key, of which ring prepares nothing.
pub(crate) struct Verifier(RsaPublicKeyComponents<Box<[u8]>>);

impl Verifier {
    /// Both numbers big-endian, without leading zeros. `None` if the library refuses them.
    pub(crate) fn new(_: Scheme, modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        Some(Self(RsaPublicKeyComponents { n: modulus.into(), e: exponent.into() }))
    }

    pub(crate) fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
        self.0.verify(parameters(scheme), message, signature).map_err(|_| Errno::VerificationFailed)
    }

    /// The same for a digest. `None` if the library takes none.
    pub(crate) fn verify_digest(&self, _: Scheme, _: &Digest, _: &[u8]) -> Option<Result<(), Errno>> {
        None
    }
}

fn encoding(scheme: Scheme) -> &'static dyn RsaEncoding {
    match scheme {
        Scheme::Pkcs1Sha256 => &signature::RSA_PKCS1_SHA256,
        Scheme::Pkcs1Sha384 => &signature::RSA_PKCS1_SHA384,
        Scheme::Pkcs1Sha512 => &signature::RSA_PKCS1_SHA512,
        Scheme::PssSha256 => &signature::RSA_PSS_SHA256,
        Scheme::PssSha384 => &signature::RSA_PSS_SHA384,
        Scheme::PssSha512 => &signature::RSA_PSS_SHA512,
    }
}

fn parameters(scheme: Scheme) -> &'static RsaParameters {
    match scheme {
        Scheme::Pkcs1Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Scheme::Pkcs1Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Scheme::Pkcs1Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Scheme::PssSha256 => &signature::RSA_PSS_2048_8192_SHA256,
        Scheme::PssSha384 => &signature::RSA_PSS_2048_8192_SHA384,
        Scheme::PssSha512 => &signature::RSA_PSS_2048_8192_SHA512,
    }
}
