//! The functions that give bytes.

use alloc::alloc::{Layout, dealloc};
use core::slice;

use wasi_crypto_interface::Errno;
use zeroize::Zeroize as _;

use super::answer::Answer;
use super::{alike, imports};
use crate::raw::types::Handle;

/// A list that the host has put into the guest's memory.
pub(super) struct List {
    start: *mut u8,
    len: usize,
}

impl List {
    /// The list that begins an answer.
    ///
    /// # Safety
    ///
    /// A function that gives a list has succeeded with this answer, and the list is taken once.
    pub(super) unsafe fn of(answer: &Answer, at_word: usize) -> Self {
        Self { start: answer.word(at_word) as *mut u8, len: answer.word(at_word + 1) as usize }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: the host has written as many bytes there; an empty list has an address that is not to be read.
        if self.len == 0 { &[] } else { unsafe { slice::from_raw_parts(self.start, self.len) } }
    }

    /// Wipes it: what is secret is not to be left where others allocate.
    pub(super) fn wipe(&mut self) {
        if self.len > 0 {
            // SAFETY: as for `bytes`; nobody else has it.
            unsafe { slice::from_raw_parts_mut(self.start, self.len) }.zeroize();
        }
    }

    /// Copies it to a buffer of so many bytes; returns a status.
    ///
    /// # Safety
    ///
    /// `to` must be valid for as many bytes.
    pub(super) unsafe fn copy_to(&self, to: *mut u8, max: usize) -> i32 {
        if self.len > max {
            return Errno::Overflow as i32;
        }
        // SAFETY: the caller says so, and a list that was given lies in no buffer.
        unsafe { to.copy_from_nonoverlapping(self.bytes().as_ptr(), self.len) };
        0
    }
}

impl Drop for List {
    fn drop(&mut self) {
        if self.len > 0 {
            // SAFETY: `cabi_realloc` has allocated it with this layout, by Rust's allocator.
            unsafe { dealloc(self.start, Layout::from_size_align_unchecked(self.len, 1)) };
        }
    }
}

/// A list of records that the host has put into the guest's memory. What they refer to is not freed with it.
pub(super) struct Records<T> {
    start: *mut T,
    len: usize,
}

impl<T> Records<T> {
    /// The list that begins an answer.
    ///
    /// # Safety
    ///
    /// A function that gives a list of such records has succeeded with this answer, and the list is taken once.
    pub(super) unsafe fn of(answer: &Answer, at_word: usize) -> Self {
        Self { start: answer.word(at_word) as *mut T, len: answer.word(at_word + 1) as usize }
    }

    pub(super) fn all(&self) -> &[T] {
        // SAFETY: the host has written as many there; an empty list has an address that is not to be read.
        if self.len == 0 { &[] } else { unsafe { slice::from_raw_parts(self.start, self.len) } }
    }
}

impl<T> Drop for Records<T> {
    fn drop(&mut self) {
        if self.len > 0 {
            let layout = Layout::for_value(self.all());
            // SAFETY: `cabi_realloc` has allocated it with this layout, by Rust's allocator.
            unsafe { dealloc(self.start.cast(), layout) };
        }
    }
}

/// Calls a function that gives a list, and copies it to a buffer; `written` gets its length. Expands to the status.
macro_rules! list {
    ($import:ident($($arg:expr),*), $to:ident, $max:ident, $written:expr) => {{
        let mut answer = Answer::default();
        // SAFETY: the caller's pointers are valid for what the function reads and for what is written; the host writes an answer at most.
        unsafe {
            imports::$import($($arg,)* &mut answer);
            match answer.status_of_words() {
                0 => {
                    let list = List::of(&answer, 1);
                    let status = list.copy_to($to, $max);
                    if status == 0 {
                        ($written)(list.bytes().len(), &answer);
                    }
                    status
                }
                status => status,
            }
        }
    }};
}

pub unsafe fn array_output_pull(array_output: Handle, buf: *mut u8, buf_len: usize, pulled: *mut usize) -> i32 {
    let mut len = 0;
    // SAFETY: the length goes to a local variable; the caller's pointers are valid for what they are to take.
    unsafe {
        // Part of it cannot be had: it is gone afterwards.
        let status = alike::array_output_len(array_output, &mut len);
        if status != 0 || len > buf_len {
            return if status == 0 { Errno::Overflow as i32 } else { status };
        }
        secret_list(|answer| imports::array_output_pull(array_output, answer), buf, buf_len, pulled)
    }
}

pub unsafe fn symmetric_tag_pull(symmetric_tag: Handle, buf: *mut u8, buf_len: usize, pulled: *mut usize) -> i32 {
    let mut len = 0;
    // SAFETY: the length goes to a local variable; the caller's pointers are valid for what they are to take.
    unsafe {
        let status = alike::symmetric_tag_len(symmetric_tag, &mut len);
        if status != 0 || len != buf_len {
            return if status == 0 { unfit(buf_len, len) } else { status };
        }
        secret_list(|answer| imports::symmetric_tag_pull(symmetric_tag, answer), buf, buf_len, pulled)
    }
}

/// A list that may be secret.
///
/// # Safety
///
/// `call` gives a list; the pointers are valid for it and its length.
unsafe fn secret_list(call: impl FnOnce(&mut Answer), to: *mut u8, max: usize, written: *mut usize) -> i32 {
    let mut answer = Answer::default();
    call(&mut answer);
    let status = answer.status_of_words();
    if status != 0 {
        return status;
    }
    // SAFETY: the caller says so.
    unsafe {
        let mut list = List::of(&answer, 1);
        let status = list.copy_to(to, max);
        if status == 0 {
            written.write_unaligned(list.bytes().len());
        }
        list.wipe();
        status
    }
}

/// The status where a buffer is shorter or longer than what goes there.
fn unfit(buffer: usize, len: usize) -> i32 {
    if buffer < len { Errno::Overflow as i32 } else { Errno::InvalidLength as i32 }
}

pub unsafe fn symmetric_state_options_get(
    handle: Handle,
    name: *const u8,
    name_len: usize,
    value: *mut u8,
    value_max_len: usize,
    value_len: *mut usize,
) -> i32 {
    list!(symmetric_state_options_get(handle, name, name_len), value, value_max_len, |len, _| value_len
        .write_unaligned(len))
}

pub unsafe fn symmetric_state_encrypt(
    handle: Handle,
    out: *mut u8,
    out_len: usize,
    data: *const u8,
    data_len: usize,
    written: *mut usize,
) -> i32 {
    // What nearly all ciphers add: others are asked, before the state is used up.
    if out_len != data_len.saturating_add(16) {
        let mut added = 0;
        // SAFETY: the number goes to a local variable.
        let status = unsafe { alike::symmetric_state_max_tag_len(handle, &mut added) };
        if status != 0 {
            return status;
        }
        let most = data_len.saturating_add(added);
        // Of a text that is padded, whole blocks are enough.
        let is_padded = out_len > data_len && out_len.is_multiple_of(16);
        if out_len > most || (out_len < most && !is_padded) {
            return unfit(out_len, most);
        }
    }
    list!(symmetric_state_encrypt(handle, data, data_len), out, out_len, |len, _| written.write_unaligned(len))
}

pub unsafe fn symmetric_state_encrypt_detached(
    handle: Handle,
    out: *mut u8,
    out_len: usize,
    data: *const u8,
    data_len: usize,
    symmetric_tag: *mut Handle,
) -> i32 {
    if out_len != data_len {
        return unfit(out_len, data_len);
    }
    list!(symmetric_state_encrypt_detached(handle, data, data_len), out, out_len, |_, answer: &Answer| symmetric_tag
        .write_unaligned(answer.word(3)))
}

pub unsafe fn symmetric_state_decrypt(
    handle: Handle,
    out: *mut u8,
    out_len: usize,
    data: *const u8,
    data_len: usize,
    written: *mut usize,
) -> i32 {
    list!(symmetric_state_decrypt(handle, data, data_len, out_len), out, out_len, |len, _| written.write_unaligned(len))
}

pub unsafe fn symmetric_state_decrypt_detached(
    handle: Handle,
    out: *mut u8,
    out_len: usize,
    data: *const u8,
    data_len: usize,
    raw_tag: *const u8,
    raw_tag_len: usize,
    written: *mut usize,
) -> i32 {
    if out_len != data_len {
        return unfit(out_len, data_len);
    }
    list!(symmetric_state_decrypt_detached(handle, data, data_len, raw_tag, raw_tag_len), out, out_len, |len, _| {
        written.write_unaligned(len)
    })
}

pub unsafe fn keypair_store_managed(secrets_manager: Handle, kp: Handle, kp_id: *mut u8, kp_id_max_len: usize) -> i32 {
    list!(keypair_store_managed(secrets_manager, kp), kp_id, kp_id_max_len, |_, _| ())
}

pub unsafe fn symmetric_key_store_managed(
    secrets_manager: Handle,
    symmetric_key: Handle,
    symmetric_key_id: *mut u8,
    symmetric_key_id_max_len: usize,
) -> i32 {
    list!(
        symmetric_key_store_managed(secrets_manager, symmetric_key),
        symmetric_key_id,
        symmetric_key_id_max_len,
        |_, _| ()
    )
}

pub unsafe fn external_secret_store(
    secrets_manager: Handle,
    secret: *const u8,
    secret_len: usize,
    expiration: u64,
    secret_id: *mut u8,
    secret_id_max_len: usize,
) -> i32 {
    list!(
        external_secret_store(secrets_manager, secret, secret_len, expiration),
        secret_id,
        secret_id_max_len,
        |_, _| ()
    )
}
