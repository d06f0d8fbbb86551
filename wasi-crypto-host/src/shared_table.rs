//! One table of objects for the threads of a guest.
//!
//! A lock guards the table, but is not held while work is done that takes long: the object that such a call changes is taken out of
//! the table for as long, and keys are shared. A call for an object that is out waits for it, so that calls for one object take turns and
//! all others do not.

#[cfg(test)]
mod schedules;

use std::sync::{Arc, PoisonError};

use crate::allowed::AllowedAlgorithms;
use crate::booking::Booking;
use crate::errno::Errno;
use crate::handle::Object;
use crate::jobs::JobPool;
use crate::limits::{Account, BULK, Limits, Spare};
use crate::managed::ManagedKeys;
use crate::objects::{AnyHandle, Table};
use crate::ops::{Load, Objects};
use crate::stop::StopHandle;
use crate::sync::{Condvar, Mutex, MutexGuard};

/// The objects of a shared context. Clones are the same table, each for one call.
#[derive(Clone)]
pub(crate) struct SharedTable {
    shared: Arc<Shared>,
    /// Those of the call.
    limits: Limits,
}

struct Shared {
    table: Mutex<Table>,
    /// Notified whenever an object is back.
    returned: Condvar,
    allowed: AllowedAlgorithms,
    jobs: JobPool,
    stop: StopHandle,
    /// Whoever has the context can stop it at any time, also when a call has begun, which looks whether there is a handle to do so.
    _watched: StopHandle,
}

impl SharedTable {
    /// Shares a table. Whoever waits for an object gives up when `stop` is stopped.
    pub(crate) fn new(table: Table, stop: StopHandle) -> Self {
        let (limits, allowed, jobs) = (*table.spare().limits, table.algorithms().clone(), table.jobs().clone());
        let _watched = stop.clone();
        let shared = Shared { table: Mutex::new(table), returned: Condvar::new(), allowed, jobs, stop, _watched };
        Self { shared: Arc::new(shared), limits }
    }

    /// Ends long calls.
    pub(crate) fn stop(&self) -> &StopHandle {
        &self.shared.stop
    }

    /// A panic elsewhere leaves the table as it was before or after a step, never broken.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Table> {
        self.shared.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The table, when nobody works on the object behind this handle. `in_progress` if the guest was stopped meanwhile: those who wait
    /// take turns, and each turn may be long.
    fn lock_for(&self, handle: u32) -> Result<MutexGuard<'_, Table>, Errno> {
        let mut table = self.lock();
        while table.is_lent(handle) {
            table = self.shared.returned.wait(table).unwrap_or_else(PoisonError::into_inner);
            if self.shared.stop.is_stopped() {
                return Err(Errno::InProgress);
            }
        }
        Ok(table)
    }

    /// Lets `run` work on an object, with nothing locked.
    fn run_on<T: Object<AnyHandle>, R>(
        &self,
        mut table: MutexGuard<'_, Table>,
        handle: u32,
        run: impl FnOnce(&mut T) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        let mut loan = Loan { table: self, handle, object: Some(table.lend::<T>(handle)?), is_whole: false };
        drop(table);
        let result = loan.object.as_mut().map_or(Err(Errno::InternalError), run);
        loan.is_whole = true;
        result
    }
}

/// An object that is out of the table, and comes back when this is dropped.
struct Loan<'a, T: Object<AnyHandle>> {
    table: &'a SharedTable,
    handle: u32,
    object: Option<T>,
    /// Not so after a panic, which nothing in this library is known to do: then the handle is closed, so that nobody waits for ever.
    is_whole: bool,
}

impl<T: Object<AnyHandle>> Drop for Loan<'_, T> {
    fn drop(&mut self) {
        let object = self.object.take().filter(|_| self.is_whole);
        self.table.lock().give_back(self.handle, object);
        self.table.shared.returned.notify_all();
    }
}

impl Objects for SharedTable {
    fn look<T: Object<AnyHandle>, R>(
        &mut self,
        handle: u32,
        look: impl FnOnce(&T, Spare<'_>) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        self.lock_for(handle)?.look(handle, look)
    }

    fn change<T: Object<AnyHandle>, R>(
        &mut self,
        handle: u32,
        change: impl FnOnce(&mut T, Account<'_>) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        let limits = &self.limits;
        self.lock_for(handle)?.change(handle, |object, account| change(object, Account { limits, ..account }))
    }

    fn work<T: Object<AnyHandle>, A, R>(
        &mut self,
        handle: u32,
        load: impl FnOnce(&T) -> Load,
        admit: impl FnOnce(&mut T, Account<'_>) -> Result<A, Errno>,
        run: impl FnOnce(&mut T, A) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        let mut table = self.lock_for(handle)?;
        let limits = &self.limits;
        let (admitted, load) = table.change(handle, |object, account| {
            let admitted = admit(object, Account { limits, ..account })?;
            Ok((admitted, load(object)))
        })?;
        if load.bytes.is_some_and(|bytes| bytes < BULK) {
            table.change(handle, |object, _| run(object, admitted))
        } else {
            self.run_on(table, handle, |object| run(object, admitted))
        }
    }

    fn work_with<T: Object<AnyHandle>, U: Object<AnyHandle> + Clone, R>(
        &mut self,
        handle: u32,
        other: u32,
        run: impl FnOnce(&mut T, &U) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        // Nobody who waits here holds anything that somebody else waits for: `other` is copied before `handle` is taken out.
        let mut table = self.lock_for(handle)?;
        table.look(handle, |_: &T, _| Ok(()))?;
        let other = table.look(other, |other: &U, _| Ok(other.clone()))?;
        self.run_on(table, handle, |object| run(object, &other))
    }

    fn insert<T: Object<AnyHandle>>(&mut self, object: T) -> Result<u32, Errno> {
        self.lock().insert(object)
    }

    fn insert_booked<T: Object<AnyHandle>>(&mut self, object: T, booking: Booking) -> Result<u32, Errno> {
        let mut table = self.lock();
        drop(booking);
        table.insert(object)
    }

    fn insert_filled<T: Object<AnyHandle>>(
        &mut self,
        object: T,
        fill: impl FnOnce(&mut Self, &mut T) -> Result<(), Errno>,
    ) -> Result<u32, Errno> {
        let table = self.clone();
        let mut locked = table.lock();
        let handle = locked.insert(object)?;
        let mut loan = Loan { table: &table, handle, object: Some(locked.lend::<T>(handle)?), is_whole: false };
        drop(locked);
        // It may wait for another object, but nobody who has that waits for this one.
        loan.object.as_mut().map_or(Err(Errno::InternalError), |object| fill(self, object))?;
        loan.is_whole = true;
        Ok(handle)
    }

    fn insert_both<T: Object<AnyHandle>, U: Object<AnyHandle>>(
        &mut self,
        first: T,
        second: U,
    ) -> Result<[u32; 2], Errno> {
        self.lock().insert_both(first, second)
    }

    fn close<T: Object<AnyHandle>>(&mut self, handle: u32) -> Result<(), Errno> {
        self.lock_for(handle)?.close::<T>(handle)
    }

    fn check_room(&mut self, n: usize) -> Result<(), Errno> {
        self.lock().check_room(n)
    }

    fn spare(&mut self) -> Spare<'_> {
        let bytes = self.lock().spare().bytes;
        Spare { limits: &self.limits, bytes }
    }

    fn reserve(&mut self, bytes: usize) -> Result<Booking, Errno> {
        self.lock().reserve(bytes)
    }

    fn algorithms(&self) -> &AllowedAlgorithms {
        &self.shared.allowed
    }

    fn jobs(&self) -> &JobPool {
        &self.shared.jobs
    }

    fn limits_mut(&mut self) -> &mut Limits {
        &mut self.limits
    }

    fn managed_keys(&mut self) -> Option<Arc<ManagedKeys>> {
        self.lock().managed_keys()
    }
}
