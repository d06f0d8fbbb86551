//! Runs cases: many in one guest, the culprit dropped when a guest ends early, failures again alone.

use std::collections::VecDeque;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::case::{Case, Kind};
use crate::engine::{Engine, EngineInfo, Heard, Outcome, Session};
use crate::guest::{self, Program};
use crate::probe::Presence;
use crate::reader::Reader;
use crate::verdict::{CaseResult, End, Judgement, Transcript, Verdict, judge};

/// How to run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many guests run at the same time.
    pub jobs: usize,
    /// How long one case may take.
    pub timeout: Duration,
    /// Whether recommendations and preferred readings count as requirements.
    pub strict: bool,
    /// How many cases go into one guest.
    pub batch: usize,
}

impl Default for Settings {
    fn default() -> Self {
        let jobs = std::thread::available_parallelism().map_or(1, usize::from);
        Self { jobs, timeout: Duration::from_secs(30), strict: false, batch: 500 }
    }
}

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
    let mut results = Vec::with_capacity(cases.len());
    let missing: Vec<Option<String>> = cases.iter().map(|case| presence.missing_for(case)).collect();
    let applicable: Vec<&Case> =
        cases.iter().zip(&missing).filter(|(_, missing)| missing.is_none()).map(|(case, _)| case).collect();
    let mut judgements = VecDeque::from(run_cases(engine, &applicable, settings, progress)?);
    for (case, missing) in cases.iter().zip(missing) {
        results.push(match missing {
            Some(missing) => CaseResult::new(case, Verdict::Na, missing, String::new()),
            None => {
                let judgement = judgements.pop_front().ok_or("the runner lost the result of a case")?;
                CaseResult::new(case, judgement.verdict, judgement.observed, judgement.expected)
            }
        });
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

/// Runs programs, `batch` of them in each guest, `jobs` guests at a time.
pub(crate) fn run_programs(
    engine: &dyn Engine,
    programs: &[Program<'_>],
    settings: &Settings,
    batch: usize,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Vec<Transcript>, String> {
    // Small enough that every job gets a share.
    let batch = programs.len().div_ceil(settings.jobs.max(1)).clamp(1, batch.max(1));
    // What fills a host up runs by itself.
    let is_stress = |program: &Program<'_>| program.case.kind == Kind::Stress;
    let runs = programs.chunk_by(|one, next| !is_stress(one) && !is_stress(next));
    let batches: Vec<&[Program<'_>]> = runs.flat_map(|run| run.chunks(batch)).collect();
    let results: Vec<_> = batches.iter().map(|_| OnceLock::new()).collect();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let cases = programs.iter().filter(|program| program.is_last()).count();
    std::thread::scope(|scope| {
        for _ in 0..settings.jobs.clamp(1, batches.len().max(1)) {
            scope.spawn(|| {
                let mut session = engine.session();
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(batch) = batches.get(i) else { break };
                    let tick = |program: &Program<'_>| {
                        if program.is_last() {
                            progress(done.fetch_add(1, Ordering::Relaxed) + 1, cases);
                        }
                    };
                    let result = match &mut session {
                        Ok(session) => run_batch(session.as_mut(), batch, settings.timeout, &tick),
                        Err(reason) => Err(reason.clone()),
                    };
                    // Each number is drawn once, so the place is empty.
                    let _ = results[i].set(result);
                }
            });
        }
    });
    let mut transcripts = Vec::with_capacity(programs.len());
    for result in results {
        let result = result.into_inner().ok_or("the runner lost the result of a guest")?;
        transcripts.extend(result?);
    }
    Ok(transcripts)
}

/// Runs programs in one guest. When that ends early, the program that was under way has ended it: it is dropped, and
/// those behind it run in a new guest.
fn run_batch(
    session: &mut dyn Session,
    programs: &[Program<'_>],
    timeout: Duration,
    tick: &dyn Fn(&Program<'_>),
) -> Result<Vec<Transcript>, String> {
    let mut transcripts = Vec::with_capacity(programs.len());
    // An engine that fails everything gets short guests: they would be made again for each case.
    let mut most = programs.len();
    while transcripts.len() < programs.len() {
        let rest = &programs[transcripts.len()..];
        let rest = &rest[..rest.len().min(most)];
        let module = guest::module(rest);
        let mut reader = Reader::new(rest.len());
        let mut under_way = rest.iter();
        let outcome = session.run(
            &module,
            &mut |line| {
                let heard = reader.line(line);
                if matches!(heard, Heard::Result | Heard::Last) {
                    under_way.next().into_iter().for_each(tick);
                }
                heard
            },
            timeout,
        );
        let complete = reader.is_complete();
        let (done, mut culprit) = reader.end();
        most = if done.is_empty() { most.div_ceil(2) } else { most.saturating_mul(2) };
        transcripts.extend(done);
        if complete {
            continue;
        }
        culprit.end = match outcome {
            Outcome::Finished => {
                End::Crashed("the engine ended well, but the output of the guest is cut or not there".to_owned())
            }
            Outcome::Link(reason) => {
                End::Crashed(format!("the guest does not link, though each function does: {reason}"))
            }
            Outcome::Trap(reason) => End::Trapped(reason),
            Outcome::Crash(reason) => End::Crashed(reason),
            Outcome::Timeout => End::TimedOut,
            Outcome::Unusable(reason) => return Err(reason),
        };
        tick(&programs[transcripts.len()]);
        transcripts.push(culprit);
    }
    Ok(transcripts)
}
