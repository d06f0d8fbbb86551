//! The post-quantum algorithms, as a guest sees them: against published vectors, and against RustCrypto.

mod encodings;
mod kem;
mod ml_dsa;
mod oracle;
#[path = "../support/mod.rs"]
mod support;
mod x_wing;

use support::encode::*;
use support::hex::hex;
use support::keys::*;
use support::*;
use wasi_crypto_host::{Errno, WasiCryptoCtx};

/// The `AlgorithmIdentifier` of an algorithm: its number under NIST's arc, without parameters.
fn algorithm_identifier(algorithm: &str) -> Vec<u8> {
    let [arc, number] = match algorithm {
        "ML-KEM-512" => [4, 1],
        "ML-KEM-768" => [4, 2],
        "ML-KEM-1024" => [4, 3],
        "ML-DSA-44" => [3, 17],
        "ML-DSA-65" => [3, 18],
        "ML-DSA-87" => [3, 19],
        _ => panic!("{algorithm} has no identifier"),
    };
    der(0x30, &[&[6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, arc, number]])
}

/// A `PrivateKeyInfo` around the algorithm's own choice of a secret key.
fn private_key_info(algorithm: &str, choice: &[u8]) -> Vec<u8> {
    der(0x30, &[&[2, 1, 0], &algorithm_identifier(algorithm), &der(4, &[choice])])
}

/// The same with the public key, which makes it a `OneAsymmetricKey`.
fn one_asymmetric_key(algorithm: &str, choice: &[u8], public: &[u8]) -> Vec<u8> {
    der(0x30, &[&[2, 1, 1], &algorithm_identifier(algorithm), &der(4, &[choice]), &der(0x81, &[&[0], public])])
}

fn public_key_info(algorithm: &str, public: &[u8]) -> Vec<u8> {
    der(0x30, &[&algorithm_identifier(algorithm), &der(3, &[&[0], public])])
}

/// The three forms of a secret key (RFC 9935 section 6, RFC 9881 section 6).
fn seed_choice(seed: &[u8]) -> Vec<u8> {
    der(0x80, &[seed])
}

fn expanded_choice(expanded: &[u8]) -> Vec<u8> {
    der(4, &[expanded])
}

fn both_choice(seed: &[u8], expanded: &[u8]) -> Vec<u8> {
    der(0x30, &[&der(4, &[seed]), &der(4, &[expanded])])
}

impl Guest {
    /// The raw public key of a secret key.
    fn raw_public_of(&mut self, secret: u32) -> Vec<u8> {
        let public = self.call_for_u32("publickey_from_secretkey", &[secret]).unwrap();
        let raw = self.export_key_as(Part::Public, public, RAW).unwrap();
        self.close_key_of(Part::Public, public);
        raw
    }

    fn check(&mut self, public: u32) -> Result<(), Errno> {
        self.call("publickey_verify", &[public])
    }
}

/// A copy with one byte changed.
fn with_flip(bytes: &[u8], at: usize, mask: u8) -> Vec<u8> {
    let mut copy = bytes.to_vec();
    copy[at] ^= mask;
    copy
}
