//! What operations need of a guest's objects.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use crate::allowed::AllowedAlgorithms;
use crate::booking::Booking;
use crate::errno::Errno;
use crate::handle::{HandleTable, Object};
use crate::jobs::JobPool;
use crate::limits::{Account, Limits, Spare};
use crate::managed::ManagedKeys;
use crate::objects::AnyHandle;
use crate::stop::StopHandle;

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
        load: impl FnOnce(&T) -> Load,
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

    /// How many threads [`work_on_many`](Self::work_on_many) uses at most.
    fn threads(&self) -> usize {
        1
    }

    /// Lets `work` do something on each of many objects, those of different handles side by side, those of one in their order. Returns
    /// the results in order; `in_progress` for what was not begun when the call was stopped. When the turn is over, nothing but the first
    /// job is begun any more: then only the results before the first that was not begun are returned; those behind it are dropped, done or
    /// not, and can be asked for again.
    fn work_on_many<T: Object<AnyHandle> + Send + 'static, J: Send + 'static, R: Send + 'static>(
        &mut self,
        jobs: Vec<(u32, J)>,
        turn: Turn<'_>,
        work: fn(&mut T, J) -> Result<R, Errno>,
    ) -> Vec<Result<R, Errno>> {
        let one = |(entry, (handle, job))| {
            let begun = || self.work(handle, |_: &T| Load::long(), |_, _| Ok(()), |object, ()| work(object, job));
            turn.begin(entry, begun)
        };
        jobs.into_iter().enumerate().map_while(one).collect()
    }

    /// Takes an object in and books what it holds. `too_many_handles` or `overflow` at the limits.
    fn insert<T: Object<AnyHandle>>(&mut self, object: T) -> Result<u32, Errno>;

    /// The same of an object for which memory was booked while it was made. From then on it is on the object's account; nobody else can have
    /// booked it in between.
    fn insert_booked<T: Object<AnyHandle>>(&mut self, object: T, booking: Booking) -> Result<u32, Errno>;

    /// Takes in an object that `fill` makes something of, which nobody else reaches before: for what would be lost if it could not be taken
    /// in afterwards. It holds as much then as it does now. Where `fill` fails, the object is gone.
    fn insert_filled<T: Object<AnyHandle>>(
        &mut self,
        object: T,
        fill: impl FnOnce(&mut Self, &mut T) -> Result<(), Errno>,
    ) -> Result<u32, Errno>;

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

    /// Where work goes that is not done in the guest's calls.
    fn jobs(&self) -> &JobPool;

    /// The limits that hold for the call, which a batch makes narrower for each of its entries.
    fn limits_mut(&mut self) -> &mut Limits;

    /// Where the guest's managed keys and secrets are, if it was given a place for them.
    fn managed_keys(&mut self) -> Option<Arc<ManagedKeys>>;
}

/// What an operation on an object takes, by which whoever keeps the objects chooses where it is done.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    /// How much data it is about, and so how long it takes; `None` if it takes long in any case.
    pub(crate) bytes: Option<usize>,
}

impl Load {
    /// That of so much data.
    #[inline(always)]
    pub(crate) fn of(bytes: usize) -> Self {
        Self { bytes: Some(bytes) }
    }

    /// That of what always takes long.
    pub(crate) fn long() -> Self {
        Self { bytes: None }
    }
}

/// How long a call may go on before others have their turn.
#[derive(Clone, Copy)]
pub(crate) struct Turn<'a> {
    pub(crate) stop: &'a StopHandle,
    /// `None` where nobody else waits.
    pub(crate) until: Option<Instant>,
}

impl Turn<'_> {
    /// Does the job of an entry: `in_progress` if the call was stopped. `None` if the turn is over, but never for the first.
    fn begin<R>(&self, entry: usize, job: impl FnOnce() -> Result<R, Errno>) -> Option<Result<R, Errno>> {
        if self.stop.is_stopped() {
            return Some(Err(Errno::InProgress));
        }
        let is_over = entry > 0 && self.until.is_some_and(|until| until <= Instant::now());
        (!is_over).then(job)
    }
}

/// An object that has left the table, and what is to be done on it, each for an entry.
struct Lent<T, J> {
    object: T,
    jobs: Vec<(usize, J)>,
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
        _: impl FnOnce(&T) -> Load,
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

    fn threads(&self) -> usize {
        HandleTable::jobs(self).threads()
    }

    /// The objects leave the table for as long.
    fn work_on_many<T: Object<AnyHandle> + Send + 'static, J: Send + 'static, R: Send + 'static>(
        &mut self,
        jobs: Vec<(u32, J)>,
        turn: Turn<'_>,
        work: fn(&mut T, J) -> Result<R, Errno>,
    ) -> Vec<Result<R, Errno>> {
        let mut results: Vec<_> = jobs.iter().map(|_| Some(Err(Errno::InternalError))).collect();
        let mut lent: Vec<Lent<T, J>> = Vec::with_capacity(jobs.len());
        let mut places: HashMap<u32, usize> = HashMap::new();
        let mut handles = Vec::with_capacity(jobs.len());
        for (entry, (handle, job)) in jobs.into_iter().enumerate() {
            if let Some(place) = places.get(&handle) {
                lent[*place].jobs.push((entry, job));
                continue;
            }
            match self.lend(handle) {
                Ok(object) => {
                    places.insert(handle, lent.len());
                    handles.push(handle);
                    lent.push(Lent { object, jobs: vec![(entry, job)] });
                }
                Err(errno) => results[entry] = Some(Err(errno)),
            }
        }
        let (stop, until) = (turn.stop.clone(), turn.until);
        let done = HandleTable::jobs(self).side_by_side(lent, move |Lent { mut object, jobs }| {
            let turn = Turn { stop: &stop, until };
            let one = |(entry, job)| (entry, turn.begin(entry, || work(&mut object, job)));
            let results: Vec<_> = jobs.into_iter().map(one).collect();
            (object, results)
        });
        for (handle, done) in handles.into_iter().zip(done) {
            // Lost where its work panicked, which nothing in this library is known to do: then the handle is closed.
            let (object, of_object) = done.map_or((None, Vec::new()), |(object, results)| (Some(object), results));
            self.give_back::<T>(handle, object);
            of_object.into_iter().for_each(|(entry, result)| results[entry] = result);
        }
        results.into_iter().map_while(|result| result).collect()
    }

    #[inline(always)]
    fn insert<T: Object<AnyHandle>>(&mut self, object: T) -> Result<u32, Errno> {
        HandleTable::insert(self, object)
    }

    fn insert_booked<T: Object<AnyHandle>>(&mut self, object: T, booking: Booking) -> Result<u32, Errno> {
        drop(booking);
        HandleTable::insert(self, object)
    }

    fn insert_filled<T: Object<AnyHandle>>(
        &mut self,
        object: T,
        fill: impl FnOnce(&mut Self, &mut T) -> Result<(), Errno>,
    ) -> Result<u32, Errno> {
        let handle = HandleTable::insert(self, object)?;
        let mut object = self.lend::<T>(handle)?;
        let filled = fill(self, &mut object);
        self.give_back(handle, filled.is_ok().then_some(object));
        filled.map(|()| handle)
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

    fn jobs(&self) -> &JobPool {
        HandleTable::jobs(self)
    }

    fn limits_mut(&mut self) -> &mut Limits {
        HandleTable::limits_mut(self)
    }

    fn managed_keys(&mut self) -> Option<Arc<ManagedKeys>> {
        HandleTable::managed_keys(self)
    }
}
