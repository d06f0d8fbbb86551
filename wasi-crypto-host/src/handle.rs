//! The table of a guest's objects: typed, generational, owned by one context, without a lock.
//!
//! A handle is a slot's index (20 bits) and how often the slot has been used (the low 12 bits of that count),
//! offset by a random number that each context draws, so that no guest can guess another's. Slots are taken in
//! turn, the longest free first, and a table has at least [`MIN_ROTATION`] of them before one is used again:
//! a number comes back after a million handles at the earliest, or, where fewer may be open, 4096 times as many.

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
mod tests;
