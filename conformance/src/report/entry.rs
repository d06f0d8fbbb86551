//! One result of a report.

use serde::{Deserialize, Serialize};

use crate::cause::Cause;
use crate::verdict::{CaseResult, Verdict};

/// A case or a probe, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// What came of it.
    pub verdict: Verdict,
    /// The requirements that it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<String>,
    /// The algorithm that it is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub algorithm: String,
    /// `vector`, `api`, `memory`, `robustness`, `stress` or `probe`.
    pub kind: String,
    /// What the host did where that was not simply as expected.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub observed: String,
    /// What it should have done there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expected: String,
    /// What was called there, with what.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub call: String,
    /// What kind of thing went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// How many steps it has.
    #[serde(default)]
    pub steps: usize,
    /// Whether it went wrong at first, and well when it was run again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsteady: bool,
    /// The id of the finding that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// What an expectation file says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expectation: Option<Expected>,
}

/// What an expectation file says about a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// What came of the case, whatever was expected.
    pub verdict: Verdict,
    /// Why it is known to be so.
    pub reason: String,
    /// Where that is talked about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
}

impl Entry {
    pub(super) fn new(result: &CaseResult) -> Self {
        Self {
            id: result.id.clone(),
            verdict: result.verdict,
            requirements: result.requirements.clone(),
            algorithm: result.algorithm.clone(),
            kind: result.kind.to_owned(),
            observed: result.observed.clone(),
            expected: result.expected.clone(),
            call: result.call.clone(),
            cause: result.cause.clone(),
            steps: result.steps,
            unsteady: result.unsteady,
            finding: None,
            expectation: None,
        }
    }

    /// The first part of the id.
    pub fn area(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }
}
