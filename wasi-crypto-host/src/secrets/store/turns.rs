//! Turns: so many at a time, so many of one namespace, and in rotation among namespaces.

use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::rotation::Rotation;

/// Threads that want something of which there is only so much wait here, and not in the database, which does not know whose turn it is.
///
/// Those of one namespace are served in the order in which they came. A namespace goes to the end of the line when it is given a turn
/// and when one of its turns ends: one that comes anew waits for at most one turn of each other namespace.
pub(crate) struct Turns {
    state: Mutex<State>,
}

struct State {
    /// Turns that nobody has; then nobody waits who may have one.
    free: usize,
    line: Rotation<Arc<str>, SyncSender<()>>,
}

impl Turns {
    /// So many turns at a time, and so many of one namespace.
    pub(crate) fn new(most: usize, each: usize) -> Self {
        Self { state: Mutex::new(State { free: most, line: Rotation::new(each) }) }
    }

    /// Waits for a turn; none if that takes too long.
    pub(crate) fn take(&self, namespace: &str, timeout: Duration) -> Option<Turn<'_>> {
        let waiting = self.stand_in_line(namespace);
        match waiting.granted.recv_timeout(timeout) {
            Ok(()) => Some(waiting.turn()),
            Err(_) => waiting.give_up(),
        }
    }

    fn stand_in_line(&self, namespace: &str) -> Waiting<'_> {
        let namespace: Arc<str> = Arc::from(namespace);
        let (grant, granted) = mpsc::sync_channel(1);
        let mut state = self.state();
        let number = state.line.push(Arc::clone(&namespace), grant);
        state.give();
        Waiting { turns: self, namespace, number, granted }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is locked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Gives away what turns there are.
    fn give(&mut self) {
        while self.free > 0 {
            let Some((_, grant)) = self.line.begin() else { return };
            self.free -= 1;
            // There is room for one, and who gives up looks whether it came.
            _ = grant.send(());
        }
    }
}

/// One who stands in the line.
struct Waiting<'a> {
    turns: &'a Turns,
    namespace: Arc<str>,
    number: u64,
    granted: Receiver<()>,
}

impl<'a> Waiting<'a> {
    /// The turn that was granted.
    fn turn(self) -> Turn<'a> {
        Turn { turns: self.turns, namespace: self.namespace }
    }

    /// Leaves the line; or has the turn, if it was granted in this moment.
    fn give_up(self) -> Option<Turn<'a>> {
        let left = self.turns.state().line.remove(&self.namespace, self.number);
        if left.is_some() { None } else { Some(self.turn()) }
    }
}

/// A turn, until it is dropped.
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    namespace: Arc<str>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.turns.state();
        state.line.end(&self.namespace);
        state.free += 1;
        state.give();
    }
}

#[cfg(test)]
impl Turns {
    /// How many wait.
    pub(crate) fn waiting(&self) -> usize {
        self.state().line.waiting()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Has a turn at once.
    fn take<'a>(turns: &'a Turns, namespace: &str) -> Turn<'a> {
        turns.take(namespace, Duration::ZERO).unwrap()
    }

    /// In which order those who wait have their turns, each for a moment.
    fn order<'a>(mut waiting: Vec<(&'static str, Waiting<'a>)>) -> Vec<&'static str> {
        let next = || {
            let place = waiting.iter().position(|(_, waiting)| waiting.granted.try_recv().is_ok())?;
            let (name, waiting) = waiting.remove(place);
            drop(waiting.turn());
            Some(name)
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn namespaces_have_turns_in_rotation_and_one_that_comes_anew_does_not_wait_for_all_of_another() {
        let turns = Turns::new(1, 1);
        let first = take(&turns, "a");
        let stand = |name: &'static str| (name, turns.stand_in_line(&name[..1]));
        let waiting = ["a2", "a3", "a4", "b1", "b2", "c1"].map(stand).into();
        drop(first);
        assert_eq!(order(waiting), ["b1", "c1", "a2", "b2", "a3", "a4"]);
    }

    #[test]
    fn a_namespace_has_so_many_turns_at_a_time_and_leaves_the_others_to_others() {
        let turns = Turns::new(4, 1);
        let first = take(&turns, "a");
        assert!(turns.take("a", Duration::ZERO).is_none());
        let others = ["b", "c", "d"].map(|namespace| take(&turns, namespace));
        assert!(turns.take("e", Duration::ZERO).is_none(), "there are no more");
        let [waiting_too, waiting] = ["a", "e"].map(|namespace| turns.stand_in_line(namespace));
        drop(others);
        assert!(waiting.granted.try_recv().is_ok() && waiting_too.granted.try_recv().is_err());
        drop(first);
        assert!(waiting_too.granted.try_recv().is_ok());
    }

    #[test]
    fn who_waits_has_the_turn_when_it_ends_and_who_gives_up_leaves_the_line() {
        let turns = Turns::new(1, 1);
        let first = take(&turns, "a");
        assert!(turns.take("b", Duration::from_millis(10)).is_none());
        assert_eq!(turns.waiting(), 0);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| turns.take("b", Duration::MAX).is_some());
            while turns.waiting() == 0 {
                std::thread::yield_now();
            }
            drop(first);
            assert!(waiting.join().unwrap());
        });
        take(&turns, "a");
    }

    #[test]
    fn a_turn_that_is_granted_to_one_who_gives_up_is_his() {
        let turns = Turns::new(1, 1);
        let first = take(&turns, "a");
        let [too_late, next] = ["b", "c"].map(|namespace| turns.stand_in_line(namespace));
        drop(first);
        let turn = too_late.give_up();
        assert!(turn.is_some() && next.granted.try_recv().is_err());
        drop(turn);
        assert!(next.granted.try_recv().is_ok());
    }

    #[test]
    fn no_turn_is_lost_or_given_twice_when_many_give_up() {
        let turns = Turns::new(2, 1);
        let (present, had) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for namespace in ["a", "a", "b", "b", "c", "c"] {
                let (turns, present, had) = (&turns, &present, &had);
                scope.spawn(move || {
                    for micros in 0..if cfg!(miri) { 20 } else { 2_000 } {
                        let Some(_turn) = turns.take(namespace, Duration::from_micros(micros % 50)) else { continue };
                        assert!(present.fetch_add(1, Ordering::Relaxed) < 2);
                        had.fetch_add(1, Ordering::Relaxed);
                        std::thread::yield_now();
                        present.fetch_sub(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert!(had.into_inner() > 0);
        let state = turns.state();
        assert_eq!((state.free, state.line.waiting(), state.line.owners()), (2, 0, 0));
    }

    #[test]
    fn a_panic_costs_no_turn() {
        let turns = Turns::new(1, 1);
        std::thread::scope(|scope| {
            let panics = scope.spawn(|| {
                let _turn = take(&turns, "a");
                panic!("on purpose");
            });
            assert!(panics.join().is_err());
        });
        take(&turns, "a");
    }

    #[test]
    fn nothing_is_kept_of_a_namespace_that_has_no_turn_and_for_which_nobody_waits() {
        let turns = Turns::new(2, 1);
        for number in 0..100 {
            let turn = take(&turns, &number.to_string());
            assert!(turns.take(&number.to_string(), Duration::ZERO).is_none());
            assert_eq!(turns.state().line.owners(), 1);
            drop(turn);
            assert_eq!(turns.state().line.owners(), 0);
        }
    }
}
