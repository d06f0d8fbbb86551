//! RSA (RFC 8017). ring or AWS-LC signs and verifies; `crypto-primes` and the `rsa` crate generate keys, and the latter works with the
//! private keys that ring refuses for their small exponent and, with ring, on digests. AWS-LC takes those, too.
//!
//! All check a signature with the public key before they give it out, so that a fault in the computation does
//! not give the key away. The numbers in a key of ring's are freed, but not wiped: they are out of our reach.

use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};

use crate::backend::provider::rand::SystemRandom;
use crate::backend::provider::signature::{self, RsaEncoding, RsaKeyPair, RsaParameters, RsaPublicKeyComponents};
use ::rsa::pkcs1::{EncodeRsaPrivateKey, RsaPrivateKeyRef, RsaPublicKeyRef, UintRef};
use ::rsa::{BoxedUint, PrivateKey as DigestSigner, sha2};
use crypto_primes::hazmat::SmallFactorsSieve;
use crypto_primes::{Flavor, is_prime};
use pkcs8::der::{Decode, Encode};
use zeroize::Zeroizing;

use crate::backend::digest::{self, Digest};
use crate::backend::random::{self, SystemRng};
use crate::errno::Errno;
use crate::secret::Secret;
use crate::stop::StopHandle;

/// The exponent of generated keys, and the smallest that ring takes in a private key.
const F4: u64 = 65537;

/// The longest exponent in bits: more would only make verification slow.
const MAX_EXPONENT_BITS: u32 = 33;

/// A signature scheme: its padding and its hash. PSS has a salt as long as the hash, and MGF1 with the same hash.
pub(crate) struct Scheme {
    pub(crate) digest: &'static digest::Algorithm,
    signing: &'static dyn RsaEncoding,
    verification: &'static RsaParameters,
    sign_digest: fn(&DigestSigner, &mut SystemRng, &[u8]) -> ::rsa::Result<Vec<u8>>,
    #[cfg(not(feature = "aws-lc-rs"))]
    verify_digest: fn(&library::Verifier, &[u8], &[u8]) -> ::rsa::Result<()>,
}

macro_rules! schemes {
    ($($name:ident: $digest:ident, $signing:ident, $verification:ident, $sign:ident, $verify:ident::<$hash:ident>;)*) => {
        $(pub(crate) static $name: Scheme = Scheme {
            digest: &digest::$digest,
            signing: &signature::$signing,
            verification: &signature::$verification,
            sign_digest: DigestSigner::$sign::<sha2::$hash, SystemRng>,
            #[cfg(not(feature = "aws-lc-rs"))]
            verify_digest: library::Verifier::$verify::<sha2::$hash>,
        };)*
    };
}

schemes! {
    PKCS1_SHA256: SHA256, RSA_PKCS1_SHA256, RSA_PKCS1_2048_8192_SHA256,
        pkcs1v15_sign_prehash_with_rng, pkcs1v15_verify_prehash::<Sha256>;
    PKCS1_SHA384: SHA384, RSA_PKCS1_SHA384, RSA_PKCS1_2048_8192_SHA384,
        pkcs1v15_sign_prehash_with_rng, pkcs1v15_verify_prehash::<Sha384>;
    PKCS1_SHA512: SHA512, RSA_PKCS1_SHA512, RSA_PKCS1_2048_8192_SHA512,
        pkcs1v15_sign_prehash_with_rng, pkcs1v15_verify_prehash::<Sha512>;
    PSS_SHA256: SHA256, RSA_PSS_SHA256, RSA_PSS_2048_8192_SHA256,
        pss_sign_prehash_with_rng, pss_verify_prehash::<Sha256>;
    PSS_SHA384: SHA384, RSA_PSS_SHA384, RSA_PSS_2048_8192_SHA384,
        pss_sign_prehash_with_rng, pss_verify_prehash::<Sha384>;
    PSS_SHA512: SHA512, RSA_PSS_SHA512, RSA_PSS_2048_8192_SHA512,
        pss_sign_prehash_with_rng, pss_verify_prehash::<Sha512>;
}

/// A public key that has been checked, for one scheme.
pub(crate) struct PublicKey {
    scheme: &'static Scheme,
    /// Big-endian, without leading zeros.
    modulus: Box<[u8]>,
    exponent: Box<[u8]>,
    /// Prepared when first asked for.
    verifier: OnceLock<Option<library::Verifier>>,
}

impl PublicKey {
    /// A key whose modulus has exactly this many bits, a multiple of 8, and is odd, as is the exponent, from 3 on.
    fn new(modulus: UintRef<'_>, exponent: UintRef<'_>, modulus_bits: u32, scheme: &'static Scheme) -> Option<Self> {
        let (modulus, exponent) = (modulus.as_bytes(), exponent.as_bytes());
        let modulus_fits = modulus.len() as u32 == modulus_bits / 8 && modulus[0] >= 0x80 && is_odd(modulus);
        let exponent_fits =
            to_u64(exponent).is_some_and(|e| (3..1 << MAX_EXPONENT_BITS).contains(&e)) && is_odd(exponent);
        (modulus_fits && exponent_fits).then(|| Self {
            scheme,
            modulus: modulus.into(),
            exponent: exponent.into(),
            verifier: OnceLock::new(),
        })
    }

    /// Reads an `RSAPublicKey` (RFC 8017 appendix A.1.1).
    pub(crate) fn from_pkcs1(der: &[u8], modulus_bits: u32, scheme: &'static Scheme) -> Option<Self> {
        let key = RsaPublicKeyRef::from_der(der).ok()?;
        Self::new(key.modulus, key.public_exponent, modulus_bits, scheme)
    }

    /// Writes an `RSAPublicKey`.
    pub(crate) fn to_pkcs1(&self) -> Option<Vec<u8>> {
        let modulus = UintRef::new(&self.modulus).ok()?;
        let public_exponent = UintRef::new(&self.exponent).ok()?;
        RsaPublicKeyRef { modulus, public_exponent }.to_der().ok()
    }

    /// The scheme's hash.
    pub(crate) fn digest(&self) -> &'static digest::Algorithm {
        self.scheme.digest
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
        self.check_range(signature)?;
        library::verify(self, message, signature)
    }

    pub(crate) fn verify_digest(&self, digest: &Digest, signature: &[u8]) -> Result<(), Errno> {
        self.check_range(signature)?;
        library::verify_digest(self, digest, signature)
    }

    fn verifier(&self) -> Result<&library::Verifier, Errno> {
        self.verifier.get_or_init(|| library::prepare(self)).as_ref().ok_or(Errno::InternalError)
    }

    fn components(&self) -> RsaPublicKeyComponents<&[u8]> {
        RsaPublicKeyComponents { n: &self.modulus, e: &self.exponent }
    }

    /// `invalid_signature` unless it is a number below the modulus, at the modulus's width.
    fn check_range(&self, signature: &[u8]) -> Result<(), Errno> {
        let fits = signature.len() == self.modulus.len() && signature < &*self.modulus;
        if fits { Ok(()) } else { Err(Errno::InvalidSignature) }
    }

    /// About how many bytes the key takes up, the lazy part included.
    pub(crate) fn held(&self) -> usize {
        8 * self.modulus.len()
    }
}

/// A private key that has been checked.
///
/// To read one takes about 4 % of the time of a signature with 2048 bits, 3 % with 3072 and 2 % with 4096, so guests can
/// import a key for each signature. AWS-LC checks the numbers at length: 69, 47 and 37 % of its shorter time.
pub(crate) struct PrivateKey {
    pub(crate) public: Arc<PublicKey>,
    /// The `RSAPrivateKey` (RFC 8017 appendix A.1.2) that the key came in.
    pub(crate) pkcs1: Secret,
    /// ring's or AWS-LC's, unless ring refuses the key.
    pair: Option<RsaKeyPair>,
    /// The `rsa` crate's, when first asked for.
    signer: OnceLock<Option<DigestSigner>>,
}

impl PrivateKey {
    /// A new key, with the exponent 65537. Takes seconds. `in_progress` if it was stopped.
    pub(crate) fn generate(modulus_bits: u32, scheme: &'static Scheme, stop: &StopHandle) -> Result<Self, Errno> {
        let key = loop {
            let primes = vec![random_prime(modulus_bits / 2, stop)?, random_prime(modulus_bits / 2, stop)?];
            // One pair in thirty thousand does not go with the exponent.
            if let Ok(key) = DigestSigner::from_primes(primes, F4.into()) {
                break key;
            }
        };
        let pkcs1 = key.to_pkcs1_der().map_err(|_| Errno::InternalError)?;
        Self::from_pkcs1(pkcs1.as_bytes(), None, modulus_bits, scheme).ok_or(Errno::InternalError)
    }

    /// Reads an `RSAPrivateKey` with two primes, whose public half must be the `RSAPublicKey`, if one is given.
    ///
    /// All of its numbers must belong together. That the primes are prime is not checked, which would take as long as
    /// several signatures; with such a key no signature comes out.
    pub(crate) fn from_pkcs1(
        der: &[u8],
        public_half: Option<&[u8]>,
        modulus_bits: u32,
        scheme: &'static Scheme,
    ) -> Option<Self> {
        let numbers = RsaPrivateKeyRef::from_der(der).ok()?;
        let public = PublicKey::new(numbers.modulus, numbers.public_exponent, modulus_bits, scheme)?;
        let public_half_fits = match public_half {
            Some(half) => half == public.to_pkcs1()?,
            None => true,
        };
        if !public_half_fits || numbers.other_prime_infos.is_some() || !belong_together(&numbers, modulus_bits)? {
            return None;
        }
        let mut key = Self { public: Arc::new(public), pkcs1: Secret::from(der), pair: None, signer: OnceLock::new() };
        if to_u64(&key.public.exponent)? < F4 {
            key.signer = OnceLock::from(Some(prepare_for_digests(&numbers)?));
        } else {
            key.pair = Some(RsaKeyPair::from_der(der).ok()?);
        }
        Some(key)
    }

    /// Whether [`sign`](Self::sign) can be used.
    pub(crate) fn signs_whole(&self) -> bool {
        self.pair.is_some()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Errno> {
        let key = self.pair.as_ref().ok_or(Errno::InternalError)?;
        let mut signature = vec![0; self.public.modulus.len()];
        let signed = key.sign(self.public.scheme.signing, &SystemRandom::new(), message, &mut signature);
        signed.map(|()| signature).map_err(|_| Errno::AlgorithmFailure)
    }

    pub(crate) fn sign_digest(&self, digest: &Digest) -> Result<Vec<u8>, Errno> {
        #[cfg(feature = "aws-lc-rs")]
        if let Some(key) = &self.pair {
            let mut signature = vec![0; self.public.modulus.len()];
            let signed = key.sign_digest(self.public.scheme.signing, &digest::for_aws_lc(digest)?, &mut signature);
            return signed.map(|()| signature).map_err(|_| Errno::AlgorithmFailure);
        }
        let prepare = || prepare_for_digests(&RsaPrivateKeyRef::from_der(&self.pkcs1).ok()?);
        let key = self.signer.get_or_init(prepare).as_ref().ok_or(Errno::InternalError)?;
        (self.public.scheme.sign_digest)(key, &mut SystemRng, digest.as_ref()).map_err(failure)
    }

    /// About how many bytes the key takes up, the lazy part included.
    pub(crate) fn held(&self) -> usize {
        self.public.held() + self.pkcs1.len() + 18 * self.public.modulus.len() + 256
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

/// The `rsa` crate checks n, d and the primes, and works the rest out itself.
fn prepare_for_digests(numbers: &RsaPrivateKeyRef<'_>) -> Option<DigestSigner> {
    DigestSigner::try_from(numbers.clone()).ok()
}

/// Whether all numbers belong together (RFC 8017 section 3.2): n = p · q, d below n and an inverse of e modulo both p − 1 and q − 1,
/// of which dP and dQ are the remainders of d, and the coefficient the inverse of q modulo p.
///
/// The libraries would see most of it, but not the same, and leave what they have read in memory when they refuse a key.
fn belong_together(numbers: &RsaPrivateKeyRef<'_>, modulus_bits: u32) -> Option<bool> {
    let prime_bits = modulus_bits / 2;
    let one = BoxedUint::one_with_precision(prime_bits);
    let e = BoxedUint::from(to_u64(numbers.public_exponent.as_bytes())?);
    let n = to_uint(numbers.modulus, modulus_bits)?;
    let d = to_uint(numbers.private_exponent, modulus_bits)?;
    let [p, q] = [to_uint(numbers.prime1, prime_bits)?, to_uint(numbers.prime2, prime_bits)?];
    let coefficient = to_uint(numbers.coefficient, prime_bits)?;
    let wide = |number| to_uint(number, modulus_bits);
    let mut belong = *Zeroizing::new(wide(numbers.prime1)?.wrapping_mul(&*q)) == *n;
    // One that is much shorter than n, ring refuses.
    belong &= *d < *n && d.bit_width() > prime_bits;
    for (prime, exponent) in [(&p, numbers.exponent1), (&q, numbers.exponent2)] {
        let (exponent, wide_exponent) = (to_uint(exponent, prime_bits)?, to_uint(exponent, prime_bits + u64::BITS)?);
        let order = Zeroizing::new(prime.wrapping_sub(&one));
        belong &= *remainder(&d, &order)? == *exponent;
        belong &= *remainder(&Zeroizing::new(wide_exponent.wrapping_mul(&e)), &order)? == one;
    }
    belong &= *coefficient < *p;
    belong &= *remainder(&Zeroizing::new(wide(numbers.coefficient)?.wrapping_mul(&*q)), &p)? == one;
    Some(belong)
}

/// `None` for a divisor of 0.
fn remainder(number: &BoxedUint, divisor: &BoxedUint) -> Option<Zeroizing<BoxedUint>> {
    let divisor = Zeroizing::new(divisor.to_nz().into_option()?);
    // Both parts are secrets.
    let (quotient, remainder) = number.div_rem(&*divisor);
    drop(Zeroizing::new(quotient));
    Some(Zeroizing::new(remainder))
}

/// `None` if the number has more than this many bits.
fn to_uint(number: UintRef<'_>, bits: u32) -> Option<Zeroizing<BoxedUint>> {
    BoxedUint::from_be_slice(number.as_bytes(), bits).ok().map(Zeroizing::new)
}

fn to_u64(number: &[u8]) -> Option<u64> {
    (number.len() <= 8).then(|| number.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|byte| byte & 1 == 1)
}

fn failure(error: ::rsa::Error) -> Errno {
    match error {
        ::rsa::Error::Rng => Errno::RngError,
        _ => Errno::AlgorithmFailure,
    }
}

#[cfg(not(feature = "aws-lc-rs"))]
mod library {
    use super::{BoxedUint, Digest, Errno, PublicKey, to_u64};

    /// For digests; ring prepares nothing.
    pub(super) use ::rsa::PublicKey as Verifier;

    pub(super) fn prepare(key: &PublicKey) -> Option<Verifier> {
        let modulus = BoxedUint::from_be_slice_vartime(&key.modulus);
        Verifier::new(modulus, BoxedUint::from(to_u64(&key.exponent)?)).ok()
    }

    pub(super) fn verify(key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
        let verified = key.components().verify(key.scheme.verification, message, signature);
        verified.map_err(|_| Errno::VerificationFailed)
    }

    pub(super) fn verify_digest(key: &PublicKey, digest: &Digest, signature: &[u8]) -> Result<(), Errno> {
        let verified = (key.scheme.verify_digest)(key.verifier()?, digest.as_ref(), signature);
        verified.map_err(|_| Errno::VerificationFailed)
    }
}

#[cfg(feature = "aws-lc-rs")]
mod library {
    use super::{Digest, Errno, PublicKey, digest};

    pub(super) use aws_lc_rs::signature::ParsedPublicKey as Verifier;

    pub(super) fn prepare(key: &PublicKey) -> Option<Verifier> {
        key.components().to_parsed_public_key(key.scheme.verification).ok()
    }

    pub(super) fn verify(key: &PublicKey, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
        key.verifier()?.verify_sig(message, signature).map_err(|_| Errno::VerificationFailed)
    }

    pub(super) fn verify_digest(key: &PublicKey, digest: &Digest, signature: &[u8]) -> Result<(), Errno> {
        let digest = digest::for_aws_lc(digest)?;
        key.verifier()?.verify_digest_sig(&digest, signature).map_err(|_| Errno::VerificationFailed)
    }
}
