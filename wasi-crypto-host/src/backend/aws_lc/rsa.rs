//! RSA (RFC 8017) of AWS-LC.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, ParsedPublicKey, RsaEncoding, RsaKeyPair, RsaParameters, RsaPublicKeyComponents};

use crate::backend::digest::{self, Digest};
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
        let mut signature = vec![0; self.0.public_modulus_len()];
        let signed = self.0.sign(encoding(scheme), &SystemRandom::new(), message, &mut signature);
        signed.map(|()| signature).map_err(|_| Errno::AlgorithmFailure)
    }

    /// The same for a digest. `None` if the library takes none.
    pub(crate) fn sign_digest(&self, scheme: Scheme, digest: &Digest) -> Option<Result<Vec<u8>, Errno>> {
        let sign = || {
            let mut signature = vec![0; self.0.public_modulus_len()];
            let signed = self.0.sign_digest(encoding(scheme), &digest::for_aws_lc(digest)?, &mut signature);
            signed.map(|()| signature).map_err(|_| Errno::AlgorithmFailure)
        };
        Some(sign())
    }
}

/// A prepared public key.
pub(crate) struct Verifier(ParsedPublicKey);

impl Verifier {
    /// Both numbers big-endian, without leading zeros. `None` if the library refuses them.
    pub(crate) fn new(scheme: Scheme, modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let key = RsaPublicKeyComponents { n: modulus, e: exponent };
        key.to_parsed_public_key(parameters(scheme)).ok().map(Self)
    }

    /// With the scheme that the key was prepared for.
    pub(crate) fn verify(&self, _: Scheme, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
        self.0.verify_sig(message, signature).map_err(|_| Errno::VerificationFailed)
    }

    /// The same for a digest. `None` if the library takes none.
    pub(crate) fn verify_digest(&self, _: Scheme, digest: &Digest, signature: &[u8]) -> Option<Result<(), Errno>> {
        let verify = || {
            let digest = digest::for_aws_lc(digest)?;
            self.0.verify_digest_sig(&digest, signature).map_err(|_| Errno::VerificationFailed)
        };
        Some(verify())
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
