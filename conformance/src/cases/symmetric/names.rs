//! Names of algorithms: ALG-STR-001, ALG-REQ-003, ALG-TYPE-007, and `unsupported_algorithm` of each function.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{Success, UnsupportedAlgorithm};

use super::{AEADS, case, keyed, names};
use crate::args;
use crate::arguments::Data;
use crate::case::{Case, Expect, Handle, Kind};
use crate::catalogue::requirement_of;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for algorithm in &names() {
        cases.extend([as_written(algorithm), other_case(algorithm), of_another_type(algorithm)]);
    }
    cases.extend(UNKNOWN.iter().map(|(what, name)| unknown(what, name.as_bytes())));
    cases.push(unknown("not-utf-8", b"SHA-256\xff"));
    cases.push(unknown("cut-utf-8", b"\xe2\x82"));
    cases.push(unknown("long", &[b'A'; 60_000]));
    cases.push(unknown("zero-terminated", b"SHA-256\0"));
    cases.extend([examples(), all_required()]);
    cases
}

fn as_written(algorithm: &str) -> Case {
    let of_its_table: &[&str] = match algorithm {
        "CHACHA20-POLY1305" => &["ALG-REC-004"],
        "XCHACHA20-POLY1305" => &["ALG-OPT-005", "ALG-OPT-006"],
        _ if requirement_of(algorithm).is_some_and(|id| id.starts_with("ALG-OPT")) => &["ALG-OPT-005"],
        _ => &[],
    };
    let requirements = ["ALG-STR-001", "ALG-REQ-003", "SYM-STATE-OPEN-003"];
    let requirements: Vec<&str> =
        requirement_of(algorithm).into_iter().chain(requirements).chain(of_its_table.iter().copied()).collect();
    let mut c = case("name", algorithm, "as-written", &requirements);
    open(&mut c, algorithm, algorithm);
    c
}

/// The text's own examples vary in case.
fn other_case(algorithm: &str) -> Case {
    let mut c = case("name", algorithm, "lower-case", &["ALG-STR-001"]);
    let lower = algorithm.to_ascii_lowercase();
    let expect = Expect::only(Success).or_info([UnsupportedAlgorithm]);
    match keyed().iter().find(|keyed| keyed.name == algorithm) {
        Some(keyed) => c.expect(expect).key_import(&lower, keyed.key()),
        None => c.expect(expect).state_open(&lower, None, None),
    };
    c
}

fn open(c: &mut Case, algorithm: &str, spelling: &str) {
    let Some(keyed) = keyed().into_iter().find(|keyed| keyed.name == algorithm) else {
        c.state_open(spelling, None, None);
        return;
    };
    let key = c.key_import(spelling, keyed.key());
    let options = keyed.options(c);
    c.state_open(spelling, Some(key), options);
}

/// Symmetric algorithms are neither for signatures nor for key exchange.
fn of_another_type(algorithm: &str) -> Case {
    let mut c = case("name", algorithm, "of-another-type", &["ALG-TYPE-007"]);
    for ty in [AlgorithmType::Signatures, AlgorithmType::KeyExchange] {
        c.expect(UnsupportedAlgorithm);
        let slot = c.open("keypair_generate", args![ty as u32, algorithm, None::<Handle>]);
        c.untouched(slot);
    }
    c
}

/// Names that no symmetric algorithm has.
const UNKNOWN: &[(&str, &str)] = &[
    ("empty", ""),
    ("bogus", "NO-SUCH-ALGORITHM"),
    ("space-behind", "SHA-256 "),
    ("space-before", " SHA-256"),
    ("prefix", "SHA-25"),
    ("continued", "SHA-2567"),
    ("family", "AES"),
    ("without-size", "AES-GCM"),
    ("wrong-size", "AES-512-GCM"),
    ("half", "HMAC/"),
    ("hash-of-nothing", "HMAC/SHA-999"),
    ("slash-behind", "SHA-512/256/"),
    ("signatures/Ed25519", "Ed25519"),
    ("signatures/ECDSA_P256_SHA256", "ECDSA_P256_SHA256"),
    ("signatures/RSA_PKCS1_2048_SHA256", "RSA_PKCS1_2048_SHA256"),
    ("key-exchange/X25519", "X25519"),
    ("key-exchange/ML-KEM-768", "ML-KEM-768"),
];

fn unknown(what: &str, name: &[u8]) -> Case {
    let requirements = ["SYM-KEY-IMPORT-004", "SYM-KEY-GEN-014", "SYM-STATE-OPEN-007", "SYM-SKEY-027", "ALG-TYPE-007"];
    let mut c = Case::new(format!("symmetric/name/unknown/{what}"), &requirements);
    c = c.algorithm("SHA-256").kind(Kind::Robustness);
    let name = c.data(name);
    let none = || None::<Handle>;
    c.expect(UnsupportedAlgorithm);
    let slot = c.open("symmetric_state_open", args![name, none(), none()]);
    c.untouched(slot);
    c.expect(UnsupportedAlgorithm).open("symmetric_key_generate", args![name, none()]);
    for raw in [vec![], vec![7; 32]] {
        c.expect(UnsupportedAlgorithm).open("symmetric_key_import", args![name, Data::from(raw)]);
    }
    c
}

/// The symmetric ones of the three tables.
fn all_required() -> Case {
    let mut c = Case::new("symmetric/name/all-required", &["ALG-REQ-002", "ALG-REQ-003"]);
    for algorithm in names().into_iter().filter(|name| requirement_of(name).is_some_and(|id| id.starts_with("ALG-REQ")))
    {
        open(&mut c, &algorithm, &algorithm);
    }
    c
}

/// C14: the spellings of the text's examples.
fn examples() -> Case {
    let mut c = Case::new("symmetric/name/spellings-of-the-examples", &["ALG-STR-001", "ALG-REQ-003"]);
    c = c.algorithm("XCHACHA20-POLY1305");
    let expect = Expect::only(Success).or_info([UnsupportedAlgorithm]);
    c.expect(expect).key_import("XChaCha20-Poly1305", AEADS[3].key());
    c.expect(expect).key_import("ChaCha20-Poly1305", AEADS[2].key());
    c
}
