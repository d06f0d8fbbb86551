//! Expectation files: what is known to go wrong on an engine, so that only what is new makes a run red.
//!
//! ```toml
//! [[expect]]
//! engine = "wasmedge"                 # a pattern for the engine's name; all if left out
//! version = "*0.17*"                  # a pattern for its version; all if left out
//! finding = "symmetric_tag_verify-success-for-an-error"
//! verdict = "fail"
//! reason = "compares only as many bytes as it is given"
//! link = "https://example.org/issues/1"
//! ```
//!
//! In the place of `finding` there may be `requirement`, with an id of `requirements.tsv`, or `case`, with a pattern of
//! ids of cases and probes. What goes wrong and fits becomes `xfail`. A case that is named by `case` and goes well becomes
//! `xpass`, which is red. An entry that fits nothing that goes wrong is reported, and red, unless it may fit a case that
//! was not run: with `--shard` or a filter, that is for others to say. What went wrong only at first (`--retry`) is what
//! an entry fits, and remains a warning. With `verdict = "skip"`, which goes with `case` alone, cases are not run at all.

use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use crate::case::Case;
use crate::catalogue;
use crate::engine::EngineInfo;
use crate::glob;
use crate::report::document::EngineRun;
use crate::report::entry::{Entry, Expected};
use crate::verdict::Verdict;

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectations {
    entries: Vec<Expectation>,
}

/// One entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectation {
    #[serde(default)]
    engine: Option<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    case: Option<String>,
    #[serde(default)]
    requirement: Option<String>,
    #[serde(default)]
    finding: Option<String>,
    verdict: String,
    reason: String,
    #[serde(default)]
    link: Option<String>,
}

impl Expectations {
    /// Reads a file. The error is a sentence that names it.
    pub fn read(path: &Path) -> Result<Self, String> {
        let name = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {name}: {error}"))?;
        Self::parse(&text).map_err(|reason| format!("{name}: {reason}"))
    }

    /// Reads what a file holds.
    pub fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            #[serde(default)]
            expect: Vec<Expectation>,
        }
        let File { expect } = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        expect.iter().try_for_each(Expectation::check)?;
        Ok(Self { entries: expect })
    }

    /// Adds those of another file.
    pub fn append(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }

    /// Patterns of cases that shall not be run on this engine, each with the reason.
    pub fn skipped(&self, engine: &EngineInfo) -> Vec<(String, String)> {
        let skip =
            self.entries.iter().filter(|entry| entry.verdict == SKIP && entry.is_for(&engine.name, &engine.version));
        skip.filter_map(|entry| Some((entry.case.clone()?, entry.reason.clone()))).collect()
    }

    /// Changes verdicts to `xfail` and `xpass`, and says which entries fit nothing. `left_out` are the cases of the suite that
    /// were none of this run's.
    pub fn apply(&self, run: &mut EngineRun, left_out: &[Case]) {
        let mut used = vec![false; self.entries.len()];
        for (entry, used) in self.entries.iter().zip(&mut used) {
            if !entry.is_for(&run.name, &run.version) {
                *used = true;
                continue;
            }
            for result in run.probes.iter_mut().chain(&mut run.cases) {
                if entry.fits(result) && result.expectation.is_none() {
                    *used |= entry.apply(result);
                }
            }
            *used |= entry.may_fit(left_out);
        }
        run.unused_expectations =
            self.entries.iter().zip(used).filter(|(_, used)| !used).map(|(entry, _)| entry.name()).collect();
        run.count();
        let mut findings = std::mem::take(&mut run.findings);
        for finding in &mut findings {
            let mut results = run.entries().filter(|entry| entry.finding.as_ref() == Some(&finding.id)).peekable();
            let first = results.peek().and_then(|entry| entry.expectation.as_ref());
            let reason = first.map(|expected| expected.reason.clone());
            if results.all(|entry| entry.verdict == Verdict::Xfail) {
                finding.known = reason;
            }
        }
        run.findings = findings;
    }

    /// A file in which all that goes wrong on these engines is expected: entries that still fit stay as they are, and new
    /// ones, one for each finding, wait for a reason.
    pub fn updated(&self, runs: &[EngineRun]) -> String {
        let mut text = String::from(
            "# What is known to go wrong. A run is red if something else does, or if an entry fits nothing any more.\n",
        );
        let unused = |entry: &Expectation| {
            let mut runs = runs.iter().filter(|run| entry.is_for(&run.name, &run.version)).peekable();
            runs.peek().is_some() && runs.all(|run| run.unused_expectations.contains(&entry.name()))
        };
        let passes = |entry: &Expectation| {
            let results =
                || runs.iter().filter(|run| entry.is_for(&run.name, &run.version)).flat_map(EngineRun::entries);
            entry.case.is_some() && results().any(|result| entry.fits(result) && result.verdict == Verdict::Xpass)
        };
        for entry in self.entries.iter().filter(|entry| !unused(entry) && !passes(entry)) {
            text.push_str(&entry.toml());
        }
        for run in runs {
            for finding in run.findings.iter().filter(|finding| finding.severity.is_unexpected()) {
                let new = |entry: &&Entry| entry.finding.as_ref() == Some(&finding.id) && goes_wrong(entry.verdict);
                let mut verdicts: Vec<Verdict> = run.entries().filter(new).map(|entry| entry.verdict).collect();
                verdicts.sort_unstable();
                verdicts.dedup();
                for verdict in verdicts {
                    let entry = Expectation {
                        engine: Some(run.name.clone()),
                        finding: Some(finding.id.clone()),
                        verdict: verdict.name().to_owned(),
                        reason: format!("not looked into yet: {}", finding.title),
                        ..Expectation::default()
                    };
                    text.push_str(&entry.toml());
                }
            }
        }
        text
    }
}

const SKIP: &str = "skip";

/// How the ids of probes begin.
const PROBE: &str = "probe";

fn goes_wrong(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Fail | Verdict::Trap | Verdict::Crash | Verdict::Timeout)
}

impl Expectation {
    fn check(&self) -> Result<(), String> {
        let subjects = [&self.case, &self.requirement, &self.finding];
        let name = self.name();
        if subjects.iter().filter(|subject| subject.is_some()).count() != 1 {
            return Err(format!("{name}: an expectation has one of `case`, `requirement` and `finding`"));
        }
        if let Some(id) = &self.requirement
            && !catalogue::requirements().iter().any(|known| known.id == id)
        {
            return Err(format!("{name}: there is no requirement {id:?}"));
        }
        if self.reason.trim().is_empty() {
            return Err(format!("{name}: an expectation gives its `reason`"));
        }
        match self.verdict.as_str() {
            SKIP if self.case.is_none() => Err(format!("{name}: only cases can be skipped")),
            SKIP | "fail" | "trap" | "crash" | "timeout" => Ok(()),
            other => Err(format!(
                "{name}: the verdict {other:?} cannot be expected; those that can are fail, trap, crash, timeout and skip"
            )),
        }
    }

    fn is_for(&self, engine: &str, version: &str) -> bool {
        let fits = |pattern: &Option<String>, text: &str| {
            pattern.as_ref().is_none_or(|pattern| pattern == text || glob::matches(pattern, text))
        };
        fits(&self.engine, engine) && fits(&self.version, version)
    }

    fn fits(&self, result: &Entry) -> bool {
        self.case.as_ref().is_some_and(|pattern| glob::matches(pattern, &result.id))
            || self.requirement.as_ref().is_some_and(|id| result.requirements.contains(id))
            || (self.finding.is_some() && self.finding == result.finding)
    }

    /// Whether it may fit something that goes wrong where these cases are run.
    fn may_fit(&self, left_out: &[Case]) -> bool {
        let by_pattern = |pattern: &str| {
            // Which probes a run has, depends on its cases.
            pattern.starts_with(PROBE) || left_out.iter().any(|case| glob::matches(pattern, &case.id))
        };
        let by_requirement = |id: &str| left_out.iter().any(|case| case.requirements().any(|known| known == id));
        !left_out.is_empty()
            && (self.finding.is_some()
                || self.case.as_deref().is_some_and(by_pattern)
                || self.requirement.as_deref().is_some_and(by_requirement))
    }

    /// Whether the entry has been of use.
    fn apply(&self, result: &mut Entry) -> bool {
        // Nobody knows what would have come of it.
        if self.verdict == SKIP || result.verdict == Verdict::Skip {
            return result.verdict == Verdict::Skip;
        }
        if result.unsteady {
            return true;
        }
        let verdict = if result.verdict.name() == self.verdict {
            Verdict::Xfail
        } else if self.case.is_some() && matches!(result.verdict, Verdict::Pass | Verdict::Info | Verdict::Warn) {
            Verdict::Xpass
        } else {
            return false;
        };
        let (reason, link) = (self.reason.clone(), self.link.clone().unwrap_or_default());
        result.expectation = Some(Expected { verdict: result.verdict, reason, link });
        result.verdict = verdict;
        true
    }

    fn name(&self) -> String {
        let (field, value) = match (&self.case, &self.requirement, &self.finding) {
            (Some(case), ..) => ("case", case.as_str()),
            (_, Some(id), _) => ("requirement", id.as_str()),
            (.., Some(id)) => ("finding", id.as_str()),
            _ => ("expectation", self.reason.as_str()),
        };
        let engine = self.engine.as_ref().map_or_else(String::new, |engine| format!(" on {engine}"));
        format!("{field} {value}{engine}")
    }

    fn toml(&self) -> String {
        let mut text = String::from("\n[[expect]]\n");
        for (name, value) in [
            ("engine", &self.engine),
            ("version", &self.version),
            ("case", &self.case),
            ("requirement", &self.requirement),
            ("finding", &self.finding),
            ("verdict", &Some(self.verdict.clone())),
            ("reason", &Some(self.reason.clone())),
            ("link", &self.link),
        ] {
            if let Some(value) = value {
                let _ = writeln!(text, "{name} = {}", basic_string(value));
            }
        }
        text
    }
}

/// As TOML writes a basic string.
fn basic_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", c as u32);
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_sentences() {
        let entry = |text: &str| format!("[[expect]]\nreason = \"r\"\n{text}");
        for (text, sentence) in [
            ("expect = 1", "invalid type"),
            ("[[expects]]", "unknown field `expects`"),
            (&entry("case = \"a\""), "missing field `verdict`"),
            (&entry("verdict = \"fail\""), "one of `case`, `requirement` and `finding`"),
            (&entry("case = \"a\"\nfinding = \"b\"\nverdict = \"fail\""), "one of `case`, `requirement` and `finding`"),
            (&entry("case = \"a\"\nverdict = \"pass\""), "the verdict \"pass\" cannot be expected"),
            (&entry("finding = \"a\"\nverdict = \"skip\""), "only cases can be skipped"),
            (&entry("requirement = \"NO-1\"\nverdict = \"fail\""), "there is no requirement \"NO-1\""),
            ("[[expect]]\ncase = \"a\"\nverdict = \"fail\"\nreason = \" \"", "gives its `reason`"),
        ] {
            let error = Expectations::parse(text).unwrap_err();
            assert!(error.contains(sentence), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = "[[expect]]\nengine = \"a\\\"b\"\ncase = \"x/*\"\nverdict = \"trap\"\nreason = \"tab\\u0009\"\n";
        let expectations = Expectations::parse(text).unwrap();
        assert_eq!(Expectations::parse(&expectations.updated(&[])).unwrap(), expectations);
    }
}
