//! The report for people, and the one for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::runner::Report;
use crate::verdict::{CaseResult, Verdict};

/// The report as JSON, schema 2: cases and probes apart, each with a summary of verdicts.
pub fn json(report: &Report) -> String {
    let document = Document {
        schema: 2,
        engine: &report.engine,
        summary: summary(&report.cases),
        probe_summary: summary(&report.probes),
        cases: report.cases.iter().map(JsonCase::new).collect(),
        probes: report.probes.iter().map(JsonCase::new).collect(),
    };
    serde_json::to_string(&document).expect("strings, numbers and lists can be written as JSON")
}

fn summary(results: &[CaseResult]) -> BTreeMap<&'static str, usize> {
    Verdict::ALL.iter().map(|verdict| (verdict.name(), count(results, *verdict))).collect()
}

fn count(results: &[CaseResult], verdict: Verdict) -> usize {
    results.iter().filter(|result| result.verdict == verdict).count()
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    engine: &'a crate::engine::EngineInfo,
    summary: BTreeMap<&'static str, usize>,
    probe_summary: BTreeMap<&'static str, usize>,
    cases: Vec<JsonCase<'a>>,
    probes: Vec<JsonCase<'a>>,
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

/// A table with a line for each area and the counts of each verdict that occurs. The probes come first, and are not in
/// the total.
pub fn table(report: &Report, colour: bool) -> String {
    let mut areas: BTreeMap<&str, Vec<&CaseResult>> = BTreeMap::new();
    for result in &report.cases {
        areas.entry(result.id.split('/').next().unwrap_or_default()).or_default().push(result);
    }
    let mut lines: Vec<(&str, Vec<&CaseResult>)> = vec![("(probes)", report.probes.iter().collect())];
    lines.extend(areas);
    lines.push(("total", report.cases.iter().collect()));

    let occurs = |verdict: &Verdict| count(&report.probes, *verdict) + report.count(*verdict) > 0;
    let columns: Vec<Verdict> = Verdict::ALL.into_iter().filter(occurs).collect();
    let width = lines.iter().map(|(area, _)| area.len()).max().unwrap_or(0);
    let mut text = format!("{:width$}", "");
    for column in &columns {
        let _ = write!(text, " {:>7}", column.name());
    }
    text.push('\n');
    for (area, results) in lines {
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

/// How much was run, and whether all went well.
pub fn last_line(report: &Report) -> String {
    let number = |n: usize, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
    let (cases, probes) = (number(report.cases.len(), "case"), number(report.probes.len(), "probe"));
    let unexpected = match report.unexpected() {
        0 => "nothing unexpected".to_owned(),
        n => number(n, "unexpected result"),
    };
    format!("{cases} and {probes}, {unexpected}")
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
        Verdict::Na | Verdict::Skip | Verdict::Xfail => "2",
        Verdict::Fail | Verdict::Trap | Verdict::Crash | Verdict::Timeout | Verdict::Xpass => "31",
    };
    format!("\x1b[{code}m{text}\x1b[0m")
}
