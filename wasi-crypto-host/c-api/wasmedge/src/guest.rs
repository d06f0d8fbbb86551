//! Which modules are one guest's.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use wasi_crypto::settings::Settings;
use wasi_crypto_host::{Errno, GuestMemory, Hostcall, SharedWasiCryptoCtx};

/// What the modules of one virtual machine have in common.
pub(crate) struct Guest {
    /// None if the system gave no random bytes.
    context: Option<SharedWasiCryptoCtx>,
    /// The modules that it has.
    modules: Mutex<Vec<&'static str>>,
}

thread_local! {
    /// The one whose modules are being made.
    static LATEST: RefCell<Weak<Guest>> = const { RefCell::new(Weak::new()) };
}

impl Guest {
    /// The guest to which a module belongs that is being made. WasmEdge does not say whose it is; but a virtual machine makes all of its
    /// modules in one go on one thread, each once. So one that is there already begins a new guest.
    pub(crate) fn of_module(module: &'static str, settings: &Settings) -> Arc<Self> {
        LATEST.with_borrow_mut(|latest| {
            if let Some(guest) = latest.upgrade() {
                let mut modules = guest.modules.lock().unwrap_or_else(PoisonError::into_inner);
                if !modules.contains(&module) {
                    modules.push(module);
                    drop(modules);
                    return guest;
                }
            }
            let guest = Arc::new(Self::new(module, settings));
            *latest = Arc::downgrade(&guest);
            guest
        })
    }

    fn new(module: &'static str, settings: &Settings) -> Self {
        let context = settings.context().map(SharedWasiCryptoCtx::new);
        if let Err(error) = &context {
            eprintln!("wasi-crypto: a guest gets no context: {error}");
        }
        Self { context: context.ok(), modules: Mutex::new(vec![module]) }
    }

    /// Runs a function; `None` if there is no context to do that.
    pub(crate) fn call(&self, hostcall: &Hostcall, memory: GuestMemory<'_>, args: &[u64]) -> Option<Errno> {
        self.context.as_ref().map(|context| context.call(hostcall, memory, args))
    }
}
