//! The example `sign_file`, with keys and signatures of the `openssl` command.

use crate::guest::Guest;

fn guest(test: &str) -> Guest {
    let guest = Guest::new("sign_file", test);
    guest.write("file", content());
    guest
}

/// Several pieces, the last one not full.
fn content() -> Vec<u8> {
    (0..150_000_u32).map(|i| (i.wrapping_mul(i) >> 7) as u8).collect()
}

/// Has OpenSSL make the keys `key` and `public`.
fn openssl_keys(guest: &Guest, options: &str) {
    let options: Vec<_> = options.split(' ').collect();
    guest.openssl(&[&["genpkey", "-out", "key", "-algorithm"], &options[..]].concat());
    guest.openssl(&["pkey", "-in", "key", "-pubout", "-out", "public"]);
}

const EC_P256: &str = "EC -pkeyopt ec_paramgen_curve:P-256";

const SIGN: [&str; 5] = ["sign", "--key", "key", "file", "sig"];
const VERIFY: [&str; 5] = ["verify", "--key", "public", "file", "sig"];

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn openssl_verifies_what_was_signed_and_the_other_way_round() {
    // The keys, the algorithm that is theirs, and how OpenSSL is told of it.
    for (number, (keys, algorithm, options)) in [
        (EC_P256, "ECDSA_P256_SHA256", "-sha256"),
        ("EC -pkeyopt ec_paramgen_curve:P-384", "ECDSA_P384_SHA384", "-sha384"),
        ("EC -pkeyopt ec_paramgen_curve:secp256k1", "ECDSA_K256_SHA256", "-sha256"),
        ("RSA -pkeyopt rsa_keygen_bits:2048", "RSA_PKCS1_2048_SHA256", "-sha256"),
        ("RSA -pkeyopt rsa_keygen_bits:3072", "RSA_PKCS1_3072_SHA384", "-sha384"),
    ]
    .into_iter()
    .enumerate()
    {
        let guest = guest(&format!("sign_{number}"));
        openssl_keys(&guest, keys);
        guest.run(&SIGN).exits(0).prints(&format!("sig: {algorithm} signature of file\n"));
        guest.openssl(&["dgst", options, "-verify", "public", "-signature", "sig", "file"]);

        guest.openssl(&["dgst", options, "-sign", "key", "-out", "sig", "file"]);
        guest.run(&VERIFY).exits(0).prints(&format!("file: good {algorithm} signature in sig\n"));
    }
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn ed25519_is_that_of_openssl() {
    let guest = guest("sign_ed25519");
    openssl_keys(&guest, "ed25519");
    guest.openssl(&["pkeyutl", "-sign", "-inkey", "key", "-rawin", "-in", "file", "-out", "sig"]);
    guest.run(&VERIFY).exits(0).prints("file: good Ed25519 signature in sig\n");
    let theirs = guest.read("sig");
    guest.run(&["sign", "--key", "key", "--force", "file", "sig"]).exits(0);
    assert_eq!(guest.read("sig"), theirs, "there is one signature of a message");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn rsa_pss_is_that_of_openssl() {
    let guest = guest("sign_pss");
    openssl_keys(&guest, "RSA -pkeyopt rsa_keygen_bits:2048");
    let pss = ["-sha512", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"];
    let algorithm = ["--algorithm", "rsa_pss_2048_sha512"];
    guest.run(&[&SIGN[..], &algorithm].concat()).exits(0);
    guest.openssl(&[&["dgst"], &pss[..], &["-verify", "public", "-signature", "sig", "file"]].concat());
    guest.openssl(&[&["dgst"], &pss[..], &["-sign", "key", "-out", "sig", "file"]].concat());
    guest.run(&[&VERIFY[..], &algorithm].concat()).exits(0);
    guest.run(&VERIFY).exits(4).says("sig is not this key's signature of file");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn a_changed_file_or_another_key_is_called_that() {
    let guest = guest("sign_changed");
    openssl_keys(&guest, EC_P256);
    guest.run(&SIGN).exits(0);

    for at in [0, 70_000, 149_999] {
        let mut changed = content();
        changed[at] ^= 1;
        guest.write("file", changed);
        guest
            .run(&VERIFY)
            .exits(4)
            .prints("")
            .says("the file was changed after it was signed, or another key signed it");
    }
    guest.write("file", content());
    guest.run(&VERIFY).exits(0);
    openssl_keys(&guest, EC_P256);
    guest.run(&VERIFY).exits(4).says("another key signed it");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn a_malformed_signature_is_called_that() {
    let guest = guest("sign_malformed");
    openssl_keys(&guest, EC_P256);
    guest.run(&SIGN).exits(0);
    let der = guest.read("sig");
    for malformed in [&b""[..], &der[1..], &[&der[..], &[0]].concat(), &[0x30; 10_000]] {
        guest.write("sig", malformed);
        guest.run(&VERIFY).exits(4).prints("").says("is not an ECDSA_P256_SHA256 signature in DER");
    }
    let raw = ["--raw"];
    guest.run(&[&SIGN[..], &raw, &["--force"]].concat()).exits(0);
    assert_eq!(guest.read("sig").len(), 64);
    guest.run(&[&VERIFY[..], &raw].concat()).exits(0);
    guest.run(&VERIFY).exits(4).says("sig (64 bytes)").says("use --raw");
    guest.write("sig", [0; 64]);
    guest.run(&[&VERIFY[..], &raw].concat()).exits(4).says("is not an ECDSA_P256_SHA256 signature of r and s");
    guest.write("sig", der);
    guest.run(&[&VERIFY[..], &raw].concat()).exits(4).says("leave out --raw");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn keys_that_cannot_be_used_are_told_apart() {
    let guest = guest("sign_keys");
    openssl_keys(&guest, EC_P256);
    guest.run(&SIGN).exits(0);

    let sign = |key| guest.run(&["sign", "--force", "--key", key, "file", "sig"]);
    let verify = |key| guest.run(&["verify", "--key", key, "file", "sig"]);
    verify("key").exits(3).says("key: this is the private key").says("openssl pkey -in key -pubout");
    sign("public").exits(3).says("public: this is the public key, and the private one is needed");
    sign("file").exits(3).says("file: there is no PEM in it");
    sign("missing").exits(1).says("missing: there is no such file");

    guest.openssl(&["pkey", "-in", "key", "-aes256", "-passout", "pass:secret", "-out", "encrypted"]);
    sign("encrypted").exits(3).says("the key is under a password");
    guest.openssl(&["pkey", "-in", "key", "-traditional", "-out", "traditional"]);
    sign("traditional").exits(3).says("openssl pkcs8 -topk8 -nocrypt -in traditional -out key.pem");
    guest.openssl(&["pkcs8", "-topk8", "-nocrypt", "-in", "traditional", "-out", "key.pem"]);
    sign("key.pem").exits(0);
    verify("public").exits(0);

    let pem = String::from_utf8(guest.read("public")).unwrap();
    guest.write("cut", pem.replacen("MFkw", "", 1));
    verify("cut").exits(3).says("cut: the key is damaged, or of a kind that this program does not know");
    let args = ["--algorithm", "ED25519"];
    guest.run(&[&VERIFY[..], &args].concat()).exits(3).says("public: the key is damaged, or not one for Ed25519");
    openssl_keys(&guest, "EC -pkeyopt ec_paramgen_curve:P-521");
    verify("public").exits(3).says("of a kind that this program does not know");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn big_files_are_signed_in_pieces_unless_the_algorithm_cannot() {
    let guest = guest("sign_big");
    guest.write("file", vec![7; (16 << 20) + 1]);
    openssl_keys(&guest, EC_P256);
    guest.run(&SIGN).exits(0);
    guest.openssl(&["dgst", "-sha256", "-verify", "public", "-signature", "sig", "file"]);
    openssl_keys(&guest, "ed25519");
    guest.run(&["sign", "--key", "key", "file", "other"]).exits(1).says("file is too long for Ed25519");
    assert!(!guest.path("other").exists() && !guest.path("other.partial").exists());
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn signatures_are_not_replaced_unless_forced() {
    let guest = guest("sign_replace");
    openssl_keys(&guest, EC_P256);
    guest.write("sig", "precious");
    guest.run(&SIGN).exits(2).says("sig exists already; --force replaces it");
    assert_eq!(guest.read("sig"), b"precious");
    guest.run(&["sign", "--force", "--key", "key", "file", "sig"]).exits(0);
    guest.run(&VERIFY).exits(0);
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn wrong_command_lines_exit_with_2() {
    let guest = guest("sign_usage");
    openssl_keys(&guest, "ed25519");
    guest.run(&["sign", "--key", "key", "file"]).exits(2).says("expected `sign FILE SIGNATURE`");
    guest.run(&["forge", "--key", "key", "file", "sig"]).exits(2).says("'forge' is neither sign nor verify");
    guest.run(&["sign", "file", "sig"]).exits(2).says("--key FILE is missing");
    guest.run(&[&VERIFY[..], &["--force"]].concat()).exits(2).says("--force goes with sign");
    guest.run(&[&SIGN[..], &["--raw"]].concat()).exits(2).says("--raw is for ECDSA, and the algorithm is Ed25519");
    guest.run(&[&SIGN[..], &["--algorithm", "ROT13"]].concat()).exits(2).says("there is no algorithm 'ROT13'");
    guest.run(&["sign", "--frobnicate"]).exits(2).says("unknown option '--frobnicate'");
    assert!(guest.run(&["--help"]).exits(0).stdout.starts_with("Usage: sign_file sign"));
}
