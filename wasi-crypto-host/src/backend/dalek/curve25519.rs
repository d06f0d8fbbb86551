//! What is checked of the keys and signatures of Ed25519 (RFC 8032) and X25519 (RFC 7748), whatever library works with them.

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::{MontgomeryPoint, Scalar};

use crate::secret::Secret;

/// Whether the bytes are the encoding of a point of Ed25519's prime-order subgroup other than the identity.
pub(crate) fn is_sound_ed25519(public: &[u8; 32]) -> bool {
    decode(public).is_some_and(|point| !point.is_small_order() && point.is_torsion_free())
}

/// The point of Ed25519 that the bytes encode. Each has one encoding (RFC 8032 section 5.1.3).
pub(crate) fn decode(public: &[u8; 32]) -> Option<EdwardsPoint> {
    CompressedEdwardsY(*public).decompress().filter(|point| point.compress().as_bytes() == public)
}

/// Whether the second half of a signature of Ed25519 is below the group's order, as it must be (RFC 8032 section 5.1.7).
pub(crate) fn is_ed25519_scalar(s: [u8; 32]) -> bool {
    Scalar::from_canonical_bytes(s).is_some().into()
}

/// Whether the bytes are the canonical encoding of a point of X25519 on the curve, not on its twist, of the prime-order subgroup.
pub(crate) fn is_sound_x25519(public: &[u8; 32]) -> bool {
    // The sign of the Edwards point decides nothing here.
    MontgomeryPoint(*public).to_edwards(0).is_some_and(|point| {
        point.to_montgomery().as_bytes() == public && !point.is_small_order() && point.is_torsion_free()
    })
}

/// X25519 with any public key: zero with those of low order, which is for the protocol to allow.
pub(crate) fn x25519_with_any(secret: &[u8; 32], public: &[u8; 32]) -> Secret {
    Secret::from(&MontgomeryPoint(*public).mul_clamped(*secret).0[..])
}
