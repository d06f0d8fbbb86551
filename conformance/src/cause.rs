//! Causes: what kind of thing went wrong. Results with one cause are one finding.

use serde::{Deserialize, Serialize};

/// What kind of thing went wrong, whatever the algorithm and the data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cause {
    /// The function that answered, or that was called last before a check; empty if none was.
    pub function: String,
    /// What kind of step it was.
    pub step: StepKind,
    /// The answer, or what was seen, without anything that differs from case to case.
    pub seen: String,
    /// What the answer should have been, in the same way.
    pub wanted: String,
}

/// What kind of step went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// The status of a call.
    Answer,
    /// Bytes that the host wrote, or a length.
    Output,
    /// Two outputs that must not be the same, such as nonces.
    Distinct,
    /// Memory that is none of the call's.
    Memory,
    /// The guest trapped.
    Trap,
    /// The engine's process ended.
    Crash,
    /// There was no answer.
    Timeout,
    /// Something is not there: a function, an algorithm, an encoding.
    Missing,
}

impl StepKind {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Output => "output",
            Self::Distinct => "distinct",
            Self::Memory => "memory",
            Self::Trap => "trap",
            Self::Crash => "crash",
            Self::Timeout => "timeout",
            Self::Missing => "missing",
        }
    }
}

impl Cause {
    pub(crate) fn new(function: &str, step: StepKind, seen: &str, wanted: &str) -> Self {
        Self { function: function.to_owned(), step, seen: seen.to_owned(), wanted: wanted.to_owned() }
    }

    /// Something is not there, and `seen` is how the host says so.
    pub(crate) fn missing(function: &str, what: &str, seen: &str) -> Self {
        Self::new(function, StepKind::Missing, seen, what)
    }

    /// An end that the guest did not choose, for a reason in the engine's words.
    pub(crate) fn ended(step: StepKind, reason: &str) -> Self {
        const LEN: usize = 120;
        let seen = match reason.find(PANIC) {
            // The place of a panic is its cause. What follows the message is not.
            Some(at) => {
                without_folders(reason[at + PANIC.len()..].split(" stack backtrace").next().unwrap_or_default())
            }
            None => without_numbers(reason),
        };
        let seen: String = seen.split(" note: run with").next().unwrap_or_default().chars().take(LEN).collect();
        Self::new("", step, seen.trim(), "an answer")
    }
}

/// What Rust programs say that give up.
const PANIC: &str = "panicked at ";

/// What was said of a panic. Where sources were is another place on each machine: the last folders and the file are kept.
fn without_folders(panic: &str) -> String {
    let (place, message) = panic.split_once(' ').unwrap_or((panic, ""));
    let is_absolute = place.starts_with('/') || place.contains(":\\");
    let parts: Vec<&str> = place.split(['/', '\\']).collect();
    let kept = if is_absolute { parts[parts.len().saturating_sub(3)..].join("/") } else { place.to_owned() };
    format!("{PANIC}{kept} {message}")
}

/// Addresses, process numbers and times are not the same twice.
fn without_numbers(text: &str) -> String {
    let mut seen = String::new();
    for c in text.chars() {
        match c.is_ascii_digit() {
            true if seen.ends_with('#') => {}
            true => seen.push('#'),
            false => seen.push(c),
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_is_no_part_of_a_cause() {
        let crash = |reason: &str| Cause::ended(StepKind::Crash, reason).seen;
        assert_eq!(crash("signal: 11 (core dumped) at 0x7f21"), "signal: # (core dumped) at #x#f#");
        let panic =
            "it ended (exit status: 101) thread 'x' (4711) panicked at src/a.rs:7:9: no key stack backtrace: 0: a";
        assert_eq!(crash(panic), "panicked at src/a.rs:7:9: no key");
        for folder in ["/root/.cargo/registry/src/index-1949cf", "/home/x", "C:\\cargo"] {
            let panic = crash(&format!("thread 'main' panicked at {folder}/array-0.14.7/src/lib.rs:572:9: assertion"));
            assert_eq!(panic, "panicked at array-0.14.7/src/lib.rs:572:9: assertion");
        }
        let long = |id: &str| crash(&format!("process {id} {}", "x".repeat(500)));
        assert_eq!(long("1"), long("123456"));
    }
}
