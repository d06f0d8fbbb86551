//! libcrux, an implementation that shares no code with the host's.
#![allow(clippy::type_complexity, reason = "functions are named by their parameters")]

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
    ($name:literal, $module:ident, $public:ident, $private:ident, $ciphertext:ident) => {
        Kem {
            name: $name,
            generate: |seed| {
                let pair = libcrux_ml_kem::$module::generate_key_pair(seed);
                Pair { secret: pair.sk().to_vec(), public: pair.pk().to_vec() }
            },
            encapsulate: |public, randomness| {
                let public = libcrux_ml_kem::$module::$public::try_from(public).unwrap();
                let (ciphertext, secret) = libcrux_ml_kem::$module::encapsulate(&public, randomness);
                (secret.to_vec(), ciphertext.as_slice().to_vec())
            },
            decapsulate: |secret, ciphertext| {
                let secret = libcrux_ml_kem::$module::$private::try_from(secret).unwrap();
                let ciphertext = libcrux_ml_kem::$module::$ciphertext::try_from(ciphertext).unwrap();
                libcrux_ml_kem::$module::decapsulate(&secret, &ciphertext).to_vec()
            },
        }
    };
}

macro_rules! signatures {
    ($name:literal, $module:ident, $signing:ident, $verification:ident, $signature:ident) => {
        Signatures {
            name: $name,
            generate: |seed| {
                let pair = libcrux_ml_dsa::$module::generate_key_pair(seed);
                Pair { secret: pair.signing_key.as_slice().to_vec(), public: pair.verification_key.as_slice().to_vec() }
            },
            sign: |secret, message, randomness| {
                let secret = libcrux_ml_dsa::$module::$signing::new(secret.try_into().unwrap());
                let signature = libcrux_ml_dsa::$module::sign(&secret, message, b"", randomness).unwrap();
                signature.as_slice().to_vec()
            },
            verify: |public, message, signature| {
                let public = libcrux_ml_dsa::$module::$verification::new(public.try_into().unwrap());
                let signature = libcrux_ml_dsa::$module::$signature::new(signature.try_into().unwrap());
                libcrux_ml_dsa::$module::verify(&public, message, b"", &signature).is_ok()
            },
        }
    };
}

pub(crate) const KEMS: [Kem; 3] = [
    kem!("ML-KEM-512", mlkem512, MlKem512PublicKey, MlKem512PrivateKey, MlKem512Ciphertext),
    kem!("ML-KEM-768", mlkem768, MlKem768PublicKey, MlKem768PrivateKey, MlKem768Ciphertext),
    kem!("ML-KEM-1024", mlkem1024, MlKem1024PublicKey, MlKem1024PrivateKey, MlKem1024Ciphertext),
];

pub(crate) const SIGNATURES: [Signatures; 3] = [
    signatures!("ML-DSA-44", ml_dsa_44, MLDSA44SigningKey, MLDSA44VerificationKey, MLDSA44Signature),
    signatures!("ML-DSA-65", ml_dsa_65, MLDSA65SigningKey, MLDSA65VerificationKey, MLDSA65Signature),
    signatures!("ML-DSA-87", ml_dsa_87, MLDSA87SigningKey, MLDSA87VerificationKey, MLDSA87Signature),
];
