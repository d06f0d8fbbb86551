//! The functions that take and give the same as in WIT but for its form.

use wasi_crypto_interface::Errno;

use super::answer::{Answer, handle_of, is_some, version_case};
use super::imports;
use crate::raw::types::{Handle, OptHandle};

/// The number of a case, of which this is the last; the function ends with a status if there is no such case, which would be a trap.
macro_rules! of {
    ($number:ident, $last:literal, $errno:ident) => {
        if $number <= $last { $number } else { return Errno::$errno as i32 }
    };
}

/// Each with its parameters, what becomes of them, and what it gives.
macro_rules! passed_on {
    ($($name:ident($($param:ident: $ty:ty),*) ($($arg:expr),*) $(-> $result:ident: $value:ty)? $(=> $number:ident: u64)?;)*) => {$(
        pub unsafe fn $name($($param: $ty,)* $($result: *mut $value)? $($number: *mut u64)?) -> i32 {
            let mut answer = Answer::default();
            // SAFETY: the caller's pointers are valid for what the function reads; the host writes an answer at most.
            unsafe {
                imports::$name($($arg,)* &mut answer);
                passed_on!(@ answer $(-> $result)? $(=> $number)?)
            }
        }
    )*};
    (@ $answer:ident) => { $answer.status() };
    (@ $answer:ident -> $result:ident) => { $answer.give($result) };
    (@ $answer:ident => $number:ident) => { $answer.give_u64($number) };
}

passed_on! {
    // wasi-ephemeral-crypto-common
    options_open(algorithm_type: u32)
        (of!(algorithm_type, 2, UnsupportedAlgorithm)) -> options: Handle;
    options_close(handle: Handle)
        (handle);
    options_set(handle: Handle, name: *const u8, name_len: usize, value: *const u8, value_len: usize)
        (handle, name, name_len, value, value_len);
    options_set_u64(handle: Handle, name: *const u8, name_len: usize, value: u64)
        (handle, name, name_len, value);
    options_set_guest_buffer(handle: Handle, name: *const u8, name_len: usize, buffer: *mut u8, buffer_len: usize)
        (handle, name, name_len, buffer, buffer_len);
    array_output_len(array_output: Handle)
        (array_output) -> len: usize;
    secrets_manager_open(options: *const OptHandle)
        (is_some(options), handle_of(options)) -> secrets_manager: Handle;
    secrets_manager_close(secrets_manager: Handle)
        (secrets_manager);
    secrets_manager_invalidate(secrets_manager: Handle, key_id: *const u8, key_id_len: usize, key_version: u64)
        (secrets_manager, key_id, key_id_len, version_case(key_version), key_version);
    // wasi-ephemeral-crypto-asymmetric-common
    keypair_generate(algorithm_type: u32, algorithm: *const u8, algorithm_len: usize, options: *const OptHandle)
        (of!(algorithm_type, 2, UnsupportedAlgorithm), algorithm, algorithm_len, is_some(options), handle_of(options)) -> keypair: Handle;
    keypair_import(algorithm_type: u32, algorithm: *const u8, algorithm_len: usize, encoded: *const u8, encoded_len: usize, encoding: u32)
        (of!(algorithm_type, 2, UnsupportedAlgorithm), algorithm, algorithm_len, encoded, encoded_len, of!(encoding, 3, UnsupportedEncoding)) -> keypair: Handle;
    keypair_generate_managed(secrets_manager: Handle, algorithm_type: u32, algorithm: *const u8, algorithm_len: usize, options: *const OptHandle)
        (secrets_manager, of!(algorithm_type, 2, UnsupportedAlgorithm), algorithm, algorithm_len, is_some(options), handle_of(options)) -> keypair: Handle;
    keypair_from_id(secrets_manager: Handle, kp_id: *const u8, kp_id_len: usize, kp_version: u64)
        (secrets_manager, kp_id, kp_id_len, version_case(kp_version), kp_version) -> keypair: Handle;
    keypair_from_pk_and_sk(publickey: Handle, secretkey: Handle)
        (publickey, secretkey) -> keypair: Handle;
    keypair_export(kp: Handle, encoding: u32)
        (kp, of!(encoding, 3, UnsupportedEncoding)) -> array_output: Handle;
    keypair_publickey(kp: Handle)
        (kp) -> publickey: Handle;
    keypair_secretkey(kp: Handle)
        (kp) -> secretkey: Handle;
    keypair_close(kp: Handle)
        (kp);
    publickey_import(algorithm_type: u32, algorithm: *const u8, algorithm_len: usize, encoded: *const u8, encoded_len: usize, encoding: u32)
        (of!(algorithm_type, 2, UnsupportedAlgorithm), algorithm, algorithm_len, encoded, encoded_len, of!(encoding, 4, UnsupportedEncoding)) -> publickey: Handle;
    publickey_export(pk: Handle, encoding: u32)
        (pk, of!(encoding, 4, UnsupportedEncoding)) -> array_output: Handle;
    publickey_verify(pk: Handle)
        (pk);
    publickey_from_secretkey(sk: Handle)
        (sk) -> publickey: Handle;
    publickey_close(pk: Handle)
        (pk);
    secretkey_import(algorithm_type: u32, algorithm: *const u8, algorithm_len: usize, encoded: *const u8, encoded_len: usize, encoding: u32)
        (of!(algorithm_type, 2, UnsupportedAlgorithm), algorithm, algorithm_len, encoded, encoded_len, of!(encoding, 4, UnsupportedEncoding)) -> secretkey: Handle;
    secretkey_export(sk: Handle, encoding: u32)
        (sk, of!(encoding, 4, UnsupportedEncoding)) -> array_output: Handle;
    secretkey_close(sk: Handle)
        (sk);
    // wasi-ephemeral-crypto-symmetric
    symmetric_key_generate(algorithm: *const u8, algorithm_len: usize, options: *const OptHandle)
        (algorithm, algorithm_len, is_some(options), handle_of(options)) -> symmetric_key: Handle;
    symmetric_key_import(algorithm: *const u8, algorithm_len: usize, raw: *const u8, raw_len: usize)
        (algorithm, algorithm_len, raw, raw_len) -> symmetric_key: Handle;
    symmetric_key_export(symmetric_key: Handle)
        (symmetric_key) -> array_output: Handle;
    symmetric_key_close(symmetric_key: Handle)
        (symmetric_key);
    symmetric_key_generate_managed(secrets_manager: Handle, algorithm: *const u8, algorithm_len: usize, options: *const OptHandle)
        (secrets_manager, algorithm, algorithm_len, is_some(options), handle_of(options)) -> symmetric_key: Handle;
    symmetric_key_from_id(secrets_manager: Handle, symmetric_key_id: *const u8, symmetric_key_id_len: usize, symmetric_key_version: u64)
        (secrets_manager, symmetric_key_id, symmetric_key_id_len, version_case(symmetric_key_version), symmetric_key_version) -> symmetric_key: Handle;
    symmetric_state_options_get_u64(handle: Handle, name: *const u8, name_len: usize)
        (handle, name, name_len) => value: u64;
    symmetric_state_absorb(handle: Handle, data: *const u8, data_len: usize)
        (handle, data, data_len);
    symmetric_state_squeeze_tag(handle: Handle)
        (handle) -> symmetric_tag: Handle;
    symmetric_state_squeeze_key(handle: Handle, alg_str: *const u8, alg_str_len: usize)
        (handle, alg_str, alg_str_len) -> symmetric_key: Handle;
    symmetric_state_max_tag_len(handle: Handle)
        (handle) -> len: usize;
    symmetric_state_ratchet(handle: Handle)
        (handle);
    symmetric_tag_len(symmetric_tag: Handle)
        (symmetric_tag) -> len: usize;
    symmetric_tag_verify(symmetric_tag: Handle, expected_raw_tag_ptr: *const u8, expected_raw_tag_len: usize)
        (symmetric_tag, expected_raw_tag_ptr, expected_raw_tag_len);
    symmetric_tag_close(symmetric_tag: Handle)
        (symmetric_tag);
    // wasi-ephemeral-crypto-signatures
    signature_export(signature: Handle, encoding: u32)
        (signature, of!(encoding, 1, UnsupportedEncoding)) -> array_output: Handle;
    signature_import(algorithm: *const u8, algorithm_len: usize, encoded: *const u8, encoded_len: usize, encoding: u32)
        (algorithm, algorithm_len, encoded, encoded_len, of!(encoding, 1, UnsupportedEncoding)) -> signature: Handle;
    signature_state_open(kp: Handle)
        (kp) -> signature_state: Handle;
    signature_state_update(state: Handle, input: *const u8, input_len: usize)
        (state, input, input_len);
    signature_state_sign(state: Handle)
        (state) -> array_output: Handle;
    signature_state_close(state: Handle)
        (state);
    signature_verification_state_open(kp: Handle)
        (kp) -> signature_verification_state: Handle;
    signature_verification_state_update(state: Handle, input: *const u8, input_len: usize)
        (state, input, input_len);
    signature_verification_state_verify(state: Handle, signature: Handle)
        (state, signature);
    signature_verification_state_close(state: Handle)
        (state);
    signature_close(signature: Handle)
        (signature);
    // wasi-ephemeral-crypto-kx
    kx_dh(pk: Handle, sk: Handle)
        (pk, sk) -> array_output: Handle;
    kx_decapsulate(sk: Handle, encapsulated_secret: *const u8, encapsulated_secret_len: usize)
        (sk, encapsulated_secret, encapsulated_secret_len) -> array_output: Handle;
    // wasi-ephemeral-crypto-external-secrets
    external_secret_from_id(secrets_manager: Handle, secret_id: *const u8, secret_id_len: usize, secret_version: u64)
        (secrets_manager, secret_id, secret_id_len, version_case(secret_version), secret_version) -> array_output: Handle;
    external_secret_invalidate(secrets_manager: Handle, secret_id: *const u8, secret_id_len: usize, secret_version: u64)
        (secrets_manager, secret_id, secret_id_len, version_case(secret_version), secret_version);
    external_secret_encapsulate(secrets_manager: Handle, secret: *const u8, secret_len: usize, expiration: u64)
        (secrets_manager, secret, secret_len, expiration) -> array_output: Handle;
    external_secret_decapsulate(secrets_manager: Handle, encrypted_secret: *const u8, encrypted_secret_len: usize)
        (secrets_manager, encrypted_secret, encrypted_secret_len) -> array_output: Handle;
}

/// Gives a secret and its encapsulation.
pub unsafe fn kx_encapsulate(pk: Handle, secret: *mut Handle, encapsulated_secret: *mut Handle) -> i32 {
    let mut answer = Answer::default();
    // SAFETY: the host writes an answer at most; the caller's pointers are valid for a handle each.
    unsafe {
        imports::kx_encapsulate(pk, &mut answer);
        let status = answer.give(secret);
        if status == 0 {
            encapsulated_secret.write_unaligned(answer.word(2));
        }
        status
    }
}
