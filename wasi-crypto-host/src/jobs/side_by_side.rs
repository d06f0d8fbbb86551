//! Pieces of work on several threads, this one among them.

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::vec;

use crate::jobs::JobPool;

/// How much work has to be left of a batch that it is worth waking other threads for, by the time that this one would take: about
/// eight signatures of Ed25519 or ECDSA with P-256, at 15 µs each.
pub(crate) const WORTH: std::time::Duration = std::time::Duration::from_micros(100);

impl JobPool {
    /// How many threads [`side_by_side`](Self::side_by_side) uses at most, the calling one included.
    pub(crate) fn threads(&self) -> usize {
        self.helpers.most() + 1
    }

    /// Does a piece of work for each item, on this thread and as many others as have a place now, and returns the results in order; `None`
    /// for work that panicked elsewhere.
    pub(crate) fn side_by_side<T: Send + 'static, R: Send + 'static>(
        &self,
        items: Vec<T>,
        work: impl Fn(T) -> R + Send + Sync + 'static,
    ) -> Vec<Option<R>> {
        let mut results: Vec<Option<R>> = items.iter().map(|_| None).collect();
        let helpers = self.helpers.free().min(items.len().saturating_sub(1));
        let (done, finished) = mpsc::channel();
        let share = Arc::new(Share { items: Mutex::new(items.into_iter().enumerate()), work });
        for _ in 0..helpers {
            #[cfg(feature = "async")]
            let Some(_place) = self.places.try_take(self.tenant) else { break };
            let (share, done) = (Arc::clone(&share), done.clone());
            let help = move || {
                #[cfg(feature = "async")]
                let _place = _place;
                share.work(&done);
            };
            match self.helpers.queue(self.tenant, Box::new(help)) {
                Ok(queued) => queued.detach(),
                Err(_) => break,
            }
        }
        share.work(&done);
        // Each item has been taken by somebody, who reports.
        for _ in 0..results.len() {
            let Ok((place, result)) = finished.recv() else { break };
            results[place] = result;
        }
        results
    }
}

/// What threads do side by side.
struct Share<T, F> {
    items: Mutex<std::iter::Enumerate<vec::IntoIter<T>>>,
    work: F,
}

impl<T, R, F: Fn(T) -> R> Share<T, F> {
    fn work(&self, done: &mpsc::Sender<(usize, Option<R>)>) {
        loop {
            let next = self.items.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((place, item)) = next else { return };
            let mut report = Report { place, result: None, done };
            report.result = Some((self.work)(item));
        }
    }
}

/// Reports an item when it is dropped, after a panic, too.
struct Report<'a, R> {
    place: usize,
    result: Option<R>,
    done: &'a mpsc::Sender<(usize, Option<R>)>,
}

impl<R> Drop for Report<'_, R> {
    fn drop(&mut self) {
        // Whoever waited may be gone after a panic of its own.
        _ = self.done.send((self.place, self.result.take()));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn results_are_in_order_on_however_many_threads() {
        for places in [1, 2, 5] {
            let pool = JobPool::new(places).batch_threads(places);
            for len in [0, 1, 2, 3, 100] {
                let results = pool.side_by_side((0..len).collect(), |n: usize| n * n);
                assert_eq!(results, (0..len).map(|n| Some(n * n)).collect::<Vec<_>>(), "{places} places");
            }
        }
    }

    #[test]
    fn work_is_shared_by_threads() {
        let pool = JobPool::new(3).batch_threads(3);
        let present = Arc::new(AtomicUsize::new(0));
        let results = pool.side_by_side(vec![(); 3], move |()| {
            present.fetch_add(1, Ordering::Relaxed);
            let began = Instant::now();
            // All three are here at once.
            while present.load(Ordering::Relaxed) < 3 {
                assert!(began.elapsed() < Duration::from_secs(10));
                std::thread::yield_now();
            }
            std::thread::current().id()
        });
        assert_eq!(results.into_iter().flatten().collect::<HashSet<_>>().len(), 3);
    }

    #[test]
    fn a_panic_of_another_thread_loses_one_result() {
        let pool = JobPool::new(2).batch_threads(2);
        let here = std::thread::current().id();
        let helped = AtomicUsize::new(0);
        let results = pool.side_by_side((0..2).collect(), move |n: u32| {
            if std::thread::current().id() != here {
                helped.store(1, Ordering::Relaxed);
                panic!("on purpose");
            }
            while helped.load(Ordering::Relaxed) == 0 {
                std::thread::yield_now();
            }
            n
        });
        assert_eq!(results.iter().flatten().count(), 1);
    }
}
