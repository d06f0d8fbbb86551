//! Signatures, and the states that make and verify them, as their handles hold them.

use crate::asymmetric::algorithm::{Algorithm, Signer, Verifier};
use crate::errno::Errno;

pub(crate) struct SignatureState {
    pub(crate) algorithm: &'static Algorithm,
    pub(crate) signer: Box<dyn Signer>,
}

pub(crate) struct VerificationState {
    pub(crate) algorithm: &'static Algorithm,
    pub(crate) verifier: Box<dyn Verifier>,
}

/// A signature in its raw form.
#[derive(Clone)]
pub(crate) struct Signature {
    pub(crate) algorithm: &'static Algorithm,
    pub(crate) raw: Vec<u8>,
}

impl VerificationState {
    /// `verification_failed`; or `invalid_signature`, also for a signature of another algorithm.
    pub(crate) fn verify(&mut self, signature: &Signature) -> Result<(), Errno> {
        if !std::ptr::eq(self.algorithm, signature.algorithm) {
            return Err(Errno::InvalidSignature);
        }
        self.verifier.verify(&signature.raw)
    }
}
