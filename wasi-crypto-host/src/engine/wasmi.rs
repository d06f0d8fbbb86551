//! wasi-crypto for modules that run on [`wasmi`](::wasmi), an interpreter.
//!
//! However deep a guest recurses, wasmi does not do so on the stack of its thread, and ends the guest at `Config::set_max_recursion_depth`. Where wasmi is
//! called, there must be [`STACK_BYTES`](crate::STACK_BYTES) and what wasmi itself takes, some KiB.
//!
//! ```
//! use wasi_crypto_host::wasmi::{add_to_linker, bind_memory};
//! use wasi_crypto_host::{Errno, WasiCryptoCtx};
//! use wasmi::{Engine, Linker, Module, Store};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = Engine::default();
//! let mut linker = Linker::new(&engine);
//! add_to_linker(&mut linker, |crypto: &mut WasiCryptoCtx| crypto)?;
//!
//! let module = Module::new(&engine, r#"(module
//!     (import "wasi_ephemeral_crypto_common" "options_open" (func $open (param i32 i32) (result i32)))
//!     (memory (export "memory") 1)
//!     (func (export "open") (param i32) (result i32) (call $open (i32.const 1) (local.get 0))))"#)?;
//! let mut store = Store::new(&engine, WasiCryptoCtx::builder().build()?);
//! let instance = linker.instantiate_and_start(&mut store, &module)?;
//! // Optional: spares each call the search for the guest's memory.
//! bind_memory(&mut store, &instance, |crypto| crypto)?;
//!
//! let open = instance.get_typed_func::<i32, i32>(&store, "open")?;
//! assert_eq!(open.call(&mut store, 64)?, i32::from(Errno::Success.number()));
//! assert_eq!(open.call(&mut store, -1)?, i32::from(Errno::GuestError.number()), "outside of the memory");
//! assert_eq!(store.data().open_handles(), 1);
//! # Ok(())
//! # }
//! ```

use ::wasmi::errors::HostError;
use ::wasmi::{AsContextMut, Caller, Error, Extern, FuncType, Instance, Linker, Memory, Val, ValType};

use crate::abi::{CoreType, GuestMemory, Hostcall, MAX_CORE_PARAMS, hostcalls};
use crate::context::WasiCryptoCtx;
use crate::engine::MEMORY;
use crate::errno::Errno;

/// Adds all functions of wasi-crypto to a linker.
///
/// `get` finds the context of the guest in the store's data. A call that a [`StopHandle`](crate::StopHandle) ends makes an error of it that
/// holds [`Stopped`].
///
/// # Errors
///
/// If the linker already has one of the functions.
pub fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
) -> Result<(), Error> {
    hostcalls().iter().try_for_each(|hostcall| link(linker, hostcall, get))
}

/// Looks up the memory of `instance` for all further calls, whichever instance makes them. So bind where a context serves one instance.
///
/// The context must stay in this store: a call from another store would panic.
///
/// # Errors
///
/// If the instance does not export a memory called `memory`.
pub fn bind_memory<T>(
    mut store: impl AsContextMut<Data = T>,
    instance: &Instance,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx,
) -> Result<(), Error> {
    let memory = instance.get_export(&store, MEMORY).and_then(Extern::into_memory).ok_or_else(|| {
        Error::new(format!("the instance exports no memory named `{MEMORY}`, so there is nothing to bind"))
    })?;
    get(store.as_context_mut().data_mut()).set_adapter_data(Bound(memory));
    Ok(())
}

/// Undoes [`bind_memory`].
pub fn unbind_memory(ctx: &mut WasiCryptoCtx) {
    ctx.clear_adapter_data();
}

/// A call of the guest was ended from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a call of wasi-crypto was stopped")
    }
}

impl HostError for Stopped {}

/// What a context keeps.
struct Bound(Memory);

fn link<T: 'static>(
    linker: &mut Linker<T>,
    hostcall: &'static Hostcall,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
) -> Result<(), Error> {
    let params = hostcall.core_params().into_iter().map(|ty| match ty {
        CoreType::I32 => ValType::I32,
        CoreType::I64 => ValType::I64,
    });
    let ty = FuncType::new(params, [ValType::I32]);
    let entry = move |mut caller: Caller<'_, T>, params: &[Val], results: &mut [Val]| {
        let mut args = [0; MAX_CORE_PARAMS];
        for (arg, param) in args.iter_mut().zip(params) {
            *arg = bits(param);
        }
        match call(&mut caller, get, hostcall, &args[..params.len()]) {
            Errno::InProgress => Err(Error::host(Stopped)),
            errno => {
                results[0] = Val::I32(errno.number().into());
                Ok(())
            }
        }
    };
    linker.func_new(hostcall.module(), hostcall.name(), ty, entry)?;
    Ok(())
}

/// A call on the memory that is bound, or that the caller exports. A guest without one has no bytes to point to.
fn call<T: 'static>(
    caller: &mut Caller<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx,
    hostcall: &Hostcall,
    args: &[u64],
) -> Errno {
    let bound = get(caller.data_mut()).adapter_data::<Bound>().map(|bound| bound.0);
    match bound.or_else(|| caller.get_export(MEMORY).and_then(Extern::into_memory)) {
        Some(memory) => {
            let (bytes, data) = memory.data_and_store_mut(caller);
            get(data).call(hostcall, GuestMemory::unshared(bytes), args)
        }
        None => get(caller.data_mut()).call(hostcall, GuestMemory::unshared(&mut []), args),
    }
}

/// The bits of a parameter; the functions have none that are no numbers.
fn bits(value: &Val) -> u64 {
    match *value {
        Val::I32(value) => u64::from(value.cast_unsigned()),
        Val::I64(value) => value.cast_unsigned(),
        _ => 0,
    }
}
