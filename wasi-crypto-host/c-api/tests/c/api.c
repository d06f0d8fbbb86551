/* What the header promises, from C. Prints nothing and returns 0 if all holds. */
#include "wasi_crypto.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: %s (last error: %s)\n", __FILE__, __LINE__, #condition, wasi_crypto_last_error()); \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

/* As an instance with one page has it, with nothing before and behind it that belongs to anybody. */
static uint8_t *memory;
#define MEMORY_LEN 65536

#define CALL(context, function, ...)                                                                                \
    wasi_crypto_call(context, function, memory, MEMORY_LEN, 0, (const uint64_t[]){__VA_ARGS__},                    \
                     sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t))

static uint32_t u32_at(size_t address) {
    uint32_t value;
    memcpy(&value, memory + address, sizeof value);
    return value;
}

static wasi_crypto_context *new_context(const wasi_crypto_config *config) {
    wasi_crypto_context *context = NULL;
    CHECK(wasi_crypto_context_new(config, &context) == WASI_CRYPTO_OK && context != NULL);
    return context;
}

static void the_library_says_what_it_is(void) {
    CHECK(wasi_crypto_abi() == WASI_CRYPTO_ABI);
    CHECK(strchr(wasi_crypto_version(), '.') != NULL);
    CHECK(strcmp(wasi_crypto_last_error(), "") == 0);
}

static void the_functions_are_listed(void) {
    CHECK(wasi_crypto_function_count() == 86);
    CHECK(wasi_crypto_function_at(wasi_crypto_function_count()) == NULL);
    CHECK(wasi_crypto_function_at(SIZE_MAX) == NULL);
    for (size_t i = 0; i < wasi_crypto_function_count(); i++) {
        const wasi_crypto_function *function = wasi_crypto_function_at(i);
        CHECK(function->params_len >= 1 && function->params_len <= WASI_CRYPTO_MAX_PARAMS);
        CHECK(wasi_crypto_function_find(function->module, function->name) == i);
        for (size_t param = 0; param < function->params_len; param++)
            CHECK(function->params[param] == WASI_CRYPTO_I32 || function->params[param] == WASI_CRYPTO_I64);
    }
    const wasi_crypto_function *set = wasi_crypto_function_at(WASI_CRYPTO_FN_OPTIONS_SET_U64);
    const uint8_t types[] = {WASI_CRYPTO_I32, WASI_CRYPTO_I32, WASI_CRYPTO_I32, WASI_CRYPTO_I64};
    CHECK(strcmp(set->name, "options_set_u64") == 0 && strcmp(set->module, "wasi_ephemeral_crypto_common") == 0);
    CHECK(set->params_len == 4 && memcmp(set->params, types, 4) == 0);
    CHECK(wasi_crypto_function_at(WASI_CRYPTO_FN_KEYPAIR_GENERATE)->flags & WASI_CRYPTO_MAY_BE_LONG);
    CHECK(wasi_crypto_function_at(WASI_CRYPTO_FN_SECRETS_MANAGER_OPEN)->flags & WASI_CRYPTO_OPTIONAL);
    CHECK(wasi_crypto_function_find("wasi_ephemeral_crypto_kx", "options_open") == SIZE_MAX);
    CHECK(wasi_crypto_function_find(NULL, "options_open") == SIZE_MAX);
    CHECK(wasi_crypto_function_find("\xff", "options_open") == SIZE_MAX);
}

/* FIPS 180-4's example: SHA-256 of "abc". */
static void hash_abc(wasi_crypto_context *context, int shared) {
    static const uint8_t digest[32] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
                                       0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
                                       0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    memcpy(memory, "SHA-256", 7);
    memcpy(memory + 16, "abc", 3);
    memory[32] = 1; /* no key, no options */
    const uint64_t open[] = {0, 7, 32, 32, 64};
    CHECK(wasi_crypto_call(context, WASI_CRYPTO_FN_SYMMETRIC_STATE_OPEN, memory, MEMORY_LEN, shared, open, 5) == 0);
    const uint64_t absorb[] = {u32_at(64), 16, 3};
    CHECK(wasi_crypto_call(context, WASI_CRYPTO_FN_SYMMETRIC_STATE_ABSORB, memory, MEMORY_LEN, shared, absorb, 3) == 0);
    const uint64_t squeeze[] = {u32_at(64), MEMORY_LEN - 32, 32}; /* to the very end */
    CHECK(wasi_crypto_call(context, WASI_CRYPTO_FN_SYMMETRIC_STATE_SQUEEZE, memory, MEMORY_LEN, shared, squeeze, 3) == 0);
    CHECK(memcmp(memory + MEMORY_LEN - 32, digest, 32) == 0);
    const uint64_t close[] = {u32_at(64)};
    CHECK(wasi_crypto_call(context, WASI_CRYPTO_FN_SYMMETRIC_STATE_CLOSE, memory, MEMORY_LEN, shared, close, 1) == 0);
    memset(memory + MEMORY_LEN - 32, 0, 32);
}

static void a_guest_hashes(void) {
    wasi_crypto_context *context = new_context(NULL);
    hash_abc(context, 0);
    hash_abc(context, 1);
    CHECK(wasi_crypto_context_free(context) == WASI_CRYPTO_OK);
}

static void what_a_guest_does_wrong_is_its_errno(void) {
    wasi_crypto_context *context = new_context(NULL);
    CHECK(CALL(context, WASI_CRYPTO_FN_OPTIONS_OPEN, 1, MEMORY_LEN - 3) == WASI_CRYPTO_ERRNO_GUEST_ERROR);
    CHECK(CALL(context, WASI_CRYPTO_FN_OPTIONS_OPEN, 1, UINT64_MAX) == WASI_CRYPTO_ERRNO_GUEST_ERROR);
    CHECK(CALL(context, WASI_CRYPTO_FN_OPTIONS_CLOSE, 77) == WASI_CRYPTO_ERRNO_INVALID_HANDLE);
    const uint64_t args[] = {1, 0};
    CHECK(wasi_crypto_call(context, WASI_CRYPTO_FN_OPTIONS_OPEN, NULL, 0, 0, args, 2) == WASI_CRYPTO_ERRNO_GUEST_ERROR);
    /* Any call with any arguments. */
    const uint64_t values[] = {0, 1, 64, MEMORY_LEN, UINT32_MAX, UINT64_MAX};
    for (size_t i = 0; i < wasi_crypto_function_count(); i++) {
        for (size_t value = 0; value < sizeof values / sizeof values[0]; value++) {
            uint64_t all[WASI_CRYPTO_MAX_PARAMS];
            for (size_t arg = 0; arg < WASI_CRYPTO_MAX_PARAMS; arg++) all[arg] = values[value];
            size_t len = wasi_crypto_function_at(i)->params_len;
            for (int shared = 0; shared < 2; shared++)
                CHECK(wasi_crypto_call(context, i, memory, MEMORY_LEN, shared, all, len) >= 0);
        }
    }
    CHECK(wasi_crypto_context_free(context) == WASI_CRYPTO_OK);
}

static void misuse_is_told(void) {
    wasi_crypto_context *context = new_context(NULL);
    const uint64_t args[] = {1, 64, 0};
    CHECK(wasi_crypto_call(NULL, 0, memory, MEMORY_LEN, 0, args, 2) == WASI_CRYPTO_NULL);
    CHECK(strstr(wasi_crypto_last_error(), "`context` is null") != NULL);
    CHECK(wasi_crypto_call(context, 86, memory, MEMORY_LEN, 0, args, 2) == WASI_CRYPTO_ARGUMENT);
    CHECK(wasi_crypto_call(context, 0, memory, MEMORY_LEN, 0, args, 3) == WASI_CRYPTO_ARGUMENT);
    CHECK(strcmp(wasi_crypto_last_error(), "options_open takes 2 arguments and was given 3") == 0);
    CHECK(wasi_crypto_call(context, 0, memory, MEMORY_LEN, 0, NULL, 2) == WASI_CRYPTO_ARGUMENT);
    CHECK(wasi_crypto_call(context, 0, memory, MEMORY_LEN, 0, (const uint64_t *)((const char *)args + 1), 2) ==
          WASI_CRYPTO_ARGUMENT);
    CHECK(wasi_crypto_call(context, 0, NULL, MEMORY_LEN, 0, args, 2) == WASI_CRYPTO_NULL);
    CHECK(wasi_crypto_call(context, 0, memory, SIZE_MAX, 0, args, 2) == WASI_CRYPTO_ARGUMENT);
    CHECK(wasi_crypto_call(context, 0, memory + 1, MEMORY_LEN - 8, 1, args, 2) == WASI_CRYPTO_ARGUMENT);

    CHECK(wasi_crypto_context_new(NULL, NULL) == WASI_CRYPTO_NULL);
    CHECK(wasi_crypto_context_free(NULL) == WASI_CRYPTO_OK);
    CHECK(wasi_crypto_context_statistics(context, NULL) == WASI_CRYPTO_NULL);
    CHECK(wasi_crypto_context_calls(context, 0, NULL) == WASI_CRYPTO_NULL);
    CHECK(wasi_crypto_stop_handle_new(NULL, NULL) == WASI_CRYPTO_NULL);
    CHECK(wasi_crypto_stop(NULL) == WASI_CRYPTO_NULL);
    CHECK(wasi_crypto_stop_after(NULL, 0) == WASI_CRYPTO_NULL);
    wasi_crypto_stop_handle_free(NULL);
    wasi_crypto_config_free(NULL);
    wasi_crypto_secrets_free(NULL);

    wasi_crypto_config *config = wasi_crypto_config_new();
    CHECK(wasi_crypto_config_set_limit(config, 6, 1) == WASI_CRYPTO_ARGUMENT);
    CHECK(wasi_crypto_config_allow_algorithm(config, "rot13") == WASI_CRYPTO_SETTING);
    CHECK(wasi_crypto_config_allow_algorithm(config, NULL) == WASI_CRYPTO_NULL);
    CHECK(wasi_crypto_config_allow_algorithm(config, "\xc3") == WASI_CRYPTO_TEXT);
    CHECK(wasi_crypto_config_read(config, "no/such/file.toml") == WASI_CRYPTO_SETTING);
    CHECK(strstr(wasi_crypto_last_error(), "cannot read no/such/file.toml") != NULL);
    CHECK(wasi_crypto_config_set_limit(config, WASI_CRYPTO_LIMIT_HANDLES, 0) == WASI_CRYPTO_OK);
    wasi_crypto_context *none = NULL;
    CHECK(wasi_crypto_context_new(config, &none) == WASI_CRYPTO_SETTING && none == NULL);
    wasi_crypto_config_free(config);

    wasi_crypto_secrets *secrets = NULL;
    CHECK(wasi_crypto_secrets_open("mysql://host", NULL, &secrets) == WASI_CRYPTO_SECRETS);
    CHECK(wasi_crypto_secrets_open("sqlite:no/such/folder/keys.db", "env:NONE", &secrets) == WASI_CRYPTO_SECRETS);
    CHECK(wasi_crypto_secrets_open("memory:", NULL, NULL) == WASI_CRYPTO_NULL);
    CHECK(secrets == NULL);

    /* And the context is as good as before. */
    hash_abc(context, 0);
    CHECK(wasi_crypto_context_free(context) == WASI_CRYPTO_OK);
}

static void settings_bind_the_guest(void) {
    wasi_crypto_config *config = wasi_crypto_config_new();
    CHECK(wasi_crypto_config_set_limit(config, WASI_CRYPTO_LIMIT_HANDLES, 2) == WASI_CRYPTO_OK);
    CHECK(wasi_crypto_config_allow_algorithm(config, "sha-256") == WASI_CRYPTO_OK);
    CHECK(wasi_crypto_config_set_statistics(config, 1) == WASI_CRYPTO_OK);
    wasi_crypto_context *context = new_context(config);
    wasi_crypto_config_free(config);

    hash_abc(context, 0);
    memcpy(memory, "SHA-512", 7);
    CHECK(CALL(context, WASI_CRYPTO_FN_SYMMETRIC_STATE_OPEN, 0, 7, 32, 32, 64) ==
          WASI_CRYPTO_ERRNO_UNSUPPORTED_ALGORITHM);
    CHECK(CALL(context, WASI_CRYPTO_FN_OPTIONS_OPEN, 1, 64) == 0);
    CHECK(CALL(context, WASI_CRYPTO_FN_OPTIONS_OPEN, 1, 64) == 0);
    CHECK(CALL(context, WASI_CRYPTO_FN_OPTIONS_OPEN, 1, 64) == WASI_CRYPTO_ERRNO_TOO_MANY_HANDLES);

    wasi_crypto_statistics statistics;
    CHECK(wasi_crypto_context_statistics(context, &statistics) == WASI_CRYPTO_OK);
    CHECK(statistics.open_handles == 2 && statistics.held_bytes >= 2 * 144);
    uint64_t calls = 77;
    CHECK(wasi_crypto_context_calls(context, WASI_CRYPTO_FN_OPTIONS_OPEN, &calls) == WASI_CRYPTO_OK && calls == 3);
    CHECK(wasi_crypto_context_calls(context, WASI_CRYPTO_FN_KX_DH, &calls) == WASI_CRYPTO_OK && calls == 0);
    CHECK(wasi_crypto_context_calls(context, 86, &calls) == WASI_CRYPTO_ARGUMENT);
    CHECK(wasi_crypto_context_free(context) == WASI_CRYPTO_OK);
}

/* A key that one guest makes is there for another of its namespace, and for none of another. */
static void guests_of_a_namespace_share_its_keys(void) {
    wasi_crypto_context *without = new_context(NULL);
    memory[32] = 1;
    CHECK(CALL(without, WASI_CRYPTO_FN_SECRETS_MANAGER_OPEN, 32, 64) == WASI_CRYPTO_ERRNO_UNSUPPORTED_FEATURE);
    CHECK(wasi_crypto_context_free(without) == WASI_CRYPTO_OK);

    wasi_crypto_secrets *secrets = NULL;
    CHECK(wasi_crypto_secrets_open("memory:", NULL, &secrets) == WASI_CRYPTO_OK);
    wasi_crypto_config *config = wasi_crypto_config_new();
    CHECK(wasi_crypto_config_set_secrets(config, secrets, "one", "exports = 'never'") == WASI_CRYPTO_SECRETS);
    CHECK(wasi_crypto_config_set_secrets(config, secrets, "one", "export = 'never'") == WASI_CRYPTO_OK);
    wasi_crypto_context *maker = new_context(config), *user = new_context(config);
    CHECK(wasi_crypto_config_set_secrets(config, secrets, "another", NULL) == WASI_CRYPTO_OK);
    wasi_crypto_context *stranger = new_context(config);
    wasi_crypto_secrets_free(secrets);
    wasi_crypto_config_free(config);

    memcpy(memory, "AES-256-GCM", 11);
    CHECK(CALL(maker, WASI_CRYPTO_FN_SECRETS_MANAGER_OPEN, 32, 64) == 0);
    CHECK(CALL(maker, WASI_CRYPTO_FN_SYMMETRIC_KEY_GENERATE_MANAGED, u32_at(64), 0, 11, 32, 68) == 0);
    CHECK(CALL(maker, WASI_CRYPTO_FN_SYMMETRIC_KEY_ID, u32_at(68), 128, 32, 72, 80) == 0);
    CHECK(CALL(maker, WASI_CRYPTO_FN_SYMMETRIC_KEY_EXPORT, u32_at(68), 72) == WASI_CRYPTO_ERRNO_PROHIBITED_OPERATION);
    CHECK(CALL(user, WASI_CRYPTO_FN_SECRETS_MANAGER_OPEN, 32, 64) == 0);
    CHECK(CALL(user, WASI_CRYPTO_FN_SYMMETRIC_KEY_FROM_ID, u32_at(64), 128, 32, 1, 68) == 0);
    CHECK(CALL(stranger, WASI_CRYPTO_FN_SECRETS_MANAGER_OPEN, 32, 64) == 0);
    CHECK(CALL(stranger, WASI_CRYPTO_FN_SYMMETRIC_KEY_FROM_ID, u32_at(64), 128, 32, 1, 68) ==
          WASI_CRYPTO_ERRNO_NOT_FOUND);
    CHECK(wasi_crypto_context_free(maker) == WASI_CRYPTO_OK);
    CHECK(wasi_crypto_context_free(user) == WASI_CRYPTO_OK);
    CHECK(wasi_crypto_context_free(stranger) == WASI_CRYPTO_OK);
}

/* Opens a state of PBKDF2 with so many iterations that they take minutes. */
static void long_password_hash(wasi_crypto_context *context) {
    memcpy(memory, "PBKDF2-SHA-512", 14);
    memcpy(memory + 16, "ops_limit", 9);
    memcpy(memory + 32, "salt", 4);
    CHECK(CALL(context, WASI_CRYPTO_FN_OPTIONS_OPEN, 1, 68) == 0);
    CHECK(CALL(context, WASI_CRYPTO_FN_OPTIONS_SET_U64, u32_at(68), 16, 9, 2000000000) == 0);
    CHECK(CALL(context, WASI_CRYPTO_FN_OPTIONS_SET, u32_at(68), 32, 4, 32, 4) == 0 /* which is its name, too */);
    memory[64] = 0; /* these options */
    memory[48] = 1; /* no key */
    CHECK(CALL(context, WASI_CRYPTO_FN_SYMMETRIC_STATE_OPEN, 0, 14, 48, 64, 80) == 0);
    CHECK(CALL(context, WASI_CRYPTO_FN_SYMMETRIC_STATE_ABSORB, u32_at(80), 32, 4) == 0);
}

/* A call that goes on, and what ends it. */
struct going_on {
    wasi_crypto_context *context;
    wasi_crypto_stop_handle *handle;
};

static void *intrude_and_stop(void *argument) {
    struct going_on *going_on = argument;
    uint8_t own[64] = {0};
    const uint64_t args[] = {1, 0};
    wasi_crypto_statistics statistics;
    wasi_crypto_stop_handle *handle;
    /* Until the other thread has begun. */
    for (;;) {
        int32_t result = wasi_crypto_call(going_on->context, WASI_CRYPTO_FN_OPTIONS_OPEN, own, sizeof own, 0, args, 2);
        if (result == WASI_CRYPTO_BUSY) break;
        CHECK(result == 0 || result == WASI_CRYPTO_ERRNO_TOO_MANY_HANDLES);
    }
    CHECK(strstr(wasi_crypto_last_error(), "another call uses the context") != NULL);
    CHECK(wasi_crypto_context_free(going_on->context) == WASI_CRYPTO_BUSY);
    CHECK(wasi_crypto_context_statistics(going_on->context, &statistics) == WASI_CRYPTO_BUSY);
    CHECK(wasi_crypto_stop_handle_new(going_on->context, &handle) == WASI_CRYPTO_BUSY);
    CHECK(wasi_crypto_stop(going_on->handle) == WASI_CRYPTO_OK);
    return NULL;
}

static wasi_crypto_context *without_limit_on_iterations(void) {
    wasi_crypto_config *config = wasi_crypto_config_new();
    CHECK(wasi_crypto_config_set_limit(config, WASI_CRYPTO_LIMIT_PASSWORD_ITERATIONS, UINT64_MAX) == WASI_CRYPTO_OK);
    wasi_crypto_context *context = new_context(config);
    wasi_crypto_config_free(config);
    return context;
}

static void a_call_can_be_stopped_and_nobody_comes_in_between(void) {
    wasi_crypto_context *context = without_limit_on_iterations();
    struct going_on going_on = {context, NULL};
    CHECK(wasi_crypto_stop_handle_new(context, &going_on.handle) == WASI_CRYPTO_OK);
    long_password_hash(context);
    const uint64_t squeeze[] = {u32_at(80), 1024, 64};
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, intrude_and_stop, &going_on) == 0);
    int32_t result;
    do {
        /* Busy, if the other one is faster. */
        result = wasi_crypto_call(context, WASI_CRYPTO_FN_SYMMETRIC_STATE_SQUEEZE, memory, MEMORY_LEN, 0, squeeze, 3);
    } while (result == WASI_CRYPTO_BUSY);
    CHECK(result == WASI_CRYPTO_ERRNO_IN_PROGRESS);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(wasi_crypto_context_free(context) == WASI_CRYPTO_OK);
    CHECK(wasi_crypto_stop(going_on.handle) == WASI_CRYPTO_OK); /* which outlives the context */
    wasi_crypto_stop_handle_free(going_on.handle);
}

static void a_call_can_be_stopped_by_the_clock(void) {
    wasi_crypto_context *context = without_limit_on_iterations();
    wasi_crypto_stop_handle *handle = NULL;
    CHECK(wasi_crypto_stop_handle_new(context, &handle) == WASI_CRYPTO_OK);
    long_password_hash(context);
    CHECK(wasi_crypto_stop_after(handle, UINT64_MAX) == WASI_CRYPTO_OK);
    CHECK(wasi_crypto_stop_after(handle, 20) == WASI_CRYPTO_OK);
    wasi_crypto_stop_handle_free(handle);
    CHECK(CALL(context, WASI_CRYPTO_FN_SYMMETRIC_STATE_SQUEEZE, u32_at(80), 1024, 64) ==
          WASI_CRYPTO_ERRNO_IN_PROGRESS);
    CHECK(wasi_crypto_context_free(context) == WASI_CRYPTO_OK);
}

static void *hash_many(void *context) {
    uint64_t own[32] = {0}; /* aligned */
    uint8_t *bytes = (uint8_t *)own;
    memcpy(bytes, "SHA-256", 7);
    bytes[32] = 1;
    for (int i = 0; i < 200; i++) {
        const uint64_t open[] = {0, 7, 32, 32, 64};
        CHECK(wasi_crypto_call(context, WASI_CRYPTO_FN_SYMMETRIC_STATE_OPEN, bytes, sizeof own, 1, open, 5) == 0);
        uint32_t state;
        memcpy(&state, bytes + 64, sizeof state);
        const uint64_t squeeze[] = {state, 128, 32};
        CHECK(wasi_crypto_call(context, WASI_CRYPTO_FN_SYMMETRIC_STATE_SQUEEZE, bytes, sizeof own, 1, squeeze, 3) == 0);
        CHECK(bytes[128] == 0xe3 && bytes[159] == 0x55); /* of nothing */
        const uint64_t close[] = {state};
        CHECK(wasi_crypto_call(context, WASI_CRYPTO_FN_SYMMETRIC_STATE_CLOSE, bytes, sizeof own, 1, close, 1) == 0);
    }
    return NULL;
}

static void threads_of_a_guest_share_a_context(void) {
    wasi_crypto_config *config = wasi_crypto_config_new();
    CHECK(wasi_crypto_config_set_threads(config, 1) == WASI_CRYPTO_OK);
    wasi_crypto_context *context = new_context(config);
    wasi_crypto_config_free(config);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, hash_many, context) == 0);
    for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    wasi_crypto_statistics statistics;
    CHECK(wasi_crypto_context_statistics(context, &statistics) == WASI_CRYPTO_OK && statistics.open_handles == 0);
    CHECK(wasi_crypto_context_free(context) == WASI_CRYPTO_OK);
}

int main(void) {
    memory = calloc(1, MEMORY_LEN);
    CHECK(memory != NULL);
    the_library_says_what_it_is();
    the_functions_are_listed();
    a_guest_hashes();
    what_a_guest_does_wrong_is_its_errno();
    misuse_is_told();
    settings_bind_the_guest();
    guests_of_a_namespace_share_its_keys();
    a_call_can_be_stopped_and_nobody_comes_in_between();
    a_call_can_be_stopped_by_the_clock();
    threads_of_a_guest_share_a_context();
    free(memory);
    return 0;
}
