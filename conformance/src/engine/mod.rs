//! What runs guests.
//!
//! The other side is not trusted: whatever an engine or its host does, the runner goes on, in bounded time and memory.

use std::time::Duration;

pub mod command;
#[cfg(feature = "component")]
pub mod component;
#[cfg(feature = "embedded")]
pub mod embedded;
#[cfg(feature = "embedded")]
mod embedded_threads;
mod ending;
pub mod file;
pub mod known;
mod listening;
mod memory;
mod output;
#[cfg(any(feature = "embedded", feature = "wasm3", feature = "wasmer", feature = "wasmi"))]
pub(crate) mod own_host;
mod process;
mod search;
#[cfg(any(feature = "embedded", feature = "wasm3", feature = "wasmer", feature = "wasmi"))]
mod serving;
mod setup;
mod template;
#[cfg(feature = "wasm3")]
pub mod wasm3;
#[cfg(feature = "wasmer")]
pub mod wasmer;
#[cfg(feature = "wasmi")]
pub mod wasmi;
pub mod worker;

pub use setup::Wishes;
pub use template::Template;

use crate::plain::plain;

/// A WebAssembly engine with a host implementation of wasi-crypto.
pub trait Engine: Sync {
    /// What it is, for reports.
    fn info(&self) -> EngineInfo;

    /// What it asks of the runner.
    fn wishes(&self) -> Wishes {
        Wishes::default()
    }

    /// Something that can run one guest after the other. The error is a sentence.
    fn session(&self) -> Result<Box<dyn Session>, String>;
}

/// What an engine is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct EngineInfo {
    /// The name that `--engine` takes, or that of the program of a command line.
    pub name: String,
    /// The version of the engine, and of the host where it is known; or the command line.
    pub version: String,
    /// How the runner starts it.
    pub kind: EngineKind,
}

/// How the runner starts an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineKind {
    /// It is in this program, with this project's host.
    Embedded,
    /// A command line, for each guest anew.
    Command,
    /// A command line that takes one guest after the other.
    Worker,
}

/// Runs guests one after the other.
pub trait Session {
    /// Runs a guest and hands over what it writes, line by line, among it what the engine writes there. Gives up when
    /// the guest does not get on for `timeout`: lines that tell nothing new give it no more time.
    fn run(&mut self, module: &[u8], line: &mut dyn FnMut(&str) -> Heard, timeout: Duration) -> Outcome;
}

/// What a line was to the runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Not the guest's, or not what it has to say now.
    Noise,
    /// The guest's, about the case under way.
    Word,
    /// The guest's: a case is done.
    Result,
    /// The guest's: all its cases are done.
    Last,
}

/// How a guest ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It returned.
    Finished,
    /// It cannot be instantiated: an import is missing or has another type.
    Link(String),
    /// It trapped.
    Trap(String),
    /// The process of the engine ended, or had to be ended.
    Crash(String),
    /// It did not get on for too long.
    Timeout,
    /// Its process has run for as long as it may, which need not be the fault of the case under way.
    Spent,
    /// The engine cannot be used at all.
    Unusable(String),
}

impl Outcome {
    /// The same, with reasons that can be shown: they are the engine's words.
    pub(crate) fn plain(self) -> Self {
        const MOST: usize = 4_000;
        match self {
            Self::Link(reason) => Self::Link(plain(&reason, MOST)),
            Self::Trap(reason) => Self::Trap(plain(&reason, MOST)),
            Self::Crash(reason) => Self::Crash(plain(&reason, MOST)),
            Self::Unusable(reason) => Self::Unusable(plain(&reason, MOST)),
            Self::Finished | Self::Timeout | Self::Spent => self,
        }
    }
}

/// The most that one guest may write, noise included. What all cases of the suite write together is a tenth of it.
const MAX_OUTPUT: usize = 64 << 20;

/// What is said of a guest that writes more.
fn flood() -> Outcome {
    Outcome::Crash(format!("it was ended, as it wrote more than {} MiB", MAX_OUTPUT >> 20))
}
