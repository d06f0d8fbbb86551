//! Makes sequences that fail as short as they can be: steps are left out as long as the same thing goes wrong.

use super::{LAST, part_of_sequence, parts_of};
use crate::case::Case;
use crate::cause::{Cause, StepKind};
use crate::runner::{Report, Runner};
use crate::verdict::{CaseResult, Verdict};

/// How many sequences are made shorter: those behind them fail for the same reasons, as a rule.
const MOST: usize = 50;

/// Puts the shortest sequence that fails in the same way in the place of each that fails. The error is a sentence: the engine
/// cannot be used any more.
pub fn shrink(runner: &Runner<'_>, report: &mut Report) -> Result<(), String> {
    let failed = report.cases.iter_mut().filter(|result| result.verdict.is_unexpected());
    for result in failed.filter(|result| result.verdict != Verdict::Timeout).take(MOST) {
        let Some((seed, None)) = parts_of(&result.id) else { continue };
        let steps = shortest(runner, seed, result)?;
        let case = part_of_sequence(seed, &steps);
        let shorter = runner.run(&[case], &|_, _| ())?.cases.pop();
        if let Some(shorter) = shorter.filter(|shorter| is_alike(shorter, result)) {
            *result = shorter;
        }
    }
    Ok(())
}

fn shortest(runner: &Runner<'_>, seed: u64, result: &CaseResult) -> Result<Vec<u32>, String> {
    let mut steps: Vec<u32> = (0..=LAST).collect();
    let mut chunk = steps.len() / 2;
    while chunk > 0 {
        let without = |from: usize| {
            let left_out = from..(from + chunk).min(steps.len());
            let (before, behind) = (&steps[..left_out.start], &steps[left_out.end..]);
            [before, behind].concat()
        };
        let shorter: Vec<Vec<u32>> = (0..steps.len()).step_by(chunk).map(without).collect();
        let cases: Vec<Case> = shorter.iter().map(|steps| part_of_sequence(seed, steps)).collect();
        let fails = runner.once(&cases)?.iter().position(|found| is_alike(found, result));
        match fails {
            Some(i) => steps = shorter[i].clone(),
            None => chunk /= 2,
        }
    }
    Ok(steps)
}

/// Whether the same thing goes wrong. Where a guest ends before its time, it is not told again which call has ended it.
fn is_alike(one: &CaseResult, other: &CaseResult) -> bool {
    let kind = |cause: &Cause| (cause.step, cause.seen.clone(), cause.wanted.clone());
    let ends = |cause: &Cause| matches!(cause.step, StepKind::Trap | StepKind::Crash | StepKind::Timeout);
    one.verdict == other.verdict
        && match (&one.cause, &other.cause) {
            (Some(one), Some(other)) => kind(one) == kind(other) && (ends(one) || one.function == other.function),
            (None, None) => true,
            _ => false,
        }
}
