//! The batch functions: those of the WIT package for tags and signatures, and one call after the other for the rest.
//!
//! What is squeezed has a length, which the package's function does not take. What is encrypted or decrypted goes there and comes back as
//! lists, which is no faster for many messages in one call: 64 messages of 64 bytes take 1.09 µs each, of 16 KiB 14 µs, against 1.02 and
//! 3.4 by single calls (AES-256-GCM, this project's host). Tags and signatures take 5 % less in a batch, and less still where a host
//! works on the entries side by side.

use core::slice;

use super::answer::Answer;
use super::lists::{List, Records};
use super::{alike, imports, lists, squeezed};
use crate::raw::types::{
    CryptEntry, DecryptDetachedEntry, Handle, SignatureResult, SizeResult, SqueezeEntry, TagResult, VerificationEntry,
};

/// Functions that do with each entry what another does, and write what comes of it.
macro_rules! one_by_one {
    ($($name:ident($entry:ty) -> $result:ty: |$one:ident, $to:ident| $run:expr;)*) => {$(
        pub unsafe fn $name(batch: *const $entry, batch_len: usize, results: *mut $result) -> i32 {
            if batch_len == 0 {
                return 0;
            }
            // SAFETY: the caller's pointers are valid for as many entries and results, and so are those in the entries for what they name.
            unsafe {
                let results = slice::from_raw_parts_mut(results, batch_len);
                for ($one, $to) in slice::from_raw_parts(batch, batch_len).iter().zip(results) {
                    $run;
                }
            }
            0
        }
    )*};
}

one_by_one! {
    batch_symmetric_state_squeeze(SqueezeEntry) -> u16: |one, to| {
        *to = squeezed::symmetric_state_squeeze(one.state, one.data, one.data_len) as u16
    };
    batch_symmetric_state_encrypt(CryptEntry) -> SizeResult: |one, to| {
        to.errno = lists::symmetric_state_encrypt(
            one.state, one.output, one.output_len, one.data, one.data_len, &mut to.size,
        ) as u16
    };
    batch_symmetric_state_encrypt_detached(CryptEntry) -> TagResult: |one, to| {
        to.errno = lists::symmetric_state_encrypt_detached(
            one.state, one.output, one.output_len, one.data, one.data_len, &mut to.tag,
        ) as u16
    };
    batch_symmetric_state_decrypt(CryptEntry) -> SizeResult: |one, to| {
        to.errno = lists::symmetric_state_decrypt(
            one.state, one.output, one.output_len, one.data, one.data_len, &mut to.size,
        ) as u16
    };
    batch_symmetric_state_decrypt_detached(DecryptDetachedEntry) -> SizeResult: |one, to| {
        to.errno = lists::symmetric_state_decrypt_detached(
            one.state, one.output, one.output_len, one.data, one.data_len, one.raw_tag, one.raw_tag_len, &mut to.size,
        ) as u16
    };
}

/// What comes of a state: a tag or an output, and a status. There is one after an error, too, of nothing.
#[repr(C)]
struct Given {
    handle: Handle,
    errno: u8,
}

pub unsafe fn batch_symmetric_state_squeeze_tag(
    batch: *const Handle,
    batch_len: usize,
    results: *mut TagResult,
) -> i32 {
    let call = |answer: &mut Answer| {
        // SAFETY: the caller's pointer is valid for as many handles; the host writes an answer at most.
        unsafe { imports::batch_symmetric_state_squeeze_tag(batch, batch_len, answer) };
    };
    // SAFETY: the function gives such a list; the caller's pointer is valid for as many results; no pointers go with a tag.
    unsafe {
        in_host(batch_len, results, call, |result: &Given, to| {
            to.errno = result.errno.into();
            match result.errno {
                0 => to.tag = result.handle,
                _ => _ = alike::symmetric_tag_close(result.handle),
            }
        })
    }
}

/// Gives array outputs with raw signatures, where the function for modules gives signatures.
pub unsafe fn batch_signature_state_sign(batch: *const Handle, batch_len: usize, results: *mut SignatureResult) -> i32 {
    let call = |answer: &mut Answer| {
        // SAFETY: the caller's pointer is valid for as many handles; the host writes an answer at most.
        unsafe { imports::batch_signature_state_sign(batch, batch_len, answer) };
    };
    // SAFETY: the function gives such a list; the caller's pointer is valid for as many results.
    unsafe {
        in_host(batch_len, results, call, |result: &Given, to| {
            to.errno = result.errno.into();
            match result.errno {
                0 => to.signature = result.handle,
                _ => close_output(result.handle),
            }
        })
    }
}

pub unsafe fn batch_signature_state_verify(
    batch: *const VerificationEntry,
    batch_len: usize,
    results: *mut u16,
) -> i32 {
    let call = |answer: &mut Answer| {
        // SAFETY: the caller's pointer is valid for as many entries, which are as the host takes them; it writes an answer at most.
        unsafe { imports::batch_signature_state_verify(batch, batch_len, answer) };
    };
    // SAFETY: the function gives such a list; the caller's pointer is valid for as many results.
    unsafe { in_host(batch_len, results, call, |errno: &u8, to| *to = (*errno).into()) }
}

/// Calls a function of the package that gives a list with a result for each entry, and has each taken.
///
/// # Safety
///
/// The call gives a list of such records; the pointer is valid for as many results.
unsafe fn in_host<G, R>(
    batch_len: usize,
    results: *mut R,
    call: impl FnOnce(&mut Answer),
    mut take: impl FnMut(&G, &mut R),
) -> i32 {
    if batch_len == 0 {
        return 0;
    }
    let mut answer = Answer::default();
    call(&mut answer);
    let status = answer.status_of_words();
    if status == 0 {
        // SAFETY: the caller says so.
        let (given, results) = unsafe { (Records::<G>::of(&answer, 1), slice::from_raw_parts_mut(results, batch_len)) };
        given.all().iter().zip(results).for_each(|(given, to)| take(given, to));
    }
    status
}

/// Pulls the output, which has no other end.
fn close_output(output: Handle) {
    let mut answer = Answer::default();
    // SAFETY: the host writes an answer at most; the list is taken once.
    unsafe {
        imports::array_output_pull(output, &mut answer);
        if answer.status_of_words() == 0 {
            drop(List::of(&answer, 1));
        }
    }
}
