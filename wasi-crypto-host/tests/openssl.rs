//! Keys and signatures of the host against those of the `openssl` command, in both directions.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs};

use support::keys::*;
use support::*;
use wasi_crypto_host::Errno;

/// An algorithm, and how `openssl genpkey` makes a key for it.
struct Family {
    algorithm: &'static str,
    genpkey: &'static [&'static str],
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// On a curve with coordinates of this many bytes.
    Curve(usize),
    /// Ed25519 and X25519.
    Edwards,
    Rsa,
}

const P256: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
const P384: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"];
const K256: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"];
const RSA_2048: &[&str] = &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
const RSA_3072: &[&str] = &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"];
const RSA_4096: &[&str] = &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096"];

const FAMILIES: [Family; 10] = [
    Family { algorithm: "ECDSA_P256_SHA256", genpkey: P256, kind: Kind::Curve(32) },
    Family { algorithm: "ECDSA_P384_SHA384", genpkey: P384, kind: Kind::Curve(48) },
    Family { algorithm: "ECDSA_K256_SHA256", genpkey: K256, kind: Kind::Curve(32) },
    Family { algorithm: "P256-SHA256", genpkey: P256, kind: Kind::Curve(32) },
    Family { algorithm: "P384-SHA384", genpkey: P384, kind: Kind::Curve(48) },
    Family { algorithm: "Ed25519", genpkey: &["-algorithm", "ED25519"], kind: Kind::Edwards },
    Family { algorithm: "X25519", genpkey: &["-algorithm", "X25519"], kind: Kind::Edwards },
    Family { algorithm: "RSA_PKCS1_2048_SHA256", genpkey: RSA_2048, kind: Kind::Rsa },
    Family { algorithm: "RSA_PSS_3072_SHA384", genpkey: RSA_3072, kind: Kind::Rsa },
    Family { algorithm: "RSA_PSS_4096_SHA512", genpkey: RSA_4096, kind: Kind::Rsa },
];

/// The forms of one key that the host should read and write: what they are of, the encoding, the bytes.
struct Forms {
    cells: Vec<(Part, u32, Vec<u8>)>,
    /// The `SubjectPublicKeyInfo`, by which two keys are compared.
    spki: Vec<u8>,
}

impl Family {
    /// A new key, made and encoded by openssl.
    fn forms(&self) -> Forms {
        let pem = openssl(&[&["genpkey"], self.genpkey].concat(), &[]);
        let pkcs8 = openssl(&["pkey", "-outform", "DER"], &[("-in", &pem)]);
        // `openssl pkey -outform DER` writes PKCS#8 for all types of keys, except that 3.0 writes EC and RSA keys so only here.
        let pkcs8 = match self.kind {
            Kind::Edwards => pkcs8,
            _ => openssl(&["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"], &[("-in", &pem)]),
        };
        let spki_pem = openssl(&["pkey", "-pubout"], &[("-in", &pem)]);
        let spki = openssl(&["pkey", "-pubin", "-pubout", "-outform", "DER"], &[("-in", &spki_pem)]);
        let mut cells = vec![
            (Part::Keypair, PKCS8, pkcs8.clone()),
            (Part::Secret, PKCS8, pkcs8.clone()),
            (Part::Public, PKCS8, spki.clone()),
            (Part::Keypair, PEM, pem.clone()),
            (Part::Secret, PEM, pem.clone()),
            (Part::Public, PEM, spki_pem),
        ];
        match self.kind {
            Kind::Curve(len) => {
                let sec1 = openssl(&["ec", "-outform", "DER"], &[("-in", &pem)]);
                let scalar = scalar_of(&sec1, len);
                let point = spki[spki.len() - 2 * len - 1..].to_vec();
                let compressed =
                    openssl(&["ec", "-pubout", "-outform", "DER", "-conv_form", "compressed"], &[("-in", &pem)]);
                let compressed = compressed[compressed.len() - len - 1..].to_vec();
                cells.extend([
                    (Part::Keypair, RAW, scalar.clone()),
                    (Part::Secret, RAW, scalar.clone()),
                    (Part::Secret, SEC, sec1),
                    (Part::Secret, SEC, scalar),
                    (Part::Public, RAW, compressed.clone()),
                    (Part::Public, RAW, point.clone()),
                    (Part::Public, SEC, compressed),
                    (Part::Public, SEC, point),
                ]);
            }
            Kind::Edwards => {
                let secret = pkcs8[pkcs8.len() - 32..].to_vec();
                let public = spki[spki.len() - 32..].to_vec();
                let pair = match self.algorithm {
                    "Ed25519" => [&secret[..], &public[..]].concat(),
                    _ => [&public[..], &secret[..]].concat(),
                };
                cells.extend([(Part::Keypair, RAW, pair), (Part::Secret, RAW, secret), (Part::Public, RAW, public)]);
            }
            Kind::Rsa => {}
        }
        Forms { cells, spki }
    }

    /// The encodings that the host can write for a part.
    fn encodings(&self, part: Part) -> &'static [u32] {
        match (self.kind, part) {
            (Kind::Rsa, _) => &[PKCS8, PEM],
            (Kind::Curve(_), Part::Secret | Part::Public) => &[RAW, PKCS8, PEM, SEC],
            _ => &[RAW, PKCS8, PEM],
        }
    }
}

/// The scalar inside an `ECPrivateKey`: SEQUENCE, version 1, OCTET STRING.
fn scalar_of(sec1: &[u8], len: usize) -> Vec<u8> {
    let header = [2, 1, 1, 4, len as u8];
    let start = sec1.windows(header.len()).position(|window| window == header).unwrap() + header.len();
    sec1[start..start + len].to_vec()
}

#[test]
fn keys_made_by_openssl_are_read_in_every_encoding() {
    for family in FAMILIES {
        let (mut guest, forms) = (Guest::large(), family.forms());
        for (part, encoding, bytes) in &forms.cells {
            let what = format!("{} {part:?} in encoding {encoding}", family.algorithm);
            let key = guest.import_key_as(*part, family.algorithm, bytes, *encoding);
            let key = key.unwrap_or_else(|errno| panic!("{what}: {errno}"));
            let public = match part {
                Part::Keypair => guest.public_of(key),
                Part::Public => key,
                Part::Secret => guest.call_for_u32("publickey_from_secretkey", &[key]).unwrap(),
            };
            assert_eq!(guest.export_key_as(Part::Public, public, PKCS8), Ok(forms.spki.clone()), "{what}");
            assert_eq!(guest.call("publickey_verify", &[public]), Ok(()), "{what}");
        }
    }
}

#[test]
fn keys_written_by_the_host_are_the_same_to_openssl_in_every_encoding() {
    for family in FAMILIES {
        let (mut guest, forms) = (Guest::large(), family.forms());
        let (_, _, pkcs8) = &forms.cells[0];
        let keypair = guest.import_key_as(Part::Keypair, family.algorithm, pkcs8, PKCS8).unwrap();
        for part in [Part::Keypair, Part::Secret, Part::Public] {
            let key = match part {
                Part::Keypair => keypair,
                Part::Secret => guest.secret_of(keypair),
                Part::Public => guest.public_of(keypair),
            };
            for encoding in family.encodings(part) {
                let what = format!("{} {part:?} in encoding {encoding}", family.algorithm);
                let written =
                    guest.export_key_as(part, key, *encoding).unwrap_or_else(|errno| panic!("{what}: {errno}"));
                match *encoding {
                    PKCS8 | PEM => assert_eq!(read_by_openssl(part, *encoding, &written), forms.spki, "{what}"),
                    SEC if part == Part::Secret => {
                        assert_eq!(read_by_openssl(part, *encoding, &written), forms.spki, "{what}")
                    }
                    // openssl has no such files, but the bytes are inside those that it has.
                    _ => {
                        let known = forms
                            .cells
                            .iter()
                            .any(|(of, as_, bytes)| (*of, *as_) == (part, *encoding) && *bytes == written);
                        assert!(known, "{what}");
                    }
                }
            }
        }
    }
}

#[test]
fn generated_keys_are_sound_to_openssl() {
    for family in FAMILIES {
        let mut guest = Guest::large();
        let keypair = guest.generate_keypair(family.algorithm);
        let pem = guest.export_key_as(Part::Keypair, keypair, PEM).unwrap();
        let checked = openssl(&["pkey", "-check", "-noout"], &[("-in", &pem)]);
        assert!(String::from_utf8_lossy(&checked).contains("Key is valid"), "{}", family.algorithm);
        let public = guest.public_of(keypair);
        let spki = guest.export_key_as(Part::Public, public, PKCS8).unwrap();
        assert_eq!(read_by_openssl(Part::Keypair, PEM, &pem), spki, "{}", family.algorithm);
    }
}

/// What openssl takes a key for, as a `SubjectPublicKeyInfo`.
fn read_by_openssl(part: Part, encoding: u32, key: &[u8]) -> Vec<u8> {
    let form = if encoding == PEM { "PEM" } else { "DER" };
    let mut args = vec!["pkey", "-inform", form, "-pubout", "-outform", "DER"];
    if part == Part::Public {
        args.push("-pubin");
    }
    openssl(&args, &[("-in", key)])
}

/// The options with which openssl makes and takes the signatures of an algorithm.
fn signature_options(algorithm: &str) -> Vec<&'static str> {
    let mut options = match algorithm.rsplit('_').next().unwrap() {
        "SHA256" => vec!["-sha256"],
        "SHA384" => vec!["-sha384"],
        "SHA512" => vec!["-sha512"],
        other => panic!("{other} is no hash"),
    };
    if algorithm.starts_with("RSA_PSS") {
        options.extend(["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"]);
    }
    options
}

/// A key of openssl's for each signature algorithm.
fn signing_keys() -> Vec<(&'static str, Vec<u8>)> {
    let make = |genpkey: &[&str]| openssl(&[&["genpkey"], genpkey].concat(), &[]);
    let (rsa_2048, rsa_3072, rsa_4096) = (make(RSA_2048), make(RSA_3072), make(RSA_4096));
    let mut keys = vec![
        ("ECDSA_P256_SHA256", make(P256)),
        ("ECDSA_P384_SHA384", make(P384)),
        ("ECDSA_K256_SHA256", make(K256)),
        ("Ed25519", make(&["-algorithm", "ED25519"])),
    ];
    keys.extend(RSA.map(|algorithm| match algorithm.split('_').nth(2).unwrap() {
        "2048" => (algorithm, rsa_2048.clone()),
        "3072" => (algorithm, rsa_3072.clone()),
        _ => (algorithm, rsa_4096.clone()),
    }));
    keys
}

fn sign_with_openssl(algorithm: &str, options: &[&str], key: &[u8], message: &[u8]) -> Vec<u8> {
    match algorithm {
        "Ed25519" => openssl(&["pkeyutl", "-sign", "-rawin"], &[("-inkey", key), ("-in", message)]),
        _ => openssl(&[&["dgst"], options].concat(), &[("-sign", key), ("", message)]),
    }
}

/// Whether openssl takes a signature for good.
fn verify_with_openssl(algorithm: &str, public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let (args, files): (Vec<&str>, Vec<(&str, &[u8])>) = match algorithm {
        "Ed25519" => (
            vec!["pkeyutl", "-verify", "-rawin", "-pubin"],
            vec![("-inkey", public), ("-sigfile", signature), ("-in", message)],
        ),
        _ => (
            [&["dgst"], &signature_options(algorithm)[..]].concat(),
            vec![("-verify", public), ("-signature", signature), ("", message)],
        ),
    };
    run_openssl(&args, &files).status.success()
}

/// The encoding in which openssl has signatures of an algorithm.
fn encoding_of_openssl(algorithm: &str) -> u32 {
    if ECDSA.contains(&algorithm) { DER } else { RAW }
}

/// Lengths around those from which on a host may hash messages as they come.
const LENGTHS: [usize; 10] = [0, 1, 1000, 65_535, 65_536, 65_537, 70_000, MIB - 1, MIB, MIB + 1];
const MIB: usize = 1 << 20;

fn lengths(algorithm: &str) -> &'static [usize] {
    // The openssl command cannot sign an empty message with Ed25519.
    if algorithm == "Ed25519" { &LENGTHS[1..] } else { &LENGTHS }
}

fn message(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * i) as u8).collect()
}

#[test]
fn signatures_of_the_host_verify_with_openssl() {
    for (algorithm, key) in signing_keys() {
        let mut guest = Guest::large();
        let keypair = guest.import_key_as(Part::Keypair, algorithm, &key, PEM).unwrap();
        let public = openssl(&["pkey", "-pubout"], &[("-in", &key)]);
        for len in lengths(algorithm) {
            let message = message(*len);
            let signature = guest.sign_message(keypair, &message, encoding_of_openssl(algorithm)).unwrap();
            assert!(verify_with_openssl(algorithm, &public, &message, &signature), "{algorithm}, {len} bytes");
            assert!(!verify_with_openssl(algorithm, &public, b"other", &signature), "{algorithm}, {len} bytes");
        }
    }
}

#[test]
fn signatures_of_one_state_verify_with_openssl_however_long_the_message_gets() {
    for (algorithm, key) in signing_keys() {
        let mut guest = Guest::large();
        let keypair = guest.import_key_as(Part::Keypair, algorithm, &key, PEM).unwrap();
        let public = openssl(&["pkey", "-pubout"], &[("-in", &key)]);
        let (state, message) = (guest.signer(keypair, &[]), message(MIB + 1));
        let mut done = 0;
        for upto in lengths(algorithm) {
            guest.update("signature_state_update", state, &[&message[done..*upto]]);
            done = *upto;
            let signature = guest.sign_state(state, encoding_of_openssl(algorithm)).unwrap();
            let verified = verify_with_openssl(algorithm, &public, &message[..done], &signature);
            assert!(verified, "{algorithm}, {upto} bytes");
        }
    }
}

#[test]
fn signatures_of_openssl_verify_with_the_host() {
    for (algorithm, key) in signing_keys() {
        let mut guest = Guest::large();
        let public = openssl(&["pkey", "-pubout"], &[("-in", &key)]);
        let public = guest.import_key_as(Part::Public, algorithm, &public, PEM).unwrap();
        let options = if algorithm == "Ed25519" { vec![] } else { signature_options(algorithm) };
        for len in lengths(algorithm) {
            let message = message(*len);
            let signature = sign_with_openssl(algorithm, &options, &key, &message);
            let encoding = encoding_of_openssl(algorithm);
            let what = format!("{algorithm}, {len} bytes");
            assert_eq!(guest.verify_message(public, algorithm, &message, &signature, encoding), Ok(()), "{what}");
            let mut other = message.clone();
            other.push(0);
            let verified = guest.verify_message(public, algorithm, &other, &signature, encoding);
            assert_eq!(verified, Err(Errno::VerificationFailed), "{what}");
        }
    }
}

#[test]
fn pss_takes_no_salt_but_one_as_long_as_the_hash() {
    let algorithm = "RSA_PSS_2048_SHA256";
    let key = openssl(&[&["genpkey"], RSA_2048].concat(), &[]);
    let mut guest = Guest::large();
    let keypair = guest.import_key_as(Part::Keypair, algorithm, &key, PEM).unwrap();
    let public = guest.public_of(keypair);
    for len in [5, 70_000] {
        let message = message(len);
        for (salt, expected) in
            [("32", Ok(())), ("0", Err(Errno::VerificationFailed)), ("max", Err(Errno::VerificationFailed))]
        {
            let salt_len = format!("rsa_pss_saltlen:{salt}");
            let options = ["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", &salt_len];
            let signature = sign_with_openssl(algorithm, &options, &key, &message);
            let verified = guest.verify_message(public, algorithm, &message, &signature, RAW);
            assert_eq!(verified, expected, "a salt of {salt} bytes, a message of {len}");
        }
        let options = [
            "-sha256",
            "-sigopt",
            "rsa_padding_mode:pss",
            "-sigopt",
            "rsa_pss_saltlen:32",
            "-sigopt",
            "rsa_mgf1_md:sha512",
        ];
        let signature = sign_with_openssl(algorithm, &options, &key, &message);
        let verified = guest.verify_message(public, algorithm, &message, &signature, RAW);
        assert_eq!(verified, Err(Errno::VerificationFailed), "MGF1 with another hash, a message of {len}");
    }
}

#[test]
fn rsa_keys_with_small_exponents_sign_and_verify() {
    for exponent in ["3", "17", "65539", "8589934591"] {
        let pubexp = format!("rsa_keygen_pubexp:{exponent}");
        let key = openssl(&[&["genpkey"], RSA_2048, &["-pkeyopt", &pubexp]].concat(), &[]);
        let public_pem = openssl(&["pkey", "-pubout"], &[("-in", &key)]);
        for algorithm in ["RSA_PKCS1_2048_SHA256", "RSA_PSS_2048_SHA512"] {
            let mut guest = Guest::large();
            let keypair = guest.import_key_as(Part::Keypair, algorithm, &key, PEM).unwrap();
            let public = guest.public_of(keypair);
            for len in [0, 70_000] {
                let message = message(len);
                let signature = guest.sign_message(keypair, &message, RAW).unwrap();
                assert_eq!(guest.verify_message(public, algorithm, &message, &signature, RAW), Ok(()));
                assert!(
                    verify_with_openssl(algorithm, &public_pem, &message, &signature),
                    "{algorithm}, e = {exponent}"
                );
            }
            assert_eq!(guest.export_key_as(Part::Keypair, keypair, PEM).unwrap(), key, "e = {exponent}");
        }
    }
}

#[test]
fn both_sides_agree_on_the_same_secret() {
    for family in FAMILIES.iter().filter(|family| KEY_EXCHANGE.contains(&family.algorithm)) {
        let mut guest = Guest::large();
        let ours = guest.generate_keypair(family.algorithm);
        let (our_public, our_secret) = (guest.public_of(ours), guest.secret_of(ours));
        let our_pem = guest.export_key_as(Part::Public, our_public, PEM).unwrap();
        let their_pem = openssl(&[&["genpkey"], family.genpkey].concat(), &[]);
        let their_public = openssl(&["pkey", "-pubout"], &[("-in", &their_pem)]);
        let their_public = guest.import_key_as(Part::Public, family.algorithm, &their_public, PEM).unwrap();
        let agreed = guest.agree(their_public, our_secret).unwrap();
        let theirs = openssl(&["pkeyutl", "-derive"], &[("-inkey", &their_pem), ("-peerkey", &our_pem)]);
        assert_eq!(agreed, theirs, "{}", family.algorithm);
    }
}

/// `EC PARAMETERS` stand before the key in what `openssl ecparam` writes.
#[test]
fn what_openssl_writes_in_traditional_formats_is_read() {
    let mut guest = Guest::large();
    for (algorithm, curve) in [
        ("ECDSA_P256_SHA256", "prime256v1"),
        ("P256-SHA256", "prime256v1"),
        ("P384-SHA384", "secp384r1"),
        ("ECDSA_K256_SHA256", "secp256k1"),
    ] {
        let pem = openssl(&["ecparam", "-name", curve, "-genkey"], &[]);
        let text = String::from_utf8_lossy(&pem);
        assert!(text.contains("EC PARAMETERS") && text.contains("EC PRIVATE KEY"), "{text}");
        let spki = openssl(&["pkey", "-pubout", "-outform", "DER"], &[("-in", &pem)]);
        for part in [Part::Keypair, Part::Secret] {
            assert_eq!(guest.read(part, algorithm, &pem, PEM).as_ref(), Ok(&spki), "{algorithm}");
        }
    }
    let pem = openssl(&["genrsa", "-traditional", "2048"], &[]);
    let spki = openssl(&["pkey", "-pubout", "-outform", "DER"], &[("-in", &pem)]);
    let public = openssl(&["rsa", "-RSAPublicKey_out"], &[("-in", &pem)]);
    for algorithm in ["RSA_PKCS1_2048_SHA256", "RSA_PSS_2048_SHA512"] {
        for (part, pem) in [(Part::Keypair, &pem), (Part::Secret, &pem), (Part::Public, &public)] {
            assert_eq!(guest.read(part, algorithm, pem, PEM).as_ref(), Ok(&spki), "{algorithm} {part:?}");
        }
        let keypair = guest.import_key_as(Part::Keypair, algorithm, &pem, PEM).unwrap();
        let pkcs8 = openssl(&["pkcs8", "-topk8", "-nocrypt"], &[("-in", &pem)]);
        assert_eq!(guest.export_key_as(Part::Keypair, keypair, PEM).unwrap(), pkcs8, "{algorithm}");
    }
}

#[test]
fn what_openssl_writes_in_other_formats_is_refused() {
    let mut guest = Guest::large();
    for (algorithm, genpkey, traditional) in
        [("RSA_PSS_2048_SHA256", RSA_2048, "rsa"), ("ECDSA_P256_SHA256", P256, "ec")]
    {
        let key = openssl(&[&["genpkey"], genpkey].concat(), &[]);
        let mut tool = vec![traditional];
        if traditional == "rsa" {
            tool.push("-traditional");
        }
        let der = openssl(&[&tool[..], &["-outform", "DER"]].concat(), &[("-in", &key)]);
        let cipher = ["-aes-128-cbc", "-passout", "pass:secret"];
        let encrypted_pem = openssl(&[&tool[..], &cipher].concat(), &[("-in", &key)]);
        assert!(String::from_utf8_lossy(&encrypted_pem).contains("\nProc-Type: 4,ENCRYPTED\n"));
        let encrypted = openssl(&["pkcs8", "-topk8", "-passout", "pass:secret"], &[("-in", &key)]);
        let encrypted_der =
            openssl(&["pkcs8", "-topk8", "-passout", "pass:secret", "-outform", "DER"], &[("-in", &key)]);
        let spki = openssl(&["pkey", "-pubout"], &[("-in", &key)]);
        let spki_der = openssl(&["pkey", "-pubout", "-outform", "DER"], &[("-in", &key)]);
        for part in [Part::Keypair, Part::Secret] {
            for (bytes, encoding) in [
                (&der, PKCS8),
                (&encrypted_pem, PEM),
                (&encrypted, PEM),
                (&encrypted_der, PKCS8),
                (&spki, PEM),
                (&spki_der, PKCS8),
            ] {
                let imported = guest.import_key_as(part, algorithm, bytes, encoding);
                assert_eq!(imported, Err(Errno::InvalidKey), "{algorithm} {part:?} {}", String::from_utf8_lossy(bytes));
            }
        }
        let private = openssl(&["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"], &[("-in", &key)]);
        assert_eq!(guest.import_key_as(Part::Public, algorithm, &key, PEM), Err(Errno::InvalidKey));
        assert_eq!(guest.import_key_as(Part::Public, algorithm, &private, PKCS8), Err(Errno::InvalidKey));
    }
    // PKCS#1 public keys without the label that says so, keys for PSS alone, and keys on another curve or of another size.
    let key = openssl(&[&["genpkey"], RSA_2048].concat(), &[]);
    let pkcs1 = openssl(&["rsa", "-RSAPublicKey_out", "-outform", "DER"], &[("-in", &key)]);
    assert_eq!(guest.import_key_as(Part::Public, "RSA_PSS_2048_SHA256", &pkcs1, PKCS8), Err(Errno::InvalidKey));
    let pss_only = openssl(&["genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"], &[]);
    assert_eq!(guest.import_key_as(Part::Keypair, "RSA_PSS_2048_SHA256", &pss_only, PEM), Err(Errno::InvalidKey));
    assert_eq!(guest.import_key_as(Part::Keypair, "RSA_PSS_3072_SHA384", &key, PEM), Err(Errno::InvalidKey));
    let k256 = openssl(&[&["genpkey"], K256].concat(), &[]);
    assert_eq!(guest.import_key_as(Part::Keypair, "ECDSA_P256_SHA256", &k256, PEM), Err(Errno::InvalidKey));
    let ed25519 = openssl(&["genpkey", "-algorithm", "ED25519"], &[]);
    assert_eq!(guest.import_key_as(Part::Keypair, "X25519", &ed25519, PEM), Err(Errno::InvalidKey));
    let explicit = openssl(&[&["genpkey"], P256, &["-pkeyopt", "ec_param_enc:explicit"]].concat(), &[]);
    assert_eq!(guest.import_key_as(Part::Keypair, "ECDSA_P256_SHA256", &explicit, PEM), Err(Errno::InvalidKey));
    let three_primes = openssl(&[&["genpkey"], RSA_2048, &["-pkeyopt", "rsa_keygen_primes:3"]].concat(), &[]);
    assert_eq!(guest.import_key_as(Part::Keypair, "RSA_PSS_2048_SHA256", &three_primes, PEM), Err(Errno::InvalidKey));
}

/// What an `openssl` command prints. The files are written first, and named after their option.
fn openssl(args: &[&str], files: &[(&str, &[u8])]) -> Vec<u8> {
    let output = run_openssl(args, files);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {} failed: {said}", args.join(" "));
    output.stdout
}

fn run_openssl(args: &[&str], files: &[(&str, &[u8])]) -> std::process::Output {
    let folder = Folder::new();
    let mut command = Command::new("openssl");
    command.args(args);
    for (index, (option, bytes)) in files.iter().enumerate() {
        let path = folder.0.join(index.to_string());
        fs::write(&path, bytes).unwrap();
        if !option.is_empty() {
            command.arg(option);
        }
        command.arg(path);
    }
    command.output().unwrap_or_else(|error| {
        panic!("the command `openssl` cannot be run ({error}); install it (Debian: `apt-get install openssl`)")
    })
}

/// A folder of this process, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("openssl-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
