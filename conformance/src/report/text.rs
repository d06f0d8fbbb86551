//! The report on a terminal: findings, then a table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::document::EngineRun;
use super::entry::Entry;
use super::finding::{Finding, Severity};
use super::words::{capitalized, command, count, cut};
use crate::verdict::Verdict;

/// Lines that are longer are cut: what an engine wrote can be long.
const WIDTH: usize = 400;

/// What came of an engine, the gravest findings first. The last line is the shortest.
pub fn engine(run: &EngineRun, colour: bool) -> String {
    let mut text = findings(run, colour);
    text.push_str(&notes(run));
    let passes: Vec<&Entry> = run.entries().filter(|entry| entry.verdict == Verdict::Xpass).collect();
    if !passes.is_empty() {
        let _ = writeln!(text, "Expected to go wrong, and does not any more:");
        for entry in passes {
            let _ = writeln!(text, "  {}", entry.id);
        }
        text.push('\n');
    }
    if !run.unused_expectations.is_empty() {
        let _ = writeln!(text, "Expectations that nothing fits:");
        for expectation in &run.unused_expectations {
            let _ = writeln!(text, "  {expectation}");
        }
        text.push('\n');
    }
    text.push_str(&table(run, colour));
    text
}

/// The findings that make a run red, or would if they were not known.
fn findings(run: &EngineRun, colour: bool) -> String {
    let red: Vec<&Finding> = run.findings.iter().filter(|finding| finding.severity.is_unexpected()).collect();
    if red.is_empty() {
        return String::new();
    }
    let results: usize = red.iter().map(|finding| finding.count).sum();
    let mut text = format!("{} ({}) on {}\n", count(red.len(), "finding"), count(results, "result"), run.title());
    let (new, known): (Vec<&Finding>, Vec<&Finding>) = red.into_iter().partition(|finding| finding.known.is_none());
    for severity in Severity::ALL {
        let here: Vec<&&Finding> = new.iter().filter(|finding| finding.severity == severity).collect();
        if here.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{}", paint(&capitalized(severity.sentence()), "1;31", colour));
        for finding in here {
            text.push_str(&one(finding, run, colour));
        }
    }
    if !known.is_empty() {
        text.push_str("\nKnown\n");
        for finding in known {
            let reason = finding.known.as_deref().unwrap_or_default();
            let _ = writeln!(text, "  {} ({}): {reason}", cut(&finding.title, WIDTH), count(finding.count, "result"));
        }
    }
    text.push('\n');
    text
}

fn one(finding: &Finding, run: &EngineRun, colour: bool) -> String {
    let mut text = format!("\n  {}\n", paint(&cut(&finding.title, WIDTH), "1", colour));
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(text, "    {name:<9} {}", cut(value, WIDTH));
        }
    };
    let requirement = &finding.requirement;
    line("breaks", &format!("{} ({}): {}", requirement.id, requirement.strength, requirement.text));
    line("called", &finding.minimal.call);
    line("observed", &finding.minimal.observed);
    line("expected", &finding.minimal.expected);
    line("results", &results(finding));
    line("again", &command(&run.again, &finding.minimal.id));
    line("finding", &finding.id);
    text
}

fn results(finding: &Finding) -> String {
    const SHOWN: usize = 6;
    let mut text = finding.count.to_string();
    if !finding.algorithms.is_empty() {
        let shown: Vec<&str> = finding.algorithms.iter().take(SHOWN).map(String::as_str).collect();
        let _ = write!(text, ", with {}", shown.join(", "));
        if finding.algorithms.len() > SHOWN {
            let _ = write!(text, " and {} more", finding.algorithms.len() - SHOWN);
        }
    }
    text
}

/// Warnings and open points, a line each.
fn notes(run: &EngineRun) -> String {
    let mut text = String::new();
    for severity in [Severity::Recommendation, Severity::Open] {
        let here: Vec<&Finding> = run.findings.iter().filter(|finding| finding.severity == severity).collect();
        if here.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{}:", capitalized(severity.sentence()));
        for finding in here {
            let results = count(finding.count, "result");
            let _ = writeln!(text, "  {} ({results}; {})", cut(&finding.title, WIDTH), finding.minimal.id);
        }
        text.push('\n');
    }
    text
}

/// A table with a line for each area and the counts of each verdict that occurs. The probes come first, and are not in
/// the total.
fn table(run: &EngineRun, colour: bool) -> String {
    let mut areas: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in &run.cases {
        areas.entry(entry.area()).or_default().push(entry);
    }
    let mut lines: Vec<(&str, Vec<&Entry>)> = vec![("(probes)", run.probes.iter().collect())];
    lines.extend(areas);
    lines.push(("total", run.cases.iter().collect()));

    let occurs = |verdict: &Verdict| run.entries().any(|entry| entry.verdict == *verdict);
    let columns: Vec<Verdict> = Verdict::ALL.into_iter().filter(occurs).collect();
    let width = lines.iter().map(|(area, _)| area.len()).max().unwrap_or(0);
    let mut text = format!("{:width$}", "");
    for column in &columns {
        let _ = write!(text, " {:>7}", column.name());
    }
    text.push('\n');
    for (area, entries) in lines {
        let _ = write!(text, "{area:width$}");
        for column in &columns {
            let count = entries.iter().filter(|entry| entry.verdict == *column).count();
            let number = if count == 0 { "·".to_owned() } else { count.to_string() };
            let number = format!(" {number:>7}");
            text.push_str(&if count > 0 { paint(&number, code(*column), colour) } else { number });
        }
        text.push('\n');
    }
    text
}

/// How much was run, and whether all went well.
pub fn last_line(run: &EngineRun) -> String {
    let (cases, probes) = (count(run.cases.len(), "case"), count(run.probes.len(), "probe"));
    let new = run.findings.iter().filter(|finding| finding.severity.is_unexpected() && finding.known.is_none());
    let unexpected = match run.unexpected() {
        0 if run.unused_expectations.is_empty() => "nothing unexpected".to_owned(),
        0 => count(run.unused_expectations.len(), "unused expectation"),
        n => format!("{} with {}", count(n, "unexpected result"), count(new.count(), "cause")),
    };
    format!("{cases} and {probes}, {unexpected}")
}

fn code(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "32",
        Verdict::Info => "36",
        Verdict::Warn => "33",
        Verdict::Na | Verdict::Skip | Verdict::Xfail => "2",
        Verdict::Fail | Verdict::Trap | Verdict::Crash | Verdict::Timeout | Verdict::Xpass => "31",
    }
}

fn paint(text: &str, code: &str, colour: bool) -> String {
    if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}
