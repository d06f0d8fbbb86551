//! An embedded engine: wasmer with this project's host, in workers that are this very program.

use wasi_crypto_host::WasiCryptoCtx;
use wasi_crypto_host::secrets::SecretsManager;
use wasi_crypto_host::wasmer::{add_to_imports, bind_memory};
use wasmer::{
    Function, FunctionEnv, FunctionEnvMut, Imports, Instance, Memory, Module, RuntimeError, Store, TypedFunction,
};

use super::own_host;
use super::serving::{Failure, fd_write, serve_guests};
use super::worker::WorkerEngine;
use super::{EngineInfo, EngineKind};

/// What `--engine` calls it.
pub const NAME: &str = "wasmer";

/// Wasmer does not tell its version; a test compares it with the lock file.
const WASMER_VERSION: &str = "7.0.1";

/// The engine whose workers are this program with these arguments, which make it call [`serve_own_host`].
pub fn engine(args: &[&str]) -> Result<WorkerEngine, String> {
    let program =
        std::env::current_exe().map_err(|error| format!("cannot find the program to start workers: {error}"))?;
    let version = format!("wasmer {WASMER_VERSION}, wasi-crypto-host {}", env!("CARGO_PKG_VERSION"));
    let info = EngineInfo { name: NAME.to_owned(), version, kind: EngineKind::Embedded };
    Ok(WorkerEngine::new(info, program, args.iter().map(Into::into)))
}

/// Runs the guests that come on standard input on this project's own host.
pub fn serve_own_host() -> Result<(), String> {
    let engine = wasmer::Engine::default();
    let secrets = own_host::secrets()?;
    serve_guests(|module| run(&engine, module, &secrets))
}

/// What a guest has.
struct State {
    crypto: WasiCryptoCtx,
    memory: Option<Memory>,
}

fn run(engine: &wasmer::Engine, module: &[u8], secrets: &SecretsManager) -> Result<(), Failure> {
    fn link(error: impl ToString) -> Failure {
        Failure::Link(error.to_string())
    }
    let crypto = own_host::context(secrets).map_err(Failure::Link)?;
    let mut store = Store::new(engine.clone());
    let env = FunctionEnv::new(&mut store, State { crypto, memory: None });
    let mut imports = Imports::new();
    add_to_imports(&mut imports, &mut store, &env, |state| &mut state.crypto);
    imports.define("wasi_snapshot_preview1", "fd_write", Function::new_typed_with_env(&mut store, &env, write));

    let module = Module::new(&store, module).map_err(link)?;
    let instance = Instance::new(&mut store, &module, &imports).map_err(link)?;
    bind_memory(&mut store, &env, &instance, |state| &mut state.crypto).map_err(link)?;
    env.as_mut(&mut store).memory = instance.exports.get_memory("memory").ok().cloned();
    let start: TypedFunction<(), ()> = instance.exports.get_typed_function(&store, "_start").map_err(link)?;
    start.call(&mut store).map_err(|error| Failure::Trap(error.message()))
}

/// `fd_write`, on copies of the few words that it needs, and of what it writes.
fn write(
    mut env: FunctionEnvMut<'_, State>,
    fd: u32,
    vectors: u32,
    count: u32,
    written: u32,
) -> Result<u32, RuntimeError> {
    let (state, store) = env.data_and_store_mut();
    let memory = state.memory.as_ref().ok_or_else(|| RuntimeError::new("the guest exports no memory"))?;
    let view = memory.view(&store);
    let read = |start: u32, into: &mut [u8]| view.read(start.into(), into).map_err(|error| error.to_string());
    let len = fd_write(read, fd, vectors, count).map_err(RuntimeError::new)?;
    view.write(written.into(), &len.to_le_bytes()).map_err(|error| RuntimeError::new(error.to_string()))?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_wasmer_is_that_of_the_lock_file() {
        let lock = include_str!("../../../Cargo.lock").replace('\r', "");
        assert!(lock.contains(&format!("name = \"wasmer\"\nversion = \"{WASMER_VERSION}\"\n")));
    }
}
