//! The long work of asynchronous guests: computing on blocking threads of tokio, waiting for stores on threads of the pool.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

use crate::errno::Errno;
use crate::jobs::JobPool;
use crate::progress::{FinishedWork, PendingWork};
use crate::secret::{STACK_OF_THREAD, wipe_stack};
use crate::stop::StopHandle;

impl JobPool {
    /// Does the work on another thread, in its turn; or here, where no runtime is and the pool has none. `in_progress` if it was stopped
    /// before it began, or while it waits for a store, or if the runtime is shutting down; `internal_error` if it panicked. Dropped while it
    /// waits for its turn, the work is never done; dropped later, it is stopped.
    pub(crate) async fn run(&self, work: PendingWork) -> Result<FinishedWork, Errno> {
        if work.waits_for_store() {
            return self.run_on_store(work).await;
        }
        let Some(runtime) = self.runtime.clone().or_else(|| Handle::try_current().ok()) else { return Ok(work.run()) };
        let stop = work.stop_handle();
        let place = until_stopped(&stop, self.places.wait(self.tenant)).await.flatten().ok_or(Errno::InProgress)?;
        let job = runtime.spawn_blocking(move || {
            // Taken until the work is over, whether anybody waits for it or not.
            let _place = place;
            let finished = work.run();
            wipe_stack::<STACK_OF_THREAD>();
            finished
        });
        let _abandoned = Abandoned { stop, job: Some(job.abort_handle()) };
        job.await.map_err(|cause| if cause.is_panic() { Errno::InternalError } else { Errno::InProgress })
    }

    async fn run_on_store(&self, work: PendingWork) -> Result<FinishedWork, Errno> {
        let stop = work.stop_handle();
        let (done, result) = oneshot::channel();
        let job = Box::new(move || {
            // Nobody may be there any more.
            _ = done.send(work.run());
        });
        let _queued = match self.store.queue(self.tenant, job) {
            Ok(queued) => Some(queued),
            Err(job) => {
                job();
                None
            }
        };
        let _abandoned = Abandoned { stop: stop.clone(), job: None };
        match until_stopped(&stop, result).await {
            Some(result) => result.map_err(|_| Errno::InternalError),
            None => Err(Errno::InProgress),
        }
    }
}

/// What a future comes to, or `None` if the call is stopped before.
async fn until_stopped<F: Future>(stop: &StopHandle, future: F) -> Option<F::Output> {
    let mut stopped = pin!(stop.stopped());
    let mut future = pin!(future);
    std::future::poll_fn(|context| match stopped.as_mut().poll(context) {
        Poll::Ready(()) => Poll::Ready(None),
        Poll::Pending => future.as_mut().poll(context).map(Some),
    })
    .await
}

/// Ends work when nobody waits for it any more.
struct Abandoned {
    stop: StopHandle,
    job: Option<AbortHandle>,
}

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.stop.stop();
        if let Some(job) = &self.job {
            job.abort();
        }
    }
}
