//! Signatures, and the states that make and verify them, as their handles hold them.

use std::sync::Arc;

use crate::asymmetric::algorithm::{Algorithm, Signer, Verifier};
use crate::asymmetric::key::{BookedKey, Keypair, PublicKeyObject};
use crate::booking::{ALLOCATION, Booking};
use crate::errno::Errno;
use crate::held::Held;
use crate::secret::{STACK_OF_SECRET_KEY, in_wiped_frame};

pub(crate) struct SignatureState {
    pub(crate) algorithm: &'static Algorithm,
    pub(crate) signer: Box<dyn Signer>,
    /// Of the key, which the signer keeps.
    _booking: Arc<Booking>,
}

pub(crate) struct VerificationState {
    pub(crate) algorithm: &'static Algorithm,
    pub(crate) verifier: Box<dyn Verifier>,
    /// Of the key, which the verifier keeps.
    _booking: Arc<Booking>,
}

/// A signature in its raw form.
#[derive(Clone)]
pub(crate) struct Signature {
    pub(crate) algorithm: &'static Algorithm,
    pub(crate) raw: Vec<u8>,
}

impl SignatureState {
    pub(crate) fn open(keypair: &Held<Keypair>) -> Result<Self, Errno> {
        let BookedKey { shared, booking } = keypair.key.clone();
        Ok(Self { algorithm: keypair.algorithm, signer: shared.signer()?, _booking: booking })
    }

    /// As [`Signer::sign`], without a trace on the stack.
    pub(crate) fn sign(&mut self) -> Result<Vec<u8>, Errno> {
        in_wiped_frame::<STACK_OF_SECRET_KEY, _>(|| self.signer.sign())
    }

    /// Bytes to book, but for the key.
    pub(crate) fn held(&self) -> usize {
        self.signer.held() + ALLOCATION
    }
}

impl Signature {
    /// Bytes to book.
    pub(crate) fn held(&self) -> usize {
        self.raw.capacity() + ALLOCATION
    }
}

impl VerificationState {
    pub(crate) fn open(public: &Held<PublicKeyObject>) -> Result<Self, Errno> {
        let BookedKey { shared, booking } = public.key.clone();
        Ok(Self { algorithm: public.algorithm, verifier: shared.verifier()?, _booking: booking })
    }

    /// Bytes to book, but for the key.
    pub(crate) fn held(&self) -> usize {
        self.verifier.held() + ALLOCATION
    }

    /// `verification_failed`; or `invalid_signature`, also for a signature of another algorithm.
    pub(crate) fn verify(&mut self, signature: &Signature) -> Result<(), Errno> {
        if !std::ptr::eq(self.algorithm, signature.algorithm) {
            return Err(Errno::InvalidSignature);
        }
        self.verifier.verify(&signature.raw)
    }
}
