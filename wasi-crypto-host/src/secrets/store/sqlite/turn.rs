//! Turns: of the threads of one process, one writes at a time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Threads that want to write wait here, and not in SQLite, which sleeps and looks again.
#[derive(Default)]
pub(crate) struct Turns {
    taken: Mutex<bool>,
    free: Condvar,
}

impl Turns {
    /// Waits until nobody else has a turn; none if that takes too long.
    pub(crate) fn take(&self, timeout: Duration) -> Option<Turn<'_>> {
        let taken = self.taken();
        let waited = self.free.wait_timeout_while(taken, timeout, |taken| *taken);
        let (mut taken, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if *taken {
            return None;
        }
        *taken = true;
        Some(Turn(self))
    }

    fn taken(&self) -> MutexGuard<'_, bool> {
        // A flag is never half-way.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A turn, until it is dropped.
pub(crate) struct Turn<'a>(&'a Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.taken() = false;
        self.0.free.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_had_by_one_at_a_time_and_given_up_in_time() {
        let turns = Turns::default();
        let first = turns.take(Duration::ZERO).unwrap();
        assert!(turns.take(Duration::from_millis(10)).is_none());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| turns.take(Duration::from_secs(60)).is_some());
            std::thread::sleep(Duration::from_millis(10));
            drop(first);
            assert!(waiting.join().unwrap());
        });
        assert!(turns.take(Duration::ZERO).is_some());
    }
}
