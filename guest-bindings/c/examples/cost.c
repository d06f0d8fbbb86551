/* Prints what calls cost on the host that runs this, in nanoseconds: the least of many rounds.
 *
 *     cost [CALLS]      how many calls are a round, 2000 if it is not said
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../wasi_crypto_guest.h"

enum { ROUNDS = 50, LEN = 64, TAG_LEN = 16 };

static const char AES[] = "AES-256-GCM";

static uint8_t message[LEN + TAG_LEN];
static wc_symmetric_key key = WC_INIT;
static wc_symmetric_state hash = WC_INIT, idle = WC_INIT;
static wasi_crypto_opt_handle opt_key, opt_options;

/* A function of the guest itself, which is what the loop costs. */
static __attribute__((noinline)) int own(void) {
    __asm__ volatile("");
    return 0;
}

/* The way to the host and back, and a look at one object. */
static int shortest(void) {
    size_t len;
    return wasi_crypto_symmetric_state_max_tag_len(idle.handle, &len);
}

static int hash_piece(void) { return wasi_crypto_symmetric_state_absorb(hash.handle, message, LEN); }

/* A state encrypts once, so this is three calls. */
static int seal_message(void) {
    wasi_crypto_handle state;
    size_t len;
    int error = wasi_crypto_symmetric_state_open(AES, strlen(AES), &opt_key, &opt_options, &state);
    if (error) return error;
    error = wasi_crypto_symmetric_state_encrypt(state, message, sizeof message, message, LEN, &len);
    return error ? error : wasi_crypto_symmetric_state_close(state);
}

static int prepare(void) {
    wasi_crypto_handle options;
    int error = wasi_crypto_options_open(WC_SYMMETRIC, &options);
    if (!error) error = wasi_crypto_options_set(options, "nonce", 5, message, 12);
    if (!error) error = wc_symmetric_key_generate(&key, AES);
    if (error) return error;
    opt_key = wc_some(key.handle);
    opt_options = wc_some(options);
    error = wasi_crypto_symmetric_state_open(AES, strlen(AES), &opt_key, &opt_options, &idle.handle);
    return error ? error : wc_symmetric_state_open(&hash, "SHA-256", NULL, NULL);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

static int measure(const char *name, int (*call)(void), int calls) {
    double least = 1e18;
    for (int round = 0; round < ROUNDS; round++) {
        int error = 0;
        double start = now();
        for (int i = 0; i < calls; i++) error |= call();
        double each = (now() - start) / calls;
        if (error) {
            fprintf(stderr, "cost: %s: %s\n", name, wc_error_name(error));
            return 1;
        }
        if (each < least) least = each;
    }
    printf("%-34s%10.1f ns\n", name, least);
    return 0;
}

int main(int argc, char **argv) {
    int calls = argc > 1 ? atoi(argv[1]) : 2000;
    if (argc > 2 || calls < 1) {
        fprintf(stderr, "usage: cost [CALLS]\n");
        return 2;
    }
    int error = prepare();
    if (error) {
        fprintf(stderr, "cost: the host says %s\n", wc_error_name(error));
        return 1;
    }
    int status = measure("a function of the guest", own, calls);
    status |= measure("the shortest call", shortest, calls);
    status |= measure("SHA-256, 64 B", hash_piece, calls);
    status |= measure("AES-256-GCM, 64 B, three calls", seal_message, calls);
    return status;
}
