//! What operations need of a guest's objects.

use std::sync::Arc;

use crate::allowed::AllowedAlgorithms;
use crate::booking::Booking;
use crate::errno::Errno;
use crate::handle::{HandleTable, Object};
use crate::limits::{Account, Spare};
use crate::managed::ManagedKeys;
use crate::objects::AnyHandle;

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

    /// Lets `admit` check and book, and if it says yes, `run` work on the object, which nobody else reaches meanwhile.
    fn work<T: Object<AnyHandle>, A, R>(
        &mut self,
        handle: u32,
        load: Load,
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

    /// The algorithms that the guest may have: every look-up of one by a name that the guest gave goes this way.
    fn algorithms(&self) -> &AllowedAlgorithms;

    /// Where the guest's managed keys and secrets are, if it was given a place for them.
    fn managed_keys(&mut self) -> Option<Arc<ManagedKeys>>;
}

/// What an operation on an object takes, by which whoever keeps the objects chooses where it is done.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    /// How much data it is about, and so how long it takes; `None` if it takes long in any case.
    pub(crate) bytes: Option<usize>,
    /// How much memory of the host it takes up meanwhile. Who admits it has looked whether there is room.
    pub(crate) host_bytes: usize,
}

impl Load {
    /// That of so much data.
    #[inline(always)]
    pub(crate) fn of(bytes: usize) -> Self {
        Self { bytes: Some(bytes), host_bytes: 0 }
    }

    /// That of what always takes long.
    pub(crate) fn long() -> Self {
        Self { bytes: None, host_bytes: 0 }
    }

    /// The same with so much memory of the host.
    #[inline(always)]
    pub(crate) fn and_host_bytes(self, host_bytes: usize) -> Self {
        Self { host_bytes, ..self }
    }
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
        _: Load,
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

    #[inline]
    fn algorithms(&self) -> &AllowedAlgorithms {
        HandleTable::algorithms(self)
    }

    fn managed_keys(&mut self) -> Option<Arc<ManagedKeys>> {
        HandleTable::managed_keys(self)
    }
}
