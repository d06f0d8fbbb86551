//! Which memory a call works on.

use std::sync::{Arc, OnceLock};

use ::wasmtime::{AsContextMut, Caller, Extern, Instance, Memory, SharedMemory};

use super::check::Check;
use crate::abi::GuestMemory;
use crate::context::WasiCryptoCtx;
use crate::engine::MEMORY;

/// What a guest exports as its memory.
#[derive(Clone)]
pub(super) enum Export {
    Unshared(Memory),
    Shared(SharedMemory),
    None,
}

impl Export {
    pub(super) fn new(export: Option<Extern>) -> Self {
        match export {
            Some(Extern::Memory(memory)) => Self::Unshared(memory),
            Some(Extern::SharedMemory(memory)) => Self::Shared(memory),
            _ => Self::None,
        }
    }
}

/// What this adapter keeps in a context.
#[derive(Default)]
pub(super) struct Kept {
    /// The memory that was bound.
    pub(super) memory: Option<Export>,
    /// How long calls look at the epoch of the store that the context was last seen in.
    pub(super) check: Option<Check>,
}

impl Kept {
    /// What is kept in a context, which is nothing at first.
    pub(super) fn of(ctx: &mut WasiCryptoCtx) -> &mut Self {
        if ctx.adapter_data::<Self>().is_none() {
            ctx.set_adapter_data(Self::default());
        }
        ctx.adapter_data_mut().expect("it has just been set")
    }
}

/// Where a function finds out which memory has been bound.
pub(super) trait Binding: Clone + Send + Sync + 'static {
    /// `None` if none has been.
    fn memory<'a>(&'a self, ctx: &'a WasiCryptoCtx) -> Option<&'a Export>;
}

/// In the context.
#[derive(Clone, Copy)]
pub(super) struct OfContext;

impl Binding for OfContext {
    #[inline(always)]
    fn memory<'a>(&'a self, ctx: &'a WasiCryptoCtx) -> Option<&'a Export> {
        ctx.adapter_data::<Kept>().and_then(|kept| kept.memory.as_ref())
    }
}

/// In the functions themselves, which one instance alone imports.
#[derive(Clone, Default)]
pub(super) struct OfInstance(Arc<OnceLock<Export>>);

impl OfInstance {
    /// Until then, while it starts, an instance looks for its memory as all do.
    pub(super) fn bind(&self, mut store: impl AsContextMut, instance: &Instance) {
        _ = self.0.set(Export::new(instance.get_export(&mut store, MEMORY)));
    }
}

impl Binding for OfInstance {
    #[inline(always)]
    fn memory<'a>(&'a self, _: &'a WasiCryptoCtx) -> Option<&'a Export> {
        self.0.get()
    }
}

/// Lets `run` have the context, and the memory that is bound or that the caller exports. A guest without one has no bytes to point to.
#[inline(always)]
pub(super) fn with_memory<T: 'static, R>(
    caller: &mut Caller<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx,
    binding: &impl Binding,
    run: impl FnOnce(&mut WasiCryptoCtx, GuestMemory<'_>) -> R,
) -> R {
    match binding.memory(get(caller.data_mut())) {
        Some(Export::Unshared(memory)) => {
            let memory = *memory;
            with_unshared(caller, get, memory, run)
        }
        Some(export) => {
            let export = export.clone();
            with_export(caller, get, export, run)
        }
        None => out_of_line(caller, get, run),
    }
}

#[inline(never)]
fn out_of_line<T: 'static, R>(
    caller: &mut Caller<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx,
    run: impl FnOnce(&mut WasiCryptoCtx, GuestMemory<'_>) -> R,
) -> R {
    with_looked_up(caller, get, run)
}

#[inline(always)]
pub(super) fn with_unshared<T: 'static, R>(
    caller: &mut Caller<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx,
    memory: Memory,
    run: impl FnOnce(&mut WasiCryptoCtx, GuestMemory<'_>) -> R,
) -> R {
    let (bytes, data) = memory.data_and_store_mut(caller);
    run(get(data), GuestMemory::unshared(bytes))
}

/// Where no memory has been bound. wasmtime needs 30 ns to find an export, by its name or by a `ModuleExport`.
#[inline(always)]
pub(super) fn with_looked_up<T: 'static, R>(
    caller: &mut Caller<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx,
    run: impl FnOnce(&mut WasiCryptoCtx, GuestMemory<'_>) -> R,
) -> R {
    match caller.get_export(MEMORY) {
        // Not through `Export`: moving it there and back stalls.
        Some(Extern::Memory(memory)) => with_unshared(caller, get, memory, run),
        export => with_export(caller, get, Export::new(export), run),
    }
}

#[cold]
#[inline(never)]
pub(super) fn with_export<T: 'static, R>(
    caller: &mut Caller<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx,
    export: Export,
    run: impl FnOnce(&mut WasiCryptoCtx, GuestMemory<'_>) -> R,
) -> R {
    match export {
        Export::Unshared(memory) => with_unshared(caller, get, memory, run),
        Export::Shared(memory) => run(get(caller.data_mut()), GuestMemory::shared(&memory)),
        Export::None => run(get(caller.data_mut()), GuestMemory::unshared(&mut [])),
    }
}
