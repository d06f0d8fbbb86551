//! A module whose exports hand their arguments on to the host, under the host's names.

use std::fmt::Write;

use wasi_crypto_host::{CoreType, Errno, hostcalls};

use super::Transport;

/// A module with an import and a forwarding export for each function, and a few of its own.
pub fn forwarder(memory: &str) -> String {
    let wasm_type = |ty: &CoreType| match ty {
        CoreType::I32 => " i32",
        CoreType::I64 => " i64",
    };
    let (mut imports, mut exports) = (String::new(), String::new());
    for hostcall in hostcalls() {
        let (module, name, params) = (hostcall.module(), hostcall.name(), hostcall.core_params());
        let types: String = params.iter().map(wasm_type).collect();
        let gets: String = (0..params.len()).map(|i| format!(" (local.get {i})")).collect();
        writeln!(imports, r#"(import "{module}" "{name}" (func ${name} (param{types}) (result i32)))"#).unwrap();
        writeln!(exports, r#"(func (export "{name}") (param{types}) (result i32) (call ${name}{gets}))"#).unwrap();
    }
    // `memory` may be an import, and those come first.
    format!(
        r#"(module {imports} {memory} {exports}
            (func (export "peek") (param i32) (result i32) (i32.load8_u (local.get 0)))
            (func (export "poke") (param i32 i32) (result i32) (i32.store8 (local.get 0) (local.get 1)) (i32.const 0))
            (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
            (func (export "spin") (loop $again (drop (call $options_close (i32.const 0))) (br $again))))"#
    )
}

/// Holds of a guest that exports no memory.
pub fn assert_has_no_bytes_to_point_to(guest: &mut impl Transport) {
    for hostcall in hostcalls() {
        let errno = guest.call(hostcall, &vec![0; hostcall.core_params().len()]);
        if hostcall.name().starts_with("batch_") {
            assert_eq!(errno, Errno::Success, "an empty batch needs no memory: {}", hostcall.name());
        } else if hostcall.is_implemented() && !hostcall.results().is_empty() {
            assert_eq!(errno, Errno::GuestError, "{}", hostcall.name());
        } else {
            assert_ne!(errno, Errno::Success, "{}", hostcall.name());
        }
    }
}
