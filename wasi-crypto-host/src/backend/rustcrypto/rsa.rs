//! RSA (RFC 8017) of the `rsa` crate, which generates keys, takes digests, and private keys with any exponent; `crypto-primes` finds the primes.

use std::num::NonZeroU32;

use ::rsa::pkcs1::{EncodeRsaPrivateKey, RsaPrivateKeyRef};
use ::rsa::sha2::{Sha256, Sha384, Sha512};
use ::rsa::{BoxedUint, PrivateKey, PublicKey};
use crypto_primes::hazmat::SmallFactorsSieve;
use crypto_primes::{Flavor, is_prime};
use pkcs8::der::Decode;

use crate::backend::digest::Digest;
use crate::backend::random::{self, SystemRng};
use crate::backend::rsa::scheme::Scheme;
use crate::errno::Errno;
use crate::secret::Secret;
use crate::stop::StopHandle;

/// A private key that signs digests. The library wipes it.
pub(crate) struct DigestSigner(PrivateKey);

impl DigestSigner {
    /// Reads an `RSAPrivateKey`. The library checks n, d and the primes, and works the rest out itself.
    pub(crate) fn from_pkcs1(der: &[u8]) -> Option<Self> {
        PrivateKey::try_from(RsaPrivateKeyRef::from_der(der).ok()?).ok().map(Self)
    }

    /// Signs a digest, and checks the signature, so that a fault in the computation does not give the key away.
    pub(crate) fn sign(&self, scheme: Scheme, digest: &Digest) -> Result<Vec<u8>, Errno> {
        let (key, rng, digest) = (&self.0, &mut SystemRng, digest.as_ref());
        let signed = match scheme {
            Scheme::Pkcs1Sha256 => key.pkcs1v15_sign_prehash_with_rng::<Sha256, _>(rng, digest),
            Scheme::Pkcs1Sha384 => key.pkcs1v15_sign_prehash_with_rng::<Sha384, _>(rng, digest),
            Scheme::Pkcs1Sha512 => key.pkcs1v15_sign_prehash_with_rng::<Sha512, _>(rng, digest),
            Scheme::PssSha256 => key.pss_sign_prehash_with_rng::<Sha256, _>(rng, digest),
            Scheme::PssSha384 => key.pss_sign_prehash_with_rng::<Sha384, _>(rng, digest),
            Scheme::PssSha512 => key.pss_sign_prehash_with_rng::<Sha512, _>(rng, digest),
        };
        signed.map_err(|error| match error {
            ::rsa::Error::Rng => Errno::RngError,
            _ => Errno::AlgorithmFailure,
        })
    }
}

/// A public key that verifies signatures of digests.
pub(crate) struct DigestVerifier(PublicKey);

impl DigestVerifier {
    /// The modulus big-endian. `None` if the library refuses the numbers.
    pub(crate) fn new(modulus: &[u8], exponent: u64) -> Option<Self> {
        PublicKey::new(BoxedUint::from_be_slice_vartime(modulus), BoxedUint::from(exponent)).ok().map(Self)
    }

    pub(crate) fn verify(&self, scheme: Scheme, digest: &Digest, signature: &[u8]) -> Result<(), Errno> {
        let (key, digest) = (&self.0, digest.as_ref());
        let verified = match scheme {
            Scheme::Pkcs1Sha256 => key.pkcs1v15_verify_prehash::<Sha256>(digest, signature),
            Scheme::Pkcs1Sha384 => key.pkcs1v15_verify_prehash::<Sha384>(digest, signature),
            Scheme::Pkcs1Sha512 => key.pkcs1v15_verify_prehash::<Sha512>(digest, signature),
            Scheme::PssSha256 => key.pss_verify_prehash::<Sha256>(digest, signature),
            Scheme::PssSha384 => key.pss_verify_prehash::<Sha384>(digest, signature),
            Scheme::PssSha512 => key.pss_verify_prehash::<Sha512>(digest, signature),
        };
        verified.map_err(|_| Errno::VerificationFailed)
    }
}

/// The `RSAPrivateKey` of a new key. Takes seconds. `in_progress` if it was stopped.
pub(crate) fn generate(modulus_bits: u32, exponent: u64, stop: &StopHandle) -> Result<Secret, Errno> {
    loop {
        let primes = vec![random_prime(modulus_bits / 2, stop)?, random_prime(modulus_bits / 2, stop)?];
        // One pair in thirty thousand does not go with the exponent.
        if let Ok(key) = PrivateKey::from_primes(primes, exponent.into()) {
            let der = key.to_pkcs1_der().map_err(|_| Errno::InternalError)?;
            return Ok(Secret::from(der.as_bytes()));
        }
    }
}

/// A random prime with its two top bits set, so that the product of two has twice as many. `in_progress` if it was stopped.
///
/// The search is the one that the `rsa` crate makes. It is here, as that has no way to end one: it draws a single number and tries what
/// comes after it, for as long as seconds.
fn random_prime(bits: u32, stop: &StopHandle) -> Result<BoxedUint, Errno> {
    let mut start = Secret::zeroed(bits as usize / 8);
    random::fill(&mut start)?;
    start[0] |= 0b1100_0000;
    start[bits as usize / 8 - 1] |= 1;
    let start = BoxedUint::from_be_slice(&start, bits).map_err(|_| Errno::InternalError)?;
    let bits = NonZeroU32::new(bits).ok_or(Errno::InternalError)?;
    let mut sieve = SmallFactorsSieve::new(start, bits, false).map_err(|_| Errno::InternalError)?;
    let found = sieve.find(|candidate| stop.is_stopped() || is_prime(Flavor::Any, candidate));
    if stop.is_stopped() {
        return Err(Errno::InProgress);
    }
    // There is none only if the first number was among the last of its length.
    found.ok_or(Errno::AlgorithmFailure)
}
