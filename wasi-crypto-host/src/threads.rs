//! One context for the threads of one guest.

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::abi::call::{Call, Finish, Pace, Place, Step, Work};
use crate::abi::hostcall::Handler;
use crate::abi::{GuestMemory, HandleType, Hostcall};
use crate::allowed::AllowedAlgorithms;
use crate::context::{WasiCryptoCtx, status};
use crate::engine::Slot;
use crate::errno::Errno;
use crate::jobs::JobPool;
use crate::limits::Spent;
use crate::ops::Objects as _;
use crate::shared_table::SharedTable;
use crate::stop::StopHandle;
use crate::watch::Watch;

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
/// assert_eq!(of_another_thread.open_handles(), 0);
/// # Ok::<(), wasi_crypto_host::BuildError>(())
/// ```
#[derive(Clone)]
pub struct SharedWasiCryptoCtx(Arc<Shared>);

struct Shared {
    table: SharedTable,
    watch: Option<Arc<Watch>>,
    /// What an engine adapter wants to find again.
    #[cfg_attr(
        not(feature = "wasmtime"),
        allow(dead_code, reason = "its adapter alone looks at something else meanwhile")
    )]
    adapter: Mutex<Slot>,
}

impl SharedWasiCryptoCtx {
    /// Shares a context. What an engine adapter has kept in it is forgotten: every thread has a memory of its own to find.
    pub fn new(ctx: WasiCryptoCtx) -> Self {
        let WasiCryptoCtx { table, stop, watch, .. } = ctx;
        Self(Arc::new(Shared { table: SharedTable::new(table, stop), watch, adapter: Mutex::default() }))
    }

    /// Runs one function for a thread of the guest: the way in for engine adapters. As [`WasiCryptoCtx::call`], whose
    /// rules hold; any number of threads may call at a time.
    pub fn call(&self, hostcall: &Hostcall, memory: GuestMemory<'_>, args: &[u64]) -> Errno {
        let Shared { table, watch, .. } = &*self.0;
        let started = watch.as_ref().and_then(|watch| watch.note_begin(hostcall));
        let mut table = table.clone();
        let mut call = Call::new(&mut table, memory, args, Pace::whole(self.0.table.stop()));
        let errno = status(hostcall.handlers().shared.run(&mut call));
        if let (Some(watch), Some(started)) = (watch, started) {
            watch.note_end(hostcall, args, errno, started);
        }
        errno
    }

    /// Begins a call that may take long, for adapters that look at something else meanwhile.
    #[cfg_attr(
        not(feature = "wasmtime"),
        allow(dead_code, reason = "its adapter alone looks at something else meanwhile")
    )]
    pub(crate) fn long_call<'a>(&'a self, hostcall: &'static Hostcall, args: &'a [u64]) -> LongCall<'a> {
        let Shared { table, watch, .. } = &*self.0;
        let started = watch.as_ref().and_then(|watch| watch.note_begin(hostcall));
        let (watch, stop) = (watch.as_deref(), table.stop().child());
        LongCall { table: table.clone(), watch, hostcall, args, stop, started, done: 0, spent: Spent::default() }
    }

    /// What the engine adapter keeps, which is a default `T` at first.
    #[cfg_attr(
        not(feature = "wasmtime"),
        allow(dead_code, reason = "its adapter alone looks at something else meanwhile")
    )]
    pub(crate) fn with_adapter_data<T: Any + Default + Send + Sync, R>(&self, run: impl FnOnce(&mut T) -> R) -> R {
        let mut slot = self.0.adapter.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.get::<T>().is_none() {
            slot.set(T::default());
        }
        run(slot.get_mut().expect("it has just been set"))
    }

    /// The number of open handles, those included whose objects calls are working on.
    pub fn open_handles(&self) -> usize {
        self.0.table.lock().open_handles()
    }

    /// The types of the open handles, one item for each.
    pub fn open_handle_types(&self) -> Vec<HandleType> {
        self.0.table.lock().open_types().collect()
    }

    /// Which algorithms the guest may have.
    pub(crate) fn allowed_algorithms(&self) -> AllowedAlgorithms {
        self.0.table.lock().algorithms().clone()
    }

    /// The bytes held for the guest, as counted against [`Limits::bytes`](crate::Limits::bytes).
    pub fn held_bytes(&self) -> usize {
        self.0.table.lock().held_bytes()
    }

    /// How often each function was called, if the context was built to count: functions with calls only.
    pub fn calls(&self) -> impl Iterator<Item = (&'static Hostcall, u64)> {
        self.0.watch.iter().flat_map(|watch| watch.calls())
    }

    /// Ends long calls of all threads from outside, at once or at a given time.
    pub fn stop_handle(&self) -> StopHandle {
        self.0.table.stop().clone()
    }
}

impl std::fmt::Debug for SharedWasiCryptoCtx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedWasiCryptoCtx")
            .field("open_handles", &self.open_handles())
            .field("held_bytes", &self.held_bytes())
            .finish_non_exhaustive()
    }
}

/// A call under way, part by part.
#[cfg_attr(not(feature = "wasmtime"), allow(dead_code, reason = "its adapter alone looks at something else meanwhile"))]
pub(crate) struct LongCall<'a> {
    table: SharedTable,
    watch: Option<&'a Watch>,
    hostcall: &'static Hostcall,
    args: &'a [u64],
    /// Stops this call alone, or along with the context.
    stop: StopHandle,
    started: Option<Instant>,
    done: usize,
    /// What the entries of a batch have taken so far of what the call may take.
    spent: Spent,
}

/// How far a call got.
#[cfg_attr(not(feature = "wasmtime"), allow(dead_code, reason = "its adapter alone looks at something else meanwhile"))]
pub(crate) enum Part {
    Done(Errno),
    /// For the caller to do other things.
    Paused,
    /// To be run anywhere, better in such a place; then the call [finishes](LongCall::finish).
    Work(Work<SharedTable>, Place),
}

#[cfg_attr(not(feature = "wasmtime"), allow(dead_code, reason = "its adapter alone looks at something else meanwhile"))]
impl LongCall<'_> {
    pub(crate) fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Where its work may be done.
    pub(crate) fn jobs(&self) -> JobPool {
        self.table.jobs().clone()
    }

    /// The whole call, in one piece.
    pub(crate) fn whole(&mut self, memory: GuestMemory<'_>) -> Errno {
        let mut call = Call::new(&mut self.table, memory, self.args, Pace::whole(&self.stop));
        let result = self.hostcall.handlers().shared.run(&mut call);
        self.end(status(result))
    }

    /// As much of the call as can be done at once.
    pub(crate) fn part(&mut self, memory: GuestMemory<'_>) -> Part {
        let Self { table, stop, args, done, spent, .. } = self;
        let mut call = Call::new(table, memory, args, Pace::in_parts(stop, *done, *spent));
        let result = match &self.hostcall.handlers().shared {
            // Others must not come in between.
            Handler::Short(_) | Handler::Data(_) => {
                call.pace.may_yield = false;
                self.hostcall.handlers().shared.run(&mut call).map(|()| Step::Done)
            }
            Handler::Long(handler) => handler(&mut call),
        };
        let is_paused = call.pace.is_paused;
        (*done, *spent) = (call.pace.done, call.pace.spent);
        self.part_of(result, is_paused)
    }

    /// Hands the result of work to the guest.
    pub(crate) fn finish(&mut self, finish: Finish<SharedTable>, memory: GuestMemory<'_>) -> Part {
        let Self { table, stop, args, done, spent, .. } = self;
        let mut call = Call::new(table, memory, args, Pace::in_parts(stop, 0, Spent::default()));
        let result = finish(&mut call);
        let is_paused = call.pace.is_paused;
        (*done, *spent) = (call.pace.done, call.pace.spent);
        self.part_of(result, is_paused)
    }

    /// What a part of the call came to.
    fn part_of(&self, result: Result<Step<SharedTable>, Errno>, is_paused: bool) -> Part {
        match result {
            _ if is_paused => Part::Paused,
            Ok(Step::Work(work, place)) => Part::Work(work, place),
            Ok(Step::Done) => Part::Done(self.end(Errno::Success)),
            Err(errno) => Part::Done(self.end(errno)),
        }
    }

    /// Tells that the call is over.
    pub(crate) fn end(&self, errno: Errno) -> Errno {
        if let (Some(watch), Some(started)) = (self.watch, self.started) {
            watch.note_end(self.hostcall, self.args, errno, started);
        }
        errno
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SharedMemory;
    use crate::abi::hostcalls;
    use crate::ops::{common, symmetric};
    use crate::options::{AlgorithmType, OptionSet};

    const LEN: usize = 100_000;

    struct Zeros;

    impl SharedMemory for Zeros {
        fn len(&self) -> usize {
            LEN
        }

        fn read(&self, _: usize, into: &mut [u8]) {
            into.fill(0);
        }

        fn write(&self, _: usize, _: &[u8]) {}
    }

    #[test]
    fn an_output_that_is_made_elsewhere_is_booked_once() {
        let context = WasiCryptoCtx::builder().max_bytes(LEN + LEN / 2).build().unwrap();
        let shared = SharedWasiCryptoCtx::new(context);
        let mut table = shared.0.table.clone();
        let options = common::options_open(&mut table, AlgorithmType::Symmetric).unwrap();
        common::options_set_u64(&mut table, options, b"ops_limit", 1).unwrap();
        table.change(options, |set: &mut OptionSet, account| set.set(b"salt", b"salt", &account)).unwrap();
        let state = symmetric::symmetric_state_open(&mut table, b"PBKDF2-SHA-256", None, Some(options)).unwrap();
        let squeeze = hostcalls().iter().find(|hostcall| hostcall.name() == "symmetric_state_squeeze").unwrap();
        let args = [state.into(), 0, LEN as u64];
        let part = shared.long_call(squeeze, &args).part(GuestMemory::shared(&Zeros));
        assert!(matches!(part, Part::Work(..)));
        assert!(shared.held_bytes() > LEN);
        drop(part);
        assert!(shared.held_bytes() < LEN);
    }
}
