//! What a process of an engine is started with, and what it may take.

use std::num::NonZeroUsize;
use std::process::Command;
use std::time::Duration;

use super::ending::Signs;

/// What the processes of one engine have in common.
#[derive(Clone, Debug, Default)]
pub(super) struct Setup {
    /// Variables that are set on top of the runner's own.
    pub(super) environment: Vec<(String, String)>,
    pub(super) limits: Limits,
    pub(super) signs: Signs,
}

impl Setup {
    pub(super) fn prepare<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.envs(self.environment.iter().map(|(name, value)| (name, value)))
    }
}

/// What a process may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How long it may run, whatever it does.
    pub(super) process: Option<Duration>,
    /// How many bytes of memory it and what it has started may use, where the system tells.
    pub(super) memory: u64,
    pub(super) wishes: Wishes,
}

impl Default for Limits {
    fn default() -> Self {
        Self { process: None, memory: 4 << 30, wishes: Wishes::default() }
    }
}

/// What an engine asks for; the command line can ask for something else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// How long one case may take.
    pub timeout: Option<Duration>,
    /// How many cases go into one guest.
    pub batch: Option<NonZeroUsize>,
    /// How many guests run at the same time.
    pub jobs: Option<NonZeroUsize>,
    /// What guests store outlives its processes: cases about that can be run.
    pub durable: bool,
}
