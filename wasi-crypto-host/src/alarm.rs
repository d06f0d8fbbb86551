//! Wakes tasks at a given time, on a thread of its own, since an embedder's runtime need not have a clock.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

/// Is ready from a given time on.
pub(crate) struct Alarm {
    time: Instant,
    /// Tells alarms of the same time apart.
    id: u64,
}

impl Alarm {
    pub(crate) fn at(time: Instant) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { time, id: NEXT.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Future for Alarm {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if Instant::now() >= self.time {
            return Poll::Ready(());
        }
        CLOCK.lock().insert((self.time, self.id), context.waker().clone());
        CLOCK.changed.notify_one();
        Poll::Pending
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        CLOCK.lock().remove(&(self.time, self.id));
    }
}

struct Clock {
    alarms: Mutex<Alarms>,
    changed: Condvar,
}

/// The earliest first.
type Alarms = BTreeMap<(Instant, u64), Waker>;

static CLOCK: LazyLock<Clock> = LazyLock::new(|| {
    // Where no thread can be had, whoever waits is woken by what else he waits for.
    _ = std::thread::Builder::new().name("wasi-crypto clock".to_owned()).spawn(|| CLOCK.run());
    Clock { alarms: Mutex::default(), changed: Condvar::new() }
});

impl Clock {
    fn lock(&self) -> MutexGuard<'_, Alarms> {
        self.alarms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut alarms = self.lock();
        loop {
            let now = Instant::now();
            let later = alarms.split_off(&(now, u64::MAX));
            let due = std::mem::replace(&mut *alarms, later);
            if !due.is_empty() {
                drop(alarms);
                due.into_values().for_each(Waker::wake);
                alarms = self.lock();
                continue;
            }
            alarms = match alarms.first_key_value() {
                Some(((time, _), _)) => {
                    let rest = time.saturating_duration_since(now);
                    self.changed.wait_timeout(alarms, rest).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.changed.wait(alarms).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::Wake;
    use std::time::Duration;

    use super::*;

    struct Unpark(std::thread::Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    #[test]
    fn an_alarm_wakes_at_its_time_and_not_before_and_one_that_is_dropped_is_forgotten() {
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let mut context = Context::from_waker(&waker);
        let start = Instant::now();
        let [soon, never] = [20, 3_600_000].map(|millis| start + Duration::from_millis(millis));
        let mut dropped = Box::pin(Alarm::at(never));
        assert!(dropped.as_mut().poll(&mut context).is_pending());
        assert!(CLOCK.lock().contains_key(&(never, dropped.id)));
        drop(dropped);
        assert!(CLOCK.lock().keys().all(|(time, _)| *time != never));
        let mut alarm = pin!(Alarm::at(soon));
        while alarm.as_mut().poll(&mut context).is_pending() {
            std::thread::park();
        }
        assert!(Instant::now() >= soon);
    }
}
