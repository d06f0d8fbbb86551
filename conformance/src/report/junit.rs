//! The report as JUnit XML, which build servers read: a test suite for each engine and area.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::document::{Document, EngineRun};
use super::entry::Entry;
use super::words::{command, escaped};
use crate::verdict::Verdict;

/// The document.
pub fn xml(document: &Document) -> String {
    let mut suites = String::new();
    let mut total = Counts::default();
    for run in &document.engines {
        if let Some(reason) = &run.error {
            let name = escaped(&run.name);
            let _ = writeln!(
                suites,
                "  <testsuite name=\"{name}\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n    \
                 <testcase name=\"engine\" classname=\"{name}\"><error message=\"{}\"/></testcase>\n  </testsuite>",
                escaped(reason)
            );
            total.add(&Counts { tests: 1, errors: 1, ..Counts::default() });
            continue;
        }
        let mut areas: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in run.entries() {
            areas.entry(entry.area()).or_default().push(entry);
        }
        for (area, entries) in areas {
            let counts = Counts::of(&entries);
            total.add(&counts);
            let _ = writeln!(
                suites,
                "  <testsuite name=\"{}\" {} timestamp=\"{}\">",
                escaped(&format!("{}.{area}", run.name)),
                counts.attributes(),
                escaped(document.started.trim_end_matches('Z'))
            );
            for entry in entries {
                suites.push_str(&test_case(run, entry));
            }
            suites.push_str("  </testsuite>\n");
        }
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" {}>\n{suites}</testsuites>\n",
        escaped(&document.suite),
        total.attributes()
    )
}

fn test_case(run: &EngineRun, entry: &Entry) -> String {
    let (class, name) = (format!("{}.{}", run.name, entry.area()), &entry.id);
    let head = format!("    <testcase name=\"{}\" classname=\"{}\"", escaped(name), escaped(&class));
    let message = match &entry.expectation {
        Some(known) => format!("{} (known: {})", entry.observed, known.reason),
        None => entry.observed.clone(),
    };
    let content = match Shape::of(entry.verdict) {
        Shape::Passed if message.is_empty() => return format!("{head}/>\n"),
        Shape::Passed => {
            format!("<system-out>{}</system-out>", escaped(&format!("{}: {message}", entry.verdict.name())))
        }
        Shape::Skipped => format!("<skipped message=\"{}\"/>", escaped(&message)),
        shape => {
            let element = if shape == Shape::Failed { "failure" } else { "error" };
            let mut text = String::new();
            for (name, value) in [
                ("called", entry.call.as_str()),
                ("observed", entry.observed.as_str()),
                ("expected", entry.expected.as_str()),
                ("requirements", &entry.requirements.join(", ")),
                ("finding", entry.finding.as_deref().unwrap_or_default()),
                ("again", &command(&run.again, &entry.id)),
            ] {
                if !value.is_empty() {
                    let _ = writeln!(text, "{name}: {value}");
                }
            }
            let (verdict, message, text) = (entry.verdict.name(), escaped(&message), escaped(&text));
            format!("<{element} type=\"{verdict}\" message=\"{message}\">{text}</{element}>")
        }
    };
    format!("{head}>{content}</testcase>\n")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Passed,
    Skipped,
    Failed,
    Errored,
}

impl Shape {
    fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass | Verdict::Info | Verdict::Warn => Self::Passed,
            Verdict::Na | Verdict::Skip | Verdict::Xfail => Self::Skipped,
            Verdict::Fail | Verdict::Xpass => Self::Failed,
            Verdict::Trap | Verdict::Crash | Verdict::Timeout => Self::Errored,
        }
    }
}

#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of(entries: &[&Entry]) -> Self {
        let count = |shape| entries.iter().filter(|entry| Shape::of(entry.verdict) == shape).count();
        Self {
            tests: entries.len(),
            failures: count(Shape::Failed),
            errors: count(Shape::Errored),
            skipped: count(Shape::Skipped),
        }
    }

    fn add(&mut self, other: &Self) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.errors += other.errors;
        self.skipped += other.skipped;
    }

    fn attributes(&self) -> String {
        format!(
            "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
            self.tests, self.failures, self.errors, self.skipped
        )
    }
}
