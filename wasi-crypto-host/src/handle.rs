//! The table of a guest's objects: typed, generational, owned by one context, without a lock.
//!
//! A handle is a slot's index (20 bits) and how often the slot has been used (the low 12 bits of that count),
//! offset by a random number that each context draws, so that no guest can guess another's. Slots are taken in
//! turn, the longest free first, and a table has at least [`MIN_ROTATION`] of them before one is used again:
//! a number comes back after a million handles at the earliest.

use std::sync::Arc;

use crate::abi::HandleType;
use crate::allowed::AllowedAlgorithms;
use crate::booking::{Booking, Ledger};
use crate::errno::Errno;
use crate::jobs::JobPool;
use crate::limits::{Account, INDEX_BITS, Limits, Spare};
use crate::managed::ManagedKeys;
use crate::secret::wipe_unused;

const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
const MIN_ROTATION: usize = 256;
const NONE: u32 = u32::MAX;

/// Bytes to book for a handle: its slot, the growth of the table, and the headers of an object's first allocations.
pub(crate) const SLOT: usize = 128;

/// All objects of one guest.
pub(crate) struct HandleTable<O> {
    slots: Vec<Slot<O>>,
    /// What finding an object does not need of its slot.
    accounts: Vec<SlotAccount>,
    /// The free slots, a queue linked through [`SlotAccount::next_free`].
    first_free: u32,
    last_free: u32,
    open: usize,
    /// Bytes booked for all objects, each alone.
    held: usize,
    /// Bytes booked for what objects share.
    ledger: Ledger,
    offset: u32,
    limits: Limits,
    /// Where the guest's managed keys and secrets are, if it was given a place for them.
    managed_keys: Option<Arc<ManagedKeys>>,
    allowed: AllowedAlgorithms,
    /// Where work goes that is not done in the guest's calls.
    jobs: JobPool,
}

/// As large as a line of the processor's cache, and on one, so that finding an object among a million takes one look into memory.
#[repr(align(64))]
struct Slot<O> {
    object: Option<O>,
    /// How many handles this slot has given out, the present one included.
    uses: u32,
    /// The type of the last object.
    handle_type: HandleType,
    /// Whether the object has left the table for a while, to be worked on by one of several threads.
    lent: bool,
}

struct SlotAccount {
    held: usize,
    next_free: u32,
}

/// One of the types in an `O`.
pub(crate) trait Object<O>: Sized {
    const TYPE: HandleType;

    /// Bytes that the object takes up alone, besides its slot.
    fn held(&self) -> usize;

    /// What others may share with this object, and the bytes to book for that, once.
    fn shared(&self) -> Option<(&Booking, usize)> {
        None
    }

    fn into_any(self) -> O;
    fn from_any(any: &O) -> Option<&Self>;
    fn from_any_mut(any: &mut O) -> Option<&mut Self>;
    /// `None` if it is of another type.
    fn out_of_any(any: O) -> Option<Self>;
}

impl<O> HandleTable<O> {
    /// An empty table whose handles are offset by `offset`.
    pub(crate) fn new(limits: Limits, offset: u32) -> Self {
        Self {
            slots: Vec::new(),
            accounts: Vec::new(),
            first_free: NONE,
            last_free: NONE,
            open: 0,
            held: 0,
            ledger: Ledger::default(),
            offset,
            limits,
            managed_keys: None,
            allowed: AllowedAlgorithms::all(),
            jobs: JobPool::default(),
        }
    }

    /// The same table of a guest whose managed keys and secrets are there.
    pub(crate) fn with_managed_keys(mut self, managed_keys: Option<Arc<ManagedKeys>>) -> Self {
        self.managed_keys = managed_keys;
        self
    }

    /// The same table of a guest that may have these algorithms only.
    pub(crate) fn with_algorithms(mut self, allowed: AllowedAlgorithms) -> Self {
        self.allowed = allowed;
        self
    }

    /// The same table of a guest whose long work goes there.
    pub(crate) fn with_jobs(mut self, jobs: JobPool) -> Self {
        self.jobs = jobs;
        self
    }

    /// Where work goes that is not done in the guest's calls.
    pub(crate) fn jobs(&self) -> &JobPool {
        &self.jobs
    }

    /// The limits, which a batch makes narrower for each of its entries.
    pub(crate) fn limits_mut(&mut self) -> &mut Limits {
        &mut self.limits
    }

    /// The algorithms that the guest may have.
    pub(crate) fn algorithms(&self) -> &AllowedAlgorithms {
        &self.allowed
    }

    /// Where managed keys and secrets are.
    pub(crate) fn managed_keys(&self) -> Option<Arc<ManagedKeys>> {
        self.managed_keys.clone()
    }

    /// `too_many_handles` unless `n` more can be opened; for use before work that would be lost.
    pub(crate) fn check_room(&self, n: usize) -> Result<(), Errno> {
        if self.limits.handles - self.open < n { Err(Errno::TooManyHandles) } else { Ok(()) }
    }

    /// Takes an object in and books what it holds. `too_many_handles` or `overflow` at the limits.
    // In line, so that what makes an object writes it into its slot: moved there through results, it is copied in other pieces than it
    // was written in, which stalls for 3 ns each time.
    #[inline(always)]
    pub(crate) fn insert<T: Object<O>>(&mut self, object: T) -> Result<u32, Errno> {
        let (handle, place) = self.open(T::TYPE, SLOT + object.held(), object.shared())?;
        // The place is empty. Dropping what is not there might unwind, for all that the compiler knows, and then the new object would have
        // to be put together elsewhere.
        std::mem::forget(place.replace(object.into_any()));
        Ok(handle)
    }

    /// Gives out a handle and the place for its object, and books `held` and what is shared and has not been booked.
    fn open(
        &mut self,
        handle_type: HandleType,
        held: usize,
        shared: Option<(&Booking, usize)>,
    ) -> Result<(u32, &mut Option<O>), Errno> {
        self.check_room(1)?;
        let shared = shared.filter(|(booking, _)| !booking.is_made());
        self.spare().check(held + shared.map_or(0, |(_, bytes)| bytes))?;
        if let Some((booking, bytes)) = shared {
            booking.make(bytes, &self.ledger);
        }
        let index = self.free_slot();
        let slot = &mut self.slots[index as usize];
        slot.handle_type = handle_type;
        self.accounts[index as usize].held = held;
        self.held += held;
        self.open += 1;
        loop {
            slot.uses = slot.uses.wrapping_add(1);
            let handle = (slot.uses << INDEX_BITS | index).wrapping_add(self.offset);
            // Guests take these two for "no handle".
            if handle != 0 && handle != u32::MAX {
                return Ok((handle, &mut slot.object));
            }
        }
    }

    /// The object behind a handle. `invalid_handle` if it is closed, unknown or of another type.
    #[inline]
    pub(crate) fn get<T: Object<O>>(&self, handle: u32) -> Result<&T, Errno> {
        let raw = handle.wrapping_sub(self.offset);
        match self.slots.get((raw & INDEX_MASK) as usize) {
            Some(slot) if slot.uses << INDEX_BITS == raw & !INDEX_MASK => {
                slot.object.as_ref().and_then(T::from_any).ok_or(Errno::InvalidHandle)
            }
            _ => Err(Errno::InvalidHandle),
        }
    }

    /// The object behind a handle, and its account, for changes that make it hold more or less.
    #[inline]
    pub(crate) fn get_with_account<T: Object<O>>(&mut self, handle: u32) -> Result<(&mut T, Account<'_>), Errno> {
        let raw = handle.wrapping_sub(self.offset);
        let index = (raw & INDEX_MASK) as usize;
        match (self.slots.get_mut(index), self.accounts.get_mut(index)) {
            (Some(slot), Some(SlotAccount { held, .. })) if slot.uses << INDEX_BITS == raw & !INDEX_MASK => {
                let object = slot.object.as_mut().and_then(T::from_any_mut).ok_or(Errno::InvalidHandle)?;
                let account = Account { held, total: &mut self.held, ledger: &self.ledger, limits: &self.limits };
                Ok((object, account))
            }
            _ => Err(Errno::InvalidHandle),
        }
    }

    /// One object to change and another, of another type, to read.
    pub(crate) fn get_two<T: Object<O>, U: Object<O>>(
        &mut self,
        handle: u32,
        other: u32,
    ) -> Result<(&mut T, &U), Errno> {
        self.get::<T>(handle)?;
        self.get::<U>(other)?;
        let index = |handle: u32| (handle.wrapping_sub(self.offset) & INDEX_MASK) as usize;
        let [slot, other] =
            self.slots.get_disjoint_mut([index(handle), index(other)]).map_err(|_| Errno::InvalidHandle)?;
        let object = slot.object.as_mut().and_then(T::from_any_mut).ok_or(Errno::InvalidHandle)?;
        let other = other.object.as_ref().and_then(U::from_any).ok_or(Errno::InvalidHandle)?;
        Ok((object, other))
    }

    /// What there is room for now.
    #[inline]
    pub(crate) fn spare(&self) -> Spare<'_> {
        Spare { limits: &self.limits, bytes: self.limits.bytes.saturating_sub(self.held_bytes()) }
    }

    /// Books what work takes up besides objects, until the booking is dropped. `overflow` if it is too much.
    pub(crate) fn reserve(&self, bytes: usize) -> Result<Booking, Errno> {
        self.spare().check(bytes)?;
        Ok(Booking::of(bytes, &self.ledger))
    }

    /// Closes a handle and drops its object. `closed` if that has been done already,
    /// `invalid_handle` if there never was such a handle of this type.
    pub(crate) fn close<T: Object<O>>(&mut self, handle: u32) -> Result<(), Errno> {
        let raw = handle.wrapping_sub(self.offset);
        let (index, generation) = (raw & INDEX_MASK, raw >> INDEX_BITS);
        let slot = self.slots.get_mut(index as usize).ok_or(Errno::InvalidHandle)?;
        let is_last = slot.uses << INDEX_BITS == raw & !INDEX_MASK;
        if is_last && slot.handle_type != T::TYPE {
            return Err(Errno::InvalidHandle);
        }
        if !is_last || slot.object.is_none() {
            let was_given_out = slot.uses > INDEX_MASK >> (INDEX_BITS - 12) || (1..=slot.uses).contains(&generation);
            return Err(if was_given_out { Errno::Closed } else { Errno::InvalidHandle });
        }
        self.free(index);
        Ok(())
    }

    /// Takes an object out, to be worked on without the table. Its handle stays open and its bytes stay booked; nobody can reach it
    /// until it is [given back](Self::give_back). `invalid_handle` if it is closed, unknown or of another type.
    pub(crate) fn lend<T: Object<O>>(&mut self, handle: u32) -> Result<T, Errno> {
        self.get::<T>(handle)?;
        let index = self.find(handle).ok_or(Errno::InvalidHandle)?;
        let slot = &mut self.slots[index as usize];
        slot.lent = true;
        slot.object.take().and_then(T::out_of_any).ok_or(Errno::InternalError)
    }

    /// Whether the object behind a handle is [lent](Self::lend).
    pub(crate) fn is_lent(&self, handle: u32) -> bool {
        self.find(handle).is_some_and(|index| self.slots[index as usize].lent)
    }

    /// Takes back what was lent; or, if it was lost, closes its handle.
    pub(crate) fn give_back<T: Object<O>>(&mut self, handle: u32, returned: Option<T>) {
        let Some(index) = self.find(handle) else { return };
        let slot = &mut self.slots[index as usize];
        slot.lent = false;
        match returned {
            Some(object) => slot.object = Some(object.into_any()),
            None => self.free(index),
        }
    }

    /// The slot of a handle that is open, be its object there or lent.
    fn find(&self, handle: u32) -> Option<u32> {
        let raw = handle.wrapping_sub(self.offset);
        let slot = self.slots.get((raw & INDEX_MASK) as usize)?;
        let is_open = slot.uses << INDEX_BITS == raw & !INDEX_MASK && (slot.object.is_some() || slot.lent);
        is_open.then_some(raw & INDEX_MASK)
    }

    /// Drops the object of an open handle.
    fn free(&mut self, index: u32) {
        self.slots[index as usize].object = None;
        let account = &mut self.accounts[index as usize];
        self.held -= std::mem::take(&mut account.held);
        self.open -= 1;
        account.next_free = NONE;
        match self.last_free {
            NONE => self.first_free = index,
            last => self.accounts[last as usize].next_free = index,
        }
        self.last_free = index;
    }

    /// How many handles are open.
    pub(crate) fn open_handles(&self) -> usize {
        self.open
    }

    /// Bytes booked for all objects.
    pub(crate) fn held_bytes(&self) -> usize {
        self.held + self.ledger.total()
    }

    /// The types of the open handles.
    pub(crate) fn open_types(&self) -> impl Iterator<Item = HandleType> {
        self.slots.iter().filter(|slot| slot.object.is_some() || slot.lent).map(|slot| slot.handle_type)
    }

    /// The slot to use next: a new one while the rotation is short, else the longest free.
    fn free_slot(&mut self) -> u32 {
        if self.first_free == NONE || self.slots.len() < MIN_ROTATION.min(self.limits.handles) {
            let slot = Slot { object: None, uses: 0, handle_type: HandleType::Options, lent: false };
            // Twice as many, but no more than can be used.
            if self.slots.len() == self.slots.capacity() {
                let most = self.limits.handles.max(MIN_ROTATION);
                let more = self.slots.len().max(16).min(most - self.slots.len());
                let mut grown = Vec::with_capacity(self.slots.len() + more);
                grown.append(&mut self.slots);
                wipe_unused(self.slots.spare_capacity_mut());
                self.slots = grown;
                self.accounts.reserve_exact(more);
            }
            self.slots.push(slot);
            self.accounts.push(SlotAccount { held: 0, next_free: NONE });
            return (self.slots.len() - 1) as u32;
        }
        let index = self.first_free;
        self.first_free = self.accounts[index as usize].next_free;
        if self.first_free == NONE {
            self.last_free = NONE;
        }
        index
    }
}

impl<O> Drop for HandleTable<O> {
    fn drop(&mut self) {
        // An object smaller than the largest leaves in its slot what was on the stack where it was put together, parts of secrets
        // among it.
        self.slots.clear();
        wipe_unused(self.slots.spare_capacity_mut());
    }
}

#[cfg(test)]
mod exhaustive;
#[cfg(test)]
mod tests {
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
        let [key, other, tag] =
            [table.insert(Key(1)).unwrap(), table.insert(Key(2)).unwrap(), table.insert(Tag).unwrap()];
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
}
