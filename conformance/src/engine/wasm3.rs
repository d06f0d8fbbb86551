//! An embedded engine: wasm3 with this project's host, in workers that are this very program.

use std::cell::RefCell;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::thread;

use wasi_crypto_host::WasiCryptoCtx;
use wasi_crypto_host::secrets::SecretsManager;
use wasi_crypto_host::wasm3::{THREAD_STACK_BYTES, add_to_linker};
use wasm3x::{Caller, Engine, Error, Linker, Module, Store};

use super::own_host;
use super::serving::{Failure, fd_write, serve_guests};
use super::worker::WorkerEngine;
use super::{EngineInfo, EngineKind};

/// What `--engine` calls it.
pub const NAME: &str = "wasm3";

/// That of `wasm3x`, and of the interpreter in it. A test compares the former with the lock file.
const VERSIONS: [&str; 2] = ["0.2.1", "0.9.0"];

/// The engine whose workers are this program with these arguments, which make it call [`serve_own_host`].
pub fn engine(args: &[&str]) -> Result<WorkerEngine, String> {
    let program =
        std::env::current_exe().map_err(|error| format!("cannot find the program to start workers: {error}"))?;
    let [binding, interpreter] = VERSIONS;
    let version = format!("wasm3 {interpreter} in wasm3x {binding}, wasi-crypto-host {}", env!("CARGO_PKG_VERSION"));
    let info = EngineInfo { name: NAME.to_owned(), version, kind: EngineKind::Embedded };
    Ok(WorkerEngine::new(info, program, args.iter().map(Into::into)))
}

/// Runs the guests that come on standard input on this project's own host.
pub fn serve_own_host() -> Result<(), String> {
    let thread = thread::Builder::new().stack_size(THREAD_STACK_BYTES).spawn(serve);
    let thread = thread.map_err(|error| format!("cannot start a thread for guests: {error}"))?;
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

fn serve() -> Result<(), String> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    linker
        .func_wrap("wasi_snapshot_preview1", "fd_write", write)
        .map(|_| ())
        .and_then(|()| add_to_linker(&mut linker, |crypto: &Rc<RefCell<WasiCryptoCtx>>| crypto))
        .map_err(|error| format!("cannot link: {error}"))?;
    let secrets = own_host::secrets()?;
    serve_guests(|module| run(&linker, module, &secrets))
}

fn run(linker: &Linker<Rc<RefCell<WasiCryptoCtx>>>, module: &[u8], secrets: &SecretsManager) -> Result<(), Failure> {
    let link = |error: Error| Failure::Link(error.to_string());
    let ctx = own_host::context(secrets).map_err(Failure::Link)?;
    let module = Module::new(linker.engine(), module).map_err(link)?;
    let mut store = Store::new(linker.engine(), Rc::new(RefCell::new(ctx)));
    let instance = linker.instantiate_and_start(&mut store, &module).map_err(link)?;
    let start = instance.get_typed_func::<(), ()>(&store, "_start").map_err(link)?;
    start.call(&mut store, ()).map_err(|error| Failure::Trap(error.to_string()))
}

fn write(
    mut caller: Caller<'_, Rc<RefCell<WasiCryptoCtx>>>,
    fd: u32,
    vectors: u32,
    count: u32,
    written: u32,
) -> Result<u32, Error> {
    let memory = caller.get_memory().ok_or_else(|| Error::new("the guest has no memory"))?;
    let read =
        |start: u32, into: &mut [u8]| memory.read(&caller, start as usize, into).map_err(|error| error.to_string());
    let len = fd_write(read, fd, vectors, count).map_err(Error::new)?;
    memory.write(&mut caller, written as usize, &len.to_le_bytes())?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_wasm3x_is_that_of_the_lock_file() {
        let lock = include_str!("../../../Cargo.lock").replace('\r', "");
        assert!(lock.contains(&format!("name = \"wasm3x\"\nversion = \"{}\"\n", VERSIONS[0])));
    }
}
