//! The ways in which a call reaches the host. All of them have to give one answer.
//!
//! The only file of this crate that knows how a context is built.

use std::cell::RefCell;
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use wasi_crypto_host::secrets::{MemoryStore, Namespace, Policy, RootKey, SecretsManager};
use wasi_crypto_host::{
    Errno, GuestMemory, HandleType, Hostcall, JobPool, SharedMemory, SharedWasiCryptoCtx, WasiCryptoCtx,
};

use crate::engine;
use crate::freed::watched;
use crate::support::call_in_parts;

/// How calls are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In one piece.
    Whole,
    /// What takes long is handed out, run, and finished; entries of a batch go to two threads.
    Deferred,
    /// Through a context that threads share.
    Shared,
    /// As [`Shared`](Self::Shared), on a memory that threads share, which is copied instead of borrowed.
    SharedMemory,
    /// By a guest that an engine runs.
    Engine,
}

impl Way {
    /// All of them; the first is the one that the others are compared with.
    pub const ALL: [Self; 5] = [Self::Whole, Self::Deferred, Self::Shared, Self::SharedMemory, Self::Engine];
}

/// What a guest may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Open handles.
    pub handles: usize,
    /// Bytes in all.
    pub bytes: usize,
    /// Bytes that one state gathers.
    pub gathered_bytes: usize,
}

impl Bounds {
    /// More than the inputs of a fuzzer can use up.
    pub const WIDE: Self = Self { handles: 1 << 16, bytes: 64 << 20, gathered_bytes: 16 << 20 };
}

/// So many iterations of a password hash take a few milliseconds, and enough of them are handed out.
const PASSWORD_ITERATIONS: u64 = 5_000;

/// The same for Argon2 and scrypt, in bytes of memory.
const PASSWORD_MEMORY_WORK: u64 = 1 << 20;

/// The time of each guest, in seconds since 1970, so that what expires does so in each run.
pub const NOW: u64 = 1 << 31;

/// Says how many bytes the process has allocated, where somebody counts.
static ALLOCATED: OnceLock<fn() -> usize> = OnceLock::new();

/// Lets each call be measured by a function that says how many bytes the process has allocated.
pub fn measure_by(allocated: fn() -> usize) {
    ALLOCATED.get_or_init(|| allocated);
}

/// A context and the way to it.
pub struct Host {
    way: Way,
    ctx: Context,
    /// The bytes that calls have allocated and not given back, if that is measured.
    kept: isize,
    /// The size of a block that the last call freed with a secret in it, if it did.
    freed_secret: Option<usize>,
}

/// For all contexts, as threads outlive them.
static TWO_THREADS: LazyLock<JobPool> = LazyLock::new(|| JobPool::new(1).batch_threads(2));

enum Context {
    Own(Box<WasiCryptoCtx>),
    Shared(SharedWasiCryptoCtx),
    OfEngine(Box<engine::Guest>),
}

impl Host {
    /// A new context.
    pub fn new(way: Way, bounds: Bounds) -> Self {
        let builder = WasiCryptoCtx::builder()
            .max_handles(bounds.handles)
            .max_bytes(bounds.bytes)
            .max_gathered_bytes(bounds.gathered_bytes)
            .max_password_iterations(PASSWORD_ITERATIONS)
            .max_password_memory_work(PASSWORD_MEMORY_WORK)
            .secrets(namespace(bounds));
        let builder = if way == Way::Deferred { builder.job_pool(TWO_THREADS.clone()) } else { builder };
        let ctx = builder.build().expect("the bounds can be kept");
        let ctx = match way {
            Way::Whole | Way::Deferred => Context::Own(Box::new(ctx)),
            Way::Shared | Way::SharedMemory => Context::Shared(SharedWasiCryptoCtx::new(ctx)),
            Way::Engine => Context::OfEngine(Box::new(engine::Guest::new(ctx))),
        };
        Self { way, ctx, kept: 0, freed_secret: None }
    }

    /// The bytes that its calls have left allocated; 0 if nobody counts.
    pub fn kept_bytes(&self) -> usize {
        self.kept.try_into().unwrap_or(0)
    }

    /// The size of a block that the last call freed with a secret in it, if it did.
    pub fn freed_secret(&self) -> Option<usize> {
        self.freed_secret
    }

    /// The way.
    pub fn way(&self) -> Way {
        self.way
    }

    /// The context, if threads can share it.
    pub fn shared(&self) -> Option<SharedWasiCryptoCtx> {
        match &self.ctx {
            Context::Own(_) | Context::OfEngine(_) => None,
            Context::Shared(ctx) => Some(ctx.clone()),
        }
    }

    /// Makes one call.
    pub fn call(&mut self, hostcall: &'static Hostcall, memory: &mut [u8], args: &[u64]) -> Errno {
        let allocated = || ALLOCATED.get().map_or(0, |allocated| allocated() as isize);
        let before = allocated();
        let (errno, freed) = watched(|| self.make_call(hostcall, memory, args));
        self.freed_secret = freed;
        self.kept += allocated() - before;
        errno
    }

    fn make_call(&mut self, hostcall: &'static Hostcall, memory: &mut [u8], args: &[u64]) -> Errno {
        match (&mut self.ctx, self.way) {
            (Context::Own(ctx), Way::Deferred) => call_in_parts(ctx, memory, hostcall, args),
            (Context::Own(ctx), _) => ctx.call(hostcall, GuestMemory::unshared(memory), args),
            (Context::OfEngine(guest), _) => guest.call(hostcall, memory, args),
            (Context::Shared(ctx), Way::SharedMemory) => {
                ctx.call(hostcall, GuestMemory::shared(&Pages(RefCell::new(memory))), args)
            }
            (Context::Shared(ctx), _) => ctx.call(hostcall, GuestMemory::unshared(memory), args),
        }
    }

    /// The number of open handles.
    pub fn open_handles(&self) -> usize {
        match &self.ctx {
            Context::Own(ctx) => ctx.open_handles(),
            Context::OfEngine(guest) => guest.ctx().open_handles(),
            Context::Shared(ctx) => ctx.open_handles(),
        }
    }

    /// The bytes held for the guest.
    pub fn held_bytes(&self) -> usize {
        match &self.ctx {
            Context::Own(ctx) => ctx.held_bytes(),
            Context::OfEngine(guest) => guest.ctx().held_bytes(),
            Context::Shared(ctx) => ctx.held_bytes(),
        }
    }

    /// The types of the open handles, in order.
    pub fn open_types(&self) -> Vec<HandleType> {
        let mut types = match &self.ctx {
            Context::Own(ctx) => ctx.open_handle_types().collect(),
            Context::OfEngine(guest) => guest.ctx().open_handle_types().collect(),
            Context::Shared(ctx) => ctx.open_handle_types(),
        };
        types.sort_unstable();
        types
    }
}

/// A namespace that nobody else has, in a store that is gone with it.
fn namespace(bounds: Bounds) -> Namespace {
    let root_key = RootKey::generate().expect("the system has random numbers");
    let manager = SecretsManager::builder(MemoryStore::new()).root_key(root_key).clock(|| NOW).build();
    let policy = match bounds {
        Bounds::WIDE => Policy::default(),
        // So that calls meet these, too.
        Bounds { bytes, .. } => {
            Policy::default().max_keys(2).max_secrets(2).max_versions(2).lifetime(Duration::from_secs(bytes as u64))
        }
    };
    manager.expect("it has a root key").namespace("guest").policy(policy)
}

/// A memory that the host must copy. No other thread is there, so that what it holds is known.
struct Pages<'a>(RefCell<&'a mut [u8]>);

impl SharedMemory for Pages<'_> {
    fn len(&self) -> usize {
        self.0.borrow().len()
    }

    fn read(&self, offset: usize, into: &mut [u8]) {
        into.copy_from_slice(&self.0.borrow()[offset..offset + into.len()]);
    }

    fn write(&self, offset: usize, from: &[u8]) {
        self.0.borrow_mut()[offset..offset + from.len()].copy_from_slice(from);
    }
}
