//! Who is next: first come, first served among what one owner has waiting, and in rotation among owners.

use std::collections::VecDeque;
use std::mem;

/// What waits to begin, by whom it belongs to.
///
/// An owner goes to the end of the line when something of his begins or ends. So one who comes anew waits for at most one thing of each
/// other one, however much they have waiting.
pub(crate) struct Rotation<K, T> {
    /// So much of one owner goes on at a time.
    each: usize,
    /// The next one first. Nobody is here of whom nothing waits and nothing goes on.
    owners: VecDeque<Owner<K, T>>,
    /// How much has ever waited.
    count: u64,
}

struct Owner<K, T> {
    key: K,
    going_on: usize,
    waiting: VecDeque<(u64, T)>,
}

impl<K: Clone + PartialEq, T> Rotation<K, T> {
    /// Lets so much of one owner go on at a time.
    pub(crate) fn new(each: usize) -> Self {
        Self { each, owners: VecDeque::new(), count: 0 }
    }

    /// Adds something, and returns the number by which it can be removed.
    pub(crate) fn push(&mut self, key: K, item: T) -> u64 {
        self.count += 1;
        let waiting = (self.count, item);
        match self.place(&key) {
            Some(place) => self.owners[place].waiting.push_back(waiting),
            None => self.owners.push_back(Owner { key, going_on: 0, waiting: VecDeque::from([waiting]) }),
        }
        self.count
    }

    /// Removes what waits under this number; none if it has begun.
    pub(crate) fn remove(&mut self, key: &K, number: u64) -> Option<T> {
        let place = self.place(key)?;
        let waiting = &mut self.owners[place].waiting;
        let which = waiting.iter().position(|(other, _)| *other == number)?;
        let (_, item) = waiting.remove(which)?;
        if self.owners[place].is_done() {
            self.owners.remove(place);
        }
        Some(item)
    }

    /// What begins now; it goes on until its owner [`end`](Self::end)s it.
    pub(crate) fn begin(&mut self) -> Option<(K, T)> {
        let place = self.owners.iter().position(|owner| owner.ready(self.each) > 0)?;
        let mut owner = self.owners.remove(place)?;
        let (_, item) = owner.waiting.pop_front()?;
        owner.going_on += 1;
        let key = owner.key.clone();
        self.owners.push_back(owner);
        Some((key, item))
    }

    /// Something of this owner that went on has ended.
    pub(crate) fn end(&mut self, key: &K) {
        let Some(mut owner) = self.place(key).and_then(|place| self.owners.remove(place)) else { return };
        owner.going_on -= 1;
        if !owner.is_done() {
            self.owners.push_back(owner);
        }
    }

    /// Whether what this owner adds now could begin before anything of his ends.
    pub(crate) fn has_room_for(&self, key: &K) -> bool {
        self.place(key).is_none_or(|place| {
            let Owner { going_on, waiting, .. } = &self.owners[place];
            going_on + waiting.len() < self.each
        })
    }

    /// How much could begin now.
    pub(crate) fn ready(&self) -> usize {
        self.owners.iter().map(|owner| owner.ready(self.each)).sum()
    }

    /// Removes all that waits.
    pub(crate) fn take_waiting(&mut self) -> Vec<T> {
        let waiting = self.owners.iter_mut().flat_map(|owner| mem::take(&mut owner.waiting));
        let items = waiting.map(|(_, item)| item).collect();
        self.owners.retain(|owner| !owner.is_done());
        items
    }

    fn place(&self, key: &K) -> Option<usize> {
        self.owners.iter().position(|owner| owner.key == *key)
    }
}

impl<K, T> Owner<K, T> {
    fn ready(&self, each: usize) -> usize {
        self.waiting.len().min(each.saturating_sub(self.going_on))
    }

    fn is_done(&self) -> bool {
        self.going_on == 0 && self.waiting.is_empty()
    }
}

#[cfg(test)]
impl<K, T> Rotation<K, T> {
    /// How much waits.
    pub(crate) fn waiting(&self) -> usize {
        self.owners.iter().map(|owner| owner.waiting.len()).sum()
    }

    /// Of how many owners something is known.
    pub(crate) fn owners(&self) -> usize {
        self.owners.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rotation in which these wait, each named by its owner and a number.
    fn rotation(each: usize, waiting: &[&'static str]) -> Rotation<char, &'static str> {
        let mut rotation = Rotation::new(each);
        for name in waiting {
            rotation.push(owner(name), *name);
        }
        rotation
    }

    fn owner(name: &str) -> char {
        name.chars().next().unwrap()
    }

    /// In which order things begin if one goes on at a time.
    fn one_after_the_other(rotation: &mut Rotation<char, &'static str>) -> Vec<&'static str> {
        let next = || {
            let (key, item) = rotation.begin()?;
            rotation.end(&key);
            Some(item)
        };
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn owners_take_turns_and_what_one_has_waiting_keeps_its_order() {
        let mut rotation = rotation(9, &["a1", "a2", "a3", "a4", "b1", "b2", "c1"]);
        assert_eq!(one_after_the_other(&mut rotation), ["a1", "b1", "c1", "a2", "b2", "a3", "a4"]);
    }

    #[test]
    fn who_comes_anew_waits_for_at_most_one_thing_of_each_other_owner() {
        let mut rotation = rotation(9, &["a1", "a2", "b1", "b2"]);
        assert_eq!(rotation.begin(), Some(('a', "a1")));
        rotation.push('c', "c1");
        // Also of him whose thing goes on meanwhile.
        rotation.end(&'a');
        assert_eq!(one_after_the_other(&mut rotation), ["b1", "c1", "a2", "b2"]);

        let mut rotation = self::rotation(9, &["a1"]);
        rotation.begin();
        rotation.push('b', "b1");
        assert_eq!(rotation.begin(), Some(('b', "b1")), "before it is one of whom nothing waits");

        let mut rotation = self::rotation(9, &["a1", "a2"]);
        rotation.begin();
        rotation.push('b', "b1");
        rotation.end(&'a');
        assert_eq!(one_after_the_other(&mut rotation), ["b1", "a2"]);
    }

    #[test]
    fn so_much_of_one_owner_goes_on_at_a_time() {
        assert!(!rotation(2, &["a1", "a2"]).has_room_for(&'a') && rotation(2, &["a1"]).has_room_for(&'a'));
        let mut rotation = rotation(2, &["a1", "a2", "a3", "b1"]);
        assert_eq!(rotation.ready(), 3);
        assert!(!rotation.has_room_for(&'a') && rotation.has_room_for(&'b') && rotation.has_room_for(&'c'));
        let begun: Vec<_> = std::iter::from_fn(|| rotation.begin()).map(|(_, item)| item).collect();
        assert_eq!(begun, ["a1", "b1", "a2"]);
        assert_eq!((rotation.ready(), rotation.waiting()), (0, 1));
        rotation.end(&'b');
        assert_eq!(rotation.ready(), 0);
        rotation.end(&'a');
        assert_eq!((rotation.ready(), rotation.begin()), (1, Some(('a', "a3"))));
    }

    #[test]
    fn what_is_removed_does_not_begin_and_what_has_begun_is_not_removed() {
        let mut rotation = rotation(9, &["a1"]);
        let [second, third] = ["a2", "a3"].map(|name| rotation.push('a', name));
        assert_eq!(rotation.remove(&'a', second), Some("a2"));
        assert_eq!((rotation.remove(&'a', second), rotation.remove(&'b', third)), (None, None));
        assert_eq!(one_after_the_other(&mut rotation), ["a1", "a3"]);
        assert_eq!(rotation.remove(&'a', third), None);
    }

    #[test]
    fn nothing_is_kept_of_an_owner_of_whom_nothing_waits_and_nothing_goes_on() {
        let mut rotation = Rotation::new(1);
        for key in 0..1_000 {
            let first = rotation.push(key, ());
            rotation.begin();
            rotation.push(key, ());
            assert_eq!((rotation.take_waiting(), rotation.owners()), (vec![()], 1));
            rotation.end(&key);
            assert_eq!((rotation.remove(&key, first), rotation.owners()), (None, 0));
            let number = rotation.push(key, ());
            assert_eq!((rotation.remove(&key, number), rotation.owners()), (Some(()), 0));
        }
    }
}
