//! Guests that compute for long go on where they are in nobody's way.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use wasi_crypto_host::JobPool;

/// What a guest may use of a processor before it is sent to the back: more than an honest one needs.
const QUICK: Duration = Duration::from_micros(500);

/// Two runtimes for guests. All begin on the first. The second has threads that compute while the others have nothing to do: one for
/// guests, and one for the long work of all, so that there are processors to which the others find their way at once.
pub(super) struct Runtimes {
    front: Runtime,
    back: Runtime,
}

impl Runtimes {
    pub(super) fn new() -> Self {
        let front = Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
        let mut back = Builder::new_multi_thread();
        back.worker_threads(1).enable_all().on_thread_start(os::compute_when_idle);
        Self { front, back: back.build().unwrap() }
    }

    /// For the long work of guests, wherever they are.
    pub(super) fn job_pool(&self) -> JobPool {
        JobPool::new(1).runtime(self.back.handle().clone())
    }

    /// Waits for what a guest comes to; an error if it panics.
    pub(super) fn run<R: Send + 'static>(
        &self,
        guest: impl Future<Output = R> + Send + 'static,
    ) -> Result<R, tokio::task::JoinError> {
        let back = self.back.handle().clone();
        let mut guest = Box::pin(guest);
        let task = self.front.spawn(async move {
            match while_quick(guest.as_mut()).await {
                Some(result) => Ok(result),
                None => back.spawn(guest).await,
            }
        });
        self.front.block_on(task)?
    }
}

/// What a guest comes to, or nothing, if it has taken too long for that: by the clock of its thread, as others may take its turn.
async fn while_quick<R>(mut guest: Pin<&mut impl Future<Output = R>>) -> Option<R> {
    let mut used = Duration::ZERO;
    poll_fn(|context| {
        let start = os::time_of_thread();
        let result = guest.as_mut().poll(context).map(Some);
        used += os::time_of_thread().saturating_sub(start);
        if result.is_pending() && used > QUICK { Poll::Ready(None) } else { result }
    })
    .await
}

#[cfg(target_os = "linux")]
mod os {
    use std::mem::zeroed;
    use std::time::Duration;

    /// Only where nobody else wants the processor. A thread of the lowest priority that `nice` knows is not interrupted for one that wakes
    /// up before the system's clock ticks, which may take 4 ms.
    pub(super) fn compute_when_idle() {
        // SAFETY: all its fields are numbers.
        let parameters: libc::sched_param = unsafe { zeroed() };
        // SAFETY: a pointer to what is alive. 0 is the thread that calls.
        let result = unsafe { libc::sched_setscheduler(0, libc::SCHED_IDLE, &parameters) };
        assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
    }

    pub(super) fn time_of_thread() -> Duration {
        // SAFETY: all its fields are numbers.
        let mut time: libc::timespec = unsafe { zeroed() };
        // SAFETY: a pointer to what is alive.
        let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
        assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    }
}

/// Elsewhere the second runtime is like the first.
#[cfg(not(target_os = "linux"))]
mod os {
    use std::sync::LazyLock;
    use std::time::{Duration, Instant};

    pub(super) fn compute_when_idle() {}

    pub(super) fn time_of_thread() -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }
}
