//! ECDSA (FIPS 186-5) over whole messages, with ring or AWS-LC, for the curves that it has.

use std::any::TypeId;

use crate::backend::provider::rand::SystemRandom;
use crate::backend::provider::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, UnparsedPublicKey,
};

use crate::backend::ec::{Curve, P256, P384};
use crate::errno::Errno;
use crate::secret::Wiped;

/// A prepared signing key.
pub(crate) struct SigningKey(Wiped<EcdsaKeyPair>);

impl SigningKey {
    /// A key from its scalar and its uncompressed point. `None` if ring does not have the curve.
    pub(crate) fn new<C: Curve>(scalar: &[u8], point: &[u8]) -> Option<Self> {
        let (signing, _) = algorithms::<C>()?;
        #[cfg(feature = "aws-lc-rs")]
        let key = EcdsaKeyPair::from_private_key_and_public_key(signing, scalar, point);
        #[cfg(not(feature = "aws-lc-rs"))]
        let key = EcdsaKeyPair::from_private_key_and_public_key(signing, scalar, point, &SystemRandom::new());
        key.ok().map(|key| Self(Wiped::new(key)))
    }

    /// Signs a message with a random nonce; returns r ‖ s.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Errno> {
        let signature = self.0.sign(&SystemRandom::new(), message).map_err(|_| Errno::RngError)?;
        Ok(signature.as_ref().to_vec())
    }
}

/// Verifies r ‖ s of a message. `None` if ring does not have the curve.
pub(crate) fn verify<C: Curve>(point: &[u8], message: &[u8], signature: &[u8]) -> Option<Result<(), Errno>> {
    let (_, verification) = algorithms::<C>()?;
    let verified = UnparsedPublicKey::new(verification, point).verify(message, signature);
    Some(verified.map_err(|_| Errno::VerificationFailed))
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
