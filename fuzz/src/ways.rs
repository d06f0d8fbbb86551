//! The ways in which a call reaches the host. All of them have to give one answer.
//!
//! The only file of this crate that knows how a context is built.

use std::cell::RefCell;

use wasi_crypto_host::secrets::{MemoryStore, Namespace, Policy, RootKey, SecretsManager};
use wasi_crypto_host::{Errno, GuestMemory, HandleType, Hostcall, SharedMemory, SharedWasiCryptoCtx, WasiCryptoCtx};

use crate::support::call_in_parts;

/// How calls are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In one piece.
    Whole,
    /// What takes long is handed out, run, and finished.
    Deferred,
    /// Through a context that threads share.
    Shared,
    /// As [`Shared`](Self::Shared), on a memory that threads share, which is copied instead of borrowed.
    SharedMemory,
}

impl Way {
    /// All of them; the first is the one that the others are compared with.
    pub const ALL: [Self; 4] = [Self::Whole, Self::Deferred, Self::Shared, Self::SharedMemory];
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

/// A context and the way to it.
pub struct Host {
    way: Way,
    ctx: Context,
}

enum Context {
    Own(Box<WasiCryptoCtx>),
    Shared(SharedWasiCryptoCtx),
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
            .secrets(namespace());
        let ctx = builder.build().expect("the bounds can be kept");
        let ctx = match way {
            Way::Whole | Way::Deferred => Context::Own(Box::new(ctx)),
            Way::Shared | Way::SharedMemory => Context::Shared(SharedWasiCryptoCtx::new(ctx)),
        };
        Self { way, ctx }
    }

    /// The way.
    pub fn way(&self) -> Way {
        self.way
    }

    /// Makes one call.
    pub fn call(&mut self, hostcall: &'static Hostcall, memory: &mut [u8], args: &[u64]) -> Errno {
        match (&mut self.ctx, self.way) {
            (Context::Own(ctx), Way::Deferred) => call_in_parts(ctx, memory, hostcall, args),
            (Context::Own(ctx), _) => ctx.call(hostcall, GuestMemory::unshared(memory), args),
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
            Context::Shared(ctx) => ctx.open_handles(),
        }
    }

    /// The bytes held for the guest.
    pub fn held_bytes(&self) -> usize {
        match &self.ctx {
            Context::Own(ctx) => ctx.held_bytes(),
            Context::Shared(ctx) => ctx.held_bytes(),
        }
    }

    /// The types of the open handles, in order.
    pub fn open_types(&self) -> Vec<HandleType> {
        let mut types = match &self.ctx {
            Context::Own(ctx) => ctx.open_handle_types().collect(),
            Context::Shared(ctx) => ctx.open_handle_types(),
        };
        types.sort_unstable();
        types
    }
}

/// What a guest has for managed keys: empty, and with few places.
fn namespace() -> Namespace {
    let root_key = RootKey::generate().expect("the system has random bytes");
    let manager = SecretsManager::builder(MemoryStore::new()).root_key(root_key).clock(|| NOON).build();
    let policy = Policy::default().max_keys(6).max_versions(4).max_secrets(4);
    manager.expect("a root key is there").namespace("guest").policy(policy)
}

/// Where the clock stands, in seconds since 1970, so that one byte of an input can lie on both sides of it.
const NOON: u64 = 100;

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
