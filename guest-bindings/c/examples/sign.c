/* Signs standard input with a key that the host keeps, and that this program never sees.
 *
 * Usage: sign new                    makes a key of Ed25519, and prints its identifier
 *        sign ID                     prints the signature
 *        sign ID SIGNATURE           verifies it
 *
 * Run it with a store: wasi-crypto run --secrets sqlite:keys.db --root-key file:root.key --namespace demo sign.wasm new
 */
#include <stdio.h>
#include <stdlib.h>

#include "../wasi_crypto_guest.h"

static void must(int error, const char *what) {
    if (!error) return;
    fprintf(stderr, "sign: %s: the host says %s\n", what, wc_error_name(error));
    exit(1);
}

static void print_hex(const uint8_t *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) printf("%02x", bytes[i]);
    printf("\n");
}

/* Exactly `len` bytes of hexadecimal digits. */
static void read_hex(const char *text, uint8_t *bytes, size_t len) {
    size_t done = 0;
    unsigned byte;
    while (done < len && strlen(text) >= 2 && sscanf(text, "%2x", &byte) == 1) {
        bytes[done++] = (uint8_t)byte;
        text += 2;
    }
    if (done < len || *text != 0) {
        fprintf(stderr, "sign: write %zu bytes in hexadecimal digits\n", len);
        exit(2);
    }
}

int main(int argc, char **argv) {
    static uint8_t message[1 << 20];
    uint8_t id[WC_ID_LEN], signature[64];
    size_t signature_len;
    WC_SCOPED(secrets_manager) manager = WC_INIT;
    WC_SCOPED(keypair) key = WC_INIT;
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "Usage: sign new | sign ID [SIGNATURE]\n");
        return 2;
    }
    must(wc_secrets_manager_open(&manager), "no keys");
    if (strcmp(argv[1], "new") == 0) {
        must(wc_keypair_generate_managed(&key, &manager, WC_SIGNATURES, "Ed25519", id), "no new key");
        print_hex(id, sizeof id);
        return 0;
    }
    read_hex(argv[1], id, sizeof id);
    must(wc_keypair_from_id(&key, &manager, id, sizeof id), "no such key");
    size_t len = fread(message, 1, sizeof message, stdin);
    if (argc == 2) {
        must(wc_sign(&key, message, len, signature, sizeof signature, &signature_len), "cannot sign");
        print_hex(signature, signature_len);
        return 0;
    }
    WC_SCOPED(publickey) publickey = WC_INIT;
    read_hex(argv[2], signature, sizeof signature);
    must(wc_keypair_publickey(&key, &publickey), "no public key");
    must(wc_verify("Ed25519", &publickey, message, len, signature, sizeof signature), "not verified");
    printf("good\n");
    return 0;
}
