//! A guest on wasmtime that hands each call on to the host.

use tokio::runtime::Runtime;
use wasi_crypto_host::wasmtime::{add_to_linker, add_to_linker_async, instantiate, instantiate_async};
use wasi_crypto_host::{CoreType, Errno, Hostcall, WasiCryptoCtx};
use wasmtime::{Config, Engine, Extern, Instance, Linker, MemoryType, Module, SharedMemory, Store, StoreLimits, Val};

use crate::support::forwarder::forwarder;
use crate::support::{Guest, Native, PAGE, SLOT, Transport, hostcall, transcript};

pub(crate) const ONE_PAGE: &str = r#"(memory (export "memory") 1)"#;
/// That of another instance.
pub(crate) const IMPORTED: &str = r#"(import "env" "memory" (memory 1)) (export "memory" (memory 0))"#;
pub(crate) const SHARED: &str = r#"(import "env" "memory" (memory 1 2 shared)) (export "memory" (memory 0))"#;

/// The data of a store: two contexts, of which most tests use the first.
pub(crate) struct Data {
    pub(crate) first: WasiCryptoCtx,
    pub(crate) second: WasiCryptoCtx,
    pub(crate) limits: StoreLimits,
}

/// An instance whose exports hand their arguments on to the host, under the host's names.
pub(crate) struct Wasm {
    pub(crate) engine: Engine,
    pub(crate) memory: String,
    pub(crate) store: Store<Data>,
    pub(crate) instance: Instance,
    /// With a runtime, the functions are linked and called asynchronously.
    pub(crate) runtime: Option<Runtime>,
}

impl Wasm {
    pub(crate) fn new(engine: &Engine, memory: &str, runtime: Option<Runtime>) -> Self {
        Self::with_memory(engine, memory, runtime, None)
    }

    pub(crate) fn with_memory(
        engine: &Engine,
        memory: &str,
        runtime: Option<Runtime>,
        shared: Option<SharedMemory>,
    ) -> Self {
        let context = || WasiCryptoCtx::builder().build().unwrap();
        let mut store =
            Store::new(engine, Data { first: context(), second: context(), limits: StoreLimits::default() });
        // Where epochs interrupt, nobody counts yet.
        store.set_epoch_deadline(1 << 60);
        let mut linker = Linker::new(engine);
        if memory == SHARED {
            let shared = shared.unwrap_or_else(|| SharedMemory::new(engine, MemoryType::shared(1, 2)).unwrap());
            linker.define(&mut store, "env", "memory", shared).unwrap();
        }
        let module = Module::new(engine, forwarder(memory)).unwrap();
        let instance = match &runtime {
            None => {
                add_to_linker(&mut linker, |data: &mut Data| &mut data.first).unwrap();
                linker.instantiate(&mut store, &module).unwrap()
            }
            Some(runtime) => {
                add_to_linker_async(&mut linker, |data: &mut Data| &mut data.first).unwrap();
                runtime.block_on(linker.instantiate_async(&mut store, &module)).unwrap()
            }
        };
        Self { engine: engine.clone(), memory: memory.to_owned(), store, instance, runtime }
    }

    pub(crate) fn another_instance(
        &mut self,
        get: impl Fn(&mut Data) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
    ) -> Instance {
        let mut linker = Linker::new(&self.engine);
        add_to_linker(&mut linker, get).unwrap();
        let module = Module::new(&self.engine, forwarder(&self.memory)).unwrap();
        linker.instantiate(&mut self.store, &module).unwrap()
    }

    /// Another instance, which has functions of its own. `env` is what it imports as its memory, if it does.
    pub(crate) fn instantiate(&mut self, memory: &str, env: Option<Extern>) -> wasmtime::Result<Instance> {
        let mut linker = Linker::new(&self.engine);
        if let Some(env) = env {
            linker.define(&mut self.store, "env", "memory", env)?;
        }
        let module = Module::new(&self.engine, forwarder(memory))?;
        match &self.runtime {
            None => instantiate(&linker, &mut self.store, &module, |data| &mut data.first),
            Some(runtime) => {
                runtime.block_on(instantiate_async(&linker, &mut self.store, &module, |data| &mut data.first))
            }
        }
    }

    pub(crate) fn function(&mut self, name: &str) -> wasmtime::Func {
        self.instance.get_func(&mut self.store, name).unwrap()
    }

    pub(crate) fn run(&mut self, name: &str, args: &[Val]) -> u32 {
        self.try_run(name, args).unwrap()
    }

    pub(crate) fn try_run(&mut self, name: &str, args: &[Val]) -> wasmtime::Result<u32> {
        let function = self.function(name);
        let mut results = [Val::I32(-1)];
        match &self.runtime {
            None => function.call(&mut self.store, args, &mut results),
            Some(runtime) => runtime.block_on(function.call_async(&mut self.store, args, &mut results)),
        }?;
        Ok(results[0].unwrap_i32() as u32)
    }
}

impl Transport for Wasm {
    fn call(&mut self, hostcall: &'static Hostcall, args: &[u64]) -> Errno {
        let args: Vec<_> = hostcall.core_params().iter().zip(args).map(|(ty, arg)| val(ty, *arg)).collect();
        Errno::from_number(self.run(hostcall.name(), &args)).expect("a status of the specification")
    }

    fn read(&mut self, start: u32, into: &mut [u8]) {
        for (i, byte) in (start..).zip(into) {
            *byte = self.run("peek", &[Val::I32(i as i32)]) as u8;
        }
    }

    fn write(&mut self, start: u32, from: &[u8]) {
        for (i, byte) in (start..).zip(from) {
            self.run("poke", &[Val::I32(i as i32), Val::I32((*byte).into())]);
        }
    }
}

pub(crate) fn engine() -> Engine {
    Engine::new(Config::new().wasm_threads(true).shared_memory(true)).unwrap()
}

pub(crate) fn native_transcript() -> Vec<String> {
    transcript::run(&mut Guest::new(Native::new(WasiCryptoCtx::builder(), PAGE)))
}

pub(crate) fn assert_same(seen: &[String], native: &[String]) {
    for (i, (seen, native)) in seen.iter().zip(native).enumerate() {
        assert_eq!(seen, native, "step {i}");
    }
    assert_eq!(seen.len(), native.len());
}

pub(crate) fn call(wasm: &mut Wasm, name: &str, args: &[u32]) -> Errno {
    let args: Vec<u64> = args.iter().map(|arg| u64::from(*arg)).collect();
    wasm.call(hostcall(name), &args)
}

pub(crate) fn read<const N: usize>(wasm: &mut Wasm, start: u32) -> [u8; N] {
    let mut bytes = [0; N];
    wasm.read(start, &mut bytes);
    bytes
}

/// A state of SHA-256. Leaves the first 64 bytes of the memory changed.
pub(crate) fn hash_state(wasm: &mut Wasm) -> u32 {
    wasm.write(32, b"SHA-256");
    wasm.write(40, &[1]);
    assert_eq!(call(wasm, "symmetric_state_open", &[32, 7, 40, 40, SLOT]), Errno::Success);
    u32::from_le_bytes(read(wasm, SLOT))
}

/// A state of PBKDF2-SHA-256 with the password "password" and the salt "salt".
pub(crate) fn password_state(wasm: &mut Wasm, iterations: u64) -> u32 {
    let mut guest = Guest::new(wasm);
    let options = guest.options_open();
    guest.options_set(options, "salt", b"salt").unwrap();
    guest.options_set_u64(options, "ops_limit", iterations).unwrap();
    let state = guest.open("PBKDF2-SHA-256", None, Some(options)).unwrap();
    guest.absorb(state, b"password").unwrap();
    guest.call("options_close", &[options]).unwrap();
    state
}

pub(crate) fn accounts(wasm: &Wasm) -> (usize, usize) {
    let ctx = &wasm.store.data().first;
    (ctx.open_handles(), ctx.held_bytes())
}

pub(crate) fn val(ty: &CoreType, arg: u64) -> Val {
    match ty {
        CoreType::I32 => Val::I32(arg as i32),
        CoreType::I64 => Val::I64(arg as i64),
    }
}

pub(crate) fn vals(args: &[u32]) -> Vec<Val> {
    args.iter().map(|arg| Val::I32(*arg as i32)).collect()
}
