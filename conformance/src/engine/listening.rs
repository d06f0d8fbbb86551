//! Listens to a process that runs a guest, for as long as the guest gets on.

use std::time::{Duration, Instant};

use super::output::Noise;
use super::process::{Next, Process};
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
    line: &mut dyn FnMut(&str) -> Heard,
    is_end: impl Fn(&str) -> bool,
    timeout: Duration,
    grace: Duration,
) -> Listened {
    let mut deadline = Instant::now() + timeout;
    let (mut written, mut spoke, mut noise) = (0, false, Noise::default());
    loop {
        let text = match process.next(deadline) {
            Next::Line(text) => text,
            Next::End => return Listened::Silence { noise, spoke, deadline },
            Next::Nothing => return Listened::GaveUp(Outcome::Timeout),
        };
        if is_end(&text) {
            return Listened::End(text);
        }
        written += text.len() + 1;
        match line(&text) {
            Heard::Noise => noise.add(&text),
            Heard::Word => spoke = true,
            Heard::Result => (spoke, deadline) = (true, Instant::now() + timeout),
            Heard::Last => (spoke, deadline) = (true, Instant::now() + grace),
        }
        if written > MAX_OUTPUT {
            return Listened::GaveUp(flood());
        }
        if Instant::now() > deadline {
            return Listened::GaveUp(Outcome::Timeout);
        }
    }
}
