//! Keys from PEM files, and the algorithms that they are for.

use wasi_crypto_bindings::Error;
use wasi_crypto_bindings::asymmetric::{AlgorithmType, KeyPair, PublicKey};

use crate::failure::Failure;
use crate::key_file;

/// The algorithms; of those that take the same keys, the first is the one to use if none is asked for.
const ALGORITHMS: [&str; 19] = [
    "Ed25519",
    "ECDSA_P256_SHA256",
    "ECDSA_P384_SHA384",
    "ECDSA_K256_SHA256",
    "RSA_PKCS1_2048_SHA256",
    "RSA_PKCS1_3072_SHA384",
    "RSA_PKCS1_4096_SHA512",
    "ML-DSA-44",
    "ML-DSA-65",
    "ML-DSA-87",
    "RSA_PKCS1_2048_SHA384",
    "RSA_PKCS1_2048_SHA512",
    "RSA_PKCS1_3072_SHA512",
    "RSA_PSS_2048_SHA256",
    "RSA_PSS_2048_SHA384",
    "RSA_PSS_2048_SHA512",
    "RSA_PSS_3072_SHA384",
    "RSA_PSS_3072_SHA512",
    "RSA_PSS_4096_SHA512",
];

/// The key to sign with, and its algorithm.
pub(crate) fn private(path: &str, algorithm: Option<&str>) -> Result<(&'static str, KeyPair), Failure> {
    read(path, algorithm, |algorithm, pem| KeyPair::from_pem(AlgorithmType::Signatures, algorithm, pem))
}

/// The key to verify with, fully checked, and its algorithm.
pub(crate) fn public(path: &str, algorithm: Option<&str>) -> Result<(&'static str, PublicKey), Failure> {
    read(path, algorithm, |algorithm, pem| {
        let key = PublicKey::from_pem(AlgorithmType::Signatures, algorithm, pem)?;
        key.validate()?;
        Ok(key)
    })
}

/// All algorithms, for a person.
pub(crate) fn algorithms() -> String {
    ALGORITHMS.join(", ")
}

fn read<K>(
    path: &str,
    algorithm: Option<&str>,
    import: impl Fn(&'static str, &[u8]) -> Result<K, Error>,
) -> Result<(&'static str, K), Failure> {
    let algorithms = match algorithm {
        None => &ALGORITHMS[..],
        Some(name) => {
            let known = ALGORITHMS.iter().position(|known| known.eq_ignore_ascii_case(name));
            let unknown = || Failure::Usage(format!("there is no algorithm '{name}'; there are {}", algorithms()));
            let known = known.ok_or_else(unknown)?;
            &ALGORITHMS[known..=known]
        }
    };
    let kinds = match algorithms {
        [algorithm] => &format!("not one for {algorithm}"),
        _ => "of a kind that this program does not know; --help lists them",
    };
    let pem = key_file::read(path)?;
    key_file::import(path, algorithms, kinds, |algorithm| import(algorithm, &pem))
}
