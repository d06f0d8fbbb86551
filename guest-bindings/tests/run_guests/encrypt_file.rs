//! The example `encrypt_file`.

use ring::{aead, digest, hkdf};

use crate::guest::{Guest, Run};

const PIECE_LEN: usize = 65_536;

/// The algorithms, and how long the headers of their files are.
const ALGORITHMS: [(&str, usize); 3] = [("X25519", 26 + 32), ("ML-KEM-768", 26 + 1088), ("X-Wing", 26 + 1120)];

/// A guest with a key pair in the files `key` and `public`.
fn guest(test: &str, algorithm: &str) -> Guest {
    let guest = Guest::new("encrypt_file", test);
    guest.run(&["keygen", "--algorithm", algorithm, "key", "public"]).exits(0);
    guest
}

fn encrypt(guest: &Guest, content: &[u8]) -> Vec<u8> {
    guest.write("plain", content);
    guest.run(&["encrypt", "--force", "--key", "public", "plain", "encrypted"]).exits(0).prints("");
    guest.read("encrypted")
}

fn decrypt(guest: &Guest) -> Run {
    guest.run(&["decrypt", "--key", "key", "encrypted", "decrypted"])
}

/// Decrypts a file that must not, and checks that it leaves nothing behind.
#[track_caller]
fn does_not_decrypt(guest: &Guest, encrypted: &[u8], status: i32, sentence: &str) {
    guest.write("encrypted", encrypted);
    decrypt(guest).exits(status).says(sentence).prints("");
    assert!(!guest.path("decrypted").exists() && !guest.path("decrypted.partial").exists());
}

fn content(len: usize) -> Vec<u8> {
    (0..len).map(|i| ((i * 31) >> 3) as u8).collect()
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn what_is_encrypted_decrypts_again() {
    for (algorithm, header_len) in ALGORITHMS {
        let guest = guest(&format!("encrypt_{algorithm}"), algorithm);
        for len in [0, 1, PIECE_LEN, 2 * PIECE_LEN + 7] {
            let encrypted = encrypt(&guest, &content(len));
            assert_eq!(encrypted.len(), header_len + len + len.div_ceil(PIECE_LEN).max(1) * 16);
            guest.run(&["decrypt", "--force", "--key", "key", "encrypted", "decrypted"]).exits(0).prints("");
            assert_eq!(guest.read("decrypted"), content(len));
            assert!(!guest.path("encrypted.partial").exists() && !guest.path("decrypted.partial").exists());
        }
        let (one, two) = (encrypt(&guest, b"content"), encrypt(&guest, b"content"));
        assert_eq!(one[..26], two[..26]);
        assert_ne!(one[26..header_len], two[26..header_len], "encapsulation");
        assert_ne!(one[header_len..], two[header_len..], "content");
    }
}

/// The format as its documentation describes it, with a key that OpenSSL made, and decrypted without the bindings.
#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn the_file_is_what_the_documentation_says() {
    let guest = Guest::new("encrypt_file", "encrypt_format");
    guest.openssl(&["genpkey", "-algorithm", "X25519", "-out", "key"]);
    guest.openssl(&["pkey", "-in", "key", "-pubout", "-out", "public"]);
    guest.openssl(&["pkey", "-in", "key", "-pubout", "-outform", "DER", "-out", "public.der"]);
    let encrypted = encrypt(&guest, &content(PIECE_LEN + 100));
    let (header, body) = encrypted.split_at(26 + 32);

    let der = guest.read("public.der");
    let (prefix, public) = der.split_at(der.len() - 32);
    assert_eq!(&header[..10], b"WCHYBRID\x01\x01");
    assert_eq!(header[10..18], digest::digest(&digest::SHA256, public).as_ref()[..8]);
    assert_eq!(header[18..26], (PIECE_LEN as u64 + 100).to_be_bytes());

    guest.write("peer.der", [prefix, &header[26..]].concat());
    guest.openssl(&[
        "pkeyutl",
        "-derive",
        "-inkey",
        "key",
        "-peerform",
        "DER",
        "-peerkey",
        "peer.der",
        "-out",
        "secret",
    ]);
    let mut key = [0; 32];
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"").extract(&guest.read("secret"));
    let info = [b"WCHYBRID 1 content", header, public];
    prk.expand(&info, hkdf::HKDF_SHA256).unwrap().fill(&mut key).unwrap();

    let cipher = aead::LessSafeKey::new(aead::UnboundKey::new(&aead::AES_256_GCM, &key).unwrap());
    let mut decrypted = Vec::new();
    for (number, is_last, piece) in [(0, 0, &body[..PIECE_LEN + 16]), (1, 1, &body[PIECE_LEN + 16..])] {
        let nonce = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number, is_last];
        let nonce = aead::Nonce::assume_unique_for_key(nonce);
        let mut piece = piece.to_vec();
        decrypted.extend_from_slice(cipher.open_in_place(nonce, aead::Aad::from(header), &mut piece).unwrap());
    }
    assert_eq!(decrypted, content(PIECE_LEN + 100));
    decrypt(&guest).exits(0);
    assert_eq!(guest.read("decrypted"), decrypted);
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn openssl_reads_generated_keys() {
    let guest = guest("encrypt_keygen", "x25519");
    guest.openssl(&["pkey", "-in", "key", "-pubout", "-out", "public.openssl"]);
    assert_eq!(guest.read("public"), guest.read("public.openssl"));
    guest.openssl(&["pkey", "-in", "public", "-pubin", "-pubcheck", "-noout"]);
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn a_file_for_another_key_is_called_that() {
    for (algorithm, _) in ALGORITHMS {
        let guest = guest(&format!("encrypt_other_{algorithm}"), algorithm);
        let encrypted = encrypt(&guest, b"content");
        guest.run(&["keygen", "--algorithm", algorithm, "--force", "key", "public"]).exits(0);
        does_not_decrypt(&guest, &encrypted, 3, "the file is encrypted to another key");
        let other = if algorithm == "X25519" { "ML-KEM-768" } else { "X25519" };
        guest.run(&["keygen", "--algorithm", other, "--force", "key", "public"]).exits(0);
        let sentence = format!("encrypted to a key for {algorithm}, and this key is one for {other}");
        does_not_decrypt(&guest, &encrypted, 3, &sentence);
    }
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn nothing_is_written_of_a_file_that_was_changed() {
    for (algorithm, header_len) in ALGORITHMS {
        let guest = guest(&format!("encrypt_changed_{algorithm}"), algorithm);
        let encrypted = encrypt(&guest, &content(PIECE_LEN + 10));
        let changed = |at: usize| {
            let mut changed = encrypted.clone();
            changed[at] ^= 1;
            changed
        };
        let (second_piece, last) = (header_len + PIECE_LEN + 16, encrypted.len() - 1);
        for (at, noticed) in
            [(26, header_len), (header_len - 2, header_len), (header_len, header_len), (last, second_piece)]
        {
            does_not_decrypt(&guest, &changed(at), 4, &format!("in its header or at or behind byte {noticed};"));
        }
        does_not_decrypt(&guest, &changed(10), 3, "another key");
        does_not_decrypt(&guest, &changed(8), 4, "version 0");
        does_not_decrypt(&guest, &changed(25), 4, "the file is cut");

        // A shorter length in the header, and the file cut to fit.
        let mut shorter = encrypted[..second_piece].to_vec();
        shorter[18..26].copy_from_slice(&(PIECE_LEN as u64).to_be_bytes());
        does_not_decrypt(&guest, &shorter, 4, &format!("behind byte {header_len};"));
        // A length that no file can have.
        let mut endless = encrypted.clone();
        endless[18..26].fill(0xff);
        does_not_decrypt(&guest, &endless, 4, "the file is cut");
    }
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn an_ephemeral_key_of_small_order_is_a_change() {
    let guest = guest("encrypt_small_order", "X25519");
    let mut encrypted = encrypt(&guest, b"content");
    encrypted[26..58].fill(0);
    does_not_decrypt(&guest, &encrypted, 4, "the file was changed or damaged, in its header");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn a_cut_or_foreign_file_is_called_that() {
    let guest = guest("encrypt_cut", "X25519");
    let encrypted = encrypt(&guest, &content(PIECE_LEN + 1));
    for len in [4, 8, 25, 26, 57, 58, 58 + PIECE_LEN + 16, encrypted.len() - 1] {
        does_not_decrypt(&guest, &encrypted[..len], 4, &format!("the file is cut: it has {len} bytes of "));
    }
    does_not_decrypt(&guest, &[&encrypted[..], b"more"].concat(), 4, "4 bytes behind its end");
    for foreign in [&b""[..], b"W?", b"WCSEALED and so on", &[0; 1000]] {
        does_not_decrypt(&guest, foreign, 4, "this is not an encrypted file");
    }
    let mut unknown = encrypted;
    unknown[9] = 4;
    does_not_decrypt(&guest, &unknown, 4, "algorithm 4");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn keys_that_cannot_be_used_are_told_apart() {
    let guest = guest("encrypt_keys", "X25519");
    encrypt(&guest, b"content");
    let encrypt = |key| guest.run(&["encrypt", "--force", "--key", key, "plain", "other"]);
    encrypt("key").exits(3).says("key: this is the private key, and the public one is needed");
    encrypt("plain").exits(3).says("plain: there is no PEM in it");
    encrypt("missing").exits(1).says("missing: there is no such file");
    guest.run(&["decrypt", "--key", "public", "encrypted", "other"]).exits(3).says("public: this is the public key");
    guest.openssl(&["genpkey", "-algorithm", "ED25519", "-out", "ed25519"]);
    guest.openssl(&["pkey", "-in", "ed25519", "-pubout", "-out", "ed25519.public"]);
    encrypt("ed25519.public").exits(3).says("not one for X25519, ML-KEM-768 or X-Wing");

    // Zero, which has a small order: whatever is encrypted to it, everybody can read.
    guest.openssl(&["pkey", "-pubin", "-in", "public", "-outform", "DER", "-out", "zero.der"]);
    let mut zero = guest.read("zero.der");
    let start = zero.len() - 32;
    zero[start..].fill(0);
    guest.write("zero.der", zero);
    guest.openssl(&["pkey", "-pubin", "-inform", "DER", "-in", "zero.der", "-out", "zero"]);
    encrypt("zero").exits(3).says("zero: the key is damaged");
    assert!(!guest.path("other").exists() && !guest.path("other.partial").exists());
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn files_are_not_replaced_unless_forced() {
    let guest = guest("encrypt_replace", "X25519");
    let key = guest.read("key");
    guest.run(&["keygen", "key", "new"]).exits(2).says("key exists already; --force replaces it");
    guest.run(&["keygen", "new", "public"]).exits(2).says("public exists already");
    assert!(guest.read("key") == key && !guest.path("new").exists());

    encrypt(&guest, b"content");
    guest.write("decrypted", "precious");
    decrypt(&guest).exits(2).says("decrypted exists already");
    assert_eq!(guest.read("decrypted"), b"precious");
    guest.run(&["decrypt", "--force", "--key", "key", "encrypted", "decrypted"]).exits(0);
    assert_eq!(guest.read("decrypted"), b"content");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn wrong_command_lines_exit_with_2() {
    let guest = guest("encrypt_usage", "X25519");
    guest.run(&["keygen", "a"]).exits(2).says("expected `keygen PRIVATE PUBLIC`");
    guest.run(&["keygen", "--key", "public", "a", "b"]).exits(2).says("--key goes with encrypt and decrypt");
    guest.run(&["keygen", "--algorithm", "RSA", "a", "b"]).exits(2).says("needs X25519, ML-KEM-768 or X-Wing");
    guest.run(&["encrypt", "a", "b"]).exits(2).says("--key FILE is missing");
    let args = ["decrypt", "--algorithm", "X25519", "--key", "key", "a", "b"];
    guest.run(&args).exits(2).says("--algorithm goes with keygen");
    guest.run(&["shred", "a", "b"]).exits(2).says("'shred' is neither keygen nor encrypt nor decrypt");
    guest.run(&["encrypt", "--key", "public", ".", "b"]).exits(2).says("not a regular file");
    guest.run(&["keygen", "--frobnicate"]).exits(2).says("unknown option '--frobnicate'");
    assert!(guest.run(&["--help"]).exits(0).stdout.starts_with("Usage: encrypt_file keygen"));
}
