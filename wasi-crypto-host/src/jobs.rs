//! Where the long work of guests runs that is not done in their calls.

#[cfg(feature = "async")]
mod run_async;
mod side_by_side;

use std::sync::{LazyLock, mpsc};
use std::time::Duration;

#[cfg(feature = "async")]
use tokio::runtime::Handle;

use crate::errno::Errno;
use crate::stop::StopHandle;
use crate::tenant::Tenant;
#[cfg(feature = "async")]
use crate::turns::Turns;
use crate::workers::Workers;

pub(crate) use side_by_side::WORTH;

/// Bounds how much long work guests have going on at a time.
///
/// There are two kinds of places. Those for *computing* are for password hashing and the generation of RSA keys of asynchronous
/// guests, and for [batches](crate::answers) of signatures and of password hashes, whose entries are worked on side by side while
/// there are places, if the embedder [asks for it](Self::batch_threads). Those for *stores* are for what asks a store of managed keys: so a
/// database that does not answer takes no place of anything that computes.
///
/// A call that finds no place waits for one, without a thread. If its guest goes away meanwhile, it has never been there.
/// [Tenants](Tenant) are served in rotation, and the calls of one tenant in the order of arrival. Of the places for stores, one tenant has
/// at most a quarter at a time, rounded up, however many calls it makes; of those for computing as many as there are.
///
/// Batches do not wait: a place that is not free is done without. Clones are the same pool; share one among the contexts of a host
/// ([`WasiCryptoCtxBuilder::job_pool`](crate::WasiCryptoCtxBuilder::job_pool)). Contexts that are given none share one with as many places
/// for computing as the machine has processors. Threads are started when they are first needed.
#[derive(Clone)]
pub struct JobPool {
    #[cfg(feature = "async")]
    places: Turns<Tenant>,
    /// Whose threads compute; those of the runtime that a guest is on if there is none.
    #[cfg(feature = "async")]
    runtime: Option<Handle>,
    /// They work on batches beside the thread that was called.
    helpers: Workers,
    /// They wait for stores.
    store: Workers,
    /// For whom this clone is.
    tenant: Tenant,
}

/// Places for what asks stores, unless the embedder says how many: more than a store has connections.
const STORE_PLACES: usize = 32;

/// How often a call that waits for a store looks whether it is to end.
const LOOK: Duration = Duration::from_millis(20);

impl JobPool {
    /// A pool for so many pieces of computing work at a time, and 32 that wait for stores, 8 of one tenant. None would be none for ever, so
    /// that 0 counts as 1. The entries of a batch are worked on one after the other.
    pub fn new(places: usize) -> Self {
        // Only asynchronous guests take places.
        #[cfg(not(feature = "async"))]
        let _ = places;
        Self {
            #[cfg(feature = "async")]
            places: Turns::new(places.max(1), places.max(1)),
            #[cfg(feature = "async")]
            runtime: None,
            helpers: batch_helpers(0),
            store: store_workers(STORE_PLACES),
            tenant: Tenant::NONE,
        }
    }

    /// The same with so many threads, the calling one included, for the entries of a batch. For hosts that have processors to spare: the
    /// caller waits for what others have begun, and where all processors are busy, each of them waits for its turn besides. A hundred
    /// signatures of Ed25519 by two threads took 20 ms in the place of 1.8 ms on two processors with 26 threads that wanted them. A new
    /// pool, as with [`store_places`](Self::store_places).
    pub fn batch_threads(self, threads: usize) -> Self {
        Self { helpers: batch_helpers(threads.saturating_sub(1)), ..self }
    }

    /// The same with so many places for what asks stores, a quarter of which, rounded up, one tenant has at most: with two or more, none
    /// fills them alone. 0 counts as 1. A new pool: clones that there are go on as they were.
    pub fn store_places(self, places: usize) -> Self {
        Self { store: store_workers(places.max(1)), ..self }
    }

    /// The same, but what asynchronous guests have to compute is done on the blocking threads of this runtime, not on those of the runtime
    /// that a guest is on. For a runtime whose threads have a lower priority: so work that takes seconds never keeps a processor from
    /// guests that want it for a moment. Once that runtime shuts down, such calls end as those do that are stopped.
    #[cfg(feature = "async")]
    pub fn runtime(self, runtime: Handle) -> Self {
        Self { runtime: Some(runtime), ..self }
    }

    /// The number of places for computing that are free now.
    #[cfg(feature = "async")]
    pub fn free_places(&self) -> usize {
        self.places.free()
    }

    /// The number of places for what asks stores that are free now. A tenant that has its part of them gets none of these.
    pub fn free_store_places(&self) -> usize {
        self.store.free()
    }

    /// The same pool for work of this tenant.
    pub(crate) fn of(self, tenant: Tenant) -> Self {
        Self { tenant, ..self }
    }

    /// Does work that may wait for a store, on a thread for such, while this one looks whether it is to end: `in_progress` if it
    /// was stopped, and then the work may still be going on; `internal_error` if it panicked. Also ends with an error of `look`, which
    /// is called every now and then.
    pub(crate) fn wait<R: Send + 'static, E>(
        &self,
        stop: &StopHandle,
        work: impl FnOnce() -> R + Send + 'static,
        mut look: impl FnMut() -> Result<(), E>,
    ) -> Result<Result<R, Errno>, E> {
        let (done, result) = mpsc::channel();
        let job = Box::new(move || {
            // Nobody may be there any more.
            _ = done.send(work());
        });
        let _queued = match self.store.queue(self.tenant, job) {
            Ok(queued) => Some(queued),
            Err(job) => {
                job();
                None
            }
        };
        loop {
            match result.recv_timeout(LOOK) {
                Ok(result) => return Ok(Ok(result)),
                Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(Err(Errno::InternalError)),
                Err(mpsc::RecvTimeoutError::Timeout) if stop.is_stopped() => return Ok(Err(Errno::InProgress)),
                Err(mpsc::RecvTimeoutError::Timeout) => look()?,
            }
        }
    }
}

/// Threads that work on batches. Nobody waits for one, so that whoever finds one free may have it.
fn batch_helpers(threads: usize) -> Workers {
    Workers::new("wasi-crypto batch", threads, threads)
}

/// Threads that wait for stores, so many for each tenant that others find one.
fn store_workers(places: usize) -> Workers {
    Workers::new("wasi-crypto store", places, places.div_ceil(4))
}

impl Default for JobPool {
    /// The pool of all contexts that are given none.
    fn default() -> Self {
        static OF_HOST: LazyLock<JobPool> =
            LazyLock::new(|| JobPool::new(std::thread::available_parallelism().map_or(1, usize::from)));
        OF_HOST.clone()
    }
}

impl std::fmt::Debug for JobPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JobPool")
            .field("batch_threads", &self.threads())
            .field("store_places", &self.store.most())
            .finish_non_exhaustive()
    }
}
