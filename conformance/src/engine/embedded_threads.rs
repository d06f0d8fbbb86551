//! Guests with threads, as wasi-threads has them, on wasmtime with this project's host: a store and an instance for each thread, one memory
//! and one context for all.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use wasi_crypto_host::wasmtime::add_to_linker_shared;
use wasi_crypto_host::{SharedMemory as _, SharedWasiCryptoCtx, WasiCryptoCtx};
use wasmtime::{Caller, ExternType, InstancePre, Linker, MemoryType, Module, Result, SharedMemory, Store, bail};

use super::serving::{Failure, fd_write};

/// What the threads of a guest have in common.
#[derive(Clone)]
pub(super) struct Threads {
    ctx: SharedWasiCryptoCtx,
    memory: SharedMemory,
    guest: Arc<OnceLock<InstancePre<Self>>>,
    started: Arc<AtomicU32>,
}

impl Threads {
    /// The shared memory that a module imports, if it does.
    pub(super) fn memory_of(module: &Module) -> Option<MemoryType> {
        module.imports().find_map(|import| match import.ty() {
            ExternType::Memory(memory) if memory.is_shared() => Some(memory),
            _ => None,
        })
    }

    /// Runs a guest and the threads that it starts. The guest waits for them, if it wants to.
    pub(super) fn run(module: &Module, memory: MemoryType, ctx: WasiCryptoCtx) -> std::result::Result<(), Failure> {
        let link = |error: wasmtime::Error| Failure::Link(format!("{error:#}"));
        let engine = module.engine();
        let threads = Self {
            ctx: SharedWasiCryptoCtx::new(ctx),
            memory: SharedMemory::new(engine, memory).map_err(link)?,
            guest: Arc::default(),
            started: Arc::default(),
        };
        let mut store = Store::new(engine, threads.clone());
        let mut linker = Linker::new(engine);
        add_to_linker_shared(&mut linker, |threads: &Self| &threads.ctx).map_err(link)?;
        linker.func_wrap("wasi", "thread-spawn", spawn).map_err(link)?;
        linker.func_wrap("wasi_snapshot_preview1", "fd_write", write).map_err(link)?;
        linker.define(&store, "env", "memory", threads.memory.clone()).map_err(link)?;
        let guest = linker.instantiate_pre(module).map_err(link)?;
        let guest = threads.guest.get_or_init(|| guest);
        let instance = guest.instantiate(&mut store).map_err(link)?;
        let start = instance.get_typed_func::<(), ()>(&mut store, "_start").map_err(link)?;
        start.call(&mut store, ()).map_err(|error| Failure::Trap(format!("{:#}", error.root_cause())))
    }
}

/// Gives the number of the thread, or -1.
fn spawn(caller: Caller<'_, Threads>, arg: i32) -> i32 {
    let threads = caller.data().clone();
    let number = threads.started.fetch_add(1, Ordering::Relaxed) as i32 + 1;
    let thread = std::thread::Builder::new().spawn(move || {
        // As wasi-threads has it, a thread that traps ends them all.
        if let Err(error) = begin(threads, number, arg) {
            eprintln!("thread {number} of the guest: {:#}", error.root_cause());
            std::process::exit(1);
        }
    });
    if thread.is_ok() { number } else { -1 }
}

fn begin(threads: Threads, number: i32, arg: i32) -> Result<()> {
    let Some(guest) = threads.guest.get().cloned() else { bail!("it begins before its guest does") };
    let mut store = Store::new(guest.module().engine(), threads);
    let instance = guest.instantiate(&mut store)?;
    instance.get_typed_func::<(i32, i32), ()>(&mut store, "wasi_thread_start")?.call(&mut store, (number, arg))
}

fn write(caller: Caller<'_, Threads>, fd: u32, vectors: u32, count: u32, written: u32) -> Result<u32> {
    let memory = &caller.data().memory;
    let holds = |start: u32, len: usize| start as usize + len <= memory.len();
    let read = |start: u32, into: &mut [u8]| match holds(start, into.len()) {
        true => {
            memory.read(start as usize, into);
            Ok(())
        }
        false => Err("the guest writes from outside its memory".to_owned()),
    };
    let len = fd_write(read, fd, vectors, count).map_err(wasmtime::Error::msg)?;
    if !holds(written, 4) {
        bail!("the guest has no place for the number of bytes that it wrote");
    }
    memory.write(written as usize, &len.to_le_bytes());
    Ok(0)
}
