//! The example `sign_file`, with keys and signatures of the `openssl` command.

use crate::guest::Guest;

fn guest(test: &str) -> Guest {
    with_file(Guest::new("sign_file", test))
}

pub(crate) fn with_file(guest: Guest) -> Guest {
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

pub(crate) const EC_P256: &str = "EC -pkeyopt ec_paramgen_curve:P-256";

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
        check_both_ways(&guest(&format!("sign_{number}")), keys, algorithm, options);
    }
}

pub(crate) fn check_both_ways(guest: &Guest, keys: &str, algorithm: &str, options: &str) {
    openssl_keys(guest, keys);
    guest.run(&SIGN).exits(0).prints(&format!("sig: {algorithm} signature of file\n"));
    guest.openssl(&["dgst", options, "-verify", "public", "-signature", "sig", "file"]);

    guest.openssl(&["dgst", options, "-sign", "key", "-out", "sig", "file"]);
    guest.run(&VERIFY).exits(0).prints(&format!("file: good {algorithm} signature in sig\n"));
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn ed25519_is_that_of_openssl() {
    check_ed25519(&guest("sign_ed25519"));
}

pub(crate) fn check_ed25519(guest: &Guest) {
    openssl_keys(guest, "ed25519");
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
    for malformed in [&b""[..], &der[1..], &[&der[..], &[0]].concat(), &[0xa5; 10_000]] {
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
fn a_signature_in_text_is_called_that() {
    let guest = guest("sign_text");
    openssl_keys(&guest, EC_P256);
    guest.run(&SIGN).exits(0);
    let der = guest.read("sig");
    guest.openssl(&["base64", "-in", "sig", "-out", "base64"]);
    let hex: String = der.iter().map(|byte| format!("{byte:02x}")).collect();
    let base64url = String::from_utf8(guest.read("base64")).unwrap().replace('+', "-").replace('/', "_") + "-_";
    for (text, kind) in [
        (guest.read("base64"), "base64; `base64 -d` writes"),
        (base64url.into_bytes(), "base64url; "),
        (hex.to_uppercase().into_bytes(), "hexadecimal digits; `xxd -r -p`"),
        ((hex + "\n").into_bytes(), "hexadecimal digits; `xxd -r -p`"),
        (b"-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg\n".into(), "armoured"),
    ] {
        guest.write("sig", text);
        guest
            .run(&VERIFY)
            .exits(4)
            .prints("")
            .says(&format!("is not an ECDSA_P256_SHA256 signature, but text: it may be {kind}"));
    }
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn keys_that_cannot_be_used_are_told_apart() {
    let guest = guest("sign_keys");
    openssl_keys(&guest, EC_P256);
    guest.run(&SIGN).exits(0);

    let sign = |key| guest.run(&["sign", "--force", "--key", key, "file", "sig"]);
    let verify = |key| guest.run(&["verify", "--key", key, "file", "sig"]);
    verify("key").exits(3).says("key: this is the private key").says("`openssl pkey -in key -pubout -out public.pem`");
    sign("public").exits(3).says("public: this is the public key, and the private one is needed");
    sign("file").exits(3).says("file: there is no PEM in it");
    sign("missing").exits(1).says("missing: there is no such file");
    guest.write("long", vec![b'x'; (1 << 20) + 1]);
    sign("long").exits(3).says("long: it is longer than 1 MiB");

    guest.openssl(&["pkey", "-in", "key", "-aes256", "-passout", "pass:secret", "-out", "it's mine"]);
    sign("it's mine").exits(3).says("the key is under a password; `openssl pkey -in 'it'\\''s mine' -out key.pem`");
    verify("it's mine")
        .exits(3)
        .says("`openssl pkey -in 'it'\\''s mine' -pubout -out public.pem` asks for the password");
    guest.openssl(&["pkey", "-in", "key", "-outform", "DER", "-out", "der"]);
    sign("der").exits(3).says("der: this is binary, perhaps DER");

    let pem = String::from_utf8(guest.read("public")).unwrap();
    guest.write("cut", pem.replacen("MFkw", "", 1));
    verify("cut").exits(3).says("cut: the key is damaged, or of a kind that this program does not know");
    let args = ["--algorithm", "ED25519"];
    guest.run(&[&VERIFY[..], &args].concat()).exits(3).says("public: the key is damaged, or not one for Ed25519");
    openssl_keys(&guest, "EC -pkeyopt ec_paramgen_curve:P-521");
    verify("public").exits(3).says("of a kind that this program does not know");
}

/// What is proposed is done, and then works.
#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn the_advice_about_keys_helps() {
    let guest = guest("sign_advice");
    openssl_keys(&guest, EC_P256);
    guest.run(&SIGN).exits(0);
    let good = |key| {
        guest.run(&["verify", "--key", key, "file", "sig"]).exits(0);
    };
    let verify = |key| guest.run(&["verify", "--key", key, "file", "sig"]).exits(3);
    let sign = |key| guest.run(&["sign", "--force", "--key", key, "file", "sig"]);

    guest.openssl(&["req", "-x509", "-key", "key", "-subj", "/CN=test", "-out", "certificate"]);
    verify("certificate").says("`openssl x509 -in certificate -pubkey -noout > public.pem`");
    guest.openssl(&["x509", "-in", "certificate", "-pubkey", "-noout", "-out", "public.pem"]);
    good("public.pem");
    sign("certificate").exits(3).says("this is a certificate, which has the public key, and the private one is needed");

    // Both in one file, in the order that servers have them.
    guest.write("both", [guest.read("certificate"), guest.read("key")].concat());
    verify("both").says("both: this is the private key").says("`openssl pkey -in both -pubout -out public.pem`");
    guest.openssl(&["pkey", "-in", "both", "-pubout", "-out", "public.pem"]);
    good("public.pem");
    sign("both").exits(0);
    good("public");

    // As browsers export them; the friendly name that comes before the key is not UTF-8.
    guest.openssl(&["pkcs12", "-export", "-inkey", "key", "-in", "certificate", "-passout", "pass:", "-out", "p12"]);
    sign("p12").exits(3).says("`openssl pkcs12 -in p12 -nocerts -nodes -out key.pem`");
    guest.openssl(&["pkcs12", "-in", "p12", "-passin", "pass:", "-nocerts", "-nodes", "-out", "key.pem"]);
    let exported = guest.read("key.pem");
    assert!(exported.starts_with(b"Bag Attributes"));
    guest.write("key.pem", [b"    friendlyName: Schl\xfcssel\n", &exported[..]].concat());
    sign("key.pem").exits(0);
    good("public");

    // A host need not know the older form.
    guest.openssl(&["pkey", "-in", "key", "-traditional", "-out", "traditional"]);
    guest.write("traditional", [guest.read("traditional"), guest.read("certificate")].concat());
    let run = sign("traditional");
    if run.status != Some(0) {
        run.exits(3).says("`openssl pkcs8 -topk8 -nocrypt -in traditional -out key.pem`");
        guest.openssl(&["pkcs8", "-topk8", "-nocrypt", "-in", "traditional", "-out", "key.pem"]);
        sign("key.pem").exits(0);
    }
    good("public");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn an_expanded_ml_dsa_key_without_its_seed_is_called_that() {
    let guest = guest("sign_expanded");
    let expanded = libcrux_ml_dsa::ml_dsa_44::generate_key_pair([7; 32]).signing_key;
    // RFC 9881 section 6: id-ml-dsa-44, and the form `expandedKey`.
    let head = b"\x30\x82\x0a\x18\x02\x01\x00\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x11\x04\x82\x0a\x04\x04\x82\x0a\x00";
    guest.write("der", [head, expanded.as_slice()].concat());
    guest.openssl(&["base64", "-in", "der", "-out", "base64"]);
    let base64 = String::from_utf8(guest.read("base64")).unwrap();
    guest.write("key", format!("-----BEGIN PRIVATE KEY-----\n{base64}-----END PRIVATE KEY-----\n"));
    guest.run(&SIGN).exits(3).says("key: the key was expanded and does not have its seed");
    assert!(!guest.path("sig").exists());
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
    let unknown = guest.run(&[&SIGN[..], &["--algorithm", "PS256"]].concat()).exits(2);
    unknown.says("there is no algorithm 'PS256'; there are Ed25519, ").says(", RSA_PSS_2048_SHA256, ");
    guest.run(&["sign", "--frobnicate"]).exits(2).says("unknown option '--frobnicate'");
    let help = guest.run(&["--help"]).exits(0).stdout;
    assert!(help.starts_with("Usage: sign_file sign") && help.contains("RSA_PSS_3072_SHA512"));
}
