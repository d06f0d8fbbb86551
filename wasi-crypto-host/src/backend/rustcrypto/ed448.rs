//! Ed448 (RFC 8032 section 5.2), with an empty context.
//!
//! The library's verification refuses an R that is the identity and an S of zero, which nobody signs with.

use ed448_goldilocks::elliptic_curve::Group;
use ed448_goldilocks::signature::{Signer, Verifier};
use ed448_goldilocks::{CompressedEdwardsY, EdwardsPoint, EdwardsScalar, Signature, VerifyingKey};

use crate::errno::Errno;
use crate::secret::Wiped;

/// The size of a seed and of a public key, in bytes.
pub(crate) const KEY_LEN: usize = 57;

/// A signing key with its public half.
pub(crate) struct SigningKey(Box<Wiped<ed448_goldilocks::SigningKey>>);

impl SigningKey {
    /// `invalid_key` unless the seed has 57 bytes.
    pub(crate) fn from_seed(seed: &[u8]) -> Result<Self, Errno> {
        let key = ed448_goldilocks::SigningKey::try_from(seed).map_err(|_| Errno::InvalidKey)?;
        Ok(Self(Wiped::boxed(key)))
    }

    pub(crate) fn public(&self) -> [u8; KEY_LEN] {
        let mut public = [0; KEY_LEN];
        public.copy_from_slice(self.0.verifying_key().as_bytes());
        public
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_bytes().to_vec()
    }
}

/// `verification_failed`, or `invalid_signature` for a first half that is no point's encoding.
pub(crate) fn verify(public: &[u8; KEY_LEN], message: &[u8], signature: &[u8]) -> Result<(), Errno> {
    let first: &[u8; KEY_LEN] = signature.first_chunk().ok_or(Errno::InvalidSignature)?;
    if !is_point(first) {
        return Err(Errno::InvalidSignature);
    }
    let signature = Signature::try_from(signature).map_err(|_| Errno::InvalidSignature)?;
    let public = VerifyingKey::from_bytes(public).map_err(|_| Errno::VerificationFailed)?;
    public.verify(message, &signature).map_err(|_| Errno::VerificationFailed)
}

/// Whether the bytes are the encoding of a point. Each point has one (RFC 8032 section 5.2.3).
pub(crate) fn is_point(public: &[u8; KEY_LEN]) -> bool {
    decode(public).is_some()
}

/// Whether the bytes are the encoding of a point of the prime-order subgroup other than the identity.
pub(crate) fn is_sound(public: &[u8; KEY_LEN]) -> bool {
    decode(public).is_some_and(|point| bool::from(!point.is_identity() & point.is_torsion_free()))
}

fn decode(public: &[u8; KEY_LEN]) -> Option<EdwardsPoint> {
    let point = CompressedEdwardsY(*public).decompress().into_option()?.to_edwards();
    (point.to_affine().compress().as_bytes()[..] == public[..]).then_some(point)
}

/// Whether the second half of a signature is below the group's order, as it must be (RFC 8032 section 5.2.7).
pub(crate) fn is_scalar(s: &[u8; KEY_LEN]) -> bool {
    s[KEY_LEN - 1] == 0 && bool::from(EdwardsScalar::from_canonical_bytes(&(*s).into()).is_some())
}
