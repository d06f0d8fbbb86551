//! ML-DSA (FIPS 204) of AWS-LC; aws-lc-rs takes whole messages only.

use std::marker::PhantomData;

use aws_lc_rs::signature::{
    KeyPair, ML_DSA_44, ML_DSA_44_SIGNING, ML_DSA_65, ML_DSA_65_SIGNING, ML_DSA_87, ML_DSA_87_SIGNING, ParsedPublicKey,
    PqdsaKeyPair, PqdsaSigningAlgorithm, PqdsaVerificationAlgorithm,
};
use ml_dsa::{EncodedSignature, EncodedVerifyingKey};

use crate::backend::libcrux::ml_dsa as libcrux;
use crate::backend::ml_dsa_representatives::{MlDsa44, MlDsa65, MlDsa87};
use crate::errno::Errno;

pub(crate) use libcrux::expanded;

/// A parameter set of this library.
pub(crate) trait Provided: libcrux::Provided {
    const SIGNING: &'static PqdsaSigningAlgorithm;
    const VERIFICATION: &'static PqdsaVerificationAlgorithm;
}

impl Provided for MlDsa44 {
    const SIGNING: &'static PqdsaSigningAlgorithm = &ML_DSA_44_SIGNING;
    const VERIFICATION: &'static PqdsaVerificationAlgorithm = &ML_DSA_44;
}

impl Provided for MlDsa65 {
    const SIGNING: &'static PqdsaSigningAlgorithm = &ML_DSA_65_SIGNING;
    const VERIFICATION: &'static PqdsaVerificationAlgorithm = &ML_DSA_65;
}

impl Provided for MlDsa87 {
    const SIGNING: &'static PqdsaSigningAlgorithm = &ML_DSA_87_SIGNING;
    const VERIFICATION: &'static PqdsaVerificationAlgorithm = &ML_DSA_87;
}

/// An expanded key. AWS-LC wipes what it frees.
pub(crate) struct SigningKey<P: Provided>(PqdsaKeyPair, PhantomData<fn() -> P>);

impl<P: Provided> SigningKey<P> {
    /// Bytes to book for what AWS-LC allocates: both keys and the seed, with headers.
    pub(crate) const HELD: usize = 4 * size_of::<EncodedVerifyingKey<P>>() + 1024;

    /// `None` if the library fails.
    pub(crate) fn from_seed(seed: &[u8; 32]) -> Option<Self> {
        PqdsaKeyPair::from_seed(P::SIGNING, seed).ok().map(|key| Self(key, PhantomData))
    }

    pub(crate) fn public(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// Signs with fresh randomness.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Errno> {
        let mut signature = vec![0; size_of::<EncodedSignature<P>>()];
        self.0.sign(message, &mut signature).map_err(|_| Errno::AlgorithmFailure)?;
        Ok(signature)
    }
}

/// AWS-LC keeps the bytes, and expands them for each message.
pub(crate) struct VerifyingKey<P: Provided>(ParsedPublicKey, PhantomData<fn() -> P>);

impl<P: Provided> VerifyingKey<P> {
    /// Bytes to book for what AWS-LC allocates.
    pub(crate) const HELD: usize = 2 * size_of::<EncodedVerifyingKey<P>>() + 1024;

    /// `None` if the number of bytes is wrong.
    pub(crate) fn from_raw(raw: &[u8]) -> Option<Self> {
        ParsedPublicKey::new(P::VERIFICATION, raw).ok().map(|key| Self(key, PhantomData))
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
        self.0.verify_sig(message, signature).map_err(|_| Errno::VerificationFailed)
    }
}
