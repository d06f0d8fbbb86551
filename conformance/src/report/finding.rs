//! Findings: results with one cause, across algorithms and cases, as one thing with a name.

use serde::{Deserialize, Serialize};

use crate::cause::Cause;
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
    /// What its results have in common; its function is `*` where many functions do one thing wrong.
    pub cause: Cause,
    /// How many cases and probes belong to it.
    pub count: usize,
    /// The algorithms that it concerns.
    pub algorithms: Vec<String>,
    /// The strongest requirement that is broken, and of several the one that is about what went wrong.
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
