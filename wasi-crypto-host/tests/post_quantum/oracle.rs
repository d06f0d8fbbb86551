//! RustCrypto's `ml-kem` and `ml-dsa`, which share no code with libcrux and AWS-LC. The host itself has the latter for messages that it
//! cannot keep whole, which no test here judges by it.
#![allow(clippy::type_complexity, reason = "functions are named by their parameters")]

use ml_dsa::signature::Keypair;
use ml_dsa::{ExpandedSigningKey, MlDsa44, MlDsa65, MlDsa87, Signature, SigningKey, VerifyingKey};
use ml_kem::kem::{Decapsulate, KeyExport, KeyInit, TryKeyInit};

/// A KEM. Secret keys are expanded ones.
#[derive(Clone, Copy)]
pub(crate) struct Kem {
    pub(crate) name: &'static str,
    pub(crate) generate: fn(seed: [u8; 64]) -> Pair,
    pub(crate) encapsulate: fn(public: &[u8], randomness: [u8; 32]) -> (Vec<u8>, Vec<u8>),
    pub(crate) decapsulate: fn(secret: &[u8], ciphertext: &[u8]) -> Vec<u8>,
}

/// A signature algorithm, with an empty context. Secret keys are expanded ones.
pub(crate) struct Signatures {
    pub(crate) name: &'static str,
    pub(crate) generate: fn(seed: [u8; 32]) -> Pair,
    pub(crate) sign: fn(secret: &[u8], message: &[u8], randomness: [u8; 32]) -> Vec<u8>,
    pub(crate) verify: fn(public: &[u8], message: &[u8], signature: &[u8]) -> bool,
}

/// A key pair as the standards encode it.
pub(crate) struct Pair {
    pub(crate) secret: Vec<u8>,
    pub(crate) public: Vec<u8>,
}

macro_rules! kem {
    ($name:literal, $module:ident) => {
        Kem {
            name: $name,
            generate: |seed| {
                let secret = ml_kem::$module::DecapsulationKey::new_from_slice(&seed).unwrap();
                Pair { secret: expanded(&secret), public: secret.encapsulation_key().to_bytes().to_vec() }
            },
            encapsulate: |public, randomness| {
                let public = ml_kem::$module::EncapsulationKey::new_from_slice(public).unwrap();
                let (ciphertext, secret) = public.encapsulate_deterministic(&randomness.into());
                (secret.to_vec(), ciphertext.to_vec())
            },
            #[expect(deprecated, reason = "keys without a seed are in use; the library only advises against them")]
            decapsulate: |secret, ciphertext| {
                let secret = ml_kem::$module::DecapsulationKey::from_expanded(secret.try_into().unwrap()).unwrap();
                secret.decapsulate_slice(ciphertext).unwrap().to_vec()
            },
        }
    };
}

#[expect(deprecated, reason = "as for `decapsulate`")]
fn expanded(secret: &impl ml_kem::ExpandedKeyEncoding) -> Vec<u8> {
    secret.to_expanded_bytes().to_vec()
}

macro_rules! signatures {
    ($name:literal, $set:ident) => {
        Signatures {
            name: $name,
            #[expect(deprecated, reason = "as for `ml_kem`")]
            generate: |seed| {
                let key = SigningKey::<$set>::from_seed(&seed.into());
                let secret = key.expanded_key().to_expanded().to_vec();
                Pair { secret, public: key.verifying_key().encode().to_vec() }
            },
            #[expect(deprecated, reason = "as for `ml_kem`")]
            sign: |secret, message, randomness| {
                let secret = ExpandedSigningKey::<$set>::from_expanded(secret.try_into().unwrap());
                secret.sign_internal(&[&[0, 0], message], &randomness.into()).encode().to_vec()
            },
            verify: |public, message, signature| {
                let public = VerifyingKey::<$set>::decode(public.try_into().unwrap());
                let signature = Signature::<$set>::decode(signature.try_into().unwrap());
                signature.is_some_and(|signature| public.verify_with_context(message, b"", &signature))
            },
        }
    };
}

pub(crate) const KEMS: [Kem; 3] =
    [kem!("ML-KEM-512", ml_kem_512), kem!("ML-KEM-768", ml_kem_768), kem!("ML-KEM-1024", ml_kem_1024)];

pub(crate) const SIGNATURES: [Signatures; 3] =
    [signatures!("ML-DSA-44", MlDsa44), signatures!("ML-DSA-65", MlDsa65), signatures!("ML-DSA-87", MlDsa87)];
