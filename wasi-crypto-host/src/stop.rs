//! How a call that takes long is ended before it is done.

#[cfg(feature = "async")]
use std::future::Future as _;
#[cfg(feature = "async")]
use std::pin::pin;
use std::sync::{Arc, LazyLock};
#[cfg(feature = "async")]
use std::task::Poll;
#[cfg(feature = "async")]
use std::time::Duration;
use std::time::Instant;

#[cfg(feature = "async")]
use crate::alarm::Alarm;
use crate::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Ends the long calls of a guest from outside, at once or at a given time.
///
/// Long calls look at it every millisecond or so. One that sees it gives up: it answers `in_progress`, and the wasmtime adapter
/// makes a trap ([`Trap::Interrupt`](::wasmtime::Trap::Interrupt)) of that, which ends the guest. Short calls and the guest's
/// own code do not look: use this beside the engine's means (epochs, fuel), with the same deadline.
///
/// Clones are the same handle. [`WasiCryptoCtx::stop_handle`](crate::WasiCryptoCtx::stop_handle) gives one.
#[derive(Clone)]
pub struct StopHandle(Arc<State>);

struct State {
    stopped: AtomicBool,
    /// In nanoseconds after [`START`].
    deadline: AtomicU64,
    /// What also stops whoever looks here.
    parent: Option<StopHandle>,
    /// Wakes who waits for [`stop`](StopHandle::stop), or for a deadline that has become another: of this handle, its parent or a child.
    #[cfg(feature = "async")]
    waiting: Arc<tokio::sync::Notify>,
}

const NO_DEADLINE: u64 = u64::MAX;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl StopHandle {
    pub(crate) fn new() -> Self {
        Self::with_parent(None)
    }

    /// A handle that is stopped by itself, or along with this one.
    pub(crate) fn child(&self) -> Self {
        Self::with_parent(Some(self.clone()))
    }

    fn with_parent(parent: Option<Self>) -> Self {
        Self(Arc::new(State {
            stopped: AtomicBool::new(false),
            deadline: AtomicU64::new(NO_DEADLINE),
            #[cfg(feature = "async")]
            waiting: parent.as_ref().map(|parent| Arc::clone(&parent.0.waiting)).unwrap_or_default(),
            parent,
        }))
    }

    /// Ends the long call that is going on, and all that follow.
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::Relaxed);
        #[cfg(feature = "async")]
        self.0.waiting.notify_waiters();
    }

    /// Waits until long calls are to end: at once or by a deadline.
    #[cfg(feature = "async")]
    pub(crate) async fn stopped(&self) {
        loop {
            let mut woken = pin!(self.0.waiting.notified());
            if self.is_stopped() {
                return;
            }
            let mut alarm = pin!(self.deadline().map(Alarm::at));
            std::future::poll_fn(|context| {
                let is_woken = woken.as_mut().poll(context).is_ready();
                let is_due = alarm.as_mut().as_pin_mut().is_some_and(|alarm| alarm.poll(context).is_ready());
                if is_woken || is_due { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
    }

    /// The earliest of this handle and its parents. `None` also for one that is beyond what the clock can tell.
    #[cfg(feature = "async")]
    fn deadline(&self) -> Option<Instant> {
        let own = match self.0.deadline.load(Ordering::Relaxed) {
            NO_DEADLINE => None,
            nanos => START.checked_add(Duration::from_nanos(nanos)),
        };
        own.into_iter().chain(self.0.parent.as_ref().and_then(Self::deadline)).min()
    }

    /// Does the same from `deadline` on; `None` takes the deadline away. May be set again at any time.
    pub fn stop_at(&self, deadline: Option<Instant>) {
        let nanos = deadline.map_or(NO_DEADLINE, |deadline| {
            // An instant before the first look at the clock is as good as that.
            u64::try_from(deadline.saturating_duration_since(*START).as_nanos()).unwrap_or(NO_DEADLINE)
        });
        self.0.deadline.store(nanos, Ordering::Relaxed);
        #[cfg(feature = "async")]
        self.0.waiting.notify_waiters();
    }

    /// Whether somebody has a clone of this handle, or has set a deadline: only then can it become stopped.
    pub(crate) fn is_watched(&self) -> bool {
        Arc::strong_count(&self.0) > 1 || self.0.deadline.load(Ordering::Relaxed) != NO_DEADLINE || self.is_stopped()
    }

    /// Whether long calls are to end.
    pub fn is_stopped(&self) -> bool {
        let State { stopped, deadline, parent, .. } = &*self.0;
        if stopped.load(Ordering::Relaxed) {
            return true;
        }
        let deadline = deadline.load(Ordering::Relaxed);
        (deadline != NO_DEADLINE && START.elapsed().as_nanos() >= u128::from(deadline))
            || parent.as_ref().is_some_and(Self::is_stopped)
    }
}

impl std::fmt::Debug for StopHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StopHandle").field("is_stopped", &self.is_stopped()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(not(feature = "async"))]
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_handle_is_stopped_by_itself_by_its_parent_and_by_the_clock() {
        let parent = StopHandle::new();
        let child = parent.child();
        assert!(!child.is_stopped());
        assert!(parent.is_watched(), "by its child");
        child.stop();
        assert!(child.is_stopped() && !parent.is_stopped());

        let other = parent.child();
        parent.stop_at(Some(Instant::now() + Duration::from_secs(3600)));
        assert!(!other.is_stopped());
        parent.stop_at(Some(Instant::now()));
        assert!(other.is_stopped());
        parent.stop_at(None);
        assert!(!other.is_stopped());
        parent.stop();
        assert!(other.is_stopped());
    }

    #[cfg(feature = "async")]
    #[tokio::test]
    async fn who_waits_is_woken_by_its_handle_by_the_parent_and_by_either_deadline() {
        let soon = || Some(Instant::now() + Duration::from_millis(20));
        let ways: [fn(&StopHandle, &StopHandle, Option<Instant>); 4] = [
            |_, child, _| child.stop(),
            |parent, _, _| parent.stop(),
            |_, child, soon| child.stop_at(soon),
            |parent, _, soon| parent.stop_at(soon),
        ];
        for (which, end) in ways.into_iter().enumerate() {
            let parent = StopHandle::new();
            let [child, other] = [parent.child(), parent.child()];
            let waits = tokio::spawn({
                let child = child.clone();
                async move { child.stopped().await }
            });
            let others = tokio::spawn(async move { other.stopped().await });
            tokio::task::yield_now().await;
            assert!(!waits.is_finished(), "way {which}");
            end(&parent, &child, soon());
            waits.await.unwrap();
            assert_eq!(parent.is_stopped(), which % 2 == 1, "way {which}");
            if parent.is_stopped() {
                others.await.unwrap();
            } else {
                tokio::task::yield_now().await;
                assert!(!others.is_finished(), "way {which}: the other child goes on");
            }
        }
    }
}
