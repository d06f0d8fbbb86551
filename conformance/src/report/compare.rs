//! Several reports side by side: who answers what wherever they differ.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::document::{Document, EngineRun};
use super::entry::Entry;
use super::words::{count, cut};
use crate::catalogue;
use crate::contradictions::{self, Contradiction};
use crate::verdict::Verdict;

/// What engines differ in, in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What each engine does, in their order.
    pub answers: Vec<String>,
    /// Whether the text itself leaves the point open, or says two things.
    pub is_open: bool,
    /// The two things, if it says two.
    pub contradiction: Option<Contradiction>,
    /// The worst verdict of any of them.
    pub worst: Verdict,
    /// What was called where they part, if it is known.
    pub call: String,
    /// The requirements that the cases are about, those of most cases first.
    pub requirements: Vec<String>,
    /// The ids of the cases and probes, the shortest first.
    pub ids: Vec<String>,
}

/// The engines of all documents, each with its place in the comparison.
pub fn engines(documents: &[Document]) -> Vec<&EngineRun> {
    documents.iter().flat_map(|document| &document.engines).filter(|run| run.error.is_none()).collect()
}

/// Where engines differ: where the text contradicts itself first, in the order of `CONTRADICTIONS.md`; then what else it leaves
/// open; then the worst, then what most cases are about.
pub fn differences(runs: &[&EngineRun]) -> Vec<Difference> {
    let by_id: Vec<BTreeMap<&str, &Entry>> =
        runs.iter().map(|run| run.entries().map(|entry| (entry.id.as_str(), entry)).collect()).collect();
    let ids: BTreeSet<&str> = by_id.iter().flat_map(|entries| entries.keys().copied()).collect();
    let mut groups: BTreeMap<(Vec<String>, String), Vec<Vec<&Entry>>> = BTreeMap::new();
    for id in ids {
        // What only one of them was asked is no difference.
        let Some(entries) = by_id.iter().map(|entries| entries.get(id).copied()).collect::<Option<Vec<&Entry>>>()
        else {
            continue;
        };
        let answers: Vec<String> = entries.iter().map(|entry| answer(entry)).collect();
        if answers.windows(2).all(|pair| pair[0] == pair[1]) {
            continue;
        }
        let function = entries.iter().find_map(|entry| entry.cause.as_ref()).map(|cause| cause.function.clone());
        groups.entry((answers, function.unwrap_or_default())).or_default().push(entries);
    }
    let mut differences: Vec<Difference> =
        groups.into_iter().map(|((answers, _), rows)| difference(answers, &rows)).collect();
    differences.sort_by(|a, b| {
        let place = |d: &Difference| {
            let here =
                |contradiction| contradictions::contradictions().iter().position(|known| *known == contradiction);
            d.contradiction.and_then(here).unwrap_or(usize::MAX)
        };
        let rank = |d: &Difference| (!d.is_open, place(d), Reverse(d.worst), Reverse(d.ids.len()));
        rank(a).cmp(&rank(b)).then_with(|| a.ids.cmp(&b.ids))
    });
    differences
}

fn difference(answers: Vec<String>, rows: &[Vec<&Entry>]) -> Difference {
    let entries = || rows.iter().flatten();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for id in rows.iter().filter_map(|row| row.first()).flat_map(|entry| &entry.requirements) {
        *counts.entry(id).or_default() += 1;
    }
    let mut requirements: Vec<(&str, usize)> = counts.into_iter().collect();
    requirements.sort_by(|(a, m), (b, n)| (n, a).cmp(&(m, b)));
    let mut ids: Vec<String> = rows.iter().filter_map(|row| row.first()).map(|entry| entry.id.clone()).collect();
    ids.sort_by_key(|id| (id.len(), id.clone()));
    let worst = entries().map(|entry| truly(entry)).filter(|verdict| *verdict != Verdict::Na).max();
    let open = || entries().filter(|entry| matches!(truly(entry), Verdict::Info | Verdict::Warn));
    let contradiction = open().find_map(|entry| contradictions::of(&entry.id, entry.cause.as_ref()?)).copied();
    Difference {
        answers,
        is_open: contradiction.is_some() || open().any(|entry| truly(entry) == Verdict::Info),
        contradiction,
        worst: worst.unwrap_or(Verdict::Na),
        call: entries().map(|entry| entry.call.as_str()).find(|call| !call.is_empty()).unwrap_or_default().to_owned(),
        requirements: requirements.into_iter().map(|(id, _)| id.to_owned()).collect(),
        ids,
    }
}

/// What an engine does in a case, without what differs from case to case.
fn answer(entry: &Entry) -> String {
    let verdict = truly(entry);
    match (&entry.cause, verdict) {
        (_, Verdict::Pass) => "as expected".to_owned(),
        (Some(cause), _) if !cause.seen.is_empty() => format!("{} ({})", cause.seen, verdict.name()),
        // The reason of what does not apply begins alike for all cases.
        (_, Verdict::Na) => format!("not applicable: {}", entry.observed),
        _ => verdict.name().to_owned(),
    }
}

/// The verdict, whatever was expected.
fn truly(entry: &Entry) -> Verdict {
    entry.expectation.as_ref().map_or(entry.verdict, |expected| expected.verdict)
}

/// The differences for people.
pub fn text(documents: &[Document]) -> String {
    let runs = engines(documents);
    let names = names(&runs);
    let differences = differences(&runs);
    let mut text = String::new();
    for (name, run) in names.iter().zip(&runs) {
        let _ = writeln!(text, "{name}: {}, {}", run.title(), super::text::last_line(run));
    }
    let results: usize = differences.iter().map(|difference| difference.ids.len()).sum();
    let _ = writeln!(text, "\n{} in {}", count(differences.len(), "difference"), count(results, "result"));
    let (open, other): (Vec<&Difference>, Vec<&Difference>) = differences.iter().partition(|d| d.is_open);
    for (title, here) in [("Where the text leaves it open, or says two things", open), ("Elsewhere", other)] {
        if !here.is_empty() {
            let _ = writeln!(text, "\n{title}");
        }
        for difference in here {
            text.push_str(&one(difference, &names));
        }
    }
    text
}

fn one(difference: &Difference, names: &[String]) -> String {
    let mut text = format!("\n  {}", difference.ids[0]);
    if difference.ids.len() > 1 {
        let _ = write!(text, " and {} more", difference.ids.len() - 1);
    }
    text.push('\n');
    if !difference.call.is_empty() {
        let _ = writeln!(text, "    {}", cut(&difference.call, 300));
    }
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    for (name, answer) in names.iter().zip(&difference.answers) {
        let _ = writeln!(text, "    {name:width$}  {}", cut(answer, 300));
    }
    if let Some(Contradiction { number, one, other }) = difference.contradiction {
        let _ = writeln!(text, "    {number}: {one}; or else: {other}");
    }
    let first = difference.requirements.first();
    let requirement = first.and_then(|id| catalogue::requirements().iter().find(|known| known.id == *id));
    if let Some(requirement) = requirement {
        let _ = writeln!(text, "    {} ({}): {}", requirement.id, requirement.strength, requirement.text);
    }
    text
}

/// The engines' names, with a number where two have the same.
pub fn names(runs: &[&EngineRun]) -> Vec<String> {
    let name = |(i, run): (usize, &&EngineRun)| {
        let same = runs.iter().filter(|other| other.name == run.name).count();
        let before = runs[..i].iter().filter(|other| other.name == run.name).count();
        if same > 1 { format!("{} #{}", run.name, before + 1) } else { run.name.clone() }
    };
    runs.iter().enumerate().map(name).collect()
}
