//! A guest that recurses without end is ended, on each engine of this build, and its host goes on.
#![cfg(unix)]

use std::time::Duration;

use wasi_crypto_conformance::engine::worker::WorkerEngine;
use wasi_crypto_conformance::engine::{Engine, Heard, Outcome, Template};

const ENGINES: [(&str, bool); 4] = [
    ("wasmtime", cfg!(feature = "embedded")),
    ("wasmi", cfg!(feature = "wasmi")),
    ("wasmer", cfg!(feature = "wasmer")),
    ("wasm3", cfg!(feature = "wasm3")),
];

#[test]
fn a_guest_that_recurses_as_deep_as_it_can_does_not_end_the_host() {
    let recursive = wat::parse_str(include_str!("../../wasi-crypto-host/tests/support/recursive.wat")).unwrap();
    let other = wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "_start")))"#).unwrap();
    for (name, _) in ENGINES.into_iter().filter(|(_, is_here)| *is_here) {
        let command = format!("'{}' --worker {name}", env!("CARGO_BIN_EXE_wasi-crypto-conformance"));
        let engine = WorkerEngine::of_command(Template::worker(&command).unwrap());
        let mut session = engine.session().unwrap();
        let mut run = |module: &[u8]| session.run(module, &mut |_| Heard::Noise, Duration::from_secs(60));
        let outcome = run(&recursive);
        let is_trap = |outcome: &Outcome| matches!(outcome, Outcome::Trap(reason) if !reason.contains("unreachable"));
        assert!(is_trap(&outcome), "{name}: {outcome:?}");
        assert_eq!(run(&other), Outcome::Finished, "{name}");
    }
}
