//! The embedded engine: wasmtime with this project's host, in workers that are this very program.

use wasi_crypto_host::WasiCryptoCtx;
use wasi_crypto_host::wasmtime::{add_to_linker, bind_memory};
use wasmtime::{Caller, Config, Engine, Extern, Linker, Module, OptLevel, Store};

use super::embedded_threads::Threads;
use super::own_host;
use super::serving::{Failure, fd_write_in, serve_guests};
use super::worker::WorkerEngine;
use super::{EngineInfo, EngineKind};

/// What `--engine` calls it.
pub const NAME: &str = "wasmtime";

/// Wasmtime does not tell its version; a test compares it with the lock file.
const WASMTIME_VERSION: &str = "48.0.8";

/// The engine whose workers are this program with these arguments, which make it call [`serve_own_host`].
pub fn engine(args: &[&str]) -> Result<WorkerEngine, String> {
    let program =
        std::env::current_exe().map_err(|error| format!("cannot find the program to start workers: {error}"))?;
    let version = format!("wasmtime {WASMTIME_VERSION}, wasi-crypto-host {}", env!("CARGO_PKG_VERSION"));
    Ok(WorkerEngine::new(
        EngineInfo { name: NAME.to_owned(), version, kind: EngineKind::Embedded },
        program,
        args.iter().map(Into::into),
    ))
}

/// Runs the guests that come on standard input, with the functions that `link` adds, until the input ends.
/// `data` makes what the store of a guest holds.
pub fn serve<T: 'static>(
    link: impl Fn(&mut Linker<T>) -> wasmtime::Result<()>,
    data: impl Fn() -> T,
    bind: impl Fn(&mut Store<T>, &wasmtime::Instance) -> wasmtime::Result<()>,
) -> Result<(), String> {
    let engine = new_engine()?;
    let mut linker = Linker::new(&engine);
    link_fd_write(&mut linker).and_then(|()| link(&mut linker)).map_err(|error| format!("cannot link: {error:#}"))?;

    serve_guests(|module| run(&linker, compile(&engine, module)?, data(), &bind))
}

/// Runs the guests that come on standard input on this project's own host.
pub fn serve_own_host() -> Result<(), String> {
    let secrets = own_host::secrets()?;
    let context = || own_host::context(&secrets).expect("the default limits can be kept");
    let engine = new_engine()?;
    let mut linker = Linker::new(&engine);
    link_fd_write(&mut linker)
        .and_then(|()| add_to_linker(&mut linker, |ctx: &mut WasiCryptoCtx| ctx))
        .map_err(|error| format!("cannot link: {error:#}"))?;
    serve_guests(|module| {
        let module = compile(&engine, module)?;
        match Threads::memory_of(&module) {
            Some(memory) => Threads::run(&module, memory, context()),
            None => run(&linker, module, context(), &|store, instance| bind_memory(store, instance, |ctx| ctx)),
        }
    })
}

fn new_engine() -> Result<Engine, String> {
    let mut config = Config::new();
    config.cranelift_opt_level(OptLevel::None).shared_memory(true);
    Engine::new(&config).map_err(|error| format!("wasmtime does not start: {error:#}"))
}

fn compile(engine: &Engine, module: &[u8]) -> Result<Module, Failure> {
    Module::new(engine, module).map_err(|error| Failure::Link(format!("{error:#}")))
}

fn run<T: 'static>(
    linker: &Linker<T>,
    module: Module,
    data: T,
    bind: &impl Fn(&mut Store<T>, &wasmtime::Instance) -> wasmtime::Result<()>,
) -> Result<(), Failure> {
    let link = |error: wasmtime::Error| Failure::Link(format!("{error:#}"));
    let mut store = Store::new(linker.engine(), data);
    let instance = linker.instantiate(&mut store, &module).map_err(link)?;
    bind(&mut store, &instance).map_err(link)?;
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start").map_err(link)?;
    start.call(&mut store, ()).map_err(|error| Failure::Trap(format!("{:#}", error.root_cause())))
}

fn link_fd_write<T: 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let write = |mut caller: Caller<'_, T>, fd: u32, vectors: u32, count: u32, written: u32| -> wasmtime::Result<u32> {
        let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
            wasmtime::bail!("the guest exports no memory");
        };
        fd_write_in(memory.data_mut(&mut caller), fd, vectors, count, written).map_err(wasmtime::Error::msg)?;
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
