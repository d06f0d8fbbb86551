//! `wasi-crypto run` and `compile` with components.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::passthrough;

/// Hashes "abc", and says whether the digest begins as that of SHA-256 does (FIPS 180-4).
fn hashes() -> String {
    let core = r#"(module
        (import "memory" "memory" (memory 1))
        (import "lowered" "symmetric-state-open" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
        (import "lowered" "symmetric-state-absorb" (func $absorb (param i32 i32 i32 i32)))
        (import "lowered" "symmetric-state-squeeze" (func $squeeze (param i32 i32)))
        (data (i32.const 1024) "SHA-256abc")
        (func (export "run") (result i32) (local $state i32)
            (call $open (i32.const 1024) (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 2048))
            (local.set $state (i32.load (i32.const 2052)))
            (call $absorb (local.get $state) (i32.const 1031) (i32.const 3) (i32.const 2048))
            (call $squeeze (local.get $state) (i32.const 2048))
            (i32.ne (i32.load (i32.load (i32.const 2052))) (i32.const 0xbf1678ba))))"#;
    passthrough::command(core)
}

#[test]
fn a_component_runs_and_its_result_is_the_exit_status() {
    let dir = directory("runs");
    let good = file(&dir, "good.wat", hashes().as_bytes());
    let output = wasi_crypto(&["run", "--statistics", &good]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let statistics = String::from_utf8(output.stderr).unwrap();
    assert!(statistics.contains("symmetric_state_squeeze                      1"), "{statistics}");
    assert!(statistics.contains("handles left open   1"), "{statistics}");

    let bad = file(&dir, "bad.wat", hashes().replace("SHA-256abc", "SHA-256abd").as_bytes());
    assert_eq!(wasi_crypto(&["run", &bad]).status.code(), Some(1));
    let endless = hashes().replace("(local $state i32)", "(local $state i32) (loop $again (br $again))");
    let endless = file(&dir, "endless.wat", endless.as_bytes());
    assert_eq!(wasi_crypto(&["run", "--timeout", "50ms", &endless]).status.code(), Some(142));
}

#[test]
fn a_compiled_component_runs() {
    let dir = directory("compiled");
    let text = file(&dir, "guest.wat", hashes().as_bytes());
    let compiled = dir.join("guest.cwasm").to_str().unwrap().to_owned();
    assert!(wasi_crypto(&["compile", &text, "-o", &compiled]).status.success());
    assert_eq!(wasi_crypto(&["run", &compiled]).status.code(), Some(126));
    assert_eq!(wasi_crypto(&["run", "--allow-precompiled", &compiled]).status.code(), Some(0));
}

/// What `wac plug` makes of two components has this form.
#[test]
fn two_components_run_as_one_command() {
    let signer = r#"(module
        (import "memory" "memory" (memory 1))
        (import "lowered" "keypair-generate" (func $generate (param i32 i32 i32 i32 i32 i32)))
        (import "lowered" "signature-state-open" (func $open (param i32 i32)))
        (import "lowered" "signature-state-update" (func $update (param i32 i32 i32 i32)))
        (import "lowered" "signature-state-sign" (func $sign (param i32 i32)))
        (import "lowered" "signature-export" (func $export (param i32 i32 i32)))
        (import "lowered" "array-output-len" (func $len (param i32 i32)))
        (data (i32.const 1024) "Ed25519message")
        (func $result (result i32) (i32.load (i32.const 2052)))
        (func (export "sign") (result i32) (local $state i32)
            (call $generate (i32.const 0) (i32.const 1024) (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 2048))
            (call $open (call $result) (i32.const 2048))
            (local.set $state (call $result))
            (call $update (local.get $state) (i32.const 1031) (i32.const 7) (i32.const 2048))
            (call $sign (local.get $state) (i32.const 2048))
            (call $export (call $result) (i32.const 0) (i32.const 2048))
            (call $len (call $result) (i32.const 2048))
            (call $result)))"#;
    let dir = directory("composed");
    // A signature of Ed25519 has 64 bytes (RFC 8032, section 5.1.6).
    let good = file(&dir, "good.wat", passthrough::composed(signer, 64).as_bytes());
    assert_eq!(wasi_crypto(&["run", &good]).status.code(), Some(0));
    let bad = file(&dir, "bad.wat", passthrough::composed(signer, 63).as_bytes());
    assert_eq!(wasi_crypto(&["run", &bad]).status.code(), Some(1));
}

fn wasi_crypto(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wasi-crypto")).args(args).output().unwrap()
}

fn directory(name: &str) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("component").join(name);
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

fn file(directory: &std::path::Path, name: &str, contents: &[u8]) -> String {
    let file = directory.join(name);
    std::fs::write(&file, contents).unwrap();
    file.to_str().unwrap().to_owned()
}
