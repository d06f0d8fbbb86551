//! Tells a link error, a trap and a crash apart by how an engine's process ended and what it wrote.
//!
//! Engines agree in nothing here. What they say counts first, then the exit status: known hosts give 134 both for a trap
//! and for an import that is missing, and 1 for all.

use std::process::ExitStatus;

use super::Outcome;
use crate::glob;
use crate::plain::plain;

/// What is known of an engine beyond what is known of all. Phrases are looked for as whole words, in whatever case.
#[derive(Clone, Debug, Default)]
pub(super) struct Signs {
    /// Phrases of an import that is missing.
    pub(super) link: Vec<String>,
    /// Phrases of a guest that traps.
    pub(super) trap: Vec<String>,
    /// Phrases of an engine that has lost its way.
    pub(super) crash: Vec<String>,
    /// Exit statuses of an import that is missing.
    pub(super) link_status: Vec<i32>,
    /// Exit statuses of a guest that traps.
    pub(super) trap_status: Vec<i32>,
    /// Patterns of lines that mean nothing.
    pub(super) noise: Vec<String>,
    /// Phrases of an engine whose plugin for wasi-crypto is not there.
    pub(super) no_plugin: Vec<String>,
    /// What to do about the plugin.
    pub(super) plugin: String,
}

impl Signs {
    /// What to say if the line tells that a plugin is missing.
    pub(super) fn missing_plugin(&self, line: &str) -> Option<Outcome> {
        let is_missing = self.no_plugin.iter().any(|phrase| says(line, phrase));
        is_missing.then(|| {
            let line = plain(line.trim(), 200);
            Outcome::Unusable(format!(
                "its plugin for wasi-crypto is not there, as it says itself: {line}. {}",
                self.plugin
            ))
        })
    }

    fn is_noise(&self, line: &str) -> bool {
        self.noise.iter().any(|pattern| glob::matches(pattern, line))
    }
}

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
pub(super) fn outcome(status: ExitStatus, wrote: &[String], spoke: bool, signs: &Signs) -> Outcome {
    if let Some(outcome) = wrote.iter().find_map(|line| signs.missing_plugin(line)) {
        return outcome;
    }
    let wrote: Vec<&str> = wrote.iter().map(String::as_str).filter(|line| !signs.is_noise(line)).collect();
    let find = |own: &[String], all: &[&str]| {
        let is_one =
            |line: &str| own.iter().any(|phrase| says(line, phrase)) || all.iter().any(|phrase| says(line, phrase));
        let at = wrote.iter().position(|line| is_one(line))?;
        // Rust's panics tell the place in one line and the reason in the next.
        let end = if wrote[at].ends_with(':') { wrote.len().min(at + 2) } else { at + 1 };
        Some(format!("{} ({status})", wrote[at..end].join(" ")))
    };
    if status.success() {
        // One engine only warns of an import that is missing, and traps when it is called.
        return find(&signs.link, &["failed to link import function"]).map_or(Outcome::Finished, Outcome::Link);
    }
    if !spoke && let Some(reason) = find(&signs.link, LINK) {
        return Outcome::Link(reason);
    }
    let by_signal = status.code().is_none();
    if !by_signal && let Some(reason) = find(&signs.trap, &[]) {
        return Outcome::Trap(reason);
    }
    if let Some(reason) = find(&signs.crash, CRASH) {
        return Outcome::Crash(reason);
    }
    if !by_signal && let Some(reason) = find(&[], TRAP) {
        return Outcome::Trap(reason);
    }
    let last = match wrote.as_slice() {
        [] => "it wrote nothing about it".to_owned(),
        [before @ .., last] => match before.iter().find(|line| says(line, "error")) {
            // Many command lines end with a hint, or with the cause of an error above.
            Some(error) => format!("it wrote: {error} … {last}"),
            None => format!("the last that it wrote: {last}"),
        },
    };
    match status.code() {
        Some(code) if signs.link_status.contains(&code) && !spoke => {
            Outcome::Link(format!("{status}, which this engine gives for an import that is missing; {last}"))
        }
        Some(code) if signs.trap_status.contains(&code) => {
            Outcome::Trap(format!("{status}, which this engine gives for a trap; {last}"))
        }
        Some(TRAPPED) => Outcome::Trap(format!("{status}, which engines give for a trap; {last}")),
        None if is_killed(status) => Outcome::Crash(format!(
            "the engine's process was killed ({status}), and not by this runner: systems do that when memory runs out; {last}"
        )),
        _ => Outcome::Crash(format!("the engine's process ended with {status}; {last}")),
    }
}

/// By a signal that a process cannot send itself by mistake.
#[cfg(unix)]
fn is_killed(status: ExitStatus) -> bool {
    const SIGKILL: i32 = 9;
    std::os::unix::process::ExitStatusExt::signal(&status) == Some(SIGKILL)
}

#[cfg(not(unix))]
fn is_killed(_: ExitStatus) -> bool {
    false
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
            let word = match outcome(ExitStatus::from_raw(*status), &wrote, false, &Signs::default()) {
                Outcome::Finished => "finished",
                Outcome::Link(_) => "link",
                Outcome::Trap(_) => "trap",
                Outcome::Crash(_) => "crash",
                Outcome::Timeout | Outcome::Spent | Outcome::Unusable(_) => "other",
            };
            assert_eq!(word, *expected, "{status} {line}");
        }
    }

    #[test]
    fn an_error_is_told_along_with_what_stands_behind_it() {
        let reason = |lines: &[&str]| {
            let wrote: Vec<String> = lines.iter().map(ToString::to_string).collect();
            match outcome(ExitStatus::from_raw(exit(2)), &wrote, false, &Signs::default()) {
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
    fn what_an_engine_file_says_counts_first() {
        let list = |phrases: &[&str]| phrases.iter().map(ToString::to_string).collect::<Vec<_>>();
        let signs = Signs {
            link: list(&["no such function"]),
            trap: list(&["guest aborted"]),
            crash: list(&["oh dear"]),
            link_status: vec![70],
            trap_status: vec![71],
            noise: list(&["[info]*"]),
            no_plugin: list(&["crypto plugin not loaded"]),
            plugin: "Put it into /plugins.".to_owned(),
        };
        let of = |status: i32, line: &str| outcome(ExitStatus::from_raw(status), &[line.to_owned()], false, &signs);
        assert!(matches!(of(exit(1), "No such function: f"), Outcome::Link(_)));
        assert!(matches!(of(exit(0), "no such function: f"), Outcome::Link(_)));
        assert!(matches!(of(exit(1), "the guest aborted"), Outcome::Trap(_)), "of all engines, that is a crash");
        assert!(matches!(of(exit(1), "oh dear: trap"), Outcome::Crash(_)));
        assert!(matches!(of(exit(70), ""), Outcome::Link(_)));
        assert!(matches!(of(exit(71), ""), Outcome::Trap(_)));
        assert!(matches!(of(exit(1), "[info] trap handler set"), Outcome::Crash(_)));
        assert!(matches!(of(exit(1), "trap handler set"), Outcome::Trap(_)));
        let Outcome::Unusable(sentence) = of(exit(0), "[error] crypto plugin not loaded") else { panic!() };
        assert!(sentence.ends_with("[error] crypto plugin not loaded. Put it into /plugins."), "{sentence}");
    }

    #[test]
    fn a_process_that_somebody_kills_may_have_used_too_much_memory() {
        let Outcome::Crash(reason) = outcome(ExitStatus::from_raw(9), &[], false, &Signs::default()) else { panic!() };
        assert!(reason.contains("SIGKILL") && reason.contains("when memory runs out"), "{reason}");
    }

    #[test]
    fn a_guest_that_has_spoken_was_linked() {
        let wrote = ["unknown import".to_owned()];
        assert!(matches!(outcome(ExitStatus::from_raw(exit(1)), &wrote, true, &Signs::default()), Outcome::Crash(_)));
    }
}
