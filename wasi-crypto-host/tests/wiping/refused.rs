//! What the host has read of a key before it refuses it is wiped, too: in every encoding that an algorithm has.

use super::*;
use crate::support::encode::{der, pem};
use crate::support::hex::hex;
use crate::support::keys::{PEM, PKCS8, RAW, SEC};

/// A key in one encoding.
#[derive(Clone)]
struct Form {
    encoding: u32,
    bytes: Vec<u8>,
    /// Of the DER in PEM.
    label: &'static str,
}

fn raw(bytes: &[u8]) -> Form {
    Form { encoding: RAW, bytes: bytes.to_vec(), label: "" }
}

fn pkcs8(bytes: &[u8]) -> Form {
    Form { encoding: PKCS8, bytes: bytes.to_vec(), label: "PRIVATE KEY" }
}

/// Imports the bytes as a secret key and as a key pair. Either may come of it; the watched transport looks at what is freed.
fn import(guest: &mut Guest<Watched>, name: &str, algorithm_type: u32, bytes: &[u8], encoding: u32) -> usize {
    let mut refused = 0;
    for part in ["secretkey", "keypair"] {
        let ([name, name_len], [bytes, len]) = (guest.put(name.as_bytes()), guest.put(bytes));
        let args = [algorithm_type, name, name_len, bytes, len, encoding];
        match guest.call_for_u32(&format!("{part}_import"), &args) {
            Ok(key) => guest.call(&format!("{part}_close"), &[key]).unwrap(),
            Err(_) => refused += 1,
        }
    }
    refused
}

/// The bytes damaged in many places, near the end above all, where most of the key has been read.
fn damaged(bytes: &[u8]) -> Vec<Vec<u8>> {
    let len = bytes.len();
    let mut all = vec![bytes[..len - 1].to_vec(), bytes[..len * 3 / 4].to_vec(), [bytes, &[0]].concat()];
    for at in (0..len.min(6)).chain((6..len).step_by(len / 8 + 1)).chain(len.saturating_sub(6)..len) {
        let mut changed = bytes.to_vec();
        changed[at] ^= 0x41;
        all.push(changed);
    }
    all
}

/// Damaged PEM: the text, and what is in it.
fn damaged_pem(label: &str, content: &[u8]) -> Vec<String> {
    let good = pem(label, content);
    let end = good.find("\n-----END").unwrap();
    let with = |at: usize, text: &str| format!("{}{text}{}", &good[..at], &good[at..]);
    let mut all: Vec<String> = damaged(content).iter().map(|content| pem(label, content)).collect();
    all.extend([
        with(end - 4, "*"),
        with(end - 9, "\0"),
        with(end - 4, "="),
        with(end, "="),
        with(end, "A"),
        with(end, "\nComment: none"),
        with(good.len(), &good),
        with(good.len(), "-----BEGIN PRIVATE KEY-----\n"),
        good[..end - 1].to_owned(),
        good[..end].to_owned(),
        good.replace("END", "END A"),
        good.replace(label, "ENCRYPTED PRIVATE KEY"),
        good.replace(label, "PUBLIC KEY"),
        // The label of another structure.
        good.replace(label, "EC PRIVATE KEY"),
        good.replace(label, "RSA PRIVATE KEY"),
    ]);
    all.retain(|text| *text != good);
    all
}

/// Imports a key in all damaged forms, and as one of other algorithms, and looks for the secrets, of which there is room for 128 bytes.
fn refuse(name: &str, algorithm_type: u32, forms: &[Form], secrets: &[&[u8]]) {
    let secret = secrets.concat();
    assert!(secret.len() <= MOST * PIECE);
    let (mut guest, mut refused) = (guest(&secret), 0);
    for Form { encoding, bytes, label } in forms {
        for bytes in damaged(bytes) {
            refused += import(&mut guest, name, algorithm_type, &bytes, *encoding);
        }
        for (other, other_type) in
            [("Ed25519", 0), ("ECDSA_P384_SHA384", 0), ("RSA_PSS_3072_SHA384", 0), ("ML-DSA-87", 0)]
        {
            refused += import(&mut guest, other, other_type, bytes, *encoding);
        }
        for other in [RAW, PKCS8, PEM, SEC].into_iter().filter(|other| other != encoding) {
            refused += import(&mut guest, name, algorithm_type, bytes, other);
        }
        if label.is_empty() {
            continue;
        }
        for text in damaged_pem(label, bytes) {
            refused += import(&mut guest, name, algorithm_type, text.as_bytes(), PEM);
        }
        for (other, other_type) in [("ECDSA_K256_SHA256", 0), ("X25519", 2), ("RSA_PKCS1_4096_SHA512", 0)] {
            refused += import(&mut guest, other, other_type, pem(label, bytes).as_bytes(), PEM);
        }
    }
    assert!(refused > 10 * forms.len(), "{name}: {refused}");
    drop_context(guest);
}

/// A `PrivateKeyInfo`, and with a public half a `OneAsymmetricKey`.
fn info(identifier: &[u8], key: &[u8], public: Option<&[u8]>) -> Vec<u8> {
    let version = [u8::from(public.is_some())];
    let public = public.map(|public| der(0x81, &[&[0], public])).unwrap_or_default();
    der(0x30, &[&der(2, &[&version]), identifier, &der(4, &[key]), &public])
}

/// Exports a raw secret key's public key, raw.
fn public_of(name: &str, algorithm_type: u32, raw: &[u8]) -> Vec<u8> {
    let mut guest = guest(&[]);
    let secret = import_secret(&mut guest, name, algorithm_type, raw);
    let public = guest.call_for_u32("publickey_from_secretkey", &[secret]).unwrap();
    let output = guest.call_for_u32("publickey_export", &[public, RAW]).unwrap();
    guest.pull_array(output).unwrap()
}

/// As the libraries keep numbers: in words of eight bytes, the least first.
fn in_words(number: &[u8]) -> Vec<u8> {
    number.iter().rev().copied().collect()
}

#[test]
fn refused_keys_of_the_25519_curves_are_wiped() {
    let secret = key(32);
    for (name, algorithm_type, oid) in [("Ed25519", 0, "300506032b6570"), ("X25519", 2, "300506032b656e")] {
        let identifier = hex(oid);
        let public = public_of(name, algorithm_type, &secret);
        let other = public_of(name, algorithm_type, &key(33)[1..]);
        let inner = der(4, &[&secret]);
        let explicit = der(0xa1, &[&der(3, &[&[0], &other])]);
        let mut forms = vec![
            raw(&secret),
            raw(&[&secret[..], &other].concat()),
            raw(&[&other[..], &secret].concat()),
            pkcs8(&info(&identifier, &inner, None)),
            pkcs8(&info(&identifier, &inner, Some(&public))),
            pkcs8(&info(&identifier, &inner, Some(&other))),
            pkcs8(&info(&identifier, &secret, None)),
        ];
        forms.push(pkcs8(&der(0x30, &[&[2, 1, 1], &identifier, &der(4, &[&inner]), &explicit])));
        refuse(name, algorithm_type, &forms, &[&secret]);
    }
}

#[test]
fn refused_keys_of_the_nist_curves_and_secp256k1_are_wiped() {
    for (name, algorithm_type, len, identifier) in [
        ("ECDSA_P256_SHA256", 0, 32, "301306072a8648ce3d020106082a8648ce3d030107"),
        ("P256-SHA256", 2, 32, "301306072a8648ce3d020106082a8648ce3d030107"),
        ("ECDSA_P384_SHA384", 0, 48, "301006072a8648ce3d020106052b81040022"),
        ("P384-SHA384", 2, 48, "301006072a8648ce3d020106052b81040022"),
        ("ECDSA_K256_SHA256", 0, 32, "301006072a8648ce3d020106052b8104000a"),
    ] {
        let (secret, identifier) = (key(len), hex(identifier));
        let other = public_of(name, algorithm_type, &key(len + 1)[1..]);
        let inner = |scalar: &[u8], public: &[u8]| der(0x30, &[&[2, 1, 1], &der(4, &[scalar]), public]);
        let wrong_half = der(0xa1, &[&der(3, &[&[0], &other])]);
        let too_long = inner(&[&[1], &secret[..]].concat(), b"");
        let mut forms = vec![raw(&secret)];
        for key in [inner(&secret, b""), inner(&secret, &wrong_half), too_long] {
            forms.push(Form { encoding: SEC, bytes: key.clone(), label: "EC PRIVATE KEY" });
            forms.push(pkcs8(&info(&identifier, &key, None)));
        }
        forms.push(pkcs8(&info(&identifier, &inner(&secret, b""), Some(&other))));
        forms.push(Form { encoding: SEC, ..raw(&secret) });
        refuse(name, algorithm_type, &forms, &[&secret, &in_words(&secret)]);
    }
}

#[test]
fn refused_keys_of_ml_kem_and_ml_dsa_are_wiped() {
    let seed = key(64);
    let kem_seed = *seed.first_chunk().unwrap();
    let dsa_seed = *seed.first_chunk().unwrap();
    let kem = |number: u8| [&hex("300b0609608648016503040400")[..12], &[number]].concat();
    let dsa = |number: u8| [&hex("300b0609608648016503040300")[..12], &[number]].concat();
    for (name, algorithm_type, identifier, seed, expanded, secret) in [
        {
            let pair = libcrux_ml_kem::mlkem768::generate_key_pair(kem_seed);
            ("ML-KEM-768", 2, kem(2), &seed[..], pair.sk().to_vec(), 0..64)
        },
        {
            let pair = libcrux_ml_kem::mlkem1024::generate_key_pair(kem_seed);
            ("ML-KEM-1024", 2, kem(3), &seed[..], pair.sk().to_vec(), 0..64)
        },
        {
            let pair = libcrux_ml_kem::mlkem512::generate_key_pair(kem_seed);
            ("ML-KEM-512", 2, kem(1), &seed[..], pair.sk().to_vec(), 0..64)
        },
        {
            let pair = libcrux_ml_dsa::ml_dsa_44::generate_key_pair(dsa_seed);
            ("ML-DSA-44", 0, dsa(17), &seed[..32], pair.signing_key.as_slice().to_vec(), 32..64)
        },
        {
            let pair = libcrux_ml_dsa::ml_dsa_65::generate_key_pair(dsa_seed);
            ("ML-DSA-65", 0, dsa(18), &seed[..32], pair.signing_key.as_slice().to_vec(), 32..64)
        },
        {
            let pair = libcrux_ml_dsa::ml_dsa_87::generate_key_pair(dsa_seed);
            ("ML-DSA-87", 0, dsa(19), &seed[..32], pair.signing_key.as_slice().to_vec(), 32..64)
        },
    ] {
        let public = public_of(name, algorithm_type, seed);
        let other = public_of(name, algorithm_type, &key(seed.len() + 1)[1..]);
        let both = der(0x30, &[&der(4, &[seed]), &der(4, &[&expanded])]);
        let mut wrong_seed = seed.to_vec();
        wrong_seed[0] ^= 1;
        let contradicting = der(0x30, &[&der(4, &[&wrong_seed]), &der(4, &[&expanded])]);
        let forms = [
            raw(seed),
            raw(&expanded),
            pkcs8(&info(&identifier, &der(0x80, &[seed]), None)),
            pkcs8(&info(&identifier, &der(4, &[&expanded]), None)),
            pkcs8(&info(&identifier, &der(0x80, &[seed]), Some(&other))),
            pkcs8(&info(&identifier, &both, Some(&public))),
            pkcs8(&info(&identifier, &both, Some(&other))),
            pkcs8(&info(&identifier, &contradicting, None)),
        ];
        refuse(name, algorithm_type, &forms, &[seed, &expanded[secret]]);
    }
}

#[test]
fn refused_keys_of_x_wing_are_wiped() {
    let seed = key(32);
    let mut expanded = [0; 96];
    shake::Shake256::digest_xof(&seed, &mut expanded);
    refuse("X-WING", 2, &[raw(&seed)], &[&seed, &expanded]);
}

/// The private exponent and the first prime, as they are encoded and as the libraries keep them.
#[test]
fn refused_keys_of_rsa_are_wiped() {
    let mut guest = guest(&[]);
    let name = "RSA_PSS_2048_SHA256";
    let ([start, len], none) = (guest.put(name.as_bytes()), guest.put_optional(None));
    let keypair = guest.call_for_u32("keypair_generate", &[0, start, len, none]).unwrap();
    let output = guest.call_for_u32("keypair_export", &[keypair, PKCS8]).unwrap();
    let encoded = guest.pull_array(output).unwrap();
    // A PrivateKeyInfo's header, version and algorithm take up 22 bytes, and the header of its OCTET STRING 4.
    let inner = &encoded[26..];
    let prime = encoded.windows(4).position(|window| window == [2, 0x81, 0x81, 0]).unwrap() + 4;
    let prime = &encoded[prime..prime + 128];
    let exponent = encoded.windows(5).position(|window| window == [2, 3, 1, 0, 1]).unwrap() + 5;
    let exponent = &encoded[exponent + 4 + usize::from(encoded[exponent + 4] == 0)..][..256];
    let forms = [pkcs8(&encoded), Form { label: "RSA PRIVATE KEY", ..pkcs8(inner) }];
    let (least_of_prime, least_of_exponent) = (in_words(&prime[96..]), in_words(&exponent[224..]));
    refuse(name, 0, &forms, &[&exponent[128..160], &prime[..32], &least_of_prime, &least_of_exponent]);
}
