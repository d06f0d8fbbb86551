/*
 * wasi_crypto_guest.h: WASI-Crypto (witx 0.10) for WebAssembly guests in C, C++ and Zig.
 *
 * The whole of it is this file. Its first part has the 86 imports as the interface declares them, with the prefix `wasi_crypto_`; its second
 * part is a thin layer over those that most guests need, with the prefix `wc_`:
 *
 *     uint8_t digest[32];
 *     int error = wc_hash("SHA-256", "abc", 3, digest, sizeof digest);
 *     if (error) fprintf(stderr, "%s\n", wc_error_name(error));
 *
 * Every function returns 0, or the number of a `wasi_crypto_errno`; results are written on success only. Objects are closed by hand, or at
 * the end of the scope where the compiler has the attribute `cleanup`, as clang, gcc and `zig cc` have:
 *
 *     WC_SCOPED(keypair) key = WC_INIT;
 *     int error = wc_keypair_generate(&key, WC_SIGNATURES, "Ed25519");
 *
 * Compile for wasm32-wasi, and run with a host that has wasi-crypto, such as `wasi-crypto run guest.wasm`:
 *
 *     clang --target=wasm32-wasi -Os -o guest.wasm guest.c
 *     zig cc --target=wasm32-wasi -Os -o guest.wasm guest.c
 */
#ifndef WASI_CRYPTO_GUEST_H
#define WASI_CRYPTO_GUEST_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The interface ---- */

/* The number of an object that the host keeps. */
typedef uint32_t wasi_crypto_handle;

/* An object or none. */
typedef struct wasi_crypto_opt_handle {
    /* 0 if there is one, 1 if there is none. */
    uint8_t tag;
    wasi_crypto_handle handle;
} wasi_crypto_opt_handle;

/* Types of algorithms. */
#define WC_SIGNATURES 0u
#define WC_SYMMETRIC 1u
#define WC_KEY_EXCHANGE 2u

/* Versions of managed keys that are reserved. */
#define WASI_CRYPTO_VERSION_UNSPECIFIED UINT64_C(0xff00000000000000)
#define WASI_CRYPTO_VERSION_LATEST UINT64_C(0xff00000000000001)
#define WASI_CRYPTO_VERSION_ALL UINT64_C(0xff00000000000002)

/* generated: numbers */
typedef enum wasi_crypto_errno {
    WASI_CRYPTO_SUCCESS = 0,
    WASI_CRYPTO_GUEST_ERROR = 1,
    WASI_CRYPTO_NOT_IMPLEMENTED = 2,
    WASI_CRYPTO_UNSUPPORTED_FEATURE = 3,
    WASI_CRYPTO_PROHIBITED_OPERATION = 4,
    WASI_CRYPTO_UNSUPPORTED_ENCODING = 5,
    WASI_CRYPTO_UNSUPPORTED_ALGORITHM = 6,
    WASI_CRYPTO_UNSUPPORTED_OPTION = 7,
    WASI_CRYPTO_INVALID_KEY = 8,
    WASI_CRYPTO_INVALID_LENGTH = 9,
    WASI_CRYPTO_VERIFICATION_FAILED = 10,
    WASI_CRYPTO_RNG_ERROR = 11,
    WASI_CRYPTO_ALGORITHM_FAILURE = 12,
    WASI_CRYPTO_INVALID_SIGNATURE = 13,
    WASI_CRYPTO_CLOSED = 14,
    WASI_CRYPTO_INVALID_HANDLE = 15,
    WASI_CRYPTO_OVERFLOW = 16,
    WASI_CRYPTO_INTERNAL_ERROR = 17,
    WASI_CRYPTO_TOO_MANY_HANDLES = 18,
    WASI_CRYPTO_KEY_NOT_SUPPORTED = 19,
    WASI_CRYPTO_KEY_REQUIRED = 20,
    WASI_CRYPTO_INVALID_TAG = 21,
    WASI_CRYPTO_INVALID_OPERATION = 22,
    WASI_CRYPTO_NONCE_REQUIRED = 23,
    WASI_CRYPTO_INVALID_NONCE = 24,
    WASI_CRYPTO_OPTION_NOT_SET = 25,
    WASI_CRYPTO_NOT_FOUND = 26,
    WASI_CRYPTO_PARAMETERS_MISSING = 27,
    WASI_CRYPTO_IN_PROGRESS = 28,
    WASI_CRYPTO_INCOMPATIBLE_KEYS = 29,
    WASI_CRYPTO_EXPIRED = 30
} wasi_crypto_errno;
#define WASI_CRYPTO_ERRNO_NAMES \
    "success", "guest_error", "not_implemented", "unsupported_feature", "prohibited_operation", "unsupported_encoding", \
    "unsupported_algorithm", "unsupported_option", "invalid_key", "invalid_length", "verification_failed", "rng_error", \
    "algorithm_failure", "invalid_signature", "closed", "invalid_handle", "overflow", "internal_error", \
    "too_many_handles", "key_not_supported", "key_required", "invalid_tag", "invalid_operation", "nonce_required", \
    "invalid_nonce", "option_not_set", "not_found", "parameters_missing", "in_progress", "incompatible_keys", \
    "expired"
#define WASI_CRYPTO_KEYPAIR_RAW 0u
#define WASI_CRYPTO_KEYPAIR_PKCS8 1u
#define WASI_CRYPTO_KEYPAIR_PEM 2u
#define WASI_CRYPTO_KEYPAIR_LOCAL 3u
#define WASI_CRYPTO_PUBLICKEY_RAW 0u
#define WASI_CRYPTO_PUBLICKEY_PKCS8 1u
#define WASI_CRYPTO_PUBLICKEY_PEM 2u
#define WASI_CRYPTO_PUBLICKEY_SEC 3u
#define WASI_CRYPTO_PUBLICKEY_LOCAL 4u
#define WASI_CRYPTO_SECRETKEY_RAW 0u
#define WASI_CRYPTO_SECRETKEY_PKCS8 1u
#define WASI_CRYPTO_SECRETKEY_PEM 2u
#define WASI_CRYPTO_SECRETKEY_SEC 3u
#define WASI_CRYPTO_SECRETKEY_LOCAL 4u
#define WASI_CRYPTO_SIGNATURE_RAW 0u
#define WASI_CRYPTO_SIGNATURE_DER 1u
/* end of what is generated */

/* Entries of batches, and their results. */
/* generated: records */
typedef struct wasi_crypto_squeeze_entry {
    wasi_crypto_handle symmetric_state;
    void *data;
    size_t data_len;
} wasi_crypto_squeeze_entry;
typedef struct wasi_crypto_symmetric_state_entry {
    wasi_crypto_handle symmetric_state;
} wasi_crypto_symmetric_state_entry;
typedef struct wasi_crypto_crypt_entry {
    wasi_crypto_handle symmetric_state;
    void *output;
    size_t output_len;
    const void *data;
    size_t data_len;
} wasi_crypto_crypt_entry;
typedef struct wasi_crypto_decrypt_detached_entry {
    wasi_crypto_handle symmetric_state;
    void *output;
    size_t output_len;
    const void *data;
    size_t data_len;
    const void *raw_tag;
    size_t raw_tag_len;
} wasi_crypto_decrypt_detached_entry;
typedef struct wasi_crypto_signature_state_entry {
    wasi_crypto_handle signature_state;
} wasi_crypto_signature_state_entry;
typedef struct wasi_crypto_verification_entry {
    wasi_crypto_handle signature_verification_state;
    wasi_crypto_handle signature;
} wasi_crypto_verification_entry;
typedef struct wasi_crypto_errno_entry {
    uint16_t crypto_errno;
} wasi_crypto_errno_entry;
typedef struct wasi_crypto_tag_entry {
    wasi_crypto_handle symmetric_tag;
    uint16_t crypto_errno;
} wasi_crypto_tag_entry;
typedef struct wasi_crypto_size_entry {
    size_t size;
    uint16_t crypto_errno;
} wasi_crypto_size_entry;
typedef struct wasi_crypto_signature_entry {
    wasi_crypto_handle array_output;
    uint16_t crypto_errno;
} wasi_crypto_signature_entry;
/* end of what is generated */

#define WASI_CRYPTO_IMPORT(module, name) __attribute__((import_module(#module), import_name(#name)))

/* generated: imports */
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_common, options_open)
int32_t wasi_crypto_options_open(uint32_t algorithm_type, wasi_crypto_handle *options);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_common, options_close)
int32_t wasi_crypto_options_close(wasi_crypto_handle handle);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_common, options_set)
int32_t wasi_crypto_options_set(wasi_crypto_handle handle, const char *name, size_t name_len, const void *value, size_t value_len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_common, options_set_u64)
int32_t wasi_crypto_options_set_u64(wasi_crypto_handle handle, const char *name, size_t name_len, uint64_t value);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_common, options_set_guest_buffer)
int32_t wasi_crypto_options_set_guest_buffer(wasi_crypto_handle handle, const char *name, size_t name_len, void *buffer, size_t buffer_len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_common, array_output_len)
int32_t wasi_crypto_array_output_len(wasi_crypto_handle array_output, size_t *len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_common, array_output_pull)
int32_t wasi_crypto_array_output_pull(wasi_crypto_handle array_output, void *buf, size_t buf_len, size_t *len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_common, secrets_manager_open)
int32_t wasi_crypto_secrets_manager_open(const wasi_crypto_opt_handle *options, wasi_crypto_handle *secrets_manager);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_common, secrets_manager_close)
int32_t wasi_crypto_secrets_manager_close(wasi_crypto_handle secrets_manager);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_common, secrets_manager_invalidate)
int32_t wasi_crypto_secrets_manager_invalidate(wasi_crypto_handle secrets_manager, const void *key_id, size_t key_id_len, uint64_t key_version);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, keypair_generate)
int32_t wasi_crypto_keypair_generate(uint32_t algorithm_type, const char *algorithm, size_t algorithm_len, const wasi_crypto_opt_handle *options, wasi_crypto_handle *keypair);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, keypair_import)
int32_t wasi_crypto_keypair_import(uint32_t algorithm_type, const char *algorithm, size_t algorithm_len, const void *encoded, size_t encoded_len, uint32_t encoding, wasi_crypto_handle *keypair);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, keypair_generate_managed)
int32_t wasi_crypto_keypair_generate_managed(wasi_crypto_handle secrets_manager, uint32_t algorithm_type, const char *algorithm, size_t algorithm_len, const wasi_crypto_opt_handle *options, wasi_crypto_handle *keypair);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, keypair_store_managed)
int32_t wasi_crypto_keypair_store_managed(wasi_crypto_handle secrets_manager, wasi_crypto_handle kp, void *kp_id, size_t kp_id_max_len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, keypair_replace_managed)
int32_t wasi_crypto_keypair_replace_managed(wasi_crypto_handle secrets_manager, wasi_crypto_handle kp_old, wasi_crypto_handle kp_new, uint64_t *version);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, keypair_id)
int32_t wasi_crypto_keypair_id(wasi_crypto_handle kp, void *kp_id, size_t kp_id_max_len, size_t *len, uint64_t *version);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, keypair_from_id)
int32_t wasi_crypto_keypair_from_id(wasi_crypto_handle secrets_manager, const void *kp_id, size_t kp_id_len, uint64_t kp_version, wasi_crypto_handle *keypair);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, keypair_from_pk_and_sk)
int32_t wasi_crypto_keypair_from_pk_and_sk(wasi_crypto_handle publickey, wasi_crypto_handle secretkey, wasi_crypto_handle *keypair);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, keypair_export)
int32_t wasi_crypto_keypair_export(wasi_crypto_handle kp, uint32_t encoding, wasi_crypto_handle *array_output);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, keypair_publickey)
int32_t wasi_crypto_keypair_publickey(wasi_crypto_handle kp, wasi_crypto_handle *publickey);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, keypair_secretkey)
int32_t wasi_crypto_keypair_secretkey(wasi_crypto_handle kp, wasi_crypto_handle *secretkey);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, keypair_close)
int32_t wasi_crypto_keypair_close(wasi_crypto_handle kp);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, publickey_import)
int32_t wasi_crypto_publickey_import(uint32_t algorithm_type, const char *algorithm, size_t algorithm_len, const void *encoded, size_t encoded_len, uint32_t encoding, wasi_crypto_handle *publickey);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, publickey_export)
int32_t wasi_crypto_publickey_export(wasi_crypto_handle pk, uint32_t encoding, wasi_crypto_handle *array_output);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, publickey_verify)
int32_t wasi_crypto_publickey_verify(wasi_crypto_handle pk);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, publickey_from_secretkey)
int32_t wasi_crypto_publickey_from_secretkey(wasi_crypto_handle sk, wasi_crypto_handle *publickey);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, publickey_close)
int32_t wasi_crypto_publickey_close(wasi_crypto_handle pk);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, secretkey_import)
int32_t wasi_crypto_secretkey_import(uint32_t algorithm_type, const char *algorithm, size_t algorithm_len, const void *encoded, size_t encoded_len, uint32_t encoding, wasi_crypto_handle *secretkey);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, secretkey_export)
int32_t wasi_crypto_secretkey_export(wasi_crypto_handle sk, uint32_t encoding, wasi_crypto_handle *array_output);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_asymmetric_common, secretkey_close)
int32_t wasi_crypto_secretkey_close(wasi_crypto_handle sk);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_key_generate)
int32_t wasi_crypto_symmetric_key_generate(const char *algorithm, size_t algorithm_len, const wasi_crypto_opt_handle *options, wasi_crypto_handle *symmetric_key);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_key_import)
int32_t wasi_crypto_symmetric_key_import(const char *algorithm, size_t algorithm_len, const void *raw, size_t raw_len, wasi_crypto_handle *symmetric_key);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_key_export)
int32_t wasi_crypto_symmetric_key_export(wasi_crypto_handle symmetric_key, wasi_crypto_handle *array_output);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_key_close)
int32_t wasi_crypto_symmetric_key_close(wasi_crypto_handle symmetric_key);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_key_generate_managed)
int32_t wasi_crypto_symmetric_key_generate_managed(wasi_crypto_handle secrets_manager, const char *algorithm, size_t algorithm_len, const wasi_crypto_opt_handle *options, wasi_crypto_handle *symmetric_key);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_key_store_managed)
int32_t wasi_crypto_symmetric_key_store_managed(wasi_crypto_handle secrets_manager, wasi_crypto_handle symmetric_key, void *symmetric_key_id, size_t symmetric_key_id_max_len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_key_replace_managed)
int32_t wasi_crypto_symmetric_key_replace_managed(wasi_crypto_handle secrets_manager, wasi_crypto_handle symmetric_key_old, wasi_crypto_handle symmetric_key_new, uint64_t *version);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_key_id)
int32_t wasi_crypto_symmetric_key_id(wasi_crypto_handle symmetric_key, void *symmetric_key_id, size_t symmetric_key_id_max_len, size_t *len, uint64_t *version);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_key_from_id)
int32_t wasi_crypto_symmetric_key_from_id(wasi_crypto_handle secrets_manager, const void *symmetric_key_id, size_t symmetric_key_id_len, uint64_t symmetric_key_version, wasi_crypto_handle *symmetric_key);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_state_open)
int32_t wasi_crypto_symmetric_state_open(const char *algorithm, size_t algorithm_len, const wasi_crypto_opt_handle *key, const wasi_crypto_opt_handle *options, wasi_crypto_handle *symmetric_state);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_state_options_get)
int32_t wasi_crypto_symmetric_state_options_get(wasi_crypto_handle handle, const char *name, size_t name_len, void *value, size_t value_max_len, size_t *len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_state_options_get_u64)
int32_t wasi_crypto_symmetric_state_options_get_u64(wasi_crypto_handle handle, const char *name, size_t name_len, uint64_t *value);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_state_clone)
int32_t wasi_crypto_symmetric_state_clone(wasi_crypto_handle handle, wasi_crypto_handle *symmetric_state);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_state_close)
int32_t wasi_crypto_symmetric_state_close(wasi_crypto_handle handle);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_state_absorb)
int32_t wasi_crypto_symmetric_state_absorb(wasi_crypto_handle handle, const void *data, size_t data_len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_state_squeeze)
int32_t wasi_crypto_symmetric_state_squeeze(wasi_crypto_handle handle, void *out, size_t out_len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_state_squeeze_tag)
int32_t wasi_crypto_symmetric_state_squeeze_tag(wasi_crypto_handle handle, wasi_crypto_handle *symmetric_tag);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_state_squeeze_key)
int32_t wasi_crypto_symmetric_state_squeeze_key(wasi_crypto_handle handle, const char *alg_str, size_t alg_str_len, wasi_crypto_handle *symmetric_key);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_state_max_tag_len)
int32_t wasi_crypto_symmetric_state_max_tag_len(wasi_crypto_handle handle, size_t *len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_state_encrypt)
int32_t wasi_crypto_symmetric_state_encrypt(wasi_crypto_handle handle, void *out, size_t out_len, const void *data, size_t data_len, size_t *len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_state_encrypt_detached)
int32_t wasi_crypto_symmetric_state_encrypt_detached(wasi_crypto_handle handle, void *out, size_t out_len, const void *data, size_t data_len, wasi_crypto_handle *symmetric_tag);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_state_decrypt)
int32_t wasi_crypto_symmetric_state_decrypt(wasi_crypto_handle handle, void *out, size_t out_len, const void *data, size_t data_len, size_t *len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_state_decrypt_detached)
int32_t wasi_crypto_symmetric_state_decrypt_detached(wasi_crypto_handle handle, void *out, size_t out_len, const void *data, size_t data_len, const void *raw_tag, size_t raw_tag_len, size_t *len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_state_ratchet)
int32_t wasi_crypto_symmetric_state_ratchet(wasi_crypto_handle handle);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_tag_len)
int32_t wasi_crypto_symmetric_tag_len(wasi_crypto_handle symmetric_tag, size_t *len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_tag_pull)
int32_t wasi_crypto_symmetric_tag_pull(wasi_crypto_handle symmetric_tag, void *buf, size_t buf_len, size_t *len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_tag_verify)
int32_t wasi_crypto_symmetric_tag_verify(wasi_crypto_handle symmetric_tag, const void *expected_raw_tag_ptr, size_t expected_raw_tag_len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric, symmetric_tag_close)
int32_t wasi_crypto_symmetric_tag_close(wasi_crypto_handle symmetric_tag);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_signatures, signature_export)
int32_t wasi_crypto_signature_export(wasi_crypto_handle signature, uint32_t encoding, wasi_crypto_handle *array_output);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_signatures, signature_import)
int32_t wasi_crypto_signature_import(const char *algorithm, size_t algorithm_len, const void *encoded, size_t encoded_len, uint32_t encoding, wasi_crypto_handle *signature);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_signatures, signature_state_open)
int32_t wasi_crypto_signature_state_open(wasi_crypto_handle kp, wasi_crypto_handle *signature_state);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_signatures, signature_state_update)
int32_t wasi_crypto_signature_state_update(wasi_crypto_handle state, const void *input, size_t input_len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_signatures, signature_state_sign)
int32_t wasi_crypto_signature_state_sign(wasi_crypto_handle state, wasi_crypto_handle *array_output);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_signatures, signature_state_close)
int32_t wasi_crypto_signature_state_close(wasi_crypto_handle state);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_signatures, signature_verification_state_open)
int32_t wasi_crypto_signature_verification_state_open(wasi_crypto_handle kp, wasi_crypto_handle *signature_verification_state);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_signatures, signature_verification_state_update)
int32_t wasi_crypto_signature_verification_state_update(wasi_crypto_handle state, const void *input, size_t input_len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_signatures, signature_verification_state_verify)
int32_t wasi_crypto_signature_verification_state_verify(wasi_crypto_handle state, wasi_crypto_handle signature);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_signatures, signature_verification_state_close)
int32_t wasi_crypto_signature_verification_state_close(wasi_crypto_handle state);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_signatures, signature_close)
int32_t wasi_crypto_signature_close(wasi_crypto_handle signature);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_kx, kx_dh)
int32_t wasi_crypto_kx_dh(wasi_crypto_handle pk, wasi_crypto_handle sk, wasi_crypto_handle *array_output);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_kx, kx_encapsulate)
int32_t wasi_crypto_kx_encapsulate(wasi_crypto_handle pk, wasi_crypto_handle *array_output_1, wasi_crypto_handle *array_output_2);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_kx, kx_decapsulate)
int32_t wasi_crypto_kx_decapsulate(wasi_crypto_handle sk, const void *encapsulated_secret, size_t encapsulated_secret_len, wasi_crypto_handle *array_output);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_external_secrets, external_secret_store)
int32_t wasi_crypto_external_secret_store(wasi_crypto_handle secrets_manager, const void *secret, size_t secret_len, uint64_t expiration, void *secret_id, size_t secret_id_max_len);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_external_secrets, external_secret_replace)
int32_t wasi_crypto_external_secret_replace(wasi_crypto_handle secrets_manager, const void *secret, size_t secret_len, uint64_t expiration, const void *secret_id, size_t secret_id_len, uint64_t *version);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_external_secrets, external_secret_from_id)
int32_t wasi_crypto_external_secret_from_id(wasi_crypto_handle secrets_manager, const void *secret_id, size_t secret_id_len, uint64_t secret_version, wasi_crypto_handle *array_output);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_external_secrets, external_secret_invalidate)
int32_t wasi_crypto_external_secret_invalidate(wasi_crypto_handle secrets_manager, const void *secret_id, size_t secret_id_len, uint64_t secret_version);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_external_secrets, external_secret_encapsulate)
int32_t wasi_crypto_external_secret_encapsulate(wasi_crypto_handle secrets_manager, const void *secret, size_t secret_len, uint64_t expiration, wasi_crypto_handle *array_output);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_external_secrets, external_secret_decapsulate)
int32_t wasi_crypto_external_secret_decapsulate(wasi_crypto_handle secrets_manager, const void *encrypted_secret, size_t encrypted_secret_len, wasi_crypto_handle *array_output);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric_batch, batch_symmetric_state_squeeze)
int32_t wasi_crypto_batch_symmetric_state_squeeze(const wasi_crypto_squeeze_entry *batch, size_t batch_len, wasi_crypto_errno_entry *results);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric_batch, batch_symmetric_state_squeeze_tag)
int32_t wasi_crypto_batch_symmetric_state_squeeze_tag(const wasi_crypto_symmetric_state_entry *states, size_t states_len, wasi_crypto_tag_entry *results);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric_batch, batch_symmetric_state_encrypt)
int32_t wasi_crypto_batch_symmetric_state_encrypt(const wasi_crypto_crypt_entry *batch, size_t batch_len, wasi_crypto_size_entry *results);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric_batch, batch_symmetric_state_encrypt_detached)
int32_t wasi_crypto_batch_symmetric_state_encrypt_detached(const wasi_crypto_crypt_entry *batch, size_t batch_len, wasi_crypto_tag_entry *results);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric_batch, batch_symmetric_state_decrypt)
int32_t wasi_crypto_batch_symmetric_state_decrypt(const wasi_crypto_crypt_entry *batch, size_t batch_len, wasi_crypto_size_entry *results);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_symmetric_batch, batch_symmetric_state_decrypt_detached)
int32_t wasi_crypto_batch_symmetric_state_decrypt_detached(const wasi_crypto_decrypt_detached_entry *batch, size_t batch_len, wasi_crypto_size_entry *results);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_signatures_batch, batch_signature_state_sign)
int32_t wasi_crypto_batch_signature_state_sign(const wasi_crypto_signature_state_entry *states, size_t states_len, wasi_crypto_signature_entry *results);
WASI_CRYPTO_IMPORT(wasi_ephemeral_crypto_signatures_batch, batch_signature_state_verify)
int32_t wasi_crypto_batch_signature_state_verify(const wasi_crypto_verification_entry *states, size_t states_len, wasi_crypto_errno_entry *results);
/* end of what is generated */

/* ---- Objects ---- */

/* An object that is closed once. */
#define WC_OBJECT(type)                                                                             \
    typedef struct wc_##type {                                                                      \
        wasi_crypto_handle handle;                                                                  \
        int is_open;                                                                                \
    } wc_##type;                                                                                    \
    static inline int wc_##type##_close(wc_##type *object) {                                        \
        if (!object->is_open) return WASI_CRYPTO_SUCCESS;                                           \
        object->is_open = 0;                                                                        \
        return wasi_crypto_##type##_close(object->handle);                                          \
    }                                                                                               \
    /* At the end of a scope, where there is nobody left to ask. */                                 \
    static inline void wc_##type##_cleanup(wc_##type *object) { (void)wc_##type##_close(object); }

/* generated: objects */
WC_OBJECT(options)
WC_OBJECT(secrets_manager)
WC_OBJECT(keypair)
WC_OBJECT(publickey)
WC_OBJECT(secretkey)
WC_OBJECT(signature)
WC_OBJECT(signature_state)
WC_OBJECT(signature_verification_state)
WC_OBJECT(symmetric_key)
WC_OBJECT(symmetric_state)
WC_OBJECT(symmetric_tag)
/* end of what is generated */

/* What an object is before it is opened. */
#define WC_INIT {0, 0}

/* An object that is closed at the end of its scope: WC_SCOPED(keypair) key = WC_INIT; */
#define WC_SCOPED(type) __attribute__((cleanup(wc_##type##_cleanup))) wc_##type

/* Remembers that an object is open, if it is. */
#define WC_OPENED(object, error) ((object)->is_open = (error) == WASI_CRYPTO_SUCCESS, (error))

/* ---- The thin layer ---- */

/* The name of an error, as the specification has it. */
static inline const char *wc_error_name(int error) {
    static const char *const names[] = {WASI_CRYPTO_ERRNO_NAMES};
    return error >= 0 && (size_t)error < sizeof names / sizeof names[0] ? names[error] : "unknown error";
}

static const wasi_crypto_opt_handle WC_NONE = {1, 0};

static inline wasi_crypto_opt_handle wc_some(wasi_crypto_handle handle) {
    wasi_crypto_opt_handle some = {0, handle};
    return some;
}

/* Reads an array output, which is closed then. `overflow` if it is longer than `max_len`, and then nothing is read. */
static inline int wc_pull(wasi_crypto_handle array_output, void *out, size_t max_len, size_t *len) {
    size_t whole, done = 0;
    int error = wasi_crypto_array_output_len(array_output, &whole);
    if (error) return error;
    if (whole > max_len) return WASI_CRYPTO_OVERFLOW;
    do {
        size_t part;
        error = wasi_crypto_array_output_pull(array_output, (uint8_t *)out + done, max_len - done, &part);
        if (error) return error;
        done += part;
    } while (done < whole);
    *len = done;
    return WASI_CRYPTO_SUCCESS;
}

/* Options of an algorithm. */
static inline int wc_options_open(wc_options *options, uint32_t algorithm_type) {
    int error = wasi_crypto_options_open(algorithm_type, &options->handle);
    return WC_OPENED(options, error);
}

/* Such as "nonce", "context", "salt". */
static inline int wc_options_set(const wc_options *options, const char *name, const void *value, size_t len) {
    return wasi_crypto_options_set(options->handle, name, strlen(name), value, len);
}

/* A state of a symmetric algorithm; `key` and `options` may be NULL. */
static inline int wc_symmetric_state_open(wc_symmetric_state *state, const char *algorithm, const wc_symmetric_key *key,
                                          const wc_options *options) {
    wasi_crypto_opt_handle opt_key = key ? wc_some(key->handle) : WC_NONE;
    wasi_crypto_opt_handle opt_options = options ? wc_some(options->handle) : WC_NONE;
    int error =
        wasi_crypto_symmetric_state_open(algorithm, strlen(algorithm), &opt_key, &opt_options, &state->handle);
    return WC_OPENED(state, error);
}

/* Hashes a message: "SHA-256" and 32 bytes, for example. For long data, open a state and absorb piece by piece. */
static inline int wc_hash(const char *algorithm, const void *message, size_t len, void *out, size_t out_len) {
    wc_symmetric_state state = WC_INIT;
    int error = wc_symmetric_state_open(&state, algorithm, NULL, NULL);
    if (error) return error;
    error = wasi_crypto_symmetric_state_absorb(state.handle, message, len);
    if (!error) error = wasi_crypto_symmetric_state_squeeze(state.handle, out, out_len);
    (void)wc_symmetric_state_close(&state);
    return error;
}

static inline int wc_symmetric_key_generate(wc_symmetric_key *key, const char *algorithm) {
    int error = wasi_crypto_symmetric_key_generate(algorithm, strlen(algorithm), &WC_NONE, &key->handle);
    return WC_OPENED(key, error);
}

static inline int wc_symmetric_key_import(wc_symmetric_key *key, const char *algorithm, const void *raw, size_t len) {
    int error = wasi_crypto_symmetric_key_import(algorithm, strlen(algorithm), raw, len, &key->handle);
    return WC_OPENED(key, error);
}

/* One message of a cipher: sealing and opening differ in a function. */
static inline int wc_crypt(int (*crypt)(wasi_crypto_handle, void *, size_t, const void *, size_t, size_t *),
                           const char *algorithm, const wc_symmetric_key *key, const void *nonce, size_t nonce_len,
                           const void *associated, size_t associated_len, const void *in, size_t in_len, void *out,
                           size_t out_len, size_t *written) {
    wc_options options = WC_INIT;
    wc_symmetric_state state = WC_INIT;
    int error = wc_options_open(&options, WC_SYMMETRIC);
    if (!error) error = wc_options_set(&options, "nonce", nonce, nonce_len);
    if (!error) error = wc_symmetric_state_open(&state, algorithm, key, &options);
    if (!error && associated_len > 0)
        error = wasi_crypto_symmetric_state_absorb(state.handle, associated, associated_len);
    if (!error) error = crypt(state.handle, out, out_len, in, in_len, written);
    (void)wc_symmetric_state_close(&state);
    (void)wc_options_close(&options);
    return error;
}

/* Encrypts a message and its tag to `out`, which must be exactly as long: 16 bytes longer than the message, with most algorithms. A nonce must
 * never come twice under one key. */
static inline int wc_seal(const char *algorithm, const wc_symmetric_key *key, const void *nonce, size_t nonce_len,
                          const void *associated, size_t associated_len, const void *message, size_t len, void *out,
                          size_t out_len) {
    size_t written;
    return wc_crypt(wasi_crypto_symmetric_state_encrypt, algorithm, key, nonce, nonce_len, associated, associated_len,
                    message, len, out, out_len, &written);
}

/* The same backwards. `invalid_tag` if the message, the associated data, the nonce or the key is another; then `out` has zeros. */
static inline int wc_open(const char *algorithm, const wc_symmetric_key *key, const void *nonce, size_t nonce_len,
                          const void *associated, size_t associated_len, const void *sealed, size_t len, void *out,
                          size_t out_len) {
    size_t written;
    return wc_crypt(wasi_crypto_symmetric_state_decrypt, algorithm, key, nonce, nonce_len, associated, associated_len,
                    sealed, len, out, out_len, &written);
}

static inline int wc_keypair_generate(wc_keypair *key, uint32_t algorithm_type, const char *algorithm) {
    int error =
        wasi_crypto_keypair_generate(algorithm_type, algorithm, strlen(algorithm), &WC_NONE, &key->handle);
    return WC_OPENED(key, error);
}

static inline int wc_keypair_publickey(const wc_keypair *key, wc_publickey *publickey) {
    int error = wasi_crypto_keypair_publickey(key->handle, &publickey->handle);
    return WC_OPENED(publickey, error);
}

/* Where the host keeps keys for this guest. `unsupported_feature` if it has none. */
static inline int wc_secrets_manager_open(wc_secrets_manager *manager) {
    int error = wasi_crypto_secrets_manager_open(&WC_NONE, &manager->handle);
    return WC_OPENED(manager, error);
}

/* The bytes of an identifier of a managed key on this project's host. */
#define WC_ID_LEN 32

/* A new managed key pair, and its identifier. */
static inline int wc_keypair_generate_managed(wc_keypair *key, const wc_secrets_manager *manager,
                                              uint32_t algorithm_type, const char *algorithm, uint8_t id[WC_ID_LEN]) {
    size_t id_len;
    uint64_t version;
    int error = wasi_crypto_keypair_generate_managed(manager->handle, algorithm_type, algorithm, strlen(algorithm),
                                                     &WC_NONE, &key->handle);
    if (WC_OPENED(key, error)) return error;
    return wasi_crypto_keypair_id(key->handle, id, WC_ID_LEN, &id_len, &version);
}

/* The newest version of a managed key pair. */
static inline int wc_keypair_from_id(wc_keypair *key, const wc_secrets_manager *manager, const void *id, size_t id_len) {
    int error =
        wasi_crypto_keypair_from_id(manager->handle, id, id_len, WASI_CRYPTO_VERSION_LATEST, &key->handle);
    return WC_OPENED(key, error);
}

/* Signs a message; the signature is the bytes that the algorithm defines, 64 of Ed25519. */
static inline int wc_sign(const wc_keypair *key, const void *message, size_t len, void *out, size_t max_len,
                          size_t *out_len) {
    wc_signature_state state = WC_INIT;
    wc_signature signature = WC_INIT;
    wasi_crypto_handle encoded;
    int error = wasi_crypto_signature_state_open(key->handle, &state.handle);
    if (WC_OPENED(&state, error)) return error;
    error = wasi_crypto_signature_state_update(state.handle, message, len);
    if (!error) {
        error = wasi_crypto_signature_state_sign(state.handle, &signature.handle);
        (void)WC_OPENED(&signature, error);
    }
    if (!error) error = wasi_crypto_signature_export(signature.handle, WASI_CRYPTO_SIGNATURE_RAW, &encoded);
    if (!error) error = wc_pull(encoded, out, max_len, out_len);
    (void)wc_signature_close(&signature);
    (void)wc_signature_state_close(&state);
    return error;
}

/* `verification_failed` or `invalid_signature` if it is not this key's signature of this message. */
static inline int wc_verify(const char *algorithm, const wc_publickey *key, const void *message, size_t len,
                            const void *raw, size_t raw_len) {
    wc_signature_verification_state state = WC_INIT;
    wc_signature signature = WC_INIT;
    int error = wasi_crypto_signature_import(algorithm, strlen(algorithm), raw, raw_len, WASI_CRYPTO_SIGNATURE_RAW,
                                             &signature.handle);
    if (WC_OPENED(&signature, error)) return error;
    error = wasi_crypto_signature_verification_state_open(key->handle, &state.handle);
    (void)WC_OPENED(&state, error);
    if (!error) error = wasi_crypto_signature_verification_state_update(state.handle, message, len);
    if (!error) error = wasi_crypto_signature_verification_state_verify(state.handle, signature.handle);
    (void)wc_signature_verification_state_close(&state);
    (void)wc_signature_close(&signature);
    return error;
}

#ifdef __cplusplus
}
#endif

#endif
