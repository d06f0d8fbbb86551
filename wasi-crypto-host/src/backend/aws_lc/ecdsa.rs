//! ECDSA (FIPS 186-5) of AWS-LC on P-256 and P-384.

use std::any::TypeId;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, ParsedPublicKey,
};

use crate::backend::digest::{self, Digest};
use crate::backend::ec::{Curve, P256, P384};
use crate::errno::Errno;
use crate::secret::Wiped;

/// A prepared signing key.
pub(crate) struct SigningKey(Box<Wiped<EcdsaKeyPair>>);

impl SigningKey {
    /// A key from its scalar and its uncompressed point. `None` if they do not belong together, or the library does not have the curve.
    pub(crate) fn new<C: Curve>(scalar: &[u8], point: &[u8]) -> Option<Self> {
        let (signing, _) = algorithms::<C>()?;
        let key = EcdsaKeyPair::from_private_key_and_public_key(signing, scalar, point);
        key.ok().map(|key| Self(Wiped::boxed(key)))
    }

    /// Signs a message with a random nonce; returns r ‖ s.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Errno> {
        let signature = self.0.sign(&SystemRandom::new(), message).map_err(|_| Errno::RngError)?;
        Ok(signature.as_ref().to_vec())
    }

    /// The same for a digest. `None` if the library takes none.
    pub(crate) fn sign_digest(&self, digest: &Digest) -> Option<Result<Vec<u8>, Errno>> {
        let sign = || {
            let signature = self.0.sign_digest(&digest::for_aws_lc(digest)?).map_err(|_| Errno::RngError)?;
            Ok(signature.as_ref().to_vec())
        };
        Some(sign())
    }
}

/// A prepared public key.
pub(crate) struct VerifyingKey(ParsedPublicKey);

impl VerifyingKey {
    /// A key from its uncompressed point. `None` if the library does not have the curve.
    pub(crate) fn new<C: Curve>(point: &[u8]) -> Option<Self> {
        let (_, verification) = algorithms::<C>()?;
        ParsedPublicKey::new(verification, point).ok().map(Self)
    }

    /// Verifies r ‖ s of a message.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
        self.0.verify_sig(message, signature).map_err(|_| Errno::VerificationFailed)
    }

    /// The same for a digest. `None` if the library takes none.
    pub(crate) fn verify_digest(&self, digest: &Digest, signature: &[u8]) -> Option<Result<(), Errno>> {
        let verify = || {
            let digest = digest::for_aws_lc(digest)?;
            self.0.verify_digest_sig(&digest, signature).map_err(|_| Errno::VerificationFailed)
        };
        Some(verify())
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
