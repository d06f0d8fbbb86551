//! wasi-crypto for modules that run on [`wasmtime`].
//!
//! [`add_to_linker`] serves stores that are used synchronously, [`add_to_linker_async`] those that are not, and
//! [`add_to_linker_shared`] the threads of one guest.
//! Every call must find the guest's memory. Without further ado that is the export `memory` of the instance
//! that calls, looked up each time (about 50 ns); [`bind_memory`] does the look-up once.
#![allow(unsafe_code, reason = "the unchecked linker interface is ten times as fast as the checked one")]

use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU8, Ordering};

use ::wasmtime::{
    AsContextMut, Caller, Extern, FuncType, Instance, Linker, Memory, Result, SharedMemory as WasmSharedMemory, ValRaw,
    ValType,
};

use crate::abi::{CoreType, GuestMemory, Hostcall, MAX_CORE_PARAMS, SharedMemory, hostcalls};
use crate::context::WasiCryptoCtx;
#[cfg(feature = "async")]
use crate::context::{FinishedWork, PendingWork, Progress};
use crate::engine::Binding;
use crate::errno::Errno;
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
    hostcalls().iter().try_for_each(|hostcall| link(linker, hostcall, call_with(get)))
}

/// Like [`add_to_linker`], for the threads of a guest: each has a store of its own, and all share a context.
///
/// Each call finds the memory that its caller exports as `memory`. Calls that take long go on side by side,
/// unless they are about the same object; none is moved to another thread.
///
/// # Errors
///
/// As for [`add_to_linker`].
pub fn add_to_linker_shared<T: 'static>(
    linker: &mut Linker<T>,
    get: impl Fn(&T) -> &SharedWasiCryptoCtx + Copy + Send + Sync + 'static,
) -> Result<()> {
    let call = move |caller: &mut Caller<'_, T>, hostcall: &'static Hostcall, args: &[u64]| {
        let ctx = get(caller.data()).clone();
        match GuestExport::new(caller.get_export("memory")) {
            Some(GuestExport::Unshared(memory)) => {
                ctx.call(hostcall, GuestMemory::unshared(memory.data_mut(caller)), args)
            }
            Some(GuestExport::Shared(memory)) => ctx.call(hostcall, GuestMemory::shared(&memory), args),
            None => ctx.call(hostcall, GuestMemory::unshared(&mut []), args),
        }
    };
    hostcalls().iter().try_for_each(|hostcall| link(linker, hostcall, call))
}

/// Like [`add_to_linker`], for stores that are used asynchronously.
///
/// Work that takes long (password hashing, the generation of RSA keys) runs on tokio's blocking threads; the guest waits
/// for it, the executor does not. Everything else is done in the call, and so is that work where no tokio runtime is.
///
/// # Errors
///
/// As for [`add_to_linker`].
#[cfg(feature = "async")]
pub fn add_to_linker_async<T: Send + 'static>(
    linker: &mut Linker<T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
) -> Result<()> {
    hostcalls().iter().try_for_each(|hostcall| match hostcall.may_be_long() {
        true => link_async(linker, hostcall, get),
        false => link(linker, hostcall, call_with(get)),
    })
}

/// Looks up the memory of `instance` for all further calls, which makes each about 50 ns faster.
///
/// From here on every call through this context works on that memory, whichever instance makes it. So bind where
/// a context serves one instance; where several instances of one store share a context, don't: unbound,
/// each call finds the memory of its own caller.
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
    let memory = GuestExport::new(instance.get_export(&mut store, "memory")).ok_or_else(|| {
        ::wasmtime::format_err!("the instance exports no memory named `memory`, so there is nothing to bind")
    })?;
    get(store.as_context_mut().data_mut()).engine = Binding::Wasmtime(memory);
    Ok(())
}

/// Undoes [`bind_memory`].
pub fn unbind_memory(ctx: &mut WasiCryptoCtx) {
    ctx.engine = Binding::None;
}

/// The memory that a guest exports, either kind.
#[derive(Clone)]
pub(crate) enum GuestExport {
    Unshared(Memory),
    Shared(WasmSharedMemory),
}

impl GuestExport {
    fn new(export: Option<Extern>) -> Option<Self> {
        match export? {
            Extern::Memory(memory) => Some(Self::Unshared(memory)),
            Extern::SharedMemory(memory) => Some(Self::Shared(memory)),
            _ => None,
        }
    }
}

/// How a store that owns its context calls.
fn call_with<T: 'static>(
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
) -> impl Fn(&mut Caller<'_, T>, &'static Hostcall, &[u64]) -> Errno + Send + Sync + 'static {
    // All in line, as `WasiCryptoCtx::call` is.
    #[inline(always)]
    move |caller, hostcall, args| {
        with_memory(
            caller,
            get,
            #[inline(always)]
            |ctx, memory| ctx.call(hostcall, memory, args),
        )
    }
}

/// Links a function whose calls `call` makes.
fn link<T: 'static>(
    linker: &mut Linker<T>,
    hostcall: &'static Hostcall,
    call: impl Fn(&mut Caller<'_, T>, &'static Hostcall, &[u64]) -> Errno + Send + Sync + 'static,
) -> Result<()> {
    const { assert!(MAX_CORE_PARAMS == 8) };
    let params = hostcall.core_params();
    let any_i64 = params.contains(&CoreType::I64);
    macro_rules! by_arity {
        ($($count:literal)*) => {
            match (params.len(), any_i64) {
                $(($count, false) => link_arity::<$count, false, T>(linker, hostcall, call),)*
                $(($count, true) => link_arity::<$count, true, T>(linker, hostcall, call),)*
                (count, _) => ::wasmtime::bail!("no way to link {} with {count} parameters", hostcall.name()),
            }
        };
    }
    by_arity!(1 2 3 4 5 6 7 8)
}

/// Links a function with `N` parameters: with a constant number, taking them in is a few instructions and no loop.
/// `ANY_I64` says whether one of them is an `i64`; most functions have none, and need not look.
fn link_arity<const N: usize, const ANY_I64: bool, T: 'static>(
    linker: &mut Linker<T>,
    hostcall: &'static Hostcall,
    call: impl Fn(&mut Caller<'_, T>, &'static Hostcall, &[u64]) -> Errno + Send + Sync + 'static,
) -> Result<()> {
    let ty = func_type(linker, hostcall);
    let core_params = hostcall.core_params();
    let is_i64: [bool; N] = std::array::from_fn(|i| core_params[i] == CoreType::I64);
    let entry = move |mut caller: Caller<'_, T>, values: &mut [MaybeUninit<ValRaw>]| {
        let args: [u64; N] = std::array::from_fn(|i| {
            // SAFETY: `ty` has `N` parameters, and wasmtime initializes as many values before the call.
            let value = unsafe { values[i].assume_init_ref() };
            if ANY_I64 && is_i64[i] { value.get_u64() } else { u64::from(value.get_u32()) }
        });
        let errno = call(&mut caller, hostcall, &args);
        values[0].write(ValRaw::u32(u32::from(errno.number())));
        Ok(())
    };
    // SAFETY: the closure reads the parameters at the types that `ty` gives them, and writes its one result, an `i32`.
    // It stores no reference of any store.
    unsafe { linker.func_new_unchecked(hostcall.module(), hostcall.name(), ty, entry) }?;
    Ok(())
}

/// Links a function that may take long. All its parameters are `i32`.
#[cfg(feature = "async")]
fn link_async<T: Send + 'static>(
    linker: &mut Linker<T>,
    hostcall: &'static Hostcall,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
) -> Result<()> {
    /// Typed functions are twice as fast as untyped ones here, and their type is their number of parameters.
    macro_rules! by_arity {
        ($($count:literal: $($arg:ident)*;)*) => {
            match hostcall.core_params().len() {
                $($count => linker.func_wrap_async(
                    hostcall.module(),
                    hostcall.name(),
                    move |caller: Caller<'_, T>, ($($arg,)*): ($(by_arity!(@type $arg),)*)| {
                        Box::new(call_async(caller, get, hostcall, [$(u64::from($arg)),*]))
                    },
                ),)*
                count => ::wasmtime::bail!("no asynchronous form for {} with {count} parameters", hostcall.name()),
            }
        };
        (@type $arg:ident) => { u32 };
    }
    by_arity! {
        1: a;
        2: a b;
        3: a b c;
        4: a b c d;
        5: a b c d e;
        6: a b c d e f;
        7: a b c d e f g;
        8: a b c d e f g h;
    }?;
    Ok(())
}

#[cfg(feature = "async")]
async fn call_async<T: Send + 'static, const N: usize>(
    mut caller: Caller<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
    hostcall: &'static Hostcall,
    args: [u64; N],
) -> Result<u32> {
    let errno = match with_memory(&mut caller, get, |ctx, memory| ctx.begin_call(hostcall, memory, &args)) {
        Progress::Done(errno) => errno,
        Progress::Pending(work) => match run_elsewhere(work).await {
            Some(done) => with_memory(&mut caller, get, |ctx, memory| ctx.finish_call(done, memory, &args)),
            None => Errno::InternalError,
        },
    };
    Ok(u32::from(errno.number()))
}

/// `None` if the runtime is shutting down.
#[cfg(feature = "async")]
async fn run_elsewhere(work: PendingWork) -> Option<FinishedWork> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(|| work.run()).await.ok(),
        // Another executor is at work.
        Err(_) => Some(work.run()),
    }
}

/// Finds the memory of the guest and lends it with the context.
#[inline(always)]
fn with_memory<T: 'static, R>(
    caller: &mut Caller<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx,
    run: impl FnOnce(&mut WasiCryptoCtx, GuestMemory<'_>) -> R,
) -> R {
    match get(caller.data_mut()).engine {
        Binding::Wasmtime(GuestExport::Unshared(memory)) => {
            let (bytes, data) = memory.data_and_store_mut(caller);
            run(get(data), GuestMemory::unshared(bytes))
        }
        _ => with_other_memory(caller, get, run),
    }
}

/// The ways that take longer, out of line. A guest without a memory has no bytes to point to.
#[inline(never)]
fn with_other_memory<T: 'static, R>(
    caller: &mut Caller<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx,
    run: impl FnOnce(&mut WasiCryptoCtx, GuestMemory<'_>) -> R,
) -> R {
    let export = match &get(caller.data_mut()).engine {
        Binding::Wasmtime(export) => Some(export.clone()),
        Binding::None => GuestExport::new(caller.get_export("memory")),
    };
    match export {
        Some(GuestExport::Unshared(memory)) => {
            let (bytes, data) = memory.data_and_store_mut(caller);
            run(get(data), GuestMemory::unshared(bytes))
        }
        Some(GuestExport::Shared(memory)) => run(get(caller.data_mut()), GuestMemory::shared(&memory)),
        None => run(get(caller.data_mut()), GuestMemory::unshared(&mut [])),
    }
}

fn func_type<T>(linker: &Linker<T>, hostcall: &Hostcall) -> FuncType {
    let params = hostcall.core_params().into_iter().map(|ty| match ty {
        CoreType::I32 => ValType::I32,
        CoreType::I64 => ValType::I64,
    });
    FuncType::new(linker.engine(), params, [ValType::I32])
}

impl SharedMemory for WasmSharedMemory {
    fn len(&self) -> usize {
        self.data().len()
    }

    fn read(&self, offset: usize, into: &mut [u8]) {
        for (cell, byte) in self.data()[offset..][..into.len()].iter().zip(into) {
            // SAFETY: the cell is a valid byte of a memory that lives as long as `self`, and guests, like this host, only
            // ever touch it atomically (WebAssembly's accesses to shared memories do not tear into undefined behaviour).
            *byte = unsafe { AtomicU8::from_ptr(cell.get()) }.load(Ordering::Relaxed);
        }
    }

    fn write(&self, offset: usize, from: &[u8]) {
        for (cell, byte) in self.data()[offset..][..from.len()].iter().zip(from) {
            // SAFETY: as in `read`.
            unsafe { AtomicU8::from_ptr(cell.get()) }.store(*byte, Ordering::Relaxed);
        }
    }
}
