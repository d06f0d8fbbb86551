//! The embedded engine, wasmtime, in a process of its own, because a host may panic, abort or hang.
//!
//! The runner starts its own program as a worker. A guest goes to the worker's standard input (length as 4 bytes,
//! little-endian, then the module); what it writes comes from standard output, then a line that says how it ended.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use wasmtime::{Caller, Config, Engine as Wasmtime, Extern, Linker, Module, OptLevel, Store};

use super::process::{Next, Process};
use super::{Engine, EngineInfo, Heard, MAX_OUTPUT, Outcome, Session, flood};

/// Begins the line that says how a guest ended.
const END: &str = "@wce ";

/// How long a worker may take to end that has closed its output.
const GRACE: Duration = Duration::from_secs(2);

/// The longest module that a worker accepts.
const MAX_MODULE: u32 = 1 << 30;

/// Runs the guests that come on standard input, with the functions that `link` adds, until the input ends.
/// `data` makes what the store of a guest holds.
pub fn serve<T: 'static>(
    link: impl Fn(&mut Linker<T>) -> wasmtime::Result<()>,
    data: impl Fn() -> T,
    bind: impl Fn(&mut Store<T>, &wasmtime::Instance) -> wasmtime::Result<()>,
) -> Result<(), String> {
    let mut config = Config::new();
    config.cranelift_opt_level(OptLevel::None);
    let engine = Wasmtime::new(&config).map_err(|error| format!("wasmtime does not start: {error:#}"))?;
    let mut linker = Linker::new(&engine);
    link_fd_write(&mut linker).and_then(|()| link(&mut linker)).map_err(|error| format!("cannot link: {error:#}"))?;

    let mut input = io::stdin().lock();
    loop {
        let mut len = [0; 4];
        match input.read_exact(&mut len) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            result => result.map_err(|error| format!("cannot read a guest: {error}"))?,
        }
        let len = u32::from_le_bytes(len);
        if len > MAX_MODULE {
            return Err(format!("a guest of {len} bytes is too long: a worker is started by the runner only"));
        }
        let mut module = vec![0; len as usize];
        input.read_exact(&mut module).map_err(|error| format!("cannot read a guest: {error}"))?;
        let (word, reason) = match run(&engine, &linker, &module, data(), &bind) {
            Ok(()) => ("finished", String::new()),
            Err(Failure::Link(error)) => ("link", format!("{error:#}")),
            Err(Failure::Trap(error)) => ("trap", format!("{:#}", error.root_cause())),
        };
        let reason = reason.replace('\n', " ");
        writeln!(io::stdout(), "{END}{word}:{reason}").map_err(|error| format!("cannot answer the runner: {error}"))?;
    }
}

/// Runs the guests that come on standard input on this project's own host.
pub fn serve_own_host() -> Result<(), String> {
    use wasi_crypto_host::WasiCryptoCtx;
    use wasi_crypto_host::wasmtime::{add_to_linker, bind_memory};

    let context = || WasiCryptoCtx::builder().build().expect("the default limits can be kept");
    serve(
        |linker| add_to_linker(linker, |ctx: &mut WasiCryptoCtx| ctx),
        context,
        |store, instance| bind_memory(store, instance, |ctx| ctx),
    )
}

enum Failure {
    Link(wasmtime::Error),
    Trap(wasmtime::Error),
}

fn run<T: 'static>(
    engine: &Wasmtime,
    linker: &Linker<T>,
    module: &[u8],
    data: T,
    bind: &impl Fn(&mut Store<T>, &wasmtime::Instance) -> wasmtime::Result<()>,
) -> Result<(), Failure> {
    let module = Module::new(engine, module).map_err(Failure::Link)?;
    let mut store = Store::new(engine, data);
    let instance = linker.instantiate(&mut store, &module).map_err(Failure::Link)?;
    bind(&mut store, &instance).map_err(Failure::Link)?;
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start").map_err(Failure::Link)?;
    start.call(&mut store, ()).map_err(Failure::Trap)
}

/// The one function of WASI that guests use, for standard output only.
fn link_fd_write<T: 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let write = |mut caller: Caller<'_, T>, fd: u32, vectors: u32, count: u32, written: u32| -> wasmtime::Result<u32> {
        let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
            wasmtime::bail!("the guest exports no memory");
        };
        if fd != 1 || count != 1 {
            wasmtime::bail!("guests write one vector at a time, to standard output");
        }
        let word = |caller: &Caller<'_, T>, at: u32| -> wasmtime::Result<u32> {
            let mut bytes = [0; 4];
            memory.read(caller, at as usize, &mut bytes)?;
            Ok(u32::from_le_bytes(bytes))
        };
        let (start, len) = (word(&caller, vectors)? as usize, word(&caller, vectors + 4)?);
        let bytes = memory.data(&caller).get(start..start + len as usize);
        let bytes = bytes.ok_or_else(|| wasmtime::format_err!("the guest writes from outside its memory"))?;
        let mut output = io::stdout().lock();
        output.write_all(bytes)?;
        output.flush()?;
        memory.write(&mut caller, written as usize, &len.to_le_bytes())?;
        Ok(0)
    };
    linker.func_wrap("wasi_snapshot_preview1", "fd_write", write)?;
    Ok(())
}

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
        let (mut deadline, mut written) = (Instant::now() + timeout, 0);
        loop {
            let text = match worker.process.next(deadline) {
                Next::Line(text) => text,
                Next::End => return worker.crashed(),
                Next::Nothing => return Outcome::Timeout,
            };
            if let Some(at) = text.find(END) {
                let (word, reason) = text[at + END.len()..].split_once(':').unwrap_or_default();
                let reason = reason.to_owned();
                self.worker = Some(worker);
                return match word {
                    "finished" => Outcome::Finished,
                    "link" => Outcome::Link(reason),
                    _ => Outcome::Trap(reason),
                };
            }
            written += text.len() + 1;
            if matches!(line(&text), Heard::Result | Heard::Last) {
                deadline = Instant::now() + timeout;
            }
            if written > MAX_OUTPUT {
                return flood();
            }
            if Instant::now() > deadline {
                return Outcome::Timeout;
            }
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
