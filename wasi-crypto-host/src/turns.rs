//! Turns: so many at a time, so many of one owner, and in rotation among owners.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
#[cfg(any(feature = "postgres", feature = "sqlite", test))]
use std::{sync::mpsc, time::Duration};

#[cfg(feature = "async")]
use tokio::sync::oneshot;

use crate::rotation::Rotation;

/// Those who want something of which there is only so much wait here, and not where it is, which does not know whose turn it is: threads
/// for the connections of a database, asynchronous calls for a processor.
///
/// Those of one owner are served in the order in which they came. An owner goes to the end of the line when it is given a turn and when
/// one of its turns ends: one that comes anew waits for at most one turn of each other owner. Clones are the same.
#[derive(Clone)]
pub(crate) struct Turns<K: Clone + PartialEq>(Arc<Mutex<State<K>>>);

struct State<K> {
    /// Turns that nobody has; then nobody waits who may have one.
    free: usize,
    line: Rotation<K, Grant>,
}

/// What tells somebody that the turn is his. It does not wait for anything.
type Grant = Box<dyn FnOnce() + Send>;

impl<K: Clone + PartialEq> Turns<K> {
    /// So many turns at a time, and so many of one owner.
    pub(crate) fn new(most: usize, each: usize) -> Self {
        Self(Arc::new(Mutex::new(State { free: most, line: Rotation::new(each) })))
    }

    /// Waits for a turn; none if that takes too long.
    #[cfg(any(feature = "postgres", feature = "sqlite", test))]
    pub(crate) fn take(&self, owner: K, timeout: Duration) -> Option<Turn<K>> {
        let (grant, granted) = mpsc::sync_channel(1);
        let waiting = self.stand_in_line(owner, move || _ = grant.try_send(()));
        _ = granted.recv_timeout(timeout);
        waiting.leave()
    }

    /// Waits for a turn as long as the future lives.
    #[cfg(feature = "async")]
    pub(crate) async fn wait(&self, owner: K) -> Option<Turn<K>> {
        let (grant, granted) = oneshot::channel();
        let waiting = self.stand_in_line(owner, move || _ = grant.send(()));
        _ = granted.await;
        waiting.leave()
    }

    /// A turn that is free now.
    #[cfg(any(feature = "async", test))]
    pub(crate) fn try_take(&self, owner: K) -> Option<Turn<K>> {
        self.stand_in_line(owner, || ()).leave()
    }

    /// How many turns are free.
    #[cfg(any(feature = "async", test))]
    pub(crate) fn free(&self) -> usize {
        self.state().free
    }

    fn stand_in_line(&self, owner: K, grant: impl FnOnce() + Send + 'static) -> Waiting<K> {
        let mut state = self.state();
        let number = state.line.push(owner.clone(), Box::new(grant));
        let granted = state.give();
        drop(state);
        granted.into_iter().for_each(|grant| grant());
        Waiting { place: Some((self.clone(), owner)), number }
    }

    /// Ends a turn of this owner.
    fn end(&self, owner: &K) {
        let mut state = self.state();
        state.line.end(owner);
        state.free += 1;
        let granted = state.give();
        drop(state);
        granted.into_iter().for_each(|grant| grant());
    }

    fn state(&self) -> MutexGuard<'_, State<K>> {
        // Nothing panics while it is locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + PartialEq> State<K> {
    /// Gives away what turns there are. Those to whom are to be told when nothing is locked.
    fn give(&mut self) -> Vec<Grant> {
        let mut granted = Vec::new();
        while self.free > 0 {
            let Some((_, grant)) = self.line.begin() else { break };
            self.free -= 1;
            granted.push(grant);
        }
        granted
    }
}

/// One who stands in the line, until this is dropped.
struct Waiting<K: Clone + PartialEq> {
    place: Option<(Turns<K>, K)>,
    number: u64,
}

impl<K: Clone + PartialEq> Waiting<K> {
    /// Leaves the line, with a turn if one was granted, be it in this moment.
    fn leave(mut self) -> Option<Turn<K>> {
        self.take_turn()
    }

    fn take_turn(&mut self) -> Option<Turn<K>> {
        let (turns, owner) = self.place.take()?;
        let left = turns.state().line.remove(&owner, self.number);
        left.is_none().then(|| Turn { turns, owner })
    }
}

impl<K: Clone + PartialEq> Drop for Waiting<K> {
    fn drop(&mut self) {
        drop(self.take_turn());
    }
}

/// A turn, until it is dropped.
pub(crate) struct Turn<K: Clone + PartialEq> {
    turns: Turns<K>,
    owner: K,
}

impl<K: Clone + PartialEq> Drop for Turn<K> {
    fn drop(&mut self) {
        self.turns.end(&self.owner);
    }
}

#[cfg(test)]
impl<K: Clone + PartialEq> Turns<K> {
    /// How many wait.
    pub(crate) fn waiting(&self) -> usize {
        self.state().line.waiting()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::Receiver;

    use super::*;

    /// One who waits, and is told there.
    struct Told {
        waiting: Waiting<char>,
        granted: Receiver<()>,
    }

    impl Told {
        fn new(turns: &Turns<char>, owner: char) -> Self {
            let (grant, granted) = mpsc::channel();
            Self { waiting: turns.stand_in_line(owner, move || grant.send(()).unwrap()), granted }
        }

        fn is_next(&self) -> bool {
            self.granted.try_recv().is_ok()
        }
    }

    /// Has a turn at once.
    fn take(turns: &Turns<char>, owner: char) -> Turn<char> {
        turns.try_take(owner).unwrap()
    }

    /// In which order those who wait have their turns, each for a moment.
    fn order(mut waiting: Vec<(&'static str, Told)>) -> Vec<&'static str> {
        let next = || {
            let place = waiting.iter().position(|(_, told)| told.is_next())?;
            let (name, told) = waiting.remove(place);
            drop(told.waiting.leave().unwrap());
            Some(name)
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn owners_have_turns_in_rotation_and_one_that_comes_anew_does_not_wait_for_all_of_another() {
        let turns = Turns::new(1, 1);
        let first = take(&turns, 'a');
        let stand = |name: &'static str| (name, Told::new(&turns, name.chars().next().unwrap()));
        let waiting = ["a2", "a3", "a4", "b1", "b2", "c1"].map(stand).into();
        drop(first);
        assert_eq!(order(waiting), ["b1", "c1", "a2", "b2", "a3", "a4"]);
    }

    #[test]
    fn an_owner_has_so_many_turns_at_a_time_and_leaves_the_others_to_others() {
        let turns = Turns::new(4, 1);
        let first = take(&turns, 'a');
        assert!(turns.try_take('a').is_none());
        let others = ['b', 'c', 'd'].map(|owner| take(&turns, owner));
        assert!(turns.free() == 0 && turns.try_take('e').is_none(), "there are no more");
        let [waiting_too, waiting] = ['a', 'e'].map(|owner| Told::new(&turns, owner));
        drop(others);
        assert!(waiting.is_next() && !waiting_too.is_next());
        assert_eq!(turns.free(), 2);
        drop(first);
        assert!(waiting_too.is_next());
    }

    #[test]
    fn who_waits_has_the_turn_when_it_ends_and_who_gives_up_leaves_the_line() {
        let turns = Turns::new(1, 1);
        let first = take(&turns, 'a');
        assert!(turns.take('b', Duration::from_millis(10)).is_none());
        assert_eq!(turns.waiting(), 0);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| turns.take('b', Duration::MAX).is_some());
            while turns.waiting() == 0 {
                std::thread::yield_now();
            }
            drop(first);
            assert!(waiting.join().unwrap());
        });
        take(&turns, 'a');
    }

    #[test]
    fn a_turn_that_is_granted_to_one_who_gives_up_is_his_until_he_drops_it() {
        let turns = Turns::new(1, 1);
        let first = take(&turns, 'a');
        let [too_late, gone, next] = ['b', 'c', 'd'].map(|owner| Told::new(&turns, owner));
        drop(first);
        let turn = too_late.waiting.leave();
        assert!(turn.is_some() && !gone.is_next() && !next.is_next());
        drop(turn);
        assert!(gone.is_next() && !next.is_next());
        drop(gone);
        assert!(next.is_next());
    }

    #[test]
    fn no_turn_is_lost_or_given_twice_when_many_give_up() {
        let turns = Turns::new(2, 1);
        let (present, had) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for owner in ['a', 'a', 'b', 'b', 'c', 'c'] {
                let (turns, present, had) = (&turns, &present, &had);
                scope.spawn(move || {
                    for micros in 0..if cfg!(miri) { 20 } else { 2_000 } {
                        let Some(_turn) = turns.take(owner, Duration::from_micros(micros % 50)) else { continue };
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
                let _turn = take(&turns, 'a');
                panic!("on purpose");
            });
            assert!(panics.join().is_err());
        });
        take(&turns, 'a');
    }

    #[test]
    fn nothing_is_kept_of_an_owner_that_has_no_turn_and_for_which_nobody_waits() {
        let turns = Turns::new(2, 1);
        for owner in 'a'..='z' {
            let turn = take(&turns, owner);
            assert!(turns.try_take(owner).is_none());
            assert_eq!(turns.state().line.owners(), 1);
            drop(turn);
            assert_eq!(turns.state().line.owners(), 0);
        }
    }

    #[cfg(feature = "async")]
    #[tokio::test]
    async fn futures_wait_in_the_same_line_and_leave_it_when_they_are_dropped() {
        let turns = Turns::new(1, 1);
        let first = turns.wait('a').await.unwrap();
        let mut waiting = ['a', 'b', 'c'].map(|owner| Box::pin(turns.wait(owner)));
        for wait in &mut waiting {
            assert!(
                std::future::poll_fn(|context| std::task::Poll::Ready(wait.as_mut().poll(context).is_pending())).await
            );
        }
        let [of_a, of_b, of_c] = waiting;
        drop(of_b);
        drop(first);
        let turn = of_c.await.unwrap();
        assert_eq!((turns.waiting(), turns.free()), (1, 0));
        drop(turn);
        // Granted, and never asked for again.
        drop(of_a);
        assert_eq!((turns.waiting(), turns.free()), (0, 1));
    }
}
