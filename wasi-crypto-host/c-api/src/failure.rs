//! What a function answers if it does not do what it was asked: a code, and a sentence for whoever looks for the cause.

use std::cell::RefCell;
use std::ffi::{CString, c_char};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The codes, `wasi_crypto_status` in the header. They are negative; what is not is the `crypto_errno` of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub(crate) enum Code {
    /// A pointer is null that must not be.
    Null = -1,
    /// A number is out of its range, or a pointer not aligned as it must be.
    Argument = -2,
    /// A text is not UTF-8.
    Text = -3,
    /// Another call uses the object.
    Busy = -4,
    /// A setting is not accepted.
    Setting = -5,
    /// The store of secrets or its root key cannot be used.
    Secrets = -6,
    /// The operating system failed.
    System = -7,
    /// A fault of this library.
    Fault = -8,
}

/// Success, in the header.
pub(crate) const OK: i32 = 0;

/// Why something was not done.
#[derive(Debug)]
pub(crate) struct Failure {
    code: Code,
    sentence: String,
}

impl Failure {
    pub(crate) fn new(code: Code, sentence: impl Display) -> Self {
        Self { code, sentence: sentence.to_string() }
    }

    /// Another call uses what is to be used.
    pub(crate) fn busy(what: &str) -> Self {
        Self::new(Code::Busy, format_args!("another call uses the {what}; see the rules for threads in wasi_crypto.h"))
    }

    /// What a fault has left behind is not used again.
    pub(crate) fn broken(what: &str) -> Self {
        Self::new(
            Code::Fault,
            format_args!("a call before this one failed by a fault of the library, and left the {what} unusable"),
        )
    }
}

/// Does the work of a function that returns a status, and keeps the sentence where it does not succeed.
#[inline(always)]
pub(crate) fn status(work: impl FnOnce() -> Result<i32, Failure>) -> i32 {
    // What a panic leaves half done is behind a lock that is poisoned then.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(status)) => status,
        Ok(Err(failure)) => keep(failure),
        Err(payload) => {
            // To drop it could panic again.
            std::mem::forget(payload);
            keep(Failure::new(
                Code::Fault,
                "the library panicked, which is a fault in it; standard error has the place",
            ))
        }
    }
}

/// Does the work of a function that returns something else, which cannot fail but by a panic.
pub(crate) fn or<T>(otherwise: T, work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        std::mem::forget(payload);
        otherwise
    })
}

thread_local! {
    static LAST: RefCell<CString> = RefCell::default();
}

#[cold]
fn keep(failure: Failure) -> i32 {
    let sentence = CString::new(failure.sentence.replace('\0', "\u{fffd}")).unwrap_or_default();
    // A thread that ends has nobody left to ask.
    let _ = LAST.try_with(|last| last.replace(sentence));
    failure.code as i32
}

/// The sentence of the last failure on this thread.
#[unsafe(no_mangle)]
extern "C" fn wasi_crypto_last_error() -> *const c_char {
    LAST.try_with(|last| last.borrow().as_ptr()).unwrap_or(c"".as_ptr())
}
