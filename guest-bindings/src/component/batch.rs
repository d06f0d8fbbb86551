//! The batch functions, one call after the other: the world of the package leaves its batch interfaces out.

use core::slice;

use super::{lists, squeezed};
use crate::raw::{
    CryptEntry, DecryptDetachedEntry, Handle, SignatureResult, SizeResult, SqueezeEntry, TagResult, VerificationEntry,
};

/// Functions that do with each entry what another does, and write what comes of it.
macro_rules! batches {
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

batches! {
    batch_symmetric_state_squeeze(SqueezeEntry) -> u16: |one, to| {
        *to = squeezed::symmetric_state_squeeze(one.state, one.data, one.data_len) as u16
    };
    batch_symmetric_state_squeeze_tag(Handle) -> TagResult: |state, to| {
        to.errno = super::symmetric_state_squeeze_tag(*state, &mut to.tag) as u16
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
    batch_signature_state_sign(Handle) -> SignatureResult: |state, to| {
        to.errno = super::signature_state_sign(*state, &mut to.signature) as u16
    };
    batch_signature_state_verify(VerificationEntry) -> u16: |one, to| {
        *to = super::signature_verification_state_verify(one.state, one.signature) as u16
    };
}
