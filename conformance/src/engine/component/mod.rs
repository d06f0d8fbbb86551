//! The embedded engine's face for components, reached by the same guests: an adapter makes a call of a component of each of their calls.
//!
//! The component passes on every function (`passthrough.wat`), so that each call is lifted and lowered as any component's is. An adapter, and no
//! guest of its own: the guests of the suite, what they report and how cases are chosen stay as they are, and what WIT cannot say shows in
//! one place. The adapter reads the table of functions, and has few functions by name: those of which WIT takes away what the
//! witx function lets a guest do. `COMPONENTS.md` has what it answers itself, and which cases WIT leaves without an answer.

mod adapter;
mod batch;
mod call;
mod single;

use wasi_crypto_host::wasmtime::component::add_to_linker;
use wasi_crypto_host::{CoreType, Errno, WasiCryptoCtx, hostcalls};
use wasmtime::component::{Component, Linker as ComponentLinker};
use wasmtime::{Caller, Config, Engine, Extern, FuncType, Linker, OptLevel, Store, Val, ValType};

use self::adapter::Adapter;
use super::embedded;
use super::own_host;
use super::worker::WorkerEngine;
use super::{EngineInfo, EngineKind};

/// What `--engine` calls it.
pub const NAME: &str = "wasmtime-component";

/// The engine whose workers are this program with these arguments, which make it call [`serve_own_host`].
pub fn engine(args: &[&str]) -> Result<WorkerEngine, String> {
    let program =
        std::env::current_exe().map_err(|error| format!("cannot find the program to start workers: {error}"))?;
    let version = format!("wasi-crypto-host {}, its face for components", env!("CARGO_PKG_VERSION"));
    Ok(WorkerEngine::new(
        EngineInfo { name: NAME.to_owned(), version, kind: EngineKind::Embedded },
        program,
        args.iter().map(Into::into),
    ))
}

/// Runs the guests that come on standard input on this project's own host, through its face for components.
pub fn serve_own_host() -> Result<(), String> {
    let secrets = own_host::secrets()?;
    let cannot = |error: wasmtime::Error| format!("cannot load the component: {error:#}");
    let mut config = Config::new();
    config.cranelift_opt_level(OptLevel::None);
    let engine = Engine::new(&config).map_err(cannot)?;
    let component = wat::parse_str(include_str!("passthrough.wat")).map_err(|error| error.to_string())?;
    let component = Component::new(&engine, component).map_err(cannot)?;
    let mut linker = ComponentLinker::new(&engine);
    add_to_linker(&mut linker, |ctx: &mut WasiCryptoCtx| ctx).map_err(cannot)?;
    let pre = linker.instantiate_pre(&component).map_err(cannot)?;
    let adapter = || {
        let mut store = Store::new(&engine, own_host::context(&secrets).expect("the default limits can be kept"));
        let instance = pre.instantiate(&mut store).expect("it was linked");
        Adapter::new(store, instance)
    };
    embedded::serve(link, adapter, |_, _| Ok(()))
}

fn link(linker: &mut Linker<Adapter>) -> wasmtime::Result<()> {
    for hostcall in hostcalls() {
        let params = hostcall.core_params().into_iter().map(|ty| match ty {
            CoreType::I32 => ValType::I32,
            CoreType::I64 => ValType::I64,
        });
        let ty = FuncType::new(linker.engine(), params, [ValType::I32]);
        let call = move |mut caller: Caller<'_, Adapter>, params: &[Val], results: &mut [Val]| {
            let bits = |value: &Val| match value {
                Val::I64(value) => value.cast_unsigned(),
                value => u64::from(value.unwrap_i32().cast_unsigned()),
            };
            let args: Vec<u64> = params.iter().map(bits).collect();
            let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
                wasmtime::bail!("the guest exports no memory")
            };
            let (bytes, adapter) = memory.data_and_store_mut(&mut caller);
            let answer = adapter.call(hostcall, bytes, &args)?;
            results[0] = Val::I32(answer.err().unwrap_or(Errno::Success).number().into());
            Ok(())
        };
        linker.func_new(hostcall.module(), hostcall.name(), ty, call)?;
    }
    Ok(())
}
