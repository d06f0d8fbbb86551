//! Runs programs, many in one guest: when a guest ends early, its culprit is dropped, and those behind it run in another.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::case::Kind;
use crate::engine::{Engine, Heard, Outcome, Session};
use crate::guest::{self, Program};
use crate::reader::Reader;
use crate::verdict::{End, Transcript};

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
    /// Patterns of cases that are not run, each with the reason.
    pub skip: Vec<(String, String)>,
    /// Whether to stop soon after the first unexpected result.
    pub fail_fast: bool,
    /// How often a case that fails is run again, to see whether it always does.
    pub retry: usize,
    /// Whether what guests store outlives the processes of the engine, as far as the runner was told.
    pub durable: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let jobs = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            jobs,
            timeout: Duration::from_secs(30),
            strict: false,
            batch: 500,
            skip: Vec::new(),
            fail_fast: false,
            retry: 0,
            durable: false,
        }
    }
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
        let gap = reader.gap();
        let (done, mut culprit) = reader.end();
        let any = !done.is_empty();
        most = if any { most.saturating_mul(2) } else { most.div_ceil(2) };
        transcripts.extend(done);
        if complete {
            continue;
        }
        // Nothing is known against it: it begins the next guest.
        if any && outcome == Outcome::Spent {
            continue;
        }
        culprit.end = match outcome.plain() {
            Outcome::Finished => End::Crashed(gap),
            Outcome::Link(reason) => {
                End::Crashed(format!("the guest does not link, though each function does: {reason}"))
            }
            Outcome::Trap(reason) => End::Trapped(reason),
            Outcome::Crash(reason) => End::Crashed(reason),
            Outcome::Timeout | Outcome::Spent => End::TimedOut,
            Outcome::Unusable(reason) => return Err(reason),
        };
        tick(&programs[transcripts.len()]);
        transcripts.push(culprit);
    }
    Ok(transcripts)
}
