//! Both backends give the same answer to the same input.
//!
//! A build has one of them. So this test writes down what its own answers, one line an input, and compares that with what the
//! other one answered, if `WASI_CRYPTO_BACKENDS` is `compare`. `cargo xtask test` runs it first with one, then with the other.

mod edges;
mod mutations;
mod published;
#[path = "../support/mod.rs"]
mod support;

use std::fmt::Debug;
use std::path::Path;
use std::{env, fs};

use support::encode::*;
use support::hex::hex;
use support::keys::*;
use support::*;
use wasi_crypto_host::Errno;

const BACKEND: &str = if cfg!(feature = "aws-lc-rs") { "aws-lc-rs" } else { "ring" };
const OTHER_BACKEND: &str = if cfg!(feature = "aws-lc-rs") { "ring" } else { "aws-lc-rs" };

/// A message for each way that a signature is worked on: whole, and hashed for being long.
const MESSAGES: [&[u8]; 2] = [b"message", &[7; 70_000]];

#[test]
fn both_backends_answer_alike() {
    let mut log = Transcript { guest: Guest::with_memory(Default::default(), 2 << 20), lines: Vec::new() };
    published::run(&mut log);
    edges::run(&mut log);
    mutations::run(&mut log);
    assert_eq!(log.guest.transport.ctx.open_handles(), 0);
    let taken = log.lines.iter().filter(|line| line.contains("Ok")).count();
    let refused = log.lines.iter().filter(|line| line.contains("InvalidKey")).count();
    assert!(taken > 1000 && refused > 1000, "{taken} taken, {refused} refused");

    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("backends");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(BACKEND), log.lines.join("\n")).unwrap();
    if env::var_os("WASI_CRYPTO_BACKENDS").is_none_or(|value| value != "compare") {
        return;
    }
    let other = fs::read_to_string(folder.join(OTHER_BACKEND))
        .unwrap_or_else(|error| panic!("run this test with the backend {OTHER_BACKEND} first: {error}"));
    let other: Vec<&str> = other.lines().collect();
    let differences: Vec<String> = (0..log.lines.len().max(other.len()))
        .map(|i| (log.lines.get(i).map_or("nothing", String::as_str), other.get(i).copied().unwrap_or("nothing")))
        .filter(|(own, other)| own != other)
        .map(|(own, other)| format!("{BACKEND}: {own}\n{OTHER_BACKEND}: {other}"))
        .collect();
    let first = &differences[..differences.len().min(20)];
    assert!(differences.is_empty(), "{} answers differ, the first of them:\n{}", differences.len(), first.join("\n\n"));
}

/// What a backend answers.
struct Transcript {
    guest: Guest,
    lines: Vec<String>,
}

impl Transcript {
    fn note(&mut self, input: &str, answer: impl Debug) {
        self.lines.push(format!("{input}: {answer:?}"));
    }

    /// All that a key is and does, but what is random.
    fn key(&mut self, input: &str, part: Part, algorithm: &str, encoded: &[u8], encoding: u32) {
        let key = match self.guest.import_key_as(part, algorithm, encoded, encoding) {
            Ok(key) => key,
            Err(errno) => return self.note(input, errno),
        };
        let written = self.guest.export_key_as(part, key, if algorithm == "X-WING" { RAW } else { PKCS8 });
        let public = match part {
            Part::Keypair => self.guest.public_of(key),
            Part::Secret => self.guest.call_for_u32("publickey_from_secretkey", &[key]).unwrap(),
            Part::Public => key,
        };
        let checked = self.guest.call("publickey_verify", &[public]);
        let used = if part == Part::Keypair { self.use_pair(key, public, algorithm) } else { Ok(0) };
        self.note(input, (written.map(|bytes| Ok::<_, Errno>(digest(&bytes))), checked, used));
        self.guest.close_key_of(part, key);
        if part != Part::Public {
            self.guest.close_key_of(Part::Public, public);
        }
    }

    /// A number that stands for what the key gives; 0 if that is random.
    fn use_pair(&mut self, keypair: u32, public: u32, algorithm: &str) -> Result<u64, Errno> {
        if KEY_EXCHANGE.contains(&algorithm) {
            let secret = self.guest.secret_of(keypair);
            let agreed = self.guest.agree(public, secret);
            self.guest.close_key_of(Part::Secret, secret);
            return agreed.map(|agreed| digest(&agreed));
        }
        if KEMS.contains(&algorithm) {
            let secret = self.guest.secret_of(keypair);
            let len = self.guest.kem_encapsulate(public)?.1.len();
            // Of no key: the secret is pseudo-random, and the same each time.
            let found = self.guest.kem_decapsulate(secret, &vec![0x55; len]);
            self.guest.close_key_of(Part::Secret, secret);
            return found.map(|found| digest(&found));
        }
        let mut all = Vec::new();
        for message in MESSAGES {
            let signature = self.guest.sign_message(keypair, message, RAW)?;
            self.guest.verify_message(public, algorithm, message, &signature, RAW)?;
            if algorithm == "Ed25519" || algorithm.starts_with("RSA_PKCS1") {
                all.extend(signature);
            }
        }
        Ok(if all.is_empty() { 0 } else { digest(&all) })
    }

    /// Verifies a signature of each message.
    fn signature(&mut self, input: &str, algorithm: &str, public: u32, signature: &[u8], encoding: u32) {
        let answers =
            MESSAGES.map(|message| self.guest.verify_message(public, algorithm, message, signature, encoding));
        self.note(input, answers);
    }
}

/// FNV-1a, to write long answers down in short.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}
