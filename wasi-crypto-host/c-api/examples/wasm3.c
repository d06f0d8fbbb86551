/* Runs a WebAssembly command on wasm3 (https://github.com/wasm3/wasm3), an interpreter in C, with wasi-crypto. Of WASI it has what
 * the conformance suite asks for: `fd_write` to standard output and error, and `proc_exit`.
 *
 *     cc -O2 -pthread -I wasm3/source wasm3.c wasm3/source/m3_*.c $(pkg-config --cflags --libs wasi-crypto) -lm -o wasm3-crypto
 *     ./wasm3-crypto guest.wasm
 *
 * Not with less than -O2: a compiler that does not make jumps of wasm3's calls at the end of a function lets each instruction of a guest
 * take some of the stack.
 *
 * Exit status: the guest's own; 134 after a trap, 126 if the guest cannot be started, 127 if its file cannot be read, 2 for wrong use.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wasm3.h"
/* Not for users of wasm3, but nothing else says how deep it goes, and what a module imports. */
#include "m3_env.h"
#include "wasi_crypto.h"

#if d_m3MaxNativeStack == 0
#error "this wasm3 does not bound how deep a guest recurses, so that any guest can end the process"
#endif

/* wasm3 recurses on the stack of its thread where a guest does, and ends the guest d_m3MaxNativeStack below where it was called: then the
 * host must still have its stack. wasm3 itself goes further down by up to 48 KiB for loops inside one another, and by 400 KiB where it
 * compiles a function with as many blocks as it takes. */
#define STACK_BYTES (d_m3MaxNativeStack + WASI_CRYPTO_STACK_BYTES + (512 << 10))

static const char STOPPED[] = "a call of wasi-crypto was stopped";
static const char MISUSED[] = "wasi-crypto was misused";
static const char OUTSIDE[] = "a pointer leads out of the guest's memory";

/* One for the guest of this process. */
static wasi_crypto_context *crypto;

/* With a store of keys that lives as long as this process. */
static int32_t new_context(void) {
    wasi_crypto_secrets *secrets = NULL;
    wasi_crypto_config *config = wasi_crypto_config_new();
    int32_t status = wasi_crypto_secrets_open("memory:", NULL, &secrets);
    if (status == WASI_CRYPTO_OK) status = wasi_crypto_config_set_secrets(config, secrets, "guest", NULL);
    if (status == WASI_CRYPTO_OK) status = wasi_crypto_context_new(config, &crypto);
    wasi_crypto_secrets_free(secrets);
    wasi_crypto_config_free(config);
    return status;
}

/* A function of wasi-crypto, whose number is the user data. The result has the first slot, and each argument one behind it. */
static const void *call(IM3Runtime runtime, IM3ImportContext import, uint64_t *slots, void *memory) {
    size_t number = (size_t)import->userdata;
    const wasi_crypto_function *function = wasi_crypto_function_at(number);
    uint64_t args[WASI_CRYPTO_MAX_PARAMS];
    for (size_t i = 0; i < function->params_len; i++)
        args[i] = function->params[i] == WASI_CRYPTO_I32 ? (uint32_t)slots[1 + i] : slots[1 + i];
    int32_t result =
        wasi_crypto_call(crypto, number, memory, m3_GetMemorySize(runtime), 0, args, function->params_len);
    if (result < 0) {
        fprintf(stderr, "wasi-crypto: %s\n", wasi_crypto_last_error());
        return MISUSED;
    }
    if (result == WASI_CRYPTO_ERRNO_IN_PROGRESS) return STOPPED;
    memcpy(&slots[0], &result, sizeof result);
    return m3Err_none;
}

/* Defines those functions that the module imports, and returns what is the matter if that fails. */
static M3Result link_crypto(IM3Module module) {
    for (size_t number = 0; number < wasi_crypto_function_count(); number++) {
        const wasi_crypto_function *function = wasi_crypto_function_at(number);
        char signature[WASI_CRYPTO_MAX_PARAMS + 4] = "i(";
        for (size_t i = 0; i < function->params_len; i++)
            strcat(signature, function->params[i] == WASI_CRYPTO_I32 ? "i" : "I");
        strcat(signature, ")");
        M3Result result =
            m3_LinkRawFunctionEx(module, function->module, function->name, signature, call, (const void *)number);
        if (result != m3Err_none && result != m3Err_functionLookupFailed) return result;
    }
    return m3Err_none;
}

static uint32_t u32_at(const uint8_t *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

/* fd_write(fd, parts, number of parts, where the number of bytes goes) */
static const void *fd_write(IM3Runtime runtime, IM3ImportContext import, uint64_t *slots, void *memory) {
    (void)import;
    uint64_t len = m3_GetMemorySize(runtime);
    uint8_t *bytes = memory;
    uint64_t fd = (uint32_t)slots[1], parts = (uint32_t)slots[2], count = (uint32_t)slots[3], to = (uint32_t)slots[4];
    uint32_t errno_ = 0, written = 0;
    if (parts + 8 * count > len || to + 4 > len) return OUTSIDE;
    if (fd != 1 && fd != 2) errno_ = 8; /* badf */
    for (uint64_t i = 0; i < count && errno_ == 0; i++) {
        uint64_t start = u32_at(bytes + parts + 8 * i), part = u32_at(bytes + parts + 8 * i + 4);
        if (start + part > len) return OUTSIDE;
        if (fwrite(bytes + start, 1, part, fd == 1 ? stdout : stderr) != part) errno_ = 29; /* io */
        written += (uint32_t)part;
    }
    memcpy(bytes + to, &written, sizeof written);
    memcpy(&slots[0], &errno_, sizeof errno_);
    return m3Err_none;
}

static const void *proc_exit(IM3Runtime runtime, IM3ImportContext import, uint64_t *slots, void *memory) {
    (void)runtime, (void)import, (void)memory;
    exit((int)(uint32_t)slots[0]);
}

static M3Result link_wasi(IM3Module module) {
    M3Result result = m3_LinkRawFunction(module, "wasi_snapshot_preview1", "fd_write", "i(iiii)", fd_write);
    if (result != m3Err_none && result != m3Err_functionLookupFailed) return result;
    result = m3_LinkRawFunction(module, "wasi_snapshot_preview1", "proc_exit", "v(i)", proc_exit);
    return result == m3Err_functionLookupFailed ? m3Err_none : result;
}

/* The bytes of a file; NULL if it cannot be read. */
static uint8_t *read_file(const char *path, size_t *len) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return NULL;
    uint8_t *bytes = NULL;
    size_t capacity = 0;
    *len = 0;
    do {
        capacity = capacity * 2 + 65536;
        uint8_t *larger = realloc(bytes, capacity);
        if (larger == NULL) {
            free(bytes);
            fclose(file);
            return NULL;
        }
        bytes = larger;
        *len += fread(bytes + *len, 1, capacity - *len, file);
    } while (*len == capacity);
    fclose(file);
    return bytes;
}

static int fail(int status, const char *what, const char *why) {
    fflush(stdout);
    fprintf(stderr, "wasm3-crypto: %s: %s\n", what, why);
    return status;
}

typedef struct {
    uint8_t *wasm;
    size_t len;
    int status;
} Guest;

/* Returns the exit status. */
static int run(const Guest *guest) {
    IM3Environment environment = m3_NewEnvironment();
    IM3Runtime runtime = m3_NewRuntime(environment, 1 << 20, NULL);
    IM3Module module;
    IM3Function start;
    M3Result result = m3_ParseModule(environment, &module, guest->wasm, (uint32_t)guest->len);
    /* wasm3 0.9.0 crashes on it. */
    if (result == m3Err_none && module->memoryImported)
        return fail(126, "the guest cannot be started", "it imports a memory");
    if (result == m3Err_none) result = m3_LoadModule(runtime, module);
    if (result == m3Err_none) result = link_crypto(module);
    if (result == m3Err_none) result = link_wasi(module);
    /* All of it, so that an import that nobody has is found now. */
    if (result == m3Err_none) result = m3_CompileModule(module);
    if (result == m3Err_none) result = m3_FindFunction(&start, runtime, "_start");
    if (result != m3Err_none) {
        M3ErrorInfo info;
        m3_GetErrorInfo(runtime, &info);
        fprintf(stderr, "wasm3-crypto: %s\n", info.message);
        return fail(126, "the guest cannot be started", result);
    }
    result = m3_CallV(start);
    if (result != m3Err_none) return fail(134, "the guest trapped", result);
    fflush(stdout);
    m3_FreeRuntime(runtime);
    m3_FreeEnvironment(environment);
    return 0;
}

static void *run_thread(void *guest_) {
    Guest *guest = guest_;
    guest->status = run(guest);
    return NULL;
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("wasm3 %s with wasi-crypto %s\n", M3_VERSION, wasi_crypto_version());
        return 0;
    }
    if (argc != 2) return fail(2, "usage", "wasm3-crypto GUEST.wasm");
    Guest guest = {0};
    guest.wasm = read_file(argv[1], &guest.len);
    if (guest.wasm == NULL) return fail(127, argv[1], "cannot be read");
    if (new_context() != WASI_CRYPTO_OK) return fail(126, "wasi-crypto", wasi_crypto_last_error());

    /* The main thread has as much stack as whoever starts the program says. */
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes) != 0 || pthread_attr_setstacksize(&attributes, STACK_BYTES) != 0 ||
        pthread_create(&thread, &attributes, run_thread, &guest) != 0)
        return fail(126, "the guest cannot be started", "there is no thread with enough stack for it");
    pthread_attr_destroy(&attributes);
    pthread_join(thread, NULL);
    wasi_crypto_context_free(crypto);
    free(guest.wasm);
    return guest.status;
}
