//! Keys and signatures of the store against those of the `openssl` command, in both directions.

use std::process::Command;

use crate::place::{FAILED, Finished, MISUSED, Place};

/// An algorithm, how `openssl genpkey` makes a key for it, and how `openssl` says what of the key is secret.
const PAIRS: [(&str, &[&str]); 6] = [
    ("Ed25519", &["-algorithm", "ED25519"]),
    ("X25519", &["-algorithm", "X25519"]),
    ("ECDSA_P256_SHA256", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
    ("ECDSA_P384_SHA384", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"]),
    ("ECDSA_K256_SHA256", &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"]),
    ("RSA_PSS_2048_SHA256", &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
];

impl Place {
    fn openssl(&self, args: &[&str]) -> Finished {
        Finished(self.command("openssl").args(args).output().unwrap())
    }
}

/// Says so if there is no `openssl`.
pub(crate) fn is_missing() -> bool {
    let missing = Command::new("openssl").arg("version").output().is_err();
    if missing {
        eprintln!("skipped: there is no command `openssl` (Debian: `apt-get install openssl`)");
    }
    missing
}

#[test]
fn keys_made_by_openssl_are_imported_and_their_public_halves_exported() {
    if is_missing() {
        return;
    }
    let place = Place::new("openssl-import");
    for (algorithm, genpkey) in PAIRS {
        place.openssl(&[&["genpkey", "-out", "key.pem"], genpkey].concat()).exits(0);
        let public = place.openssl(&["pkey", "-in", "key.pem", "-pubout"]).exits(0).stdout();
        let key = place.tenant("import", &[algorithm, "key.pem"]).exits(0).stdout();
        place.tenant("export", &[key.trim_end()]).exits(0).prints(&public);
        assert_eq!(place.json("show", &[key.trim_end()])["versions"][0]["imported"], true);

        place
            .openssl(&["pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER", "-out", "key.der"])
            .exits(0);
        let same = place.tenant("import", &[algorithm, "key.der", "--encoding", "pkcs8"]).exits(0).stdout();
        place.tenant("export", &[same.trim_end()]).exits(0).prints(&public);
    }
}

#[test]
fn a_key_from_before_pkcs_8_is_imported() {
    if is_missing() {
        return;
    }
    let place = Place::new("openssl-traditional");
    place.openssl(&["ecparam", "-genkey", "-name", "prime256v1", "-out", "key.pem"]).exits(0);
    assert!(place.read("key.pem").contains("-----BEGIN EC PRIVATE KEY-----"));
    let public = place.openssl(&["pkey", "-in", "key.pem", "-pubout"]).exits(0).stdout();
    let key = place.tenant("import", &["ECDSA_P256_SHA256", "key.pem"]).exits(0).stdout();
    place.tenant("export", &[key.trim_end()]).exits(0).prints(&public);
}

#[test]
fn keys_made_here_are_exported_for_openssl() {
    if is_missing() {
        return;
    }
    let place = Place::new("openssl-export");
    for (algorithm, _) in PAIRS {
        let key = place.generate(algorithm);
        let public = place.tenant("export", &[&key]).exits(0).stdout();
        for encoding in ["pem", "pkcs8"] {
            let file = format!("{algorithm}.{encoding}");
            place.tenant("export", &["--secret", "--encoding", encoding, "--output", &file, &key]).exits(0);
            place.openssl(&["pkey", "-in", &file, "-noout", "-check"]).exits(0);
            place.openssl(&["pkey", "-in", &file, "-pubout"]).exits(0).prints(&public);
        }
        place.file("public.pem", &public);
        place.tenant("export", &["--encoding", "pkcs8", "--output", "public.der", &key]).exits(0);
        let der = place.openssl(&["pkey", "-pubin", "-in", "public.pem", "-outform", "DER"]).exits(0);
        assert_eq!(der.0.stdout, std::fs::read(place.path("public.der")).unwrap());
    }
}

#[test]
fn a_symmetric_key_made_by_openssl_is_imported() {
    if is_missing() {
        return;
    }
    let place = Place::new("openssl-rand");
    place.openssl(&["rand", "-out", "key", "32"]).exits(0);
    place.openssl(&["rand", "-hex", "-out", "key.hex", "32"]).exits(0);
    let key = place.tenant("import", &["AES-256-GCM", "key"]).exits(0).stdout();
    let back = place.tenant("export", &["--secret", key.trim_end()]).exits(0);
    assert_eq!(back.0.stdout, std::fs::read(place.path("key")).unwrap());
    let key = place.tenant("import", &["AES-256-GCM", "key.hex", "--encoding", "hex"]).exits(0).stdout();
    let back = place.tenant("export", &["--secret", key.trim_end()]).exits(0);
    let hex: String = back.0.stdout.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, place.read("key.hex").trim_end());
}

#[test]
fn a_key_is_rotated_to_one_of_openssl() {
    if is_missing() {
        return;
    }
    let place = Place::new("openssl-rotate");
    let key = place.generate("Ed25519");
    place.openssl(&["genpkey", "-algorithm", "ED25519", "-out", "key.pem"]).exits(0);
    place.tenant("rotate", &[&key, "--from", "key.pem"]).exits(0).prints("2\n");
    let public = place.openssl(&["pkey", "-in", "key.pem", "-pubout"]).exits(0).stdout();
    place.tenant("export", &[&key]).exits(0).prints(&public);
    place.openssl(&["genpkey", "-algorithm", "X25519", "-out", "other.pem"]).exits(0);
    place.tenant("rotate", &[&key, "--from", "other.pem"]).exits(FAILED).says("other.pem has no key for Ed25519");
}

#[test]
fn what_is_no_key_of_the_algorithm_is_told_with_what_to_do() {
    if is_missing() {
        return;
    }
    let place = Place::new("openssl-wrong");
    place
        .openssl(&["genpkey", "-algorithm", "ED25519", "-aes-128-cbc", "-pass", "pass:secret", "-out", "key.pem"])
        .exits(0);
    place
        .tenant("import", &["Ed25519", "key.pem"])
        .exits(FAILED)
        .says("is encrypted; take the passphrase off first: openssl");
    place.openssl(&["genpkey", "-algorithm", "ED25519", "-outform", "DER", "-out", "key.der"]).exits(0);
    place.tenant("import", &["Ed25519", "key.der"]).exits(FAILED).says("key.der is not in PEM; say by --encoding");
    place.tenant("import", &["X25519", "key.der", "--encoding", "pkcs8"]).exits(FAILED).says("has no key for X25519");
    place.file("short", [7; 31]);
    place.tenant("import", &["AES-256-GCM", "short"]).exits(FAILED).says("short has no key for AES-256-GCM");
    place.tenant("import", &["AES-256-GCM", "short", "--encoding", "pem"]).exits(MISUSED).says("--encoding raw or hex");
    place.tenant("import", &["AES-256-GCM", "short", "--encoding", "hex"]).exits(FAILED).says("hexadecimal digits");
    place.file("long", [7; 70_000]);
    place.tenant("import", &["AES-256-GCM", "long"]).exits(FAILED).says("cannot read long: it has more than 64 KiB");
    place.tenant("import", &["AES-256-GCM", "missing"]).exits(FAILED).says("cannot read missing: No such file");
    // No namespace has come into being by all that.
    place.tenant("list", &[]).exits(FAILED).says("it has none yet");
}
