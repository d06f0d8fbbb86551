//! Where the long work of guests runs that is not done in their calls.

#[cfg(feature = "async")]
mod run_async;
mod side_by_side;

#[cfg(feature = "async")]
use std::sync::Arc;
use std::sync::{LazyLock, mpsc};
use std::time::Duration;

#[cfg(feature = "async")]
use tokio::{runtime::Handle, sync::Semaphore};

use crate::errno::Errno;
use crate::stop::StopHandle;
use crate::workers::Workers;

pub(crate) use side_by_side::WORTH;

/// Bounds how much long work guests have going on at a time.
///
/// There are two kinds of places. Those for *computing* are for password hashing and the generation of RSA keys of asynchronous
/// guests, and for [batches](crate::answers) of signatures and of password hashes, whose entries are worked on side by side while
/// there are places, if the embedder [asks for it](Self::batch_threads). Those for *stores* are for what asks a store of managed keys: so a database that does not answer takes no place
/// of anything that computes.
///
/// A call that finds no place waits for one, in the order of arrival, without a thread. If its guest goes away meanwhile, it has never
/// been there. Batches do not wait: a place that is not free is done without. Clones are the same pool; share one among the contexts of
/// a host ([`WasiCryptoCtxBuilder::job_pool`](crate::WasiCryptoCtxBuilder::job_pool)). Contexts that are given none share one with as
/// many places for computing as the machine has processors. Threads are started when they are first needed.
#[derive(Clone)]
pub struct JobPool {
    #[cfg(feature = "async")]
    places: Arc<Semaphore>,
    /// Whose threads compute; those of the runtime that a guest is on if there is none.
    #[cfg(feature = "async")]
    runtime: Option<Handle>,
    /// They work on batches beside the thread that was called.
    helpers: Workers,
    /// They wait for stores.
    store: Workers,
}

/// Places for what asks stores, unless the embedder says how many: more than a store has connections.
const STORE_PLACES: usize = 32;

/// How often a call that waits for a store looks whether it is to end.
const LOOK: Duration = Duration::from_millis(20);

impl JobPool {
    /// A pool for so many pieces of computing work at a time, and 32 that wait for stores. None would be none for ever, so that 0 counts
    /// as 1. The entries of a batch are worked on one after the other.
    pub fn new(places: usize) -> Self {
        // Only asynchronous guests take places.
        #[cfg(not(feature = "async"))]
        let _ = places;
        Self {
            #[cfg(feature = "async")]
            places: Arc::new(Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS))),
            #[cfg(feature = "async")]
            runtime: None,
            helpers: Workers::new("wasi-crypto batch", 0),
            store: Workers::new("wasi-crypto store", STORE_PLACES),
        }
    }

    /// The same with so many threads, the calling one included, for the entries of a batch. For hosts that have processors to spare: the
    /// caller waits for what others have begun, and where all processors are busy, each of them waits for its turn besides. A hundred
    /// signatures of Ed25519 by two threads took 20 ms in the place of 1.8 ms on two processors with 26 threads that wanted them. A new
    /// pool, as with [`store_places`](Self::store_places).
    pub fn batch_threads(self, threads: usize) -> Self {
        Self { helpers: Workers::new("wasi-crypto batch", threads.saturating_sub(1)), ..self }
    }

    /// The same with so many places for what asks stores; 0 counts as 1. A new pool: clones that there are go on as they were.
    pub fn store_places(self, places: usize) -> Self {
        Self { store: Workers::new("wasi-crypto store", places.max(1)), ..self }
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
        self.places.available_permits()
    }

    /// The number of places for what asks stores that are free now.
    pub fn free_store_places(&self) -> usize {
        self.store.free()
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
        let _queued = match self.store.queue(job) {
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
