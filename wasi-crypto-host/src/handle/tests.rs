//! What a table gives out, finds, books and refuses.

use std::collections::HashSet;

use super::*;
use crate::secret::Secret;

#[derive(Debug, PartialEq)]
pub(super) struct Key(pub(super) u32);
#[derive(Debug)]
pub(super) struct Tag;
/// 40 bytes that all of its clones share.
#[derive(Clone)]
pub(super) struct Sharer(Arc<Booking>);
pub(super) enum Any {
    Key(Key),
    Tag(Tag),
    Sharer(Sharer),
}

macro_rules! object {
    ($name:ident, $ty:ident, $held:expr $(, $shared:item)?) => {
        impl Object<Any> for $name {
            const TYPE: HandleType = HandleType::$ty;
            fn held(&self) -> usize {
                let held: fn(&Self) -> usize = $held;
                held(self)
            }
            $($shared)?
            fn into_any(self) -> Any {
                Any::$name(self)
            }
            fn from_any(any: &Any) -> Option<&Self> {
                match any {
                    Any::$name(object) => Some(object),
                    _ => None,
                }
            }
            fn from_any_mut(any: &mut Any) -> Option<&mut Self> {
                match any {
                    Any::$name(object) => Some(object),
                    _ => None,
                }
            }
            fn out_of_any(any: Any) -> Option<Self> {
                match any {
                    Any::$name(object) => Some(object),
                    _ => None,
                }
            }
        }
    };
}
object!(Key, SymmetricKey, |key| key.0 as usize);
object!(Tag, SymmetricTag, |_| 0);
object!(
    Sharer,
    SymmetricState,
    |_| 5,
    fn shared(&self) -> Option<(&Booking, usize)> {
        Some((&self.0, 40))
    }
);

pub(super) fn table(handles: usize, bytes: usize) -> HandleTable<Any> {
    HandleTable::new(Limits { handles, bytes, ..Limits::default() }, 0x1234_5678)
}

#[test]
fn handles_find_their_object_and_no_other() {
    let mut table = table(2000, usize::MAX);
    let handles: Vec<u32> = (0..1000).map(|i| table.insert(Key(i)).unwrap()).collect();
    for (i, handle) in (0..).zip(&handles) {
        assert_eq!(table.get::<Key>(*handle), Ok(&Key(i)));
        assert_eq!(table.get::<Tag>(*handle).err(), Some(Errno::InvalidHandle));
    }
    assert_eq!(handles.iter().collect::<HashSet<_>>().len(), 1000);
    assert_eq!(table.open_handles(), 1000);
}

#[test]
fn closing_tells_closed_unknown_and_wrong_type_apart() {
    let mut table = table(10, usize::MAX);
    let key = table.insert(Key(1)).unwrap();
    assert_eq!(table.close::<Tag>(key), Err(Errno::InvalidHandle));
    assert_eq!(table.close::<Key>(key), Ok(()));
    assert_eq!(table.close::<Key>(key), Err(Errno::Closed));
    assert_eq!(table.close::<Tag>(key), Err(Errno::InvalidHandle));
    assert_eq!(table.get::<Key>(key), Err(Errno::InvalidHandle));
    for never in
        [key.wrapping_add(1), key.wrapping_add(1 << INDEX_BITS), key.wrapping_sub(1 << INDEX_BITS), 0, u32::MAX]
    {
        assert_eq!(table.close::<Key>(never), Err(Errno::InvalidHandle), "{never:#x}");
    }
}

#[test]
fn a_number_does_not_come_back_soon_and_the_table_does_not_grow() {
    let mut table = table(1000, usize::MAX);
    let mut seen = HashSet::new();
    for i in 0..500_000 {
        let handle = table.insert(Key(i)).unwrap();
        assert!(seen.insert(handle), "{handle:#x} again after {i} handles");
        table.close::<Key>(handle).unwrap();
    }
    assert_eq!(table.slots.len(), MIN_ROTATION);
}

#[test]
fn an_old_handle_of_a_slot_that_went_round_is_closed() {
    let mut table = table(1, usize::MAX);
    let first = table.insert(Key(0)).unwrap();
    table.close::<Key>(first).unwrap();
    for i in 0..10_000 {
        let handle = table.insert(Key(i)).unwrap();
        table.close::<Key>(handle).unwrap();
    }
    assert_eq!(table.close::<Key>(first.wrapping_add(5 << INDEX_BITS)), Err(Errno::Closed));
    assert_eq!(table.close::<Key>(first.wrapping_sub(5 << INDEX_BITS)), Err(Errno::Closed));
}

/// There are 4096 numbers for a slot, of which the last is 0.
#[test]
fn the_last_number_of_a_slot_is_unknown_until_it_was_given_out() {
    let mut table = table(1, usize::MAX);
    let offset = table.offset;
    let mut give = |uses_before| {
        if let Some(slot) = table.slots.first_mut() {
            slot.uses = uses_before;
        }
        let handle = table.insert(Key(0)).unwrap();
        assert_eq!(table.close::<Key>(handle), Ok(()));
        table.close::<Key>(offset)
    };
    assert_eq!([0, 4094].map(&mut give), [Err(Errno::InvalidHandle); 2]);
    // It is this one's own, and then an older one.
    assert_eq!([4095, 4096, 4097].map(give), [Err(Errno::Closed); 3]);
}

#[test]
fn a_table_grows_in_few_steps_and_to_no_more_than_can_be_used() {
    let mut table = table(700, usize::MAX);
    let mut capacities = vec![];
    for _ in 0..700 {
        table.insert(Tag).unwrap();
        let capacity = table.slots.capacity();
        capacities.extend((capacities.last() != Some(&capacity)).then_some(capacity));
    }
    assert_eq!(capacities, [16, 32, 64, 128, 256, 512, 700]);
}

#[test]
fn limits_are_kept_and_room_comes_back() {
    let mut table = table(3, 3 * SLOT + 100);
    let handles: Vec<u32> = (0..3).map(|_| table.insert(Key(10)).unwrap()).collect();
    assert_eq!(table.insert(Key(0)), Err(Errno::TooManyHandles));
    table.close::<Key>(handles[1]).unwrap();
    assert_eq!(table.insert(Key(81)), Err(Errno::Overflow));
    let last = table.insert(Key(79)).unwrap();
    for other in [handles[1], last.wrapping_add(1 << INDEX_BITS)] {
        assert_eq!(table.get_with_account::<Key>(other).err(), Some(Errno::InvalidHandle));
    }
    let (_, mut account) = table.get_with_account::<Key>(last).unwrap();
    let mut gathered = Secret::default();
    assert_eq!(account.gather(&mut gathered, 2), Err(Errno::Overflow));
    assert_eq!(gathered.capacity(), 0);
    assert_eq!(account.gather(&mut gathered, 1), Ok(()));
    assert_eq!(gathered.capacity(), 1);
    for handle in [handles[0], handles[2], last] {
        table.close::<Key>(handle).unwrap();
    }
    assert_eq!((table.held_bytes(), table.open_handles()), (0, 0));
}

#[test]
fn what_objects_share_is_booked_once_and_not_at_all_if_there_is_no_room() {
    let bounds = 2 * (SLOT + 5) + 40;
    for (bytes, fits) in [(SLOT + 5 + 39, [false, false]), (bounds - 1, [true, false]), (bounds, [true, true])] {
        let mut table = table(3, bytes);
        let object = Sharer(Arc::default());
        let handles = fits.map(|_| table.insert(object.clone()));
        for (handle, fits) in handles.iter().zip(fits) {
            assert_eq!(handle.err(), (!fits).then_some(Errno::Overflow), "{bytes} bytes");
        }
        assert_eq!(object.0.is_made(), fits[0]);
        drop(object);
        let open = table.open_handles();
        assert_eq!(table.held_bytes(), if fits[0] { open * (SLOT + 5) + 40 } else { 0 });
        handles.into_iter().flatten().for_each(|handle| table.close::<Sharer>(handle).unwrap());
        assert_eq!((table.held_bytes(), table.open_handles()), (0, 0));
    }
}

#[test]
fn what_work_takes_up_is_booked_beside_the_objects_and_never_more_than_there_is() {
    let mut table = table(2, SLOT + 100);
    let key = table.insert(Key(30)).unwrap();
    assert_eq!(table.reserve(71).err(), Some(Errno::Overflow));
    let work = table.reserve(60).ok().unwrap();
    assert_eq!((table.held_bytes(), table.spare().bytes), (SLOT + 90, 10));
    assert_eq!(table.reserve(11).err(), Some(Errno::Overflow));
    drop(work);
    assert_eq!((table.held_bytes(), table.spare().bytes), (SLOT + 30, 70));
    table.close::<Key>(key).unwrap();
    assert_eq!(table.spare().bytes, SLOT + 100);
}

#[test]
fn a_table_hands_out_what_it_was_given() {
    let jobs = JobPool::new(1).store_places(7);
    let mut table = table(2, 0).with_algorithms(AllowedAlgorithms::only(["SHA-256"])).with_jobs(jobs);
    assert!(table.algorithms().allows("SHA-256") && !table.algorithms().allows("SHA-512"));
    assert_eq!(table.jobs().free_store_places(), 7);
    assert!(table.managed_keys().is_none());
    assert_eq!((table.check_room(2), table.check_room(3)), (Ok(()), Err(Errno::TooManyHandles)));
    table.limits_mut().handles = 1;
    assert_eq!(table.check_room(2), Err(Errno::TooManyHandles));
}

#[test]
fn what_is_lent_is_open_but_out_of_reach_until_it_comes_back_or_is_lost() {
    let mut table = table(3, usize::MAX);
    let [key, tag] = [table.insert(Key(9)).unwrap(), table.insert(Tag).unwrap()];
    assert_eq!(table.lend::<Tag>(key).err(), Some(Errno::InvalidHandle));
    assert_eq!(table.lend::<Key>(key), Ok(Key(9)));
    assert_eq!((table.is_lent(key), table.is_lent(tag)), (true, false));
    assert_eq!(table.get::<Key>(key), Err(Errno::InvalidHandle));
    assert_eq!(table.lend::<Key>(key), Err(Errno::InvalidHandle));
    assert_eq!(table.held_bytes(), 2 * SLOT + 9);
    let types = [HandleType::SymmetricKey, HandleType::SymmetricTag];
    assert_eq!(table.open_types().collect::<Vec<_>>(), types);
    table.give_back(key, Some(Key(9)));
    assert_eq!((table.is_lent(key), table.get::<Key>(key)), (false, Ok(&Key(9))));
    table.lend::<Key>(key).unwrap();
    table.give_back::<Key>(key, None);
    assert_eq!(table.close::<Key>(key), Err(Errno::Closed));
    assert_eq!(table.open_types().collect::<Vec<_>>(), types[1..]);
    assert_eq!((table.held_bytes(), table.open_handles()), (SLOT, 1));
}

#[test]
fn two_objects_are_had_at_once_if_both_are_there_and_not_the_same() {
    let mut table = table(3, usize::MAX);
    let [key, other, tag] = [table.insert(Key(1)).unwrap(), table.insert(Key(2)).unwrap(), table.insert(Tag).unwrap()];
    let (first, second) = table.get_two::<Key, Key>(key, other).unwrap();
    assert_eq!((&*first, second), (&Key(1), &Key(2)));
    assert!(table.get_two::<Tag, Key>(tag, other).is_ok());
    for (first, second) in [(key, key), (key, tag), (tag, key), (key, key.wrapping_add(7))] {
        assert_eq!(table.get_two::<Key, Key>(first, second).err(), Some(Errno::InvalidHandle));
    }
}

#[test]
fn the_two_numbers_that_mean_no_handle_are_never_given_out() {
    for offset in 0..=u32::from(u8::MAX) {
        // The first handle of slot 0 would be 0 or u32::MAX for one of these offsets.
        let offset = offset.wrapping_sub(1 << INDEX_BITS).wrapping_sub(128);
        let mut table = HandleTable::new(Limits::default(), offset);
        for i in 0..200 {
            let handle = table.insert(Key(i)).unwrap();
            assert!(handle != 0 && handle != u32::MAX);
            assert_eq!(table.get::<Key>(handle), Ok(&Key(i)));
        }
    }
}
