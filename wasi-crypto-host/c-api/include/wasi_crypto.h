/*
 * wasi_crypto.h: the host side of WASI-Crypto (witx 0.10) for WebAssembly engines.
 *
 * A guest imports functions from modules such as "wasi_ephemeral_crypto_symmetric". An engine makes one context for each guest, defines
 * all functions that wasi_crypto_function_at() lists, and passes what the guest calls to wasi_crypto_call():
 *
 *     wasi_crypto_context *context;
 *     if (wasi_crypto_context_new(NULL, &context) != WASI_CRYPTO_OK) {
 *         fprintf(stderr, "%s\n", wasi_crypto_last_error());
 *         return 1;
 *     }
 *     for (size_t i = 0; i < wasi_crypto_function_count(); i++) {
 *         const wasi_crypto_function *function = wasi_crypto_function_at(i);
 *         ... define function->module, function->name in the engine, with i as its data ...
 *     }
 *     ... run the guest; when it calls function i with arguments `args`: ...
 *     int32_t result = wasi_crypto_call(context, i, memory, memory_len, 0, args, function->params_len);
 *     if (result < 0 || result == WASI_CRYPTO_ERRNO_IN_PROGRESS) { ... end the guest by a trap ... }
 *     ... else `result` is what the function returns to the guest, an i32 ...
 *     wasi_crypto_context_free(context);
 *
 * Link with `pkg-config --cflags --libs wasi-crypto`, or statically with `--static`.
 *
 * Errors. Every function that can fail returns 0 or more if it did what it was asked, and else a negative number of
 * `wasi_crypto_status`; results are written on success only. But for WASI_CRYPTO_FAULT, which leaves the work wherever it was, a
 * negative number says that nothing was done. wasi_crypto_last_error() has a sentence for people. What a *guest* does wrong is never
 * an error here: it becomes the `crypto_errno` that the guest gets. No function throws, exits or aborts, but for a system that is
 * out of memory.
 *
 * Threads. Every object may be used on any thread, and be made on one and freed on another.
 *   - A context takes one call at a time. A second one, on whatever thread, is answered with WASI_CRYPTO_BUSY and does nothing.
 *   - A context of a config with wasi_crypto_config_set_threads() takes any number of calls at a time: it is for guests with threads.
 *   - Stop handles and functions without an object may be used at any time, by any number of threads.
 *   - A call takes up to WASI_CRYPTO_STACK_BYTES of its thread's stack. Where threads have less unless told otherwise (128 KiB with musl),
 *     tell them otherwise. An engine whose guests recurse on the stack of the thread that runs them has to end a guest while there is
 *     still that much left: with less, its next call ends the process.
 *   - A config takes one call at a time, as a context does. Secrets take any number.
 *   - An object is freed once, when no call uses it and none will. Contexts, configs, secrets and stop handles may be freed in any order:
 *     each keeps what it needs.
 *
 * Memory. Texts are UTF-8 and end with a zero byte; they are copied. What this library returns as `const` lives as long as the
 * process does, but for wasi_crypto_last_error(). The library must stay loaded from its first call on.
 */
#ifndef WASI_CRYPTO_H
#define WASI_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The number of this binary interface. It changes if programs must be compiled again; see wasi_crypto_abi(). */
#define WASI_CRYPTO_ABI 1

/* What functions return. */
typedef enum wasi_crypto_status {
    /* Done. */
    WASI_CRYPTO_OK = 0,
    /* A pointer is NULL that must not be. */
    WASI_CRYPTO_NULL = -1,
    /* A number is out of its range, or a pointer not aligned. */
    WASI_CRYPTO_ARGUMENT = -2,
    /* A text is not UTF-8. */
    WASI_CRYPTO_TEXT = -3,
    /* Another call uses the object. */
    WASI_CRYPTO_BUSY = -4,
    /* A setting is not accepted, or the file of settings is wrong or cannot be read. */
    WASI_CRYPTO_SETTING = -5,
    /* The store of secrets or its root key cannot be used. */
    WASI_CRYPTO_SECRETS = -6,
    /* The operating system gives no random bytes. */
    WASI_CRYPTO_SYSTEM = -7,
    /* A fault of this library, which leaves the work undone or half done. A context or config answers this from now on, whatever it is asked:
     * free it. Stop handles go on. */
    WASI_CRYPTO_FAULT = -8
} wasi_crypto_status;

/* What guests get from a call, `crypto_errno` in the specification. */
typedef enum wasi_crypto_errno {
/* generated: errno */
    WASI_CRYPTO_ERRNO_SUCCESS = 0,
    WASI_CRYPTO_ERRNO_GUEST_ERROR = 1,
    WASI_CRYPTO_ERRNO_NOT_IMPLEMENTED = 2,
    WASI_CRYPTO_ERRNO_UNSUPPORTED_FEATURE = 3,
    WASI_CRYPTO_ERRNO_PROHIBITED_OPERATION = 4,
    WASI_CRYPTO_ERRNO_UNSUPPORTED_ENCODING = 5,
    WASI_CRYPTO_ERRNO_UNSUPPORTED_ALGORITHM = 6,
    WASI_CRYPTO_ERRNO_UNSUPPORTED_OPTION = 7,
    WASI_CRYPTO_ERRNO_INVALID_KEY = 8,
    WASI_CRYPTO_ERRNO_INVALID_LENGTH = 9,
    WASI_CRYPTO_ERRNO_VERIFICATION_FAILED = 10,
    WASI_CRYPTO_ERRNO_RNG_ERROR = 11,
    WASI_CRYPTO_ERRNO_ALGORITHM_FAILURE = 12,
    WASI_CRYPTO_ERRNO_INVALID_SIGNATURE = 13,
    WASI_CRYPTO_ERRNO_CLOSED = 14,
    WASI_CRYPTO_ERRNO_INVALID_HANDLE = 15,
    WASI_CRYPTO_ERRNO_OVERFLOW = 16,
    WASI_CRYPTO_ERRNO_INTERNAL_ERROR = 17,
    WASI_CRYPTO_ERRNO_TOO_MANY_HANDLES = 18,
    WASI_CRYPTO_ERRNO_KEY_NOT_SUPPORTED = 19,
    WASI_CRYPTO_ERRNO_KEY_REQUIRED = 20,
    WASI_CRYPTO_ERRNO_INVALID_TAG = 21,
    WASI_CRYPTO_ERRNO_INVALID_OPERATION = 22,
    WASI_CRYPTO_ERRNO_NONCE_REQUIRED = 23,
    WASI_CRYPTO_ERRNO_INVALID_NONCE = 24,
    WASI_CRYPTO_ERRNO_OPTION_NOT_SET = 25,
    WASI_CRYPTO_ERRNO_NOT_FOUND = 26,
    WASI_CRYPTO_ERRNO_PARAMETERS_MISSING = 27,
    WASI_CRYPTO_ERRNO_IN_PROGRESS = 28,
    WASI_CRYPTO_ERRNO_INCOMPATIBLE_KEYS = 29,
    WASI_CRYPTO_ERRNO_EXPIRED = 30
/* end */
} wasi_crypto_errno;

/* ---- The library ---- */

/* The binary interface that the library has. Compare it with WASI_CRYPTO_ABI if you load the library at run time. */
uint32_t wasi_crypto_abi(void);

/* The version of the library, such as "0.1.0". */
const char *wasi_crypto_version(void);

/* Why the last function on this thread that failed did so: a sentence, or "" if none did. It lives until the next one fails on this
 * thread, or the thread ends. */
const char *wasi_crypto_last_error(void);

/* Bytes of stack that there must be where wasi_crypto_call() is called; with less, a guest can end the process. */
/* generated: stack bytes */
#define WASI_CRYPTO_STACK_BYTES 393216
/* end */

/* ---- The functions of the interface ---- */

/* Types of parameters: the numbers of WebAssembly's binary format. */
#define WASI_CRYPTO_I32 0x7f
#define WASI_CRYPTO_I64 0x7e

/* A host may leave the function out. This one never does. */
#define WASI_CRYPTO_OPTIONAL 1u
/* A call may take longer than about a millisecond: longer data, a password, a key to generate, a store. */
#define WASI_CRYPTO_MAY_BE_LONG 2u

/* A function that guests import. All return an i32. */
typedef struct wasi_crypto_function {
    /* The import module, such as "wasi_ephemeral_crypto_common". */
    const char *module;
    /* The import name, such as "options_open". */
    const char *name;
    /* The types of its parameters, WASI_CRYPTO_I32 or WASI_CRYPTO_I64 each. */
    const uint8_t *params;
    /* Their number, at most WASI_CRYPTO_MAX_PARAMS. */
    size_t params_len;
    /* WASI_CRYPTO_OPTIONAL and WASI_CRYPTO_MAY_BE_LONG, or'ed. */
    uint32_t flags;
} wasi_crypto_function;

/* generated: max params */
#define WASI_CRYPTO_MAX_PARAMS 8
/* end */

/* How many there are: they are numbered from 0 on. */
size_t wasi_crypto_function_count(void);

/* The function of this number; NULL if there is none. */
const wasi_crypto_function *wasi_crypto_function_at(size_t index);

/* The number of the function that a guest imports; SIZE_MAX if there is none, or a name is NULL or not UTF-8. */
size_t wasi_crypto_function_find(const char *module, const char *name);

/* The numbers, by name, with the types of the parameters. They hold for this WASI_CRYPTO_ABI. */
enum {
/* generated: functions */
    /* wasi_ephemeral_crypto_common */
    WASI_CRYPTO_FN_OPTIONS_OPEN = 0, /* i32 i32 */
    WASI_CRYPTO_FN_OPTIONS_CLOSE = 1, /* i32 */
    WASI_CRYPTO_FN_OPTIONS_SET = 2, /* i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_OPTIONS_SET_U64 = 3, /* i32 i32 i32 i64 */
    WASI_CRYPTO_FN_OPTIONS_SET_GUEST_BUFFER = 4, /* i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_ARRAY_OUTPUT_LEN = 5, /* i32 i32 */
    WASI_CRYPTO_FN_ARRAY_OUTPUT_PULL = 6, /* i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SECRETS_MANAGER_OPEN = 7, /* i32 i32 */
    WASI_CRYPTO_FN_SECRETS_MANAGER_CLOSE = 8, /* i32 */
    WASI_CRYPTO_FN_SECRETS_MANAGER_INVALIDATE = 9, /* i32 i32 i32 i64 */
    /* wasi_ephemeral_crypto_asymmetric_common */
    WASI_CRYPTO_FN_KEYPAIR_GENERATE = 10, /* i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_KEYPAIR_IMPORT = 11, /* i32 i32 i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_KEYPAIR_GENERATE_MANAGED = 12, /* i32 i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_KEYPAIR_STORE_MANAGED = 13, /* i32 i32 i32 i32 */
    WASI_CRYPTO_FN_KEYPAIR_REPLACE_MANAGED = 14, /* i32 i32 i32 i32 */
    WASI_CRYPTO_FN_KEYPAIR_ID = 15, /* i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_KEYPAIR_FROM_ID = 16, /* i32 i32 i32 i64 i32 */
    WASI_CRYPTO_FN_KEYPAIR_FROM_PK_AND_SK = 17, /* i32 i32 i32 */
    WASI_CRYPTO_FN_KEYPAIR_EXPORT = 18, /* i32 i32 i32 */
    WASI_CRYPTO_FN_KEYPAIR_PUBLICKEY = 19, /* i32 i32 */
    WASI_CRYPTO_FN_KEYPAIR_SECRETKEY = 20, /* i32 i32 */
    WASI_CRYPTO_FN_KEYPAIR_CLOSE = 21, /* i32 */
    WASI_CRYPTO_FN_PUBLICKEY_IMPORT = 22, /* i32 i32 i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_PUBLICKEY_EXPORT = 23, /* i32 i32 i32 */
    WASI_CRYPTO_FN_PUBLICKEY_VERIFY = 24, /* i32 */
    WASI_CRYPTO_FN_PUBLICKEY_FROM_SECRETKEY = 25, /* i32 i32 */
    WASI_CRYPTO_FN_PUBLICKEY_CLOSE = 26, /* i32 */
    WASI_CRYPTO_FN_SECRETKEY_IMPORT = 27, /* i32 i32 i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SECRETKEY_EXPORT = 28, /* i32 i32 i32 */
    WASI_CRYPTO_FN_SECRETKEY_CLOSE = 29, /* i32 */
    /* wasi_ephemeral_crypto_symmetric */
    WASI_CRYPTO_FN_SYMMETRIC_KEY_GENERATE = 30, /* i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_KEY_IMPORT = 31, /* i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_KEY_EXPORT = 32, /* i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_KEY_CLOSE = 33, /* i32 */
    WASI_CRYPTO_FN_SYMMETRIC_KEY_GENERATE_MANAGED = 34, /* i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_KEY_STORE_MANAGED = 35, /* i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_KEY_REPLACE_MANAGED = 36, /* i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_KEY_ID = 37, /* i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_KEY_FROM_ID = 38, /* i32 i32 i32 i64 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_STATE_OPEN = 39, /* i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_STATE_OPTIONS_GET = 40, /* i32 i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_STATE_OPTIONS_GET_U64 = 41, /* i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_STATE_CLONE = 42, /* i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_STATE_CLOSE = 43, /* i32 */
    WASI_CRYPTO_FN_SYMMETRIC_STATE_ABSORB = 44, /* i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_STATE_SQUEEZE = 45, /* i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_STATE_SQUEEZE_TAG = 46, /* i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_STATE_SQUEEZE_KEY = 47, /* i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_STATE_MAX_TAG_LEN = 48, /* i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_STATE_ENCRYPT = 49, /* i32 i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_STATE_ENCRYPT_DETACHED = 50, /* i32 i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_STATE_DECRYPT = 51, /* i32 i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_STATE_DECRYPT_DETACHED = 52, /* i32 i32 i32 i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_STATE_RATCHET = 53, /* i32 */
    WASI_CRYPTO_FN_SYMMETRIC_TAG_LEN = 54, /* i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_TAG_PULL = 55, /* i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_TAG_VERIFY = 56, /* i32 i32 i32 */
    WASI_CRYPTO_FN_SYMMETRIC_TAG_CLOSE = 57, /* i32 */
    /* wasi_ephemeral_crypto_signatures */
    WASI_CRYPTO_FN_SIGNATURE_EXPORT = 58, /* i32 i32 i32 */
    WASI_CRYPTO_FN_SIGNATURE_IMPORT = 59, /* i32 i32 i32 i32 i32 i32 */
    WASI_CRYPTO_FN_SIGNATURE_STATE_OPEN = 60, /* i32 i32 */
    WASI_CRYPTO_FN_SIGNATURE_STATE_UPDATE = 61, /* i32 i32 i32 */
    WASI_CRYPTO_FN_SIGNATURE_STATE_SIGN = 62, /* i32 i32 */
    WASI_CRYPTO_FN_SIGNATURE_STATE_CLOSE = 63, /* i32 */
    WASI_CRYPTO_FN_SIGNATURE_VERIFICATION_STATE_OPEN = 64, /* i32 i32 */
    WASI_CRYPTO_FN_SIGNATURE_VERIFICATION_STATE_UPDATE = 65, /* i32 i32 i32 */
    WASI_CRYPTO_FN_SIGNATURE_VERIFICATION_STATE_VERIFY = 66, /* i32 i32 */
    WASI_CRYPTO_FN_SIGNATURE_VERIFICATION_STATE_CLOSE = 67, /* i32 */
    WASI_CRYPTO_FN_SIGNATURE_CLOSE = 68, /* i32 */
    /* wasi_ephemeral_crypto_kx */
    WASI_CRYPTO_FN_KX_DH = 69, /* i32 i32 i32 */
    WASI_CRYPTO_FN_KX_ENCAPSULATE = 70, /* i32 i32 i32 */
    WASI_CRYPTO_FN_KX_DECAPSULATE = 71, /* i32 i32 i32 i32 */
    /* wasi_ephemeral_crypto_external_secrets */
    WASI_CRYPTO_FN_EXTERNAL_SECRET_STORE = 72, /* i32 i32 i32 i64 i32 i32 */
    WASI_CRYPTO_FN_EXTERNAL_SECRET_REPLACE = 73, /* i32 i32 i32 i64 i32 i32 i32 */
    WASI_CRYPTO_FN_EXTERNAL_SECRET_FROM_ID = 74, /* i32 i32 i32 i64 i32 */
    WASI_CRYPTO_FN_EXTERNAL_SECRET_INVALIDATE = 75, /* i32 i32 i32 i64 */
    WASI_CRYPTO_FN_EXTERNAL_SECRET_ENCAPSULATE = 76, /* i32 i32 i32 i64 i32 */
    WASI_CRYPTO_FN_EXTERNAL_SECRET_DECAPSULATE = 77, /* i32 i32 i32 i32 */
    /* wasi_ephemeral_crypto_symmetric_batch */
    WASI_CRYPTO_FN_BATCH_SYMMETRIC_STATE_SQUEEZE = 78, /* i32 i32 i32 */
    WASI_CRYPTO_FN_BATCH_SYMMETRIC_STATE_SQUEEZE_TAG = 79, /* i32 i32 i32 */
    WASI_CRYPTO_FN_BATCH_SYMMETRIC_STATE_ENCRYPT = 80, /* i32 i32 i32 */
    WASI_CRYPTO_FN_BATCH_SYMMETRIC_STATE_ENCRYPT_DETACHED = 81, /* i32 i32 i32 */
    WASI_CRYPTO_FN_BATCH_SYMMETRIC_STATE_DECRYPT = 82, /* i32 i32 i32 */
    WASI_CRYPTO_FN_BATCH_SYMMETRIC_STATE_DECRYPT_DETACHED = 83, /* i32 i32 i32 */
    /* wasi_ephemeral_crypto_signatures_batch */
    WASI_CRYPTO_FN_BATCH_SIGNATURE_STATE_SIGN = 84, /* i32 i32 i32 */
    WASI_CRYPTO_FN_BATCH_SIGNATURE_STATE_VERIFY = 85 /* i32 i32 i32 */
/* end */
};

/* ---- Secrets ---- */

/* A store of managed keys and secrets, with what opens it. Guests get a namespace of it each; see wasi_crypto_config_set_secrets(). */
typedef struct wasi_crypto_secrets wasi_crypto_secrets;

/* Opens a store.
 *
 * store:    "sqlite:PATH", a file that `wasi-crypto keys init` has made; or "memory:", which is empty, and lost with the object.
 * root_key: where the key is that opens it: "file:PATH", "env:NAME" or "command:LINE"; 32 bytes in base64 each time. NULL for "memory:",
 *           which then makes one up.
 *
 * WASI_CRYPTO_SECRETS if the store or the root key cannot be used. */
int32_t wasi_crypto_secrets_open(const char *store, const char *root_key, wasi_crypto_secrets **secrets);

/* Frees the object. What contexts and configs have of the store stays open. NULL is allowed. */
void wasi_crypto_secrets_free(wasi_crypto_secrets *secrets);

/* ---- Settings ---- */

/* What contexts are made with. */
typedef struct wasi_crypto_config wasi_crypto_config;

/* Limits on one guest. The documentation of the Rust type `Limits` says more. */
typedef enum wasi_crypto_limit {
    /* Open handles, 1 to 1,048,576. Default: 65,536. */
    WASI_CRYPTO_LIMIT_HANDLES = 0,
    /* Bytes of memory held for the guest. Default: 40 MiB. */
    WASI_CRYPTO_LIMIT_BYTES = 1,
    /* Bytes of any one thing that is gathered: a key, an option, associated data, a message of Ed25519. Default: 8 MiB. */
    WASI_CRYPTO_LIMIT_GATHERED_BYTES = 2,
    /* Bytes that one call works on in one piece; twice in a shared memory, from which it is copied. Default: 32 MiB. */
    WASI_CRYPTO_LIMIT_CALL_BYTES = 3,
    /* PBKDF2 iterations of one call. Default: 10,000,000. */
    WASI_CRYPTO_LIMIT_PASSWORD_ITERATIONS = 4,
    /* Bytes of memory that one call of Argon2 or scrypt goes over. Default: 1 GiB. */
    WASI_CRYPTO_LIMIT_PASSWORD_MEMORY_WORK = 5
} wasi_crypto_limit;

/* A config with safe limits, all algorithms, and no secrets; NULL if the library has a fault. */
wasi_crypto_config *wasi_crypto_config_new(void);

/* NULL is allowed. */
void wasi_crypto_config_free(wasi_crypto_config *config);

/* Replaces all settings by those of a file in TOML, and opens the store that it names:
 *
 *     algorithms = ["Ed25519", "SHA-256"]   # without it, all
 *     threads = false
 *     statistics = false
 *
 *     [limits]                    # those above; what is left out is as by default
 *     handles = 65536
 *     bytes = 41_943_040
 *     gathered-bytes = 8_388_608
 *     call-bytes = 33_554_432
 *     password-iterations = 10_000_000
 *     password-memory-work = 1_073_741_824
 *
 *     [secrets]                   # without it, guests have no secrets manager
 *     store = "sqlite:keys.db"
 *     root-key = "file:root.key"
 *     namespace = "tenant-42"
 *     policy = "policy.toml"      # a file; without it, no key leaves, and there may be 1,000
 *
 * WASI_CRYPTO_SETTING if something is wrong with it, and then nothing is changed. */
int32_t wasi_crypto_config_read(wasi_crypto_config *config, const char *path);

/* Sets a limit. Whether the value is good is told when a context is made. */
int32_t wasi_crypto_config_set_limit(wasi_crypto_config *config, uint32_t limit, uint64_t value);

/* Allows an algorithm, and by the first such call forbids all that are not allowed. Case does not matter. WASI_CRYPTO_SETTING if there is
 * no such algorithm. */
int32_t wasi_crypto_config_allow_algorithm(wasi_crypto_config *config, const char *name);

/* Gives guests the keys and secrets of a namespace. Guests of one namespace share them; others cannot reach them.
 *
 * policy: the text of a policy in TOML (see `wasi_crypto_host::secrets::Policy`), such as "export = 'never'\n[limits]\nkeys = 10\n".
 *         NULL for the default: no key leaves, and there may be 1,000.
 *
 * WASI_CRYPTO_SECRETS if the policy is wrong, or the root key does not open the namespace. */
int32_t wasi_crypto_config_set_secrets(wasi_crypto_config *config, const wasi_crypto_secrets *secrets, const char *namespace_,
                                       const char *policy);

/* Whether contexts are for guests with threads; see the rules above. Such calls take longer, by some 30 ns. Default: no. */
int32_t wasi_crypto_config_set_threads(wasi_crypto_config *config, int threads);

/* Whether contexts count calls; see wasi_crypto_context_calls(). Default: no. */
int32_t wasi_crypto_config_set_statistics(wasi_crypto_config *config, int statistics);

/* ---- Contexts ---- */

/* What the host keeps for one guest: its handles and keys, which no other guest can reach. */
typedef struct wasi_crypto_context wasi_crypto_context;

/* Makes a context for a guest. `config` may be NULL, for the defaults, and may be changed and freed afterwards. */
int32_t wasi_crypto_context_new(const wasi_crypto_config *config, wasi_crypto_context **context);

/* Closes everything that the guest has open, wipes its keys, and frees the context. NULL is allowed. WASI_CRYPTO_BUSY while a call goes
 * on, and then nothing is freed; where threads share the context, that is not noticed. */
int32_t wasi_crypto_context_free(wasi_crypto_context *context);

/* Runs a function for the guest.
 *
 * function:   its number.
 * memory:     the linear memory of the guest's instance that calls, from its first byte on; may be NULL if it has none.
 * memory_len: its size in bytes, now.
 * shared:     0 if nothing else reads or writes the memory during the call; 1 if other threads may, as of a memory that WebAssembly calls
 *             shared, which must not move, and begins at a multiple of 8 bytes. Its size is rounded down to a multiple of 8 bytes: ranges
 *             behind that are outside. What the host works on in one piece is copied out of it, and counts in WASI_CRYPTO_LIMIT_CALL_BYTES
 *             once more: messages above half of that overflow here.
 * args:       the guest's arguments, each in the low bits of a number; a copy of the host's, not in the guest's memory.
 * args_len:   how many: `params_len` of the function.
 *
 * Returns the guest's result, a wasi_crypto_errno from 0 on. WASI_CRYPTO_ERRNO_IN_PROGRESS says that the call was stopped: end the guest
 * instead. WASI_CRYPTO_FAULT says that the library failed, in the middle of the work perhaps: end the guest, too. Another negative number says
 * that this function was misused, and nothing was done. Nothing is kept of `memory` and `args`. */
int32_t wasi_crypto_call(wasi_crypto_context *context, size_t function, uint8_t *memory, size_t memory_len, int shared,
                         const uint64_t *args, size_t args_len);

/* What a guest has open. */
typedef struct wasi_crypto_statistics {
    /* Handles. */
    uint64_t open_handles;
    /* Bytes held for the guest, as the limit counts them. */
    uint64_t held_bytes;
} wasi_crypto_statistics;

int32_t wasi_crypto_context_statistics(const wasi_crypto_context *context, wasi_crypto_statistics *statistics);

/* How often the guest has called a function; 0 in contexts that do not count. */
int32_t wasi_crypto_context_calls(const wasi_crypto_context *context, size_t function, uint64_t *calls);

/* ---- Stopping ---- */

/* Ends calls of a guest from another thread. Long calls look at it every millisecond or so, and return WASI_CRYPTO_ERRNO_IN_PROGRESS; those
 * of Argon2 look before they begin only, and then take as long as their limit allows, half a second by default. The guest's own code is
 * the engine's to end. */
typedef struct wasi_crypto_stop_handle wasi_crypto_stop_handle;

/* Makes one; while no call goes on, unless threads share the context. It may outlive the context. */
int32_t wasi_crypto_stop_handle_new(const wasi_crypto_context *context, wasi_crypto_stop_handle **handle);

/* NULL is allowed. Does not stop anything. */
void wasi_crypto_stop_handle_free(wasi_crypto_stop_handle *handle);

/* Ends the long call that goes on, and all that follow. */
int32_t wasi_crypto_stop(const wasi_crypto_stop_handle *handle);

/* Does the same after this time, in the place of any time set before. */
int32_t wasi_crypto_stop_after(const wasi_crypto_stop_handle *handle, uint64_t milliseconds);

#ifdef __cplusplus
}
#endif

#endif
