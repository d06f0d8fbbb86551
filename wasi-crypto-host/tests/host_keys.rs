//! Keys that the embedder puts in: the guest uses them, and by no way gets those that are to stay.

mod support;

use support::keys::*;
use support::*;
use wasi_crypto_host::{AlgorithmType, Errno, Export, KeypairEncoding, WasiCryptoCtx};

const SIGNATURES: [&str; 5] = ["Ed25519", "ECDSA_P256_SHA256", "ECDSA_K256_SHA256", "RSA_PSS_2048_SHA256", "ML-DSA-65"];
const EXCHANGES: [&str; 4] = ["X25519", "P256-SHA256", "ML-KEM-768", "X-WING"];
const SYMMETRIC: [(&str, usize); 4] =
    [("AES-128-GCM", 16), ("HMAC/SHA-256", 40), ("HKDF-EXTRACT/SHA-256", 20), ("HKDF-EXPAND/SHA-256", 32)];

/// A guest, and a handle of the host's copy of a key pair whose own one the guest has.
fn guest_with(algorithm: &str, export: Export) -> (Guest, u32, u32) {
    let mut guest = Guest::large();
    let own = guest.generate_keypair(algorithm);
    let has_pkcs8 = algorithm != "X-WING";
    let encoding = if has_pkcs8 { (PKCS8, KeypairEncoding::Pkcs8) } else { (RAW, KeypairEncoding::Raw) };
    let encoded = guest.export_key_as(Part::Keypair, own, encoding.0).unwrap();
    let algorithm_type = if type_of(algorithm) == 0 { AlgorithmType::Signatures } else { AlgorithmType::KeyExchange };
    let hosts = guest.transport.ctx.import_keypair(algorithm_type, algorithm, &encoded, encoding.1, export).unwrap();
    (guest, own, hosts)
}

#[test]
fn a_key_pair_that_is_to_stay_is_exported_by_no_way() {
    for algorithm in SIGNATURES.into_iter().chain(EXCHANGES) {
        let (mut guest, own, keypair) = guest_with(algorithm, Export::Prohibited);
        let secret = guest.secret_of(keypair);
        let public = guest.public_of(keypair);
        // A pair is no more free for being put together from its halves, whoever's the public one is.
        let own_public = guest.public_of(own);
        let pairs =
            [public, own_public].map(|public| guest.call_for_u32("keypair_from_pk_and_sk", &[public, secret]).unwrap());
        for pair in [keypair, pairs[0], pairs[1]] {
            let half = guest.secret_of(pair);
            for encoding in [RAW, PKCS8, PEM, SEC] {
                let refused = if encoding == SEC { Errno::UnsupportedEncoding } else { Errno::ProhibitedOperation };
                assert_eq!(guest.export_key_as(Part::Keypair, pair, encoding), Err(refused), "{algorithm}");
                assert_eq!(
                    guest.export_key_as(Part::Secret, half, encoding),
                    Err(Errno::ProhibitedOperation),
                    "{algorithm}"
                );
            }
        }
        assert_eq!(guest.export_key_as(Part::Secret, secret, RAW), Err(Errno::ProhibitedOperation), "{algorithm}");
    }
}

#[test]
fn the_public_half_is_free() {
    for algorithm in SIGNATURES.into_iter().chain(EXCHANGES) {
        let (mut guest, own, keypair) = guest_with(algorithm, Export::Prohibited);
        let secret = guest.secret_of(keypair);
        let encoding = if algorithm == "X-WING" { RAW } else { PKCS8 };
        let own = guest.public_of(own);
        let expected = guest.export_key_as(Part::Public, own, encoding).unwrap();
        for public in [guest.public_of(keypair), guest.call_for_u32("publickey_from_secretkey", &[secret]).unwrap()] {
            assert_eq!(guest.export_key_as(Part::Public, public, encoding).unwrap(), expected, "{algorithm}");
        }
    }
}

#[test]
fn a_key_pair_that_may_go_is_exported_like_the_guests_own() {
    for algorithm in SIGNATURES {
        let (mut guest, own, keypair) = guest_with(algorithm, Export::Allowed);
        let secret = guest.secret_of(keypair);
        let expected = guest.export_key_as(Part::Keypair, own, PKCS8).unwrap();
        assert_eq!(guest.export_key_as(Part::Keypair, keypair, PKCS8).unwrap(), expected, "{algorithm}");
        assert_eq!(guest.export_key_as(Part::Secret, secret, PKCS8).unwrap(), expected, "{algorithm}");
    }
}

#[test]
fn a_key_pair_that_is_to_stay_signs_and_agrees() {
    for algorithm in SIGNATURES {
        let (mut guest, own, keypair) = guest_with(algorithm, Export::Prohibited);
        let state = guest.call_for_u32("signature_state_open", &[keypair]).unwrap();
        let signature = guest.call_for_u32("signature_state_sign", &[state]).unwrap();
        let public = guest.public_of(own);
        let state = guest.call_for_u32("signature_verification_state_open", &[public]).unwrap();
        assert_eq!(guest.call("signature_verification_state_verify", &[state, signature]), Ok(()), "{algorithm}");
    }
    for algorithm in EXCHANGES {
        let (mut guest, own, keypair) = guest_with(algorithm, Export::Prohibited);
        let (public, secret) = (guest.public_of(own), guest.secret_of(keypair));
        let own = guest.secret_of(own);
        if let Ok(shared) = guest.call_for_u32("kx_dh", &[public, secret]) {
            let expected = guest.call_for_u32("kx_dh", &[public, own]).unwrap();
            assert_eq!(guest.pull_array(shared).unwrap(), guest.pull_array(expected).unwrap(), "{algorithm}");
        } else {
            guest.call("kx_encapsulate", &[public, SLOT, SLOT + 4]).unwrap();
            let shared = guest.slot();
            let ciphertext = u32::from_le_bytes(guest.transport.memory[SLOT as usize + 4..][..4].try_into().unwrap());
            let ciphertext = guest.pull_array(ciphertext).unwrap();
            let [ciphertext, len] = guest.put(&ciphertext);
            let found = guest.call_for_u32("kx_decapsulate", &[secret, ciphertext, len]).unwrap();
            assert_eq!(guest.pull_array(found).unwrap(), guest.pull_array(shared).unwrap(), "{algorithm}");
        }
    }
}

#[test]
fn a_symmetric_key_that_is_to_stay_is_used_and_not_exported() {
    for (algorithm, len) in SYMMETRIC {
        let mut guest = Guest::large();
        let raw = vec![0x42; len];
        let kept = guest.transport.ctx.import_symmetric_key(algorithm, &raw, Export::Prohibited).unwrap();
        let free = guest.transport.ctx.import_symmetric_key(algorithm, &raw, Export::Allowed).unwrap();
        assert_eq!(guest.call_for_u32("symmetric_key_export", &[kept]), Err(Errno::ProhibitedOperation), "{algorithm}");
        let exported = guest.call_for_u32("symmetric_key_export", &[free]).unwrap();
        assert_eq!(guest.pull_array(exported).unwrap(), raw, "{algorithm}");
        if algorithm.starts_with("AES") {
            continue;
        }
        let states = [kept, free].map(|key| open(&mut guest, algorithm, key));
        let clone = guest.call_for_u32("symmetric_state_clone", &[states[0]]).unwrap();
        let outputs = [states[0], states[1], clone].map(|state| match algorithm {
            "HMAC/SHA-256" => {
                let tag = guest.call_for_u32("symmetric_state_squeeze_tag", &[state]).unwrap();
                let [out, len] = guest.put(&[0; 32]);
                guest.call_for_u32("symmetric_tag_pull", &[tag, out, len]).unwrap();
                guest.transport.memory[out as usize..][..32].to_vec()
            }
            "HKDF-EXPAND/SHA-256" => {
                let [out, len] = guest.put(&[0; 32]);
                guest.call("symmetric_state_squeeze", &[state, out, len]).unwrap();
                guest.transport.memory[out as usize..][..32].to_vec()
            }
            // What is derived is the guest's.
            _ => {
                let [name, len] = guest.put(b"HKDF-EXPAND/SHA-256");
                let key = guest.call_for_u32("symmetric_state_squeeze_key", &[state, name, len]).unwrap();
                let exported = guest.call_for_u32("symmetric_key_export", &[key]).unwrap();
                guest.pull_array(exported).unwrap()
            }
        });
        assert_eq!(outputs[0], outputs[1], "{algorithm}");
        assert_eq!(outputs[2], outputs[1], "{algorithm}");
        assert_ne!(outputs[0], raw[..outputs[0].len().min(len)], "{algorithm}");
    }
}

fn open(guest: &mut Guest, algorithm: &str, key: u32) -> u32 {
    let ([name, len], [with_key, _]) = (guest.put(algorithm.as_bytes()), guest.put(&[0; 8]));
    guest.transport.memory[with_key as usize + 4..][..4].copy_from_slice(&key.to_le_bytes());
    let [none, _] = guest.put(&[1, 0, 0, 0, 0, 0, 0, 0]);
    guest.call_for_u32("symmetric_state_open", &[name, len, with_key, none]).unwrap()
}

#[test]
fn what_cannot_be_put_in_is_an_error() {
    let mut ctx = WasiCryptoCtx::builder().max_handles(1).build().unwrap();
    let signatures = AlgorithmType::Signatures;
    let mut import = |algorithm, encoding| {
        ctx.import_keypair(signatures, algorithm, &[7; 32], encoding, Export::Prohibited).unwrap_err()
    };
    assert_eq!(import("X25519", KeypairEncoding::Raw), Errno::UnsupportedAlgorithm);
    assert_eq!(import("Ed25519", KeypairEncoding::Raw), Errno::InvalidKey);
    assert_eq!(import("Ed25519", KeypairEncoding::Pem), Errno::InvalidKey);
    assert_eq!(import("RSA_PSS_2048_SHA256", KeypairEncoding::Raw), Errno::UnsupportedEncoding);
    let mut import = |algorithm| ctx.import_symmetric_key(algorithm, &[7; 32], Export::Allowed);
    assert_eq!(import("AES-128-GCM"), Err(Errno::InvalidKey));
    assert_eq!(import("SHA-256"), Err(Errno::KeyNotSupported));
    assert!(import("AES-256-GCM").is_ok());
    assert_eq!(import("AES-256-GCM"), Err(Errno::TooManyHandles));
    assert_eq!(ctx.open_handles(), 1);
}
