//! RSA (RFC 8017): keys that have been checked, whatever library works with them.
//!
//! ring or AWS-LC signs and verifies messages, and AWS-LC digests, too. RustCrypto's `rsa` generates keys, and works with what the other
//! library does not take: the private keys that ring refuses for their small exponent, for both alike, and with ring digests.

pub(crate) mod scheme;

use std::sync::{Arc, OnceLock};

use ::rsa::BoxedUint;
use ::rsa::pkcs1::{RsaPrivateKeyRef, RsaPublicKeyRef, UintRef};
use pkcs8::der::{Decode, Encode};
use zeroize::Zeroizing;

use crate::backend::digest::{self, Digest};
use crate::backend::rsa_digests::{self, DigestSigner, DigestVerifier};
use crate::backend::rsa_messages::{KeyPair, Verifier};
use crate::errno::Errno;
use crate::secret::Secret;
use crate::stop::StopHandle;

pub(crate) use scheme::Scheme;

/// The exponent of generated keys, and the smallest that ring takes in a private key.
const F4: u64 = 65537;

/// The longest exponent in bits: more would only make verification slow.
const MAX_EXPONENT_BITS: u32 = 33;

/// A public key that has been checked, for one scheme.
pub(crate) struct PublicKey {
    scheme: Scheme,
    /// Big-endian, without leading zeros.
    modulus: Box<[u8]>,
    exponent: Box<[u8]>,
    /// Prepared when first asked for, each.
    verifier: OnceLock<Option<Verifier>>,
    digest_verifier: OnceLock<Option<DigestVerifier>>,
}

impl PublicKey {
    /// A key whose modulus has exactly this many bits, a multiple of 8, and is odd, as is the exponent, from 3 on.
    fn new(modulus: UintRef<'_>, exponent: UintRef<'_>, modulus_bits: u32, scheme: Scheme) -> Option<Self> {
        let (modulus, exponent) = (modulus.as_bytes(), exponent.as_bytes());
        let modulus_fits = modulus.len() as u32 == modulus_bits / 8 && modulus[0] >= 0x80 && is_odd(modulus);
        let exponent_fits =
            to_u64(exponent).is_some_and(|e| (3..1 << MAX_EXPONENT_BITS).contains(&e)) && is_odd(exponent);
        (modulus_fits && exponent_fits).then(|| Self {
            scheme,
            modulus: modulus.into(),
            exponent: exponent.into(),
            verifier: OnceLock::new(),
            digest_verifier: OnceLock::new(),
        })
    }

    /// Reads an `RSAPublicKey` (RFC 8017 appendix A.1.1).
    pub(crate) fn from_pkcs1(der: &[u8], modulus_bits: u32, scheme: Scheme) -> Option<Self> {
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
        self.scheme.digest()
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
        self.check_range(signature)?;
        self.verifier()?.verify(self.scheme, message, signature)
    }

    pub(crate) fn verify_digest(&self, digest: &Digest, signature: &[u8]) -> Result<(), Errno> {
        self.check_range(signature)?;
        if let Some(verified) = self.verifier()?.verify_digest(self.scheme, digest, signature) {
            return verified;
        }
        let prepare = || DigestVerifier::new(&self.modulus, to_u64(&self.exponent)?);
        let verifier = self.digest_verifier.get_or_init(prepare).as_ref().ok_or(Errno::InternalError)?;
        verifier.verify(self.scheme, digest, signature)
    }

    fn verifier(&self) -> Result<&Verifier, Errno> {
        let prepare = || Verifier::new(self.scheme, &self.modulus, &self.exponent);
        self.verifier.get_or_init(prepare).as_ref().ok_or(Errno::InternalError)
    }

    /// `invalid_signature` unless it is a number below the modulus, at the modulus's width.
    fn check_range(&self, signature: &[u8]) -> Result<(), Errno> {
        let fits = signature.len() == self.modulus.len() && signature < &*self.modulus;
        if fits { Ok(()) } else { Err(Errno::InvalidSignature) }
    }

    /// About how many bytes the key takes up, the lazy parts included.
    pub(crate) fn held(&self) -> usize {
        9 * self.modulus.len()
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
    pair: Option<KeyPair>,
    /// The `rsa` crate's, when first asked for.
    digest_signer: OnceLock<Option<DigestSigner>>,
}

impl PrivateKey {
    /// A new key, with the exponent 65537. Takes seconds. `in_progress` if it was stopped.
    pub(crate) fn generate(modulus_bits: u32, scheme: Scheme, stop: &StopHandle) -> Result<Self, Errno> {
        let pkcs1 = rsa_digests::generate(modulus_bits, F4, stop)?;
        Self::from_pkcs1(&pkcs1, None, modulus_bits, scheme).ok_or(Errno::InternalError)
    }

    /// Reads an `RSAPrivateKey` with two primes, whose public half must be the `RSAPublicKey`, if one is given.
    ///
    /// All of its numbers must belong together. That the primes are prime is not checked, which would take as long as
    /// several signatures; with such a key no signature comes out.
    pub(crate) fn from_pkcs1(
        der: &[u8],
        public_half: Option<&[u8]>,
        modulus_bits: u32,
        scheme: Scheme,
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
        let mut key =
            Self { public: Arc::new(public), pkcs1: Secret::from(der), pair: None, digest_signer: OnceLock::new() };
        if to_u64(&key.public.exponent)? < F4 {
            key.digest_signer = OnceLock::from(Some(DigestSigner::from_pkcs1(der)?));
        } else {
            key.pair = Some(KeyPair::from_pkcs1(der)?);
        }
        Some(key)
    }

    /// Whether [`sign`](Self::sign) can be used.
    pub(crate) fn signs_whole(&self) -> bool {
        self.pair.is_some()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Errno> {
        self.pair.as_ref().ok_or(Errno::InternalError)?.sign(self.public.scheme, message)
    }

    pub(crate) fn sign_digest(&self, digest: &Digest) -> Result<Vec<u8>, Errno> {
        let scheme = self.public.scheme;
        if let Some(signed) = self.pair.as_ref().and_then(|key| key.sign_digest(scheme, digest)) {
            return signed;
        }
        let key = self.digest_signer.get_or_init(|| DigestSigner::from_pkcs1(&self.pkcs1));
        key.as_ref().ok_or(Errno::InternalError)?.sign(scheme, digest)
    }

    /// About how many bytes the key takes up, the lazy part included.
    pub(crate) fn held(&self) -> usize {
        self.public.held() + self.pkcs1.len() + 18 * self.public.modulus.len() + 256
    }
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
