//! An engine in processes of its own, since a host may panic, abort or hang, each of which runs many guests.
//!
//! A guest goes to the worker's standard input (length as 4 bytes, little-endian, then the module); what it writes comes
//! from standard output, then a line that says how it ended.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use super::listening::{Listened, listen};
use super::process::Process;
use super::{Engine, EngineInfo, Heard, Outcome, Session};

/// Begins the line that says how a guest ended.
pub(super) const END: &str = "@wce ";

/// How long a worker may take to end that has closed its output.
const GRACE: Duration = Duration::from_secs(2);

/// An engine whose guests run in processes that serve as workers.
#[derive(Clone, Debug)]
pub struct WorkerEngine {
    info: EngineInfo,
    program: PathBuf,
    args: Vec<OsString>,
}

impl WorkerEngine {
    /// Workers are started as `program args…`.
    pub fn new(info: EngineInfo, program: PathBuf, args: impl IntoIterator<Item = OsString>) -> Self {
        Self { info, program, args: args.into_iter().collect() }
    }
}

impl Engine for WorkerEngine {
    fn info(&self) -> EngineInfo {
        self.info.clone()
    }

    fn session(&self) -> Result<Box<dyn Session>, String> {
        Ok(Box::new(WorkerSession { engine: self.clone(), worker: None }))
    }
}

struct WorkerSession {
    engine: WorkerEngine,
    worker: Option<Worker>,
}

struct Worker {
    process: Process,
    input: ChildStdin,
}

impl Session for WorkerSession {
    fn run(&mut self, module: &[u8], line: &mut dyn FnMut(&str) -> Heard, timeout: Duration) -> Outcome {
        // Put back only when it has said how the guest ended: until then nobody knows what state it is in.
        let mut worker = match self.worker.take().map_or_else(|| Worker::start(&self.engine), Ok) {
            Ok(worker) => worker,
            Err(reason) => return Outcome::Unusable(reason),
        };
        if worker.send(module).is_err() {
            return worker.crashed();
        }
        let is_end = |text: &str| text.contains(END);
        let text = match listen(&mut worker.process, line, is_end, timeout, timeout) {
            Listened::End(text) => text,
            Listened::Silence { .. } => return worker.crashed(),
            Listened::GaveUp(outcome) => return outcome,
        };
        self.worker = Some(worker);
        let (_, end) = text.split_once(END).unwrap_or_default();
        let (word, reason) = end.split_once(':').unwrap_or_default();
        match word {
            "finished" => Outcome::Finished,
            "link" => Outcome::Link(reason.to_owned()),
            _ => Outcome::Trap(reason.to_owned()),
        }
    }
}

impl Worker {
    fn start(engine: &WorkerEngine) -> Result<Self, String> {
        let mut process = Process::start(Command::new(&engine.program).args(&engine.args).stdin(Stdio::piped()))
            .map_err(|error| format!("cannot start the worker {}: {error}", engine.program.display()))?;
        let input = process.input().ok_or("the worker was started without a pipe for its guests")?;
        Ok(Self { process, input })
    }

    fn send(&mut self, module: &[u8]) -> io::Result<()> {
        self.input.write_all(&(module.len() as u32).to_le_bytes())?;
        self.input.write_all(module)?;
        self.input.flush()
    }

    /// What became of a worker that closed its output.
    fn crashed(mut self) -> Outcome {
        let status = self.process.status(Instant::now() + GRACE);
        let status = status.map_or_else(|| "it closed its output, and went on".to_owned(), |status| status.to_string());
        let errors = self.process.errors().join(" ");
        Outcome::Crash(format!("the engine's process ended ({status}) {errors}").trim_end().to_owned())
    }
}
