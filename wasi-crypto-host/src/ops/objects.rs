//! What operations need of a guest's objects.

use crate::booking::Booking;
use crate::context::AnyHandle;
use crate::errno::Errno;
use crate::handle::{HandleTable, Object};
use crate::limits::{Account, Spare};

/// The objects of a guest. Every method answers `invalid_handle` to a handle that is closed, unknown or of another type.
pub(crate) trait Objects {
    /// Looks at an object. For what is done at once.
    fn look<T: Object<AnyHandle>, R>(
        &mut self,
        handle: u32,
        look: impl FnOnce(&T, Spare<'_>) -> Result<R, Errno>,
    ) -> Result<R, Errno>;

    /// Changes an object and what is booked for it. For what is done at once.
    fn change<T: Object<AnyHandle>, R>(
        &mut self,
        handle: u32,
        change: impl FnOnce(&mut T, Account<'_>) -> Result<R, Errno>,
    ) -> Result<R, Errno>;

    /// Lets `admit` check and book, and if it says yes, `run` work on the object, which nobody else reaches meanwhile. `bytes`
    /// says how much data that is about, and so how long it takes; `host_bytes`, for which `admit` has looked whether there is room, how
    /// much memory of the host.
    fn work<T: Object<AnyHandle>, A, R>(
        &mut self,
        handle: u32,
        bytes: usize,
        host_bytes: usize,
        admit: impl FnOnce(&mut T, Account<'_>) -> Result<A, Errno>,
        run: impl FnOnce(&mut T, A) -> Result<R, Errno>,
    ) -> Result<R, Errno>;

    /// Lets `run` work on one object and read another, of another type, which always takes long.
    fn work_with<T: Object<AnyHandle>, U: Object<AnyHandle> + Clone, R>(
        &mut self,
        handle: u32,
        other: u32,
        run: impl FnOnce(&mut T, &U) -> Result<R, Errno>,
    ) -> Result<R, Errno>;

    /// Takes an object in and books what it holds. `too_many_handles` or `overflow` at the limits.
    fn insert<T: Object<AnyHandle>>(&mut self, object: T) -> Result<u32, Errno>;

    /// Takes in two objects, or neither.
    fn insert_both<T: Object<AnyHandle>, U: Object<AnyHandle>>(
        &mut self,
        first: T,
        second: U,
    ) -> Result<[u32; 2], Errno>;

    /// Drops an object. `closed` if that has been done already.
    fn close<T: Object<AnyHandle>>(&mut self, handle: u32) -> Result<(), Errno>;

    /// `too_many_handles` unless `n` more can be opened; for use before work that would be lost.
    fn check_room(&mut self, n: usize) -> Result<(), Errno>;

    /// What the guest has room for now.
    fn spare(&mut self) -> Spare<'_>;

    /// Books what work takes up besides objects, until the booking is dropped. `overflow` if the guest has no room for it.
    fn reserve(&mut self, bytes: usize) -> Result<Booking, Errno>;
}

/// A context with one owner lends its objects where they are.
impl Objects for HandleTable<AnyHandle> {
    #[inline(always)]
    fn look<T: Object<AnyHandle>, R>(
        &mut self,
        handle: u32,
        look: impl FnOnce(&T, Spare<'_>) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        let object = self.get(handle)?;
        look(object, HandleTable::spare(self))
    }

    #[inline(always)]
    fn change<T: Object<AnyHandle>, R>(
        &mut self,
        handle: u32,
        change: impl FnOnce(&mut T, Account<'_>) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        let (object, account) = self.get_with_account(handle)?;
        change(object, account)
    }

    #[inline(always)]
    fn work<T: Object<AnyHandle>, A, R>(
        &mut self,
        handle: u32,
        _: usize,
        _: usize,
        admit: impl FnOnce(&mut T, Account<'_>) -> Result<A, Errno>,
        run: impl FnOnce(&mut T, A) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        let (object, account) = self.get_with_account(handle)?;
        let admitted = admit(object, account)?;
        run(object, admitted)
    }

    fn work_with<T: Object<AnyHandle>, U: Object<AnyHandle> + Clone, R>(
        &mut self,
        handle: u32,
        other: u32,
        run: impl FnOnce(&mut T, &U) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        let (object, other) = self.get_two(handle, other)?;
        run(object, other)
    }

    fn insert<T: Object<AnyHandle>>(&mut self, object: T) -> Result<u32, Errno> {
        HandleTable::insert(self, object)
    }

    fn insert_both<T: Object<AnyHandle>, U: Object<AnyHandle>>(
        &mut self,
        first: T,
        second: U,
    ) -> Result<[u32; 2], Errno> {
        HandleTable::check_room(self, 2)?;
        let first = HandleTable::insert(self, first)?;
        match HandleTable::insert(self, second) {
            Ok(second) => Ok([first, second]),
            Err(errno) => {
                HandleTable::close::<T>(self, first)?;
                Err(errno)
            }
        }
    }

    fn close<T: Object<AnyHandle>>(&mut self, handle: u32) -> Result<(), Errno> {
        HandleTable::close::<T>(self, handle)
    }

    fn check_room(&mut self, n: usize) -> Result<(), Errno> {
        HandleTable::check_room(self, n)
    }

    #[inline]
    fn spare(&mut self) -> Spare<'_> {
        HandleTable::spare(self)
    }

    fn reserve(&mut self, bytes: usize) -> Result<Booking, Errno> {
        HandleTable::reserve(self, bytes)
    }
}
