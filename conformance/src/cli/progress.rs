//! How far a run has come.

use std::io::{IsTerminal, Write as _, stderr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// A bar on a terminal, and a line a minute elsewhere, where logs are read later or watched from afar.
pub(super) struct Progress {
    engine: String,
    terminal: bool,
    begin: Instant,
    last: Mutex<Instant>,
}

impl Progress {
    pub(super) fn new(engine: &str) -> Self {
        let now = Instant::now();
        Self { engine: engine.to_owned(), terminal: stderr().is_terminal(), begin: now, last: Mutex::new(now) }
    }

    pub(super) fn show(&self, done: usize, all: usize) {
        let interval = if self.terminal { Duration::from_millis(50) } else { Duration::from_secs(60) };
        let Ok(mut last) = self.last.try_lock() else { return };
        if last.elapsed() < interval {
            return;
        }
        *last = Instant::now();
        let text = if self.terminal { self.bar(done, all) } else { self.line(done, all) };
        let _ = write!(stderr(), "{text}");
    }

    pub(super) fn clear(&self) {
        if self.terminal {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }

    fn bar(&self, done: usize, all: usize) -> String {
        const WIDTH: usize = 40;
        let full = (done * WIDTH).checked_div(all).unwrap_or(WIDTH);
        format!("\r{} [{}{}] {done}/{all}", self.engine, "#".repeat(full), "-".repeat(WIDTH - full))
    }

    fn line(&self, done: usize, all: usize) -> String {
        format!("{}: {done} of {all} cases after {} s\n", self.engine, self.begin.elapsed().as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_a_bar_or_a_line() {
        let progress = Progress::new("wasmi");
        assert_eq!(progress.bar(1, 4), format!("\rwasmi [{}{}] 1/4", "#".repeat(10), "-".repeat(30)));
        assert_eq!(progress.bar(0, 0), format!("\rwasmi [{}] 0/0", "#".repeat(40)));
        assert_eq!(progress.line(7, 9), "wasmi: 7 of 9 cases after 0 s\n");
    }
}
