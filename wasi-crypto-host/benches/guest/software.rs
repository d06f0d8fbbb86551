//! The guest that does without the host: RustCrypto, compiled to WebAssembly.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

use wasmtime::{Engine, ExternType, Instance, Linker, Memory, Module, Store, TypedFunc};

/// An instance of `rustcrypto-guest`.
pub(crate) struct Software {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
    input: usize,
    output: usize,
    /// The operations that nothing has asked for.
    left: BTreeSet<String>,
}

impl Software {
    pub(crate) fn load(engine: &Engine, file: &Path) -> Result<Self, Box<dyn Error>> {
        let module = Module::from_file(engine, file)?;
        let mut linker = Linker::new(engine);
        // The standard library imports functions of WASI. No operation calls them.
        linker.define_unknown_imports_as_traps(&module)?;
        let mut store = Store::new(engine, ());
        let instance = linker.instantiate(&mut store, &module)?;
        let memory = instance.get_memory(&mut store, "memory").ok_or("the guest exports no memory")?;
        let mut address = |name| -> Result<usize, Box<dyn Error>> {
            let address = instance.get_typed_func::<(), u32>(&mut store, name)?;
            Ok(address.call(&mut store, ())? as usize)
        };
        let (input, output) = (address("input")?, address("output")?);
        let left = module.exports().filter(|export| is_operation(&export.ty())).map(|export| export.name().to_owned());
        Ok(Self { store, instance, memory, input, output, left: left.collect() })
    }

    /// The function for an operation, if the guest has it; it is named like the operation.
    pub(crate) fn find(&mut self, operation: &str) -> Option<TypedFunc<u32, u32>> {
        let words = operation.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let name = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_");
        self.left.remove(&name);
        self.instance.get_typed_func(&mut self.store, &name).ok()
    }

    pub(crate) fn write(&mut self, input: &[u8]) {
        self.memory.write(&mut self.store, self.input, input).expect("the input has room");
    }

    pub(crate) fn read(&self, len: usize) -> Vec<u8> {
        self.memory.data(&self.store)[self.output..][..len].to_vec()
    }

    pub(crate) fn run(&mut self, operation: &TypedFunc<u32, u32>, times: u32) {
        let status = operation.call(&mut self.store, times).expect("operations do not trap");
        assert_eq!(status, 0, "an operation in the guest failed");
    }

    /// Panics if the guest has operations that nothing asked for, as after one was given another name.
    pub(crate) fn check_all_found(&self) {
        assert!(
            self.left.is_empty(),
            "no operation of the benchmark is named like these of the guest: {:?}",
            self.left
        );
    }
}

/// Whether it takes how many times, and returns a status.
fn is_operation(export: &ExternType) -> bool {
    export.func().is_some_and(|function| function.params().len() == 1 && function.results().len() == 1)
}
