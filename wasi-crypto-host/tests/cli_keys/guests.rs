//! Guests with keys that an operator manages.

use std::io::Write as _;
use std::process::Stdio;

use wasi_crypto_host::Errno;

use crate::place::{DAMAGED, FAILED, Finished, MISUSED, Place, RFC_8410_SECRET};

const NOT_STARTED: i32 = 126;

/// What the guests import, and the parts that they share: each call that fails ends the guest with its errno.
const PRELUDE: &str = r#"
    (import "wasi_ephemeral_crypto_common" "secrets_manager_open" (func $manager (param i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_common" "array_output_pull" (func $pull (param i32 i32 i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_asymmetric_common" "keypair_generate_managed"
        (func $generate (param i32 i32 i32 i32 i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_asymmetric_common" "keypair_id" (func $id (param i32 i32 i32 i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_asymmetric_common" "keypair_from_id"
        (func $from_id (param i32 i32 i32 i64 i32) (result i32)))
    (import "wasi_ephemeral_crypto_asymmetric_common" "keypair_export" (func $export (param i32 i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_signatures" "signature_state_open" (func $open (param i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_signatures" "signature_state_update" (func $update (param i32 i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_signatures" "signature_state_sign" (func $sign (param i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_signatures" "signature_export" (func $encode (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "Ed25519") (data (i32.const 16) "message")
    (data (i32.const 32) "\01") ;; no options
    (data (i32.const 40) "\00\01\00\00\20\00\00\00") ;; 32 bytes at 256
    (data (i32.const 48) "\00\02\00\00\40\00\00\00") ;; 64 bytes at 512
    ;; Handles: 64 manager, 68 key pair, 72 state, 76 signature, 80 array output.
    (func $check (param i32) (if (local.get 0) (then (call $exit (local.get 0)))))
    (func $begin (call $check (call $manager (i32.const 32) (i32.const 64))))
    (func $load ;; the latest version of the key whose identifier is read
        (call $check (call $read (i32.const 0) (i32.const 40) (i32.const 1) (i32.const 96)))
        (call $check (call $from_id (i32.load (i32.const 64)) (i32.const 256) (i32.const 32)
            (i64.const 0xff00_0000_0000_0001) (i32.const 68))))
"#;

/// Makes a key pair, and writes its identifier.
const MAKE: &str = r#"
    (func (export "_start")
        (call $begin)
        (call $check (call $generate (i32.load (i32.const 64)) (i32.const 0) (i32.const 0) (i32.const 7) (i32.const 32)
            (i32.const 68)))
        (call $check (call $id (i32.load (i32.const 68)) (i32.const 256) (i32.const 32) (i32.const 96) (i32.const 104)))
        (call $check (call $write (i32.const 1) (i32.const 40) (i32.const 1) (i32.const 96))))
"#;

/// Reads an identifier, and writes the signature of "message".
const SIGN: &str = r#"
    (func (export "_start")
        (call $begin)
        (call $load)
        (call $check (call $open (i32.load (i32.const 68)) (i32.const 72)))
        (call $check (call $update (i32.load (i32.const 72)) (i32.const 16) (i32.const 7)))
        (call $check (call $sign (i32.load (i32.const 72)) (i32.const 76)))
        (call $check (call $encode (i32.load (i32.const 76)) (i32.const 0) (i32.const 80)))
        (call $check (call $pull (i32.load (i32.const 80)) (i32.const 512) (i32.const 64) (i32.const 96)))
        (call $check (call $write (i32.const 1) (i32.const 48) (i32.const 1) (i32.const 96))))
"#;

/// Reads an identifier, and tries to get the key pair out, in PEM.
const EXPORT: &str = r#"
    (func (export "_start")
        (call $begin)
        (call $load)
        (call $check (call $export (i32.load (i32.const 68)) (i32.const 2) (i32.const 80))))
"#;

impl Place {
    /// `wasi-crypto run OPTIONS guest.wat`, with an identifier on standard input.
    fn run(&self, options: &[&str], guest: &str, key: &str) -> Finished {
        self.file("guest.wat", format!("(module {PRELUDE} {guest})"));
        let mut command = self.command("wasi-crypto");
        command.arg("run").args(options).arg("guest.wat");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A guest that does not come to read leaves nobody to write to.
        let _ = child.stdin.take().unwrap().write_all(&crate::hex::hex(key));
        Finished(child.wait_with_output().unwrap())
    }

    /// The same with the store of this folder.
    fn guest(&self, options: &[&str], guest: &str, key: &str) -> Finished {
        self.run(&[&["--secrets", "keys.db", "--namespace", "tenant"], options].concat(), guest, key)
    }

    /// Whether a public key in PEM verifies the signature of "message", as OpenSSL has it.
    #[track_caller]
    fn verifies(&self, public: &str, signature: &[u8]) {
        self.file("public.pem", public);
        self.file("message", "message");
        self.file("signature", signature);
        let mut command = self.command("openssl");
        command.args(["pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin", "-in", "message"]);
        match command.args(["-sigfile", "signature"]).output() {
            Ok(output) => drop(Finished(output).exits(0)),
            Err(_) => eprintln!("skipped: there is no command `openssl` (Debian: `apt-get install openssl`)"),
        }
    }
}

#[test]
fn a_key_that_a_guest_made_is_there_in_its_next_run_and_for_the_operator() {
    let place = Place::new("guest-makes");
    let key = hex(&place.guest(&[], MAKE, "").exits(0).silent().0.stdout);
    let line = &place.json("list", &[])["keys"][0];
    assert_eq!((line["identifier"].as_str(), line["algorithm"].as_str()), (Some(key.as_str()), Some("Ed25519")));
    let signature = place.guest(&[], SIGN, &key).exits(0).silent().0.stdout;
    let public = place.tenant("export", &[&key]).exits(0).stdout();
    place.verifies(&public, &signature);
    // Nobody else has it.
    let other = ["--secrets", "keys.db", "--namespace", "other"];
    place.run(&other, SIGN, &key).exits(Errno::NotFound.number().into()).silent();
}

#[test]
fn a_guest_signs_with_a_key_of_the_operator_and_never_sees_it() {
    let place = Place::new("guest-signs");
    place.file("key.pem", RFC_8410_SECRET);
    let key = place.tenant("import", &["Ed25519", "key.pem"]).exits(0).stdout().trim_end().to_owned();
    let sign = || place.guest(&[], SIGN, &key).exits(0).silent().0.stdout;
    let public = |version: &str| place.tenant("export", &["--version", version, &key]).exits(0).stdout();
    let first = sign();
    place.verifies(&public("1"), &first);
    place.guest(&[], EXPORT, &key).exits(Errno::ProhibitedOperation.number().into()).silent();

    place.tenant("rotate", &[&key]).exits(0);
    let second = sign();
    place.verifies(&public("2"), &second);
    assert_ne!(first, second);
    place.tenant("revoke", &["--version", "2", &key]).exits(0);
    assert_eq!(sign(), first, "Ed25519 signs alike each time (RFC 8032)");
    place.tenant("expire", &["--version", "1", "--at", "now", &key]).exits(0);
    place.guest(&[], SIGN, &key).exits(Errno::Expired.number().into()).silent();
    place.tenant("revoke", &["--version", "all", &key]).exits(0);
    place.guest(&[], SIGN, &key).exits(Errno::NotFound.number().into()).silent();
}

#[test]
fn a_policy_says_what_a_guest_may_do() {
    let place = Place::new("guest-policy");
    let key = place.generate("Ed25519");
    place.file("policy.toml", "export = \"always\"\nalgorithms = [\"AES-256-GCM\"]\n");
    let policy = ["--policy", "policy.toml"];
    place.guest(&policy, EXPORT, &key).exits(0).silent();
    place.guest(&policy, MAKE, "").exits(Errno::ProhibitedOperation.number().into()).silent();
    place.file("policy.toml", "algorithms = [\"ROT13\"]\n");
    place.guest(&policy, MAKE, "").exits(NOT_STARTED).says("the policy policy.toml: ").says("no algorithm `ROT13`");
}

#[test]
fn what_a_guest_does_is_in_the_audit_trail_if_asked_for() {
    let place = Place::new("guest-audit");
    let key = hex(&place.guest(&[], MAKE, "").exits(0).0.stdout);
    assert_eq!(place.json("audit", &[])["count"], 0);
    place.guest(&["--audit", "everything"], SIGN, &key).exits(0);
    place.guest(&["--audit", "everything"], EXPORT, &key).exits(Errno::ProhibitedOperation.number().into());
    let audit = place.json("audit", &[]);
    let told: Vec<String> = audit["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| format!("{} {} {}", entry["who"], entry["action"], entry["result"]).replace('"', ""))
        .collect();
    assert_eq!(told, ["guest.wat load success", "guest.wat load success", "guest.wat export prohibited_operation"]);
}

#[test]
fn a_store_in_memory_lasts_as_long_as_the_guest() {
    let place = Place::new("guest-memory");
    let memory = ["--secrets", "memory:", "--namespace", "tenant"];
    let key = hex(&place.run(&memory, MAKE, "").exits(0).silent().0.stdout);
    place.run(&memory, SIGN, &key).exits(Errno::NotFound.number().into()).silent();
    place.run(&[], MAKE, "").exits(Errno::UnsupportedFeature.number().into()).silent();
}

#[test]
fn a_guest_is_not_started_without_the_store_that_it_is_to_have() {
    let place = Place::new("guest-trouble");
    let key = place.generate("Ed25519");
    place.run(&["--secrets", "keys.db"], SIGN, &key).exits(MISUSED).says("--namespace");
    place.run(&["--namespace", "tenant"], SIGN, &key).exits(MISUSED).says("--secrets");
    let missing = place.run(&["--secrets", "no.db", "--namespace", "tenant"], SIGN, &key).exits(NOT_STARTED);
    missing.says("the SQLite store no.db cannot be reached").says("make it with `wasi-crypto keys init`");
    place.guest(&["--root-key", "file:no.key"], SIGN, &key).exits(NOT_STARTED).says("no.key cannot be read");
    place.keys(["init", "--secrets", "other.db", "--root-key", "file:other.key"]).exits(0);
    let other = place.guest(&["--root-key", "file:other.key"], SIGN, &key).exits(NOT_STARTED);
    other.says("the namespace tenant needs the root key");
    place.guest(&["--root-key", "file:other.key", "--old-root-key", "file:root.key"], SIGN, &key).exits(0);
}

/// The guest is told no more than that the algorithm failed.
#[test]
fn the_operator_is_told_why_a_store_fails() {
    let place = Place::new("guest-damaged");
    let key = place.generate("Ed25519");
    assert_eq!(place.sql("UPDATE records SET created = 1"), 1);
    let failed = place.guest(&[], SIGN, &key).exits(Errno::AlgorithmFailure.number().into());
    failed.says(&format!("wasi-crypto: version 1 of {key} in the namespace tenant does not open"));
    place.tenant("export", &[&key]).exits(DAMAGED);
    place.tenant("export", &[&"0".repeat(64)]).exits(FAILED);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
