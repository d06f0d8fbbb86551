//! One context for the threads of one guest.

use std::sync::Arc;

use crate::abi::call::{Call, Pace};
use crate::abi::{GuestMemory, HandleType, Hostcall};
use crate::allowed::AllowedAlgorithms;
use crate::context::{WasiCryptoCtx, status};
use crate::errno::Errno;
use crate::shared_table::SharedTable;
use crate::stop::StopHandle;
use crate::watch::Watch;

/// A [`WasiCryptoCtx`] that all threads of a guest use: each handle is known to every thread (requirement HANDLE-THREAD-001).
///
/// Clones are the same context. Put one into the data of each thread's store, and tell the linker where it is
/// ([`add_to_linker_shared`](crate::wasmtime::add_to_linker_shared)).
///
/// ```
/// use wasi_crypto_host::{SharedWasiCryptoCtx, WasiCryptoCtx};
///
/// let shared = SharedWasiCryptoCtx::new(WasiCryptoCtx::builder().build()?);
/// let of_another_thread = shared.clone();
/// assert_eq!(of_another_thread.open_handles(), 0);
/// # Ok::<(), wasi_crypto_host::BuildError>(())
/// ```
#[derive(Clone)]
pub struct SharedWasiCryptoCtx(Arc<Shared>);

struct Shared {
    table: SharedTable,
    stop: StopHandle,
    watch: Option<Arc<Watch>>,
}

impl SharedWasiCryptoCtx {
    /// Shares a context. What an engine adapter has kept in it is forgotten: every thread has a memory of its own to find.
    pub fn new(ctx: WasiCryptoCtx) -> Self {
        let WasiCryptoCtx { table, stop, watch, .. } = ctx;
        Self(Arc::new(Shared { table: SharedTable::new(table, stop.clone()), stop, watch }))
    }

    /// Runs one function for a thread of the guest: the way in for engine adapters. As [`WasiCryptoCtx::call`], whose
    /// rules hold; any number of threads may call at a time.
    pub fn call(&self, hostcall: &Hostcall, memory: GuestMemory<'_>, args: &[u64]) -> Errno {
        let Shared { table, stop, watch } = &*self.0;
        let started = watch.as_ref().and_then(|watch| watch.note_begin(hostcall));
        let mut table = table.clone();
        let mut call = Call::new(&mut table, memory, args, Pace::whole(stop));
        let errno = status(hostcall.handlers().shared.run(&mut call));
        if let (Some(watch), Some(started)) = (watch, started) {
            watch.note_end(hostcall, args, errno, started);
        }
        errno
    }

    /// The number of open handles, those included whose objects calls are working on.
    pub fn open_handles(&self) -> usize {
        self.0.table.lock().open_handles()
    }

    /// The types of the open handles, one item for each.
    pub fn open_handle_types(&self) -> Vec<HandleType> {
        self.0.table.lock().open_types().collect()
    }

    /// Which algorithms the guest may have.
    pub(crate) fn allowed_algorithms(&self) -> AllowedAlgorithms {
        self.0.table.lock().algorithms().clone()
    }

    /// The bytes held for the guest, as counted against [`Limits::bytes`](crate::Limits::bytes).
    pub fn held_bytes(&self) -> usize {
        self.0.table.lock().held_bytes()
    }

    /// How often each function was called, if the context was built to count: functions with calls only.
    pub fn calls(&self) -> impl Iterator<Item = (&'static Hostcall, u64)> {
        self.0.watch.iter().flat_map(|watch| watch.calls())
    }

    /// Ends long calls of all threads from outside, at once or at a given time.
    pub fn stop_handle(&self) -> StopHandle {
        self.0.stop.clone()
    }
}

impl std::fmt::Debug for SharedWasiCryptoCtx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedWasiCryptoCtx")
            .field("open_handles", &self.open_handles())
            .field("held_bytes", &self.held_bytes())
            .finish_non_exhaustive()
    }
}
