//! What the host keeps for one guest.

use std::sync::Arc;
use std::time::Instant;

use crate::abi::call::{Call, Finish, Pace, Step, Work};
use crate::abi::hostcall::{Handler, Hostcall, hostcalls};
use crate::abi::{GuestMemory, HandleType};
use crate::array_output::ArrayOutput;
use crate::asymmetric::key::{Keypair, PublicKeyObject, SecretKeyObject};
use crate::asymmetric::signatures::state::{Signature, SignatureState, VerificationState};
use crate::backend;
use crate::booking::Booking;
use crate::engine::Binding;
use crate::errno::Errno;
use crate::handle::{HandleTable, Object};
use crate::held::Held;
#[cfg(feature = "async")]
use crate::jobs::JobPool;
use crate::limits::{BuildError, Limits};
use crate::observer::{ObservedCall, Observer};
use crate::options::OptionSet;
use crate::stop::StopHandle;
use crate::symmetric::key::SymmetricKey;
use crate::symmetric::state::SymmetricState;
use crate::symmetric::tag::SymmetricTag;

/// The state of wasi-crypto for one guest: its handles, its limits, nothing that another guest can reach.
///
/// Put one into the data of each store, and tell the linker where it is
/// ([`add_to_linker`](crate::wasmtime::add_to_linker)). Dropping it closes everything and wipes all keys.
pub struct WasiCryptoCtx {
    pub(crate) table: Table,
    stop: StopHandle,
    #[cfg(feature = "async")]
    jobs: JobPool,
    /// What an engine adapter wants to find again at each call, such as the guest's memory.
    #[allow(dead_code, reason = "a build without an engine does not read it")]
    pub(crate) engine: Binding,
    /// Nothing in most contexts, which is all that a call then looks at.
    watch: Option<Box<Watch>>,
}

/// Who wants to know what is called.
#[derive(Clone)]
pub(crate) struct Watch {
    /// How often each function was called.
    counts: Option<Box<[u64]>>,
    observer: Option<Arc<dyn Observer>>,
}

/// The objects of a context.
pub(crate) type Table = HandleTable<AnyHandle>;

/// Builds a [`WasiCryptoCtx`].
///
/// ```
/// use wasi_crypto_host::WasiCryptoCtx;
///
/// let ctx = WasiCryptoCtx::builder().max_handles(1000).max_bytes(4 << 20).build()?;
/// assert_eq!(ctx.open_handles(), 0);
/// # Ok::<(), wasi_crypto_host::BuildError>(())
/// ```
#[derive(Clone, Default)]
pub struct WasiCryptoCtxBuilder {
    limits: Limits,
    statistics: bool,
    observer: Option<Arc<dyn Observer>>,
    #[cfg(feature = "async")]
    jobs: JobPool,
}

impl std::fmt::Debug for WasiCryptoCtxBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WasiCryptoCtxBuilder").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl WasiCryptoCtxBuilder {
    /// Sets all limits at once.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets [`Limits::handles`].
    pub fn max_handles(mut self, handles: usize) -> Self {
        self.limits.handles = handles;
        self
    }

    /// Sets [`Limits::bytes`].
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.limits.bytes = bytes;
        self
    }

    /// Sets [`Limits::gathered_bytes`].
    pub fn max_gathered_bytes(mut self, bytes: usize) -> Self {
        self.limits.gathered_bytes = bytes;
        self
    }

    /// Sets [`Limits::call_bytes`].
    pub fn max_call_bytes(mut self, bytes: usize) -> Self {
        self.limits.call_bytes = bytes;
        self
    }

    /// Sets [`Limits::password_iterations`].
    pub fn max_password_iterations(mut self, iterations: u64) -> Self {
        self.limits.password_iterations = iterations;
        self
    }

    /// Sets where the long work of an asynchronous guest runs, which contexts can share.
    #[cfg(feature = "async")]
    pub fn job_pool(mut self, pool: JobPool) -> Self {
        self.jobs = pool;
        self
    }

    /// Tells somebody of each call; see [`Observer`].
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Counts the calls of each function, for [`WasiCryptoCtx::calls`].
    pub fn statistics(mut self, count: bool) -> Self {
        self.statistics = count;
        self
    }

    /// The context, or a sentence that says which setting is wrong.
    pub fn build(self) -> Result<WasiCryptoCtx, BuildError> {
        self.limits.check()?;
        let mut offset = [0; 4];
        backend::random::fill(&mut offset).map_err(|_| BuildError::Random)?;
        Ok(WasiCryptoCtx {
            table: HandleTable::new(self.limits, u32::from_le_bytes(offset)),
            stop: StopHandle::new(),
            #[cfg(feature = "async")]
            jobs: self.jobs,
            engine: Binding::default(),
            watch: (self.statistics || self.observer.is_some()).then(|| {
                let counts = self.statistics.then(|| vec![0; hostcalls().len()].into_boxed_slice());
                Box::new(Watch { counts, observer: self.observer })
            }),
        })
    }
}

impl WasiCryptoCtx {
    /// A builder with safe limits.
    pub fn builder() -> WasiCryptoCtxBuilder {
        WasiCryptoCtxBuilder::default()
    }

    /// Runs one function for the guest that owns this context: the way in for engine adapters.
    ///
    /// `args` are the arguments of the lowered function ([`Hostcall::core_params`]), each in the low bits of a `u64`.
    /// Never panics on what a guest passes. Panics if the number of arguments is not that of the function.
    ///
    /// [`Errno::InProgress`] says that the call was [stopped](Self::stop_handle); the adapter is to end the guest.
    // Always in line: handed over in memory, the three words of `memory` would be copied as two, and that stalls for 4 ns.
    #[inline(always)]
    pub fn call(&mut self, hostcall: &Hostcall, memory: GuestMemory<'_>, args: &[u64]) -> Errno {
        let started = self.note_begin(hostcall);
        let mut call = Call::new(&mut self.table, memory, args, Pace::whole(&self.stop));
        let errno = status(hostcall.handlers().and_then(|handlers| handlers.owned.run(&mut call)));
        self.note_end(hostcall, args, errno, started);
        errno
    }

    /// Like [`call`](Self::call), but work that may take long comes in parts or is handed out.
    ///
    /// ```
    /// # use wasi_crypto_host::{Errno, GuestMemory, Progress, WasiCryptoCtx, hostcalls};
    /// # let mut ctx = WasiCryptoCtx::builder().build()?;
    /// # let (hostcall, args, mut memory) = (&hostcalls()[0], [1, 0], [0; 64]);
    /// let mut progress = ctx.begin_call(hostcall, GuestMemory::unshared(&mut memory), &args);
    /// let errno = loop {
    ///     progress = match progress {
    ///         Progress::Done(errno) => break errno,
    ///         Progress::Paused(paused) => {
    ///             std::thread::yield_now();
    ///             ctx.continue_call(paused, hostcall, GuestMemory::unshared(&mut memory), &args)
    ///         }
    ///         Progress::Pending(work) => {
    ///             let done = std::thread::spawn(|| work.run()).join().unwrap();
    ///             ctx.finish_call(done, GuestMemory::unshared(&mut memory), &args)
    ///         }
    ///     }
    /// };
    /// # assert_eq!(errno, Errno::Success);
    /// # Ok::<(), wasi_crypto_host::BuildError>(())
    /// ```
    pub fn begin_call(&mut self, hostcall: &Hostcall, memory: GuestMemory<'_>, args: &[u64]) -> Progress {
        let started = self.note_begin(hostcall);
        self.call_part(PausedCall { done: 0, started }, hostcall, memory, args)
    }

    /// Goes on with what [`begin_call`](Self::begin_call) began, with the same arguments; with others it may panic.
    pub fn continue_call(
        &mut self,
        paused: PausedCall,
        hostcall: &Hostcall,
        memory: GuestMemory<'_>,
        args: &[u64],
    ) -> Progress {
        if self.stop.is_stopped() {
            self.note_end(hostcall, args, Errno::InProgress, paused.started);
            return Progress::Done(Errno::InProgress);
        }
        self.call_part(paused, hostcall, memory, args)
    }

    fn call_part(
        &mut self,
        PausedCall { done, started }: PausedCall,
        hostcall: &Hostcall,
        memory: GuestMemory<'_>,
        args: &[u64],
    ) -> Progress {
        let mut call = Call::new(&mut self.table, memory, args, Pace::in_parts(&self.stop, done));
        let result = hostcall.handlers().and_then(|handlers| match &handlers.owned {
            Handler::Short(handler) | Handler::Data(handler) => handler(&mut call).map(|()| Step::Done),
            Handler::Long(handler) => handler(&mut call),
        });
        if call.pace.is_paused {
            return Progress::Paused(PausedCall { done: call.pace.done, started });
        }
        let errno = match result {
            Ok(Step::Done) => Errno::Success,
            Ok(Step::Work(work)) => {
                return Progress::Pending(PendingWork {
                    work,
                    stop: self.stop.child(),
                    hostcall: hostcall.index(),
                    started,
                });
            }
            Err(errno) => errno,
        };
        self.note_end(hostcall, args, errno, started);
        Progress::Done(errno)
    }

    /// Hands the result of work to the guest, and so ends what [`begin_call`](Self::begin_call) began, but for a batch that has more
    /// to do.
    ///
    /// Panics if the memory has become smaller meanwhile, which no WebAssembly memory does.
    pub fn finish_call(&mut self, done: FinishedWork, memory: GuestMemory<'_>, args: &[u64]) -> Progress {
        let FinishedWork { finish, hostcall, started } = done;
        let mut call = Call::new(&mut self.table, memory, args, Pace::in_parts(&self.stop, 0));
        let errno = status(finish(&mut call));
        if call.pace.is_paused {
            return Progress::Paused(PausedCall { done: call.pace.done, started });
        }
        self.note_end(&hostcalls()[hostcall], args, errno, started);
        Progress::Done(errno)
    }

    /// Ends long calls of the guest from outside, at once or at a given time.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Where long work runs.
    #[cfg(feature = "async")]
    pub(crate) fn jobs(&self) -> &JobPool {
        &self.jobs
    }

    /// The number of open handles.
    pub fn open_handles(&self) -> usize {
        self.table.open_handles()
    }

    /// The types of the open handles, one item for each.
    pub fn open_handle_types(&self) -> impl Iterator<Item = HandleType> {
        self.table.open_types()
    }

    /// The bytes held for the guest, as counted against [`Limits::bytes`].
    pub fn held_bytes(&self) -> usize {
        self.table.held_bytes()
    }

    /// How often each function was called, if the context was built to count: functions with calls only.
    pub fn calls(&self) -> impl Iterator<Item = (&'static Hostcall, u64)> {
        let counts = self.watch.as_ref().and_then(|watch| watch.counts.as_deref()).unwrap_or_default();
        hostcalls().iter().zip(counts.iter().copied()).filter(|(_, count)| *count > 0)
    }

    /// Who wants to know what is called.
    pub(crate) fn watch(&self) -> Option<&Watch> {
        self.watch.as_deref()
    }

    /// Counts a call that begins, and says when that is, if somebody wants to know.
    #[inline(always)]
    pub(crate) fn note_begin(&mut self, hostcall: &Hostcall) -> Option<Instant> {
        self.watch.as_mut().and_then(|watch| watch.note_begin(hostcall))
    }

    #[inline(always)]
    fn note_end(&self, hostcall: &Hostcall, args: &[u64], errno: Errno, started: Option<Instant>) {
        if let (Some(watch), Some(started)) = (&self.watch, started) {
            watch.note_end(hostcall, args, errno, started);
        }
    }
}

impl Watch {
    #[cold]
    fn note_begin(&mut self, hostcall: &Hostcall) -> Option<Instant> {
        if let Some(counts) = &mut self.counts {
            counts[hostcall.index()] += 1;
        }
        self.observer.is_some().then(Instant::now)
    }

    #[cold]
    pub(crate) fn note_end(&self, hostcall: &Hostcall, args: &[u64], errno: Errno, started: Instant) {
        if let Some(observer) = &self.observer {
            observer.called(&ObservedCall::new(&hostcalls()[hostcall.index()], args, errno, started));
        }
    }
}

impl std::fmt::Debug for WasiCryptoCtx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WasiCryptoCtx")
            .field("open_handles", &self.open_handles())
            .field("held_bytes", &self.held_bytes())
            .finish_non_exhaustive()
    }
}

/// What [`WasiCryptoCtx::begin_call`] came to.
#[derive(Debug)]
pub enum Progress {
    /// The call is over.
    Done(Errno),
    /// A part of the call is done, in about a third of a millisecond. It goes on by [`WasiCryptoCtx::continue_call`].
    Paused(PausedCall),
    /// The call goes on when this work has been run, on any thread.
    Pending(PendingWork),
}

/// Where a call is to go on.
#[derive(Debug)]
pub struct PausedCall {
    done: usize,
    /// When the call began, if somebody wants to know.
    started: Option<Instant>,
}

/// Work of a call that needs nothing of the guest.
pub struct PendingWork {
    work: Work<Table>,
    stop: StopHandle,
    /// The place of the function in the table.
    hostcall: usize,
    started: Option<Instant>,
}

/// The result of [`PendingWork`], for [`WasiCryptoCtx::finish_call`].
pub struct FinishedWork {
    finish: Finish<Table>,
    hostcall: usize,
    started: Option<Instant>,
}

impl PendingWork {
    /// Does the work; this may take seconds, or about a millisecond from when it is stopped.
    pub fn run(self) -> FinishedWork {
        let Self { work, stop, hostcall, started } = self;
        FinishedWork { finish: work(&stop), hostcall, started }
    }

    /// Stops this work alone, for when nobody waits for it any more. The handle of the whole context stops it, too.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }
}

impl std::fmt::Debug for PendingWork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PendingWork")
    }
}

impl std::fmt::Debug for FinishedWork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FinishedWork")
    }
}

/// Lists the types of object once: the enum that the table holds, and the way in and out of it.
macro_rules! objects {
    ($($name:ident: $object:ty $(, shares with $shared:ident)?;)*) => {
        /// Any object of a guest.
        pub(crate) enum AnyHandle {
            $($name($object),)*
        }

        $(impl Object<AnyHandle> for $object {
            const TYPE: HandleType = HandleType::$name;

            fn held(&self) -> usize {
                <$object>::held(self)
            }

            $(fn shared(&self) -> Option<(&Booking, usize)> {
                Some(self.$shared())
            })?

            fn into_any(self) -> AnyHandle {
                AnyHandle::$name(self)
            }

            fn from_any(any: &AnyHandle) -> Option<&Self> {
                if let AnyHandle::$name(object) = any { Some(object) } else { None }
            }

            fn from_any_mut(any: &mut AnyHandle) -> Option<&mut Self> {
                if let AnyHandle::$name(object) = any { Some(object) } else { None }
            }

            fn out_of_any(any: AnyHandle) -> Option<Self> {
                if let AnyHandle::$name(object) = any { Some(object) } else { None }
            }
        })*
    };
}

objects! {
    Options: OptionSet;
    ArrayOutput: ArrayOutput;
    Keypair: Held<Keypair>, shares with booked;
    Publickey: Held<PublicKeyObject>, shares with booked;
    Secretkey: Held<SecretKeyObject>, shares with booked;
    Signature: Signature;
    SignatureState: SignatureState;
    SignatureVerificationState: VerificationState;
    SymmetricKey: Held<SymmetricKey>, shares with booked;
    SymmetricState: SymmetricState;
    SymmetricTag: SymmetricTag;
}

#[inline]
pub(crate) fn status(result: Result<(), Errno>) -> Errno {
    match result {
        Ok(()) => Errno::Success,
        Err(errno) => errno,
    }
}
