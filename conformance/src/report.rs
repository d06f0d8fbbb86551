//! The report for people, and the one for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::runner::Report;
use crate::verdict::{CaseResult, Verdict};

/// The report as JSON, schema 1.
pub fn json(report: &Report) -> String {
    let summary = Verdict::ALL.iter().map(|verdict| (verdict.name(), report.count(*verdict)));
    let document = Document {
        schema: 1,
        engine: &report.engine,
        summary: summary.collect(),
        cases: report.results.iter().map(JsonCase::new).collect(),
    };
    serde_json::to_string(&document).expect("strings, numbers and lists can be written as JSON")
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    engine: &'a crate::engine::EngineInfo,
    summary: BTreeMap<&'static str, usize>,
    cases: Vec<JsonCase<'a>>,
}

#[derive(Serialize)]
struct JsonCase<'a> {
    id: &'a str,
    requirements: &'a [String],
    algorithm: &'a str,
    kind: &'static str,
    verdict: Verdict,
    observed: &'a str,
    expected: &'a str,
}

impl<'a> JsonCase<'a> {
    fn new(result: &'a CaseResult) -> Self {
        Self {
            id: &result.id,
            requirements: &result.requirements,
            algorithm: &result.algorithm,
            kind: result.kind,
            verdict: result.verdict,
            observed: &result.observed,
            expected: &result.expected,
        }
    }
}

/// A table with a line for each area and the counts of each verdict that occurs.
pub fn table(report: &Report, colour: bool) -> String {
    let mut areas: BTreeMap<&str, Vec<&CaseResult>> = BTreeMap::new();
    for result in &report.results {
        areas.entry(result.id.split('/').next().unwrap_or_default()).or_default().push(result);
    }
    let columns: Vec<Verdict> = Verdict::ALL.into_iter().filter(|verdict| report.count(*verdict) > 0).collect();
    let width = areas.keys().map(|area| area.len()).max().unwrap_or(0).max("total".len());
    let mut text = format!("{:width$}", "");
    for column in &columns {
        let _ = write!(text, " {:>7}", column.name());
    }
    text.push('\n');
    let all: Vec<&CaseResult> = report.results.iter().collect();
    for (area, results) in areas.iter().map(|(area, results)| (*area, results)).chain([("total", &all)]) {
        let _ = write!(text, "{area:width$}");
        for column in &columns {
            let count = results.iter().filter(|result| result.verdict == *column).count();
            let number = if count == 0 { "·".to_owned() } else { count.to_string() };
            let number = format!(" {number:>7}");
            text.push_str(&if count > 0 { paint(&number, *column, colour) } else { number });
        }
        text.push('\n');
    }
    text
}

/// A few lines about a case that did not simply pass.
pub fn finding(result: &CaseResult, colour: bool) -> String {
    let verdict = paint(&format!("{:7}", result.verdict.name()), result.verdict, colour);
    let mut text = format!("{verdict} {}\n        observed: {}\n", result.id, result.observed);
    if !result.expected.is_empty() {
        let _ = writeln!(text, "        expected: {}", result.expected);
    }
    let _ = writeln!(text, "        requirements: {}", result.requirements.join(", "));
    text
}

fn paint(text: &str, verdict: Verdict, colour: bool) -> String {
    if !colour {
        return text.to_owned();
    }
    let code = match verdict {
        Verdict::Pass => "32",
        Verdict::Info => "36",
        Verdict::Warn => "33",
        Verdict::Na | Verdict::Skip => "2",
        Verdict::Fail | Verdict::Trap | Verdict::Crash | Verdict::Timeout => "31",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}
