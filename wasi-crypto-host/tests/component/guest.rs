//! A component that passes on every function, driven from here.
#![allow(dead_code, reason = "each test uses a part")]

use std::sync::OnceLock;

use tokio::runtime::Runtime;
use wasi_crypto_host::wasmtime::component::resources::SymmetricState;
use wasi_crypto_host::wasmtime::component::{add_to_linker, add_to_linker_async};
use wasi_crypto_host::{WasiCryptoCtx, WasiCryptoCtxBuilder};
use wasmtime::component::{Component, Instance, Linker, Type, Val};
use wasmtime::{Engine, Store};

use crate::executor::executor;
use crate::passthrough;

/// The component in a store of its own.
pub(crate) struct Guest {
    pub(crate) store: Store<WasiCryptoCtx>,
    pub(crate) instance: Instance,
    /// Of an asynchronous store.
    pub(crate) runtime: Option<Runtime>,
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

/// The same, and it can lengthen lists.
fn component_with_long_lists() -> &'static Component {
    static COMPONENT: OnceLock<Component> = OnceLock::new();
    COMPONENT.get_or_init(|| Component::new(&component().0, passthrough::generate_with_long_lists()).unwrap())
}

impl Guest {
    pub(crate) fn new() -> Self {
        Self::with(WasiCryptoCtx::builder())
    }

    pub(crate) fn with(ctx: WasiCryptoCtxBuilder) -> Self {
        Self::of(&component().1, ctx, None)
    }

    /// One whose store is used asynchronously.
    pub(crate) fn asynchronous(ctx: WasiCryptoCtxBuilder) -> Self {
        Self::of(&component().1, ctx, Some(executor()))
    }

    pub(crate) fn with_long_lists(ctx: WasiCryptoCtxBuilder) -> Self {
        Self::of(component_with_long_lists(), ctx, None)
    }

    pub(crate) fn asynchronous_with_long_lists(ctx: WasiCryptoCtxBuilder) -> Self {
        Self::of(component_with_long_lists(), ctx, Some(executor()))
    }

    pub(crate) fn of(component: &Component, ctx: WasiCryptoCtxBuilder, runtime: Option<Runtime>) -> Self {
        let mut store = Store::new(component.engine(), ctx.build().unwrap());
        // Where epochs interrupt, nobody counts yet.
        store.set_epoch_deadline(1 << 60);
        let instance = instantiate(component, &mut store, runtime.as_ref());
        Self { store, instance, runtime }
    }

    /// The handle of a state.
    pub(crate) fn handle_of_state(&mut self, state: &mut Val) -> u32 {
        let Val::Resource(resource) = state else { panic!("{state:?} is no resource") };
        let taken = resource.try_into_resource::<SymmetricState>(&mut self.store).unwrap();
        let handle = taken.rep();
        *resource = taken.try_into_resource_any(&mut self.store).unwrap();
        handle
    }

    /// Calls a function: what it gives back, or its errno. Panics if it traps.
    pub(crate) fn call(&mut self, name: &str, args: &[Val]) -> Result<Val, String> {
        self.try_call(name, args).unwrap_or_else(|trap| panic!("{name}: {trap:?}"))
    }

    /// The same, or the trap.
    pub(crate) fn try_call(&mut self, name: &str, args: &[Val]) -> wasmtime::Result<Result<Val, String>> {
        let func = self.instance.get_func(&mut self.store, name).unwrap_or_else(|| panic!("no function {name}"));
        let mut results = [Val::Bool(false)];
        match &self.runtime {
            None => func.call(&mut self.store, args, &mut results),
            Some(runtime) => runtime.block_on(func.call_async(&mut self.store, args, &mut results)),
        }?;
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
        match &self.runtime {
            None => resource.resource_drop(&mut self.store),
            Some(runtime) => runtime.block_on(resource.resource_drop_async(&mut self.store)),
        }
        .unwrap();
    }

    /// Lets a list of the next call have this length, and be made of what lies at the beginning of the memory.
    pub(crate) fn lengthen(&mut self, which: u32, len: u32) {
        let lengthen = self.instance.get_typed_func::<(u32, u32), ()>(&mut self.store, "lengthen").unwrap();
        match &self.runtime {
            None => lengthen.call(&mut self.store, (which, len)),
            Some(runtime) => runtime.block_on(lengthen.call_async(&mut self.store, (which, len))),
        }
        .unwrap();
    }

    /// Open handles, and bytes held.
    pub(crate) fn accounts(&self) -> (usize, usize) {
        (self.store.data().open_handles(), self.store.data().held_bytes())
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

fn instantiate(component: &Component, store: &mut Store<WasiCryptoCtx>, runtime: Option<&Runtime>) -> Instance {
    let instance = match runtime {
        None => linker(component.engine()).instantiate(store, component),
        Some(runtime) => runtime.block_on(linker_async(component.engine()).instantiate_async(store, component)),
    };
    instance.unwrap()
}

/// With all functions. Here only: linking takes the compiler a quarter of a minute for each closure.
pub(crate) fn linker(engine: &Engine) -> Linker<WasiCryptoCtx> {
    let mut linker = Linker::new(engine);
    add_to_linker(&mut linker, |ctx: &mut WasiCryptoCtx| ctx).unwrap();
    linker
}

/// The same for stores that are used asynchronously.
pub(crate) fn linker_async(engine: &Engine) -> Linker<WasiCryptoCtx> {
    let mut linker = Linker::new(engine);
    add_to_linker_async(&mut linker, |ctx: &mut WasiCryptoCtx| ctx).unwrap();
    linker
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
