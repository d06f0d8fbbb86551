//! Target `cli_files`: what the command line reads from files: policies, root keys, keys of other programs, and times and sizes as people
//! write them. A compiled module is machine code that is trusted or not: that no damaged one is loaded, the tests of the host try.

use wasi_crypto_host::secrets::{CanonicalKey, Policy, RootKey};
use wasi_crypto_host::{AlgorithmType, KeypairEncoding, PublickeyEncoding};

use crate::bytes::Bytes;
use crate::keys::{PEM, Part};
use crate::known::{Known, known};
use crate::mutation::mutate;

#[allow(dead_code, reason = "the command line uses the rest")]
#[path = "../../wasi-crypto-host/src/bin/wasi-crypto/units.rs"]
mod units;
#[path = "../../wasi-crypto-host/src/bin/wasi-crypto/when.rs"]
mod when;

/// Gives an input to one of the readers.
///
/// # Panics
///
/// If one of them does, or reads something else the second time.
pub fn cli_files(input: &[u8]) {
    let mut bytes = Bytes::new(input);
    match bytes.byte() % 5 {
        0 => policy(&String::from_utf8_lossy(bytes.rest())),
        1 => root_key(bytes.rest()),
        2 => key(bytes),
        3 => time(&String::from_utf8_lossy(bytes.rest())),
        _ => {
            let text = String::from_utf8_lossy(bytes.rest());
            if let Ok(size) = units::parse_size(&text) {
                assert!(!units::Size(size).to_string().is_empty());
            }
            _ = units::parse_time(&text);
        }
    }
}

fn policy(text: &str) {
    match Policy::from_toml(text) {
        Ok(policy) => _ = policy.allows_algorithm("AES-256-GCM"),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// What is taken is written in one way, and is the same key then.
fn root_key(text: &[u8]) {
    match RootKey::parse(text, "a file of the fuzzer") {
        Ok(key) => {
            let written = key.to_text().expect("a key that is here can be written");
            assert_eq!(RootKey::parse(written.as_bytes(), "itself").expect("it was written").id(), key.id());
            assert_eq!(written.as_bytes(), text.trim_ascii());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A key of one of the algorithms, good, changed or of another.
fn key(mut bytes: Bytes<'_>) {
    let known = bytes.pick(&known().iter().collect::<Vec<&Known>>());
    let name = known.info.name;
    if known.info.algorithm_type == AlgorithmType::Symmetric {
        let raw = bytes.rest();
        if let Ok(key) = CanonicalKey::import_symmetric_key(name, raw) {
            assert_eq!(&key.export_symmetric_key().expect("it was imported")[..], raw);
        }
        return;
    }
    let encodings = [KeypairEncoding::Raw, KeypairEncoding::Pkcs8, KeypairEncoding::Pem, KeypairEncoding::Local];
    let encoding = bytes.pick(&encodings);
    let encoded = match (bytes.byte() % 3, known.form(Part::Keypair, encoding.number().into())) {
        (1, Some(form)) => mutate(form, &mut bytes),
        (2, Some(form)) => form.to_vec(),
        _ => bytes.rest().to_vec(),
    };
    let Ok(key) = CanonicalKey::import_keypair(name, &encoded, encoding) else { return };
    for encoding in encodings {
        if let Ok(form) = key.export_keypair(encoding) {
            let again = CanonicalKey::import_keypair(name, &form, encoding).expect("what was exported can be imported");
            assert_eq!(again.export_keypair(encoding).expect("as before"), form);
        }
    }
    let public = key.export_publickey(PublickeyEncoding::Pem).or_else(|_| key.export_publickey(PublickeyEncoding::Raw));
    assert!(!public.expect("every key has a public half").is_empty());
}

/// A point in time is written as it can be read.
fn time(text: &str) {
    if let Ok(when) = when::parse_when(text)
        && let Some(at) = when.from(1 << 31)
        && at < LAST_TIME
    {
        let written = when::utc(at);
        assert_eq!(when::parse_when(&written), Ok(when::When::At(at)), "{written}");
    }
}

/// The first second of the year 10,000, which is written in more digits.
const LAST_TIME: u64 = 253_402_300_800;

/// Files that are right.
pub fn seeds() -> Vec<Vec<u8>> {
    let policy = "export = \"imported\"\nimport = false\nrevoke = true\nalgorithms = [\"AES-256-GCM\"]\nlifetime = \"90 days\"\n\
                  retention = \"1 day\"\n[limits]\nkeys = 10\nsecrets = 0\nversions = 5\nbytes = 1_000_000\n";
    let mut seeds = vec![[&[0], policy.as_bytes()].concat()];
    let root_key = RootKey::generate().and_then(|key| key.to_text()).expect("keys can be made");
    seeds.push([&[1], root_key.as_bytes(), b"\n"].concat());
    for (index, known) in known().iter().enumerate() {
        if known.info.algorithm_type == AlgorithmType::Symmetric {
            seeds.push([&[2, index as u8][..], &vec![7; known.key_len()]].concat());
            continue;
        }
        for encoding in 0..4 {
            seeds.push(vec![2, index as u8, encoding, 2]);
            seeds.push([&[2, index as u8, encoding, 1], &[1, 4, 12, 0, 0, 1][..]].concat());
        }
        if let Some(pem) = known.form(Part::Keypair, PEM) {
            seeds.push([&[2, index as u8, 2, 0], pem].concat());
        }
    }
    let texts = ["never", "now", "90d", "2027-01-31", "2027-01-31T12:00:00Z", "1600-02-30", "64MiB", "500ms", "5s"];
    seeds.extend(texts.iter().flat_map(|text| [3, 4].map(|reader| [&[reader], text.as_bytes()].concat())));
    seeds
}
