//! The report as data: what is written as JSON, read back, and made into every other form.
//!
//! `REPORT.md` says what the fields mean, and `report.schema.json` says it to programs.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::entry::Entry;
use super::finding::Finding;
use super::grouping;
use crate::plain::plain;
use crate::runner::Report;
use crate::verdict::{CaseResult, Verdict};

/// The version of the format. It grows when a field changes its meaning or goes; new fields alone don't count.
pub const SCHEMA: u32 = 3;

/// The oldest version that can still be read.
const OLDEST: u32 = 3;

/// What came of a run of the suite, on one engine or several.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Document {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The name and version of the suite.
    pub suite: String,
    /// When the run began: UTC, as RFC 3339 has it.
    pub started: String,
    /// Where it ran.
    pub machine: Machine,
    /// What was asked for.
    pub settings: RunSettings,
    /// What came of each engine, in the order in which they ran.
    pub engines: Vec<EngineRun>,
}

/// What ran the suite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Such as `linux`.
    pub os: String,
    /// Such as `x86_64`.
    pub arch: String,
    /// How many processors there are.
    pub processors: usize,
}

/// What was asked for on the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSettings {
    /// Whether recommendations and preferred readings counted as requirements.
    #[serde(default)]
    pub strict: bool,
    /// Patterns of cases; none for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filter: Vec<String>,
    /// Requirements; none for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirement: Vec<String>,
    /// Which part of the cases, such as `2/5`; all if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// The seed of generated cases, if there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// What came of one engine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EngineRun {
    /// Its name, as the runner knows it.
    pub name: String,
    /// The version of the engine, and of the host where it is known.
    pub version: String,
    /// What names it on the command line of the runner, to run it again.
    pub again: String,
    /// How long it took.
    pub seconds: f64,
    /// Why it could not be used, if so; then nothing else is here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How many cases have each verdict.
    pub summary: BTreeMap<String, usize>,
    /// How many probes have each verdict.
    pub probe_summary: BTreeMap<String, usize>,
    /// The causes of all that is not as expected, the gravest first.
    pub findings: Vec<Finding>,
    /// Entries of an expectation file that nothing fits any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unused_expectations: Vec<String>,
    /// How many cases call each function, of those that could be run.
    #[serde(default)]
    pub functions: BTreeMap<String, usize>,
    /// What the host has.
    pub probes: Vec<Entry>,
    /// The cases.
    pub cases: Vec<Entry>,
}

impl RunSettings {
    /// Whether the run was of a part of the suite only.
    pub fn is_partial(&self) -> bool {
        self.shard.is_some() || !self.filter.is_empty() || !self.requirement.is_empty()
    }
}

impl Document {
    /// A document of this suite on this machine, without any engine yet.
    pub fn new(started: std::time::SystemTime, settings: RunSettings) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let machine =
            Machine { os: std::env::consts::OS.to_owned(), arch: std::env::consts::ARCH.to_owned(), processors };
        let suite = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned();
        Self { schema: SCHEMA, suite, started: super::time::rfc_3339(started), machine, settings, engines: Vec::new() }
    }

    /// As JSON, in one line.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("strings, numbers and lists can be written as JSON")
    }

    /// What a file holds. The error is a sentence that names the file.
    pub fn read(path: &Path) -> Result<Self, String> {
        let name = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {name}: {error}"))?;
        Self::parse(&text).map_err(|reason| format!("{name} {reason}"))
    }

    /// The error goes on after the name of the file.
    pub fn parse(json: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Version {
            schema: u32,
        }
        let broken = |error: serde_json::Error| {
            if error.is_eof() {
                "is cut off: it ends in the middle of the report".to_owned()
            } else if error.is_data() {
                format!("is no report of wasi-crypto-conformance, or a damaged one: {error}")
            } else {
                format!("is not JSON: {error}")
            }
        };
        let Version { schema } = serde_json::from_str(json).map_err(broken)?;
        if schema > SCHEMA {
            return Err(format!(
                "was written by a newer wasi-crypto-conformance: its schema is {schema}, and this one reads {SCHEMA}"
            ));
        }
        if schema < OLDEST {
            return Err(format!(
                "was written by an older wasi-crypto-conformance: its schema is {schema}, and this one reads {OLDEST} \
                 and newer; run the suite again"
            ));
        }
        let document: Self = serde_json::from_str(json).map_err(broken)?;
        let mut value = serde_json::to_value(document).map_err(broken)?;
        make_plain(&mut value);
        serde_json::from_value(value).map_err(broken)
    }

    /// Whether nothing unexpected happened, on any engine.
    pub fn is_green(&self) -> bool {
        self.engines.iter().all(EngineRun::is_green)
    }
}

/// Takes out of all texts what controls a terminal: they need not be the suite's own.
fn make_plain(value: &mut Value) {
    let plain = |text: &str| plain(text, usize::MAX);
    match value {
        Value::String(text) => *text = plain(text),
        Value::Array(values) => values.iter_mut().for_each(make_plain),
        Value::Object(fields) => {
            *fields = std::mem::take(fields).into_iter().map(|(name, value)| (plain(&name), value)).collect();
            fields.values_mut().for_each(make_plain);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl EngineRun {
    /// What came of a run. `again` names the engine on the command line.
    pub fn new(report: &Report, again: String, time: std::time::Duration) -> Self {
        let entries = |results: &[CaseResult]| results.iter().map(Entry::new).collect::<Vec<_>>();
        let functions = report.functions.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        let mut run = Self {
            functions,
            probes: entries(&report.probes),
            cases: entries(&report.cases),
            ..Self::unusable(&report.engine, again, time, None)
        };
        run.findings = grouping::group(&mut run.probes, &mut run.cases);
        run.count();
        run
    }

    /// An engine that could not be used, for this reason.
    pub fn unusable(
        engine: &crate::engine::EngineInfo,
        again: String,
        time: std::time::Duration,
        error: Option<String>,
    ) -> Self {
        const MOST: usize = 400;
        Self {
            name: plain(&engine.name, MOST),
            version: plain(&engine.version, MOST),
            again,
            seconds: (time.as_secs_f64() * 100.0).round() / 100.0,
            error,
            summary: BTreeMap::new(),
            probe_summary: BTreeMap::new(),
            findings: Vec::new(),
            unused_expectations: Vec::new(),
            functions: BTreeMap::new(),
            probes: Vec::new(),
            cases: Vec::new(),
        }
    }

    /// Counts the verdicts anew.
    pub(crate) fn count(&mut self) {
        let count = |entries: &[Entry]| {
            let of = |verdict: Verdict| entries.iter().filter(|entry| entry.verdict == verdict).count();
            Verdict::ALL.iter().map(|verdict| (verdict.name().to_owned(), of(*verdict))).collect()
        };
        self.summary = count(&self.cases);
        self.probe_summary = count(&self.probes);
    }

    /// Probes, then cases.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.probes.iter().chain(&self.cases)
    }

    /// How many cases have this verdict.
    pub fn cases_with(&self, verdict: Verdict) -> usize {
        self.summary.get(verdict.name()).copied().unwrap_or_default()
    }

    /// How many cases and probes came to something unexpected.
    pub fn unexpected(&self) -> usize {
        self.entries().filter(|entry| entry.verdict.is_unexpected()).count()
    }

    /// Whether nothing unexpected happened.
    pub fn is_green(&self) -> bool {
        self.error.is_none() && self.unexpected() == 0 && self.unused_expectations.is_empty()
    }

    /// The engine and its version, the name once.
    pub fn title(&self) -> String {
        if self.version.is_empty() || self.version.starts_with(&self.name) {
            if self.version.is_empty() { self.name.clone() } else { self.version.clone() }
        } else {
            format!("{} ({})", self.name, self.version)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::engine::{EngineInfo, EngineKind};

    #[test]
    fn a_report_of_somebody_else_controls_no_terminal() {
        let info = EngineInfo { name: "e".to_owned(), version: "1\u{1b}[2J".to_owned(), kind: EngineKind::Command };
        let unusable = |error: &str| EngineRun::unusable(&info, String::new(), Duration::ZERO, Some(error.to_owned()));
        let mut document = Document::new(std::time::UNIX_EPOCH, RunSettings::default());
        document.engines = vec![unusable("it says \u{9b}2J,\nand \u{202e}ends")];
        document.engines[0].functions.insert("\u{7}name".to_owned(), 1);
        let read = Document::parse(&document.json()).unwrap();
        assert_eq!(read.engines[0].title(), "e (1[2J)");
        assert_eq!(read.engines[0].error.as_deref(), Some("it says 2J,\nand ends"));
        assert_eq!(read.engines[0].functions.keys().collect::<Vec<_>>(), ["name"]);
    }

    #[test]
    fn files_that_are_no_reports_are_told_apart() {
        for (text, sentence) in [
            ("", "is cut off"),
            ("{\"schema\": 3, \"suite\": \"x", "is cut off"),
            ("hello", "is not JSON"),
            ("7", "is no report"),
            ("{\"a\": 1}", "is no report"),
            ("{\"schema\": 3}", "is no report"),
            (
                "{\"schema\": 4}",
                "was written by a newer wasi-crypto-conformance: its schema is 4, and this one reads 3",
            ),
            ("{\"schema\": 2}", "was written by an older wasi-crypto-conformance: its schema is 2"),
        ] {
            let error = Document::parse(text).unwrap_err();
            assert!(error.starts_with(sentence), "{text}: {error}");
        }
    }
}
