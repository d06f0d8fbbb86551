//! The calls that the safe types make, with slices for pointers: the only place besides [`raw`] with unsafe code.
#![allow(unsafe_code, reason = "the imports take pointers")]

use alloc::vec;
use alloc::vec::Vec;
use core::mem;

use wasi_crypto_interface::{AlgorithmType, Errno, SignatureEncoding};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::raw::{self, CryptEntry, Handle, OptHandle, SignatureResult, SizeResult, TagResult, VerificationEntry};

pub(crate) fn options_open() -> Result<Handle, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    result(|handle| unsafe { raw::options_open(AlgorithmType::Symmetric as u32, handle) })
}

pub(crate) fn options_close(options: Handle) {
    // SAFETY: no pointers.
    unsafe { raw::options_close(options) };
}

pub(crate) fn options_set(options: Handle, name: &str, value: &[u8]) -> Result<(), Error> {
    // SAFETY: both are slices, which the host reads only.
    check(unsafe { raw::options_set(options, name.as_ptr(), name.len(), value.as_ptr(), value.len()) })
}

pub(crate) fn options_set_u64(options: Handle, name: &str, value: u64) -> Result<(), Error> {
    // SAFETY: `name` is a slice, which the host reads only.
    check(unsafe { raw::options_set_u64(options, name.as_ptr(), name.len(), value) })
}

pub(crate) fn key_generate(algorithm: &str, options: Option<Handle>) -> Result<Handle, Error> {
    let options = optional(options);
    // SAFETY: the host reads `algorithm` and `options` only; `result` passes a pointer to a value of its own.
    result(|handle| unsafe { raw::symmetric_key_generate(algorithm.as_ptr(), algorithm.len(), &options, handle) })
}

pub(crate) fn key_import(algorithm: &str, key: &[u8]) -> Result<Handle, Error> {
    // SAFETY: the host reads both slices only; `result` passes a pointer to a value of its own.
    result(|handle| unsafe {
        raw::symmetric_key_import(algorithm.as_ptr(), algorithm.len(), key.as_ptr(), key.len(), handle)
    })
}

pub(crate) fn key_export(key: Handle) -> Result<Zeroizing<Vec<u8>>, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    pull_all(result(|handle| unsafe { raw::symmetric_key_export(key, handle) })?)
}

pub(crate) fn key_close(key: Handle) {
    // SAFETY: no pointers.
    unsafe { raw::symmetric_key_close(key) };
}

pub(crate) fn state_open(algorithm: &str, key: Option<Handle>, options: Option<Handle>) -> Result<Handle, Error> {
    let (key, options) = (optional(key), optional(options));
    // SAFETY: the host reads `algorithm`, `key` and `options` only; `result` passes a pointer to a value of its own.
    result(|handle| unsafe { raw::symmetric_state_open(algorithm.as_ptr(), algorithm.len(), &key, &options, handle) })
}

pub(crate) fn state_option(state: Handle, name: &str, value: &mut [u8]) -> Result<usize, Error> {
    // SAFETY: the host reads `name` and fills `value`, both slices; `result` passes a pointer to a value of its own.
    result(|len| unsafe {
        raw::symmetric_state_options_get(state, name.as_ptr(), name.len(), value.as_mut_ptr(), value.len(), len)
    })
}

pub(crate) fn state_option_u64(state: Handle, name: &str) -> Result<u64, Error> {
    // SAFETY: the host reads the slice only; `result` passes a pointer to a value of its own.
    result(|value| unsafe { raw::symmetric_state_options_get_u64(state, name.as_ptr(), name.len(), value) })
}

pub(crate) fn state_clone(state: Handle) -> Result<Handle, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    result(|handle| unsafe { raw::symmetric_state_clone(state, handle) })
}

pub(crate) fn state_close(state: Handle) {
    // SAFETY: no pointers.
    unsafe { raw::symmetric_state_close(state) };
}

pub(crate) fn state_absorb(state: Handle, data: &[u8]) -> Result<(), Error> {
    // SAFETY: the host reads the slice only.
    check(unsafe { raw::symmetric_state_absorb(state, data.as_ptr(), data.len()) })
}

pub(crate) fn state_squeeze(state: Handle, out: &mut [u8]) -> Result<(), Error> {
    // SAFETY: the host fills the slice.
    check(unsafe { raw::symmetric_state_squeeze(state, out.as_mut_ptr(), out.len()) })
}

pub(crate) fn state_squeeze_tag(state: Handle) -> Result<Handle, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    result(|handle| unsafe { raw::symmetric_state_squeeze_tag(state, handle) })
}

pub(crate) fn state_squeeze_key(state: Handle, algorithm: &str) -> Result<Handle, Error> {
    // SAFETY: the host reads the slice only; `result` passes a pointer to a value of its own.
    result(|handle| unsafe { raw::symmetric_state_squeeze_key(state, algorithm.as_ptr(), algorithm.len(), handle) })
}

pub(crate) fn state_max_tag_len(state: Handle) -> Result<usize, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    result(|len| unsafe { raw::symmetric_state_max_tag_len(state, len) })
}

pub(crate) fn state_encrypt(state: Handle, out: &mut [u8], data: &[u8]) -> Result<usize, Error> {
    // SAFETY: the host reads `data` and fills `out`, both slices; `result` passes a pointer to a value of its own.
    result(|len| unsafe {
        raw::symmetric_state_encrypt(state, out.as_mut_ptr(), out.len(), data.as_ptr(), data.len(), len)
    })
}

/// Encrypts the first `len` bytes of `buffer` into all of it, as [`state_encrypt`] does. Panics if it is shorter.
pub(crate) fn state_encrypt_in_place(state: Handle, buffer: &mut [u8], len: usize) -> Result<usize, Error> {
    assert!(len <= buffer.len());
    let start = buffer.as_mut_ptr();
    // SAFETY: both ranges lie in `buffer`, and the host may read and write there in any order.
    result(|written| unsafe { raw::symmetric_state_encrypt(state, start, buffer.len(), start, len, written) })
}

pub(crate) fn state_encrypt_detached(state: Handle, out: &mut [u8], data: &[u8]) -> Result<Handle, Error> {
    // SAFETY: the host reads `data` and fills `out`, both slices; `result` passes a pointer to a value of its own.
    result(|tag| unsafe {
        raw::symmetric_state_encrypt_detached(state, out.as_mut_ptr(), out.len(), data.as_ptr(), data.len(), tag)
    })
}

pub(crate) fn state_encrypt_detached_in_place(state: Handle, buffer: &mut [u8]) -> Result<Handle, Error> {
    let (start, len) = (buffer.as_mut_ptr(), buffer.len());
    // SAFETY: both ranges are `buffer`, and the host may read and write there in any order.
    result(|tag| unsafe { raw::symmetric_state_encrypt_detached(state, start, len, start, len, tag) })
}

pub(crate) fn state_decrypt(state: Handle, out: &mut [u8], data: &[u8]) -> Result<usize, Error> {
    // SAFETY: the host reads `data` and fills `out`, both slices; `result` passes a pointer to a value of its own.
    result(|len| unsafe {
        raw::symmetric_state_decrypt(state, out.as_mut_ptr(), out.len(), data.as_ptr(), data.len(), len)
    })
}

/// Decrypts all of `buffer` into its first `len` bytes, as [`state_decrypt`] does. Panics if it is shorter.
pub(crate) fn state_decrypt_in_place(state: Handle, buffer: &mut [u8], len: usize) -> Result<usize, Error> {
    assert!(len <= buffer.len());
    let start = buffer.as_mut_ptr();
    // SAFETY: both ranges lie in `buffer`, and the host may read and write there in any order.
    result(|written| unsafe { raw::symmetric_state_decrypt(state, start, len, start, buffer.len(), written) })
}

pub(crate) fn state_decrypt_detached(state: Handle, out: &mut [u8], data: &[u8], tag: &[u8]) -> Result<usize, Error> {
    // SAFETY: the host reads `data` and `tag` and fills `out`, all slices; `result` passes a pointer to a value of its own.
    result(|len| unsafe {
        raw::symmetric_state_decrypt_detached(
            state,
            out.as_mut_ptr(),
            out.len(),
            data.as_ptr(),
            data.len(),
            tag.as_ptr(),
            tag.len(),
            len,
        )
    })
}

pub(crate) fn state_decrypt_detached_in_place(state: Handle, buffer: &mut [u8], tag: &[u8]) -> Result<usize, Error> {
    let (start, len) = (buffer.as_mut_ptr(), buffer.len());
    // SAFETY: message and output are `buffer`, where the host may read and write in any order; it reads `tag`, a slice.
    result(|written| unsafe {
        raw::symmetric_state_decrypt_detached(state, start, len, start, len, tag.as_ptr(), tag.len(), written)
    })
}

pub(crate) fn state_ratchet(state: Handle) -> Result<(), Error> {
    // SAFETY: no pointers.
    check(unsafe { raw::symmetric_state_ratchet(state) })
}

pub(crate) fn tag_len(tag: Handle) -> Result<usize, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    result(|len| unsafe { raw::symmetric_tag_len(tag, len) })
}

/// Closes the tag if it succeeds.
pub(crate) fn tag_pull(tag: Handle, out: &mut [u8]) -> Result<usize, Error> {
    // SAFETY: the host fills the slice; `result` passes a pointer to a value of its own.
    result(|len| unsafe { raw::symmetric_tag_pull(tag, out.as_mut_ptr(), out.len(), len) })
}

pub(crate) fn tag_verify(tag: Handle, expected: &[u8]) -> Result<(), Error> {
    // SAFETY: the host reads the slice only.
    check(unsafe { raw::symmetric_tag_verify(tag, expected.as_ptr(), expected.len()) })
}

pub(crate) fn tag_close(tag: Handle) {
    // SAFETY: no pointers.
    unsafe { raw::symmetric_tag_close(tag) };
}

pub(crate) fn keypair_generate(algorithm_type: u32, algorithm: &str) -> Result<Handle, Error> {
    // SAFETY: the host reads `algorithm` and the option only; `result` passes a pointer to a value of its own.
    result(|handle| unsafe {
        raw::keypair_generate(algorithm_type, algorithm.as_ptr(), algorithm.len(), &OptHandle::NONE, handle)
    })
}

/// One of the functions that read a key.
macro_rules! key_import {
    ($import:ident) => {
        pub(crate) fn $import(
            algorithm_type: u32,
            algorithm: &str,
            encoded: &[u8],
            encoding: u32,
        ) -> Result<Handle, Error> {
            let (algorithm, algorithm_len) = (algorithm.as_ptr(), algorithm.len());
            let (encoded, encoded_len) = (encoded.as_ptr(), encoded.len());
            // SAFETY: the host reads both slices only; `result` passes a pointer to a value of its own.
            result(|handle| unsafe {
                raw::$import(algorithm_type, algorithm, algorithm_len, encoded, encoded_len, encoding, handle)
            })
        }
    };
}

key_import!(keypair_import);
key_import!(publickey_import);
key_import!(secretkey_import);

pub(crate) fn keypair_from_halves(public: Handle, secret: Handle) -> Result<Handle, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    result(|handle| unsafe { raw::keypair_from_pk_and_sk(public, secret, handle) })
}

pub(crate) fn keypair_export(pair: Handle, encoding: u32) -> Result<Zeroizing<Vec<u8>>, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    pull_all(result(|handle| unsafe { raw::keypair_export(pair, encoding, handle) })?)
}

pub(crate) fn keypair_publickey(pair: Handle) -> Result<Handle, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    result(|handle| unsafe { raw::keypair_publickey(pair, handle) })
}

pub(crate) fn keypair_secretkey(pair: Handle) -> Result<Handle, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    result(|handle| unsafe { raw::keypair_secretkey(pair, handle) })
}

pub(crate) fn keypair_close(pair: Handle) {
    // SAFETY: no pointers.
    unsafe { raw::keypair_close(pair) };
}

pub(crate) fn publickey_export(key: Handle, encoding: u32) -> Result<Vec<u8>, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    pull_public(result(|handle| unsafe { raw::publickey_export(key, encoding, handle) })?)
}

pub(crate) fn publickey_verify(key: Handle) -> Result<(), Error> {
    // SAFETY: no pointers.
    check(unsafe { raw::publickey_verify(key) })
}

pub(crate) fn publickey_from_secretkey(key: Handle) -> Result<Handle, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    result(|handle| unsafe { raw::publickey_from_secretkey(key, handle) })
}

pub(crate) fn publickey_close(key: Handle) {
    // SAFETY: no pointers.
    unsafe { raw::publickey_close(key) };
}

pub(crate) fn secretkey_export(key: Handle, encoding: u32) -> Result<Zeroizing<Vec<u8>>, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    pull_all(result(|handle| unsafe { raw::secretkey_export(key, encoding, handle) })?)
}

pub(crate) fn secretkey_close(key: Handle) {
    // SAFETY: no pointers.
    unsafe { raw::secretkey_close(key) };
}

pub(crate) fn signature_import(algorithm: &str, encoded: &[u8], encoding: u32) -> Result<Handle, Error> {
    let (algorithm, algorithm_len) = (algorithm.as_ptr(), algorithm.len());
    // SAFETY: the host reads both slices only; `result` passes a pointer to a value of its own.
    result(|handle| unsafe {
        raw::signature_import(algorithm, algorithm_len, encoded.as_ptr(), encoded.len(), encoding, handle)
    })
}

pub(crate) fn signature_export(signature: Handle, encoding: u32) -> Result<Vec<u8>, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    pull_public(result(|handle| unsafe { raw::signature_export(signature, encoding, handle) })?)
}

pub(crate) fn signature_close(signature: Handle) {
    // SAFETY: no pointers.
    unsafe { raw::signature_close(signature) };
}

pub(crate) fn signature_state_open(pair: Handle) -> Result<Handle, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    result(|handle| unsafe { raw::signature_state_open(pair, handle) })
}

pub(crate) fn signature_state_update(state: Handle, data: &[u8]) -> Result<(), Error> {
    // SAFETY: the host reads the slice only.
    check(unsafe { raw::signature_state_update(state, data.as_ptr(), data.len()) })
}

/// Gives a signature.
pub(crate) fn signature_state_sign(state: Handle) -> Result<Handle, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    result(|handle| unsafe { raw::signature_state_sign(state, handle) })
}

pub(crate) fn signature_state_close(state: Handle) {
    // SAFETY: no pointers.
    unsafe { raw::signature_state_close(state) };
}

pub(crate) fn verification_state_open(key: Handle) -> Result<Handle, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    result(|handle| unsafe { raw::signature_verification_state_open(key, handle) })
}

pub(crate) fn verification_state_update(state: Handle, data: &[u8]) -> Result<(), Error> {
    // SAFETY: the host reads the slice only.
    check(unsafe { raw::signature_verification_state_update(state, data.as_ptr(), data.len()) })
}

pub(crate) fn verification_state_verify(state: Handle, signature: Handle) -> Result<(), Error> {
    // SAFETY: no pointers.
    check(unsafe { raw::signature_verification_state_verify(state, signature) })
}

pub(crate) fn verification_state_close(state: Handle) {
    // SAFETY: no pointers.
    unsafe { raw::signature_verification_state_close(state) };
}

/// Gives a handle of the manager.
pub(crate) fn secrets_manager_open() -> Result<Handle, Error> {
    // SAFETY: the host reads the option only; `result` passes a pointer to a value of its own.
    result(|manager| unsafe { raw::secrets_manager_open(&OptHandle::NONE, manager) })
}

pub(crate) fn secrets_manager_close(manager: Handle) {
    // SAFETY: no pointers.
    unsafe { raw::secrets_manager_close(manager) };
}

pub(crate) fn keypair_generate_managed(manager: Handle, algorithm_type: u32, algorithm: &str) -> Result<Handle, Error> {
    let (name, name_len) = (algorithm.as_ptr(), algorithm.len());
    // SAFETY: the host reads `algorithm` and the option only; `result` passes a pointer to a value of its own.
    result(|pair| unsafe {
        raw::keypair_generate_managed(manager, algorithm_type, name, name_len, &OptHandle::NONE, pair)
    })
}

pub(crate) fn symmetric_key_generate_managed(manager: Handle, algorithm: &str) -> Result<Handle, Error> {
    let (name, name_len) = (algorithm.as_ptr(), algorithm.len());
    // SAFETY: the host reads `algorithm` and the option only; `result` passes a pointer to a value of its own.
    result(|key| unsafe { raw::symmetric_key_generate_managed(manager, name, name_len, &OptHandle::NONE, key) })
}

/// The functions that one kind of managed keys has.
macro_rules! managed_keys {
    ($store:ident, $replace:ident, $id:ident, $from_id:ident) => {
        /// Fills `identifier`.
        pub(crate) fn $store(manager: Handle, key: Handle, identifier: &mut [u8]) -> Result<(), Error> {
            // SAFETY: the host fills the slice.
            check(unsafe { raw::$store(manager, key, identifier.as_mut_ptr(), identifier.len()) })
        }

        /// Closes the old key if it succeeds, and gives the version of the new one.
        pub(crate) fn $replace(manager: Handle, old: Handle, new: Handle) -> Result<u64, Error> {
            // SAFETY: `result` passes a pointer to a value of its own.
            result(|version| unsafe { raw::$replace(manager, old, new, version) })
        }

        /// Fills the beginning of `identifier`, and gives how much of it, and the version.
        pub(crate) fn $id(key: Handle, identifier: &mut [u8]) -> Result<(usize, u64), Error> {
            let mut version = 0;
            let (id, id_len) = (identifier.as_mut_ptr(), identifier.len());
            // SAFETY: the host fills the slice; the version is a local variable; `result` passes a pointer to its own value.
            let len = result(|len| unsafe { raw::$id(key, id, id_len, len, &mut version) })?;
            Ok((len, version))
        }

        pub(crate) fn $from_id(manager: Handle, identifier: &[u8], version: u64) -> Result<Handle, Error> {
            // SAFETY: the host reads the slice only; `result` passes a pointer to a value of its own.
            result(|key| unsafe { raw::$from_id(manager, identifier.as_ptr(), identifier.len(), version, key) })
        }
    };
}

managed_keys!(keypair_store_managed, keypair_replace_managed, keypair_id, keypair_from_id);
managed_keys!(symmetric_key_store_managed, symmetric_key_replace_managed, symmetric_key_id, symmetric_key_from_id);

pub(crate) fn secrets_manager_invalidate(manager: Handle, identifier: &[u8], version: u64) -> Result<(), Error> {
    // SAFETY: the host reads the slice only.
    check(unsafe { raw::secrets_manager_invalidate(manager, identifier.as_ptr(), identifier.len(), version) })
}

/// Fills `identifier`.
pub(crate) fn external_secret_store(
    manager: Handle,
    secret: &[u8],
    expires: u64,
    identifier: &mut [u8],
) -> Result<(), Error> {
    let (id, id_len) = (identifier.as_mut_ptr(), identifier.len());
    // SAFETY: the host reads `secret` and fills `identifier`, both slices.
    check(unsafe { raw::external_secret_store(manager, secret.as_ptr(), secret.len(), expires, id, id_len) })
}

/// Gives the new version.
pub(crate) fn external_secret_replace(
    manager: Handle,
    secret: &[u8],
    expires: u64,
    identifier: &[u8],
) -> Result<u64, Error> {
    let (id, id_len) = (identifier.as_ptr(), identifier.len());
    // SAFETY: the host reads both slices only; `result` passes a pointer to a value of its own.
    result(|version| unsafe {
        raw::external_secret_replace(manager, secret.as_ptr(), secret.len(), expires, id, id_len, version)
    })
}

pub(crate) fn external_secret_from_id(
    manager: Handle,
    identifier: &[u8],
    version: u64,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (id, id_len) = (identifier.as_ptr(), identifier.len());
    // SAFETY: the host reads the slice only; `result` passes a pointer to a value of its own.
    pull_all(result(|output| unsafe { raw::external_secret_from_id(manager, id, id_len, version, output) })?)
}

pub(crate) fn external_secret_invalidate(manager: Handle, identifier: &[u8], version: u64) -> Result<(), Error> {
    // SAFETY: the host reads the slice only.
    check(unsafe { raw::external_secret_invalidate(manager, identifier.as_ptr(), identifier.len(), version) })
}

/// Gives the secret, sealed.
pub(crate) fn external_secret_encapsulate(manager: Handle, secret: &[u8], expires: u64) -> Result<Vec<u8>, Error> {
    let (secret, len) = (secret.as_ptr(), secret.len());
    // SAFETY: the host reads the slice only; `result` passes a pointer to a value of its own.
    pull_public(result(|output| unsafe { raw::external_secret_encapsulate(manager, secret, len, expires, output) })?)
}

pub(crate) fn external_secret_decapsulate(manager: Handle, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (sealed, len) = (sealed.as_ptr(), sealed.len());
    // SAFETY: the host reads the slice only; `result` passes a pointer to a value of its own.
    pull_all(result(|output| unsafe { raw::external_secret_decapsulate(manager, sealed, len, output) })?)
}

pub(crate) fn dh(public: Handle, secret: Handle) -> Result<Zeroizing<Vec<u8>>, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    pull_all(result(|handle| unsafe { raw::kx_dh(public, secret, handle) })?)
}

/// Gives the encapsulation and the secret in it.
pub(crate) fn encapsulate(public: Handle) -> Result<(Vec<u8>, Zeroizing<Vec<u8>>), Error> {
    let mut encapsulation = 0;
    // SAFETY: the second result is a local variable; `result` passes a pointer to a value of its own.
    let secret = result(|secret| unsafe { raw::kx_encapsulate(public, secret, &mut encapsulation) })?;
    let secret = pull_all(secret)?;
    Ok((pull_public(encapsulation)?, secret))
}

pub(crate) fn decapsulate(secret: Handle, encapsulation: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    // SAFETY: the host reads the slice only; `result` passes a pointer to a value of its own.
    let output =
        result(|handle| unsafe { raw::kx_decapsulate(secret, encapsulation.as_ptr(), encapsulation.len(), handle) })?;
    pull_all(output)
}

/// A message to encrypt or to decrypt with others.
pub(crate) struct Crypt<'a> {
    pub(crate) state: Handle,
    pub(crate) output: &'a mut [u8],
    pub(crate) data: &'a [u8],
}

/// One of the functions that encrypt or decrypt many messages; gives the sizes that were written.
macro_rules! batch_crypt {
    ($name:ident: $import:ident) => {
        pub(crate) fn $name(mut batch: Vec<Crypt<'_>>) -> Result<Vec<Result<usize, Error>>, Error> {
            let entries: Vec<CryptEntry> = batch.iter_mut().map(Crypt::entry).collect();
            let mut results = vec![SizeResult { size: 0, errno: NO_ANSWER }; entries.len()];
            // SAFETY: the entries name slices that `batch` still borrows, to read `data` and to fill `output`; there is a
            // result for each.
            check(unsafe { raw::$import(entries.as_ptr(), entries.len(), results.as_mut_ptr()) })?;
            Ok(results.iter().map(|result| check(result.errno.into()).map(|()| result.size)).collect())
        }
    };
}

batch_crypt!(batch_encrypt: batch_symmetric_state_encrypt);
batch_crypt!(batch_decrypt: batch_symmetric_state_decrypt);

/// Gives a tag for each state.
pub(crate) fn batch_squeeze_tag(states: &[Handle]) -> Result<Vec<Result<Handle, Error>>, Error> {
    let mut results = vec![TagResult { tag: 0, errno: NO_ANSWER }; states.len()];
    // SAFETY: the host reads the slice only; there is a result for each state.
    check(unsafe { raw::batch_symmetric_state_squeeze_tag(states.as_ptr(), states.len(), results.as_mut_ptr()) })?;
    Ok(results.iter().map(|result| check(result.errno.into()).map(|()| result.tag)).collect())
}

/// Gives the raw signature of each state.
pub(crate) fn batch_sign(states: &[Handle]) -> Result<Vec<Result<Vec<u8>, Error>>, Error> {
    let mut results = vec![SignatureResult { signature: 0, errno: NO_ANSWER }; states.len()];
    // SAFETY: the host reads the slice only; there is a result for each state.
    check(unsafe { raw::batch_signature_state_sign(states.as_ptr(), states.len(), results.as_mut_ptr()) })?;
    let raw_signature = |handle| {
        if cfg!(any(target_env = "p2", wasi_crypto_component)) {
            return pull_public(handle);
        }
        let raw = signature_export(handle, SignatureEncoding::Raw as u32);
        signature_close(handle);
        raw
    };
    Ok(results.iter().map(|result| check(result.errno.into()).and_then(|()| raw_signature(result.signature))).collect())
}

/// Verifies a signature with each state.
pub(crate) fn batch_verify(batch: &[(Handle, Handle)]) -> Result<Vec<Result<(), Error>>, Error> {
    let entries: Vec<_> = batch.iter().map(|&(state, signature)| VerificationEntry { state, signature }).collect();
    let mut results = vec![NO_ANSWER; entries.len()];
    // SAFETY: the host reads the entries only; there is a result for each.
    check(unsafe { raw::batch_signature_state_verify(entries.as_ptr(), entries.len(), results.as_mut_ptr()) })?;
    Ok(results.iter().map(|errno| check((*errno).into())).collect())
}

impl Crypt<'_> {
    fn entry(&mut self) -> CryptEntry {
        CryptEntry {
            state: self.state,
            output: self.output.as_mut_ptr(),
            output_len: self.output.len(),
            data: self.data.as_ptr(),
            data_len: self.data.len(),
        }
    }
}

/// What a result says that the host has left as it was: no entry is ever taken for done without its word.
const NO_ANSWER: u16 = Errno::InternalError as u16;

/// [`pull_all`] for what is no secret.
fn pull_public(output: Handle) -> Result<Vec<u8>, Error> {
    pull_all(output).map(|mut bytes| mem::take(&mut *bytes))
}

/// All bytes of an `array_output`, which is then closed.
fn pull_all(output: Handle) -> Result<Zeroizing<Vec<u8>>, Error> {
    // SAFETY: `result` passes a pointer to a value of its own.
    let len = result(|len| unsafe { raw::array_output_len(output, len) })?;
    let mut bytes = Zeroizing::new(vec![0; len]);
    let mut filled = 0;
    loop {
        let rest = &mut bytes[filled..];
        // SAFETY: the host fills the slice; `result` passes a pointer to a value of its own.
        let pulled = result(|pulled| unsafe { raw::array_output_pull(output, rest.as_mut_ptr(), rest.len(), pulled) })?;
        filled += pulled;
        // A pull that gives nothing also ends it, so that no host can keep the guest here.
        if filled >= len || pulled == 0 {
            bytes.truncate(filled);
            return Ok(bytes);
        }
    }
}

fn optional(handle: Option<Handle>) -> OptHandle {
    handle.map_or(OptHandle::NONE, OptHandle::some)
}

/// Calls a function that writes one value, and takes the value if the call succeeds.
fn result<T: Default>(call: impl FnOnce(*mut T) -> i32) -> Result<T, Error> {
    let mut value = T::default();
    check(call(&mut value))?;
    Ok(value)
}

fn check(errno: i32) -> Result<(), Error> {
    Error::from_errno(errno).map_or(Ok(()), Err)
}
