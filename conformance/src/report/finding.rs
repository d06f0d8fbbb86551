//! Findings: results with one cause, across algorithms and cases, as one thing with a name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::Entry;
use crate::catalogue;
use crate::cause::{Cause, StepKind};
use crate::verdict::Verdict;

/// What a host gets wrong, or does in its own way, in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Made of the cause, so that it stays the same from run to run.
    pub id: String,
    /// How bad it is.
    pub severity: Severity,
    /// The verdict of its results.
    pub verdict: Verdict,
    /// What it is, in a sentence.
    pub title: String,
    /// What its results have in common.
    pub cause: Cause,
    /// How many cases and probes belong to it.
    pub count: usize,
    /// The algorithms that it concerns.
    pub algorithms: Vec<String>,
    /// The strongest requirement that is broken.
    pub requirement: BrokenRequirement,
    /// All requirements of its results, those of most results first.
    pub requirements: Vec<String>,
    /// The smallest case that shows it.
    pub minimal: Minimal,
    /// Why an expectation file says that it is known, if it does for all results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
}

/// A requirement and what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenRequirement {
    /// Its id in `requirements.tsv`.
    pub id: String,
    /// MUST, SHOULD, MAY, their negations, or "implicit".
    pub strength: String,
    /// What it says.
    pub text: String,
}

/// The smallest case that shows a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minimal {
    /// Its id.
    pub id: String,
    /// What was called there, with what.
    pub call: String,
    /// What was observed.
    pub observed: String,
    /// What was expected.
    pub expected: String,
}

/// How bad a finding is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// A key or a forgery gets out.
    KeyOrForgery,
    /// The host dies, hangs, or writes to memory that is none of the call's.
    HostDies,
    /// A wrong result.
    WrongResult,
    /// Something that must be there is not.
    Missing,
    /// An error, but another one than the text asks for.
    WrongError,
    /// A recommendation is not met.
    Recommendation,
    /// The text leaves it open, and the host answers otherwise than this project's.
    Open,
}

impl Severity {
    /// All, the worst first.
    pub const ALL: [Self; 7] = [
        Self::KeyOrForgery,
        Self::HostDies,
        Self::WrongResult,
        Self::Missing,
        Self::WrongError,
        Self::Recommendation,
        Self::Open,
    ];

    /// In words.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::KeyOrForgery => "a key or a forgery gets out",
            Self::HostDies => "the host dies or is corrupted",
            Self::WrongResult => "a wrong result",
            Self::Missing => "something is missing",
            Self::WrongError => "a wrong error",
            Self::Recommendation => "a recommendation is not met",
            Self::Open => "the text leaves it open",
        }
    }

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::KeyOrForgery => "key-or-forgery",
            Self::HostDies => "host-dies",
            Self::WrongResult => "wrong-result",
            Self::Missing => "missing",
            Self::WrongError => "wrong-error",
            Self::Recommendation => "recommendation",
            Self::Open => "open",
        }
    }

    /// Whether such a finding makes a run red.
    pub fn is_unexpected(self) -> bool {
        self < Self::Recommendation
    }
}

/// Groups what is not as expected, and tells each entry its finding. The gravest come first.
pub(super) fn group(probes: &mut [Entry], cases: &mut [Entry]) -> Vec<Finding> {
    let mut mentions: BTreeMap<String, usize> = BTreeMap::new();
    for id in cases.iter().flat_map(|entry| &entry.requirements) {
        *mentions.entry(id.clone()).or_default() += 1;
    }
    let mut groups: BTreeMap<(Class, Cause), Vec<&mut Entry>> = BTreeMap::new();
    for entry in probes.iter_mut().chain(cases) {
        let Some(class) = Class::of(entry.verdict) else { continue };
        let cause = entry.cause.clone().unwrap_or_else(|| Cause::new("", StepKind::Output, "something else", ""));
        groups.entry((class, common(cause))).or_default().push(entry);
    }
    let mut findings: Vec<Finding> = Vec::new();
    for ((class, cause), mut entries) in groups {
        let mut finding = make(class, cause, &entries, &mentions);
        // Two causes may read alike once their names are shortened.
        let same = findings.iter().filter(|known| known.id == finding.id).count();
        if same > 0 {
            finding.id.push_str(&format!("-{}", same + 1));
        }
        for entry in &mut entries {
            entry.finding = Some(finding.id.clone());
        }
        findings.push(finding);
    }
    findings.sort_by(|a, b| (a.severity, b.count, &a.id).cmp(&(b.severity, a.count, &b.id)));
    findings
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Unexpected,
    Recommendation,
    Open,
}

impl Class {
    fn of(verdict: Verdict) -> Option<Self> {
        match verdict {
            Verdict::Warn => Some(Self::Recommendation),
            Verdict::Info => Some(Self::Open),
            verdict if verdict.is_unexpected() => Some(Self::Unexpected),
            _ => None,
        }
    }
}

/// Which error was due, is no part of the cause where there was none; but that a handle is wrong, hosts notice in one
/// place, and that its use is, in another.
fn common(cause: Cause) -> Cause {
    let accepted = cause.step == StepKind::Answer && cause.seen == SUCCESS;
    if accepted && ![SUCCESS, "invalid_handle"].contains(&cause.wanted.as_str()) {
        Cause { wanted: "an error".to_owned(), ..cause }
    } else {
        cause
    }
}

const SUCCESS: &str = "success";

/// `mentions`: how many cases are about each requirement, whatever came of them.
fn make(class: Class, cause: Cause, entries: &[&mut Entry], mentions: &BTreeMap<String, usize>) -> Finding {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for id in entries.iter().flat_map(|entry| &entry.requirements) {
        *counts.entry(id).or_default() += 1;
    }
    let mut requirements: Vec<(&str, usize)> = counts.into_iter().collect();
    requirements.sort_by(|(a, m), (b, n)| (n, a).cmp(&(m, b)));
    // What the text merely states binds like a MUST.
    let rank = |id: &str| match known(id).map_or("", |requirement| requirement.strength) {
        "MUST" | "MUST NOT" | "implicit" => 0,
        "SHOULD" | "SHOULD NOT" => 1,
        _ => 2,
    };
    // Of the strongest that many results are about, the one that is broken most of the time when it is asked for.
    let most = requirements.first().map_or(0, |(_, count)| *count);
    let often = requirements.iter().filter(|(_, count)| count * 2 >= most);
    let held = |id: &str, count: usize| mentions.get(id).map_or(0, |all| all.saturating_sub(count) * 1000 / all);
    let strongest = often.min_by_key(|(id, count)| (rank(id), held(id, *count), usize::MAX - count)).map(|(id, _)| *id);
    let requirement = strongest.and_then(known).map(|requirement| BrokenRequirement {
        id: requirement.id.to_owned(),
        strength: requirement.strength.to_owned(),
        text: requirement.text.to_owned(),
    });

    let mut algorithms: Vec<String> = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.algorithm.is_empty()) {
        if !algorithms.contains(&entry.algorithm) {
            algorithms.push(entry.algorithm.clone());
        }
    }
    let shows = |entry: &&&mut Entry| strongest.is_none_or(|id| entry.requirements.iter().any(|known| known == id));
    let smallest = entries.iter().filter(shows).min_by_key(|entry| (entry.steps, entry.id.len(), &entry.id));
    let minimal = smallest.map_or_else(
        || Minimal { id: String::new(), call: String::new(), observed: String::new(), expected: String::new() },
        |entry| Minimal {
            id: entry.id.clone(),
            call: entry.call.clone(),
            observed: entry.observed.clone(),
            expected: entry.expected.clone(),
        },
    );
    let unsteady = if entries.iter().all(|entry| entry.unsteady) { ", but not always" } else { "" };
    Finding {
        id: id(&cause),
        severity: severity(class, &cause, &requirements),
        verdict: entries.iter().map(|entry| entry.verdict).max().unwrap_or(Verdict::Fail),
        title: format!("{}{unsteady}", title(&cause)),
        count: entries.len(),
        algorithms,
        requirement: requirement.unwrap_or_default(),
        requirements: requirements.into_iter().map(|(id, _)| id.to_owned()).collect(),
        minimal,
        known: None,
        cause,
    }
}

fn known(id: &str) -> Option<&'static catalogue::Requirement> {
    catalogue::requirements().iter().find(|requirement| requirement.id == id)
}

/// Functions whose success says that something is genuine, or a key sound; if they succeed where they must not, somebody
/// gets in.
const JUDGES: &[&str] = &[
    "signature_verification_state_verify",
    "symmetric_tag_verify",
    "symmetric_state_decrypt",
    "symmetric_state_decrypt_detached",
    "publickey_verify",
    "publickey_import",
    "keypair_import",
    "secretkey_import",
    "keypair_from_pk_and_sk",
    "kx_dh",
    // A second encryption under one nonce.
    "symmetric_state_encrypt",
    "symmetric_state_encrypt_detached",
];

/// Requirements that keep secrets in: whoever breaks one with a wrong output shows what nobody may see.
const SECRETS: &[&str] = &["SEC-ERRBUF-010", "SEC-ERRLEAK-007", "SEC-LEAK-006", "SIG-SIGN-011"];

fn severity(class: Class, cause: &Cause, requirements: &[(&str, usize)]) -> Severity {
    match class {
        Class::Recommendation => return Severity::Recommendation,
        Class::Open => return Severity::Open,
        Class::Unexpected => {}
    }
    match cause.step {
        StepKind::Missing => Severity::Missing,
        StepKind::Trap | StepKind::Crash | StepKind::Timeout | StepKind::Memory => Severity::HostDies,
        // Nonces, keys, signatures that repeat themselves.
        StepKind::Distinct => Severity::KeyOrForgery,
        StepKind::Output => {
            let leaks = requirements.iter().any(|(id, _)| SECRETS.contains(id));
            if leaks && cause.seen == "bytes were written" { Severity::KeyOrForgery } else { Severity::WrongResult }
        }
        StepKind::Answer if cause.seen == SUCCESS => {
            if JUDGES.contains(&cause.function.as_str()) {
                Severity::KeyOrForgery
            } else {
                Severity::WrongResult
            }
        }
        StepKind::Answer if cause.wanted == SUCCESS => Severity::WrongResult,
        StepKind::Answer => Severity::WrongError,
    }
}

fn title(Cause { function, step, seen, wanted }: &Cause) -> String {
    let of = |function: &str| if function.is_empty() { "the host".to_owned() } else { function.to_owned() };
    match step {
        StepKind::Answer if wanted.is_empty() => format!("{} answers {seen}", of(function)),
        StepKind::Answer => format!("{} answers {seen} instead of {wanted}", of(function)),
        StepKind::Output if seen == "bytes were written" => {
            format!("{} leaves bytes where it must write none", of(function))
        }
        StepKind::Output if seen == "a wrong number" => format!("{} gives a wrong number or length", of(function)),
        StepKind::Output => format!("{} gives a wrong output", of(function)),
        StepKind::Distinct => format!("{} gives the same where it must give something else each time", of(function)),
        StepKind::Memory => format!("{}: {seen}", of(function)),
        StepKind::Trap => format!("{} traps: {seen}", of(function)),
        StepKind::Crash => format!("{} ends the engine: {seen}", of(function)),
        StepKind::Timeout => format!("{} does not come back in time", of(function)),
        StepKind::Missing if function == "*_import" => format!("keys cannot be imported as {wanted}: {seen}"),
        StepKind::Missing if function == "*_export" => format!("keys cannot be exported as {wanted}: {seen}"),
        StepKind::Missing if function.is_empty() => format!("{wanted} is missing: {seen}"),
        StepKind::Missing => format!("{function} does not do {wanted}: {seen}"),
    }
}

fn id(Cause { function, step, seen, wanted }: &Cause) -> String {
    const LEN: usize = 40;
    let short = |text: &str| -> String {
        let slug: String = text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
        let words: Vec<&str> = slug.split('-').map(|word| word.trim_matches('_')).filter(|w| !w.is_empty()).collect();
        words.join("-").chars().take(LEN).collect::<String>().trim_end_matches('-').to_owned()
    };
    let parts = match step {
        StepKind::Answer => vec![short(function), short(seen), "for".to_owned(), short(wanted)],
        _ => vec![short(function), step.name().to_owned(), short(wanted), short(seen)],
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}
