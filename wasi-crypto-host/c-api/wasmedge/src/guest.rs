//! Which modules are one guest's.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use wasi_crypto::settings::Settings;
use wasi_crypto_host::{Errno, GuestMemory, Hostcall, SharedWasiCryptoCtx};

use crate::say;

/// What the modules of one virtual machine have in common.
pub(crate) struct Guest {
    /// None if the system gave no random bytes.
    context: Option<SharedWasiCryptoCtx>,
    /// Whether a function was called: then all modules are made.
    is_called: AtomicBool,
    /// Held during calls on a memory that is not shared: each borrows all of it.
    unshared: Mutex<()>,
}

/// C has it as a pointer, of which the compiler asks nothing, and WasmEdge calls functions on any thread.
const _: () = {
    const fn crosses_threads<T: Send + Sync>() {}
    crosses_threads::<Guest>();
};

/// The guest whose modules are being made, and the place of the last one among all.
struct Latest {
    guest: Weak<Guest>,
    place: usize,
}

thread_local! {
    static LATEST: RefCell<Latest> = const { RefCell::new(Latest { guest: Weak::new(), place: 0 }) };
}

impl Guest {
    /// The guest to which a module belongs that is being made, of the place `place` in the order in which a virtual machine makes them.
    ///
    /// WasmEdge does not say whose it is. But a virtual machine makes all of its modules in one go on one thread, in one order, before it
    /// runs anything. So a module belongs to the guest of the one just before it in that order, if that was made last on this thread, and
    /// its guest was not called yet; any other begins a new guest. Two guests where a program makes some modules only: that is noticed. One
    /// guest for two machines would not be.
    pub(crate) fn of_module(place: usize, settings: &Settings) -> Arc<Self> {
        LATEST.with_borrow_mut(|latest| {
            let is_next = latest.place + 1 == place;
            let guest = latest.guest.upgrade().filter(|guest| is_next && !guest.is_called.load(Ordering::Relaxed));
            let guest = guest.unwrap_or_else(|| Arc::new(Self::new(settings)));
            *latest = Latest { guest: Arc::downgrade(&guest), place };
            guest
        })
    }

    fn new(settings: &Settings) -> Self {
        let context = settings.context().map(SharedWasiCryptoCtx::new);
        if let Err(error) = &context {
            say(format_args!("a guest gets no context: {error}"));
        }
        Self { context: context.ok(), is_called: AtomicBool::new(false), unshared: Mutex::new(()) }
    }

    /// Keeps out other calls on a memory that is not shared, as long as what it returns lives.
    pub(crate) fn alone(&self) -> MutexGuard<'_, ()> {
        // A call that panicked has left nothing behind here.
        self.unshared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a function; `None` if there is no context to do that.
    pub(crate) fn call(&self, hostcall: &Hostcall, memory: GuestMemory<'_>, args: &[u64]) -> Option<Errno> {
        // Written once, so that threads of the guest do not take it from one another.
        if !self.is_called.load(Ordering::Relaxed) {
            self.is_called.store(true, Ordering::Relaxed);
        }
        self.context.as_ref().map(|context| context.call(hostcall, memory, args))
    }
}
