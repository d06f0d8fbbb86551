//! Keys from PEM files, and the algorithms that they are for.

use wasi_crypto_bindings::Error;
use wasi_crypto_bindings::asymmetric::{AlgorithmType, KeyPair, PublicKey};

use crate::failure::Failure;
use crate::pem::{self, Wanted};

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
    read(path, Wanted::PrivateKey, algorithm, |algorithm, pem| {
        KeyPair::from_pem(AlgorithmType::Signatures, algorithm, pem)
    })
}

/// The key to verify with, fully checked, and its algorithm.
pub(crate) fn public(path: &str, algorithm: Option<&str>) -> Result<(&'static str, PublicKey), Failure> {
    read(path, Wanted::PublicKey, algorithm, |algorithm, pem| {
        let key = PublicKey::from_pem(AlgorithmType::Signatures, algorithm, pem)?;
        key.validate()?;
        Ok(key)
    })
}

fn read<K>(
    path: &str,
    wanted: Wanted,
    algorithm: Option<&str>,
    import: impl Fn(&'static str, &str) -> Result<K, Error>,
) -> Result<(&'static str, K), Failure> {
    let candidates = match algorithm {
        None => &ALGORITHMS[..],
        Some(name) => {
            let known = ALGORITHMS.iter().position(|known| known.eq_ignore_ascii_case(name));
            let known = known.ok_or_else(|| Failure::Usage(format!("there is no algorithm '{name}'")))?;
            &ALGORITHMS[known..=known]
        }
    };
    let pem = pem::read(path, wanted)?;
    for &algorithm in candidates {
        match import(algorithm, &pem) {
            Ok(key) => return Ok((algorithm, key)),
            Err(Error::InvalidKey) => {}
            // A host need not have all of them.
            Err(Error::UnsupportedAlgorithm) if candidates.len() > 1 => {}
            Err(error) => return Err(error.into()),
        }
    }
    let problem = match candidates {
        [algorithm] => format!("the key is damaged, or not one for {algorithm}"),
        _ => "the key is damaged, or of a kind that this program does not know; --help lists them".to_owned(),
    };
    Err(Failure::Key { path: path.to_owned(), problem })
}
