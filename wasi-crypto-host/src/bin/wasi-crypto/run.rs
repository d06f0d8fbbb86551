//! `wasi-crypto run`.
//!
//! The store is used asynchronously: dropping the guest's future ends it wherever it is, be it in a loop, asleep, waiting
//! for standard input or for a password hash on another thread. A synchronous store could only be stopped in its own code.

use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, Instant};

use wasi_crypto_host::precompiled::Program;
use wasi_crypto_host::wasmtime::component::add_to_linker_async as add_components_to_linker_async;
use wasi_crypto_host::wasmtime::{add_to_linker_async, bind_memory};
use wasi_crypto_host::{AllowedAlgorithms, WasiCryptoCtx};
use wasmtime::component::{self, Component};
use wasmtime::{Engine, ExternType, InstancePre, Linker, Module, Store, Trap, UnknownImportError, WasmBacktrace};
use wasmtime_wasi::p1::{self, WasiP1Ctx};
use wasmtime_wasi::p2;
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::failure::Failure;
use crate::guest_secrets::GuestSecrets;
use crate::limiter::MemoryLimiter;
use crate::load;
use crate::say;
use crate::statistics::Statistics;
use crate::units::{Size, parse_size, parse_time};
use crate::watchdog::Watchdog;

const NOTES: &str = "\
Exit status:
  0 to 125  the guest's own
  126       the guest could not be started
  127       the guest's file could not be read
  134       the guest trapped
  142       the guest ran out of time
  2         wrong use of this command

Examples:
  wasi-crypto run guest.wasm
  wasi-crypto run --dir . guest.wasm input.txt
  wasi-crypto run --dir /srv/data::/data --env LANG=C guest.wasm --verbose /data/file
  wasi-crypto run --timeout 5s --max-memory-size 64MiB --statistics guest.wasm
  wasi-crypto run --allow-precompiled guest.cwasm
  wasi-crypto run --allow-algorithms Ed25519,SHA-256,HMAC/SHA-256 guest.wasm
  wasi-crypto run --secrets sqlite:keys.db --root-key file:root.key --namespace tenant-42 guest.wasm

Without --secrets there is no secrets manager, and keys live as long as the guest. `wasi-crypto keys` makes stores and keys.";

/// Run a WASI command with wasi-crypto: a module (preview 1) or a component (WASI 0.2).
///
/// Which of the two the file is, this command sees by itself. The guest gets this command's standard streams, the arguments and variables given here, and the directories given here; no network.
#[derive(clap::Args)]
#[command(override_usage = "wasi-crypto run [OPTIONS] FILE [ARGS]...", after_help = NOTES)]
pub(crate) struct Args {
    /// Let the guest read and write this directory, under the name GUEST or its own
    #[arg(long, value_name = "HOST[::GUEST]")]
    dir: Vec<String>,
    /// Set a variable in the guest's environment; NAME alone passes ours on
    #[arg(long, value_name = "NAME[=VALUE]")]
    env: Vec<String>,
    /// Bound the guest's memory, such as 64MiB
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    max_memory_size: Option<usize>,
    /// Bound the number of wasi-crypto handles that the guest has open at a time
    #[arg(long, value_name = "N")]
    max_handles: Option<usize>,
    /// Bound the memory that wasi-crypto holds for the guest in keys, states and outputs
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    max_held_bytes: Option<usize>,
    /// Let the guest have these algorithms only, such as Ed25519,SHA-256; `wasi-crypto algorithms` lists all
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    allow_algorithms: Option<Vec<String>>,
    #[command(flatten)]
    secrets: GuestSecrets,
    /// Stop the guest after this time, such as 500ms, 5s or 2m; to compile it may take as long, or 10 seconds
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    timeout: Option<Duration>,
    /// Run a file made by `wasi-crypto compile`: machine code, whose maker you trust
    #[arg(long)]
    allow_precompiled: bool,
    /// When the guest has ended, print time, memory, calls and open handles to standard error
    #[arg(long)]
    statistics: bool,
    /// The guest (.wasm, .wat, or, if that is allowed, made by `wasi-crypto compile`), then its arguments, options included
    #[arg(value_name = "FILE", required = true, trailing_var_arg = true)]
    guest: Vec<OsString>,
}

impl Args {
    fn file(&self) -> &Path {
        Path::new(&self.guest[0])
    }

    /// The guest's arguments, its name first.
    fn guest_args(&self) -> Result<Vec<String>, Failure> {
        let name = self.file().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let rest = self.guest[1..].iter().map(|arg| {
            arg.clone()
                .into_string()
                .map_err(|arg| Failure::not_started(format!("the argument {arg:?} is not UTF-8, which WASI asks for")))
        });
        std::iter::once(Ok(name)).chain(rest).collect()
    }
}

/// The data of the store.
struct Guest {
    wasi: WasiP1Ctx,
    crypto: WasiCryptoCtx,
    memory: MemoryLimiter,
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        self.wasi.ctx()
    }
}

/// A guest with all that it imports.
enum Linked {
    Module(InstancePre<Guest>),
    Component(CommandPre<Guest>),
}

/// How a guest ended.
enum Ending {
    /// With an exit status of its own.
    Exited(i32),
    /// Before its first instruction.
    NotStarted(wasmtime::Error),
    /// By a trap or an error of a host function.
    Stopped(wasmtime::Error),
    /// By the clock, after the time given.
    TimedOut(Duration),
}

/// Runs the guest to its end, and returns its exit status.
pub(crate) fn run(args: &Args) -> Result<i32, Failure> {
    let start = Instant::now();
    let engine = load::engine()?;
    let linked = {
        let limit = args.timeout.map(|limit| limit.max(COMPILING));
        let _watchdog =
            limit.map(|limit| Watchdog::start(limit, too_long_to_compile(args.file(), limit))).transpose()?;
        match load::program(&engine, args.file(), args.allow_precompiled)? {
            Program::Module(module) => link(&engine, &module, args.file()).map(Linked::Module)?,
            Program::Component(component) => link_component(&engine, &component, args.file()).map(Linked::Component)?,
        }
    };
    let mut store = Store::new(&engine, guest(args)?);
    store.limiter(|guest| &mut guest.memory);
    let loading = start.elapsed();

    let start = Instant::now();
    if let Some(limit) = args.timeout {
        // For what no timer of the guest's own thread can interrupt, such as an output that nobody reads. To the end of the process: what
        // there is to say of the guest may go where the guest has left no room.
        std::mem::forget(Watchdog::start(limit + LATE, stopped(args.file(), limit))?);
    }
    let ending = execute(&mut store, &linked, args.timeout)?;
    let running = start.elapsed();

    let Guest { crypto, memory, .. } = store.data();
    if args.statistics {
        say(format_args!("{}", Statistics { loading, running, peak_memory: memory.peak(), crypto }));
    }
    status(ending, memory, args.file())
}

fn link(engine: &Engine, module: &Module, file: &Path) -> Result<InstancePre<Guest>, Failure> {
    match module.get_export("_start") {
        Some(ExternType::Func(ty)) if ty.params().len() == 0 && ty.results().len() == 0 => {}
        _ => {
            return Err(Failure::not_started(format!(
                "{} exports no function `_start` without parameters and results, so it is no WASI command",
                file.display()
            )));
        }
    }
    let mut linker = Linker::new(engine);
    p1::add_to_linker_async(&mut linker, |guest: &mut Guest| &mut guest.wasi)
        .and_then(|()| add_to_linker_async(&mut linker, |guest| &mut guest.crypto))
        .and_then(|()| linker.instantiate_pre(module))
        .map_err(|cause| {
            let file = file.display();
            Failure::not_started(match cause.downcast_ref::<UnknownImportError>() {
                Some(import) => format!(
                    "{file} imports `{}` from `{}`, which is neither in WASI preview 1 nor in wasi-crypto",
                    import.name(),
                    import.module()
                ),
                None => format!("{file} cannot be linked: {cause:#}"),
            })
        })
}

fn link_component(engine: &Engine, component: &Component, file: &Path) -> Result<CommandPre<Guest>, Failure> {
    let file = file.display();
    let mut linker = component::Linker::new(engine);
    let pre = p2::add_to_linker_async(&mut linker)
        .and_then(|()| add_components_to_linker_async(&mut linker, |guest: &mut Guest| &mut guest.crypto))
        .and_then(|()| linker.instantiate_pre(component))
        .map_err(|cause| Failure::not_started(format!("{file} cannot be linked: {cause:#}")))?;
    CommandPre::new(pre).map_err(|cause| {
        Failure::not_started(format!("{file} exports no `wasi:cli/run`, so it is no WASI command: {cause:#}"))
    })
}

fn guest(args: &Args) -> Result<Guest, Failure> {
    let mut wasi = WasiCtxBuilder::new();
    wasi.inherit_stdio();
    // Faster; but a blocked thread cannot look at the clock.
    wasi.allow_blocking_current_thread(args.timeout.is_none());
    wasi.args(&args.guest_args()?);
    for variable in &args.env {
        match variable.split_once('=') {
            Some((name, value)) => wasi.env(name, value),
            None => wasi.env(variable, inherited(variable)?),
        };
    }
    for dir in &args.dir {
        let (host, guest) = dir.split_once("::").unwrap_or((dir, dir));
        wasi.preopened_dir(host, guest, FsPerms::ReadWrite)
            .map_err(|cause| Failure::not_started(format!("cannot open the directory {host} of --dir: {cause:#}")))?;
    }

    let mut crypto = WasiCryptoCtx::builder().statistics(args.statistics);
    if let Some(handles) = args.max_handles {
        crypto = crypto.max_handles(handles);
    }
    if let Some(bytes) = args.max_held_bytes {
        crypto = crypto.max_bytes(bytes);
    }
    if let Some(names) = &args.allow_algorithms {
        crypto = crypto.algorithms(AllowedAlgorithms::only(names));
    }
    if let Some(namespace) = args.secrets.namespace(args.file())? {
        crypto = crypto.secrets(namespace);
    }
    let crypto = crypto.build().map_err(|cause| Failure::not_started(cause.to_string()))?;

    Ok(Guest { wasi: wasi.build_p1(), crypto, memory: MemoryLimiter::new(args.max_memory_size) })
}

fn inherited(name: &str) -> Result<String, Failure> {
    std::env::var(name).map_err(|cause| Failure::not_started(format!("cannot pass on --env {name}: {cause}")))
}

fn execute(store: &mut Store<Guest>, guest: &Linked, timeout: Option<Duration>) -> Result<Ending, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| Failure::not_started(format!("cannot set up the event loop: {cause}")))?;
    // Within calls that take long; the guest's own code stops at the deadline below.
    store.data().crypto.stop_handle().stop_at(timeout.map(|limit| Instant::now() + limit));
    // Without a time limit the clock stands still, and this deadline is never met.
    store.set_epoch_deadline(1);
    store.epoch_deadline_async_yield_and_update(1);
    let engine = store.engine().clone();
    let ending = runtime.block_on(async {
        match timeout {
            None => call(store, guest).await,
            Some(limit) => {
                tick(engine);
                match tokio::time::timeout(limit, call(store, guest)).await {
                    Ok(Ending::Stopped(cause)) if matches!(cause.downcast_ref(), Some(Trap::Interrupt)) => {
                        Ending::TimedOut(limit)
                    }
                    ending => ending.unwrap_or(Ending::TimedOut(limit)),
                }
            }
        }
    });
    // Does not wait for threads that read standard input or hash a password.
    runtime.shutdown_background();
    Ok(ending)
}

async fn call(store: &mut Store<Guest>, guest: &Linked) -> Ending {
    match guest {
        Linked::Module(pre) => call_module(store, pre).await,
        Linked::Component(pre) => call_component(store, pre).await,
    }
}

async fn call_component(store: &mut Store<Guest>, pre: &CommandPre<Guest>) -> Ending {
    let command = match pre.instantiate_async(&mut *store).await {
        Ok(command) => command,
        Err(cause) => return Ending::NotStarted(cause),
    };
    match command.wasi_cli_run().call_run(&mut *store).await {
        Ok(Ok(())) => Ending::Exited(0),
        Ok(Err(())) => Ending::Exited(1),
        Err(cause) => ended(cause),
    }
}

async fn call_module(store: &mut Store<Guest>, pre: &InstancePre<Guest>) -> Ending {
    let instance = match pre.instantiate_async(&mut *store).await {
        Ok(instance) => instance,
        Err(cause) => return Ending::NotStarted(cause),
    };
    // A guest that exports no memory has nothing to bind, and can call nothing that needs it.
    let _ = bind_memory(&mut *store, &instance, |guest| &mut guest.crypto);
    let start = match instance.get_typed_func::<(), ()>(&mut *store, "_start") {
        Ok(start) => start,
        Err(cause) => return Ending::NotStarted(cause),
    };
    match start.call_async(store, ()).await {
        Ok(()) => Ending::Exited(0),
        Err(cause) => ended(cause),
    }
}

fn ended(cause: wasmtime::Error) -> Ending {
    match cause.downcast_ref::<I32Exit>() {
        Some(exit) => Ending::Exited(exit.0),
        None => Ending::Stopped(cause),
    }
}

/// Makes guests look up from their work every few milliseconds, as long as the engine lives.
fn tick(engine: Engine) {
    let engine = engine.weak();
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(5));
            match engine.upgrade() {
                Some(engine) => engine.increment_epoch(),
                None => break,
            }
        }
    });
}

fn stopped(file: &Path, limit: Duration) -> Failure {
    Failure::timed_out(format!("{} was stopped after {limit:?} (--timeout)", file.display()))
}

fn too_long_to_compile(file: &Path, limit: Duration) -> Failure {
    let file = file.display();
    Failure::timed_out(format!(
        "{file} is not compiled after {limit:?} (--timeout); `wasi-crypto compile` has no such limit"
    ))
}

fn status(ending: Ending, memory: &MemoryLimiter, path: &Path) -> Result<i32, Failure> {
    let file = path.display();
    let refused = memory.refused().map(|(limit, wanted)| {
        format!("it asked for {} of memory, and --max-memory-size allows {}", Size(wanted), Size(limit))
    });
    match ending {
        Ending::Exited(status) => Ok(status),
        Ending::TimedOut(limit) => Err(stopped(path, limit)),
        Ending::NotStarted(cause) if !cause.is::<Trap>() => Err(Failure::not_started(match refused {
            Some(refused) => format!("{file} cannot be started: {refused}"),
            None => format!("{file} cannot be started: {cause:#}"),
        })),
        Ending::NotStarted(cause) | Ending::Stopped(cause) => {
            let mut message = match cause.downcast_ref::<Trap>() {
                Some(trap) => {
                    let trap = trap.to_string();
                    format!("{file} trapped: {}", trap.strip_prefix("wasm trap: ").unwrap_or(&trap))
                }
                None => format!("{file} was stopped: {}", cause.root_cause()),
            };
            if let Some(refused) = refused {
                message += &format!("; before, {refused}");
            }
            Err(Failure::trapped(message + &backtrace(&cause)))
        }
    }
}

/// Where in the guest it happened, a line for each function; wasmtime keeps the innermost twenty.
fn backtrace(cause: &wasmtime::Error) -> String {
    let frames = cause.downcast_ref::<WasmBacktrace>().map_or(&[][..], WasmBacktrace::frames);
    let lines = frames.iter().map(|frame| {
        let symbol = frame.symbols().first().and_then(|symbol| symbol.name()).or(frame.func_name());
        let name = symbol.map_or_else(|| format!("function {}", frame.func_index()), str::to_owned);
        let offset = frame.module_offset().map_or_else(String::new, |offset| format!(" (at offset {offset:#x})"));
        format!("\n  in {name}{offset}")
    });
    lines.collect()
}

/// A guest may take so long to compile, or as long as it may run, if that is more.
const COMPILING: Duration = Duration::from_secs(10);

/// So long after its time a guest is ended that cannot be stopped otherwise.
const LATE: Duration = Duration::from_secs(1);
