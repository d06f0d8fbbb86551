//! wasi-crypto for modules that run on [`wasmtime`].
//!
//! [`add_to_linker`] serves stores that are used synchronously, [`add_to_linker_async`] those that are not, and
//! [`add_to_linker_shared`] the threads of one guest.
//!
//! # Memory
//!
//! Every call must find the guest's memory. Without further ado that is the export `memory` of the instance
//! that calls, looked up by its name each time (35 to 70 ns). Two ways spare that: [`bind_memory`] for a context that serves one
//! instance, and [`instantiate`] for any number of instances, each of which gets functions of its own that know its memory.
//!
//! # Deadlines
//!
//! With the feature `epochs`, calls that take long look at the epoch of the engine every 10 ms, if it
//! [has them](::wasmtime::Config::epoch_interruption), and what is chosen for the store happens: a trap, a callback, a turn for the executor.
//! That takes one instance of a small module in the store, and wasmtime's compiler. In other builds, a
//! [`StopHandle`](crate::StopHandle) ends long calls. A call in one piece takes no more than 50 ms within the default
//! [`Limits`](crate::Limits), but where a thread of [`add_to_linker_shared`] has data hashed that is not in a shared memory, or waits for
//! another thread.

mod check;
#[cfg(feature = "component")]
pub mod component;
mod epochs;
mod link;
#[cfg(feature = "async")]
mod link_async;
mod memory;
mod shared_memory;
mod status;
mod threads;

use ::wasmtime::{AsContextMut, Caller, Extern, Instance, Linker, Module, Result};

use self::epochs::Epochs;
use self::link::{link, link_owned};
#[cfg(feature = "async")]
use self::link_async::link_async;
#[cfg(feature = "async")]
use self::memory::Binding;
use self::memory::{Export, Kept, OfContext, OfInstance};
use crate::abi::{Hostcall, hostcalls};
use crate::context::WasiCryptoCtx;
use crate::engine::MEMORY;
use crate::threads::SharedWasiCryptoCtx;

/// Adds all functions of wasi-crypto to a linker, for stores that are used synchronously.
///
/// `get` finds the context of the guest in the store's data.
///
/// # Errors
///
/// If the linker already has one of the functions and does not allow shadowing.
pub fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
) -> Result<()> {
    let epochs = Epochs::of(linker.engine());
    hostcalls().iter().try_for_each(|hostcall| link_owned(linker, hostcall, get, OfContext, epochs.as_ref()))
}

/// Like [`add_to_linker`], for the threads of a guest: each has a store of its own, and all share a context.
///
/// Each call finds the memory that its caller exports as `memory`. Calls that take long go on side by side,
/// unless they are about the same object. On an engine with epochs, such a call does its work on a thread of its own and looks meanwhile.
///
/// # Errors
///
/// As for [`add_to_linker`].
pub fn add_to_linker_shared<T: 'static>(
    linker: &mut Linker<T>,
    get: impl Fn(&T) -> &SharedWasiCryptoCtx + Copy + Send + Sync + 'static,
) -> Result<()> {
    let epochs = Epochs::of(linker.engine());
    let call = move |caller: &mut Caller<'_, T>, hostcall: &'static Hostcall, args: &[u64]| {
        let ctx = get(caller.data()).clone();
        threads::call(caller, &ctx, epochs.as_ref(), hostcall, args)
    };
    hostcalls().iter().try_for_each(|hostcall| link(linker, hostcall, call.clone()))
}

/// Like [`add_to_linker`], for stores that are used asynchronously.
///
/// Work that takes long (password hashing, the generation of RSA keys) or may (what asks a store of managed keys) runs
/// on tokio's blocking threads, in the places of the context's [`JobPool`](crate::JobPool); the guest waits for it, the
/// executor does not. Where no tokio runtime is, it is done in the call. Hashing long data gives the executor a turn
/// after every 256 KiB, a third of a millisecond of SHA-512. Everything else is done in the call, and takes no more than 50 ms within the default
/// [`Limits`](crate::Limits). A call whose future is dropped is stopped, or never begun.
///
/// An engine with small stacks must leave [`STACK_BYTES`](crate::STACK_BYTES) to the host.
///
/// # Errors
///
/// As for [`add_to_linker`].
#[cfg(feature = "async")]
pub fn add_to_linker_async<T: Send + 'static>(
    linker: &mut Linker<T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
) -> Result<()> {
    let epochs = Epochs::of(linker.engine());
    hostcalls().iter().try_for_each(|hostcall| link_either(linker, hostcall, get, OfContext, epochs.as_ref()))
}

/// Instantiates a module in a store that is used synchronously, with functions of wasi-crypto of its own: they work on the memory that it
/// exports, without looking for it, however many instances there are in the store. All other imports come from `linker`.
///
/// This takes half a microsecond more for each function that the module imports. What [`bind_memory`] has bound is nothing to
/// these functions.
///
/// ```
/// use wasi_crypto_host::WasiCryptoCtx;
/// use wasi_crypto_host::wasmtime::instantiate;
/// use wasmtime::{Engine, Linker, Module, Store};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let engine = Engine::default();
/// let module = Module::new(&engine, r#"(module
///     (import "wasi_ephemeral_crypto_common" "options_open" (func $open (param i32 i32) (result i32)))
///     (memory (export "memory") 1)
///     (func (export "open") (result i32) (drop (call $open (i32.const 1) (i32.const 8))) (i32.load (i32.const 8))))"#)?;
/// let mut store = Store::new(&engine, WasiCryptoCtx::builder().build()?);
/// let linker = Linker::new(&engine);
/// for _ in 0..2 {
///     let instance = instantiate(&linker, &mut store, &module, |ctx| ctx)?;
///     let handle = instance.get_typed_func::<(), u32>(&mut store, "open")?.call(&mut store, ())?;
///     assert_ne!(handle, 0, "written to the memory of this instance");
/// }
/// assert_eq!(store.data().open_handles(), 2);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If an import is unknown or of another type, or as for [`Instance::new`].
pub fn instantiate<T: 'static>(
    linker: &Linker<T>,
    mut store: impl AsContextMut<Data = T>,
    module: &Module,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
) -> Result<Instance> {
    let binding = OfInstance::default();
    let epochs = Epochs::of(linker.engine());
    let own = own_functions(linker, module, |own, hostcall| {
        link_owned(own, hostcall, get, binding.clone(), epochs.as_ref())
    })?;
    let imports = imports(linker, &own, &mut store, module)?;
    let instance = Instance::new(&mut store, module, &imports)?;
    binding.bind(&mut store, &instance);
    Ok(instance)
}

/// Like [`instantiate`], for a store that is used asynchronously; the functions are as those of [`add_to_linker_async`].
///
/// # Errors
///
/// As for [`instantiate`].
#[cfg(feature = "async")]
pub async fn instantiate_async<T: Send + 'static>(
    linker: &Linker<T>,
    mut store: impl AsContextMut<Data = T>,
    module: &Module,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
) -> Result<Instance> {
    let binding = OfInstance::default();
    let epochs = Epochs::of(linker.engine());
    let own = own_functions(linker, module, |own, hostcall| {
        link_either(own, hostcall, get, binding.clone(), epochs.as_ref())
    })?;
    let imports = imports(linker, &own, &mut store, module)?;
    let instance = Instance::new_async(&mut store, module, &imports).await?;
    binding.bind(&mut store, &instance);
    Ok(instance)
}

/// Looks up the memory of `instance` for all further calls, which makes each 30 to 60 ns faster.
///
/// From here on every call through this context works on that memory, whichever instance makes it. So bind where
/// a context serves one instance; where several instances of one store share a context, don't, but [`instantiate`] them, or leave it to
/// each call to find the memory of its caller.
///
/// The context must stay in this store: a call from another store would panic.
///
/// # Errors
///
/// If the instance does not export a memory called `memory`.
pub fn bind_memory<T: 'static>(
    mut store: impl AsContextMut<Data = T>,
    instance: &Instance,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx,
) -> Result<()> {
    let memory = Export::new(instance.get_export(&mut store, MEMORY));
    if let Export::None = memory {
        ::wasmtime::bail!("the instance exports no memory named `{MEMORY}`, so there is nothing to bind");
    }
    Kept::of(get(store.as_context_mut().data_mut())).memory = Some(memory);
    Ok(())
}

/// Undoes [`bind_memory`].
pub fn unbind_memory(ctx: &mut WasiCryptoCtx) {
    let Some(kept) = ctx.adapter_data_mut::<Kept>() else { return };
    kept.memory = None;
    // A call that finds nothing kept has nothing to look into.
    if kept.check.is_none() {
        ctx.clear_adapter_data();
    }
}

/// A function of a store that is used asynchronously: those that are always short need no other form than that of other stores.
#[cfg(feature = "async")]
fn link_either<T: Send + 'static>(
    linker: &mut Linker<T>,
    hostcall: &'static Hostcall,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
    binding: impl Binding,
    epochs: Option<&Epochs>,
) -> Result<()> {
    match hostcall.may_be_long() {
        true => link_async(linker, hostcall, get, binding, epochs),
        false => link_owned(linker, hostcall, get, binding, None),
    }
}

/// A linker with those functions of wasi-crypto that a module imports.
fn own_functions<T: 'static>(
    linker: &Linker<T>,
    module: &Module,
    link: impl Fn(&mut Linker<T>, &'static Hostcall) -> Result<()>,
) -> Result<Linker<T>> {
    let mut own = Linker::new(linker.engine());
    // A module may import a function twice.
    own.allow_shadowing(true);
    for import in module.imports() {
        if let Some(hostcall) = Hostcall::find(import.name()).filter(|found| found.module() == import.module()) {
            link(&mut own, hostcall)?;
        }
    }
    Ok(own)
}

/// What a module imports, first of all from `own`.
fn imports<T: 'static>(
    linker: &Linker<T>,
    own: &Linker<T>,
    mut store: impl AsContextMut<Data = T>,
    module: &Module,
) -> Result<Vec<Extern>> {
    module
        .imports()
        .map(|import| {
            let found = own.get_by_import(&mut store, &import).or_else(|| linker.get_by_import(&mut store, &import));
            found.ok_or_else(|| ::wasmtime::format_err!("unknown import: `{}::{}`", import.module(), import.name()))
        })
        .collect()
}
