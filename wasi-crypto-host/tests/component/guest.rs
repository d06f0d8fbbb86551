//! A component that passes on every function, driven from here.

use std::sync::OnceLock;

use wasi_crypto_host::wasmtime::component::add_to_linker;
use wasi_crypto_host::{WasiCryptoCtx, WasiCryptoCtxBuilder};
use wasmtime::component::{Component, Instance, Linker, Type, Val};
use wasmtime::{Engine, Store};

use crate::passthrough;

/// The component in a store of its own.
pub(crate) struct Guest {
    pub(crate) store: Store<WasiCryptoCtx>,
    instance: Instance,
}

/// Compiled once for all tests.
pub(crate) fn component() -> &'static (Engine, Component) {
    static COMPONENT: OnceLock<(Engine, Component)> = OnceLock::new();
    COMPONENT.get_or_init(|| {
        let engine = Engine::default();
        let component = Component::new(&engine, passthrough::generate()).unwrap();
        (engine, component)
    })
}

impl Guest {
    pub(crate) fn new() -> Self {
        Self::with(WasiCryptoCtx::builder())
    }

    pub(crate) fn with(ctx: WasiCryptoCtxBuilder) -> Self {
        let (engine, component) = component();
        let mut linker = Linker::new(engine);
        add_to_linker(&mut linker, |ctx: &mut WasiCryptoCtx| ctx).unwrap();
        let mut store = Store::new(engine, ctx.build().unwrap());
        let instance = linker.instantiate(&mut store, component).unwrap();
        Self { store, instance }
    }

    /// Calls a function: what it gives back, or its errno. Panics if it traps.
    pub(crate) fn call(&mut self, name: &str, args: &[Val]) -> Result<Val, String> {
        self.try_call(name, args).unwrap_or_else(|trap| panic!("{name}: {trap:?}"))
    }

    /// The same, or the trap.
    pub(crate) fn try_call(&mut self, name: &str, args: &[Val]) -> wasmtime::Result<Result<Val, String>> {
        let func = self.instance.get_func(&mut self.store, name).unwrap_or_else(|| panic!("no function {name}"));
        let mut results = [Val::Bool(false)];
        func.call(&mut self.store, args, &mut results)?;
        let [Val::Result(result)] = results else { panic!("{name} has a result") };
        Ok(match result {
            Ok(value) => Ok(value.map_or(Val::Tuple(Vec::new()), |value| *value)),
            Err(errno) => match errno.map(|errno| *errno) {
                Some(Val::Variant(name, None)) => Err(name),
                other => panic!("{other:?}"),
            },
        })
    }

    /// The types of a function's parameters.
    pub(crate) fn param_types(&mut self, name: &str) -> Vec<Type> {
        let func = self.instance.get_func(&mut self.store, name).unwrap_or_else(|| panic!("no function {name}"));
        func.ty(&self.store).params().map(|(_, ty)| ty).collect()
    }

    /// Gives up a resource.
    pub(crate) fn drop(&mut self, resource: Val) {
        let Val::Resource(resource) = resource else { panic!("{resource:?} is no resource") };
        resource.resource_drop(&mut self.store).unwrap();
    }

    pub(crate) fn open_handles(&self) -> usize {
        self.store.data().open_handles()
    }

    /// A state of an algorithm without options.
    pub(crate) fn state(&mut self, algorithm: &str, key: Option<Val>) -> Result<Val, String> {
        self.call("symmetric-state-open", &[text(algorithm), optional(key), optional(None)])
    }

    pub(crate) fn pull(&mut self, output: Val) -> Vec<u8> {
        bytes(self.call("array-output-pull", &[output]).unwrap())
    }
}

pub(crate) fn text(text: &str) -> Val {
    Val::String(text.to_owned())
}

pub(crate) fn case(name: &str) -> Val {
    Val::Enum(name.to_owned())
}

pub(crate) fn optional(value: Option<Val>) -> Val {
    Val::Option(value.map(Box::new))
}

pub(crate) fn list(bytes: impl AsRef<[u8]>) -> Val {
    Val::List(bytes.as_ref().iter().map(|byte| Val::U8(*byte)).collect())
}

pub(crate) fn bytes(list: Val) -> Vec<u8> {
    let Val::List(list) = list else { panic!("{list:?} is no list") };
    list.into_iter().map(|byte| if let Val::U8(byte) = byte { byte } else { panic!("{byte:?} is no byte") }).collect()
}

/// Bytes from hexadecimal digits.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}
