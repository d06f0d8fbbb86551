//! The keys that the benchmark uses, prepared when first asked for.

use std::sync::LazyLock;

use ml_dsa::{ExpandedSigningKey, MlDsa65, VerifyingKey};
use ml_kem::kem::KeyInit;
use ml_kem::ml_kem_768::DecapsulationKey;
use p256::pkcs8::DecodePrivateKey;

/// The private key in DER of a file of the conformance suite.
macro_rules! secret_key {
    ($name:literal) => {
        der(include_str!(concat!("../../../../conformance/test-keys/", $name, ".secret.pem")))
    };
}

pub(crate) static ED25519: LazyLock<ed25519_dalek::SigningKey> =
    LazyLock::new(|| ed25519_dalek::SigningKey::from_bytes(&last(&secret_key!("ed25519"))));

pub(crate) static P256: LazyLock<p256::SecretKey> =
    LazyLock::new(|| p256::SecretKey::from_pkcs8_der(&secret_key!("p256")).expect("a key on P-256"));

pub(crate) static P256_PUBLIC: LazyLock<p256::PublicKey> = LazyLock::new(|| P256.public_key());

pub(crate) static ECDSA_P256: LazyLock<p256::ecdsa::SigningKey> = LazyLock::new(|| (&*P256).into());

pub(crate) static ECDSA_K256: LazyLock<k256::ecdsa::SigningKey> =
    LazyLock::new(|| k256::ecdsa::SigningKey::from_pkcs8_der(&secret_key!("secp256k1")).expect("a key on secp256k1"));

pub(crate) static RSA_2048: LazyLock<rsa::PrivateKey> =
    LazyLock::new(|| rsa::PrivateKey::from_pkcs8_der(&secret_key!("rsa2048")).expect("an RSA key"));

pub(crate) static ML_DSA_65: LazyLock<ExpandedSigningKey<MlDsa65>> =
    LazyLock::new(|| ExpandedSigningKey::from_seed(&last::<32>(&secret_key!("ml_dsa_65")).into()));

pub(crate) static ML_DSA_65_PUBLIC: LazyLock<VerifyingKey<MlDsa65>> = LazyLock::new(|| ML_DSA_65.verifying_key());

pub(crate) static X25519: LazyLock<x25519_dalek::StaticSecret> =
    LazyLock::new(|| x25519_dalek::StaticSecret::from(last::<32>(&secret_key!("x25519"))));

pub(crate) static X25519_PUBLIC: LazyLock<x25519_dalek::PublicKey> = LazyLock::new(|| (&*X25519).into());

pub(crate) static ML_KEM_768: LazyLock<DecapsulationKey> =
    LazyLock::new(|| DecapsulationKey::new(&last::<64>(&secret_key!("ml_kem_768")).into()));

fn der(pem: &str) -> Vec<u8> {
    pem_rfc7468::decode_vec(pem.as_bytes()).expect("the test keys are PEM").1
}

/// The key itself, of algorithms whose DER ends with it.
fn last<const N: usize>(der: &[u8]) -> [u8; N] {
    *der.last_chunk().expect("a longer file")
}
