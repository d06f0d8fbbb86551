//! The batch functions. The package's own do the work but where WIT cannot say what is asked: then it is one call after the other.

use alloc::vec::Vec;
use core::slice;

use super::answer::Answer;
use super::imports::{DetachedMessage, Message};
use super::lists::{List, Records};
use super::{alike, imports, lists, squeezed};
use crate::raw::types::{
    CryptEntry, DecryptDetachedEntry, Handle, SignatureResult, SizeResult, SqueezeEntry, TagResult, VerificationEntry,
};

/// What comes of a message: a list, and a status.
#[repr(C)]
struct Crypted {
    start: *mut u8,
    len: usize,
    errno: u8,
}

/// The same with a tag.
#[repr(C)]
struct CryptedDetached {
    start: *mut u8,
    len: usize,
    tag: Handle,
    errno: u8,
}

/// What comes of a state: a tag or an output, and a status. There is one after an error, too, of nothing.
#[repr(C)]
struct Given {
    handle: Handle,
    errno: u8,
}

/// The length of the tags of nearly all ciphers.
const TAG_LEN: usize = 16;

pub unsafe fn batch_symmetric_state_squeeze(batch: *const SqueezeEntry, batch_len: usize, results: *mut u16) -> i32 {
    // The package's function takes no lengths.
    // SAFETY: the caller's pointers are valid for as many entries and results, and so are those in the entries for what they name.
    unsafe {
        for_each(batch, batch_len, results, |one, to| {
            *to = squeezed::symmetric_state_squeeze(one.state, one.data, one.data_len) as u16;
        })
    }
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
    // SAFETY: the function gives such a list; the caller's pointer is valid for as many results.
    unsafe {
        in_host(batch_len, results, call, |result: &Given, to| {
            to.errno = result.errno.into();
            if result.errno == 0 { to.tag = result.handle } else { close_tag(result.handle) }
        })
    }
}

pub unsafe fn batch_symmetric_state_encrypt(
    batch: *const CryptEntry,
    batch_len: usize,
    results: *mut SizeResult,
) -> i32 {
    let fits = |one: &CryptEntry| Some(one.output_len) == one.data_len.checked_add(TAG_LEN);
    // SAFETY: as for `batch_symmetric_state_squeeze`.
    unsafe {
        if !all(batch, batch_len, fits) {
            return for_each(batch, batch_len, results, |one, to| {
                let (out, data) = ((one.output, one.output_len), (one.data, one.data_len));
                let written = &mut to.size;
                to.errno = lists::symmetric_state_encrypt(one.state, out.0, out.1, data.0, data.1, written) as u16;
            });
        }
        crypt(batch, batch_len, results, imports::batch_symmetric_state_encrypt)
    }
}

pub unsafe fn batch_symmetric_state_encrypt_detached(
    batch: *const CryptEntry,
    batch_len: usize,
    results: *mut TagResult,
) -> i32 {
    // SAFETY: as for `batch_symmetric_state_squeeze`; the host writes an answer at most.
    unsafe {
        if !all(batch, batch_len, |one| one.output_len == one.data_len) {
            return for_each(batch, batch_len, results, |one, to| {
                let (out, data) = ((one.output, one.output_len), (one.data, one.data_len));
                let tag = &mut to.tag;
                to.errno = lists::symmetric_state_encrypt_detached(one.state, out.0, out.1, data.0, data.1, tag) as u16;
            });
        }
        let messages = messages(batch, batch_len);
        let call = |answer: &mut Answer| {
            imports::batch_symmetric_state_encrypt_detached(messages.as_ptr(), messages.len(), answer);
        };
        let mut entries = entries(batch, batch_len).iter();
        in_host(batch_len, results, call, |result: &CryptedDetached, to| {
            let list = List::at(result.start, result.len);
            to.errno = result.errno.into();
            if let (0, Some(one)) = (result.errno, entries.next()) {
                to.errno = list.copy_to(one.output, one.output_len) as u16;
                to.tag = result.tag;
            }
            if to.errno != 0 {
                close_tag(result.tag);
            }
        })
    }
}

pub unsafe fn batch_symmetric_state_decrypt(
    batch: *const CryptEntry,
    batch_len: usize,
    results: *mut SizeResult,
) -> i32 {
    let fits = |one: &CryptEntry| Some(one.data_len) == one.output_len.checked_add(TAG_LEN);
    // SAFETY: as for `batch_symmetric_state_squeeze`.
    unsafe {
        if !all(batch, batch_len, fits) {
            return for_each(batch, batch_len, results, |one, to| {
                let (out, data) = ((one.output, one.output_len), (one.data, one.data_len));
                let written = &mut to.size;
                to.errno = lists::symmetric_state_decrypt(one.state, out.0, out.1, data.0, data.1, written) as u16;
            });
        }
        crypt(batch, batch_len, results, imports::batch_symmetric_state_decrypt)
    }
}

pub unsafe fn batch_symmetric_state_decrypt_detached(
    batch: *const DecryptDetachedEntry,
    batch_len: usize,
    results: *mut SizeResult,
) -> i32 {
    // SAFETY: as for `batch_symmetric_state_squeeze`; the host writes an answer at most.
    unsafe {
        if !all(batch, batch_len, |one| one.output_len == one.data_len) {
            return for_each(batch, batch_len, results, |one, to| {
                let (out, data, tag) =
                    ((one.output, one.output_len), (one.data, one.data_len), (one.raw_tag, one.raw_tag_len));
                let written = &mut to.size;
                to.errno = lists::symmetric_state_decrypt_detached(
                    one.state, out.0, out.1, data.0, data.1, tag.0, tag.1, written,
                ) as u16;
            });
        }
        let message = |one: &DecryptDetachedEntry| DetachedMessage {
            message: Message { state: one.state, data: one.data, data_len: one.data_len },
            raw_tag: one.raw_tag,
            raw_tag_len: one.raw_tag_len,
        };
        let entries = entries(batch, batch_len);
        let messages: Vec<_> = entries.iter().map(message).collect();
        let call = |answer: &mut Answer| {
            imports::batch_symmetric_state_decrypt_detached(messages.as_ptr(), messages.len(), answer);
        };
        take_lists(entries.iter().map(|one| (one.output, one.output_len)), batch_len, results, call)
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
            if result.errno == 0 { to.signature = result.handle } else { close_output(result.handle) }
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

/// Has the host encrypt or decrypt messages with their tags.
///
/// # Safety
///
/// The pointers are valid for as many entries and results, and those in the entries for what they name.
unsafe fn crypt(
    batch: *const CryptEntry,
    batch_len: usize,
    results: *mut SizeResult,
    import: unsafe extern "C" fn(*const Message, usize, *mut Answer),
) -> i32 {
    // SAFETY: the caller says so; the host reads the messages, and writes an answer at most.
    unsafe {
        let messages = messages(batch, batch_len);
        let outputs = entries(batch, batch_len).iter().map(|one| (one.output, one.output_len));
        take_lists(outputs, batch_len, results, |answer| import(messages.as_ptr(), messages.len(), answer))
    }
}

/// Copies each list that the host gives to its output.
///
/// # Safety
///
/// The call gives a list of [`Crypted`]; the outputs are as many as the results, and valid for their lengths.
unsafe fn take_lists(
    mut outputs: impl Iterator<Item = (*mut u8, usize)>,
    batch_len: usize,
    results: *mut SizeResult,
    call: impl FnOnce(&mut Answer),
) -> i32 {
    // SAFETY: the caller says so.
    unsafe {
        in_host(batch_len, results, call, |result: &Crypted, to| {
            let list = List::at(result.start, result.len);
            let output = outputs.next();
            to.errno = result.errno.into();
            if let (0, Some((output, max))) = (result.errno, output) {
                to.errno = list.copy_to(output, max) as u16;
                to.size = list.bytes().len();
            }
        })
    }
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

/// Does with each entry what another function does.
///
/// # Safety
///
/// The pointers are valid for as many entries and results.
unsafe fn for_each<E, R>(batch: *const E, batch_len: usize, results: *mut R, run: impl Fn(&E, &mut R)) -> i32 {
    if batch_len > 0 {
        // SAFETY: the caller says so.
        let results = unsafe { slice::from_raw_parts_mut(results, batch_len) };
        // SAFETY: the same.
        unsafe { entries(batch, batch_len) }.iter().zip(results).for_each(|(one, to)| run(one, to));
    }
    0
}

/// Whether all entries are such.
///
/// # Safety
///
/// The pointer is valid for as many entries.
unsafe fn all<E>(batch: *const E, batch_len: usize, is: impl Fn(&E) -> bool) -> bool {
    // SAFETY: the caller says so.
    unsafe { entries(batch, batch_len) }.iter().all(is)
}

/// The entries; an empty batch may have any address.
///
/// # Safety
///
/// The pointer is valid for as many entries.
unsafe fn entries<'a, E>(batch: *const E, batch_len: usize) -> &'a [E] {
    // SAFETY: the caller says so.
    if batch_len == 0 { &[] } else { unsafe { slice::from_raw_parts(batch, batch_len) } }
}

/// # Safety
///
/// The pointer is valid for as many entries.
unsafe fn messages(batch: *const CryptEntry, batch_len: usize) -> Vec<Message> {
    let message = |one: &CryptEntry| Message { state: one.state, data: one.data, data_len: one.data_len };
    // SAFETY: the caller says so.
    unsafe { entries(batch, batch_len) }.iter().map(message).collect()
}

fn close_tag(tag: Handle) {
    // SAFETY: no pointers.
    unsafe { alike::symmetric_tag_close(tag) };
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
