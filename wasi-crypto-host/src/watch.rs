//! What a context notes of the calls that go through it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::abi::{Hostcall, hostcalls};
use crate::errno::Errno;
use crate::observer::{ObservedCall, Observer};

/// Who wants to know what is called. The threads of a guest have one.
pub(crate) struct Watch {
    /// How often each function was called.
    counts: Option<Box<[AtomicU64]>>,
    observer: Option<Arc<dyn Observer>>,
}

impl Watch {
    /// `None` if nobody wants to know.
    pub(crate) fn new(counts: bool, observer: Option<Arc<dyn Observer>>) -> Option<Self> {
        (counts || observer.is_some())
            .then(|| Self { counts: counts.then(|| hostcalls().iter().map(|_| AtomicU64::new(0)).collect()), observer })
    }

    /// Counts a call that begins, and says when that is, if somebody is to be told of its end.
    #[cold]
    pub(crate) fn note_begin(&self, hostcall: &Hostcall) -> Option<Instant> {
        if let Some(counts) = &self.counts {
            counts[hostcall.index()].fetch_add(1, Ordering::Relaxed);
        }
        self.observer.is_some().then(Instant::now)
    }

    #[cold]
    pub(crate) fn note_end(&self, hostcall: &Hostcall, args: &[u64], errno: Errno, started: Instant) {
        if let Some(observer) = &self.observer {
            observer.called(&ObservedCall::new(&hostcalls()[hostcall.index()], args, errno, started));
        }
    }

    /// The same for a call whose arguments have so many bytes.
    #[cfg(feature = "component")]
    pub(crate) fn note_end_of(&self, hostcall: &'static Hostcall, bytes: u64, errno: Errno, started: Instant) {
        if let Some(observer) = &self.observer {
            observer.called(&ObservedCall { hostcall, errno, elapsed: started.elapsed(), bytes });
        }
    }

    /// How often each function was called: functions with calls only, and none if calls are not counted.
    pub(crate) fn calls(&self) -> impl Iterator<Item = (&'static Hostcall, u64)> {
        let counts = self.counts.as_deref().unwrap_or_default();
        hostcalls()
            .iter()
            .zip(counts)
            .map(|(hostcall, count)| (hostcall, count.load(Ordering::Relaxed)))
            .filter(|(_, count)| *count > 0)
    }
}
