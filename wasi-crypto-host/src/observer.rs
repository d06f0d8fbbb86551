//! What guests call, for embedders who want to see it.

use std::time::{Duration, Instant};

use crate::abi::{Hostcall, ParamType};
use crate::errno::Errno;

/// Is told of each call of a guest, when it is over.
///
/// Set one with [`WasiCryptoCtxBuilder::observer`](crate::WasiCryptoCtxBuilder::observer). It runs in the call, so what it does makes
/// the guest wait; and it may be shared by contexts, so it may be called by several threads at a time. Without one, calls cost nothing more.
/// A call whose future is dropped before it is over is not told. With the feature `tracing`, [`TracingObserver`] turns calls into events.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use wasi_crypto_host::{Errno, ObservedCall, Observer, WasiCryptoCtx};
///
/// #[derive(Default)]
/// struct Failures(AtomicU64);
///
/// impl Observer for Failures {
///     fn called(&self, call: &ObservedCall) {
///         if call.errno != Errno::Success {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
///
/// let failures = Arc::new(Failures::default());
/// let ctx = WasiCryptoCtx::builder().observer(failures.clone()).build()?;
/// assert_eq!(failures.0.load(Ordering::Relaxed), 0);
/// # Ok::<(), wasi_crypto_host::BuildError>(())
/// ```
pub trait Observer: Send + Sync {
    /// A call is over.
    fn called(&self, call: &ObservedCall);
}

/// A call that is over.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ObservedCall {
    /// The function.
    pub hostcall: &'static Hostcall,
    /// What it answered; [`Errno::InProgress`] if it was stopped.
    pub errno: Errno,
    /// How long the guest waited for it, which for work that was handed out includes waiting for a place to run.
    pub elapsed: Duration,
    /// The bytes that the guest passed, or had room for, without names.
    pub bytes: u64,
}

impl ObservedCall {
    pub(crate) fn new(hostcall: &'static Hostcall, args: &[u64], errno: Errno, started: Instant) -> Self {
        let mut at = 0;
        let mut bytes = 0;
        for param in hostcall.params() {
            if param.ty == ParamType::Size {
                bytes += u64::from(args[at] as u32);
            }
            at += param.ty.core_len();
        }
        Self { hostcall, errno, elapsed: started.elapsed(), bytes }
    }
}

/// Makes an event of each call, with the fields `function`, `errno`, `elapsed_ns` and `bytes` and the target `wasi_crypto`: at the level
/// of errors for faults of the host (`internal_error`, `algorithm_failure`, `rng_error`), else at that of debugging for errors
/// and at that of tracing for successes.
#[cfg(feature = "tracing")]
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingObserver;

#[cfg(feature = "tracing")]
impl Observer for TracingObserver {
    fn called(&self, call: &ObservedCall) {
        macro_rules! event {
            ($level:ident) => {
                tracing::event!(
                    target: "wasi_crypto",
                    tracing::Level::$level,
                    function = call.hostcall.name(),
                    errno = call.errno.name(),
                    elapsed_ns = u64::try_from(call.elapsed.as_nanos()).unwrap_or(u64::MAX),
                    bytes = call.bytes,
                )
            };
        }
        match call.errno {
            Errno::Success => event!(TRACE),
            Errno::InternalError | Errno::AlgorithmFailure | Errno::RngError => event!(ERROR),
            _ => event!(DEBUG),
        }
    }
}
