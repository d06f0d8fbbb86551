//! What the host keeps for one guest.

use crate::abi::call::{Call, Step, Work};
use crate::abi::hostcall::{Handler, Hostcall, hostcalls};
use crate::abi::{GuestMemory, HandleType};
use crate::array_output::ArrayOutput;
use crate::asymmetric::key::{Keypair, PublicKeyObject, SecretKeyObject};
use crate::backend;
use crate::booking::Booking;
use crate::engine::Binding;
use crate::errno::Errno;
use crate::handle::{AnyObject, HandleTable, Object};
use crate::limits::{BuildError, Limits};
use crate::options::OptionSet;
use crate::signatures::state::{Signature, SignatureState, VerificationState};
use crate::symmetric::key::SymmetricKey;
use crate::symmetric::state::SymmetricState;
use crate::symmetric::tag::SymmetricTag;

/// The state of wasi-crypto for one guest: its handles, its limits, nothing that another guest can reach.
///
/// Put one into the data of each store, and tell the linker where it is
/// ([`add_to_linker`](crate::wasmtime::add_to_linker)). Dropping it closes everything and wipes all keys.
pub struct WasiCryptoCtx {
    pub(crate) table: HandleTable<AnyHandle>,
    /// What an engine adapter wants to find again at each call, such as the guest's memory.
    #[allow(dead_code, reason = "a build without an engine does not read it")]
    pub(crate) engine: Binding,
    statistics: Option<Box<[u64]>>,
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
#[derive(Clone, Debug, Default)]
pub struct WasiCryptoCtxBuilder {
    limits: Limits,
    statistics: bool,
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

    /// Sets [`Limits::password_iterations`].
    pub fn max_password_iterations(mut self, iterations: u64) -> Self {
        self.limits.password_iterations = iterations;
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
        let mut ctx = WasiCryptoCtx::new(self.limits, u32::from_le_bytes(offset));
        ctx.statistics = self.statistics.then(|| vec![0; hostcalls().len()].into_boxed_slice());
        Ok(ctx)
    }
}

impl WasiCryptoCtx {
    /// A builder with safe limits.
    pub fn builder() -> WasiCryptoCtxBuilder {
        WasiCryptoCtxBuilder::default()
    }

    /// A context whose handles are offset by `offset`.
    pub(crate) fn new(limits: Limits, offset: u32) -> Self {
        Self { table: HandleTable::new(limits, offset), engine: Binding::default(), statistics: None }
    }

    /// Runs one function for the guest that owns this context: the way in for engine adapters.
    ///
    /// `args` are the arguments of the lowered function ([`Hostcall::core_params`]), each in the low bits of a `u64`.
    /// Never panics on what a guest passes. Panics if the number of arguments is not that of the function.
    // Always in line: handed over in memory, the three words of `memory` would be copied as two, and that stalls for 4 ns.
    #[inline(always)]
    pub fn call(&mut self, hostcall: &Hostcall, memory: GuestMemory<'_>, args: &[u64]) -> Errno {
        self.count(hostcall);
        let mut call = Call::new(self, memory, args, false);
        let result = match hostcall.handler {
            Handler::Short(handler) => handler(&mut call),
            Handler::Long(handler) => handler(&mut call).and_then(|step| match step {
                Step::Done => Ok(()),
                Step::Work(work) => work()(&mut call),
            }),
        };
        status(result)
    }

    /// Like [`call`](Self::call), but work that may take long is handed out instead of done.
    ///
    /// ```
    /// # use wasi_crypto_host::{Errno, GuestMemory, Progress, WasiCryptoCtx, hostcalls};
    /// # let mut ctx = WasiCryptoCtx::builder().build()?;
    /// # let (hostcall, args, mut memory) = (&hostcalls()[0], [1, 0], [0; 64]);
    /// let errno = match ctx.begin_call(hostcall, GuestMemory::unshared(&mut memory), &args) {
    ///     Progress::Done(errno) => errno,
    ///     Progress::Pending(work) => {
    ///         let done = std::thread::spawn(|| work.run()).join().unwrap();
    ///         ctx.finish_call(done, GuestMemory::unshared(&mut memory), &args)
    ///     }
    /// };
    /// # assert_eq!(errno, Errno::Success);
    /// # Ok::<(), wasi_crypto_host::BuildError>(())
    /// ```
    pub fn begin_call(&mut self, hostcall: &Hostcall, memory: GuestMemory<'_>, args: &[u64]) -> Progress {
        self.count(hostcall);
        let mut call = Call::new(self, memory, args, true);
        Progress::Done(status(match hostcall.handler {
            Handler::Short(handler) => handler(&mut call),
            Handler::Long(handler) => match handler(&mut call) {
                Ok(Step::Work(work)) => return Progress::Pending(PendingWork(work)),
                Ok(Step::Done) => Ok(()),
                Err(errno) => Err(errno),
            },
        }))
    }

    /// Ends what [`begin_call`](Self::begin_call) began: hands the result of the work to the guest.
    pub fn finish_call(&mut self, done: FinishedWork, memory: GuestMemory<'_>, args: &[u64]) -> Errno {
        status((done.0)(&mut Call::new(self, memory, args, true)))
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
        let counts = self.statistics.as_deref().unwrap_or_default();
        hostcalls().iter().zip(counts.iter().copied()).filter(|(_, count)| *count > 0)
    }

    #[inline]
    pub(crate) fn count(&mut self, hostcall: &Hostcall) {
        if let Some(counts) = &mut self.statistics {
            counts[hostcall.index()] += 1;
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
    /// The call goes on when this work has been run, on any thread.
    Pending(PendingWork),
}

/// Work of a call that needs nothing of the guest.
pub struct PendingWork(Work);

/// The result of [`PendingWork`], for [`WasiCryptoCtx::finish_call`].
pub struct FinishedWork(crate::abi::call::Finish);

impl PendingWork {
    /// Does the work; this may take seconds.
    pub fn run(self) -> FinishedWork {
        FinishedWork((self.0)())
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
    ($($name:ident: $object:ty,)*) => {
        /// Any object of a guest.
        pub(crate) enum AnyHandle {
            $($name($object),)*
        }

        impl AnyObject for AnyHandle {
            fn handle_type(&self) -> HandleType {
                match self {
                    $(Self::$name(_) => HandleType::$name,)*
                }
            }

            fn held(&self) -> usize {
                match self {
                    $(Self::$name(object) => object.held(),)*
                }
            }

            fn shared(&self) -> Option<(&Booking, usize)> {
                match self {
                    Self::Keypair(keypair) => Some(keypair.shared()),
                    Self::Publickey(key) => Some(key.shared()),
                    Self::Secretkey(key) => Some(key.shared()),
                    Self::SymmetricKey(key) => Some(key.shared()),
                    _ => None,
                }
            }
        }

        $(impl Object<AnyHandle> for $object {
            const TYPE: HandleType = HandleType::$name;

            fn into_any(self) -> AnyHandle {
                AnyHandle::$name(self)
            }

            fn from_any(any: &AnyHandle) -> Option<&Self> {
                if let AnyHandle::$name(object) = any { Some(object) } else { None }
            }

            fn from_any_mut(any: &mut AnyHandle) -> Option<&mut Self> {
                if let AnyHandle::$name(object) = any { Some(object) } else { None }
            }
        })*
    };
}

objects! {
    Options: OptionSet,
    ArrayOutput: ArrayOutput,
    Keypair: Keypair,
    Publickey: PublicKeyObject,
    Secretkey: SecretKeyObject,
    Signature: Signature,
    SignatureState: SignatureState,
    SignatureVerificationState: VerificationState,
    SymmetricKey: SymmetricKey,
    SymmetricState: SymmetricState,
    SymmetricTag: SymmetricTag,
}

impl AnyHandle {
    /// A second object that is as good as the first; `None` for what a call changes.
    pub(crate) fn share(&self) -> Option<Self> {
        match self {
            Self::Keypair(keypair) => Some(Self::Keypair(keypair.clone())),
            Self::Publickey(key) => Some(Self::Publickey(key.clone())),
            Self::Secretkey(key) => Some(Self::Secretkey(key.clone())),
            Self::Signature(signature) => Some(Self::Signature(signature.clone())),
            _ => None,
        }
    }
}

#[inline]
fn status(result: Result<(), Errno>) -> Errno {
    match result {
        Ok(()) => Errno::Success,
        Err(errno) => errno,
    }
}
