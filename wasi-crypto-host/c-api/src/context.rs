//! Contexts, and the calls of guests.

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};

use wasi_crypto_host::{
    BuildError, Errno, GuestMemory, Hostcall, SharedWasiCryptoCtx, StopHandle, WasiCryptoCtx, hostcalls,
};

use crate::config::Config;
use crate::failure::{Code, Failure, OK, status};
use crate::memory::SharedBytes;
use crate::pointers::{give, object, place, take_back};

/// `wasi_crypto_context` in the header.
#[allow(clippy::large_enum_variant, reason = "C has a pointer to it, and no place has two of them")]
pub(crate) enum Context {
    /// For one call at a time.
    Owned(Mutex<WasiCryptoCtx>),
    /// For the threads of a guest.
    Shared(Shared),
}

/// A context of several threads, and whether a fault has left it unusable.
pub(crate) struct Shared {
    context: SharedWasiCryptoCtx,
    is_broken: AtomicBool,
}

impl Context {
    fn new(config: &Config) -> Result<Self, Failure> {
        let settings = config.lock()?;
        let context = settings.context().map_err(|error| match error {
            BuildError::Random => Failure::new(Code::System, error),
            _ => Failure::new(Code::Setting, error),
        })?;
        Ok(if settings.threads {
            Self::Shared(Shared { context: SharedWasiCryptoCtx::new(context), is_broken: AtomicBool::new(false) })
        } else {
            Self::Owned(Mutex::new(context))
        })
    }

    #[inline(always)]
    fn call(&self, hostcall: &Hostcall, memory: GuestMemory<'_>, args: &[u64]) -> Result<Errno, Failure> {
        match self {
            Self::Owned(context) => Ok(lock(context)?.call(hostcall, memory, args)),
            Self::Shared(shared) => shared.call(hostcall, memory, args),
        }
    }

    pub(crate) fn stop_handle(&self) -> Result<StopHandle, Failure> {
        match self {
            Self::Owned(context) => Ok(lock(context)?.stop_handle()),
            Self::Shared(shared) => Ok(shared.unbroken()?.stop_handle()),
        }
    }

    fn statistics(&self) -> Result<Statistics, Failure> {
        let (open_handles, held_bytes) = match self {
            Self::Owned(context) => {
                let context = lock(context)?;
                (context.open_handles(), context.held_bytes())
            }
            Self::Shared(shared) => {
                let context = shared.unbroken()?;
                (context.open_handles(), context.held_bytes())
            }
        };
        Ok(Statistics { open_handles: open_handles as u64, held_bytes: held_bytes as u64 })
    }

    /// How often a function was called.
    fn calls(&self, hostcall: &Hostcall) -> Result<u64, Failure> {
        let is_it = |(counted, _): &(&'static Hostcall, u64)| std::ptr::eq(*counted, hostcall);
        let found = match self {
            Self::Owned(context) => lock(context)?.calls().find(is_it),
            Self::Shared(shared) => shared.unbroken()?.calls().find(is_it),
        };
        Ok(found.map_or(0, |(_, calls)| calls))
    }
}

impl Shared {
    fn call(&self, hostcall: &Hostcall, memory: GuestMemory<'_>, args: &[u64]) -> Result<Errno, Failure> {
        let context = self.unbroken()?;
        let fault = OnFault(&self.is_broken);
        let errno = context.call(hostcall, memory, args);
        std::mem::forget(fault);
        Ok(errno)
    }

    #[inline(always)]
    fn unbroken(&self) -> Result<&SharedWasiCryptoCtx, Failure> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(Failure::broken("context"));
        }
        Ok(&self.context)
    }
}

/// Says, when it is dropped by a panic, that there was one.
struct OnFault<'a>(&'a AtomicBool);

impl Drop for OnFault<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Whoever finds it locked has broken the rules for threads: waiting would hide that.
#[inline(always)]
fn lock(context: &Mutex<WasiCryptoCtx>) -> Result<MutexGuard<'_, WasiCryptoCtx>, Failure> {
    context.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => Failure::busy("context"),
        TryLockError::Poisoned(_) => Failure::broken("context"),
    })
}

/// `wasi_crypto_statistics` in the header.
#[derive(Clone, Copy)]
#[repr(C)]
struct Statistics {
    open_handles: u64,
    held_bytes: u64,
}

/// # Safety
///
/// As the header says: `config` is null or alive, and `context` is null or points to a pointer.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_context_new(config: *const Config, context: *mut *mut Context) -> i32 {
    status(|| {
        // SAFETY: the caller's promise.
        let context = unsafe { place(context, "context")? };
        let new = if config.is_null() {
            Context::new(&Config::default())?
        } else {
            // SAFETY: the caller's promise.
            Context::new(unsafe { object(config, "config")? })?
        };
        context.write(give(new));
        Ok(OK)
    })
}

/// # Safety
///
/// As the header says: `context` is null, or came from `wasi_crypto_context_new` and nobody uses it any more.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_context_free(context: *mut Context) -> i32 {
    status(|| {
        if context.is_null() {
            return Ok(OK);
        }
        // SAFETY: the caller's promise, but for calls, which are looked for here.
        if let Context::Owned(inner) = unsafe { object(context, "context")? }
            && let Err(TryLockError::WouldBlock) = inner.try_lock()
        {
            return Err(Failure::busy("context"));
        }
        // SAFETY: the caller's promise.
        unsafe { take_back(context) };
        Ok(OK)
    })
}

/// # Safety
///
/// As the header says: `context` is null or alive; `memory_len` bytes from `memory` on, and `args_len` numbers from `args` on, are there
/// while the call goes on, and are the call's alone, unless the memory is said to be shared.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_call(
    context: *const Context,
    function: usize,
    memory: *mut u8,
    memory_len: usize,
    shared: c_int,
    args: *const u64,
    args_len: usize,
) -> i32 {
    status(|| {
        // SAFETY: the caller's promise.
        let context = unsafe { object(context, "context")? };
        let hostcall = hostcall(function)?;
        let needed = hostcall.function().core_params().len();
        if args_len != needed {
            return Err(wrong_number_of_arguments(hostcall, needed, args_len));
        }
        if args.is_null() || !args.is_aligned() {
            return Err(Failure::new(Code::Argument, "the pointer `args` is null, or not aligned"));
        }
        // SAFETY: not null and aligned; a function has at most eight arguments, so that their size is no question; for the rest the caller
        // has promised.
        let args = unsafe { std::slice::from_raw_parts(args, args_len) };
        if memory_len == 0 {
            return Ok(number(context.call(hostcall, GuestMemory::unshared(&mut []), args)?));
        }
        if memory.is_null() {
            return Err(Failure::new(Code::Null, "the pointer `memory` is null"));
        }
        if isize::try_from(memory_len).is_err() || memory.addr().checked_add(memory_len).is_none() {
            return Err(Failure::new(Code::Argument, "no memory has as many bytes as `memory_len` says"));
        }
        let errno = if shared == 0 {
            // SAFETY: not null, and not longer than memory can be; the bytes need no alignment; for the rest the caller has promised.
            let bytes = unsafe { std::slice::from_raw_parts_mut(memory, memory_len) };
            context.call(hostcall, GuestMemory::unshared(bytes), args)?
        } else {
            if !memory.addr().is_multiple_of(SharedBytes::ALIGNMENT) {
                return Err(Failure::new(Code::Argument, "a shared memory begins at a multiple of 8 bytes"));
            }
            // SAFETY: aligned, and not longer than memory can be; for the rest the caller has promised.
            let bytes = unsafe { SharedBytes::new(memory, memory_len) };
            context.call(hostcall, GuestMemory::shared(&bytes), args)?
        };
        Ok(number(errno))
    })
}

/// # Safety
///
/// As the header says: `context` is null or alive, and `statistics` is null or points to room for them.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_context_statistics(context: *const Context, statistics: *mut Statistics) -> i32 {
    status(|| {
        // SAFETY: the caller's promise.
        let (context, statistics) = unsafe { (object(context, "context")?, place(statistics, "statistics")?) };
        statistics.write(context.statistics()?);
        Ok(OK)
    })
}

/// # Safety
///
/// As the header says: `context` is null or alive, and `calls` is null or points to a number.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_context_calls(context: *const Context, function: usize, calls: *mut u64) -> i32 {
    status(|| {
        // SAFETY: the caller's promise.
        let (context, calls) = unsafe { (object(context, "context")?, place(calls, "calls")?) };
        calls.write(context.calls(hostcall(function)?)?);
        Ok(OK)
    })
}

#[inline(always)]
fn hostcall(function: usize) -> Result<&'static Hostcall, Failure> {
    match hostcalls().get(function) {
        Some(hostcall) => Ok(hostcall),
        None => Err(no_function(function)),
    }
}

#[cold]
fn no_function(function: usize) -> Failure {
    Failure::new(Code::Argument, format_args!("there is no function {function}; there are {}", hostcalls().len()))
}

#[cold]
fn wrong_number_of_arguments(hostcall: &Hostcall, needed: usize, given: usize) -> Failure {
    Failure::new(Code::Argument, format_args!("{} takes {needed} arguments and was given {given}", hostcall.name()))
}

fn number(errno: Errno) -> i32 {
    errno.number().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::status;

    /// Stands for a fault in the middle of a call.
    fn panics(context: &Context) {
        let call = || match context {
            Context::Owned(context) => {
                let _lock = context.lock();
                panic!("a fault")
            }
            Context::Shared(shared) => {
                let _fault = OnFault(&shared.is_broken);
                panic!("a fault")
            }
        };
        assert_eq!(status(call), Code::Fault as i32);
    }

    #[test]
    fn after_a_fault_a_context_answers_nothing_else_whatever_it_is_asked() {
        for threads in [false, true] {
            let config = Config::default();
            config.lock().unwrap().threads = threads;
            let context = Context::new(&config).unwrap();
            let open = Hostcall::find("options_open").unwrap();
            let ask = || {
                [
                    status(|| context.call(open, GuestMemory::unshared(&mut [0; 8]), &[1, 0]).map(number)),
                    status(|| context.stop_handle().map(|_| OK)),
                    status(|| context.statistics().map(|_| OK)),
                    status(|| context.calls(open).map(|_| OK)),
                ]
            };
            assert_eq!(ask(), [OK; 4]);
            panics(&context);
            assert_eq!(ask(), [Code::Fault as i32; 4], "threads: {threads}");
        }
    }
}
