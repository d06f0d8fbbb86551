//! The report as Markdown, for an issue or a README: findings, and what is supported.

use std::fmt::Write as _;

use super::compare;
use super::document::{Document, EngineRun};
use super::finding::Severity;
use super::support::{self, Cell};
use super::words::{capitalized, command, count, cut};
use crate::catalogue::{Tier, algorithms};
use crate::verdict::Verdict;

/// The whole report.
pub fn report(document: &Document) -> String {
    let mut text = format!(
        "# WASI-Crypto conformance\n\n{}, {}, {} on {} with {}.\n\n",
        document.suite,
        document.started,
        document.machine.os,
        document.machine.arch,
        count(document.machine.processors, "processor")
    );
    text.push_str("| engine | passed | wrong | not applicable | findings |\n|---|---:|---:|---:|---:|\n");
    for run in &document.engines {
        let _ = match &run.error {
            Some(reason) => writeln!(text, "| {} | cannot be used: {} | | | |", cell(&run.title()), cell(reason)),
            None => {
                let good = [Verdict::Pass, Verdict::Info, Verdict::Warn, Verdict::Xpass];
                let away = [Verdict::Na, Verdict::Skip];
                let sum = |verdicts: &[Verdict]| verdicts.iter().map(|verdict| run.cases_with(*verdict)).sum::<usize>();
                let (good, away) = (sum(&good), sum(&away));
                let wrong = run.cases.len() - good - away;
                let red = run.findings.iter().filter(|finding| finding.severity.is_unexpected()).count();
                writeln!(text, "| {} | {good} | {wrong} | {away} | {red} |", cell(&run.title()))
            }
        };
    }
    for run in document.engines.iter().filter(|run| run.error.is_none()) {
        let _ = writeln!(text, "\n## {}", cell(&run.title()));
        findings(run, &mut text);
    }
    let _ = write!(text, "\n## Support\n\n{}", support_table(document));
    text
}

fn findings(run: &EngineRun, text: &mut String) {
    if run.findings.is_empty() {
        text.push_str("\nNothing unexpected.\n");
    }
    for severity in Severity::ALL {
        let mut here = run.findings.iter().filter(|finding| finding.severity == severity).peekable();
        if here.peek().is_none() {
            continue;
        }
        let _ = writeln!(text, "\n### {}\n", capitalized(severity.sentence()));
        for finding in here {
            let known = finding.known.as_ref().map_or_else(String::new, |reason| format!(" Known: {}.", plain(reason)));
            let _ = writeln!(
                text,
                "- **{}** ({}).{known}",
                plain(&cut(&finding.title, 300)),
                count(finding.count, "result")
            );
            if !severity.is_unexpected() {
                continue;
            }
            let (requirement, minimal) = (&finding.requirement, &finding.minimal);
            let _ = writeln!(text, "  {} ({}): {}\n", requirement.id, requirement.strength, plain(&requirement.text));
            text.push_str("  ```text\n");
            for (name, value) in [
                ("called  ", minimal.call.as_str()),
                ("observed", &minimal.observed),
                ("expected", &minimal.expected),
                ("again   ", &command(&run.again, &minimal.id)),
            ] {
                if !value.is_empty() {
                    let _ = writeln!(text, "  {name} {}", cut(&value.replace(['\n', '`'], " "), 500));
                }
            }
            text.push_str("  ```\n");
        }
    }
}

/// Engine × algorithm: a sign that needs no colour, and passed of run.
pub fn support_table(document: &Document) -> String {
    let runs: Vec<&EngineRun> = document.engines.iter().filter(|run| run.error.is_none()).collect();
    let mut text = String::from("| algorithm | |");
    for name in compare::names(&runs) {
        let _ = write!(text, " {} |", cell(&name));
    }
    text.push_str("\n|---|---|");
    text.push_str(&"---|".repeat(runs.len()));
    text.push('\n');
    let columns: Vec<_> = runs.iter().map(|run| support::algorithms(run)).collect();
    for (tier, word) in [(Tier::Required, "required"), (Tier::Recommended, "recommended"), (Tier::Optional, "optional")]
    {
        for algorithm in algorithms().iter().filter(|algorithm| algorithm.tier == tier) {
            let _ = write!(text, "| {} | {word} |", cell(algorithm.name));
            for column in &columns {
                let found = column.get(algorithm.name).copied().unwrap_or_default();
                let _ = write!(text, " {} |", mark(found));
            }
            text.push('\n');
        }
    }
    text.push_str(
        "\n✓ all that was run holds, ◐ some of it does not, ✗ none of it holds, – not there, · not asked for.\n",
    );
    text
}

fn mark(found: Cell) -> String {
    format!("{} {}", found.support().sign().1, found.figure()).trim_end().to_owned()
}

/// In a table.
fn cell(text: &str) -> String {
    plain(text).replace('|', "\\|")
}

/// Without what Markdown or HTML would read.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            '<' => plain.push_str("&lt;"),
            '\n' | '\r' => plain.push(' '),
            '*' | '_' | '`' | '[' | ']' | '\\' | '#' => plain.extend(['\\', c]),
            c => plain.push(c),
        }
    }
    plain
}
