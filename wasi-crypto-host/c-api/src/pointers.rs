//! Pointers of the caller, looked at before they are used.

use std::ffi::{CStr, c_char};

use crate::failure::{Code, Failure};

/// An object that the caller has from this library.
///
/// # Safety
///
/// `pointer` is null, or one that this library gave out as a `T` and that nobody frees before `'a` ends.
#[inline(always)]
pub(crate) unsafe fn object<'a, T>(pointer: *const T, what: &str) -> Result<&'a T, Failure> {
    // SAFETY: it is not null where this is reached; what this library gives out is aligned, as it comes from a box; for the rest the caller
    // has promised.
    if pointer.is_null() { Err(null(what)) } else { Ok(unsafe { &*pointer }) }
}

/// A place where a result goes.
///
/// # Safety
///
/// `pointer` is null, or one to memory for a `T` that is the callee's until `'a` ends. What is there need not be a `T` yet.
pub(crate) unsafe fn place<'a, T>(pointer: *mut T, what: &str) -> Result<&'a mut std::mem::MaybeUninit<T>, Failure> {
    if pointer.is_null() {
        return Err(null(what));
    }
    if !pointer.is_aligned() {
        return Err(Failure::new(Code::Argument, format_args!("the pointer `{what}` is not aligned")));
    }
    // SAFETY: it is not null and aligned; for the rest the caller has promised.
    Ok(unsafe { &mut *pointer.cast() })
}

/// A text that ends with a zero byte.
///
/// # Safety
///
/// `pointer` is null, or one to such a text, which does not change before `'a` ends.
pub(crate) unsafe fn text<'a>(pointer: *const c_char, what: &str) -> Result<&'a str, Failure> {
    // SAFETY: as the caller has promised.
    unsafe { optional_text(pointer, what) }?.ok_or_else(|| null(what))
}

/// The same for one that may be left out.
///
/// # Safety
///
/// As for [`text`].
pub(crate) unsafe fn optional_text<'a>(pointer: *const c_char, what: &str) -> Result<Option<&'a str>, Failure> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: it is not null; for the rest the caller has promised.
    let text = unsafe { CStr::from_ptr(pointer) };
    let not_utf8 = |_| Failure::new(Code::Text, format_args!("the text `{what}` is not UTF-8"));
    text.to_str().map(Some).map_err(not_utf8)
}

/// Hands an object over to the caller.
pub(crate) fn give<T>(object: T) -> *mut T {
    Box::into_raw(Box::new(object))
}

/// Takes it back.
///
/// # Safety
///
/// `pointer` is null, or was [given](give) and not taken back yet; nobody uses it any more.
pub(crate) unsafe fn take_back<T>(pointer: *mut T) {
    if !pointer.is_null() {
        // SAFETY: it came from a box, and the caller has promised the rest.
        drop(unsafe { Box::from_raw(pointer) });
    }
}

#[cold]
fn null(what: &str) -> Failure {
    Failure::new(Code::Null, format_args!("the pointer `{what}` is null"))
}
