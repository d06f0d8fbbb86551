//! Verification of Ed25519 signatures (RFC 8032) by ring.

use ::ring::signature::{ED25519, UnparsedPublicKey};

use crate::errno::Errno;

pub(crate) fn verify(public: &[u8; 32], message: &[u8], signature: &[u8]) -> Result<(), Errno> {
    UnparsedPublicKey::new(&ED25519, public).verify(message, signature).map_err(|_| Errno::VerificationFailed)
}
