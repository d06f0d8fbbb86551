//! An embedded engine: wasmi with this project's host, in workers that are this very program.

use wasi_crypto_host::WasiCryptoCtx;
use wasi_crypto_host::secrets::SecretsManager;
use wasi_crypto_host::wasmi::{add_to_linker, bind_memory};
use wasmi::{Caller, Engine, Error, Extern, Linker, Module, Store};

use super::own_host;
use super::serving::{Failure, fd_write_in, serve_guests};
use super::worker::WorkerEngine;
use super::{EngineInfo, EngineKind};

/// What `--engine` calls it.
pub const NAME: &str = "wasmi";

/// Wasmi does not tell its version; a test compares it with the lock file.
const WASMI_VERSION: &str = "2.0.0";

/// The engine whose workers are this program with these arguments, which make it call [`serve_own_host`].
pub fn engine(args: &[&str]) -> Result<WorkerEngine, String> {
    let program =
        std::env::current_exe().map_err(|error| format!("cannot find the program to start workers: {error}"))?;
    let version = format!("wasmi {WASMI_VERSION}, wasi-crypto-host {}", env!("CARGO_PKG_VERSION"));
    Ok(WorkerEngine::new(
        EngineInfo { name: NAME.to_owned(), version, kind: EngineKind::Embedded },
        program,
        args.iter().map(Into::into),
    ))
}

/// Runs the guests that come on standard input on this project's own host.
pub fn serve_own_host() -> Result<(), String> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    link_fd_write(&mut linker)
        .and_then(|()| add_to_linker(&mut linker, |ctx: &mut WasiCryptoCtx| ctx))
        .map_err(|error| format!("cannot link: {error}"))?;
    let secrets = own_host::secrets()?;
    serve_guests(|module| run(&linker, module, &secrets))
}

fn run(linker: &Linker<WasiCryptoCtx>, module: &[u8], secrets: &SecretsManager) -> Result<(), Failure> {
    let link = |error: Error| Failure::Link(error.to_string());
    let ctx = own_host::context(secrets).map_err(Failure::Link)?;
    let module = Module::new(linker.engine(), module).map_err(link)?;
    let mut store = Store::new(linker.engine(), ctx);
    let instance = linker.instantiate_and_start(&mut store, &module).map_err(link)?;
    bind_memory(&mut store, &instance, |ctx| ctx).map_err(link)?;
    let start = instance.get_typed_func::<(), ()>(&store, "_start").map_err(link)?;
    start.call(&mut store, ()).map_err(|error| Failure::Trap(error.to_string()))
}

fn link_fd_write(linker: &mut Linker<WasiCryptoCtx>) -> Result<(), Error> {
    let write = |mut caller: Caller<'_, WasiCryptoCtx>, fd: u32, vectors: u32, count: u32, written: u32| {
        let memory = caller.get_export("memory").and_then(Extern::into_memory);
        let memory = memory.ok_or_else(|| Error::new("the guest exports no memory"))?;
        fd_write_in(memory.data_mut(&mut caller), fd, vectors, count, written).map_err(Error::new)?;
        Ok::<u32, Error>(0)
    };
    linker.func_wrap("wasi_snapshot_preview1", "fd_write", write)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_wasmi_is_that_of_the_lock_file() {
        let lock = include_str!("../../../Cargo.lock").replace('\r', "");
        assert!(lock.contains(&format!("name = \"wasmi\"\nversion = \"{WASMI_VERSION}\"\n")));
    }
}
