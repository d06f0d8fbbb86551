//! The list of all imports, for whoever has to do something with each.

/// Hands all imports, by module, to a macro: `"MODULE" { fn name(param: type, …); … } …`.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_import {
    ($callback:ident) => {
        $callback! {
            "wasi_ephemeral_crypto_common" {
                /// Opens an empty option set for algorithms of one type (0 signatures, 1 symmetric, 2 key exchange).
                fn options_open(algorithm_type: u32, options: *mut Handle);
                /// Closes an option set.
                fn options_close(handle: Handle);
                /// Sets an option to bytes.
                fn options_set(handle: Handle, name: *const u8, name_len: usize, value: *const u8, value_len: usize);
                /// Sets an option to a number.
                fn options_set_u64(handle: Handle, name: *const u8, name_len: usize, value: u64);
                /// Offers the host memory of the guest as scratch space, until the option set and all states opened with it are closed.
                fn options_set_guest_buffer(handle: Handle, name: *const u8, name_len: usize, buffer: *mut u8, buffer_len: usize);
                /// The total number of bytes of an output.
                fn array_output_len(array_output: Handle, len: *mut usize);
                /// Copies the next bytes of an output and counts them; the last ones close the handle.
                fn array_output_pull(array_output: Handle, buf: *mut u8, buf_len: usize, pulled: *mut usize);
                /// Opens the secrets manager that the host gives to this guest.
                fn secrets_manager_open(options: *const OptHandle, secrets_manager: *mut Handle);
                /// Closes a secrets manager.
                fn secrets_manager_close(secrets_manager: Handle);
                /// Makes a managed key, or one version of it, unusable.
                fn secrets_manager_invalidate(secrets_manager: Handle, key_id: *const u8, key_id_len: usize, key_version: u64);
            }
            "wasi_ephemeral_crypto_asymmetric_common" {
                /// Generates a key pair.
                fn keypair_generate(algorithm_type: u32, algorithm: *const u8, algorithm_len: usize, options: *const OptHandle, keypair: *mut Handle);
                /// Reads a key pair in an encoding (0 raw, 1 PKCS#8, 2 PEM, 3 local).
                fn keypair_import(algorithm_type: u32, algorithm: *const u8, algorithm_len: usize, encoded: *const u8, encoded_len: usize, encoding: u32, keypair: *mut Handle);
                /// Generates a key pair in the secrets manager.
                fn keypair_generate_managed(secrets_manager: Handle, algorithm_type: u32, algorithm: *const u8, algorithm_len: usize, options: *const OptHandle, keypair: *mut Handle);
                /// Stores a key pair in the secrets manager and writes its identifier.
                fn keypair_store_managed(secrets_manager: Handle, kp: Handle, kp_id: *mut u8, kp_id_max_len: usize);
                /// Replaces a managed key pair and gives the new version.
                fn keypair_replace_managed(secrets_manager: Handle, kp_old: Handle, kp_new: Handle, version: *mut u64);
                /// The identifier of a managed key pair, the length of the identifier, and the version.
                fn keypair_id(kp: Handle, kp_id: *mut u8, kp_id_max_len: usize, kp_id_len: *mut usize, version: *mut u64);
                /// Opens a managed key pair.
                fn keypair_from_id(secrets_manager: Handle, kp_id: *const u8, kp_id_len: usize, kp_version: u64, keypair: *mut Handle);
                /// Joins a public key and a secret key that belong together.
                fn keypair_from_pk_and_sk(publickey: Handle, secretkey: Handle, keypair: *mut Handle);
                /// Writes a key pair in an encoding.
                fn keypair_export(kp: Handle, encoding: u32, array_output: *mut Handle);
                /// The public half of a key pair.
                fn keypair_publickey(kp: Handle, publickey: *mut Handle);
                /// The secret half of a key pair.
                fn keypair_secretkey(kp: Handle, secretkey: *mut Handle);
                /// Closes a key pair.
                fn keypair_close(kp: Handle);
                /// Reads a public key in an encoding (0 raw, 1 PKCS#8, 2 PEM, 3 SEC 1, 4 local).
                fn publickey_import(algorithm_type: u32, algorithm: *const u8, algorithm_len: usize, encoded: *const u8, encoded_len: usize, encoding: u32, publickey: *mut Handle);
                /// Writes a public key in an encoding.
                fn publickey_export(pk: Handle, encoding: u32, array_output: *mut Handle);
                /// Checks that a public key is a valid one.
                fn publickey_verify(pk: Handle);
                /// Computes the public key of a secret key.
                fn publickey_from_secretkey(sk: Handle, publickey: *mut Handle);
                /// Closes a public key.
                fn publickey_close(pk: Handle);
                /// Reads a secret key in an encoding (0 raw, 1 PKCS#8, 2 PEM, 3 SEC 1, 4 local).
                fn secretkey_import(algorithm_type: u32, algorithm: *const u8, algorithm_len: usize, encoded: *const u8, encoded_len: usize, encoding: u32, secretkey: *mut Handle);
                /// Writes a secret key in an encoding.
                fn secretkey_export(sk: Handle, encoding: u32, array_output: *mut Handle);
                /// Closes a secret key.
                fn secretkey_close(sk: Handle);
            }
            "wasi_ephemeral_crypto_symmetric" {
                /// Generates a key.
                fn symmetric_key_generate(algorithm: *const u8, algorithm_len: usize, options: *const OptHandle, symmetric_key: *mut Handle);
                /// Makes a key of raw bytes.
                fn symmetric_key_import(algorithm: *const u8, algorithm_len: usize, raw: *const u8, raw_len: usize, symmetric_key: *mut Handle);
                /// The raw bytes of a key.
                fn symmetric_key_export(symmetric_key: Handle, array_output: *mut Handle);
                /// Closes a key.
                fn symmetric_key_close(symmetric_key: Handle);
                /// Generates a key in the secrets manager.
                fn symmetric_key_generate_managed(secrets_manager: Handle, algorithm: *const u8, algorithm_len: usize, options: *const OptHandle, symmetric_key: *mut Handle);
                /// Stores a key in the secrets manager and writes its identifier.
                fn symmetric_key_store_managed(secrets_manager: Handle, symmetric_key: Handle, symmetric_key_id: *mut u8, symmetric_key_id_max_len: usize);
                /// Replaces a managed key and gives the new version.
                fn symmetric_key_replace_managed(secrets_manager: Handle, symmetric_key_old: Handle, symmetric_key_new: Handle, version: *mut u64);
                /// The identifier of a managed key, the length of the identifier, and the version.
                fn symmetric_key_id(symmetric_key: Handle, symmetric_key_id: *mut u8, symmetric_key_id_max_len: usize, symmetric_key_id_len: *mut usize, version: *mut u64);
                /// Opens a managed key.
                fn symmetric_key_from_id(secrets_manager: Handle, symmetric_key_id: *const u8, symmetric_key_id_len: usize, symmetric_key_version: u64, symmetric_key: *mut Handle);
                /// Begins a computation, with the key and the options that the algorithm needs.
                fn symmetric_state_open(algorithm: *const u8, algorithm_len: usize, key: *const OptHandle, options: *const OptHandle, symmetric_state: *mut Handle);
                /// The value of an option that a state uses, as bytes.
                fn symmetric_state_options_get(handle: Handle, name: *const u8, name_len: usize, value: *mut u8, value_max_len: usize, value_len: *mut usize);
                /// The value of an option that a state uses, as a number.
                fn symmetric_state_options_get_u64(handle: Handle, name: *const u8, name_len: usize, value: *mut u64);
                /// Copies a state.
                fn symmetric_state_clone(handle: Handle, symmetric_state: *mut Handle);
                /// Closes a state.
                fn symmetric_state_close(handle: Handle);
                /// Takes in data: to hash, to authenticate, salt, info, associated data, a password.
                fn symmetric_state_absorb(handle: Handle, data: *const u8, data_len: usize);
                /// Fills the output: a digest, derived bytes.
                fn symmetric_state_squeeze(handle: Handle, out: *mut u8, out_len: usize);
                /// The authentication tag over what was absorbed.
                fn symmetric_state_squeeze_tag(handle: Handle, symmetric_tag: *mut Handle);
                /// Derives a key for another algorithm.
                fn symmetric_state_squeeze_key(handle: Handle, alg_str: *const u8, alg_str_len: usize, symmetric_key: *mut Handle);
                /// The most bytes that encryption adds to a message.
                fn symmetric_state_max_tag_len(handle: Handle, len: *mut usize);
                /// Encrypts a message and appends the tag.
                fn symmetric_state_encrypt(handle: Handle, out: *mut u8, out_len: usize, data: *const u8, data_len: usize, written: *mut usize);
                /// Encrypts a message and gives the tag apart.
                fn symmetric_state_encrypt_detached(handle: Handle, out: *mut u8, out_len: usize, data: *const u8, data_len: usize, symmetric_tag: *mut Handle);
                /// Decrypts a message that ends with its tag.
                fn symmetric_state_decrypt(handle: Handle, out: *mut u8, out_len: usize, data: *const u8, data_len: usize, written: *mut usize);
                /// Decrypts a message whose tag is apart.
                fn symmetric_state_decrypt_detached(handle: Handle, out: *mut u8, out_len: usize, data: *const u8, data_len: usize, raw_tag: *const u8, raw_tag_len: usize, written: *mut usize);
                /// Makes earlier states impossible to compute from this one.
                fn symmetric_state_ratchet(handle: Handle);
                /// The number of bytes of a tag.
                fn symmetric_tag_len(symmetric_tag: Handle, len: *mut usize);
                /// Copies a tag, counts its bytes, and closes it.
                fn symmetric_tag_pull(symmetric_tag: Handle, buf: *mut u8, buf_len: usize, pulled: *mut usize);
                /// Compares a tag with an expected one in constant time.
                fn symmetric_tag_verify(symmetric_tag: Handle, expected_raw_tag_ptr: *const u8, expected_raw_tag_len: usize);
                /// Closes a tag.
                fn symmetric_tag_close(symmetric_tag: Handle);
            }
            "wasi_ephemeral_crypto_signatures" {
                /// Writes a signature in an encoding (0 raw, 1 DER).
                fn signature_export(signature: Handle, encoding: u32, array_output: *mut Handle);
                /// Reads a signature in an encoding.
                fn signature_import(algorithm: *const u8, algorithm_len: usize, encoded: *const u8, encoded_len: usize, encoding: u32, signature: *mut Handle);
                /// Begins to sign.
                fn signature_state_open(kp: Handle, signature_state: *mut Handle);
                /// Takes in a part of the message to sign.
                fn signature_state_update(state: Handle, input: *const u8, input_len: usize);
                /// Signs what was taken in.
                fn signature_state_sign(state: Handle, array_output: *mut Handle);
                /// Closes a signing state.
                fn signature_state_close(state: Handle);
                /// Begins to verify.
                fn signature_verification_state_open(kp: Handle, signature_verification_state: *mut Handle);
                /// Takes in a part of the message to verify.
                fn signature_verification_state_update(state: Handle, input: *const u8, input_len: usize);
                /// Verifies a signature of what was taken in.
                fn signature_verification_state_verify(state: Handle, signature: Handle);
                /// Closes a verifying state.
                fn signature_verification_state_close(state: Handle);
                /// Closes a signature.
                fn signature_close(signature: Handle);
            }
            "wasi_ephemeral_crypto_kx" {
                /// The shared secret of a public key and a secret key.
                fn kx_dh(pk: Handle, sk: Handle, array_output: *mut Handle);
                /// A new shared secret, and its encapsulation for a public key.
                fn kx_encapsulate(pk: Handle, secret: *mut Handle, encapsulated_secret: *mut Handle);
                /// The shared secret of an encapsulation.
                fn kx_decapsulate(sk: Handle, encapsulated_secret: *const u8, encapsulated_secret_len: usize, array_output: *mut Handle);
            }
            "wasi_ephemeral_crypto_external_secrets" {
                /// Stores a secret in the secrets manager and writes its identifier.
                fn external_secret_store(secrets_manager: Handle, secret: *const u8, secret_len: usize, expiration: u64, secret_id: *mut u8, secret_id_max_len: usize);
                /// Replaces a stored secret and gives the new version.
                fn external_secret_replace(secrets_manager: Handle, secret: *const u8, secret_len: usize, expiration: u64, secret_id: *const u8, secret_id_len: usize, version: *mut u64);
                /// The bytes of a stored secret.
                fn external_secret_from_id(secrets_manager: Handle, secret_id: *const u8, secret_id_len: usize, secret_version: u64, array_output: *mut Handle);
                /// Makes a stored secret, or one version of it, unusable.
                fn external_secret_invalidate(secrets_manager: Handle, secret_id: *const u8, secret_id_len: usize, secret_version: u64);
                /// Encrypts a secret so that only this secrets manager can read it.
                fn external_secret_encapsulate(secrets_manager: Handle, secret: *const u8, secret_len: usize, expiration: u64, array_output: *mut Handle);
                /// The secret of such an encryption.
                fn external_secret_decapsulate(secrets_manager: Handle, encrypted_secret: *const u8, encrypted_secret_len: usize, array_output: *mut Handle);
            }
            "wasi_ephemeral_crypto_symmetric_batch" {
                /// Many times `symmetric_state_squeeze`.
                fn batch_symmetric_state_squeeze(batch: *const SqueezeEntry, batch_len: usize, results: *mut u16);
                /// Many times `symmetric_state_squeeze_tag`.
                fn batch_symmetric_state_squeeze_tag(states: *const Handle, states_len: usize, results: *mut TagResult);
                /// Many times `symmetric_state_encrypt`.
                fn batch_symmetric_state_encrypt(batch: *const CryptEntry, batch_len: usize, results: *mut SizeResult);
                /// Many times `symmetric_state_encrypt_detached`.
                fn batch_symmetric_state_encrypt_detached(batch: *const CryptEntry, batch_len: usize, results: *mut TagResult);
                /// Many times `symmetric_state_decrypt`.
                fn batch_symmetric_state_decrypt(batch: *const CryptEntry, batch_len: usize, results: *mut SizeResult);
                /// Many times `symmetric_state_decrypt_detached`.
                fn batch_symmetric_state_decrypt_detached(batch: *const DecryptDetachedEntry, batch_len: usize, results: *mut SizeResult);
            }
            "wasi_ephemeral_crypto_signatures_batch" {
                /// Many times `signature_state_sign`.
                fn batch_signature_state_sign(states: *const Handle, states_len: usize, results: *mut SignatureResult);
                /// Many times `signature_verification_state_verify`.
                fn batch_signature_state_verify(states: *const VerificationEntry, states_len: usize, results: *mut u16);
            }
        }
    };
}
