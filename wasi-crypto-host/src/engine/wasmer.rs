//! wasi-crypto for modules that run on [`wasmer`](::wasmer), with whichever compiler its engine has.
//!
//! wasmer runs guests on stacks of its own, of 1 MiB, and ends those that recurse below them; for calls of the host it changes to the stack of the thread
//! that has called wasmer. There must be [`STACK_BYTES`](crate::STACK_BYTES), whatever the guest has done.
//!
//! ```
//! use wasi_crypto_host::wasmer::{add_to_imports, bind_memory};
//! use wasi_crypto_host::WasiCryptoCtx;
//! use wasmer::{Engine, FunctionEnv, Imports, Instance, Module, Store};
//!
//! fn run(engine: Engine, wasm: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
//!     let mut store = Store::new(engine);
//!     let env = FunctionEnv::new(&mut store, WasiCryptoCtx::builder().build()?);
//!     let mut imports = Imports::new();
//!     add_to_imports(&mut imports, &mut store, &env, |crypto| crypto);
//!
//!     let module = Module::new(&store, wasm)?;
//!     let instance = Instance::new(&mut store, &module, &imports)?;
//!     // Without it, the guest has no bytes to point to.
//!     bind_memory(&mut store, &env, &instance, |crypto| crypto)?;
//!
//!     instance.exports.get_function("_start")?.call(&mut store, &[])?;
//!     Ok(())
//! }
//! ```
#![allow(unsafe_code, reason = "wasmer leaves it to its users that nothing else touches a memory meanwhile")]

use std::fmt;

use ::wasmer::{
    AsStoreMut, ExportError, Function, FunctionEnv, FunctionEnvMut, FunctionType, Imports, Instance, Memory,
    MemoryView, RuntimeError, Type, Value,
};

use crate::abi::{CoreType, GuestMemory, Hostcall, MAX_CORE_PARAMS, SharedMemory, hostcalls};
use crate::context::WasiCryptoCtx;
use crate::engine::MEMORY;
use crate::errno::Errno;

/// Adds all functions of wasi-crypto to what a guest can import, in the place of any of these names that are there.
///
/// `get` finds the context of the guest in what `env` holds. A call that a [`StopHandle`](crate::StopHandle) ends makes a [`RuntimeError`] of it that
/// holds [`Stopped`].
pub fn add_to_imports<T: Send + 'static>(
    imports: &mut Imports,
    store: &mut impl AsStoreMut,
    env: &FunctionEnv<T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
) {
    for hostcall in hostcalls() {
        let params: Vec<Type> = hostcall
            .core_params()
            .into_iter()
            .map(|ty| match ty {
                CoreType::I32 => Type::I32,
                CoreType::I64 => Type::I64,
            })
            .collect();
        let entry = move |mut env: FunctionEnvMut<'_, T>, params: &[Value]| {
            let mut args = [0; MAX_CORE_PARAMS];
            for (arg, param) in args.iter_mut().zip(params) {
                *arg = bits(param);
            }
            match call(&mut env, get, hostcall, &args[..params.len()]) {
                Errno::InProgress => Err(RuntimeError::user(Box::new(Stopped))),
                errno => Ok(vec![Value::I32(errno.number().into())]),
            }
        };
        let function = Function::new_with_env(store, env, FunctionType::new(params, [Type::I32]), entry);
        imports.define(hostcall.module(), hostcall.name(), function);
    }
}

/// Makes the memory of `instance` the one that all further calls of its guest work on: wasmer does not tell a function who calls it.
///
/// The context must stay in this store: a call from another store would panic.
///
/// # Errors
///
/// If the instance does not export a memory called `memory`.
pub fn bind_memory<T: Send + 'static>(
    store: &mut impl AsStoreMut,
    env: &FunctionEnv<T>,
    instance: &Instance,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx,
) -> Result<(), ExportError> {
    let memory = instance.exports.get_memory(MEMORY)?.clone();
    let is_shared = memory.ty(store).shared;
    get(env.as_mut(store)).set_adapter_data(Bound { memory, is_shared });
    Ok(())
}

/// Undoes [`bind_memory`].
pub fn unbind_memory(ctx: &mut WasiCryptoCtx) {
    ctx.clear_adapter_data();
}

/// A call of the guest was ended from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a call of wasi-crypto was stopped")
    }
}

impl std::error::Error for Stopped {}

/// What a context keeps.
#[derive(Clone)]
struct Bound {
    memory: Memory,
    is_shared: bool,
}

/// A call on the memory that is bound. A guest without one has no bytes to point to.
fn call<T: Send + 'static>(
    env: &mut FunctionEnvMut<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx,
    hostcall: &Hostcall,
    args: &[u64],
) -> Errno {
    let Some(Bound { memory, is_shared }) = get(env.data_mut()).adapter_data::<Bound>().cloned() else {
        return get(env.data_mut()).call(hostcall, GuestMemory::unshared(&mut []), args);
    };
    let (data, store) = env.data_and_store_mut();
    let view = memory.view(&store);
    if is_shared {
        return get(data).call(hostcall, GuestMemory::shared(&Shared(view)), args);
    }
    // SAFETY: the bytes are those of the memory as it is now. It is not shared, so its only guest is the one that waits for this call. By the
    // store alone it could be read, written or grown until `bytes` is gone, and whoever called the guest has lent that until it returns. So
    // nobody else has it meanwhile: not `call` and `get`, nor the embedder's code that `call` runs, which are observers and drivers of stores
    // of keys.
    let bytes = unsafe { view.data_unchecked_mut() };
    get(data).call(hostcall, GuestMemory::unshared(bytes), args)
}

/// The memory of a guest with threads.
struct Shared<'a>(MemoryView<'a>);

impl SharedMemory for Shared<'_> {
    fn len(&self) -> usize {
        usize::try_from(self.0.data_size()).expect("a memory in the address space")
    }

    fn read(&self, offset: usize, into: &mut [u8]) {
        self.0.read(offset as u64, into).expect("the range is inside");
    }

    fn write(&self, offset: usize, from: &[u8]) {
        self.0.write(offset as u64, from).expect("the range is inside");
    }
}

/// The bits of a parameter; the functions have none that are no numbers.
fn bits(value: &Value) -> u64 {
    match *value {
        Value::I32(value) => u64::from(value.cast_unsigned()),
        Value::I64(value) => value.cast_unsigned(),
        _ => 0,
    }
}
