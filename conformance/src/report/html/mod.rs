//! The report as one HTML file: engines side by side, findings, and what each algorithm, function and requirement came to.
//!
//! It loads nothing from elsewhere, and without its script all of it is there, too.

mod findings;
mod matrix;

use std::fmt::Write as _;

use super::compare;
use super::document::{Document, EngineRun};
use super::words::{count, escaped, some};
use crate::verdict::Verdict;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page.
pub fn page(document: &Document) -> String {
    let runs: Vec<&EngineRun> = document.engines.iter().collect();
    let names = compare::names(&runs);
    let usable: Vec<(&str, &EngineRun)> =
        names.iter().map(String::as_str).zip(runs.iter().copied()).filter(|(_, run)| run.error.is_none()).collect();
    let mut page = String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    let _ = write!(
        page,
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'\">\n\
         <title>WASI-Crypto conformance: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        escaped(&names.join(", "))
    );
    head(document, &mut page);
    page.push_str(SEARCH);
    page.push_str("<main>\n");
    summary(&names, &runs, &mut page);
    page.push_str(&findings::section(&usable));
    page.push_str(&matrix::algorithms(&usable));
    page.push_str(&matrix::functions(&usable));
    page.push_str(&matrix::requirements(&usable));
    page.push_str("</main>\n");
    let _ = write!(
        page,
        "<footer><p>Made by {} from {}. ✓ all that was run holds · ◐ some of it does not · ✗ none of it holds · \
         – not there · a dot: not asked for. Figures are results that hold, of those that were run.</p></footer>\n\
         <script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        escaped(&document.suite),
        count(document.engines.len(), "run")
    );
    page
}

/// Shown where there is a script to serve it.
const SEARCH: &str = "\
<nav class=\"bar\" aria-label=\"Sections and search\">
<p class=\"links\"><a href=\"#findings\">Findings</a> <a href=\"#algorithms\">Algorithms</a> \
<a href=\"#functions\">Functions</a> <a href=\"#requirements\">Requirements</a></p>
<p class=\"search\" hidden><input id=\"q\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\" \
placeholder=\"Filter: an algorithm, a function, an id, any words\" aria-label=\"Filter the whole page\">
<label><input id=\"bad\" type=\"checkbox\"> only what goes wrong</label>
<output id=\"shown\" for=\"q bad\"></output></p>
</nav>
";

fn head(document: &Document, page: &mut String) {
    let machine = &document.machine;
    let mut settings = Vec::new();
    if document.settings.strict {
        settings.push("recommendations count as requirements".to_owned());
    }
    if !document.settings.filter.is_empty() {
        settings.push(format!("only cases that fit {}", some(&document.settings.filter)));
    }
    if !document.settings.requirement.is_empty() {
        settings.push(format!("only cases about {}", some(&document.settings.requirement)));
    }
    if let Some(seed) = document.settings.seed {
        settings.push(format!("seed {seed}"));
    }
    let settings = if settings.is_empty() { String::new() } else { format!(" · {}", settings.join(" · ")) };
    let _ = writeln!(
        page,
        "<header><h1>WASI-Crypto conformance</h1>\n<p class=\"meta\">{} · <time datetime=\"{}\">{}</time> · {} on {}, {}{}</p></header>",
        escaped(&document.suite),
        escaped(&document.started),
        escaped(&document.started.replace('T', " ").replace('Z', " UTC")),
        escaped(&machine.os),
        escaped(&machine.arch),
        count(machine.processors, "processor"),
        escaped(&settings)
    );
}

/// A card for each engine.
fn summary(names: &[String], runs: &[&EngineRun], page: &mut String) {
    page.push_str("<section class=\"engines\" aria-label=\"Engines\">\n");
    for (name, run) in names.iter().zip(runs) {
        let _ = writeln!(
            page,
            "<article class=\"engine\"><h2>{}</h2><p class=\"meta\">{}</p>",
            escaped(name),
            escaped(&run.version)
        );
        if let Some(reason) = &run.error {
            let _ = writeln!(page, "<p class=\"reason\">Cannot be used: {}</p></article>", escaped(reason));
            continue;
        }
        let sum = |verdicts: &[Verdict]| verdicts.iter().map(|verdict| run.cases_with(*verdict)).sum::<usize>();
        let good = sum(&[Verdict::Pass, Verdict::Xpass]);
        let notes = sum(&[Verdict::Info, Verdict::Warn]);
        let wrong = sum(&[Verdict::Fail, Verdict::Trap, Verdict::Crash, Verdict::Timeout, Verdict::Xfail]);
        let away = sum(&[Verdict::Na, Verdict::Skip]);
        let all = run.cases.len().max(1);
        let red = run.findings.iter().filter(|finding| finding.severity.is_unexpected());
        let (known, new): (Vec<_>, Vec<_>) = red.partition(|finding| finding.known.is_some());
        let verdict = match (new.len(), known.len()) {
            (0, 0) if run.is_green() => "nothing unexpected".to_owned(),
            (0, 0) => count(run.unexpected() + run.unused_expectations.len(), "surprise"),
            (0, known) => count(known, "known finding"),
            (new, 0) => count(new, "finding"),
            (new, known) => format!("{}, {known} more known", count(new, "finding")),
        };
        let _ = writeln!(page, "<p class=\"verdict {}\">{verdict}</p>", if new.is_empty() { "good" } else { "bad" });
        page.push_str("<p class=\"stack\" aria-hidden=\"true\">");
        for (class, n) in [("good", good), ("note", notes), ("bad", wrong), ("away", away)] {
            if n > 0 {
                let _ = write!(page, "<i class=\"{class}\" style=\"flex-grow:{}\"></i>", n as f64 / all as f64);
            }
        }
        page.push_str("</p>\n<ul class=\"figures\">");
        for (class, n, word) in [
            ("good", good, "hold"),
            ("note", notes, "noted"),
            ("bad", wrong, "wrong"),
            ("away", away, "not applicable"),
        ] {
            if n > 0 {
                let _ = write!(page, "<li class=\"{class}\"><b>{n}</b> {word}</li>");
            }
        }
        let _ = writeln!(
            page,
            "</ul>\n<p class=\"meta\">{} in {:.1} s</p></article>",
            count(run.cases.len(), "case"),
            run.seconds
        );
    }
    page.push_str("</section>\n");
}

/// A name for a place in the page.
fn anchor(prefix: &str, name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    format!("{prefix}-{name}")
}
