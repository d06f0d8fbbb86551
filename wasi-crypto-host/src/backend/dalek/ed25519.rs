//! Ed25519 (RFC 8032) of ed25519-dalek, whose ways are shorter than ring's: it keeps the point of a public key.

use ed25519_dalek::{Signature, Signer, Verifier, VerifyingKey};

use crate::backend::curve25519;
use crate::errno::Errno;
use crate::secret::Wiped;

/// The size of a seed and of a public key, in bytes.
pub(crate) const KEY_LEN: usize = 32;

/// A signing key with its public half.
pub(crate) struct SigningKey(Box<Wiped<ed25519_dalek::SigningKey>>);

impl SigningKey {
    /// `invalid_key` unless the seed has 32 bytes.
    pub(crate) fn from_seed(seed: &[u8]) -> Result<Self, Errno> {
        let key = ed25519_dalek::SigningKey::try_from(seed).map_err(|_| Errno::InvalidKey)?;
        Ok(Self(Wiped::boxed(key)))
    }

    pub(crate) fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_bytes().to_vec()
    }
}

/// A public key, its point decoded.
pub(crate) struct PublicKey(VerifyingKey);

impl PublicKey {
    /// `None` unless the bytes are the encoding of a point.
    pub(crate) fn decode(encoded: &[u8; KEY_LEN]) -> Option<Self> {
        curve25519::decode(encoded).map(|point| Self(point.into()))
    }

    pub(crate) fn encoded(&self) -> &[u8; KEY_LEN] {
        self.0.as_bytes()
    }

    /// Without the cofactor, as RFC 8032 section 5.1.7 allows and as all libraries of ours do.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
        let signature = Signature::from_slice(signature).map_err(|_| Errno::VerificationFailed)?;
        self.0.verify(message, &signature).map_err(|_| Errno::VerificationFailed)
    }
}

#[cfg(test)]
mod tests {
    use ::ring::signature::{ED25519, UnparsedPublicKey};
    use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT as BASE, EIGHT_TORSION};
    use curve25519_dalek::{EdwardsPoint, Scalar};
    use sha2::{Digest, Sha512};

    use super::*;

    /// Keys and first halves of signatures with every part of low order: where libraries differ if they differ at all.
    #[test]
    fn it_accepts_what_ring_accepts() {
        let (secret, nonce) = (Scalar::from(0x1234_5678_9abc_def0_u64), Scalar::from(77_u64));
        let mut counts = [0; 2];
        for low in EIGHT_TORSION {
            for other_low in EIGHT_TORSION {
                for (key, secret) in [(low, Scalar::ZERO), (BASE * secret + low, secret)] {
                    for (first, nonce) in [(other_low, Scalar::ZERO), (BASE * nonce + other_low, nonce)] {
                        let message = [low.compress().to_bytes(), other_low.compress().to_bytes()].concat();
                        let accepted = both_say(&key, secret, &first, nonce, &message);
                        counts[usize::from(accepted)] += 1;
                    }
                }
            }
        }
        // Where the parts of low order come to nothing, by the cofactorless equation.
        assert!(counts.iter().all(|count| *count > 20), "{counts:?}");
    }

    /// Whether the signature that the secret numbers give is accepted.
    fn both_say(key: &EdwardsPoint, secret: Scalar, first: &EdwardsPoint, nonce: Scalar, message: &[u8]) -> bool {
        let (key, first) = (key.compress().to_bytes(), first.compress().to_bytes());
        let hash = Sha512::new().chain_update(first).chain_update(key).chain_update(message).finalize();
        let second = nonce + Scalar::from_bytes_mod_order_wide(&hash.into()) * secret;
        let signature = [first, second.to_bytes()].concat();
        let ring = UnparsedPublicKey::new(&ED25519, key).verify(message, &signature).is_ok();
        let ours = PublicKey::decode(&key).unwrap().verify(message, &signature).is_ok();
        assert_eq!(ours, ring, "key {key:02x?}, signature {signature:02x?}");
        ours
    }
}
