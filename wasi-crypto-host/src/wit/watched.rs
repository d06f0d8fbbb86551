//! Calls that somebody wants to know of.

use std::sync::Arc;
use std::time::Instant;

use crate::abi::Hostcall;
use crate::context::{WasiCryptoCtx, status};
use crate::errno::Errno;
use crate::watch::Watch;

/// Runs a function, and notes that if somebody wants to know. Its arguments have so many bytes.
#[inline(always)]
pub(crate) fn watched<R>(
    ctx: &mut WasiCryptoCtx,
    hostcall: &'static Hostcall,
    bytes: u64,
    run: impl FnOnce(&mut WasiCryptoCtx) -> Result<R, Errno>,
) -> Result<R, Errno> {
    if ctx.watch.is_none() { run(ctx) } else { noted(ctx, hostcall, bytes, run) }
}

#[cold]
#[inline(never)]
fn noted<R>(
    ctx: &mut WasiCryptoCtx,
    hostcall: &'static Hostcall,
    bytes: u64,
    run: impl FnOnce(&mut WasiCryptoCtx) -> Result<R, Errno>,
) -> Result<R, Errno> {
    let noted = Noted::begin(ctx, hostcall, bytes);
    let result = run(ctx);
    noted.end(&result);
    result
}

/// A call under way that somebody may want to know of.
pub(crate) struct Noted(Option<Began>);

struct Began {
    watch: Arc<Watch>,
    hostcall: &'static Hostcall,
    bytes: u64,
    at: Instant,
    is_counted: bool,
}

impl Noted {
    /// Counts the call.
    pub(crate) fn begin(ctx: &WasiCryptoCtx, hostcall: &'static Hostcall, bytes: u64) -> Self {
        let mut noted = Self::begin_uncounted(ctx, hostcall, bytes);
        noted.count();
        noted
    }

    /// One that may yet be counted elsewhere; then it is to be dropped.
    pub(crate) fn begin_uncounted(ctx: &WasiCryptoCtx, hostcall: &'static Hostcall, bytes: u64) -> Self {
        let began =
            |watch: &Arc<Watch>| Began { watch: watch.clone(), hostcall, bytes, at: Instant::now(), is_counted: false };
        Self(ctx.watch.as_ref().map(began))
    }

    fn count(&mut self) {
        if let Some(began) = &mut self.0
            && !std::mem::replace(&mut began.is_counted, true)
        {
            began.watch.note_begin(began.hostcall);
        }
    }

    /// The call is over.
    pub(crate) fn end<R>(mut self, result: &Result<R, Errno>) {
        self.count();
        if let Some(began) = &self.0 {
            let errno = status(result.as_ref().map(|_| ()).map_err(|errno| *errno));
            began.watch.note_end_of(began.hostcall, began.bytes, errno, began.at);
        }
    }
}
