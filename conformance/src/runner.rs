//! Runs cases on a host that has been probed: all in large guests, then again alone what failed there.

use std::collections::{BTreeMap, VecDeque};

use crate::batches::run_programs;
use crate::case::Case;
use crate::cause::StepKind;
use crate::engine::{Engine, EngineInfo};
use crate::fallback::Fitted;
use crate::guest::Program;
use crate::probe::Presence;
use crate::verdict::{CaseResult, End, Judgement, Verdict, judge};
use crate::{glob, repro};

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
    /// How many of the cases that could be run call each function.
    pub functions: BTreeMap<&'static str, usize>,
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

/// Probes the host, and runs those cases that it has everything for. `progress` hears how many of how many are done;
/// those that fail are run again, and then count twice. The error is a sentence: the engine cannot be used.
pub fn run(
    engine: &dyn Engine,
    cases: &[Case],
    settings: &Settings,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Report, String> {
    Runner::probe(engine, cases, settings)?.run(cases, progress)
}

/// A host that has been probed, and can run cases.
pub struct Runner<'a> {
    engine: &'a dyn Engine,
    settings: &'a Settings,
    presence: Presence,
}

impl<'a> Runner<'a> {
    /// Probes the host for what these cases need; others that need no more can be run, too. The error is a sentence: the engine
    /// cannot be used.
    pub fn probe(engine: &'a dyn Engine, cases: &[Case], settings: &'a Settings) -> Result<Self, String> {
        Ok(Self { engine, settings, presence: Presence::probe(engine, cases, settings)? })
    }

    /// Runs those cases that the host has everything for, and again alone what fails. `progress` hears how many of how many are
    /// done; those that fail count twice.
    pub fn run(&self, cases: &[Case], progress: &(dyn Fn(usize, usize) + Sync)) -> Result<Report, String> {
        let fitted = self.fit(cases);
        let applicable: Vec<&Case> = fitted.iter().flatten().map(|fitted| &*fitted.case).collect();
        let judgements = run_cases(self.engine, &applicable, self.settings, progress)?;
        let mut probes = self.presence.results();
        let cases = self.results(cases, &fitted, judgements)?;
        self.be_strict(&mut probes);
        Ok(Report { engine: self.engine.info(), probes, cases, functions: functions(&applicable) })
    }

    /// Runs cases once, without another look at what fails.
    pub(crate) fn once(&self, cases: &[Case]) -> Result<Vec<CaseResult>, String> {
        let fitted = self.fit(cases);
        let applicable: Vec<&Case> = fitted.iter().flatten().map(|fitted| &*fitted.case).collect();
        let judgements = judge_all(self.engine, &applicable, self.settings, self.settings.batch, &|_, _| ())?;
        self.results(cases, &fitted, judgements)
    }

    /// What each case becomes on this host, or why it is not run.
    fn fit<'c>(&self, cases: &'c [Case]) -> Vec<Result<Fitted<'c>, (Verdict, String)>> {
        let skip = |case: &Case| self.settings.skip.iter().find(|(pattern, _)| glob::matches(pattern, case.id()));
        let fit = |case: &'c Case| match skip(case) {
            Some((_, reason)) => Err((Verdict::Skip, reason.clone())),
            None if case.then.is_some() && !self.settings.durable => Err((Verdict::Na, NOT_DURABLE.to_owned())),
            None => self.presence.fit(case).map_err(|missing| (Verdict::Na, missing)),
        };
        cases.iter().map(fit).collect()
    }

    fn results(
        &self,
        cases: &[Case],
        fitted: &[Result<Fitted<'_>, (Verdict, String)>],
        judgements: Vec<Judgement>,
    ) -> Result<Vec<CaseResult>, String> {
        let mut judgements = VecDeque::from(judgements);
        let mut results = Vec::with_capacity(cases.len());
        for (case, fitted) in cases.iter().zip(fitted) {
            let judgement = match fitted {
                Err((verdict, reason)) => Judgement::new(*verdict, reason, ""),
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
        self.be_strict(&mut results);
        Ok(results)
    }

    fn be_strict(&self, results: &mut [CaseResult]) {
        let lenient = |result: &&mut CaseResult| matches!(result.verdict, Verdict::Info | Verdict::Warn);
        for result in results.iter_mut().filter(lenient).filter(|_| self.settings.strict) {
            result.verdict = Verdict::Fail;
        }
    }
}

/// How many of these cases call each function of the interface.
fn functions(cases: &[&Case]) -> BTreeMap<&'static str, usize> {
    let mut counts: BTreeMap<&str, usize> =
        wasi_crypto_interface::functions().iter().map(|function| (function.name(), 0)).collect();
    for name in cases.iter().flat_map(|case| case.functions()) {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

/// Runs cases in large guests, then again alone what failed there.
fn run_cases(
    engine: &dyn Engine,
    cases: &[&Case],
    settings: &Settings,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Vec<Judgement>, String> {
    let mut judgements = judge_until(engine, cases, settings, progress)?;
    let failed: Vec<usize> = (0..cases.len()).filter(|i| judgements[*i].verdict.is_unexpected()).collect();
    let again: Vec<&Case> = failed.iter().map(|i| cases[*i]).collect();
    let (mut searched, mut failed_again) = (0, Vec::new());
    // On a host with many faults this takes longer than all before: whoever watches wants to see that it goes on.
    let again_progress = |n, _| progress(cases.len() + n, cases.len() + again.len());
    for (i, alone) in failed.into_iter().zip(judge_all(engine, &again, settings, 1, &again_progress)?) {
        let first = &mut judgements[i];
        if alone.verdict.is_unexpected() {
            *first = alone;
            if searched < MAX_SEARCHES && locate(engine, cases[i], settings, first)? {
                searched += if first.verdict == Verdict::Timeout { MAX_SEARCHES / 3 } else { 1 };
            }
            first.observed.push_str(" (confirmed alone)");
            failed_again.push(i);
        } else if settings.retry > 0 {
            pass_at_last(first, 2);
        } else {
            first.observed.push_str(" (order dependent: alone it does not fail)");
        }
    }
    // The first time, and the time alone.
    for attempt in 3..2 + settings.retry {
        let again: Vec<&Case> = failed_again.iter().map(|i| cases[*i]).collect();
        let alone = judge_all(engine, &again, settings, 1, &|_, _| ())?;
        for (i, alone) in std::mem::take(&mut failed_again).into_iter().zip(alone) {
            match alone.verdict.is_unexpected() {
                true => failed_again.push(i),
                false => pass_at_last(&mut judgements[i], attempt),
            }
        }
    }
    Ok(judgements)
}

/// What fails now and then is not what the host cannot do. The cause stays: an expectation may be about it.
fn pass_at_last(judgement: &mut Judgement, attempt: usize) {
    judgement.observed = format!("not always: {}; attempt {attempt} went well", judgement.observed);
    judgement.verdict = Verdict::Warn;
    judgement.unsteady = true;
}

/// Judges the cases in large guests; up to the first that fails and some behind it, if so wished.
fn judge_until(
    engine: &dyn Engine,
    cases: &[&Case],
    settings: &Settings,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Vec<Judgement>, String> {
    /// How many cases each job runs before it is looked whether one has failed.
    const PART: usize = 100;
    if !settings.fail_fast {
        return judge_all(engine, cases, settings, settings.batch, progress);
    }
    let mut judgements: Vec<Judgement> = Vec::with_capacity(cases.len());
    for part in cases.chunks(PART * settings.jobs.max(1)) {
        let done = judgements.len();
        judgements.extend(judge_all(engine, part, settings, settings.batch, &|n, _| progress(done + n, cases.len()))?);
        if judgements[done..].iter().any(|judgement| judgement.verdict.is_unexpected()) {
            break;
        }
    }
    judgements.resize_with(cases.len(), || Judgement::new(Verdict::Skip, "not run, as another case had failed", ""));
    Ok(judgements)
}

/// How often the step is searched for that ends a guest: each search runs some five guests, and may wait for time-outs.
const MAX_SEARCHES: usize = 60;

/// Finds the call that ends the guest of a case, as the guest itself cannot say any more, and adds it to the judgement.
/// Says whether it has searched.
fn locate(engine: &dyn Engine, case: &Case, settings: &Settings, judgement: &mut Judgement) -> Result<bool, String> {
    let Some(cause) = &mut judgement.cause else { return Ok(false) };
    if !matches!(cause.step, StepKind::Trap | StepKind::Crash | StepKind::Timeout) {
        return Ok(false);
    }
    // The guest of such a case is none of steps.
    if case.own_guest.is_some() {
        return Ok(false);
    }
    let whole = Program::of(case)[0];
    let dies = |len: usize| {
        let part = Program { case, steps: &whole.steps[..len] };
        let said = run_programs(engine, &[part], settings, 1, &|_, _| ())?;
        let died = |end: &End| !matches!(end, End::Passed | End::Failed(..));
        Ok::<_, String>(said.first().is_some_and(|said| died(&said.end)))
    };
    // The first `survives` steps go well, and with the first `dead` steps it dies.
    let (mut survives, mut dead) = (0, whole.steps.len());
    if !dies(dead)? {
        return Ok(true);
    }
    while dead - survives > 1 {
        let middle = survives + (dead - survives) / 2;
        if dies(middle)? { dead = middle } else { survives = middle }
    }
    let last = Program { case, steps: &whole.steps[dead - 1..dead] };
    if let Some(function) = last.functions().last() {
        cause.function = function.name().to_owned();
        judgement.call = repro::sentence(case, &whole.steps[dead - 1]);
        let number = Program { case, steps: &whole.steps[..dead - 1] }.numbered_steps().len();
        judgement.observed = format!("step {number}: {}: {}", function.name(), judgement.observed);
    }
    Ok(true)
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
    let (mut judgements, mut going_on, mut next) = (Vec::with_capacity(cases.len()), Vec::new(), Vec::new());
    for (case, programs) in cases.iter().zip(&programs) {
        let (own, others) = rest.split_at(programs.len());
        rest = others;
        let judgement = judge(case, own);
        if let (Some(then), [said], false) = (&case.then, own, judgement.verdict.is_unexpected()) {
            going_on.push(judgements.len());
            next.push(then(&said.dumps));
        }
        judgements.push(judgement);
    }
    if next.is_empty() {
        return Ok(judgements);
    }
    // The sessions have ended, and the processes with them.
    let next: Vec<&Case> = next.iter().collect();
    for (i, later) in going_on.into_iter().zip(judge_all(engine, &next, settings, batch, &|_, _| ())?) {
        if later.verdict > judgements[i].verdict {
            let observed = format!("in the next process: {}", later.observed);
            judgements[i] = Judgement { observed, ..later };
        }
    }
    Ok(judgements)
}

/// Why cases about more than one process do not run.
const NOT_DURABLE: &str =
    "nobody has said that what guests store outlives the engine's processes (--durable, or --secrets)";
