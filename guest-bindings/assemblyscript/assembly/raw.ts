/**
 * The functions of the interface, exactly as the host exports them: wasi-crypto 0.10, all 86.
 *
 * Each returns its status, 0 for success, and writes its results to the addresses that its last parameters are, on success only. A string
 * is an address and a length in bytes of UTF-8, as is every buffer.
 */

// generated: imports from the interface
@external("wasi_ephemeral_crypto_common", "options_open")
export declare function options_open(algorithm_type: u32, options: usize): i32;
@external("wasi_ephemeral_crypto_common", "options_close")
export declare function options_close(handle: u32): i32;
@external("wasi_ephemeral_crypto_common", "options_set")
export declare function options_set(handle: u32, name: usize, name_len: usize, value: usize, value_len: usize): i32;
@external("wasi_ephemeral_crypto_common", "options_set_u64")
export declare function options_set_u64(handle: u32, name: usize, name_len: usize, value: u64): i32;
@external("wasi_ephemeral_crypto_common", "options_set_guest_buffer")
export declare function options_set_guest_buffer(handle: u32, name: usize, name_len: usize, buffer: usize, buffer_len: usize): i32;
@external("wasi_ephemeral_crypto_common", "array_output_len")
export declare function array_output_len(array_output: u32, len: usize): i32;
@external("wasi_ephemeral_crypto_common", "array_output_pull")
export declare function array_output_pull(array_output: u32, buf: usize, buf_len: usize, len: usize): i32;
@external("wasi_ephemeral_crypto_common", "secrets_manager_open")
export declare function secrets_manager_open(options: usize, secrets_manager: usize): i32;
@external("wasi_ephemeral_crypto_common", "secrets_manager_close")
export declare function secrets_manager_close(secrets_manager: u32): i32;
@external("wasi_ephemeral_crypto_common", "secrets_manager_invalidate")
export declare function secrets_manager_invalidate(secrets_manager: u32, key_id: usize, key_id_len: usize, key_version: u64): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "keypair_generate")
export declare function keypair_generate(algorithm_type: u32, algorithm: usize, algorithm_len: usize, options: usize, keypair: usize): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "keypair_import")
export declare function keypair_import(algorithm_type: u32, algorithm: usize, algorithm_len: usize, encoded: usize, encoded_len: usize, encoding: u32, keypair: usize): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "keypair_generate_managed")
export declare function keypair_generate_managed(secrets_manager: u32, algorithm_type: u32, algorithm: usize, algorithm_len: usize, options: usize, keypair: usize): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "keypair_store_managed")
export declare function keypair_store_managed(secrets_manager: u32, kp: u32, kp_id: usize, kp_id_max_len: usize): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "keypair_replace_managed")
export declare function keypair_replace_managed(secrets_manager: u32, kp_old: u32, kp_new: u32, version: usize): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "keypair_id")
export declare function keypair_id(kp: u32, kp_id: usize, kp_id_max_len: usize, len: usize, version: usize): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "keypair_from_id")
export declare function keypair_from_id(secrets_manager: u32, kp_id: usize, kp_id_len: usize, kp_version: u64, keypair: usize): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "keypair_from_pk_and_sk")
export declare function keypair_from_pk_and_sk(publickey: u32, secretkey: u32, keypair: usize): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "keypair_export")
export declare function keypair_export(kp: u32, encoding: u32, array_output: usize): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "keypair_publickey")
export declare function keypair_publickey(kp: u32, publickey: usize): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "keypair_secretkey")
export declare function keypair_secretkey(kp: u32, secretkey: usize): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "keypair_close")
export declare function keypair_close(kp: u32): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "publickey_import")
export declare function publickey_import(algorithm_type: u32, algorithm: usize, algorithm_len: usize, encoded: usize, encoded_len: usize, encoding: u32, publickey: usize): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "publickey_export")
export declare function publickey_export(pk: u32, encoding: u32, array_output: usize): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "publickey_verify")
export declare function publickey_verify(pk: u32): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "publickey_from_secretkey")
export declare function publickey_from_secretkey(sk: u32, publickey: usize): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "publickey_close")
export declare function publickey_close(pk: u32): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "secretkey_import")
export declare function secretkey_import(algorithm_type: u32, algorithm: usize, algorithm_len: usize, encoded: usize, encoded_len: usize, encoding: u32, secretkey: usize): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "secretkey_export")
export declare function secretkey_export(sk: u32, encoding: u32, array_output: usize): i32;
@external("wasi_ephemeral_crypto_asymmetric_common", "secretkey_close")
export declare function secretkey_close(sk: u32): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_key_generate")
export declare function symmetric_key_generate(algorithm: usize, algorithm_len: usize, options: usize, symmetric_key: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_key_import")
export declare function symmetric_key_import(algorithm: usize, algorithm_len: usize, raw: usize, raw_len: usize, symmetric_key: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_key_export")
export declare function symmetric_key_export(symmetric_key: u32, array_output: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_key_close")
export declare function symmetric_key_close(symmetric_key: u32): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_key_generate_managed")
export declare function symmetric_key_generate_managed(secrets_manager: u32, algorithm: usize, algorithm_len: usize, options: usize, symmetric_key: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_key_store_managed")
export declare function symmetric_key_store_managed(secrets_manager: u32, symmetric_key: u32, symmetric_key_id: usize, symmetric_key_id_max_len: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_key_replace_managed")
export declare function symmetric_key_replace_managed(secrets_manager: u32, symmetric_key_old: u32, symmetric_key_new: u32, version: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_key_id")
export declare function symmetric_key_id(symmetric_key: u32, symmetric_key_id: usize, symmetric_key_id_max_len: usize, len: usize, version: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_key_from_id")
export declare function symmetric_key_from_id(secrets_manager: u32, symmetric_key_id: usize, symmetric_key_id_len: usize, symmetric_key_version: u64, symmetric_key: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_state_open")
export declare function symmetric_state_open(algorithm: usize, algorithm_len: usize, key: usize, options: usize, symmetric_state: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_state_options_get")
export declare function symmetric_state_options_get(handle: u32, name: usize, name_len: usize, value: usize, value_max_len: usize, len: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_state_options_get_u64")
export declare function symmetric_state_options_get_u64(handle: u32, name: usize, name_len: usize, value: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_state_clone")
export declare function symmetric_state_clone(handle: u32, symmetric_state: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_state_close")
export declare function symmetric_state_close(handle: u32): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_state_absorb")
export declare function symmetric_state_absorb(handle: u32, data: usize, data_len: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_state_squeeze")
export declare function symmetric_state_squeeze(handle: u32, out: usize, out_len: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_state_squeeze_tag")
export declare function symmetric_state_squeeze_tag(handle: u32, symmetric_tag: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_state_squeeze_key")
export declare function symmetric_state_squeeze_key(handle: u32, alg_str: usize, alg_str_len: usize, symmetric_key: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_state_max_tag_len")
export declare function symmetric_state_max_tag_len(handle: u32, len: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_state_encrypt")
export declare function symmetric_state_encrypt(handle: u32, out: usize, out_len: usize, data: usize, data_len: usize, len: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_state_encrypt_detached")
export declare function symmetric_state_encrypt_detached(handle: u32, out: usize, out_len: usize, data: usize, data_len: usize, symmetric_tag: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_state_decrypt")
export declare function symmetric_state_decrypt(handle: u32, out: usize, out_len: usize, data: usize, data_len: usize, len: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_state_decrypt_detached")
export declare function symmetric_state_decrypt_detached(handle: u32, out: usize, out_len: usize, data: usize, data_len: usize, raw_tag: usize, raw_tag_len: usize, len: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_state_ratchet")
export declare function symmetric_state_ratchet(handle: u32): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_tag_len")
export declare function symmetric_tag_len(symmetric_tag: u32, len: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_tag_pull")
export declare function symmetric_tag_pull(symmetric_tag: u32, buf: usize, buf_len: usize, len: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_tag_verify")
export declare function symmetric_tag_verify(symmetric_tag: u32, expected_raw_tag_ptr: usize, expected_raw_tag_len: usize): i32;
@external("wasi_ephemeral_crypto_symmetric", "symmetric_tag_close")
export declare function symmetric_tag_close(symmetric_tag: u32): i32;
@external("wasi_ephemeral_crypto_signatures", "signature_export")
export declare function signature_export(signature: u32, encoding: u32, array_output: usize): i32;
@external("wasi_ephemeral_crypto_signatures", "signature_import")
export declare function signature_import(algorithm: usize, algorithm_len: usize, encoded: usize, encoded_len: usize, encoding: u32, signature: usize): i32;
@external("wasi_ephemeral_crypto_signatures", "signature_state_open")
export declare function signature_state_open(kp: u32, signature_state: usize): i32;
@external("wasi_ephemeral_crypto_signatures", "signature_state_update")
export declare function signature_state_update(state: u32, input: usize, input_len: usize): i32;
@external("wasi_ephemeral_crypto_signatures", "signature_state_sign")
export declare function signature_state_sign(state: u32, array_output: usize): i32;
@external("wasi_ephemeral_crypto_signatures", "signature_state_close")
export declare function signature_state_close(state: u32): i32;
@external("wasi_ephemeral_crypto_signatures", "signature_verification_state_open")
export declare function signature_verification_state_open(kp: u32, signature_verification_state: usize): i32;
@external("wasi_ephemeral_crypto_signatures", "signature_verification_state_update")
export declare function signature_verification_state_update(state: u32, input: usize, input_len: usize): i32;
@external("wasi_ephemeral_crypto_signatures", "signature_verification_state_verify")
export declare function signature_verification_state_verify(state: u32, signature: u32): i32;
@external("wasi_ephemeral_crypto_signatures", "signature_verification_state_close")
export declare function signature_verification_state_close(state: u32): i32;
@external("wasi_ephemeral_crypto_signatures", "signature_close")
export declare function signature_close(signature: u32): i32;
@external("wasi_ephemeral_crypto_kx", "kx_dh")
export declare function kx_dh(pk: u32, sk: u32, array_output: usize): i32;
@external("wasi_ephemeral_crypto_kx", "kx_encapsulate")
export declare function kx_encapsulate(pk: u32, array_output_1: usize, array_output_2: usize): i32;
@external("wasi_ephemeral_crypto_kx", "kx_decapsulate")
export declare function kx_decapsulate(sk: u32, encapsulated_secret: usize, encapsulated_secret_len: usize, array_output: usize): i32;
@external("wasi_ephemeral_crypto_external_secrets", "external_secret_store")
export declare function external_secret_store(secrets_manager: u32, secret: usize, secret_len: usize, expiration: u64, secret_id: usize, secret_id_max_len: usize): i32;
@external("wasi_ephemeral_crypto_external_secrets", "external_secret_replace")
export declare function external_secret_replace(secrets_manager: u32, secret: usize, secret_len: usize, expiration: u64, secret_id: usize, secret_id_len: usize, version: usize): i32;
@external("wasi_ephemeral_crypto_external_secrets", "external_secret_from_id")
export declare function external_secret_from_id(secrets_manager: u32, secret_id: usize, secret_id_len: usize, secret_version: u64, array_output: usize): i32;
@external("wasi_ephemeral_crypto_external_secrets", "external_secret_invalidate")
export declare function external_secret_invalidate(secrets_manager: u32, secret_id: usize, secret_id_len: usize, secret_version: u64): i32;
@external("wasi_ephemeral_crypto_external_secrets", "external_secret_encapsulate")
export declare function external_secret_encapsulate(secrets_manager: u32, secret: usize, secret_len: usize, expiration: u64, array_output: usize): i32;
@external("wasi_ephemeral_crypto_external_secrets", "external_secret_decapsulate")
export declare function external_secret_decapsulate(secrets_manager: u32, encrypted_secret: usize, encrypted_secret_len: usize, array_output: usize): i32;
@external("wasi_ephemeral_crypto_symmetric_batch", "batch_symmetric_state_squeeze")
export declare function batch_symmetric_state_squeeze(batch: usize, batch_len: usize, results: usize): i32;
@external("wasi_ephemeral_crypto_symmetric_batch", "batch_symmetric_state_squeeze_tag")
export declare function batch_symmetric_state_squeeze_tag(states: usize, states_len: usize, results: usize): i32;
@external("wasi_ephemeral_crypto_symmetric_batch", "batch_symmetric_state_encrypt")
export declare function batch_symmetric_state_encrypt(batch: usize, batch_len: usize, results: usize): i32;
@external("wasi_ephemeral_crypto_symmetric_batch", "batch_symmetric_state_encrypt_detached")
export declare function batch_symmetric_state_encrypt_detached(batch: usize, batch_len: usize, results: usize): i32;
@external("wasi_ephemeral_crypto_symmetric_batch", "batch_symmetric_state_decrypt")
export declare function batch_symmetric_state_decrypt(batch: usize, batch_len: usize, results: usize): i32;
@external("wasi_ephemeral_crypto_symmetric_batch", "batch_symmetric_state_decrypt_detached")
export declare function batch_symmetric_state_decrypt_detached(batch: usize, batch_len: usize, results: usize): i32;
@external("wasi_ephemeral_crypto_signatures_batch", "batch_signature_state_sign")
export declare function batch_signature_state_sign(states: usize, states_len: usize, results: usize): i32;
@external("wasi_ephemeral_crypto_signatures_batch", "batch_signature_state_verify")
export declare function batch_signature_state_verify(states: usize, states_len: usize, results: usize): i32;
// end of what is generated
