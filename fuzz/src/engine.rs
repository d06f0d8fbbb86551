//! A guest that an engine runs: wasmi, which is small. Its module hands on what it is called with, to the function of the same name.

use std::sync::LazyLock;

use wasi_crypto_host::wasmi::add_to_linker;
use wasi_crypto_host::{CoreType, Errno, Hostcall, WasiCryptoCtx};
use wasmi::{Config, Engine, Instance, Linker, Memory, Module, Store, Val};

use crate::checked::MEMORY;
use crate::support::forwarder::forwarder;

/// The module, compiled once, and what it imports.
static MODULE: LazyLock<(Linker<WasiCryptoCtx>, Module)> = LazyLock::new(|| {
    let mut config = Config::default();
    // A page of the usual size is more memory than a guest of these targets has.
    config.wasm_custom_page_sizes(true);
    let engine = Engine::new(&config);
    let mut linker = Linker::new(&engine);
    add_to_linker(&mut linker, |ctx: &mut WasiCryptoCtx| ctx).expect("it is empty");
    let module = forwarder(&format!("(memory (export \"memory\") {MEMORY} {MEMORY} (pagesize 1))"));
    let module = wat::parse_str(module).expect("it is well-formed");
    (linker, Module::new(&engine, module).expect("it is valid"))
});

/// An instance of the module.
pub(crate) struct Guest {
    store: Store<WasiCryptoCtx>,
    instance: Instance,
    memory: Memory,
}

impl Guest {
    pub(crate) fn new(ctx: WasiCryptoCtx) -> Self {
        let (linker, module) = &*MODULE;
        let mut store = Store::new(module.engine(), ctx);
        let instance = linker.instantiate_and_start(&mut store, module).expect("there is all that it imports");
        let memory = instance.get_memory(&store, "memory").expect("it exports one");
        Self { store, instance, memory }
    }

    pub(crate) fn ctx(&self) -> &WasiCryptoCtx {
        self.store.data()
    }

    /// Makes a call, with the guest's memory as that of the instance. One that is shorter is the beginning of it.
    pub(crate) fn call(&mut self, hostcall: &Hostcall, memory: &mut [u8], args: &[u64]) -> Errno {
        let args: Vec<Val> = hostcall
            .core_params()
            .iter()
            .zip(args)
            .map(|(ty, arg)| match ty {
                CoreType::I32 => Val::I32(*arg as i32),
                CoreType::I64 => Val::I64(*arg as i64),
            })
            .collect();
        self.memory.data_mut(&mut self.store)[..memory.len()].copy_from_slice(memory);
        let function = self.instance.get_func(&self.store, hostcall.name()).expect("it exports all functions");
        let mut errno = [Val::I32(0)];
        let ended = function.call(&mut self.store, &args, &mut errno);
        memory.copy_from_slice(&self.memory.data(&self.store)[..memory.len()]);
        ended.unwrap_or_else(|trap| panic!("{} trapped: {trap}", hostcall.name()));
        let [Val::I32(errno)] = errno else { panic!("{} gave {errno:?}", hostcall.name()) };
        Errno::from_number(errno as u32).expect("a status of the specification")
    }
}
