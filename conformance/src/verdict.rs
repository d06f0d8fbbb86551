//! What the runner says of a case, and how it comes to say it.

use wasi_crypto_interface::Errno;

use crate::case::{Case, Relation, Step, Strength, Value, bit};
use crate::guest::Program;
use crate::hex;

/// What came of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As expected.
    Pass,
    /// The text leaves the point open; what was observed says what the host does.
    Info,
    /// A recommendation is not met.
    Warn,
    /// Not what the text asks for.
    Fail,
    /// The guest trapped.
    Trap,
    /// The engine's process ended.
    Crash,
    /// The guest did not go on.
    Timeout,
    /// The host does not have what the case needs.
    Na,
    /// The runner cannot run the case on this engine.
    Skip,
}

impl Verdict {
    /// All verdicts, in the order of reports.
    pub const ALL: [Self; 9] =
        [Self::Pass, Self::Fail, Self::Warn, Self::Info, Self::Na, Self::Skip, Self::Trap, Self::Crash, Self::Timeout];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Trap => "trap",
            Self::Crash => "crash",
            Self::Timeout => "timeout",
            Self::Na => "na",
            Self::Skip => "skip",
        }
    }

    /// Whether a run with such a case is red.
    pub fn is_unexpected(self) -> bool {
        matches!(self, Self::Fail | Self::Trap | Self::Crash | Self::Timeout)
    }
}

/// A case and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseResult {
    /// The id of the case.
    pub id: String,
    /// The requirements that it is about.
    pub requirements: Vec<String>,
    /// The algorithm that it is about, or nothing.
    pub algorithm: String,
    /// The name of its kind.
    pub kind: &'static str,
    /// What came of it.
    pub verdict: Verdict,
    /// What the host did where that was not simply as expected.
    pub observed: String,
    /// What it should have done there.
    pub expected: String,
}

impl CaseResult {
    pub(crate) fn new(case: &Case, verdict: Verdict, observed: String, expected: String) -> Self {
        Self {
            id: case.id.clone(),
            requirements: case.requirements.clone(),
            algorithm: case.algorithms.first().cloned().unwrap_or_default(),
            kind: case.kind.name(),
            verdict,
            observed,
            expected,
        }
    }
}

/// How a program of a guest ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Passed,
    /// The step, and what was seen there.
    Failed(u32, String),
    Trapped(String),
    Crashed(String),
    TimedOut,
}

/// All that a program of a guest said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Transcript {
    pub(crate) end: End,
    pub(crate) notes: Vec<(u32, String)>,
    pub(crate) dumps: Vec<Vec<u8>>,
}

impl Default for Transcript {
    /// Nothing was said, and nothing went wrong.
    fn default() -> Self {
        Self { end: End::Passed, notes: Vec::new(), dumps: Vec::new() }
    }
}

/// A verdict with what was observed and what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    pub(crate) observed: String,
    pub(crate) expected: String,
}

impl Judgement {
    fn new(verdict: Verdict, observed: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { verdict, observed: observed.into(), expected: expected.into() }
    }
}

/// Judges a case by the transcripts of its programs, in the order of [`Program::of`].
pub(crate) fn judge(case: &Case, transcripts: &[Transcript]) -> Judgement {
    let judgements = Program::of(case).into_iter().zip(transcripts).map(|(program, said)| judge_one(program, said));
    let mut judgements: Vec<Judgement> = judgements.collect();
    if case.alternatives.is_empty() {
        return judgements.pop().unwrap_or_else(|| Judgement::new(Verdict::Skip, "not run", ""));
    }
    let good = judgements.iter().position(|judgement| !judgement.verdict.is_unexpected());
    match good {
        Some(0) => judgements.swap_remove(0),
        Some(n) => {
            let names = case.alternatives.iter().map(|alternative| alternative.name.as_str());
            let names: Vec<&str> = names.collect();
            let verdict = judgements[n].verdict.max(Verdict::Info);
            Judgement::new(verdict, names[n], names[0])
        }
        None => judgements.swap_remove(0),
    }
}

fn judge_one(program: Program<'_>, said: &Transcript) -> Judgement {
    let case = program.case;
    let steps = program.numbered_steps();
    let failed = match case.strength {
        Strength::Must => Verdict::Fail,
        Strength::Should => Verdict::Warn,
        Strength::May => Verdict::Info,
    };
    match &said.end {
        End::Failed(step, value) => {
            let (observed, expected) = describe(program, &steps, *step, value);
            Judgement::new(failed, observed, expected)
        }
        End::Trapped(reason) => {
            let verdict = if case.may_trap { Verdict::Info } else { Verdict::Trap };
            Judgement::new(verdict, format!("trap: {reason}"), "an answer")
        }
        End::Crashed(reason) => Judgement::new(Verdict::Crash, reason.clone(), "an answer"),
        End::TimedOut => Judgement::new(Verdict::Timeout, "no answer in time", "an answer"),
        End::Passed => {
            if let Some(oracle) = &case.oracle
                && let Err(wrong) = oracle(&said.dumps)
            {
                return Judgement::new(failed, wrong, "what an independent implementation accepts");
            }
            let mut worst = Judgement::new(Verdict::Pass, "", "");
            for (step, value) in &said.notes {
                let verdict = match steps.get(*step as usize) {
                    Some(Step::Call { expect, .. }) => match number(value).and_then(Errno::from_number).map(bit) {
                        Some(bit) if bit & expect.best != 0 => continue,
                        Some(bit) if bit & expect.info != 0 => Verdict::Info,
                        _ => Verdict::Warn,
                    },
                    Some(
                        Step::Bytes { strength: Strength::May, .. }
                        | Step::Filled { strength: Strength::May, .. }
                        | Step::Numbers { strength: Strength::May, .. },
                    ) => Verdict::Info,
                    _ => Verdict::Warn,
                };
                if verdict > worst.verdict {
                    let (observed, expected) = describe(program, &steps, *step, value);
                    worst = Judgement::new(verdict, observed, expected);
                }
            }
            worst
        }
    }
}

/// What a step saw and what it wanted, in words.
fn describe(program: Program<'_>, steps: &[&Step], step: u32, value: &str) -> (String, String) {
    let index = step as usize;
    let Some(found) = steps.get(index) else {
        let mut guards = program.case.image.all_guards();
        return match guards.nth(index - steps.len()) {
            Some((start, len)) => (
                format!("bytes {start} to {} outside of any buffer were changed to {value}", start + len),
                "bytes outside of buffers are left alone".to_owned(),
            ),
            None => ("input data was changed".to_owned(), "input data is left alone".to_owned()),
        };
    };
    let place = format!("step {step}");
    match found {
        Step::Call { function, expect, .. } => {
            let answer = number(value).map_or_else(
                || value.to_owned(),
                |n| Errno::from_number(n).map_or_else(|| format!("the unknown status {n}"), |e| e.name().to_owned()),
            );
            (format!("{place}: {} answered {answer}", function.name()), expect.to_string())
        }
        Step::Bytes { equal: true, right, len, .. } => {
            let expected = constant(program, *right, *len).unwrap_or_else(|| "the same bytes".to_owned());
            (format!("{place}: bytes {value}"), expected)
        }
        Step::Bytes { .. } => (format!("{place}: bytes {value}"), "different bytes".to_owned()),
        Step::Filled { byte, .. } => (format!("{place}: bytes {value}"), format!("nothing but {byte:02x}")),
        Step::Numbers { relation, right, .. } => {
            let (left, seen) = value.split_once(' ').unwrap_or((value, ""));
            let word = match relation {
                Relation::Equal => "",
                Relation::NotEqual => "not ",
                Relation::AtMost => "at most ",
                Relation::AtLeast => "at least ",
            };
            let right = if let Value::Number(n) = right { n.to_string() } else { decimal(seen) };
            (format!("{place}: {}", decimal(left)), format!("{word}{right}"))
        }
        _ => (format!("{place}: {value}"), String::new()),
    }
}

/// The bytes of input data that a check compares with, as many as the guest shows.
fn constant(program: Program<'_>, at: Value, len: Value) -> Option<String> {
    let (Value::Address(pointer), Value::Number(len)) = (at, len) else { return None };
    if pointer.region != crate::case::Region::Constant {
        return None;
    }
    let bytes = program.case.image.constants.get(pointer.offset as usize..)?.get(..len.min(64) as usize)?;
    Some(format!("bytes {}", hex::encode(bytes)))
}

fn number(hex: &str) -> Option<u32> {
    u32::from_str_radix(hex, 16).ok()
}

fn decimal(hex: &str) -> String {
    u64::from_str_radix(hex, 16).map_or_else(|_| hex.to_owned(), |n| n.to_string())
}
