//! Listens to a process that runs a guest, for as long as the guest gets on.

use std::time::{Duration, Instant};

use super::output::Noise;
use super::process::{Next, Process};
use super::setup::Setup;
use super::{Heard, MAX_OUTPUT, Outcome, flood};

/// What came of listening.
pub(super) enum Listened {
    /// A line that the guest did not write, but the process to end it.
    End(String),
    /// The output of the process ended before such a line.
    Silence {
        /// The lines that were not the guest's.
        noise: Noise,
        /// Whether the guest wrote anything.
        spoke: bool,
        /// Until when the process may take to end.
        deadline: Instant,
    },
    /// There is nothing more to wait for.
    GaveUp(Outcome),
}

/// Hands the lines of a process over to `line`, up to one that `is_end` knows. The guest has `timeout` from one result to the next, and
/// the process `grace` after the last one.
pub(super) fn listen(
    process: &mut Process,
    setup: &Setup,
    line: &mut dyn FnMut(&str) -> Heard,
    is_end: impl Fn(&str) -> bool,
    timeout: Duration,
    grace: Duration,
) -> Listened {
    let start = Instant::now();
    let spent = setup.limits.process.map(|limit| start + limit);
    // The sooner of the two.
    let until = |after: Duration| {
        let deadline = Instant::now() + after;
        spent.map_or(deadline, |spent| deadline.min(spent))
    };
    let too_late = || {
        let is_spent = spent.is_some_and(|spent| Instant::now() >= spent);
        Listened::GaveUp(if is_spent { Outcome::Spent } else { Outcome::Timeout })
    };
    let mut deadline = until(timeout);
    let (mut written, mut spoke, mut noise) = (0, false, Noise::default());
    loop {
        let text = match process.next(deadline) {
            Next::Line(text) => text,
            Next::End => return Listened::Silence { noise, spoke, deadline },
            Next::Nothing => return too_late(),
            Next::TooMuchMemory => return Listened::GaveUp(too_much_memory(setup.limits.memory)),
        };
        if is_end(&text) {
            return Listened::End(text);
        }
        written += text.len() + 1;
        match line(&text) {
            Heard::Noise => {
                if let Some(outcome) = setup.signs.missing_plugin(&text) {
                    return Listened::GaveUp(outcome);
                }
                noise.add(&text);
            }
            Heard::Word => spoke = true,
            Heard::Result => (spoke, deadline) = (true, until(timeout)),
            Heard::Last => (spoke, deadline) = (true, until(grace)),
        }
        if written > MAX_OUTPUT {
            return Listened::GaveUp(flood());
        }
        if Instant::now() > deadline {
            return too_late();
        }
    }
}

fn too_much_memory(limit: u64) -> Outcome {
    Outcome::Crash(format!("it was ended, as it used more than {} MiB of memory", limit >> 20))
}
