//! Malformed, mismatched and unsound keys: each gets the errno of its row, none gets in.

mod support;

use std::time::{Duration, Instant};

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use support::hex::hex;
use support::keys::*;
use support::*;
use wasi_crypto_host::{Errno, WasiCryptoCtx};

const CURVES: [&str; 5] = ["ECDSA_P256_SHA256", "ECDSA_K256_SHA256", "ECDSA_P384_SHA384", "P256-SHA256", "P384-SHA384"];
const EDWARDS: [&str; 2] = ["Ed25519", "X25519"];
const RSA_2048: &str = "RSA_PSS_2048_SHA256";
const PARTS: [Part; 3] = [Part::Keypair, Part::Secret, Part::Public];

/// One algorithm of each kind of key.
const KINDS: [&str; 6] = ["ECDSA_P256_SHA256", "ECDSA_K256_SHA256", "ECDSA_P384_SHA384", "Ed25519", "X25519", RSA_2048];

/// The encodings that an algorithm has for a part (the tables of the specification, and ANSWERS.md).
fn encodings(algorithm: &str, part: Part) -> &'static [u32] {
    if algorithm.starts_with("RSA") {
        &[PKCS8, PEM]
    } else if EDWARDS.contains(&algorithm) || part == Part::Keypair {
        &[RAW, PKCS8, PEM]
    } else {
        &[RAW, PKCS8, PEM, SEC]
    }
}

/// A key pair with its halves.
struct Handles {
    keypair: u32,
    secret: u32,
    public: u32,
}

impl Handles {
    fn generate(guest: &mut Guest, algorithm: &str) -> Self {
        let keypair = guest.generate_keypair(algorithm);
        Self { keypair, secret: guest.secret_of(keypair), public: guest.public_of(keypair) }
    }

    fn of(&self, part: Part) -> u32 {
        match part {
            Part::Keypair => self.keypair,
            Part::Secret => self.secret,
            Part::Public => self.public,
        }
    }

    fn export(&self, guest: &mut Guest, part: Part, encoding: u32) -> Vec<u8> {
        guest.export_key_as(part, self.of(part), encoding).unwrap()
    }
}

#[test]
fn every_supported_cell_reads_what_it_wrote_and_no_other_cell_exists() {
    for algorithm in KINDS.into_iter().chain(["P256-SHA256", "P384-SHA384"]) {
        let mut guest = Guest::large();
        let key = Handles::generate(&mut guest, algorithm);
        let canonical = key.export(&mut guest, Part::Public, PKCS8);
        for part in PARTS {
            for encoding in [RAW, PKCS8, PEM, SEC, 4, 5, 99, 1 << 16, u32::MAX] {
                let what = format!("{algorithm} {part:?} in encoding {encoding}");
                let written = guest.export_key_as(part, key.of(part), encoding);
                if !encodings(algorithm, part).contains(&encoding) {
                    assert_eq!(written, Err(Errno::UnsupportedEncoding), "{what}");
                    let read = guest.import_key_as(part, algorithm, &canonical, encoding);
                    assert_eq!(read, Err(Errno::UnsupportedEncoding), "{what}");
                    continue;
                }
                let read = guest.import_key_as(part, algorithm, &written.unwrap(), encoding).unwrap();
                let public = match part {
                    Part::Keypair => guest.public_of(read),
                    Part::Secret => guest.call_for_u32("publickey_from_secretkey", &[read]).unwrap(),
                    Part::Public => read,
                };
                assert_eq!(guest.export_key_as(Part::Public, public, PKCS8).unwrap(), canonical, "{what}");
            }
        }
    }
}

#[test]
fn truncated_keys_and_trailing_bytes_are_refused() {
    for algorithm in KINDS {
        let mut guest = Guest::large();
        let key = Handles::generate(&mut guest, algorithm);
        for part in PARTS {
            for encoding in encodings(algorithm, part) {
                let written = key.export(&mut guest, part, *encoding);
                let what = format!("{algorithm} {part:?} in encoding {encoding}");
                for len in 0..written.len() {
                    let bare_scalar = part == Part::Secret && *encoding == SEC && (len == 32 || len == 48);
                    let without_last_line_break = *encoding == PEM && len == written.len() - 1;
                    if !bare_scalar && !without_last_line_break {
                        let read = guest.import_key_as(part, algorithm, &written[..len], *encoding);
                        assert_eq!(read, Err(Errno::InvalidKey), "{what}, its first {len} bytes");
                    }
                }
                // Behind PEM there may be text (`pem.rs`), but no other key.
                let trailers = [&written[..], b"\0", b"A"];
                for trailer in &trailers[..if *encoding == PEM { 1 } else { 3 }] {
                    let read = guest.import_key_as(part, algorithm, &[&written, *trailer].concat(), *encoding);
                    assert_eq!(read, Err(Errno::InvalidKey), "{what}, and {trailer:x?}");
                }
            }
        }
    }
}

#[test]
fn a_flipped_bit_gives_no_key_or_a_consistent_one() {
    for algorithm in KINDS {
        // With the slower algorithms one bit of each byte stands for all.
        let bits = if ["ECDSA_P384_SHA384", RSA_2048].contains(&algorithm) { 1 } else { 8 };
        let mut guest = Guest::large();
        let peer = Handles::generate(&mut guest, algorithm);
        for part in PARTS {
            for encoding in encodings(algorithm, part) {
                let written = peer.export(&mut guest, part, *encoding);
                for bit in 0..written.len() * bits {
                    let mut flipped = written.clone();
                    flipped[bit / bits] ^= 1 << ((bit + bit / bits) % 8);
                    match guest.import_key_as(part, algorithm, &flipped, *encoding) {
                        Ok(key) => check_consistency(&mut guest, algorithm, part, key, &peer),
                        Err(errno) => assert_eq!(errno, Errno::InvalidKey, "{algorithm} {part:?} {encoding} bit {bit}"),
                    }
                }
            }
        }
    }
}

/// Whether the halves of a key belong together, and it is read again as it was written. Closes it.
fn check_consistency(guest: &mut Guest, algorithm: &str, part: Part, key: u32, peer: &Handles) {
    let written = guest.export_key_as(part, key, PKCS8).unwrap();
    let again = guest.import_key_as(part, algorithm, &written, PKCS8).unwrap();
    assert_eq!(guest.export_key_as(part, again, PKCS8).unwrap(), written);
    guest.close_key_of(part, again);
    if part == Part::Public {
        let checked = guest.call("publickey_verify", &[key]);
        assert!([Ok(()), Err(Errno::InvalidKey)].contains(&checked), "{checked:?}");
        return guest.close_key_of(part, key);
    }
    let keypair = guest.import_key_as(Part::Keypair, algorithm, &written, PKCS8).unwrap();
    let (public, secret) = (guest.public_of(keypair), guest.secret_of(keypair));
    assert_eq!(guest.call("publickey_verify", &[public]), Ok(()));
    if KEY_EXCHANGE.contains(&algorithm) {
        let agreed = guest.agree(public, peer.secret).unwrap();
        assert_eq!(guest.agree(peer.public, secret).unwrap(), agreed);
    } else {
        let signature = guest.sign_message(keypair, b"message", RAW).unwrap();
        assert_eq!(guest.verify_message(public, algorithm, b"message", &signature, RAW), Ok(()));
    }
    guest.close_key_of(Part::Keypair, keypair);
    guest.close_key_of(Part::Public, public);
    guest.close_key_of(Part::Secret, secret);
    guest.close_key_of(part, key);
}

#[test]
fn keys_of_other_algorithms_are_refused() {
    let mut guest = Guest::large();
    let keys: Vec<_> = KINDS.map(|algorithm| (algorithm, Handles::generate(&mut guest, algorithm))).into();
    for (from, key) in &keys {
        for to in KINDS {
            for part in PARTS {
                for encoding in [PKCS8, PEM] {
                    let written = key.export(&mut guest, part, encoding);
                    let read = guest.import_key_as(part, to, &written, encoding).map(|_| ());
                    let expected = if *from == to { Ok(()) } else { Err(Errno::InvalidKey) };
                    assert_eq!(read, expected, "{part:?} of {from} for {to} in encoding {encoding}");
                }
            }
        }
    }
}

#[test]
fn private_and_public_keys_do_not_stand_for_each_other() {
    for algorithm in KINDS {
        let mut guest = Guest::large();
        let key = Handles::generate(&mut guest, algorithm);
        for encoding in [PKCS8, PEM] {
            let (private, public) =
                (key.export(&mut guest, Part::Secret, encoding), key.export(&mut guest, Part::Public, encoding));
            assert_eq!(guest.import_key_as(Part::Public, algorithm, &private, encoding), Err(Errno::InvalidKey));
            assert_eq!(guest.import_key_as(Part::Keypair, algorithm, &public, encoding), Err(Errno::InvalidKey));
            assert_eq!(guest.import_key_as(Part::Secret, algorithm, &public, encoding), Err(Errno::InvalidKey));
        }
    }
}

#[test]
fn huge_input_is_refused_at_once() {
    let mut guest = Guest::with_memory(WasiCryptoCtx::builder(), 9 << 20);
    let body = "QUJD".repeat(16) + "\n";
    let pem =
        format!("-----BEGIN PRIVATE KEY-----\n{}-----END PRIVATE KEY-----\n", body.repeat((4 << 20) / body.len()));
    let start = Instant::now();
    for algorithm in KINDS {
        for part in PARTS {
            assert_eq!(guest.import_key_as(part, algorithm, pem.as_bytes(), PEM), Err(Errno::InvalidKey));
            assert_eq!(guest.import_key_as(part, algorithm, &vec![0x30; 4 << 20], PKCS8), Err(Errno::InvalidKey));
        }
    }
    assert!(start.elapsed() < Duration::from_secs(5), "took {:?}", start.elapsed());
    assert_eq!(guest.transport.ctx.held_bytes(), 0);
}

/// The order of the group and the prime of the field of a curve (FIPS 186-5, SEC 2), big-endian.
fn order_and_prime(algorithm: &str) -> (Vec<u8>, Vec<u8>) {
    let (order, prime) = if algorithm.contains("K256") {
        (
            "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
        )
    } else if algorithm.contains("P256") {
        (
            "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
            "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
        )
    } else {
        (
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
            "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
        )
    };
    (hex(order), hex(prime))
}

#[test]
fn scalars_lie_between_zero_and_the_order() {
    for algorithm in CURVES {
        let mut guest = Guest::large();
        let (order, _) = order_and_prime(algorithm);
        let key = Handles::generate(&mut guest, algorithm);
        let scalar = key.export(&mut guest, Part::Secret, RAW);
        let plus = |difference: i16| {
            let mut number = order.clone();
            let last = number.last_mut().unwrap();
            *last = (i16::from(*last) + difference) as u8;
            number
        };
        let zero = vec![0; order.len()];
        let mut one = zero.clone();
        *one.last_mut().unwrap() = 1;
        for (number, expected) in [
            (zero.clone(), Err(Errno::InvalidKey)),
            (order.clone(), Err(Errno::InvalidKey)),
            (plus(1), Err(Errno::InvalidKey)),
            (vec![0xff; order.len()], Err(Errno::InvalidKey)),
            (one.clone(), Ok(())),
            (plus(-1), Ok(())),
            ([&[0], &one[..]].concat(), Err(Errno::InvalidKey)),
            (one[1..].to_vec(), Err(Errno::InvalidKey)),
            (vec![1], Err(Errno::InvalidKey)),
            (vec![], Err(Errno::InvalidKey)),
        ] {
            for (part, encoding) in [(Part::Keypair, RAW), (Part::Secret, RAW), (Part::Secret, SEC)] {
                let read = guest.import_key_as(part, algorithm, &number, encoding).map(|_| ());
                assert_eq!(read, expected, "{algorithm} {part:?} in encoding {encoding}: {number:x?}");
            }
        }
        // With another scalar inside, the public half does not fit, whether the scalar is sound or not.
        for number in [zero, order.clone(), plus(1), one, plus(-1)] {
            for (part, encoding) in [(Part::Keypair, PKCS8), (Part::Secret, PKCS8), (Part::Secret, SEC)] {
                let written = replace(&key.export(&mut guest, part, encoding), &scalar, &number);
                let read = guest.import_key_as(part, algorithm, &written, encoding);
                assert_eq!(read, Err(Errno::InvalidKey), "{algorithm} {part:?} in encoding {encoding}: {number:x?}");
            }
        }
    }
}

#[test]
fn points_are_on_the_curve_and_not_the_identity() {
    for algorithm in CURVES {
        let mut guest = Guest::large();
        let (_, prime) = order_and_prime(algorithm);
        let key = Handles::generate(&mut guest, algorithm);
        let point = key.export(&mut guest, Part::Public, SEC);
        let compressed = key.export(&mut guest, Part::Public, RAW);
        let (x, y) = point[1..].split_at(prime.len());
        let [even, odd] = [0, 1].map(|parity| y[y.len() - 1] & 1 == parity);
        assert_eq!(compressed, [&[2 + u8::from(odd)], x].concat());
        let hybrid = if even { 6 } else { 7 };
        let off_curve = [&point[..point.len() - 1], &[point[point.len() - 1] ^ 1]].concat();
        let untouched = guest.import_key_as(Part::Public, algorithm, &point, SEC).unwrap();
        assert_eq!(guest.call("publickey_verify", &[untouched]), Ok(()));
        for (bad, what) in [
            (vec![0], "the identity"),
            (vec![0; point.len()], "the identity, padded"),
            ([&[4], &vec![0; point.len() - 1][..]].concat(), "zeros"),
            (off_curve, "off the curve"),
            ([&[hybrid], x, y].concat(), "hybrid"),
            ([&[hybrid ^ 1], x, y].concat(), "hybrid with the wrong parity"),
            ([&[5], x].concat(), "compact"),
            (x.to_vec(), "a bare coordinate"),
            ([x, y].concat(), "no tag"),
            ([&[4], x].concat(), "half of it"),
            ([&[2], x, y].concat(), "compressed, with both coordinates"),
            ([&[4], &prime[..], y].concat(), "x = p"),
            ([&[4], x, &prime[..]].concat(), "y = p"),
            ([&[2], &prime[..]].concat(), "compressed x = p"),
            ([&[2], &vec![0xff; prime.len()][..]].concat(), "compressed x above p"),
            (no_point(algorithm), "an x that no point has"),
        ] {
            for encoding in [RAW, SEC] {
                let read = guest.import_key_as(Part::Public, algorithm, &bad, encoding);
                assert_eq!(read, Err(Errno::InvalidKey), "{algorithm}: {what}");
            }
            if bad.len() == point.len() {
                let written = replace(&key.export(&mut guest, Part::Public, PKCS8), &point, &bad);
                let read = guest.import_key_as(Part::Public, algorithm, &written, PKCS8);
                assert_eq!(read, Err(Errno::InvalidKey), "{algorithm}: {what}, in SubjectPublicKeyInfo");
            }
        }
    }
}

/// A compressed point whose x has no y: x³ + ax + b is no square for these (its Legendre symbol is −1).
fn no_point(algorithm: &str) -> Vec<u8> {
    let (len, x) = if algorithm.contains("P384") {
        (48, 1)
    } else if algorithm.contains("P256") {
        (32, 1)
    } else {
        (32, 5)
    };
    let mut point = vec![0; len + 1];
    (point[0], point[len]) = (2, x);
    point
}

#[test]
fn halves_that_do_not_belong_together_are_no_key_pair() {
    for algorithm in KINDS {
        let mut guest = Guest::large();
        let (a, b) = (Handles::generate(&mut guest, algorithm), Handles::generate(&mut guest, algorithm));
        let pair = guest.call_for_u32("keypair_from_pk_and_sk", &[a.public, a.secret]).unwrap();
        assert_eq!(
            guest.export_key_as(Part::Keypair, pair, PKCS8),
            guest.export_key_as(Part::Keypair, a.keypair, PKCS8)
        );
        assert_eq!(guest.call_for_u32("keypair_from_pk_and_sk", &[b.public, a.secret]), Err(Errno::InvalidKey));
    }
    let mut guest = Guest::large();
    for (one, other) in [("ECDSA_P256_SHA256", "P256-SHA256"), ("Ed25519", "X25519"), ("ECDSA_P256_SHA256", "Ed25519")]
    {
        let (a, b) = (Handles::generate(&mut guest, one), Handles::generate(&mut guest, other));
        assert_eq!(guest.call_for_u32("keypair_from_pk_and_sk", &[a.public, b.secret]), Err(Errno::IncompatibleKeys));
        assert_eq!(guest.call_for_u32("keypair_from_pk_and_sk", &[b.public, a.secret]), Err(Errno::IncompatibleKeys));
    }
}

#[test]
fn encoded_halves_that_do_not_belong_together_are_refused() {
    for algorithm in EDWARDS {
        let mut guest = Guest::large();
        let (a, b) = (Handles::generate(&mut guest, algorithm), Handles::generate(&mut guest, algorithm));
        let [raw, secret, public] = [(Part::Keypair, &a), (Part::Secret, &a), (Part::Public, &a)]
            .map(|(part, key)| key.export(&mut guest, part, RAW));
        let other = b.export(&mut guest, Part::Public, RAW);
        let order =
            if algorithm == "Ed25519" { [secret.clone(), public.clone()] } else { [public.clone(), secret.clone()] };
        assert_eq!(raw, order.concat(), "{algorithm}");
        let mixed = replace(&raw, &public, &other);
        assert_eq!(guest.import_key_as(Part::Keypair, algorithm, &mixed, RAW), Err(Errno::InvalidKey));
        for bad in [&secret[..], &public, &raw[1..], &[&raw[..], &[0]].concat(), &[]] {
            assert_eq!(guest.import_key_as(Part::Keypair, algorithm, bad, RAW), Err(Errno::InvalidKey), "{bad:x?}");
        }
        // The same in PKCS#8 version 2, which carries the public half.
        let version_1 = a.export(&mut guest, Part::Secret, PKCS8);
        for (half, expected) in [(&public, Ok(())), (&other, Err(Errno::InvalidKey))] {
            let mut version_2 = [&version_1[..], &[0x81, 33, 0], half].concat();
            (version_2[1], version_2[4]) = (version_2.len() as u8 - 2, 1);
            for part in [Part::Keypair, Part::Secret] {
                assert_eq!(
                    guest.import_key_as(part, algorithm, &version_2, PKCS8).map(|_| ()),
                    expected,
                    "{algorithm}"
                );
            }
        }
    }
    for algorithm in CURVES {
        let mut guest = Guest::large();
        let (a, b) = (Handles::generate(&mut guest, algorithm), Handles::generate(&mut guest, algorithm));
        let [point, other] = [&a, &b].map(|key| key.export(&mut guest, Part::Public, SEC));
        for (part, encoding) in [(Part::Keypair, PKCS8), (Part::Secret, PKCS8), (Part::Secret, SEC)] {
            let mixed = replace(&a.export(&mut guest, part, encoding), &point, &other);
            assert_eq!(
                guest.import_key_as(part, algorithm, &mixed, encoding),
                Err(Errno::InvalidKey),
                "{algorithm} {encoding}"
            );
        }
        // PKCS#8 version 2 has the public half a second time.
        let version_1 = a.export(&mut guest, Part::Secret, PKCS8);
        for (half, expected) in [(&point, Ok(())), (&other, Err(Errno::InvalidKey))] {
            let version_2 = with_public_half(&version_1, half);
            for part in [Part::Keypair, Part::Secret] {
                let imported = guest.import_key_as(part, algorithm, &version_2, PKCS8);
                assert_eq!(imported.map(|key| guest.close_key_of(part, key)), expected, "{algorithm}");
            }
        }
    }
}

/// A `PrivateKeyInfo` in version 2 (RFC 5958), made of one in version 1 whose length takes two bytes.
fn with_public_half(version_1: &[u8], half: &[u8]) -> Vec<u8> {
    let [0x30, 0x81, _, 2, 1, 0, rest @ ..] = version_1 else { panic!("another encoding: {version_1:x?}") };
    let contents = [&[2, 1, 1][..], rest, &[0x81, half.len() as u8 + 1, 0], half].concat();
    let [high, low] = (contents.len() as u16).to_be_bytes();
    let header = if high == 0 { vec![0x30, 0x81, low] } else { vec![0x30, 0x82, high, low] };
    [header, contents].concat()
}

#[test]
fn ed25519_public_keys_are_points_and_verify_refuses_the_unsound_ones() {
    let mut guest = Guest::large();
    // The eight points of small order.
    for point in [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ] {
        let public = guest.import_key_as(Part::Public, "Ed25519", &hex(point), RAW).unwrap();
        assert_eq!(guest.call("publickey_verify", &[public]), Err(Errno::InvalidKey), "{point}");
    }
    for torsion in &EIGHT_TORSION[1..] {
        let mixed_order = (ED25519_BASEPOINT_POINT + torsion).compress();
        refused_by_verify(&mut guest, "Ed25519", mixed_order.as_bytes());
    }
    // RFC 8032 section 5.1.3: y is below p, and 0 has no sign. y = 1 and y = −1 have x = 0.
    let mut not_canonical = vec![
        hex("0100000000000000000000000000000000000000000000000000000000000080"),
        hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
    ];
    for low in 0xed..=0xff {
        for high in [0x7f, 0xff] {
            not_canonical.push([&[low][..], &[0xff; 30], &[high]].concat());
        }
    }
    assert_eq!(not_canonical.len(), 40);
    for bytes in not_canonical {
        let spki = [&hex("302a300506032b6570032100"), &bytes[..]].concat();
        for (encoded, encoding) in [(&bytes, RAW), (&spki, PKCS8)] {
            assert_eq!(
                guest.import_key_as(Part::Public, "Ed25519", encoded, encoding),
                Err(Errno::InvalidKey),
                "{bytes:x?}"
            );
        }
    }
    // y = 2 has no x.
    let mut no_point = [0; 32];
    no_point[0] = 2;
    for bad in [&no_point[..], &[0; 31], &[0; 33], &[]] {
        assert_eq!(guest.import_key_as(Part::Public, "Ed25519", bad, RAW), Err(Errno::InvalidKey));
    }
}

#[test]
fn x25519_public_keys_of_low_order_agree_on_nothing() {
    let mut guest = Guest::large();
    let own = Handles::generate(&mut guest, "X25519");
    for point in [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ] {
        let mut bytes = hex(point);
        for _ in 0..2 {
            refused_by_verify(&mut guest, "X25519", &bytes);
            let public = guest.import_key_as(Part::Public, "X25519", &bytes, RAW).unwrap();
            assert_eq!(guest.agree(public, own.secret), Err(Errno::InvalidKey), "{point}");
            bytes[31] ^= 0x80;
        }
    }
    // RFC 7748 section 5: the top bit is masked, u at or above p is taken modulo p. To publickey_verify the latter is unsound.
    let mut masked = own.export(&mut guest, Part::Public, RAW);
    masked[31] |= 0x80;
    let public = guest.import_key_as(Part::Public, "X25519", &masked, RAW).unwrap();
    assert_eq!(guest.export_key_as(Part::Public, public, RAW).unwrap(), own.export(&mut guest, Part::Public, RAW));
    let mut above_p = [0xff; 32];
    (above_p[0], above_p[31]) = (0xf6, 0x7f);
    let mut nine = [0; 32];
    nine[0] = 9;
    let [above_p_key, nine_key] =
        [above_p, nine].map(|u| guest.import_key_as(Part::Public, "X25519", &u, RAW).unwrap());
    assert_eq!(guest.agree(above_p_key, own.secret), guest.agree(nine_key, own.secret));
    assert_eq!(guest.call("publickey_verify", &[nine_key]), Ok(()));
    refused_by_verify(&mut guest, "X25519", &above_p);
    // On the curve's twist, where agreements work as well, and of mixed order.
    let mut twist = [0; 32];
    twist[0] = 2;
    refused_by_verify(&mut guest, "X25519", &twist);
    let mixed_order = (ED25519_BASEPOINT_POINT + EIGHT_TORSION[1]).to_montgomery();
    refused_by_verify(&mut guest, "X25519", mixed_order.as_bytes());
    for bad in [&[9; 31][..], &[9; 33], &[]] {
        assert_eq!(guest.import_key_as(Part::Public, "X25519", bad, RAW), Err(Errno::InvalidKey));
    }
}

/// Import may see it, publickey_verify must.
fn refused_by_verify(guest: &mut Guest, algorithm: &str, public: &[u8]) {
    match guest.import_key_as(Part::Public, algorithm, public, RAW) {
        Ok(key) => assert_eq!(guest.call("publickey_verify", &[key]), Err(Errno::InvalidKey), "{public:x?}"),
        Err(errno) => assert_eq!(errno, Errno::InvalidKey, "{public:x?}"),
    }
}

/// The bytes with one part of them replaced, which must be there once.
fn replace(bytes: &[u8], part: &[u8], by: &[u8]) -> Vec<u8> {
    assert_eq!(part.len(), by.len());
    let places: Vec<_> = bytes.windows(part.len()).enumerate().filter(|(_, window)| *window == part).collect();
    assert_eq!(places.len(), 1);
    let start = places[0].0;
    [&bytes[..start], by, &bytes[start + part.len()..]].concat()
}
