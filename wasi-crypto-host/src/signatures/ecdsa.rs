//! ECDSA (FIPS 186-5): raw signatures are r ‖ s at fixed width, DER ones strict; a high s is as good as a low one.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::asymmetric::algorithm::{Algorithm, SignatureFormat, Signer, Usage, Verifier};
use crate::asymmetric::ec::{EcKeys, EcPublicKey, EcSecretKey};
use crate::asymmetric::encoding::SignatureEncoding;
use crate::backend::digest::Context;
use crate::backend::ec::{Curve, K256, P256, P384};
use crate::backend::ecdsa;
use crate::errno::Errno;
use crate::limits::Account;
use crate::signatures::message::{LONGEST, LONGEST_TO_SIGN, Message};

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    algorithm::<P256>("ECDSA_P256_SHA256"),
    algorithm::<P384>("ECDSA_P384_SHA384"),
    algorithm::<K256>("ECDSA_K256_SHA256"),
];

const fn algorithm<C: Curve>(name: &'static str) -> Algorithm {
    Algorithm { name, keys: &EcKeys::<C>::NEW, usage: Usage::Signatures(&Format::<C>(PhantomData)) }
}

pub(crate) struct EcdsaSigner<C: Curve> {
    key: Arc<EcSecretKey<C>>,
    message: Message,
}

impl<C: Curve> EcdsaSigner<C> {
    pub(crate) fn new(key: Arc<EcSecretKey<C>>) -> Self {
        Self { key, message: new_message::<C>() }
    }
}

impl<C: Curve> Signer for EcdsaSigner<C> {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        self.message.admit(len, LONGEST_TO_SIGN, || Context::new(C::DIGEST), account);
        Ok(())
    }

    fn update(&mut self, data: &[u8]) {
        self.message.update(data);
    }

    fn sign(&mut self) -> Result<Vec<u8>, Errno> {
        let prepared = || self.key.signing();
        match &self.message {
            Message::Whole(message) => prepared().ok_or(Errno::InternalError)?.sign(message),
            Message::Hashed(context) => {
                ecdsa::sign_digest::<C>(prepared, || self.key.digest_signing(), &context.finish())
            }
        }
    }

    fn held(&self) -> usize {
        size_of::<Self>() + self.message.held()
    }
}

pub(crate) struct EcdsaVerifier<C: Curve> {
    key: Arc<EcPublicKey<C>>,
    message: Message,
}

impl<C: Curve> EcdsaVerifier<C> {
    pub(crate) fn new(key: Arc<EcPublicKey<C>>) -> Self {
        Self { key, message: new_message::<C>() }
    }
}

impl<C: Curve> Verifier for EcdsaVerifier<C> {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        self.message.admit(len, LONGEST, || Context::new(C::DIGEST), account);
        Ok(())
    }

    fn update(&mut self, data: &[u8]) {
        self.message.update(data);
    }

    fn verify(&mut self, signature: &[u8]) -> Result<(), Errno> {
        let (public, prepared) = (&self.key.public, || self.key.verifying());
        match &self.message {
            Message::Whole(message) => prepared().ok_or(Errno::InternalError)?.verify(message, signature),
            Message::Hashed(context) => ecdsa::verify_digest::<C>(public, prepared, &context.finish(), signature),
        }
    }

    fn held(&self) -> usize {
        size_of::<Self>() + self.message.held()
    }
}

/// Whole messages are for the library that signs them, which does not have every curve.
fn new_message<C: Curve>() -> Message {
    if ecdsa::has_curve::<C>() { Message::whole() } else { Message::Hashed(Context::new(C::DIGEST)) }
}

struct Format<C>(PhantomData<fn() -> C>);

impl<C: Curve> SignatureFormat for Format<C> {
    fn import(&self, encoded: &[u8], encoding: SignatureEncoding) -> Result<Vec<u8>, Errno> {
        let raw = match encoding {
            SignatureEncoding::Raw => C::signature_from_raw(encoded),
            SignatureEncoding::Der => C::signature_from_der(encoded),
        };
        raw.ok_or(Errno::InvalidSignature)
    }

    fn export(&self, raw: &[u8], encoding: SignatureEncoding) -> Result<Vec<u8>, Errno> {
        match encoding {
            SignatureEncoding::Raw => Ok(raw.to_vec()),
            SignatureEncoding::Der => C::signature_to_der(raw).ok_or(Errno::InternalError),
        }
    }
}
