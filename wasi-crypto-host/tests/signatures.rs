//! Signatures and key agreements, as a guest sees them: states, encodings, and the errno of each failure.

mod support;

use support::hex::hex;
use support::keys::*;
use support::*;
use wasi_crypto_host::{Errno, WasiCryptoCtx};

/// One algorithm of each kind, and both RSA paddings.
const ALGORITHMS: [&str; 7] = [
    "ML-DSA-44",
    "Ed25519",
    "ECDSA_P256_SHA256",
    "ECDSA_P384_SHA384",
    "ECDSA_K256_SHA256",
    "RSA_PKCS1_2048_SHA256",
    "RSA_PSS_2048_SHA512",
];

/// The lengths up to which the host keeps messages whole: all that it does, and those that RSA signs.
const LONG: usize = 64 << 10;
const VERY_LONG: usize = 1 << 20;

fn message(len: usize) -> Vec<u8> {
    (0..len).map(|i| ((i * i) >> 3) as u8).collect()
}

fn key(guest: &mut Guest, algorithm: &str) -> (u32, u32) {
    let keypair = guest.generate_keypair(algorithm);
    (keypair, guest.public_of(keypair))
}

#[test]
fn each_signature_covers_everything_since_the_state_was_opened() {
    for algorithm in ALGORITHMS {
        let mut guest = Guest::large();
        let (keypair, public) = key(&mut guest, algorithm);
        let message = message(VERY_LONG + 11);
        let (signing, verifying) = (guest.signer(keypair, &[]), guest.verifier(public, &[]));
        let mut done = 0;
        for upto in [0, 0, 1, 1000, LONG - 1, LONG, LONG + 1, LONG + 10, VERY_LONG, VERY_LONG + 1] {
            let [piece, len] = guest.put(&message[done..upto]);
            guest.call("signature_state_update", &[signing, piece, len]).unwrap();
            let [piece, len] = guest.put(&message[done..upto]);
            guest.call("signature_verification_state_update", &[verifying, piece, len]).unwrap();
            done = upto;
            let signature = guest.sign_state(signing, RAW).unwrap();
            assert_eq!(
                guest.verify_message(public, algorithm, &message[..upto], &signature, RAW),
                Ok(()),
                "{algorithm} {upto}"
            );
            let handle = guest.signature(algorithm, &signature, RAW).unwrap();
            for _ in 0..2 {
                assert_eq!(guest.verify_state(verifying, handle), Ok(()), "{algorithm}, {upto} bytes");
            }
            let later = guest.verify_message(public, algorithm, &message[..upto + 1], &signature, RAW);
            assert_eq!(later, Err(Errno::VerificationFailed), "{algorithm}, {upto} bytes and one more");
            guest.call("signature_close", &[handle]).unwrap();
        }
    }
}

#[test]
fn it_does_not_matter_how_a_message_is_split() {
    for algorithm in ALGORITHMS {
        let mut guest = Guest::large();
        let (keypair, public) = key(&mut guest, algorithm);
        for len in [LONG - 1, LONG, LONG + 1, LONG + 40] {
            let message = message(len);
            let signature = guest.sign_message(keypair, &message, RAW).unwrap();
            let handle = guest.signature(algorithm, &signature, RAW).unwrap();
            let splits = [0, 1, 2, 63, 64, 65, len / 2].into_iter().chain(len - 45..=len);
            for split in splits {
                let (start, end) = message.split_at(split);
                let verifying = guest.verifier(public, &[start, &[], end]);
                assert_eq!(guest.verify_state(verifying, handle), Ok(()), "{algorithm}, {len} bytes at {split}");
                guest.call("signature_verification_state_close", &[verifying]).unwrap();
                if split.is_multiple_of(5) {
                    let signing = guest.signer(keypair, &[start, end]);
                    let other = guest.sign_state(signing, RAW).unwrap();
                    assert_eq!(
                        guest.verify_message(public, algorithm, &message, &other, RAW),
                        Ok(()),
                        "{algorithm} {split}"
                    );
                    guest.call("signature_state_close", &[signing]).unwrap();
                }
            }
        }
    }
}

#[test]
fn a_state_without_update_signs_the_empty_message() {
    for algorithm in ALGORITHMS {
        let mut guest = Guest::large();
        let (keypair, public) = key(&mut guest, algorithm);
        let state = guest.signer(keypair, &[]);
        let signature = guest.sign_state(state, RAW).unwrap();
        assert_eq!(guest.verify_message(public, algorithm, b"", &signature, RAW), Ok(()));
        let other = guest.verify_message(public, algorithm, b"\0", &signature, RAW);
        assert_eq!(other, Err(Errno::VerificationFailed), "{algorithm}");
    }
}

#[test]
fn a_signature_of_another_algorithm_is_invalid() {
    let mut guest = Guest::large();
    for (algorithm, other) in [
        ("ECDSA_P256_SHA256", "ECDSA_K256_SHA256"),
        ("ECDSA_P256_SHA256", "Ed25519"),
        ("RSA_PSS_2048_SHA256", "RSA_PKCS1_2048_SHA256"),
        ("RSA_PSS_2048_SHA256", "RSA_PSS_2048_SHA512"),
    ] {
        let (keypair, _) = key(&mut guest, algorithm);
        let (_, public) = key(&mut guest, other);
        let state = guest.signer(keypair, &[b"message"]);
        let signature = guest.call_for_u32("signature_state_sign", &[state]).unwrap();
        let verifying = guest.verifier(public, &[b"message"]);
        assert_eq!(guest.verify_state(verifying, signature), Err(Errno::InvalidSignature), "{algorithm} {other}");
    }
}

#[test]
fn another_key_and_a_changed_signature_fail_to_verify() {
    for algorithm in ALGORITHMS {
        let mut guest = Guest::large();
        let (keypair, public) = key(&mut guest, algorithm);
        let (_, other) = key(&mut guest, algorithm);
        let signature = guest.sign_message(keypair, b"message", RAW).unwrap();
        assert_eq!(guest.verify_message(public, algorithm, b"message", &signature, RAW), Ok(()));
        // An RSA signature may be no number below the other modulus.
        let verified = guest.verify_message(other, algorithm, b"message", &signature, RAW);
        assert!([Err(Errno::VerificationFailed), Err(Errno::InvalidSignature)].contains(&verified), "{algorithm}");
        for bit in (0..signature.len() * 8).step_by(3) {
            let mut changed = signature.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let verified = guest.verify_message(public, algorithm, b"message", &changed, RAW);
            let wrong = [Err(Errno::VerificationFailed), Err(Errno::InvalidSignature)].contains(&verified);
            assert!(wrong, "{algorithm} bit {bit}: {verified:?}");
        }
        for len in (0..signature.len()).chain([signature.len() + 1]) {
            let mut cut = signature.clone();
            cut.resize(len, 0);
            let imported = guest.signature(algorithm, &cut, RAW);
            assert_eq!(imported, Err(Errno::InvalidSignature), "{algorithm}, {len} bytes");
        }
        for encoding in [2, 3, u32::MAX] {
            let imported = guest.signature(algorithm, &signature, encoding);
            assert_eq!(imported, Err(Errno::UnsupportedEncoding), "{algorithm} {encoding}");
        }
    }
}

#[test]
fn only_ecdsa_signatures_have_a_der_encoding() {
    for algorithm in ALGORITHMS.into_iter().filter(|algorithm| !ECDSA.contains(algorithm)) {
        let mut guest = Guest::large();
        let (keypair, _) = key(&mut guest, algorithm);
        let signature = guest.sign_message(keypair, b"message", RAW).unwrap();
        assert_eq!(guest.sign_message(keypair, b"message", DER), Err(Errno::UnsupportedEncoding), "{algorithm}");
        assert_eq!(guest.signature(algorithm, &signature, DER), Err(Errno::UnsupportedEncoding), "{algorithm}");
    }
}

/// The order of the group (FIPS 186-5, SEC 2), big-endian.
fn order(algorithm: &str) -> Vec<u8> {
    hex(match algorithm {
        "ECDSA_P256_SHA256" => "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "ECDSA_K256_SHA256" => "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        _ => "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    })
}

#[test]
fn ecdsa_signatures_have_a_fixed_width_and_their_der_keeps_every_zero() {
    for algorithm in ECDSA {
        let mut guest = Guest::large();
        let (keypair, public) = key(&mut guest, algorithm);
        let width = order(algorithm).len();
        let (mut short, mut commitments) = (0, std::collections::HashSet::new());
        let mut index = 0;
        // Until some number with a leading zero has been seen, as one in 128 has.
        while short < 2 || index < 100 {
            let message = u32::to_le_bytes(index);
            let raw = guest.sign_message(keypair, &message, RAW).unwrap();
            assert_eq!(raw.len(), 2 * width);
            short += u32::from(raw[0] == 0 || raw[width] == 0);
            assert!(commitments.insert(raw[..width].to_vec()), "a nonce came twice");
            let der = der(&raw[..width], &raw[width..]);
            assert_eq!(guest.verify_message(public, algorithm, &message, &der, DER), Ok(()));
            let signature = guest.signature(algorithm, &raw, RAW).unwrap();
            let output = guest.call_for_u32("signature_export", &[signature, DER]).unwrap();
            assert_eq!(guest.pull_array(output).unwrap(), der);
            guest.call("signature_close", &[signature]).unwrap();
            index += 1;
        }
    }
}

#[test]
fn a_high_s_verifies_as_well_as_a_low_one() {
    for algorithm in ECDSA {
        let mut guest = Guest::large();
        let (keypair, public) = key(&mut guest, algorithm);
        for len in [10, LONG + 1] {
            let message = message(len);
            let raw = guest.sign_message(keypair, &message, RAW).unwrap();
            let (r, s) = raw.split_at(raw.len() / 2);
            let other = [r, &subtract(&order(algorithm), s)].concat();
            assert_eq!(
                guest.verify_message(public, algorithm, &message, &other, RAW),
                Ok(()),
                "{algorithm}, {len} bytes"
            );
        }
    }
}

#[test]
fn ecdsa_numbers_out_of_range_and_lax_der_are_invalid() {
    for algorithm in ECDSA {
        let mut guest = Guest::large();
        let (keypair, public) = key(&mut guest, algorithm);
        let raw = guest.sign_message(keypair, b"message", RAW).unwrap();
        let (r, s) = raw.split_at(raw.len() / 2);
        let n = order(algorithm);
        let (zero, max) = (vec![0; n.len()], vec![0xff; n.len()]);
        for (r, s) in [(&zero[..], s), (r, &zero), (&n, s), (r, &n), (&max, s), (r, &max), (&zero, &zero)] {
            assert_eq!(guest.signature(algorithm, &[r, s].concat(), RAW), Err(Errno::InvalidSignature), "{algorithm}");
            assert_eq!(guest.signature(algorithm, &der(r, s), DER), Err(Errno::InvalidSignature), "{algorithm}");
        }
        let good = der(r, s);
        assert_eq!(guest.verify_message(public, algorithm, b"message", &good, DER), Ok(()));
        let (r_der, s_der) = (integer(r), integer(s));
        let body = [&r_der[..], &s_der].concat();
        let len = body.len() as u8;
        let padded = [&[2, r_der[1] + 1, 0][..], &r_der[2..], &s_der].concat();
        let negative = [&[2, n.len() as u8][..], &max, &s_der].concat();
        for (bad, what) in [
            ([&good[..], &[0]].concat(), "a trailing byte"),
            ([&[0x30, 0x81, len][..], &body].concat(), "a long form of the length"),
            ([&[0x30, 0x80][..], &body, &[0, 0]].concat(), "an indefinite length"),
            ([&[0x31, len][..], &body].concat(), "a SET"),
            ([&[0x30, len + 1][..], &padded].concat(), "a needless zero"),
            ([&[0x30, negative.len() as u8][..], &negative].concat(), "a negative number"),
            ([&[0x30, len + 2][..], &body, &[5, 0]].concat(), "a third value"),
            ([&[0x30, r_der.len() as u8][..], &r_der].concat(), "one number"),
            (raw.clone(), "raw"),
            (vec![0x30, 0], "no numbers"),
            (vec![], "nothing"),
        ] {
            // Some of these can be of valid form for P-384, whose sequence is above 127 bytes at times.
            if what == "a long form of the length" && len >= 0x80 {
                continue;
            }
            assert_eq!(guest.signature(algorithm, &bad, DER), Err(Errno::InvalidSignature), "{algorithm}: {what}");
        }
        for len in 0..good.len() {
            assert_eq!(
                guest.signature(algorithm, &good[..len], DER),
                Err(Errno::InvalidSignature),
                "{algorithm} {len}"
            );
        }
        for bit in 0..good.len() * 8 {
            let mut changed = good.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let verified = guest.verify_message(public, algorithm, b"message", &changed, DER);
            let wrong = [Err(Errno::VerificationFailed), Err(Errno::InvalidSignature)].contains(&verified);
            assert!(wrong, "{algorithm} bit {bit}: {verified:?}");
        }
    }
}

/// RFC 8032 section 7.1, tests 1 to 3: seed, public key, message, signature.
const RFC_8032: [[&str; 4]; 3] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
];

#[test]
fn ed25519_follows_rfc_8032() {
    let mut guest = Guest::large();
    for vector in RFC_8032 {
        let [seed, public, message, signature] = vector.map(hex);
        let keypair = guest.import_key_as(Part::Keypair, "Ed25519", &[&seed[..], &public].concat(), RAW).unwrap();
        assert_eq!(guest.sign_message(keypair, &message, RAW).unwrap(), signature);
        let from_seed = guest.import_key_as(Part::Secret, "Ed25519", &seed, RAW).unwrap();
        let public_key = guest.call_for_u32("publickey_from_secretkey", &[from_seed]).unwrap();
        assert_eq!(guest.export_key_as(Part::Public, public_key, RAW).unwrap(), public);
        assert_eq!(guest.verify_message(public_key, "Ed25519", &message, &signature, RAW), Ok(()));
        // S plus the order verifies in lax implementations (section 8.4).
        let mut malleable = signature.clone();
        let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        let mut carry = 0;
        for (byte, more) in malleable[32..].iter_mut().zip(order) {
            carry += u16::from(*byte) + u16::from(more);
            *byte = carry as u8;
            carry >>= 8;
        }
        assert_eq!(guest.signature("Ed25519", &malleable, RAW), Err(Errno::InvalidSignature));
    }
}

#[test]
fn ed25519_messages_are_gathered_up_to_the_limit() {
    let mut guest = Guest::with_memory(WasiCryptoCtx::builder().max_gathered_bytes(1000), 1 << 16);
    let (keypair, public) = key(&mut guest, "Ed25519");
    let state = guest.signer(keypair, &[&message(1000)]);
    let [more, _] = guest.put(&[1]);
    assert_eq!(guest.call("signature_state_update", &[state, more, 1]), Err(Errno::Overflow));
    let signature = guest.sign_state(state, RAW).unwrap();
    assert_eq!(guest.verify_message(public, "Ed25519", &message(1000), &signature, RAW), Ok(()));
    let state = guest.verifier(public, &[&message(1000)]);
    let [more, _] = guest.put(&[1]);
    assert_eq!(guest.call("signature_verification_state_update", &[state, more, 1]), Err(Errno::Overflow));
}

#[test]
fn messages_that_are_hashed_as_they_come_have_no_limit() {
    for algorithm in ALGORITHMS.into_iter().filter(|algorithm| *algorithm != "Ed25519") {
        let mut guest =
            Guest::with_memory(WasiCryptoCtx::builder().max_gathered_bytes(LONG).max_bytes(300_000), 1 << 20);
        let (keypair, public) = key(&mut guest, algorithm);
        let before = guest.transport.ctx.held_bytes();
        let piece = message(100_000);
        let state = guest.signer(keypair, &[&piece[..]; 20]);
        let signature = guest.sign_state(state, RAW).unwrap();
        let verifying = guest.verifier(public, &[&piece[..]; 20]);
        let handle = guest.signature(algorithm, &signature, RAW).unwrap();
        assert_eq!(guest.verify_state(verifying, handle), Ok(()), "{algorithm}");
        guest.call("signature_close", &[handle]).unwrap();
        guest.call("signature_state_close", &[state]).unwrap();
        guest.call("signature_verification_state_close", &[verifying]).unwrap();
        assert_eq!(guest.transport.ctx.held_bytes(), before, "{algorithm}");
    }
}

#[test]
fn a_message_that_the_quota_has_no_room_for_is_hashed() {
    const ROOM: usize = 5000;
    for algorithm in ALGORITHMS.into_iter().filter(|algorithm| *algorithm != "Ed25519") {
        let states = |guest: &mut Guest| {
            let (keypair, public) = key(guest, algorithm);
            (guest.signer(keypair, &[]), guest.verifier(public, &[]))
        };
        let mut roomy = Guest::large();
        states(&mut roomy);
        let mut guest =
            Guest::with_memory(WasiCryptoCtx::builder().max_bytes(roomy.transport.ctx.held_bytes() + ROOM), 1 << 20);
        let (signing, verifying) = states(&mut guest);
        let before = guest.transport.ctx.held_bytes();
        // Room for the first piece in the first state, and for the second piece in none.
        for len in [ROOM - 1000, ROOM] {
            let piece = message(len);
            guest.update("signature_state_update", signing, &[&piece]);
            guest.update("signature_verification_state_update", verifying, &[&piece]);
        }
        assert_eq!(guest.transport.ctx.held_bytes(), before, "{algorithm}");
        let signature = guest.call_for_u32("signature_state_sign", &[signing]).unwrap();
        assert_eq!(guest.verify_state(verifying, signature), Ok(()), "{algorithm}");
    }
}

#[test]
fn a_state_outlives_its_key_and_is_booked_for_it() {
    for algorithm in ALGORITHMS {
        let mut guest = Guest::large();
        let (keypair, public) = key(&mut guest, algorithm);
        let both = guest.transport.ctx.held_bytes();
        let (signing, verifying) = (guest.signer(keypair, &[b"message"]), guest.verifier(public, &[b"message"]));
        guest.close_key_of(Part::Keypair, keypair);
        guest.close_key_of(Part::Public, public);
        assert!(
            guest.transport.ctx.held_bytes() >= both,
            "{algorithm}: {} bytes of {both}",
            guest.transport.ctx.held_bytes()
        );
        let signature = guest.call_for_u32("signature_state_sign", &[signing]).unwrap();
        assert_eq!(guest.verify_state(verifying, signature), Ok(()));
        guest.call("signature_close", &[signature]).unwrap();
        guest.call("signature_state_close", &[signing]).unwrap();
        guest.call("signature_verification_state_close", &[verifying]).unwrap();
        assert_eq!((guest.transport.ctx.open_handles(), guest.transport.ctx.held_bytes()), (0, 0), "{algorithm}");
    }
}

#[test]
fn names_are_found_in_any_case_and_only_with_their_type() {
    let mut guest = Guest::large();
    for (algorithm_type, name, expected) in [
        (0, "ed25519", Ok(())),
        (0, "ecdsa_p256_sha256", Ok(())),
        (0, "rsa_PSS_2048_sha256", Ok(())),
        (2, "x25519", Ok(())),
        (2, "p256-sha256", Ok(())),
        (2, "Ed25519", Err(Errno::UnsupportedAlgorithm)),
        (0, "X25519", Err(Errno::UnsupportedAlgorithm)),
        (1, "Ed25519", Err(Errno::UnsupportedAlgorithm)),
        (3, "Ed25519", Err(Errno::UnsupportedAlgorithm)),
        (u32::MAX, "Ed25519", Err(Errno::UnsupportedAlgorithm)),
        (0, "SHA-256", Err(Errno::UnsupportedAlgorithm)),
        (0, "Ed25519\0", Err(Errno::UnsupportedAlgorithm)),
        (0, "RSA_PSS_1024_SHA256", Err(Errno::UnsupportedAlgorithm)),
        (0, "", Err(Errno::UnsupportedAlgorithm)),
    ] {
        let ([name_at, len], [no_options, _]) = (guest.put(name.as_bytes()), guest.put(&[1; 8]));
        let generated = guest.call_for_u32("keypair_generate", &[algorithm_type, name_at, len, no_options]);
        assert_eq!(generated.map(|_| ()), expected, "{algorithm_type} {name}");
    }
    let ([name, len], [no_options, _]) = (guest.put(b"Ed25519\xff"), guest.put(&[1; 8]));
    let generated = guest.call_for_u32("keypair_generate", &[0, name, len, no_options]);
    assert_eq!(generated, Err(Errno::UnsupportedAlgorithm), "a name that is no UTF-8");
}

#[test]
fn options_must_be_of_the_type_of_the_algorithm() {
    let mut guest = Guest::large();
    for (algorithm_type, expected) in [(0, Ok(())), (1, Err(Errno::InvalidHandle)), (2, Err(Errno::InvalidHandle))] {
        let options = guest.call_for_u32("options_open", &[algorithm_type]).unwrap();
        let mut some = [0; 8];
        some[4..].copy_from_slice(&options.to_le_bytes());
        let ([name, len], [options, _]) = (guest.put(b"Ed25519"), guest.put(&some));
        let generated = guest.call_for_u32("keypair_generate", &[0, name, len, options]);
        assert_eq!(generated.map(|_| ()), expected, "{algorithm_type}");
    }
}

#[test]
fn generated_keys_and_secrets_differ() {
    for algorithm in ALGORITHMS.into_iter().chain(KEY_EXCHANGE) {
        let mut guest = Guest::large();
        let [a, b] = [0, 1].map(|_| {
            let keypair = guest.generate_keypair(algorithm);
            guest.export_key_as(Part::Keypair, keypair, PKCS8).unwrap()
        });
        assert_ne!(a, b, "{algorithm}");
    }
}

#[test]
fn keys_for_one_purpose_do_not_serve_the_other() {
    let mut guest = Guest::large();
    let (signing, verifying) = key(&mut guest, "ECDSA_P256_SHA256");
    let signing_secret = guest.secret_of(signing);
    let (agreeing, agreeing_public) = key(&mut guest, "P256-SHA256");
    let (other, other_public) = key(&mut guest, "X25519");
    let (secret, other_secret) = (guest.secret_of(agreeing), guest.secret_of(other));
    assert_eq!(guest.call_for_u32("signature_state_open", &[agreeing]), Err(Errno::InvalidKey));
    assert_eq!(guest.call_for_u32("signature_verification_state_open", &[agreeing_public]), Err(Errno::InvalidKey));
    assert_eq!(guest.agree(verifying, signing_secret), Err(Errno::InvalidKey));
    assert_eq!(guest.agree(verifying, secret), Err(Errno::InvalidKey));
    assert_eq!(guest.agree(agreeing_public, signing_secret), Err(Errno::InvalidKey));
    assert_eq!(guest.agree(agreeing_public, other_secret), Err(Errno::IncompatibleKeys));
    assert_eq!(guest.agree(other_public, secret), Err(Errno::IncompatibleKeys));
    assert_eq!(guest.call("kx_encapsulate", &[agreeing_public, SLOT, SLOT + 4]), Err(Errno::InvalidOperation));
    assert_eq!(guest.call("kx_encapsulate", &[verifying, SLOT, SLOT + 4]), Err(Errno::InvalidKey));
    assert_eq!(guest.call_for_u32("kx_decapsulate", &[other_secret, 0, 0]), Err(Errno::InvalidOperation));
    // Handles of other types: a secret key is no key pair, nor the other way round.
    assert_eq!(guest.call_for_u32("signature_state_open", &[signing_secret]), Err(Errno::InvalidHandle));
    assert_eq!(guest.call_for_u32("signature_verification_state_open", &[signing]), Err(Errno::InvalidHandle));
    assert_eq!(guest.call_for_u32("kx_dh", &[agreeing_public, agreeing]), Err(Errno::InvalidHandle));
    assert_eq!(guest.call("publickey_close", &[signing]), Err(Errno::InvalidHandle));
    guest.close_key_of(Part::Keypair, signing);
    assert_eq!(guest.call("keypair_close", &[signing]), Err(Errno::Closed));
    assert_eq!(guest.call_for_u32("signature_state_open", &[signing]), Err(Errno::InvalidHandle));
}

#[test]
fn both_sides_of_an_agreement_get_the_same_raw_secret() {
    for (algorithm, len) in [("X25519", 32), ("P256-SHA256", 32), ("P384-SHA384", 48)] {
        let mut guest = Guest::large();
        let ((a, a_public), (b, b_public)) = (key(&mut guest, algorithm), key(&mut guest, algorithm));
        let (a, b) = (guest.secret_of(a), guest.secret_of(b));
        let agreed = guest.agree(b_public, a).unwrap();
        assert_eq!(agreed.len(), len, "{algorithm}");
        assert_eq!(guest.agree(a_public, b).unwrap(), agreed, "{algorithm}");
        assert_ne!(guest.agree(a_public, a).unwrap(), agreed, "{algorithm}");
    }
}

/// RFC 7748 section 5.2: scalar, u coordinate (the second with its top bit set), result.
const RFC_7748: [[&str; 3]; 2] = [
    [
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
    ],
    [
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
    ],
];

#[test]
fn x25519_follows_rfc_7748() {
    let mut guest = Guest::large();
    for [scalar, u, expected] in RFC_7748 {
        let secret = guest.import_key_as(Part::Secret, "X25519", &hex(scalar), RAW).unwrap();
        let public = guest.import_key_as(Part::Public, "X25519", &hex(u), RAW).unwrap();
        assert_eq!(guest.agree(public, secret).unwrap(), hex(expected));
    }
}

/// `a - b` of big-endian numbers of one width.
fn subtract(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut difference = a.to_vec();
    let mut borrow = 0;
    for (byte, less) in difference.iter_mut().zip(b).rev() {
        borrow += i16::from(*byte) - i16::from(*less);
        *byte = borrow as u8;
        borrow >>= 8;
    }
    assert_eq!(borrow, 0);
    difference
}

/// An `ECDSA-Sig-Value` (RFC 3279 section 2.2.3).
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let body = [integer(r), integer(s)].concat();
    [&[0x30, body.len() as u8][..], &body].concat()
}

fn integer(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count().min(number.len() - 1);
    let mut content = number[zeros..].to_vec();
    if content[0] >= 0x80 {
        content.insert(0, 0);
    }
    [&[2, content.len() as u8][..], &content].concat()
}
