//! ECDSA (FIPS 186-5) of ring on P-256 and P-384, which takes whole messages only.

use std::any::TypeId;

use ::ring::rand::SystemRandom;
use ::ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, UnparsedPublicKey,
};

use crate::backend::digest::Digest;
use crate::backend::ec::{Curve, P256, P384};
use crate::errno::Errno;
use crate::secret::Wiped;

/// A prepared signing key.
pub(crate) struct SigningKey(Box<Wiped<EcdsaKeyPair>>);

impl SigningKey {
    /// A key from its scalar and its uncompressed point. `None` if they do not belong together, or the library does not have the curve.
    pub(crate) fn new<C: Curve>(scalar: &[u8], point: &[u8]) -> Option<Self> {
        let (signing, _) = algorithms::<C>()?;
        let key = EcdsaKeyPair::from_private_key_and_public_key(signing, scalar, point, &SystemRandom::new());
        key.ok().map(|key| Self(Wiped::boxed(key)))
    }

    /// Signs a message with a random nonce; returns r ‖ s.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Errno> {
        let signature = self.0.sign(&SystemRandom::new(), message).map_err(|_| Errno::RngError)?;
        Ok(signature.as_ref().to_vec())
    }

    /// The same for a digest. `None` if the library takes none.
    pub(crate) fn sign_digest(&self, _: &Digest) -> Option<Result<Vec<u8>, Errno>> {
        None
    }
}

/// A public key, of which ring prepares nothing.
pub(crate) struct VerifyingKey(UnparsedPublicKey<Box<[u8]>>);

impl VerifyingKey {
    /// A key from its uncompressed point. `None` if the library does not have the curve.
    pub(crate) fn new<C: Curve>(point: &[u8]) -> Option<Self> {
        let (_, verification) = algorithms::<C>()?;
        Some(Self(UnparsedPublicKey::new(verification, point.into())))
    }

    /// Verifies r ‖ s of a message.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
        self.0.verify(message, signature).map_err(|_| Errno::VerificationFailed)
    }

    /// The same for a digest. `None` if the library takes none.
    pub(crate) fn verify_digest(&self, _: &Digest, _: &[u8]) -> Option<Result<(), Errno>> {
        None
    }
}

/// Whether messages of this curve's signatures are best kept whole.
pub(crate) fn has_curve<C: Curve>() -> bool {
    algorithms::<C>().is_some()
}

fn algorithms<C: Curve>() -> Option<(&'static EcdsaSigningAlgorithm, &'static EcdsaVerificationAlgorithm)> {
    match TypeId::of::<C>() {
        curve if curve == TypeId::of::<P256>() => Some((&ECDSA_P256_SHA256_FIXED_SIGNING, &ECDSA_P256_SHA256_FIXED)),
        curve if curve == TypeId::of::<P384>() => Some((&ECDSA_P384_SHA384_FIXED_SIGNING, &ECDSA_P384_SHA384_FIXED)),
        _ => None,
    }
}
