//! What runs guests.

use std::time::Duration;

pub mod worker;

/// A WebAssembly engine with a host implementation of wasi-crypto.
pub trait Engine: Sync {
    /// What it is, for reports.
    fn info(&self) -> EngineInfo;

    /// Something that can run one guest after the other. The error is a sentence.
    fn session(&self) -> Result<Box<dyn Session>, String>;
}

/// What an engine is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct EngineInfo {
    /// The name that `--engine` takes.
    pub name: String,
    /// The version of the engine, and of the host where it is known.
    pub version: String,
}

/// Runs guests one after the other.
pub trait Session {
    /// Runs a guest and hands over what it writes, line by line. Gives up when there is no line for `timeout`.
    fn run(&mut self, module: &[u8], line: &mut dyn FnMut(&str), timeout: Duration) -> Outcome;
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
    /// The process of the engine ended.
    Crash(String),
    /// It wrote nothing for too long.
    Timeout,
    /// The engine cannot be used at all.
    Unusable(String),
}
