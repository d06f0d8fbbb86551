//! Tells a link error, a trap and a crash apart by how an engine's process ended and what it wrote.
//!
//! Engines agree in nothing here. What they say counts first, then the exit status: known hosts give 134 both for a trap
//! and for an import that is missing, and 1 for all.

use std::process::ExitStatus;

use super::Outcome;

/// What wasmtime, WasmEdge, wasmer, JavaScript engines, wasmi, wasm3, iwasm, wazero and `wasi-crypto run` say of an
/// import that is missing or has another type.
const LINK: &[&str] = &[
    "unknown import",
    "incompatible import type",
    "error while importing",
    "LinkError",
    "is not an object or function",
    "cannot find definition for import",
    "missing imported function",
    "failed to link import function",
    "failed to call unlinked import function",
    "is not exported in module",
    "not instantiated",
    "neither in WASI preview 1 nor in wasi-crypto",
    "cannot be linked",
];

/// What a process says that has lost its way itself.
const CRASH: &[&str] = &[
    "panicked at",
    "segmentation fault",
    "core dumped",
    "aborted",
    "assertion failed",
    "terminate called",
    "fatal error",
    "AddressSanitizer",
];

/// What engines say of a guest that traps.
const TRAP: &[&str] =
    &["trap", "trapped", "unreachable", "out of bounds", "RuntimeError", "execution failed", "wasm error", "exception"];

/// The exit status of a process that a shell has seen end with SIGABRT, with which several engines report a trap.
const TRAPPED: i32 = 134;

/// `wrote` are the lines that were not the guest's. `spoke`: the guest did write, so that it was linked.
pub(super) fn outcome(status: ExitStatus, wrote: &[String], spoke: bool) -> Outcome {
    let find = |phrases: &[&str]| {
        let at = wrote.iter().position(|line| phrases.iter().any(|phrase| says(line, phrase)))?;
        // Rust's panics tell the place in one line and the reason in the next.
        let end = if wrote[at].ends_with(':') { wrote.len().min(at + 2) } else { at + 1 };
        Some(format!("{} ({status})", wrote[at..end].join(" ")))
    };
    if status.success() {
        // One engine only warns of an import that is missing, and traps when it is called.
        return find(&["failed to link import function"]).map_or(Outcome::Finished, Outcome::Link);
    }
    if !spoke && let Some(reason) = find(LINK) {
        return Outcome::Link(reason);
    }
    let by_signal = status.code().is_none();
    if let Some(reason) = find(CRASH) {
        return Outcome::Crash(reason);
    }
    if !by_signal && let Some(reason) = find(TRAP) {
        return Outcome::Trap(reason);
    }
    let last = match wrote {
        [] => "it wrote nothing about it".to_owned(),
        [before @ .., last] => match before.iter().find(|line| says(line, "error")) {
            // Many command lines end with a hint, or with the cause of an error above.
            Some(error) => format!("it wrote: {error} … {last}"),
            None => format!("the last that it wrote: {last}"),
        },
    };
    match status.code() {
        Some(TRAPPED) => Outcome::Trap(format!("{status}, which engines give for a trap; {last}")),
        _ => Outcome::Crash(format!("the engine's process ended with {status}; {last}")),
    }
}

/// Whether the phrase is in the line, as whole words, in whatever case.
fn says(line: &str, phrase: &str) -> bool {
    let (line, phrase) = (line.to_ascii_lowercase(), phrase.to_ascii_lowercase());
    line.match_indices(&phrase).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + phrase.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    const fn exit(code: i32) -> i32 {
        code << 8
    }

    /// What engines were seen to write, and the wait status of their processes; SIGSEGV is 11, SIGABRT 6.
    #[test]
    fn what_engines_say_is_understood() {
        let cases: &[(i32, &str, &str)] = &[
            (exit(0), "", "finished"),
            (exit(0), "[error] WASI-Crypto plugin not installed", "finished"),
            (exit(0), "[04:37:27:429]: warning: failed to link import function (env, f)", "link"),
            (exit(1), "[error] instantiation failed: unknown import, Code: 0x302", "link"),
            (exit(134), "Error: unknown import: `wasi_ephemeral_crypto_kx::kx_dh` has not been defined", "link"),
            (
                exit(1),
                "TypeError: WebAssembly.Instance(): Import #0 \"env\": module is not an object or function",
                "link",
            ),
            (
                exit(1),
                "LinkError: WebAssembly.Instance(): Import #0 \"env\" \"f\": function import requires a callable",
                "link",
            ),
            (
                exit(126),
                "wasi-crypto: g.wasm imports `f` from `env`, which is neither in WASI preview 1 nor in wasi-crypto",
                "link",
            ),
            (exit(134), "[error] execution failed: unreachable, Code: 0x40a", "trap"),
            (exit(134), "", "trap"),
            (exit(134), "wasi-crypto: g.wasm trapped: wasm `unreachable` instruction executed", "trap"),
            (exit(1), "RuntimeError: unreachable", "trap"),
            (exit(101), "thread 'main' panicked at src/lib.rs:7:9: unreachable trap", "crash"),
            (exit(139), "Segmentation fault (core dumped)", "crash"),
            (exit(1), "bootstrap failed", "crash"),
            (exit(1), "", "crash"),
            (11, "", "crash"),
            (6, "trap", "crash"),
        ];
        for (status, line, expected) in cases {
            let wrote: Vec<String> =
                Some(line).filter(|line| !line.is_empty()).map(ToString::to_string).into_iter().collect();
            let word = match outcome(ExitStatus::from_raw(*status), &wrote, false) {
                Outcome::Finished => "finished",
                Outcome::Link(_) => "link",
                Outcome::Trap(_) => "trap",
                Outcome::Crash(_) => "crash",
                Outcome::Timeout | Outcome::Unusable(_) => "other",
            };
            assert_eq!(word, *expected, "{status} {line}");
        }
    }

    #[test]
    fn an_error_is_told_along_with_what_stands_behind_it() {
        let reason = |lines: &[&str]| {
            let wrote: Vec<String> = lines.iter().map(ToString::to_string).collect();
            match outcome(ExitStatus::from_raw(exit(2)), &wrote, false) {
                Outcome::Crash(reason) => reason,
                _ => panic!("{lines:?}"),
            }
        };
        let wrong_use = ["error: unexpected argument '-x' found", "Usage: mine run FILE", "try '--help'."];
        assert!(reason(&wrong_use).ends_with("it wrote: error: unexpected argument '-x' found … try '--help'."));
        assert!(reason(&["hello", "error: no"]).ends_with("the last that it wrote: error: no"));
        assert!(reason(&["terrors", "no"]).ends_with("the last that it wrote: no"));
    }

    #[test]
    fn a_guest_that_has_spoken_was_linked() {
        let wrote = ["unknown import".to_owned()];
        assert!(matches!(outcome(ExitStatus::from_raw(exit(1)), &wrote, true), Outcome::Crash(_)));
    }
}
