//! The functions of the WIT package as a component's module imports them: each parameter and result in its lowered form.
//!
//! An option is its case, 0 for none, and its value; a version likewise, 3 for a number. What a function gives goes to where its last parameter
//! points.

use super::answer::Answer;
use crate::raw::types::{Handle, VerificationEntry};

macro_rules! imports {
    ($($module:literal { $($link:literal fn $name:ident($($param:ident: $ty:ty),*);)* })*) => {$(
        #[link(wasm_import_module = $module)]
        unsafe extern "C" {$(
            #[link_name = $link]
            pub(super) fn $name($($param: $ty,)* to: *mut Answer);
        )*}
    )*};
}

imports! {
    "wasi:crypto/wasi-ephemeral-crypto-common@0.11.0" {
        "options-open" fn options_open(algorithm_type: u32);
        "options-close" fn options_close(handle: Handle);
        "options-set" fn options_set(handle: Handle, name: *const u8, name_len: usize, value: *const u8, value_len: usize);
        "options-set-u64" fn options_set_u64(handle: Handle, name: *const u8, name_len: usize, value: u64);
        "options-set-guest-buffer" fn options_set_guest_buffer(handle: Handle, name: *const u8, name_len: usize, buffer: *const u8, buffer_len: usize);
        "array-output-len" fn array_output_len(array_output: Handle);
        "array-output-pull" fn array_output_pull(array_output: Handle);
        "secrets-manager-open" fn secrets_manager_open(options_case: u32, options: u32);
        "secrets-manager-close" fn secrets_manager_close(secrets_manager: Handle);
        "secrets-manager-invalidate" fn secrets_manager_invalidate(secrets_manager: Handle, key_id: *const u8, key_id_len: usize, key_version_case: u32, key_version: u64);
    }
    "wasi:crypto/wasi-ephemeral-crypto-asymmetric-common@0.11.0" {
        "keypair-generate" fn keypair_generate(algorithm_type: u32, algorithm: *const u8, algorithm_len: usize, options_case: u32, options: u32);
        "keypair-import" fn keypair_import(algorithm_type: u32, algorithm: *const u8, algorithm_len: usize, encoded: *const u8, encoded_len: usize, encoding: u32);
        "keypair-generate-managed" fn keypair_generate_managed(secrets_manager: Handle, algorithm_type: u32, algorithm: *const u8, algorithm_len: usize, options_case: u32, options: u32);
        "keypair-store-managed" fn keypair_store_managed(secrets_manager: Handle, kp: Handle);
        "keypair-replace-managed" fn keypair_replace_managed(secrets_manager: Handle, kp_old: Handle, kp_new: Handle);
        "keypair-id" fn keypair_id(kp: Handle);
        "keypair-from-id" fn keypair_from_id(secrets_manager: Handle, kp_id: *const u8, kp_id_len: usize, kp_version_case: u32, kp_version: u64);
        "keypair-from-pk-and-sk" fn keypair_from_pk_and_sk(publickey: Handle, secretkey: Handle);
        "keypair-export" fn keypair_export(kp: Handle, encoding: u32);
        "keypair-publickey" fn keypair_publickey(kp: Handle);
        "keypair-secretkey" fn keypair_secretkey(kp: Handle);
        "keypair-close" fn keypair_close(kp: Handle);
        "publickey-import" fn publickey_import(algorithm_type: u32, algorithm: *const u8, algorithm_len: usize, encoded: *const u8, encoded_len: usize, encoding: u32);
        "publickey-export" fn publickey_export(pk: Handle, encoding: u32);
        "publickey-verify" fn publickey_verify(pk: Handle);
        "publickey-from-secretkey" fn publickey_from_secretkey(sk: Handle);
        "publickey-close" fn publickey_close(pk: Handle);
        "secretkey-import" fn secretkey_import(algorithm_type: u32, algorithm: *const u8, algorithm_len: usize, encoded: *const u8, encoded_len: usize, encoding: u32);
        "secretkey-export" fn secretkey_export(sk: Handle, encoding: u32);
        "secretkey-close" fn secretkey_close(sk: Handle);
    }
    "wasi:crypto/wasi-ephemeral-crypto-symmetric@0.11.0" {
        "symmetric-key-generate" fn symmetric_key_generate(algorithm: *const u8, algorithm_len: usize, options_case: u32, options: u32);
        "symmetric-key-import" fn symmetric_key_import(algorithm: *const u8, algorithm_len: usize, raw: *const u8, raw_len: usize);
        "symmetric-key-export" fn symmetric_key_export(symmetric_key: Handle);
        "symmetric-key-close" fn symmetric_key_close(symmetric_key: Handle);
        "symmetric-key-generate-managed" fn symmetric_key_generate_managed(secrets_manager: Handle, algorithm: *const u8, algorithm_len: usize, options_case: u32, options: u32);
        "symmetric-key-store-managed" fn symmetric_key_store_managed(secrets_manager: Handle, symmetric_key: Handle);
        "symmetric-key-replace-managed" fn symmetric_key_replace_managed(secrets_manager: Handle, symmetric_key_old: Handle, symmetric_key_new: Handle);
        "symmetric-key-id" fn symmetric_key_id(symmetric_key: Handle);
        "symmetric-key-from-id" fn symmetric_key_from_id(secrets_manager: Handle, symmetric_key_id: *const u8, symmetric_key_id_len: usize, symmetric_key_version_case: u32, symmetric_key_version: u64);
        "symmetric-state-open" fn symmetric_state_open(algorithm: *const u8, algorithm_len: usize, key_case: u32, key: u32, options_case: u32, options: u32);
        "symmetric-state-options-get" fn symmetric_state_options_get(handle: Handle, name: *const u8, name_len: usize);
        "symmetric-state-options-get-u64" fn symmetric_state_options_get_u64(handle: Handle, name: *const u8, name_len: usize);
        "symmetric-state-clone" fn symmetric_state_clone(handle: Handle);
        "symmetric-state-close" fn symmetric_state_close(handle: Handle);
        "symmetric-state-absorb" fn symmetric_state_absorb(handle: Handle, data: *const u8, data_len: usize);
        "symmetric-state-squeeze" fn symmetric_state_squeeze(handle: Handle);
        "symmetric-state-squeeze-tag" fn symmetric_state_squeeze_tag(handle: Handle);
        "symmetric-state-squeeze-key" fn symmetric_state_squeeze_key(handle: Handle, alg_str: *const u8, alg_str_len: usize);
        "symmetric-state-max-tag-len" fn symmetric_state_max_tag_len(handle: Handle);
        "symmetric-state-encrypt" fn symmetric_state_encrypt(handle: Handle, data: *const u8, data_len: usize);
        "symmetric-state-encrypt-detached" fn symmetric_state_encrypt_detached(handle: Handle, data: *const u8, data_len: usize);
        "symmetric-state-decrypt" fn symmetric_state_decrypt(handle: Handle, data: *const u8, data_len: usize, out_len: usize);
        "symmetric-state-decrypt-detached" fn symmetric_state_decrypt_detached(handle: Handle, data: *const u8, data_len: usize, raw_tag: *const u8, raw_tag_len: usize);
        "symmetric-state-ratchet" fn symmetric_state_ratchet(handle: Handle);
        "symmetric-tag-len" fn symmetric_tag_len(symmetric_tag: Handle);
        "symmetric-tag-pull" fn symmetric_tag_pull(symmetric_tag: Handle);
        "symmetric-tag-verify" fn symmetric_tag_verify(symmetric_tag: Handle, expected_raw_tag_ptr: *const u8, expected_raw_tag_len: usize);
        "symmetric-tag-close" fn symmetric_tag_close(symmetric_tag: Handle);
    }
    "wasi:crypto/wasi-ephemeral-crypto-signatures@0.11.0" {
        "signature-export" fn signature_export(signature: Handle, encoding: u32);
        "signature-import" fn signature_import(algorithm: *const u8, algorithm_len: usize, encoded: *const u8, encoded_len: usize, encoding: u32);
        "signature-state-open" fn signature_state_open(kp: Handle);
        "signature-state-update" fn signature_state_update(state: Handle, input: *const u8, input_len: usize);
        "signature-state-sign" fn signature_state_sign(state: Handle);
        "signature-state-close" fn signature_state_close(state: Handle);
        "signature-verification-state-open" fn signature_verification_state_open(kp: Handle);
        "signature-verification-state-update" fn signature_verification_state_update(state: Handle, input: *const u8, input_len: usize);
        "signature-verification-state-verify" fn signature_verification_state_verify(state: Handle, signature: Handle);
        "signature-verification-state-close" fn signature_verification_state_close(state: Handle);
        "signature-close" fn signature_close(signature: Handle);
    }
    "wasi:crypto/wasi-ephemeral-crypto-kx@0.11.0" {
        "kx-dh" fn kx_dh(pk: Handle, sk: Handle);
        "kx-encapsulate" fn kx_encapsulate(pk: Handle);
        "kx-decapsulate" fn kx_decapsulate(sk: Handle, encapsulated_secret: *const u8, encapsulated_secret_len: usize);
    }
    "wasi:crypto/wasi-ephemeral-crypto-external-secrets@0.11.0" {
        "external-secret-store" fn external_secret_store(secrets_manager: Handle, secret: *const u8, secret_len: usize, expiration: u64);
        "external-secret-from-id" fn external_secret_from_id(secrets_manager: Handle, secret_id: *const u8, secret_id_len: usize, secret_version_case: u32, secret_version: u64);
        "external-secret-invalidate" fn external_secret_invalidate(secrets_manager: Handle, secret_id: *const u8, secret_id_len: usize, secret_version_case: u32, secret_version: u64);
        "external-secret-encapsulate" fn external_secret_encapsulate(secrets_manager: Handle, secret: *const u8, secret_len: usize, expiration: u64);
        "external-secret-decapsulate" fn external_secret_decapsulate(secrets_manager: Handle, encrypted_secret: *const u8, encrypted_secret_len: usize);
    }
    "wasi:crypto/wasi-ephemeral-crypto-symmetric-batch@0.11.0" {
        "batch-symmetric-state-squeeze-tag" fn batch_symmetric_state_squeeze_tag(states: *const Handle, states_len: usize);
    }
    "wasi:crypto/wasi-ephemeral-crypto-signatures-batch@0.11.0" {
        "batch-signature-state-sign" fn batch_signature_state_sign(states: *const Handle, states_len: usize);
        "batch-signature-state-verify" fn batch_signature_state_verify(batch: *const VerificationEntry, batch_len: usize);
    }
}
