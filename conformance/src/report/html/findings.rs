//! Findings, each once for all engines that have it.

use std::fmt::Write as _;

use super::anchor;
use crate::report::document::EngineRun;
use crate::report::finding::{Finding, Severity};
use crate::report::words::{capitalized, command, count, escaped};

/// Case ids that are listed for a finding; the JSON has all.
const CASES: usize = 8;

/// A finding, and the engines that have it.
struct Shared<'a> {
    finding: &'a Finding,
    on: Vec<(&'a str, &'a EngineRun, &'a Finding)>,
}

pub(super) fn section(runs: &[(&str, &EngineRun)]) -> String {
    let mut all: Vec<Shared<'_>> = Vec::new();
    for (name, run) in runs {
        for finding in &run.findings {
            match all.iter_mut().find(|shared| shared.finding.id == finding.id) {
                Some(shared) => shared.on.push((name, run, finding)),
                None => all.push(Shared { finding, on: vec![(name, run, finding)] }),
            }
        }
    }
    let total = |shared: &Shared<'_>| shared.on.iter().map(|(_, _, finding)| finding.count).sum::<usize>();
    all.sort_by_key(|shared| (shared.finding.severity, usize::MAX - total(shared)));

    let mut text = String::from("<section id=\"findings\"><h2>Findings</h2>\n");
    if all.is_empty() {
        text.push_str("<p class=\"none\">Nothing is other than the text asks for.</p>\n");
    }
    for severity in Severity::ALL {
        let here: Vec<&Shared<'_>> = all.iter().filter(|shared| shared.finding.severity == severity).collect();
        if here.is_empty() {
            continue;
        }
        let _ = writeln!(
            text,
            "<section class=\"group {}\"><h3><span>{}</span> <small>{}</small></h3>",
            severity.name(),
            escaped(&capitalized(severity.sentence())),
            here.len()
        );
        for shared in here {
            text.push_str(&card(shared));
        }
        text.push_str("</section>\n");
    }
    text.push_str("</section>\n");
    text
}

fn card(Shared { finding, on }: &Shared<'_>) -> String {
    let id = anchor("f", &finding.id);
    let bad = if finding.severity.is_unexpected() { " data-bad" } else { "" };
    let mut text = format!(
        "<article class=\"finding\" id=\"{id}\" data-q{bad}><h4><a href=\"#{id}\">{}</a></h4>\n<p class=\"on\">",
        coded(&finding.title)
    );
    for (name, _, finding) in on {
        let known = if finding.known.is_some() { ", known" } else { "" };
        let results = count(finding.count, "result");
        let _ = write!(text, "<span class=\"chip\"><b>{results}</b> on {}{known}</span> ", escaped(name));
    }
    text.push_str("</p>\n");
    let requirement = &finding.requirement;
    if !requirement.id.is_empty() {
        let _ = writeln!(
            text,
            "<blockquote><p>{}</p><footer><b>{}</b> <a href=\"#{}\">{}</a></footer></blockquote>",
            escaped(&requirement.text),
            escaped(&requirement.strength),
            anchor("r", &requirement.id),
            escaped(&requirement.id)
        );
    }
    let minimal = &finding.minimal;
    text.push_str("<dl>");
    for (name, value) in [("called", &minimal.call), ("observed", &minimal.observed), ("expected", &minimal.expected)] {
        if !value.is_empty() {
            let _ = write!(text, "<div><dt>{name}</dt><dd><code>{}</code></dd></div>", escaped(value));
        }
    }
    if !finding.algorithms.is_empty() {
        let link = |name: &String| format!("<a href=\"#{}\">{}</a>", anchor("a", name), escaped(name));
        let links: Vec<String> = finding.algorithms.iter().map(link).collect();
        let _ = write!(text, "<div><dt>with</dt><dd>{}</dd></div>", links.join(", "));
    }
    for (name, run, own) in on {
        let _ = write!(
            text,
            "<div class=\"again\"><dt>again on {}</dt><dd><code>{}</code></dd></div>",
            escaped(name),
            escaped(&command(&run.again, &own.minimal.id))
        );
        // The same answer, but perhaps of other functions.
        if own.title != finding.title {
            let _ = write!(text, "<div><dt>on {}</dt><dd>{}</dd></div>", escaped(name), coded(&own.title));
        }
        if let Some(reason) = &own.known {
            let _ = write!(text, "<div><dt>known on {}</dt><dd>{}</dd></div>", escaped(name), escaped(reason));
        }
    }
    for (name, run, own) in on {
        let cases = run.entries().filter(|entry| entry.finding.as_ref() == Some(&own.id)).map(|entry| &entry.id);
        let mut cases = cases.map(|id| format!("<code>{}</code>", escaped(id)));
        let shown: Vec<String> = cases.by_ref().take(CASES.div_ceil(on.len())).collect();
        let more = match cases.count() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let on = if on.len() > 1 { format!(" on {}", escaped(name)) } else { String::new() };
        let _ = write!(text, "<div><dt>cases{on}</dt><dd class=\"cases\">{}{more}</dd></div>", shown.join(" "));
    }
    text.push_str("</dl></article>\n");
    text
}

/// A title, in which names of functions and errors look like such.
fn coded(title: &str) -> String {
    let words = title.split(' ').map(|word| {
        let bare = word.trim_end_matches([':', ',']);
        let rest = &word[bare.len()..];
        if bare.contains('_') { format!("<code>{}</code>{}", escaped(bare), escaped(rest)) } else { escaped(word) }
    });
    words.collect::<Vec<_>>().join(" ")
}
