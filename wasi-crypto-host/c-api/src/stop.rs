//! Ends a guest's calls from another thread.

use std::time::{Duration, Instant};

use wasi_crypto_host::StopHandle;

use crate::context::Context;
use crate::failure::{OK, or, status};
use crate::pointers::{give, object, place, take_back};

/// `wasi_crypto_stop_handle` in the header.
pub(crate) struct Handle(StopHandle);

/// # Safety
///
/// As the header says: `context` is null or alive, and `handle` is null or points to a pointer.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_stop_handle_new(context: *const Context, handle: *mut *mut Handle) -> i32 {
    status(|| {
        // SAFETY: the caller's promise.
        let (context, handle) = unsafe { (object(context, "context")?, place(handle, "handle")?) };
        handle.write(give(Handle(context.stop_handle()?)));
        Ok(OK)
    })
}

/// # Safety
///
/// As the header says: `handle` is null, or came from `wasi_crypto_stop_handle_new` and nobody uses it any more.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_stop_handle_free(handle: *mut Handle) {
    // SAFETY: the caller's promise.
    or((), || unsafe { take_back(handle) });
}

/// # Safety
///
/// As the header says: `handle` is null or alive.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_stop(handle: *const Handle) -> i32 {
    status(|| {
        // SAFETY: the caller's promise.
        unsafe { object(handle, "handle")? }.0.stop();
        Ok(OK)
    })
}

/// # Safety
///
/// As the header says: `handle` is null or alive.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_stop_after(handle: *const Handle, milliseconds: u64) -> i32 {
    status(|| {
        // SAFETY: the caller's promise.
        let handle = unsafe { object(handle, "handle")? };
        // A time beyond what the clock can tell never comes.
        handle.0.stop_at(Instant::now().checked_add(Duration::from_millis(milliseconds)));
        Ok(OK)
    })
}
