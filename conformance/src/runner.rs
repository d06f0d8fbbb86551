//! Runs cases on a host that has been probed: all in large guests, then again alone what failed there.

use std::collections::VecDeque;

use crate::batches::run_programs;
use crate::case::Case;
use crate::engine::{Engine, EngineInfo};
use crate::fallback::Fitted;
use crate::guest::Program;
use crate::probe::Presence;
use crate::verdict::{CaseResult, Judgement, Verdict, judge};

pub use crate::batches::Settings;

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// What ran the cases.
    pub engine: EngineInfo,
    /// What the host has.
    pub probes: Vec<CaseResult>,
    /// The cases, in their order.
    pub cases: Vec<CaseResult>,
}

impl Report {
    /// How many cases have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.cases.iter().filter(|result| result.verdict == verdict).count()
    }

    /// How many cases and probes came to something unexpected.
    pub fn unexpected(&self) -> usize {
        self.probes.iter().chain(&self.cases).filter(|result| result.verdict.is_unexpected()).count()
    }

    /// Whether nothing unexpected happened.
    pub fn is_green(&self) -> bool {
        self.unexpected() == 0
    }
}

/// Probes the host, and runs those cases that it has everything for. `progress` hears how many of how many are done.
/// The error is a sentence: the engine cannot be used.
pub fn run(
    engine: &dyn Engine,
    cases: &[Case],
    settings: &Settings,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Report, String> {
    let presence = Presence::probe(engine, cases, settings)?;
    let mut probes = presence.results();
    let fitted: Vec<Result<Fitted<'_>, String>> = cases.iter().map(|case| presence.fit(case)).collect();
    let applicable: Vec<&Case> = fitted.iter().flatten().map(|fitted| &*fitted.case).collect();
    let mut judgements = VecDeque::from(run_cases(engine, &applicable, settings, progress)?);
    let mut results = Vec::with_capacity(cases.len());
    for (case, fitted) in cases.iter().zip(&fitted) {
        let judgement = match fitted {
            Err(missing) => Judgement::new(Verdict::Na, missing, ""),
            Ok(Fitted { changes, .. }) => {
                let mut judgement = judgements.pop_front().ok_or("the runner lost the result of a case")?;
                if judgement.verdict != Verdict::Pass && !changes.is_empty() {
                    judgement.observed.push_str(&format!("; {}", changes.join("; ")));
                }
                judgement
            }
        };
        results.push(CaseResult::new(case, judgement));
    }
    if settings.strict {
        for result in probes.iter_mut().chain(&mut results) {
            if matches!(result.verdict, Verdict::Info | Verdict::Warn) {
                result.verdict = Verdict::Fail;
            }
        }
    }
    Ok(Report { engine: engine.info(), probes, cases: results })
}

/// Runs cases in large guests, then again alone what failed there.
fn run_cases(
    engine: &dyn Engine,
    cases: &[&Case],
    settings: &Settings,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Vec<Judgement>, String> {
    let mut judgements = judge_all(engine, cases, settings, settings.batch, progress)?;
    let failed: Vec<usize> = (0..cases.len()).filter(|i| judgements[*i].verdict.is_unexpected()).collect();
    let again: Vec<&Case> = failed.iter().map(|i| cases[*i]).collect();
    for (i, alone) in failed.into_iter().zip(judge_all(engine, &again, settings, 1, &|_, _| ())?) {
        let first = &mut judgements[i];
        if alone.verdict.is_unexpected() {
            *first = alone;
            first.observed.push_str(" (confirmed alone)");
        } else {
            first.observed.push_str(" (order dependent: alone it does not fail)");
        }
    }
    Ok(judgements)
}

fn judge_all(
    engine: &dyn Engine,
    cases: &[&Case],
    settings: &Settings,
    batch: usize,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Vec<Judgement>, String> {
    let programs: Vec<Vec<Program<'_>>> = cases.iter().map(|case| Program::of(case)).collect();
    let flat: Vec<Program<'_>> = programs.iter().flatten().copied().collect();
    let transcripts = run_programs(engine, &flat, settings, batch, progress)?;
    let mut rest = transcripts.as_slice();
    let judgements = cases.iter().zip(&programs).map(|(case, programs)| {
        let (own, others) = rest.split_at(programs.len());
        rest = others;
        judge(case, own)
    });
    Ok(judgements.collect())
}
