//! wasi-crypto for modules that run on [`wasmtime`].
//!
//! [`add_to_linker`] serves stores that are used synchronously, [`add_to_linker_async`] those that are not, and
//! [`add_to_linker_shared`] the threads of one guest.
//! Every call must find the guest's memory. Without further ado that is the export `memory` of the instance
//! that calls, looked up each time (about 50 ns); [`bind_memory`] does the look-up once.
#![allow(unsafe_code, reason = "the unchecked linker interface is ten times as fast as the checked one")]

use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use ::wasmtime::{
    AsContextMut, Caller, Extern, FuncType, Instance, Linker, Memory, Result, SharedMemory as WasmSharedMemory, Trap,
    ValRaw, ValType,
};

use crate::abi::{CoreType, GuestMemory, Hostcall, MAX_CORE_PARAMS, SharedMemory, hostcalls};
use crate::context::WasiCryptoCtx;
use crate::engine::Binding;
use crate::errno::Errno;
#[cfg(feature = "async")]
use crate::progress::Progress;
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
/// Work that takes long (password hashing, the generation of RSA keys) runs on tokio's blocking threads, in the places of the
/// context's [`JobPool`](crate::JobPool); the guest waits for it, the executor does not. Where no tokio runtime is, it is done in the call.
/// Hashing long data gives the executor a turn every third of a millisecond. Everything else is done in the call, and takes no more than
/// 50 ms within the default [`Limits`](crate::Limits). A call whose future is dropped is stopped, or never begun.
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
        values[0].write(ValRaw::u32(result(call(&mut caller, hostcall, &args))?));
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
    let mut progress = with_memory(&mut caller, get, |ctx, memory| ctx.begin_call(hostcall, memory, &args));
    loop {
        progress = match progress {
            Progress::Done(errno) => return result(errno),
            Progress::Paused(paused) => {
                let_others_run().await;
                with_memory(&mut caller, get, |ctx, memory| ctx.continue_call(paused, hostcall, memory, &args))
            }
            Progress::Pending(work) => {
                let jobs = get(caller.data_mut()).jobs().clone();
                Progress::Done(match jobs.run(work).await {
                    Ok(done) => with_memory(&mut caller, get, |ctx, memory| ctx.finish_call(done, memory, &args)),
                    Err(errno) => errno,
                })
            }
        }
    }
}

/// Gives the executor a turn.
#[cfg(feature = "async")]
async fn let_others_run() {
    let mut had_turn = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut had_turn, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

/// What the guest gets; one whose call was stopped ends.
#[inline(always)]
fn result(errno: Errno) -> Result<u32> {
    match errno {
        Errno::InProgress => Err(interrupted()),
        errno => Ok(u32::from(errno.number())),
    }
}

#[cold]
fn interrupted() -> ::wasmtime::Error {
    Trap::Interrupt.into()
}

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
    /// Whole words only, which all memories have whose pages are not of a size of their own.
    fn len(&self) -> usize {
        self.data().len() / WORD * WORD
    }

    fn read(&self, offset: usize, into: &mut [u8]) {
        for_words(self, offset, into.len(), |word, of_word, of_bytes| {
            into[of_bytes].copy_from_slice(&word.load(Ordering::Relaxed).to_ne_bytes()[of_word]);
        });
    }

    fn write(&self, offset: usize, from: &[u8]) {
        for_words(self, offset, from.len(), |word, of_word, of_bytes| {
            let bytes = &from[of_bytes];
            if let Ok(whole) = bytes.try_into() {
                return word.store(u64::from_ne_bytes(whole), Ordering::Relaxed);
            }
            // The other bytes of the word stay as they are, whoever writes them meanwhile.
            let mut old = word.load(Ordering::Relaxed);
            loop {
                let mut new = old.to_ne_bytes();
                new[of_word.clone()].copy_from_slice(bytes);
                match word.compare_exchange_weak(old, u64::from_ne_bytes(new), Ordering::Relaxed, Ordering::Relaxed) {
                    Ok(_) => break,
                    Err(now) => old = now,
                }
            }
        });
    }
}

const WORD: usize = size_of::<u64>();

/// Visits the aligned words that hold the bytes from `offset` on: each with the range of its bytes that are meant, and the range of all
/// bytes that those are. Every access to a shared memory goes this way, so that all are atomic and of one size.
#[inline(always)]
fn for_words(
    memory: &WasmSharedMemory,
    offset: usize,
    len: usize,
    mut visit: impl FnMut(&AtomicU64, Range<usize>, Range<usize>),
) {
    let cells = memory.data();
    let mut done = 0;
    while done < len {
        let at = offset + done;
        let in_word = at % WORD;
        let count = (WORD - in_word).min(len - done);
        let cells = &cells[at - in_word..][..WORD];
        // SAFETY: the pointer is to the cells of one whole word, which are valid as long as `memory` is borrowed. It is aligned, since a memory
        // begins at the start of a page. The host touches it by words alone, atomically; what guests do to it is outside of Rust,
        // and WebAssembly's accesses to a shared memory do not tear into undefined behaviour.
        let word = unsafe { AtomicU64::from_ptr(cells.as_ptr().cast_mut().cast()) };
        visit(word, in_word..in_word + count, done..done + count);
        done += count;
    }
}
