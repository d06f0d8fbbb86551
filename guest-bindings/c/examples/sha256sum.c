/* Prints SHA-256 sums of files, or of standard input, as sha256sum does. */
#include <errno.h>
#include <stdio.h>

#include "../wasi_crypto_guest.h"

/* 0, or 1 after saying what is the matter. */
static int sum(const char *name, FILE *file) {
    static uint8_t piece[65536];
    uint8_t digest[32];
    WC_SCOPED(symmetric_state) state = WC_INIT;
    int error = wc_symmetric_state_open(&state, "SHA-256", NULL, NULL);
    size_t len;
    while (!error && (len = fread(piece, 1, sizeof piece, file)) > 0)
        error = wasi_crypto_symmetric_state_absorb(state.handle, piece, len);
    if (ferror(file)) {
        fprintf(stderr, "sha256sum: %s: %s\n", name, strerror(errno));
        return 1;
    }
    if (!error) error = wasi_crypto_symmetric_state_squeeze(state.handle, digest, sizeof digest);
    if (error) {
        fprintf(stderr, "sha256sum: the host says %s\n", wc_error_name(error));
        return 1;
    }
    for (size_t i = 0; i < sizeof digest; i++) printf("%02x", digest[i]);
    printf("  %s\n", name);
    return 0;
}

int main(int argc, char **argv) {
    int status = 0;
    if (argc < 2) return sum("-", stdin);
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (file == NULL) {
            fprintf(stderr, "sha256sum: %s: %s\n", argv[i], strerror(errno));
            status = 1;
            continue;
        }
        status |= sum(argv[i], file);
        fclose(file);
    }
    return status;
}
