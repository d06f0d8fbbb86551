//! What the host keeps for one guest.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use crate::abi::call::{Call, Pace, Step};
use crate::abi::hostcall::{Handler, Hostcall, hostcalls};
use crate::abi::{GuestMemory, HandleType, SharedMemory};
use crate::allowed::AllowedAlgorithms;
use crate::backend;
use crate::engine::Slot;
use crate::errno::Errno;
use crate::handle::HandleTable;
use crate::jobs::JobPool;
use crate::limits::{Limits, MAX_HANDLES, Spent};
use crate::managed::ManagedKeys;
use crate::objects::Table;
use crate::observer::Observer;
use crate::progress::{FinishedWork, PausedCall, PendingWork, Progress};
use crate::secrets::Namespace;
use crate::stop::StopHandle;
use crate::tenant::Tenant;
use crate::watch::Watch;

/// The state of wasi-crypto for one guest: its handles, its limits, nothing that another guest can reach.
///
/// Put one into the data of each store, and tell the linker where it is
/// ([`add_to_linker`](crate::wasmtime::add_to_linker)). Dropping it closes everything and wipes all keys.
pub struct WasiCryptoCtx {
    pub(crate) table: Table,
    pub(crate) stop: StopHandle,
    /// What an engine adapter wants to find again at each call, such as the guest's memory.
    adapter: Slot,
    /// Nothing in most contexts, which is all that a call then looks at.
    pub(crate) watch: Option<Arc<Watch>>,
}

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
    secrets: Option<Namespace>,
    tenant: Option<Tenant>,
    algorithms: AllowedAlgorithms,
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

    /// Sets [`Limits::password_memory_work`].
    pub fn max_password_memory_work(mut self, bytes: u64) -> Self {
        self.limits.password_memory_work = bytes;
        self
    }

    /// Sets where long work runs that is not done in the guest's calls, which contexts can share.
    pub fn job_pool(mut self, pool: JobPool) -> Self {
        self.jobs = pool;
        self
    }

    /// Sets with whom the guest has its turn in the [`JobPool`]. Default: with all contexts of its [namespace](Self::secrets).
    pub fn tenant(mut self, tenant: Tenant) -> Self {
        self.tenant = Some(tenant);
        self
    }

    /// Tells somebody of each call; see [`Observer`].
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Sets where the guest's managed keys and secrets are, and under which policy. Without it, `secrets_manager_open`
    /// answers `unsupported_feature`.
    ///
    /// What asks the store may take as long as that does. [`call`](WasiCryptoCtx::call) waits;
    /// [`begin_call`](WasiCryptoCtx::begin_call), and with it
    /// [`add_to_linker_async`](crate::wasmtime::add_to_linker_async), hands it out as work.
    ///
    /// ```
    /// use wasi_crypto_host::secrets::{MemoryStore, Policy, RootKey, SecretsManager};
    /// use wasi_crypto_host::{Errno, GuestMemory, Hostcall, WasiCryptoCtx, version};
    ///
    /// // In earnest: SqliteStore::open("keys.db") with RootKeyFile::new("root.key").
    /// let manager = SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate()?).build()?;
    /// let tenant = manager.namespace("tenant-42").policy(Policy::default().algorithms(["Ed25519"]));
    ///
    /// // What a guest does, each time with the result at address 0.
    /// let mut memory = [0; 256];
    /// memory[16..23].copy_from_slice(b"Ed25519");
    /// memory[24] = 1; // no options
    /// let call = |ctx: &mut WasiCryptoCtx, memory: &mut [u8], name, args: &[u64]| {
    ///     let errno = ctx.call(Hostcall::find(name).unwrap(), GuestMemory::unshared(memory), args);
    ///     (errno, u64::from(u32::from_le_bytes(*memory.first_chunk().unwrap())))
    /// };
    ///
    /// // One makes a key, and keeps its identifier.
    /// let mut ctx = WasiCryptoCtx::builder().secrets(tenant.clone()).build()?;
    /// let (_, secrets) = call(&mut ctx, &mut memory, "secrets_manager_open", &[24, 0]);
    /// let (_, keypair) = call(&mut ctx, &mut memory, "keypair_generate_managed", &[secrets, 0, 16, 7, 24, 0]);
    /// call(&mut ctx, &mut memory, "keypair_id", &[keypair, 32, 32, 0, 8]);
    /// assert_eq!(call(&mut ctx, &mut memory, "keypair_export", &[keypair, 2, 0]).0, Errno::ProhibitedOperation);
    ///
    /// // Another one, later and elsewhere, signs with it.
    /// let mut ctx = WasiCryptoCtx::builder().secrets(tenant).build()?;
    /// let (_, secrets) = call(&mut ctx, &mut memory, "secrets_manager_open", &[24, 0]);
    /// let (_, keypair) = call(&mut ctx, &mut memory, "keypair_from_id", &[secrets, 32, 32, version::LATEST, 0]);
    /// let (_, state) = call(&mut ctx, &mut memory, "signature_state_open", &[keypair, 0]);
    /// let (errno, _signature) = call(&mut ctx, &mut memory, "signature_state_sign", &[state, 0]);
    /// assert_eq!(errno, Errno::Success);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn secrets(mut self, namespace: Namespace) -> Self {
        self.secrets = Some(namespace);
        self
    }

    /// Sets which algorithms the guest may have. To all others, every function that takes a name answers
    /// [`Errno::UnsupportedAlgorithm`], as if the build did not have them, and so do the keys of a secrets manager and those that the
    /// embedder [puts in](WasiCryptoCtx::import_keypair). Default: all.
    ///
    /// ```
    /// use wasi_crypto_host::{AllowedAlgorithms, Errno, Export, WasiCryptoCtx};
    ///
    /// let allowed = AllowedAlgorithms::only(["Ed25519", "AES-256-GCM", "SHA-256"]);
    /// let mut ctx = WasiCryptoCtx::builder().algorithms(allowed).build()?;
    /// assert_eq!(ctx.algorithms().count(), 3);
    /// let refused = ctx.import_symmetric_key("AES-128-GCM", &[0; 16], Export::Prohibited);
    /// assert_eq!(refused, Err(Errno::UnsupportedAlgorithm));
    ///
    /// let misspelt = WasiCryptoCtx::builder().algorithms(AllowedAlgorithms::only(["AES256-GCM"])).build();
    /// assert!(misspelt.unwrap_err().to_string().contains("no algorithm AES256-GCM"));
    /// # Ok::<(), wasi_crypto_host::BuildError>(())
    /// ```
    pub fn algorithms(mut self, allowed: AllowedAlgorithms) -> Self {
        self.algorithms = allowed;
        self
    }

    /// Counts the calls of each function, for [`WasiCryptoCtx::calls`].
    pub fn statistics(mut self, count: bool) -> Self {
        self.statistics = count;
        self
    }

    /// The context, or a sentence that says which setting is wrong.
    pub fn build(self) -> Result<WasiCryptoCtx, BuildError> {
        if !(1..=MAX_HANDLES).contains(&self.limits.handles) {
            return Err(BuildError::Handles(self.limits.handles));
        }
        if let Some(name) = self.algorithms.unknown() {
            return Err(BuildError::UnknownAlgorithm(name.to_owned()));
        }
        let mut offset = [0; 4];
        backend::random::fill(&mut offset).map_err(|_| BuildError::Random)?;
        let of_namespace = || self.secrets.as_ref().map_or(Tenant::NONE, Namespace::tenant);
        let tenant = self.tenant.unwrap_or_else(of_namespace);
        Ok(WasiCryptoCtx {
            table: HandleTable::new(self.limits, u32::from_le_bytes(offset))
                .with_managed_keys(self.secrets.map(|secrets| ManagedKeys::new(secrets, self.algorithms.clone())))
                .with_algorithms(self.algorithms)
                .with_jobs(self.jobs.of(tenant)),
            stop: StopHandle::new(),
            adapter: Slot::default(),
            watch: Watch::new(self.statistics, self.observer).map(Arc::new),
        })
    }
}

/// Why a context cannot be built.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// The limit on handles is zero or above 1,048,576.
    Handles(usize),
    /// The list of allowed algorithms has this name, in upper case, which no algorithm of this build has.
    UnknownAlgorithm(String),
    /// The system gave no random bytes.
    Random,
}

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Handles(n) => {
                write!(f, "the limit on open handles is {n}; set it to a number from 1 to {MAX_HANDLES}")
            }
            Self::UnknownAlgorithm(name) => write!(
                f,
                "this build has no algorithm {name}, which the list of allowed ones names; see wasi_crypto_host::algorithms, or `wasi-crypto algorithms`"
            ),
            Self::Random => f.write_str("the operating system's random number generator failed"),
        }
    }
}

impl std::error::Error for BuildError {}

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
        if self.watch.is_some() {
            return match memory.bytes_or_shared() {
                Ok(bytes) => self.call_watched(hostcall, args, bytes),
                Err(shared) => self.call_watched_shared(hostcall, args, shared),
            };
        }
        let mut call = Call::new(&mut self.table, memory, args, Pace::whole(&self.stop));
        status(hostcall.handlers().owned.run(&mut call))
    }

    /// The same for somebody to note. Out of line, and with a memory that fits into registers, so that others feel nothing of it.
    #[cold]
    #[inline(never)]
    fn call_watched(&mut self, hostcall: &Hostcall, args: &[u64], bytes: &mut [u8]) -> Errno {
        let started = self.note_begin(hostcall);
        let mut call = Call::new(&mut self.table, GuestMemory::unshared(bytes), args, Pace::whole(&self.stop));
        let errno = status(hostcall.handlers().owned.run(&mut call));
        self.note_end(hostcall, args, errno, started);
        errno
    }

    #[cold]
    #[inline(never)]
    fn call_watched_shared(&mut self, hostcall: &Hostcall, args: &[u64], shared: &dyn SharedMemory) -> Errno {
        let started = self.note_begin(hostcall);
        let mut call = Call::new(&mut self.table, GuestMemory::shared(shared), args, Pace::whole(&self.stop));
        let errno = status(hostcall.handlers().owned.run(&mut call));
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
    // In line, for calls that turn out to be short.
    #[inline(always)]
    pub fn begin_call(&mut self, hostcall: &Hostcall, memory: GuestMemory<'_>, args: &[u64]) -> Progress {
        let started = self.note_begin(hostcall);
        self.call_part(PausedCall { done: 0, spent: Spent::default(), started }, hostcall, memory, args)
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

    #[inline(always)]
    fn call_part(
        &mut self,
        PausedCall { done, spent, started }: PausedCall,
        hostcall: &Hostcall,
        memory: GuestMemory<'_>,
        args: &[u64],
    ) -> Progress {
        let mut call = Call::new(&mut self.table, memory, args, Pace::in_parts(&self.stop, done, spent));
        let result = match &hostcall.handlers().owned {
            Handler::Short(handler) | Handler::Data(handler) => handler(&mut call).map(|()| Step::Done),
            Handler::Long(handler) => handler(&mut call),
        };
        let pause = call.pace.is_paused.then_some((call.pace.done, call.pace.spent));
        self.progress(result, pause, hostcall, args, started)
    }

    /// How far a part of a call got that came to `result`, or is to go on where `pause` says.
    #[inline(always)]
    fn progress(
        &self,
        result: Result<Step<Table>, Errno>,
        pause: Option<(usize, Spent)>,
        hostcall: &Hostcall,
        args: &[u64],
        started: Option<Instant>,
    ) -> Progress {
        if let Some((done, spent)) = pause {
            return Progress::Paused(PausedCall { done, spent, started });
        }
        let errno = match result {
            Ok(Step::Done) => Errno::Success,
            Ok(Step::Work(work, place)) => {
                return Progress::Pending(PendingWork {
                    work,
                    place,
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

    /// Hands the result of work to the guest, and so ends what [`begin_call`](Self::begin_call) began, but for what has more to do: a
    /// batch, or a key that was made and is to be kept.
    ///
    /// Panics if the memory has become smaller meanwhile, which no WebAssembly memory does.
    pub fn finish_call(&mut self, done: FinishedWork, memory: GuestMemory<'_>, args: &[u64]) -> Progress {
        let FinishedWork { finish, hostcall, started } = done;
        let mut call = Call::new(&mut self.table, memory, args, Pace::in_parts(&self.stop, 0, Spent::default()));
        let result = finish(&mut call);
        let pause = call.pace.is_paused.then_some((call.pace.done, call.pace.spent));
        self.progress(result, pause, &hostcalls()[hostcall], args, started)
    }

    /// Ends long calls of the guest from outside, at once or at a given time.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Where long work runs.
    #[cfg(feature = "wasmtime")]
    pub(crate) fn jobs(&self) -> &JobPool {
        self.table.jobs()
    }

    /// What the engine adapter keeps in this context, if that is a `T`. This is as fast as to look at a field.
    ///
    /// An adapter keeps here what it wants to find again at each call, such as the memory that was bound, in a type of its own.
    #[inline(always)]
    pub fn adapter_data<T: Any>(&self) -> Option<&T> {
        self.adapter.get()
    }

    /// The same, to be changed.
    pub fn adapter_data_mut<T: Any>(&mut self) -> Option<&mut T> {
        self.adapter.get_mut()
    }

    /// Keeps one value for the engine adapter, in the place of any before.
    pub fn set_adapter_data<T: Any + Send + Sync>(&mut self, data: T) {
        self.adapter.set(data);
    }

    /// Forgets what the engine adapter kept.
    pub fn clear_adapter_data(&mut self) {
        self.adapter.clear();
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
        self.watch.iter().flat_map(|watch| watch.calls())
    }

    /// Counts a call that begins, and says when that is, if somebody wants to know.
    #[inline(always)]
    fn note_begin(&self, hostcall: &Hostcall) -> Option<Instant> {
        self.watch.as_ref().and_then(|watch| watch.note_begin(hostcall))
    }

    #[inline(always)]
    fn note_end(&self, hostcall: &Hostcall, args: &[u64], errno: Errno, started: Option<Instant>) {
        if let (Some(watch), Some(started)) = (&self.watch, started) {
            watch.note_end(hostcall, args, errno, started);
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

#[inline]
pub(crate) fn status(result: Result<(), Errno>) -> Errno {
    match result {
        Ok(()) => Errno::Success,
        Err(errno) => errno,
    }
}
