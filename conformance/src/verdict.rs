//! What the runner says of a case, and how it comes to say it.

use wasi_crypto_interface::Errno;

use crate::case::{Case, Kind, Relation, Step, Strength, Value, bit};
use crate::cause::{Cause, StepKind};
use crate::guest::Program;
use crate::{hex, repro};

/// What came of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
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
    /// The runner does not run the case on this engine.
    Skip,
    /// It came to what an expectation file says, which is not what the text asks for.
    Xfail,
    /// An expectation file says that it goes wrong, and it does not.
    Xpass,
}

impl Verdict {
    /// All verdicts, in the order of reports.
    pub const ALL: [Self; 11] = [
        Self::Pass,
        Self::Fail,
        Self::Warn,
        Self::Info,
        Self::Na,
        Self::Skip,
        Self::Trap,
        Self::Crash,
        Self::Timeout,
        Self::Xfail,
        Self::Xpass,
    ];

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
            Self::Xfail => "xfail",
            Self::Xpass => "xpass",
        }
    }

    /// Whether a run with such a case is red.
    pub fn is_unexpected(self) -> bool {
        matches!(self, Self::Fail | Self::Trap | Self::Crash | Self::Timeout | Self::Xpass)
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
    /// What was called there, with what, if it was a call.
    pub call: String,
    /// What kind of thing went wrong, if something did: results with the same cause are one finding.
    pub cause: Option<Cause>,
    /// How many steps the case has.
    pub steps: usize,
    /// Whether it went wrong at first, and well when it was run again.
    pub unsteady: bool,
}

impl CaseResult {
    pub(crate) fn new(case: &Case, judgement: Judgement) -> Self {
        let Judgement { verdict, observed, expected, call, cause, unsteady } = judgement;
        Self {
            id: case.id.clone(),
            requirements: case.requirements.clone(),
            algorithm: case.algorithms.first().cloned().unwrap_or_default(),
            kind: case.kind.name(),
            verdict,
            observed,
            expected,
            call,
            cause,
            steps: Program::of(case)[0].numbered_steps().len(),
            unsteady,
        }
    }

    /// What a probe has found that is as it should be.
    pub(crate) fn probe(id: String, requirements: Vec<String>, algorithm: &str) -> Self {
        Self {
            id,
            requirements,
            algorithm: algorithm.to_owned(),
            kind: Kind::Probe.name(),
            verdict: Verdict::Pass,
            observed: String::new(),
            expected: String::new(),
            call: String::new(),
            cause: None,
            steps: 1,
            unsteady: false,
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
    pub(crate) call: String,
    pub(crate) cause: Option<Cause>,
    /// Whether it went wrong at first, and well when it was run again.
    pub(crate) unsteady: bool,
}

impl Judgement {
    pub(crate) fn new(verdict: Verdict, observed: impl Into<String>, expected: impl Into<String>) -> Self {
        let (observed, expected) = (observed.into(), expected.into());
        Self { verdict, observed, expected, call: String::new(), cause: None, unsteady: false }
    }

    fn because(self, cause: Cause) -> Self {
        Self { cause: Some(cause), ..self }
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
            // The way to the preferred alternative ends here.
            let Judgement { call, cause, .. } = judgements.swap_remove(0);
            let function = cause.map(|cause| cause.function).unwrap_or_default();
            let cause = Cause::new(&function, StepKind::Answer, names[n], names[0]);
            Judgement { call, ..Judgement::new(verdict, names[n], names[0]).because(cause) }
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
        End::Failed(step, value) => Judgement { verdict: failed, ..describe(program, &steps, *step, value) },
        End::Trapped(reason) => {
            let verdict = if case.may_trap { Verdict::Info } else { Verdict::Trap };
            Judgement::new(verdict, format!("trap: {reason}"), "an answer")
                .because(Cause::ended(StepKind::Trap, reason))
        }
        End::Crashed(reason) => {
            Judgement::new(Verdict::Crash, reason.clone(), "an answer").because(Cause::ended(StepKind::Crash, reason))
        }
        End::TimedOut => Judgement::new(Verdict::Timeout, "no answer in time", "an answer")
            .because(Cause::ended(StepKind::Timeout, "no answer in time")),
        End::Passed => {
            if let Some(oracle) = &case.oracle
                && let Err(wrong) = oracle(&said.dumps)
            {
                // What has made the bytes counts, and not what was done with them afterwards.
                let dump = steps.iter().rposition(|step| matches!(step, Step::Dump { .. })).unwrap_or(steps.len());
                let cause = Cause::new(last_function(&steps, dump), StepKind::Output, "wrong", "right");
                return Judgement::new(failed, wrong, "what an independent implementation accepts").because(cause);
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
                    worst = Judgement { verdict, ..describe(program, &steps, *step, value) };
                }
            }
            worst
        }
    }
}

/// What a step saw and what it wanted, in words.
fn describe(program: Program<'_>, steps: &[&Step], step: u32, value: &str) -> Judgement {
    let index = step as usize;
    let said = |observed, expected, cause| Judgement::new(Verdict::Fail, observed, expected).because(cause);
    let last = last_function(steps, index);
    let Some(found) = steps.get(index) else {
        let mut guards = program.case.image.all_guards();
        return match guards.nth(index - steps.len()) {
            Some((start, len)) => said(
                format!("bytes {start} to {} outside of any buffer were changed to {value}", start + len),
                "bytes outside of buffers are left alone".to_owned(),
                Cause::new(last, StepKind::Memory, "bytes outside of buffers were changed", "left alone"),
            ),
            None => said(
                "input data was changed".to_owned(),
                "input data is left alone".to_owned(),
                Cause::new(last, StepKind::Memory, "input data was changed", "left alone"),
            ),
        };
    };
    let place = format!("step {step}");
    let output = |seen: &str| Cause::new(last, StepKind::Output, seen, "");
    match found {
        Step::Call { function, expect, .. } => {
            let answer = number(value).map_or_else(
                || value.to_owned(),
                |n| Errno::from_number(n).map_or_else(|| format!("the unknown status {n}"), |e| e.name().to_owned()),
            );
            let cause = Cause::new(function.name(), StepKind::Answer, &answer, &expect.best_names());
            let observed = format!("{place}: {} answered {answer}", function.name());
            Judgement { call: repro::sentence(program.case, found), ..said(observed, expect.to_string(), cause) }
        }
        Step::Bytes { equal: true, right, len, .. } => {
            let expected = constant(program, *right, *len).unwrap_or_else(|| "the same bytes".to_owned());
            said(format!("{place}: bytes {value}"), expected, output("wrong bytes"))
        }
        Step::Bytes { .. } => {
            let cause = Cause::new(last, StepKind::Distinct, "the same bytes", "different bytes");
            said(format!("{place}: bytes {value}"), "different bytes".to_owned(), cause)
        }
        Step::Filled { byte, .. } => {
            said(format!("{place}: bytes {value}"), format!("nothing but {byte:02x}"), output("bytes were written"))
        }
        Step::Numbers { relation, right, .. } => {
            let (left, seen) = value.split_once(' ').unwrap_or((value, ""));
            let word = match relation {
                Relation::Equal => "",
                Relation::NotEqual => "not ",
                Relation::AtMost => "at most ",
                Relation::AtLeast => "at least ",
            };
            let right = if let Value::Number(n) = right { n.to_string() } else { decimal(seen) };
            said(format!("{place}: {}", decimal(left)), format!("{word}{right}"), output("a wrong number"))
        }
        _ => said(format!("{place}: {value}"), String::new(), output("")),
    }
}

/// What was called before a step. What pulls an output only brings it: what has made it counts.
fn last_function(steps: &[&Step], before: usize) -> &'static str {
    let name = |step: &&Step| match step {
        Step::Call { function, .. } => Some(function.name()),
        _ => None,
    };
    let mut names = steps[..before.min(steps.len())].iter().rev().filter_map(name);
    let carries =
        ["array_output_pull", "array_output_len", "symmetric_tag_pull", "symmetric_tag_len", "signature_export"];
    let closes = |name: &str| name.ends_with("_close");
    let last = names.clone().find(|name| !closes(name));
    names.find(|name| !carries.contains(name) && !closes(name)).or(last).unwrap_or_default()
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
