//! Works out the public key of a secret one: by ring for the NIST curves and RSA, libsecp256k1, ed25519-compact, RustCrypto for ML-KEM and
//! ML-DSA.

use ml_dsa::signature::Keypair;
use ml_dsa::{MlDsa44, MlDsa65, MlDsa87, MlDsaParams, SigningKey};
use ml_kem::kem::{KeyExport, KeyInit};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, RsaKeyPair,
};

use crate::oracle::kem::XWing;
use crate::test_keys::{Family, TestKey};

/// Whether a secret key and a public key, each in the encoding that test keys usually have, belong together.
pub(crate) fn check_pair(key: &TestKey, secret: &[u8], public: &[u8]) -> Result<(), String> {
    let fits = match key.family {
        Family::RsaPkcs1 | Family::RsaPss => rsa(key, secret, public),
        Family::P256 => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING, secret, public),
        Family::P384 => ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING, secret, public),
        Family::Secp256k1 => secp256k1(secret).as_deref() == Some(public),
        Family::Ed25519 => ed25519(secret).as_deref() == Some(public),
        Family::X25519 => x25519(secret).as_deref() == Some(public),
        Family::XWing => XWing::new(secret).is_some_and(|key| key.public == public),
        Family::MlKem => ml_kem(key.algorithm, secret).as_deref() == Some(public),
        Family::MlDsa => ml_dsa(key.algorithm, secret).as_deref() == Some(public),
    };
    if fits { Ok(()) } else { Err("an independent implementation finds that the halves do not belong together".into()) }
}

fn rsa(key: &TestKey, pkcs8: &[u8], spki: &[u8]) -> bool {
    let Ok(pair) = RsaKeyPair::from_pkcs8(pkcs8) else { return false };
    // A SubjectPublicKeyInfo ends with the RSAPublicKey, which is what ring gives.
    let public = pair.public();
    public.modulus_len() == key.signature_len as usize && spki.ends_with(public.as_ref())
}

fn ecdsa(algorithm: &'static EcdsaSigningAlgorithm, scalar: &[u8], point: &[u8]) -> bool {
    EcdsaKeyPair::from_private_key_and_public_key(algorithm, scalar, point, &SystemRandom::new()).is_ok()
}

fn secp256k1(scalar: &[u8]) -> Option<Vec<u8>> {
    let secret = secp256k1::SecretKey::from_secret_bytes(scalar.try_into().ok()?).ok()?;
    Some(secp256k1::PublicKey::from_secret_key(&secret).serialize_uncompressed().to_vec())
}

fn ed25519(seed: &[u8]) -> Option<Vec<u8>> {
    let seed = ed25519_compact::Seed::from_slice(seed).ok()?;
    Some(ed25519_compact::KeyPair::from_seed(seed).pk.to_vec())
}

fn x25519(scalar: &[u8]) -> Option<Vec<u8>> {
    let secret = ed25519_compact::x25519::SecretKey::from_slice(scalar).ok()?;
    Some(secret.recover_public_key().ok()?.to_vec())
}

fn ml_kem(algorithm: &str, seed: &[u8]) -> Option<Vec<u8>> {
    macro_rules! public {
        ($set:ident) => {{
            let key = ml_kem::$set::DecapsulationKey::new_from_slice(seed).ok()?;
            Some(key.encapsulation_key().to_bytes().to_vec())
        }};
    }
    match algorithm {
        "ML-KEM-512" => public!(ml_kem_512),
        "ML-KEM-768" => public!(ml_kem_768),
        "ML-KEM-1024" => public!(ml_kem_1024),
        _ => None,
    }
}

fn ml_dsa(algorithm: &str, seed: &[u8]) -> Option<Vec<u8>> {
    fn public<P: MlDsaParams>(seed: &[u8]) -> Option<Vec<u8>> {
        Some(SigningKey::<P>::from_seed(seed.try_into().ok()?).verifying_key().encode().to_vec())
    }
    match algorithm {
        "ML-DSA-44" => public::<MlDsa44>(seed),
        "ML-DSA-65" => public::<MlDsa65>(seed),
        "ML-DSA-87" => public::<MlDsa87>(seed),
        _ => None,
    }
}
