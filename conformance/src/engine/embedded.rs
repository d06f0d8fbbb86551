//! The embedded engine: wasmtime with this project's host, in workers that are this very program.

use std::io::{self, Read, Write};

use wasi_crypto_host::WasiCryptoCtx;
use wasi_crypto_host::wasmtime::{add_to_linker, bind_memory};
use wasmtime::{Caller, Config, Engine, Extern, Linker, Module, OptLevel, Store};

use super::EngineInfo;
use super::worker::{END, WorkerEngine};

/// What `--engine` calls it.
pub const NAME: &str = "wasmtime";

/// Wasmtime does not tell its version; a test compares it with the lock file.
const WASMTIME_VERSION: &str = "48.0.8";

/// The longest module that a worker accepts.
const MAX_MODULE: u32 = 1 << 30;

/// The engine whose workers are this program with these arguments, which make it call [`serve_own_host`].
pub fn engine(args: &[&str]) -> Result<WorkerEngine, String> {
    let program =
        std::env::current_exe().map_err(|error| format!("cannot find the program to start workers: {error}"))?;
    let version = format!("wasmtime {WASMTIME_VERSION}, wasi-crypto-host {}", env!("CARGO_PKG_VERSION"));
    Ok(WorkerEngine::new(EngineInfo { name: NAME.to_owned(), version }, program, args.iter().map(Into::into)))
}

/// Runs the guests that come on standard input, with the functions that `link` adds, until the input ends.
/// `data` makes what the store of a guest holds.
pub fn serve<T: 'static>(
    link: impl Fn(&mut Linker<T>) -> wasmtime::Result<()>,
    data: impl Fn() -> T,
    bind: impl Fn(&mut Store<T>, &wasmtime::Instance) -> wasmtime::Result<()>,
) -> Result<(), String> {
    let mut config = Config::new();
    config.cranelift_opt_level(OptLevel::None);
    let engine = Engine::new(&config).map_err(|error| format!("wasmtime does not start: {error:#}"))?;
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
    engine: &Engine,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_wasmtime_is_that_of_the_lock_file() {
        let lock = include_str!("../../../Cargo.lock").replace('\r', "");
        assert!(lock.contains(&format!("name = \"wasmtime\"\nversion = \"{WASMTIME_VERSION}\"\n")));
    }
}
