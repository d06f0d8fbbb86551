//! ML-DSA (FIPS 204) of RustCrypto's `ml-dsa`, which takes the representatives of messages, and wipes its secret keys.
//!
//! Expanded keys take up to a hundred kilobytes.

use ml_dsa::common::typenum::Unsigned;
use ml_dsa::{EncodedVerifyingKey, MlDsaParams, Signature};
use pkcs8::ObjectIdentifier;
use shake::{ExtendableOutput, Shake256, Update};

use crate::backend::random::SystemRng;
use crate::booking::ALLOCATION;
use crate::errno::Errno;
use crate::secret::wipe_stack;

pub(crate) use ml_dsa::{MlDsa44, MlDsa65, MlDsa87};

/// The size of a polynomial in memory.
const POLYNOMIAL: usize = 256 * size_of::<u32>();

/// A parameter set, and what its keys are called in DER.
pub(crate) trait Parameters: MlDsaParams + Send + Sync + 'static {
    const OID: ObjectIdentifier;

    /// Overwrites as much of the stack as the libraries use when they sign, which is most: 158, 220 and 286 KiB. A function, since a constant of a
    /// type cannot be an argument of another.
    fn wipe_stack();
}

impl Parameters for MlDsa44 {
    const OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17");

    fn wipe_stack() {
        wipe_stack::<{ 176 << 10 }>();
    }
}

impl Parameters for MlDsa65 {
    const OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.18");

    fn wipe_stack() {
        wipe_stack::<{ 240 << 10 }>();
    }
}

impl Parameters for MlDsa87 {
    const OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.19");

    fn wipe_stack() {
        wipe_stack::<{ 320 << 10 }>();
    }
}

/// A secret key that signs representatives.
pub(crate) struct SigningKey<P: Parameters>(Box<ml_dsa::ExpandedSigningKey<P>>);

impl<P: Parameters> SigningKey<P> {
    /// Bytes to book for what a key allocates: the vectors and the matrix.
    pub(crate) const HELD: usize =
        size_of::<ml_dsa::ExpandedSigningKey<P>>() + (P::L::USIZE * POLYNOMIAL + ALLOCATION) * P::K::USIZE;

    pub(crate) fn from_seed(seed: &[u8; 32]) -> Self {
        let key = ml_dsa::SigningKey::<P>::from_seed(seed.into());
        Self(Box::new(key.expanded_key().clone()))
    }

    /// Signs with fresh randomness.
    pub(crate) fn sign(&self, representative: &Representative) -> Result<Vec<u8>, Errno> {
        // The other cause of errors, that thousands of attempts yield no signature, is too improbable to happen.
        let signature = self.0.sign_mu_randomized(&representative.finish().into(), &mut SystemRng);
        Ok(signature.map_err(|_| Errno::RngError)?.encode().to_vec())
    }
}

/// A public key that verifies signatures of representatives.
pub(crate) struct VerifyingKey<P: Parameters>(ml_dsa::VerifyingKey<P>);

impl<P: Parameters> VerifyingKey<P> {
    /// Bytes to book for what a key allocates: the matrix and two vectors.
    pub(crate) const HELD: usize = ((P::L::USIZE + 2) * POLYNOMIAL + ALLOCATION) * P::K::USIZE;

    pub(crate) fn from_raw(raw: &EncodedVerifyingKey<P>) -> Self {
        Self(ml_dsa::VerifyingKey::decode(raw))
    }

    pub(crate) fn verify(&self, representative: &Representative, signature: &[u8]) -> Result<(), Errno> {
        let decode = || Signature::<P>::decode(signature.try_into().ok()?);
        let signature = decode().ok_or(Errno::InvalidSignature)?;
        let verified = self.0.verify_mu(&representative.finish().into(), &signature);
        if verified { Ok(()) } else { Err(Errno::VerificationFailed) }
    }
}

/// A message for one key, hashed as it comes: the representative μ of FIPS 204 sections 5.2 and 6.2, with an empty context.
#[derive(Clone)]
pub(crate) struct Representative(Shake256);

impl Representative {
    /// That of the empty message, to begin with.
    pub(crate) fn new(public_key: &[u8]) -> Self {
        let mut hash_of_key = [0; 64];
        Shake256::digest_xof(public_key, &mut hash_of_key);
        let mut representative = Self(Shake256::default());
        representative.update(&hash_of_key);
        // Not pre-hashed; a context of no bytes.
        representative.update(&[0, 0]);
        representative
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finish(&self) -> [u8; 64] {
        let mut finished = [0; 64];
        self.0.clone().finalize_xof_into(&mut finished);
        finished
    }
}
