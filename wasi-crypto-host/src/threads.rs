//! One context for the threads of one guest.
//!
//! A lock guards the context, but is not held while work is done that takes long: the object that such a call changes is taken out of
//! the table for as long, and keys are shared. A call for an object that is out waits for it, so that calls for one object take turns and
//! all others do not.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::abi::call::{Call, Pace};
use crate::abi::{GuestMemory, Hostcall};
use crate::booking::Booking;
use crate::context::{AnyHandle, WasiCryptoCtx, Watch, status};
use crate::errno::Errno;
use crate::handle::Object;
use crate::limits::{Account, Limits, Spare};
use crate::ops::Objects;
use crate::stop::StopHandle;

/// A [`WasiCryptoCtx`] that all threads of a guest use: each handle is known to every thread (requirement HANDLE-THREAD-001).
///
/// Clones are the same context. Put one into the data of each thread's store, and tell the linker where it is
/// ([`add_to_linker_shared`](crate::wasmtime::add_to_linker_shared)).
///
/// ```
/// use wasi_crypto_host::{SharedWasiCryptoCtx, WasiCryptoCtx};
///
/// let shared = SharedWasiCryptoCtx::new(WasiCryptoCtx::builder().build()?);
/// let of_another_thread = shared.clone();
/// assert_eq!(of_another_thread.with(|ctx| ctx.open_handles()), 0);
/// # Ok::<(), wasi_crypto_host::BuildError>(())
/// ```
#[derive(Clone)]
pub struct SharedWasiCryptoCtx(SharedTable);

/// The objects of a shared context.
#[derive(Clone)]
pub(crate) struct SharedTable(Arc<Shared>);

struct Shared {
    ctx: Mutex<WasiCryptoCtx>,
    /// Notified whenever an object is back.
    returned: Condvar,
    limits: Limits,
    stop: StopHandle,
    /// Who wants to know what is called.
    watch: Option<Watch>,
}

impl SharedWasiCryptoCtx {
    /// Shares a context. A memory that was bound to it is forgotten: every thread finds its own.
    pub fn new(mut ctx: WasiCryptoCtx) -> Self {
        ctx.engine = Default::default();
        Self(SharedTable(Arc::new(Shared {
            limits: *ctx.table.spare().limits,
            stop: ctx.stop_handle(),
            watch: ctx.watch().cloned(),
            ctx: Mutex::new(ctx),
            returned: Condvar::new(),
        })))
    }

    /// Runs one function for a thread of the guest: the way in for engine adapters. As [`WasiCryptoCtx::call`], whose
    /// rules hold; any number of threads may call at a time.
    pub fn call(&self, hostcall: &Hostcall, memory: GuestMemory<'_>, args: &[u64]) -> Errno {
        let mut table = self.0.clone();
        let started = self.0.0.watch.as_ref().and_then(|_| table.lock().note_begin(hostcall));
        let mut call = Call::new(&mut table, memory, args, Pace::whole(&self.0.0.stop));
        let errno = status(hostcall.handlers().and_then(|handlers| handlers.shared.run(&mut call)));
        if let (Some(watch), Some(started)) = (&self.0.0.watch, started) {
            watch.note_end(hostcall, args, errno, started);
        }
        errno
    }

    /// Looks at the context, which is locked meanwhile: `look` must not call into it. Objects that calls are working on still count as open.
    pub fn with<R>(&self, look: impl FnOnce(&WasiCryptoCtx) -> R) -> R {
        look(&self.0.lock())
    }

    /// Ends long calls of all threads from outside, at once or at a given time.
    pub fn stop_handle(&self) -> StopHandle {
        self.0.0.stop.clone()
    }
}

impl std::fmt::Debug for SharedWasiCryptoCtx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SharedWasiCryptoCtx").field(&*self.0.lock()).finish()
    }
}

/// From here on data is worth it to take an object out, in bytes: AES-GCM takes half a microsecond for it, the second lock some
/// ten nanoseconds.
const BULK: usize = 4 << 10;

impl SharedTable {
    /// A panic elsewhere leaves the context as it was before or after a step, never broken.
    fn lock(&self) -> MutexGuard<'_, WasiCryptoCtx> {
        self.0.ctx.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The context, when nobody works on the object behind this handle. `in_progress` if the guest was stopped meanwhile: those who wait
    /// take turns, and each turn may be long.
    fn lock_for(&self, handle: u32) -> Result<MutexGuard<'_, WasiCryptoCtx>, Errno> {
        let mut ctx = self.lock();
        while ctx.table.is_lent(handle) {
            ctx = self.0.returned.wait(ctx).unwrap_or_else(PoisonError::into_inner);
            if self.0.stop.is_stopped() {
                return Err(Errno::InProgress);
            }
        }
        Ok(ctx)
    }

    /// Lets `run` work on an object, with nothing locked.
    fn run_on<T: Object<AnyHandle>, R>(
        &self,
        mut ctx: MutexGuard<'_, WasiCryptoCtx>,
        handle: u32,
        run: impl FnOnce(&mut T) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        let mut loan = Loan { table: self, handle, object: Some(ctx.table.lend::<T>(handle)?), is_whole: false };
        drop(ctx);
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
        self.table.lock().table.give_back(self.handle, object);
        self.table.0.returned.notify_all();
    }
}

impl Objects for SharedTable {
    fn look<T: Object<AnyHandle>, R>(
        &mut self,
        handle: u32,
        look: impl FnOnce(&T, Spare<'_>) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        self.lock_for(handle)?.table.look(handle, look)
    }

    fn change<T: Object<AnyHandle>, R>(
        &mut self,
        handle: u32,
        change: impl FnOnce(&mut T, Account<'_>) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        self.lock_for(handle)?.table.change(handle, change)
    }

    fn work<T: Object<AnyHandle>, A, R>(
        &mut self,
        handle: u32,
        bytes: usize,
        host_bytes: usize,
        admit: impl FnOnce(&mut T, Account<'_>) -> Result<A, Errno>,
        run: impl FnOnce(&mut T, A) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        let mut ctx = self.lock_for(handle)?;
        let admitted = ctx.table.change(handle, admit)?;
        if bytes < BULK {
            ctx.table.change(handle, |object, _| run(object, admitted))
        } else {
            // Other threads have their own.
            let _booking = if host_bytes > 0 { Some(ctx.table.reserve(host_bytes)?) } else { None };
            self.run_on(ctx, handle, |object| run(object, admitted))
        }
    }

    fn work_with<T: Object<AnyHandle>, U: Object<AnyHandle> + Clone, R>(
        &mut self,
        handle: u32,
        other: u32,
        run: impl FnOnce(&mut T, &U) -> Result<R, Errno>,
    ) -> Result<R, Errno> {
        // Nobody who waits here holds anything that somebody else waits for: `other` is copied before `handle` is taken out.
        let mut ctx = self.lock_for(handle)?;
        ctx.table.look(handle, |_: &T, _| Ok(()))?;
        let other = ctx.table.look(other, |other: &U, _| Ok(other.clone()))?;
        self.run_on(ctx, handle, |object| run(object, &other))
    }

    fn insert<T: Object<AnyHandle>>(&mut self, object: T) -> Result<u32, Errno> {
        self.lock().table.insert(object)
    }

    fn insert_both<T: Object<AnyHandle>, U: Object<AnyHandle>>(
        &mut self,
        first: T,
        second: U,
    ) -> Result<[u32; 2], Errno> {
        self.lock().table.insert_both(first, second)
    }

    fn close<T: Object<AnyHandle>>(&mut self, handle: u32) -> Result<(), Errno> {
        self.lock_for(handle)?.table.close::<T>(handle)
    }

    fn check_room(&mut self, n: usize) -> Result<(), Errno> {
        self.lock().table.check_room(n)
    }

    fn spare(&mut self) -> Spare<'_> {
        let bytes = self.lock().table.spare().bytes;
        Spare { limits: &self.0.limits, bytes }
    }

    fn reserve(&mut self, bytes: usize) -> Result<Booking, Errno> {
        self.lock().table.reserve(bytes)
    }
}
