//! Annotations for GitHub's workflows: lines on standard output that appear at the top of a run.

use super::document::Document;
use super::words::{command, count, cut};

/// GitHub shows ten of a kind for a step.
const SHOWN: usize = 10;

/// An error for each of the gravest findings, a warning for what else is red, and a notice for each engine.
pub fn annotations(document: &Document) -> String {
    let mut text = String::new();
    for run in &document.engines {
        if let Some(reason) = &run.error {
            text.push_str(&line("error", &format!("{} cannot be used", run.name), reason));
            continue;
        }
        let new = run.findings.iter().filter(|finding| finding.severity.is_unexpected() && finding.known.is_none());
        for finding in new.clone().take(SHOWN) {
            let (requirement, minimal) = (&finding.requirement, &finding.minimal);
            let body = format!(
                "{} on {}. {} ({}): {}\n{}\nobserved: {}\nexpected: {}\n{}",
                count(finding.count, "result"),
                run.title(),
                requirement.id,
                requirement.strength,
                requirement.text,
                minimal.call,
                minimal.observed,
                minimal.expected,
                command(&run.again, &minimal.id)
            );
            text.push_str(&line("error", &cut(&finding.title, 200), &cut(&body, 2000)));
        }
        let more = new.count().saturating_sub(SHOWN);
        if more > 0 {
            text.push_str(&line("warning", "More findings", &format!("{more} more on {}", run.title())));
        }
        for expectation in &run.unused_expectations {
            text.push_str(&line("error", "An expectation that nothing fits", expectation));
        }
        text.push_str(&line("notice", &run.title(), &super::text::last_line(run)));
    }
    text
}

fn line(level: &str, title: &str, body: &str) -> String {
    let escape = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let title = escape(title).replace(':', "%3A").replace(',', "%2C");
    format!("::{level} title={title}::{}\n", escape(body))
}
