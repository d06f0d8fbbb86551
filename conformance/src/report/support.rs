//! What an engine supports, in one word for each algorithm, function and requirement.

use std::collections::BTreeMap;

use super::document::EngineRun;
use super::entry::Entry;
use crate::verdict::Verdict;

/// Counts of what the results about one thing came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    /// As expected, warnings and open points included.
    pub(super) good: usize,
    /// Of those, warnings.
    pub(super) warned: usize,
    /// Not as the text asks for, known or not.
    pub(super) bad: usize,
    /// Not applicable, or not run.
    pub(super) away: usize,
}

/// One word for a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Support {
    /// All that was run holds.
    Yes,
    /// Some of it does not.
    Partly,
    /// None of it holds.
    No,
    /// It is not there.
    Absent,
    /// Nothing was run.
    Unknown,
}

impl Cell {
    fn add(&mut self, entry: &Entry) {
        match entry.verdict {
            Verdict::Pass | Verdict::Info | Verdict::Xpass => self.good += 1,
            Verdict::Warn => {
                self.good += 1;
                self.warned += 1;
            }
            Verdict::Na | Verdict::Skip => self.away += 1,
            Verdict::Fail | Verdict::Trap | Verdict::Crash | Verdict::Timeout | Verdict::Xfail => self.bad += 1,
        }
    }

    pub(super) fn support(self) -> Support {
        match self {
            Self { good: 0, bad: 0, away: 0, .. } => Support::Unknown,
            Self { good: 0, bad: 0, .. } => Support::Absent,
            Self { bad: 0, .. } => Support::Yes,
            Self { good: 0, .. } => Support::No,
            _ => Support::Partly,
        }
    }

    /// Passed of what was run, for people.
    pub(super) fn figure(self) -> String {
        if self.good + self.bad == 0 { String::new() } else { format!("{}/{}", self.good, self.good + self.bad) }
    }
}

impl Support {
    /// A word, and a sign that needs no colour.
    pub(super) fn sign(self) -> (&'static str, &'static str) {
        match self {
            Self::Yes => ("yes", "✓"),
            Self::Partly => ("partly", "◐"),
            Self::No => ("no", "✗"),
            Self::Absent => ("absent", "–"),
            Self::Unknown => ("unknown", "·"),
        }
    }
}

/// For each algorithm: whether it is there, and what its cases came to.
pub(super) fn algorithms(run: &EngineRun) -> BTreeMap<&str, Cell> {
    let mut cells: BTreeMap<&str, Cell> = BTreeMap::new();
    for entry in run.entries().filter(|entry| !entry.algorithm.is_empty()) {
        cells.entry(&entry.algorithm).or_default().add(entry);
    }
    // What is not there is absent, whatever stands in a table of what has to be there.
    for probe in run.probes.iter().filter(|probe| probe.id.starts_with("probe/algorithm/")) {
        if probe.verdict != Verdict::Pass {
            cells.insert(&probe.algorithm, Cell { away: 1, ..Cell::default() });
        }
    }
    cells
}

/// For each requirement what its results came to.
pub(super) fn requirements(run: &EngineRun) -> BTreeMap<&str, Cell> {
    let mut cells: BTreeMap<&str, Cell> = BTreeMap::new();
    for entry in run.entries() {
        for id in &entry.requirements {
            cells.entry(id).or_default().add(entry);
        }
    }
    cells
}

/// For each function: the cases that call it, of which those are bad where it is what goes wrong.
pub(super) fn functions(run: &EngineRun) -> BTreeMap<&str, Cell> {
    let mut bad: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in run.cases.iter().filter(|entry| is_bad(entry.verdict)) {
        if let Some(cause) = &entry.cause {
            *bad.entry(&cause.function).or_default() += 1;
        }
    }
    let absent = |name: &str| {
        let probe = run.probes.iter().find(|probe| probe.id.strip_prefix("probe/function/") == Some(name));
        probe.is_some_and(|probe| probe.verdict != Verdict::Pass)
    };
    let cell = |(name, calls): (&'_ String, &usize)| {
        let bad = bad.get(name.as_str()).copied().unwrap_or_default();
        let away = usize::from(absent(name));
        Cell { good: calls.saturating_sub(bad), bad, away, warned: 0 }
    };
    run.functions.iter().map(|(name, calls)| (name.as_str(), cell((name, calls)))).collect()
}

fn is_bad(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Fail | Verdict::Trap | Verdict::Crash | Verdict::Timeout | Verdict::Xfail)
}
