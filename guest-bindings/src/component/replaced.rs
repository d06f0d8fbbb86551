//! The functions that name and replace managed keys, and secrets.

use wasi_crypto_interface::Errno;

use super::answer::{Answer, version_case};
use super::lists::List;
use super::{alike, imports};
use crate::raw::types::Handle;

/// The functions of one kind of managed keys.
macro_rules! managed_keys {
    ($id:ident, $replace:ident, $from_id:ident, $close:ident) => {
        pub unsafe fn $id(key: Handle, id: *mut u8, id_max_len: usize, id_len: *mut usize, version: *mut u64) -> i32 {
            let mut answer = Answer::default();
            // SAFETY: the host writes an answer at most; the caller's pointers are valid for what they are to take.
            unsafe {
                imports::$id(key, &mut answer);
                let status = answer.status_of_u64s();
                if status != 0 {
                    return status;
                }
                let list = List::of(&answer, 2);
                let status = list.copy_to(id, id_max_len);
                if status == 0 {
                    id_len.write_unaligned(list.bytes().len());
                    version.write_unaligned(answer.version(4));
                }
                status
            }
        }

        pub unsafe fn $replace(secrets_manager: Handle, old: Handle, new: Handle, version: *mut u64) -> i32 {
            let mut answer = Answer::default();
            // SAFETY: the host writes an answer at most; the list is read while it is there.
            let status = unsafe {
                imports::$id(old, &mut answer);
                let status = answer.status_of_u64s();
                if status != 0 {
                    return status;
                }
                let id = List::of(&answer, 2);
                if id.bytes().is_empty() {
                    return Errno::UnsupportedFeature as i32;
                }
                let (bytes, number) = (id.bytes(), answer.version(4));
                // The old key is gone after an error, too, and the guest does not expect that: another handle of it is given away.
                let mut again = Answer::default();
                let case = version_case(number);
                imports::$from_id(secrets_manager, bytes.as_ptr(), bytes.len(), case, number, &mut again);
                match again.status_of_words() {
                    0 => {
                        answer = Answer::default();
                        imports::$replace(secrets_manager, again.word(1), new, &mut answer);
                        answer.status_of_u64s()
                    }
                    status => status,
                }
            };
            if status == 0 {
                // SAFETY: no pointers but the caller's, which is valid for a version.
                unsafe {
                    alike::$close(old);
                    version.write_unaligned(answer.version(2));
                }
            }
            status
        }
    };
}

managed_keys!(keypair_id, keypair_replace_managed, keypair_from_id, keypair_close);
managed_keys!(symmetric_key_id, symmetric_key_replace_managed, symmetric_key_from_id, symmetric_key_close);

/// The function of the package has no identifier that could say which.
pub unsafe fn external_secret_replace(
    _: Handle,
    _: *const u8,
    _: usize,
    _: u64,
    _: *const u8,
    _: usize,
    _: *mut u64,
) -> i32 {
    Errno::UnsupportedFeature as i32
}
