//! Runs cases: many in one guest, the culprit dropped when a guest ends early, failures again alone.

use std::collections::VecDeque;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::case::{Case, Kind};
use crate::engine::{Engine, EngineInfo, Outcome, Session};
use crate::guest::{self, Program};
use crate::probe::Presence;
use crate::verdict::{CaseResult, End, Judgement, Transcript, Verdict, judge};

/// How to run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many guests run at the same time.
    pub jobs: usize,
    /// How long a guest may be silent.
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
    /// The probes, then the cases in their order.
    pub results: Vec<CaseResult>,
}

impl Report {
    /// How many cases have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.results.iter().filter(|result| result.verdict == verdict).count()
    }

    /// Whether nothing unexpected happened.
    pub fn is_green(&self) -> bool {
        !self.results.iter().any(|result| result.verdict.is_unexpected())
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
    let mut results = presence.results();
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
        for result in &mut results {
            if matches!(result.verdict, Verdict::Info | Verdict::Warn) {
                result.verdict = Verdict::Fail;
            }
        }
    }
    Ok(Report { engine: engine.info(), results })
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
    std::thread::scope(|scope| {
        for _ in 0..settings.jobs.clamp(1, batches.len().max(1)) {
            scope.spawn(|| {
                let mut session = engine.session();
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(batch) = batches.get(i) else { break };
                    let tick = || progress(done.fetch_add(1, Ordering::Relaxed) + 1, programs.len());
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
    tick: &dyn Fn(),
) -> Result<Vec<Transcript>, String> {
    let mut transcripts = Vec::with_capacity(programs.len());
    while transcripts.len() < programs.len() {
        let module = guest::module(&programs[transcripts.len()..]);
        let mut reader = Reader { done: &mut transcripts, current: None, first: None, tick };
        reader.first = Some(reader.done.len());
        let outcome = session.run(&module, &mut |line| reader.line(line), timeout);
        let mut culprit = reader.current.take().unwrap_or_default();
        if transcripts.len() == programs.len() {
            break;
        }
        culprit.end = match outcome {
            Outcome::Finished => End::Crashed("the guest ended without a result: its output was cut".to_owned()),
            Outcome::Link(reason) => {
                End::Crashed(format!("the guest does not link, though each function does: {reason}"))
            }
            Outcome::Trap(reason) => End::Trapped(reason),
            Outcome::Crash(reason) => End::Crashed(reason),
            Outcome::Timeout => End::TimedOut,
            Outcome::Unusable(reason) => return Err(reason),
        };
        transcripts.push(culprit);
        tick();
    }
    Ok(transcripts)
}

/// Reads what a guest writes.
struct Reader<'a> {
    done: &'a mut Vec<Transcript>,
    /// What the program under way has said.
    current: Option<Transcript>,
    /// Which transcript is that of the guest's program 0.
    first: Option<usize>,
    tick: &'a dyn Fn(),
}

impl Reader<'_> {
    /// Takes a line in. Engines write there, too: what does not look like a line of the guest is theirs.
    fn line(&mut self, line: &str) {
        let Some(at) = line.find("@wcc ") else { return };
        let mut fields = line[at..].splitn(5, ' ').skip(1);
        let (Some(kind), Some(index), Some(step)) = (fields.next(), fields.next(), fields.next()) else { return };
        let (Ok(index), Ok(step)) = (usize::from_str_radix(index, 16), u32::from_str_radix(step, 16)) else { return };
        let data = fields.next().unwrap_or_default().to_owned();
        if kind == "E" || self.first.map(|first| first + index) != Some(self.done.len()) {
            return;
        }
        let current = self.current.get_or_insert_default();
        match kind {
            "P" => self.end(End::Passed),
            "F" => self.end(End::Failed(step, data)),
            "N" => current.notes.push((step, data)),
            "D" => current.dumps.push(bytes(&data)),
            _ => (),
        }
    }

    fn end(&mut self, end: End) {
        let mut transcript = self.current.take().unwrap_or_default();
        transcript.end = end;
        self.done.push(transcript);
        (self.tick)();
    }
}

impl Default for Transcript {
    fn default() -> Self {
        Self { end: End::Passed, notes: Vec::new(), dumps: Vec::new() }
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks_exact(2);
    digits.filter_map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()).collect()
}
