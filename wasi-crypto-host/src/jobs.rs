//! Where the long work of asynchronous guests runs: on blocking threads of tokio, so many at a time.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::task::Poll;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;

use crate::errno::Errno;
use crate::progress::{FinishedWork, PendingWork};
use crate::stop::StopHandle;

/// Bounds how much long work (password hashing, the generation of RSA keys, what asks a store of managed keys) guests
/// have going on at a time.
///
/// A call that finds no place waits for one, in the order of arrival, without a thread. If its guest goes away meanwhile, it has never
/// been there. Clones are the same pool; share one among the contexts of a host
/// ([`WasiCryptoCtxBuilder::job_pool`](crate::WasiCryptoCtxBuilder::job_pool)). Contexts that are given none share one with as many
/// places as the machine has processors.
#[derive(Clone, Debug)]
pub struct JobPool(Arc<Semaphore>);

impl JobPool {
    /// A pool for so many pieces of work at a time. None would be none for ever, so that 0 counts as 1.
    pub fn new(places: usize) -> Self {
        Self(Arc::new(Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS))))
    }

    /// The number of places that are free now.
    pub fn free_places(&self) -> usize {
        self.0.available_permits()
    }

    /// Does the work on a blocking thread of the runtime, in its turn; or here, where no runtime is. `in_progress` if it was stopped
    /// before it began, or if the runtime is shutting down; `internal_error` if it panicked. Dropped while it waits, the work is never
    /// done; dropped later, it is stopped.
    pub(crate) async fn run(&self, work: PendingWork) -> Result<FinishedWork, Errno> {
        let Ok(runtime) = Handle::try_current() else { return Ok(work.run()) };
        let stop = work.stop_handle();
        let place = self.place(&stop).await.ok_or(Errno::InProgress)?;
        let job = runtime.spawn_blocking(move || {
            // Taken until the work is over, whether anybody waits for it or not.
            let _place = place;
            work.run()
        });
        let _abandoned = Abandoned { stop, job: job.abort_handle() };
        job.await.map_err(|cause| if cause.is_panic() { Errno::InternalError } else { Errno::InProgress })
    }

    /// A place, or `None` if the call is stopped before there is one.
    async fn place(&self, stop: &StopHandle) -> Option<OwnedSemaphorePermit> {
        let mut stopped = pin!(stop.stopped());
        let mut place = pin!(Arc::clone(&self.0).acquire_owned());
        std::future::poll_fn(|context| match stopped.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(None),
            // The semaphore is never closed.
            Poll::Pending => place.as_mut().poll(context).map(Result::ok),
        })
        .await
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

/// Ends work when nobody waits for it any more.
struct Abandoned {
    stop: StopHandle,
    job: AbortHandle,
}

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.stop.stop();
        self.job.abort();
    }
}
