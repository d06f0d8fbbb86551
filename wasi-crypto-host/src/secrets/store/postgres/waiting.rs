//! Waiting: connections live on a thread of their own, and callers wait for what it does, no longer than to a deadline.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Instant;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// A thread that drives connections. A caller may itself be on a thread of an executor: that cannot be entered twice, so
/// the executor here is never entered by a caller.
pub(crate) struct Background {
    handle: Handle,
    /// The thread ends when this is dropped.
    _stop: oneshot::Sender<()>,
}

impl Background {
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let run = move || {
            // Nothing is ever sent.
            let _ = runtime.block_on(stopped);
        };
        thread::Builder::new().name("wasi-crypto-postgres".to_owned()).spawn(run)?;
        Ok(Self { handle, _stop: stop })
    }

    /// Runs something there, and waits for its end; none if that takes too long, and it is given up.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
        deadline: Instant,
    ) -> Option<T> {
        let mut task = self.handle.spawn(future);
        let done = wait(&mut task, deadline);
        if done.is_none() {
            task.abort();
        }
        done.and_then(Result::ok)
    }

    /// Runs something there until it ends by itself.
    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }
}

/// Waits for what others bring about; none if that takes longer than to the deadline. Looks at least once.
pub(crate) fn wait<T>(future: impl Future<Output = T>, deadline: Instant) -> Option<T> {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(value);
        }
        let left = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
        thread::park_timeout(left);
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_done_in_time_is_had_and_what_is_not_is_given_up() {
        let background = Background::start().unwrap();
        let soon = || Instant::now() + Duration::from_millis(20);
        assert_eq!(background.run(async { 7 }, Instant::now() + Duration::from_secs(60)), Some(7));
        assert_eq!(background.run(std::future::pending::<()>(), soon()), None);
        assert_eq!(wait(std::future::pending::<()>(), soon()), None);
        assert_eq!(wait(async { 7 }, Instant::now()), Some(7));
    }

    #[tokio::test]
    async fn a_thread_of_an_executor_can_wait_too() {
        let background = Background::start().unwrap();
        let slow = async { tokio::time::sleep(Duration::from_millis(1)).await };
        assert_eq!(background.run(slow, Instant::now() + Duration::from_secs(60)), Some(()));
    }
}
