//! ML-DSA (FIPS 204) of libcrux, which is formally verified in part, and takes whole messages only. It works on encoded keys, and wipes
//! nothing.

use libcrux_ml_dsa::{MLDSASignature, MLDSASigningKey, MLDSAVerificationKey, ml_dsa_44, ml_dsa_65, ml_dsa_87};
use zeroize::Zeroizing;

use crate::backend::ml_dsa_representatives::{MlDsa44, MlDsa65, MlDsa87, Parameters};
use crate::backend::random;
use crate::booking::ALLOCATION;
use crate::errno::Errno;
use crate::secret::{Secret, Wiped};

/// A parameter set of this library.
pub(crate) trait Provided: Parameters {
    type SigningKey: Send + Sync;
    type VerifyingKey: Send + Sync;

    fn generate(seed: [u8; 32]) -> (Self::SigningKey, Self::VerifyingKey);
    fn expanded(key: &Self::SigningKey) -> &[u8];
    fn raw(key: &Self::VerifyingKey) -> &[u8];
    fn public_from_raw(raw: &[u8]) -> Option<Self::VerifyingKey>;
    fn sign(key: &Self::SigningKey, message: &[u8], randomness: [u8; 32]) -> Option<Vec<u8>>;
    fn verifies(key: &Self::VerifyingKey, message: &[u8], signature: &[u8]) -> bool;
}

macro_rules! parameter_sets {
    ($($name:ident: $module:ident, $expanded_len:literal, $public_len:literal;)*) => {$(
        impl Provided for $name {
            type SigningKey = MLDSASigningKey<$expanded_len>;
            type VerifyingKey = MLDSAVerificationKey<$public_len>;

            fn generate(seed: [u8; 32]) -> (Self::SigningKey, Self::VerifyingKey) {
                let pair = $module::generate_key_pair(seed);
                (pair.signing_key, pair.verification_key)
            }

            fn expanded(key: &Self::SigningKey) -> &[u8] {
                key.as_slice()
            }

            fn raw(key: &Self::VerifyingKey) -> &[u8] {
                key.as_slice()
            }

            fn public_from_raw(raw: &[u8]) -> Option<Self::VerifyingKey> {
                raw.try_into().ok().map(MLDSAVerificationKey::new)
            }

            fn sign(key: &Self::SigningKey, message: &[u8], randomness: [u8; 32]) -> Option<Vec<u8>> {
                $module::sign(key, message, CONTEXT, randomness).ok().map(|signature| signature.as_slice().to_vec())
            }

            fn verifies(key: &Self::VerifyingKey, message: &[u8], signature: &[u8]) -> bool {
                let signature = signature.try_into().map(MLDSASignature::new);
                signature.is_ok_and(|signature| $module::verify(key, message, CONTEXT, &signature).is_ok())
            }
        }
    )*};
}

parameter_sets! {
    MlDsa44: ml_dsa_44, 2560, 1312;
    MlDsa65: ml_dsa_65, 4032, 1952;
    MlDsa87: ml_dsa_87, 4896, 2592;
}

const CONTEXT: &[u8] = b"";

/// An expanded key.
pub(crate) struct SigningKey<P: Provided> {
    key: Box<Wiped<P::SigningKey>>,
    public: Box<P::VerifyingKey>,
}

impl<P: Provided> SigningKey<P> {
    /// Bytes to book for what a key allocates.
    pub(crate) const HELD: usize = size_of::<P::SigningKey>() + size_of::<P::VerifyingKey>() + 2 * ALLOCATION;

    /// `None` if the library fails.
    pub(crate) fn from_seed(seed: &[u8; 32]) -> Option<Self> {
        let (key, public) = P::generate(*seed);
        Some(Self { key: Wiped::boxed(key), public: Box::new(public) })
    }

    pub(crate) fn public(&self) -> &[u8] {
        P::raw(&self.public)
    }

    /// Signs with fresh randomness.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Errno> {
        let mut randomness = Zeroizing::new([0; 32]);
        random::fill(&mut *randomness)?;
        // Fails only after hundreds of attempts, which is too improbable to happen.
        P::sign(&self.key, message, *randomness).ok_or(Errno::AlgorithmFailure)
    }
}

/// The secret key of a seed as FIPS 204 encodes it (algorithm 24).
pub(crate) fn expanded<P: Provided>(seed: &[u8; 32]) -> Option<Secret> {
    let (key, _) = P::generate(*seed);
    Some(Secret::from(P::expanded(&Wiped::boxed(key))))
}

pub(crate) struct VerifyingKey<P: Provided>(Box<P::VerifyingKey>);

impl<P: Provided> VerifyingKey<P> {
    /// Bytes to book for what a key allocates.
    pub(crate) const HELD: usize = size_of::<P::VerifyingKey>() + ALLOCATION;

    /// `None` if the number of bytes is wrong.
    pub(crate) fn from_raw(raw: &[u8]) -> Option<Self> {
        P::public_from_raw(raw).map(|key| Self(Box::new(key)))
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
        if P::verifies(&self.0, message, signature) { Ok(()) } else { Err(Errno::VerificationFailed) }
    }
}
