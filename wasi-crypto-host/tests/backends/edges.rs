//! Points, scalars and numbers at the edges of what they may be.

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};

use super::*;

pub(crate) fn run(log: &mut Transcript) {
    edwards(log);
    montgomery(log);
    weierstrass(log);
}

/// Encodings of all points of small order, of y from p on, of points of mixed order, and of no points.
fn edwards_encodings() -> Vec<[u8; 32]> {
    let mut all: Vec<[u8; 32]> = EIGHT_TORSION.iter().map(|point| point.compress().0).collect();
    all.extend(EIGHT_TORSION.iter().map(|torsion| (ED25519_BASEPOINT_POINT + torsion).compress().0));
    for low in 0xed..=0xff {
        let mut bytes = [0xff; 32];
        (bytes[0], bytes[31]) = (low, 0x7f);
        all.push(bytes);
    }
    let mut numbers = [[0; 32]; 6];
    for (i, number) in numbers.iter_mut().enumerate() {
        number[0] = i as u8;
    }
    all.extend(numbers);
    // With the other sign, too.
    let with_sign = all.iter().map(|bytes| {
        let mut bytes = *bytes;
        bytes[31] ^= 0x80;
        bytes
    });
    let with_sign: Vec<_> = with_sign.collect();
    all.extend(with_sign);
    all
}

/// As speccheck has it: every such key, with every such point and several scalars in the signature.
fn edwards(log: &mut Transcript) {
    let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut scalars = vec![vec![0; 32], order.clone(), vec![0xff; 32]];
    for change in [1, 0xed] {
        let mut scalar = order.clone();
        scalar[0] ^= change;
        scalars.push(scalar);
    }
    let encodings = edwards_encodings();
    for key in &encodings {
        let name = format!("Ed25519 {key:x?}");
        log.key(&name, Part::Public, "Ed25519", key, RAW);
        let spki = [&hex("302a300506032b6570032100"), &key[..]].concat();
        log.key(&format!("{name} in SubjectPublicKeyInfo"), Part::Public, "Ed25519", &spki, PKCS8);
        let Ok(public) = log.guest.import_key_as(Part::Public, "Ed25519", key, RAW) else { continue };
        for point in &encodings {
            for scalar in &scalars {
                let signature = [&point[..], scalar].concat();
                let verified = [&b""[..], b"1", b"2", b"3", b"4"]
                    .map(|message| log.guest.verify_message(public, "Ed25519", message, &signature, RAW));
                log.note(&format!("{name}, signature {signature:x?}"), verified);
            }
        }
        log.guest.close_key_of(Part::Public, public);
    }
}

fn montgomery(log: &mut Transcript) {
    let secret = log.guest.import_key_as(Part::Secret, "X25519", &[7; 32], RAW).unwrap();
    let mut points: Vec<[u8; 32]> = edwards_encodings();
    points.extend(EIGHT_TORSION.iter().map(|torsion| (ED25519_BASEPOINT_POINT + torsion).to_montgomery().0));
    points.extend(EIGHT_TORSION.iter().map(|torsion| torsion.to_montgomery().0));
    for low in [
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    ] {
        points.push(hex(low).try_into().unwrap());
    }
    for point in points {
        let name = format!("X25519 {point:x?}");
        log.key(&name, Part::Public, "X25519", &point, RAW);
        let public = log.guest.import_key_as(Part::Public, "X25519", &point, RAW).unwrap();
        let agreed = log.guest.agree(public, secret).map(|agreed| digest(&agreed));
        log.note(&format!("{name}, agreed"), agreed);
        log.guest.close_key_of(Part::Public, public);
        for (part, bytes) in [(Part::Secret, point.to_vec()), (Part::Keypair, [point, point].concat())] {
            log.key(&format!("{name} as {part:?}"), part, "X25519", &bytes, RAW);
        }
    }
    log.guest.close_key_of(Part::Secret, secret);
}

/// The order of the group and the prime of the field (FIPS 186-5, SEC 2).
const CURVES: [(&str, &str, &str); 5] = [
    (
        "ECDSA_P256_SHA256",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    ),
    (
        "P256-SHA256",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    ),
    (
        "ECDSA_P384_SHA384",
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
    ),
    (
        "P384-SHA384",
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
    ),
    (
        "ECDSA_K256_SHA256",
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
    ),
];

fn weierstrass(log: &mut Transcript) {
    for (algorithm, order, prime) in CURVES {
        let around = |number: &str| {
            let number = hex(number);
            [-2i16, -1, 0, 1, 2].map(|difference| {
                let mut number = number.clone();
                let last = number.last_mut().unwrap();
                *last = (i16::from(*last) + difference) as u8;
                number
            })
        };
        let len = order.len() / 2;
        let small: Vec<Vec<u8>> = (0..4).map(|i| [vec![0; len - 1], vec![i]].concat()).collect();
        let mut numbers = [&around(order)[..], &around(prime), &small, &[vec![0xff; len]]].concat();
        numbers.push([vec![0x80], vec![0; len - 1]].concat());
        for number in &numbers {
            log.key(&format!("{algorithm} scalar {number:x?}"), Part::Keypair, algorithm, number, RAW);
            for tag in 0..=8 {
                let point = [&[tag], &number[..]].concat();
                log.key(&format!("{algorithm} point {point:x?}"), Part::Public, algorithm, &point, RAW);
                let point = [&point, &numbers[0][..]].concat();
                log.key(&format!("{algorithm} point {point:x?}"), Part::Public, algorithm, &point, SEC);
            }
        }
        if !algorithm.starts_with("ECDSA") {
            continue;
        }
        let keypair = log.guest.import_key_as(Part::Keypair, algorithm, &vec![7; len], RAW).unwrap();
        let public = log.guest.public_of(keypair);
        for r in &numbers {
            for s in &numbers {
                let name = format!("{algorithm} r = {r:x?}, s = {s:x?}");
                log.signature(&name, algorithm, public, &[&r[..], s].concat(), RAW);
                let value = |number: &[u8]| der(2, &[if number[0] < 0x80 { &[] } else { &[0] }, number]);
                let signature = der(0x30, &[&value(r), &value(s)]);
                log.signature(&format!("{name} in DER"), algorithm, public, &signature, DER);
            }
        }
        log.guest.close_key_of(Part::Public, public);
        log.guest.close_key_of(Part::Keypair, keypair);
    }
}
