//! Keys from PEM files, and the algorithms that they are for.

use std::fs::File;
use std::io::Read;

use wasi_crypto_bindings::Error;
use wasi_crypto_bindings::asymmetric::{AlgorithmType, KeyPair, PublicKey};
use zeroize::Zeroizing;

use crate::failure::Failure;

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

/// No key in PEM is longer; hosts refuse more.
const MAX_LEN: usize = 64 << 10;

/// The key to sign with, and its algorithm.
pub(crate) fn private(path: &str, algorithm: Option<&str>) -> Result<(&'static str, KeyPair), Failure> {
    read(path, "PRIVATE KEY", algorithm, |algorithm, pem| KeyPair::from_pem(AlgorithmType::Signatures, algorithm, pem))
}

/// The key to verify with, fully checked, and its algorithm.
pub(crate) fn public(path: &str, algorithm: Option<&str>) -> Result<(&'static str, PublicKey), Failure> {
    read(path, "PUBLIC KEY", algorithm, |algorithm, pem| {
        let key = PublicKey::from_pem(AlgorithmType::Signatures, algorithm, pem)?;
        key.validate()?;
        Ok(key)
    })
}

fn read<K>(
    path: &str,
    label: &str,
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
    let pem = read_pem(path)?;
    let found = label_of(&pem);
    if found != Some(label) {
        return Err(Failure::Key { path: path.to_owned(), problem: instead_of(label, found, path) });
    }
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

fn read_pem(path: &str) -> Result<Zeroizing<String>, Failure> {
    let file = File::open(path).map_err(Failure::at(path))?;
    // With this capacity no copy is left behind while the text grows.
    let mut pem = Zeroizing::new(String::with_capacity(MAX_LEN));
    let read = file.take(MAX_LEN as u64).read_to_string(&mut pem);
    match read {
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {}
        read => drop(read.map_err(Failure::at(path))?),
    }
    Ok(pem)
}

/// What the PEM says it is.
fn label_of(pem: &str) -> Option<&str> {
    pem.lines().find_map(|line| line.strip_prefix("-----BEGIN ")?.trim_end().strip_suffix("-----"))
}

/// What to do about a file that has something else than it should.
fn instead_of(wanted: &str, found: Option<&str>, path: &str) -> String {
    match found {
        None => format!("there is no PEM in it; a file that begins with -----BEGIN {wanted}----- is needed"),
        Some("ENCRYPTED PRIVATE KEY") => {
            format!("the key is under a password; `openssl pkey -in {path} -out plain.pem` takes it off")
        }
        Some("RSA PRIVATE KEY" | "EC PRIVATE KEY" | "EC PARAMETERS") => format!(
            "the key is in an older form; `openssl pkcs8 -topk8 -nocrypt -in {path} -out key.pem` writes it as needed"
        ),
        Some("PRIVATE KEY") => format!(
            "this is the private key, which nobody needs to verify; `openssl pkey -in {path} -pubout` writes the public one"
        ),
        Some("PUBLIC KEY") => "this is the public key; the private one is needed to sign".to_owned(),
        Some("CERTIFICATE") => format!("`openssl x509 -in {path} -pubkey -noout` writes the key of a certificate"),
        Some(other) => format!("it has a {other}, and a {wanted} is needed"),
    }
}
