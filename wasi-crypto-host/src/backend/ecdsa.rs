//! ECDSA (FIPS 186-5) with ring or AWS-LC, for the curves that it has. Both take whole messages, and AWS-LC digests, too.

use std::any::TypeId;

use crate::backend::provider::rand::SystemRandom;
use crate::backend::provider::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm,
};

use crate::backend::digest::Digest;
use crate::backend::ec::{Curve, P256, P384};
use crate::errno::Errno;
use crate::secret::Wiped;

pub(crate) use library::{VerifyingKey, sign_digest, verify_digest};

/// A prepared signing key.
pub(crate) struct SigningKey(Box<Wiped<EcdsaKeyPair>>);

impl SigningKey {
    /// A key from its scalar and its uncompressed point. `None` if the library does not have the curve.
    pub(crate) fn new<C: Curve>(scalar: &[u8], point: &[u8]) -> Option<Self> {
        let (signing, _) = algorithms::<C>()?;
        #[cfg(feature = "aws-lc-rs")]
        let key = EcdsaKeyPair::from_private_key_and_public_key(signing, scalar, point);
        #[cfg(not(feature = "aws-lc-rs"))]
        let key = EcdsaKeyPair::from_private_key_and_public_key(signing, scalar, point, &SystemRandom::new());
        key.ok().map(|key| Self(Wiped::boxed(key)))
    }

    /// Signs a message with a random nonce; returns r ‖ s.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Errno> {
        let signature = self.0.sign(&SystemRandom::new(), message).map_err(|_| Errno::RngError)?;
        Ok(signature.as_ref().to_vec())
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

#[cfg(not(feature = "aws-lc-rs"))]
mod library {
    use ring::signature::UnparsedPublicKey;

    use super::{Curve, Digest, Errno, SigningKey, algorithms};

    /// ring prepares nothing.
    pub(crate) struct VerifyingKey(UnparsedPublicKey<Box<[u8]>>);

    impl VerifyingKey {
        /// A key from its uncompressed point. `None` if ring does not have the curve.
        pub(crate) fn new<C: Curve>(point: &[u8]) -> Option<Self> {
            let (_, verification) = algorithms::<C>()?;
            Some(Self(UnparsedPublicKey::new(verification, point.into())))
        }

        /// Verifies r ‖ s of a message.
        pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
            self.0.verify(message, signature).map_err(|_| Errno::VerificationFailed)
        }
    }

    /// ring takes no digests, so RustCrypto signs, with the nonce of RFC 6979.
    pub(crate) fn sign_digest<'a, C: Curve>(
        _: impl FnOnce() -> Option<&'a SigningKey>,
        otherwise: impl FnOnce() -> &'a C::DigestSigner,
        digest: &Digest,
    ) -> Result<Vec<u8>, Errno> {
        C::sign_digest(otherwise(), digest.as_ref())
    }

    /// As [`sign_digest`].
    pub(crate) fn verify_digest<'a, C: Curve>(
        public: &C::Public,
        _: impl FnOnce() -> Option<&'a VerifyingKey>,
        digest: &Digest,
        signature: &[u8],
    ) -> Result<(), Errno> {
        C::verify_digest(public, digest.as_ref(), signature)
    }
}

#[cfg(feature = "aws-lc-rs")]
mod library {
    use aws_lc_rs::signature::ParsedPublicKey;

    use super::{Curve, Digest, Errno, SigningKey, algorithms};
    use crate::backend::digest;

    /// A prepared public key.
    pub(crate) struct VerifyingKey(ParsedPublicKey);

    impl VerifyingKey {
        /// A key from its uncompressed point. `None` if AWS-LC does not have the curve.
        pub(crate) fn new<C: Curve>(point: &[u8]) -> Option<Self> {
            let (_, verification) = algorithms::<C>()?;
            ParsedPublicKey::new(verification, point).ok().map(Self)
        }

        /// Verifies r ‖ s of a message.
        pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
            self.0.verify_sig(message, signature).map_err(|_| Errno::VerificationFailed)
        }
    }

    /// Signs with the prepared key if there is one.
    pub(crate) fn sign_digest<'a, C: Curve>(
        prepared: impl FnOnce() -> Option<&'a SigningKey>,
        otherwise: impl FnOnce() -> &'a C::DigestSigner,
        digest: &Digest,
    ) -> Result<Vec<u8>, Errno> {
        let Some(key) = prepared() else { return C::sign_digest(otherwise(), digest.as_ref()) };
        let signature = key.0.sign_digest(&digest::for_aws_lc(digest)?).map_err(|_| Errno::RngError)?;
        Ok(signature.as_ref().to_vec())
    }

    /// Verifies with the prepared key if there is one.
    pub(crate) fn verify_digest<'a, C: Curve>(
        public: &C::Public,
        prepared: impl FnOnce() -> Option<&'a VerifyingKey>,
        digest: &Digest,
        signature: &[u8],
    ) -> Result<(), Errno> {
        let Some(key) = prepared() else { return C::verify_digest(public, digest.as_ref(), signature) };
        key.0.verify_digest_sig(&digest::for_aws_lc(digest)?, signature).map_err(|_| Errno::VerificationFailed)
    }
}
