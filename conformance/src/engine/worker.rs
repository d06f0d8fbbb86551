//! An engine in processes of its own, since a host may panic, abort or hang, each of which runs many guests.
//!
//! A guest goes to the worker's standard input (length as 4 bytes, little-endian, then the module); what it writes comes
//! from standard output, then a line that says how it ended. `WORKER.md` has it in full.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use super::listening::{Listened, listen};
use super::process::Process;
use super::setup::Setup;
use super::{Engine, EngineInfo, EngineKind, Heard, Outcome, Session, Template, Wishes};
use crate::plain::plain;

/// Begins the line that says how a guest ended.
pub(super) const END: &str = "@wce ";

/// How long a worker may take to end that has closed its output.
const GRACE: Duration = Duration::from_secs(2);

/// An engine whose guests run in processes that serve as workers.
#[derive(Clone, Debug)]
pub struct WorkerEngine {
    info: EngineInfo,
    template: Template,
    setup: Setup,
}

impl WorkerEngine {
    /// Workers are started as `program args…`.
    pub fn new(info: EngineInfo, program: PathBuf, args: impl IntoIterator<Item = OsString>) -> Self {
        Self::with(info, Template::of_program(program, args), Setup::default())
    }

    /// Workers are started by this command line; see [`Template::worker`].
    pub fn of_command(template: Template) -> Self {
        let info =
            EngineInfo { name: template.name(), version: format!("`{}`", template.text()), kind: EngineKind::Worker };
        Self::with(info, template, Setup::default())
    }

    /// The same with this place for secrets, which [`own_host`](super::own_host) knows how to use.
    #[cfg(any(feature = "embedded", feature = "wasm3", feature = "wasmer", feature = "wasmi"))]
    pub(crate) fn with_secrets(mut self, url: &str) -> Self {
        self.setup.environment.push((super::own_host::SECRETS.to_owned(), url.to_owned()));
        self.setup.limits.wishes.durable = super::own_host::is_durable(url);
        self
    }

    pub(super) fn with(info: EngineInfo, template: Template, setup: Setup) -> Self {
        Self { info, template, setup }
    }
}

impl Engine for WorkerEngine {
    fn info(&self) -> EngineInfo {
        self.info.clone()
    }

    fn wishes(&self) -> Wishes {
        self.setup.limits.wishes
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
    guests: Sender<Vec<u8>>,
}

impl Session for WorkerSession {
    fn run(&mut self, module: &[u8], line: &mut dyn FnMut(&str) -> Heard, timeout: Duration) -> Outcome {
        // Put back only when it has said how the guest ended: until then nobody knows what state it is in.
        let mut worker = match self.worker.take().map_or_else(|| Worker::start(&self.engine), Ok) {
            Ok(worker) => worker,
            Err(reason) => return Outcome::Unusable(reason),
        };
        let setup = &self.engine.setup;
        if worker.guests.send(module.to_vec()).is_err() {
            return worker.crashed(setup);
        }
        let is_end = |text: &str| text.contains(END);
        let text = match listen(&mut worker.process, setup, line, is_end, timeout, timeout) {
            Listened::End(text) => text,
            Listened::Silence { .. } => return worker.crashed(setup),
            Listened::GaveUp(outcome) => return outcome,
        };
        let (_, end) = text.split_once(END).unwrap_or_default();
        let (word, reason) = end.split_once(':').unwrap_or((end, ""));
        let reason = reason.trim().to_owned();
        let outcome = match word {
            "finished" => Outcome::Finished,
            "link" => Outcome::Link(reason),
            "trap" => Outcome::Trap(reason),
            _ => {
                let word = plain(word, 100);
                return Outcome::Crash(format!(
                    "the worker says that the guest ended as {word:?}, which is neither finished, link nor trap"
                ));
            }
        };
        self.worker = Some(worker);
        outcome
    }
}

impl Worker {
    fn start(engine: &WorkerEngine) -> Result<Self, String> {
        let mut command = engine.template.command(&[]);
        let command = engine.setup.prepare(&mut command).stdin(Stdio::piped());
        let mut process = Process::start(command, engine.setup.limits.memory)
            .map_err(|error| format!("cannot start the worker {}: {error}", engine.template.program().display()))?;
        let input = process.input().ok_or("the worker was started without a pipe for its guests")?;
        Ok(Self { process, guests: feed(input) })
    }

    /// What became of a worker that closed its output.
    fn crashed(mut self, setup: &Setup) -> Outcome {
        let status = self.process.status(Instant::now() + GRACE);
        let status = status.map_or_else(|| "it closed its output, and went on".to_owned(), |status| status.to_string());
        let errors = self.process.errors();
        if let Some(outcome) = errors.iter().find_map(|line| setup.signs.missing_plugin(line)) {
            return outcome;
        }
        Outcome::Crash(format!("the engine's process ended ({status}) {}", errors.join(" ")).trim_end().to_owned())
    }
}

/// Writes guests into a worker's standard input, aside, as the worker may not read them.
fn feed(mut input: ChildStdin) -> Sender<Vec<u8>> {
    let (guests, waiting) = channel::<Vec<u8>>();
    std::thread::spawn(move || {
        for module in waiting {
            let len = u32::try_from(module.len()).expect("a guest is a few megabytes long");
            let written = input.write_all(&len.to_le_bytes()).and_then(|()| input.write_all(&module));
            // A worker that reads no more says by its end, or by its silence, what became of the guest.
            if written.and_then(|()| input.flush()).is_err() {
                break;
            }
        }
    });
    guests
}
