//! Tables: engines × algorithms, functions, requirements.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::anchor;
use crate::catalogue::{self, Tier};
use crate::report::document::EngineRun;
use crate::report::support::{self, Cell, Support};
use crate::report::words::escaped;

type Runs<'a> = [(&'a str, &'a EngineRun)];

pub(super) fn algorithms(runs: &Runs<'_>) -> String {
    let columns: Vec<_> = runs.iter().map(|(_, run)| support::algorithms(run)).collect();
    let mut rows = Vec::new();
    for (tier, word) in [(Tier::Required, "required"), (Tier::Recommended, "recommended"), (Tier::Optional, "optional")]
    {
        let known = catalogue::algorithms().iter().filter(|algorithm| algorithm.tier == tier);
        rows.extend(known.map(|algorithm| Row { name: algorithm.name, prefix: "a", word, text: "" }));
    }
    let in_tables = rows.len();
    for name in columns.iter().flat_map(BTreeMap::keys) {
        if !rows.iter().any(|row| row.name == *name) {
            rows.push(Row { name, prefix: "a", word: "in no table", text: "" });
        }
    }
    rows[in_tables..].sort_by_key(|row| row.name);
    table("algorithms", "Algorithms", &["algorithm", "table"], runs, &columns, &rows, |run, row| {
        finding(run, |finding| finding.algorithms.iter().any(|name| name == row.name))
    })
}

pub(super) fn functions(runs: &Runs<'_>) -> String {
    let columns: Vec<_> = runs.iter().map(|(_, run)| support::functions(run)).collect();
    let row = |function: &'static wasi_crypto_interface::Function| Row {
        name: function.name(),
        prefix: "fn",
        word: function.module().trim_start_matches("wasi_ephemeral_crypto_"),
        text: "",
    };
    let rows: Vec<Row<'_>> = wasi_crypto_interface::functions().iter().map(row).collect();
    table("functions", "Functions", &["function", "module"], runs, &columns, &rows, |run, row| {
        finding(run, |finding| finding.cause.function == row.name)
    })
}

pub(super) fn requirements(runs: &Runs<'_>) -> String {
    let columns: Vec<_> = runs.iter().map(|(_, run)| support::requirements(run)).collect();
    let row = |requirement: &'static catalogue::Requirement| Row {
        name: requirement.id,
        prefix: "r",
        word: requirement.strength,
        text: requirement.text,
    };
    let rows: Vec<Row<'_>> = catalogue::requirements().iter().map(row).collect();
    table("requirements", "Requirements", &["requirement", "strength"], runs, &columns, &rows, |run, row| {
        finding(run, |finding| finding.requirements.iter().any(|id| id == row.name))
    })
}

struct Row<'a> {
    name: &'a str,
    prefix: &'a str,
    /// The second column.
    word: &'a str,
    /// Below the name.
    text: &'a str,
}

/// The gravest finding of an engine that fits.
fn finding(run: &EngineRun, fits: impl Fn(&crate::report::Finding) -> bool) -> Option<&str> {
    run.findings
        .iter()
        .find(|finding| finding.severity.is_unexpected() && fits(finding))
        .map(|finding| finding.id.as_str())
}

fn table<'r>(
    id: &str,
    title: &str,
    heads: &[&str; 2],
    runs: &'r Runs<'_>,
    columns: &[BTreeMap<&str, Cell>],
    rows: &[Row<'_>],
    finding: impl Fn(&'r EngineRun, &Row<'_>) -> Option<&'r str>,
) -> String {
    let mut text =
        format!("<section id=\"{id}\"><h2>{title}</h2>\n<div class=\"wide\" tabindex=\"0\"><table><thead><tr>");
    for head in heads {
        let _ = write!(text, "<th scope=\"col\">{head}</th>");
    }
    for (name, _) in runs {
        let _ = write!(text, "<th scope=\"col\" class=\"cell\">{}</th>", escaped(name));
    }
    text.push_str("</tr></thead><tbody>\n");
    for row in rows {
        let cells: Vec<Cell> = columns.iter().map(|column| column.get(row.name).copied().unwrap_or_default()).collect();
        let bad = cells.iter().any(|cell| matches!(cell.support(), Support::No | Support::Partly));
        let anchor_of_row = anchor(row.prefix, row.name);
        let _ = write!(
            text,
            "<tr id=\"{anchor_of_row}\" data-q{}><th scope=\"row\"><a href=\"#{anchor_of_row}\">{}</a>",
            if bad { " data-bad" } else { "" },
            escaped(row.name)
        );
        if !row.text.is_empty() {
            let _ = write!(text, "<p>{}</p>", escaped(row.text));
        }
        let _ = write!(text, "</th><td class=\"word\">{}</td>", escaped(row.word));
        for ((_, run), cell) in runs.iter().zip(cells) {
            let (word, sign) = cell.support().sign();
            let inside = format!("<b>{sign}</b> <span>{}</span>", cell.figure());
            let link = if cell.bad > 0 { finding(run, row) } else { None };
            let inside = link.map_or(inside.clone(), |id| format!("<a href=\"#{}\">{inside}</a>", anchor("f", id)));
            let _ = write!(text, "<td class=\"cell {word}\" title=\"{word}\">{inside}</td>");
        }
        text.push_str("</tr>\n");
    }
    text.push_str("</tbody></table></div></section>\n");
    text
}
