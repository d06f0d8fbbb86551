//! What the policy of a namespace lets its guests do with managed keys.

use wasi_crypto_host::secrets::{Export, Policy};
use wasi_crypto_host::{AlgorithmType, Errno, KeypairEncoding};

use crate::guest::{KINDS, Kind, LATEST, Managed, Operator, UNSPECIFIED};
use crate::support::{Guest, Native};

const SIGNATURES: [&str; 5] = ["Ed25519", "ECDSA_P256_SHA256", "ECDSA_K256_SHA256", "RSA_PSS_2048_SHA256", "ML-DSA-65"];
const EXCHANGES: [&str; 4] = ["X25519", "P256-SHA256", "ML-KEM-768", "X-WING"];
const SYMMETRIC: [&str; 5] =
    ["AES-128-GCM", "XCHACHA20-POLY1305", "HMAC/SHA-256", "HKDF-EXTRACT/SHA-256", "HKDF-EXPAND/SHA-256"];

/// A managed key in each way in which there can be one: generated, found by its identifier, stored, put in the place of
/// another.
fn managed(guest: &mut Guest<Native>, manager: u32, kind: Kind, algorithm: &str) -> Vec<u32> {
    let generated = guest.generate_managed(manager, kind, algorithm).unwrap();
    let (id, _) = guest.id(kind, generated).unwrap();
    let found = guest.from_id(manager, kind, &id, LATEST).unwrap();
    let old = guest.from_id(manager, kind, &id, LATEST).unwrap();
    let [stored, new] = [(); 2].map(|()| guest.own(kind, algorithm));
    guest.store(manager, kind, stored).unwrap();
    guest.replace(manager, kind, old, new).unwrap();
    vec![generated, found, stored, new]
}

#[test]
fn a_managed_key_pair_is_exported_by_no_way() {
    let (mut guest, manager) = Operator::new().guest(Policy::default());
    for algorithm in SIGNATURES.into_iter().chain(EXCHANGES) {
        for pair in managed(&mut guest, manager, Kind::Keypair, algorithm) {
            let secret = guest.call_for_u32("keypair_secretkey", &[pair]).unwrap();
            let public = guest.call_for_u32("keypair_publickey", &[pair]).unwrap();
            let from_secret = guest.call_for_u32("publickey_from_secretkey", &[secret]).unwrap();
            let joined = guest.call_for_u32("keypair_from_pk_and_sk", &[public, secret]).unwrap();
            let again = guest.call_for_u32("keypair_secretkey", &[joined]).unwrap();
            for encoding in 0..4 {
                for (function, key) in [
                    ("keypair_export", pair),
                    ("keypair_export", joined),
                    ("secretkey_export", secret),
                    ("secretkey_export", again),
                ] {
                    let refused = guest.call_for_u32(function, &[key, encoding]).unwrap_err();
                    let unknown = function == "keypair_export" && encoding == 3;
                    let expected = if unknown { Errno::UnsupportedEncoding } else { Errno::ProhibitedOperation };
                    assert_eq!(refused, expected, "{algorithm}, {function}, encoding {encoding}");
                }
            }
            assert_eq!(guest.store(manager, Kind::Keypair, joined), Err(Errno::ProhibitedOperation), "{algorithm}");
            for public in [public, from_secret] {
                let encoding = if algorithm == "X-WING" { 0 } else { 1 };
                guest.export_as("publickey_export", public, encoding).expect("public halves are free");
            }
            for (function, key) in [
                ("keypair_close", pair),
                ("keypair_close", joined),
                ("secretkey_close", secret),
                ("secretkey_close", again),
                ("publickey_close", public),
                ("publickey_close", from_secret),
            ] {
                guest.call(function, &[key]).unwrap();
            }
        }
    }
}

#[test]
fn a_managed_symmetric_key_is_exported_by_no_way() {
    let (mut guest, manager) = Operator::new().guest(Policy::default());
    for algorithm in SYMMETRIC {
        for key in managed(&mut guest, manager, Kind::SymmetricKey, algorithm) {
            assert_eq!(guest.export(key), Err(Errno::ProhibitedOperation), "{algorithm}");
            let again = guest.store(manager, Kind::SymmetricKey, key);
            assert_eq!(again, Err(Errno::ProhibitedOperation), "{algorithm}");
            let state = guest.use_key(Kind::SymmetricKey, algorithm, key);
            // XChaCha20 has a longer nonce.
            let Ok(state) = state else { continue };
            let clone = guest.clone_state(state).unwrap();
            for state in [state, clone] {
                for target in SYMMETRIC {
                    match guest.squeeze_key(state, target) {
                        // What is derived is the guest's, and is not the key.
                        Ok(derived) => assert_eq!(guest.export(derived).unwrap().len(), 32, "{algorithm}"),
                        Err(errno) => assert_eq!(errno, Errno::InvalidOperation, "{algorithm}"),
                    }
                }
            }
        }
    }
}

#[test]
fn a_policy_can_let_keys_go() {
    for (export, generated_may, stored_may) in
        [(Export::Never, false, false), (Export::Imported, false, true), (Export::Always, true, true)]
    {
        let (mut guest, manager) = Operator::new().guest(Policy::default().export(export));
        for kind in KINDS {
            let algorithm = kind.algorithms()[0];
            let stored = guest.own(kind, algorithm);
            let expected = guest.export_key(kind, stored).unwrap();
            let id = guest.store(manager, kind, stored).unwrap();
            let found = guest.from_id(manager, kind, &id, LATEST).unwrap();
            let generated = guest.generate_managed(manager, kind, algorithm).unwrap();
            for key in [stored, found] {
                let exported = if stored_may { Ok(expected.clone()) } else { Err(Errno::ProhibitedOperation) };
                assert_eq!(guest.export_key(kind, key), exported, "{export:?}");
            }
            assert_eq!(guest.export_key(kind, generated).is_ok(), generated_may, "{export:?}");
            // So also for a copy under another identifier, and as a new version.
            assert_eq!(guest.store(manager, kind, found).is_ok(), stored_may, "{export:?}");
            let (old, version) = (guest.from_id(manager, kind, &id, LATEST).unwrap(), if stored_may { 2 } else { 0 });
            assert_eq!(guest.replace(manager, kind, old, stored).unwrap_or(0), version, "{export:?}");
            if stored_may {
                assert_ne!(guest.id(kind, found).unwrap().0, id);
                assert_eq!(guest.id(kind, stored), Ok((id, 2)));
            }
        }
    }
}

#[test]
fn a_key_can_take_its_own_place_where_keys_may_go() {
    let (mut guest, manager) = Operator::new().guest(Policy::default().export(Export::Always));
    for kind in KINDS {
        let key = guest.generate_managed(manager, kind, kind.algorithms()[0]).unwrap();
        let (id, _) = guest.id(kind, key).unwrap();
        assert_eq!(guest.replace(manager, kind, key, key), Ok(2));
        assert_eq!(guest.id(kind, key), Err(Errno::InvalidHandle));
        let [old, new] = [1, 2].map(|version| guest.from_id(manager, kind, &id, version).unwrap());
        assert_eq!(guest.fingerprint(kind, old), guest.fingerprint(kind, new));
    }
    guest.call("secrets_manager_close", &[manager]).unwrap();
}

#[test]
fn a_key_that_the_host_keeps_back_is_not_stored() {
    use wasi_crypto_host::Export::{Allowed, Prohibited};
    let (mut guest, manager) = Operator::new().guest(Policy::default());
    let own = guest.own(Kind::Keypair, "Ed25519");
    let pkcs8 = guest.export_key(Kind::Keypair, own).unwrap();
    for (export, stored) in [(Prohibited, false), (Allowed, true)] {
        let ctx = &mut guest.transport.ctx;
        let (signatures, encoding) = (AlgorithmType::Signatures, KeypairEncoding::Pkcs8);
        let pair = ctx.import_keypair(signatures, "Ed25519", &pkcs8, encoding, export).unwrap();
        let key = ctx.import_symmetric_key("HMAC/SHA-256", b"key", export).unwrap();
        for (kind, key) in [(Kind::Keypair, pair), (Kind::SymmetricKey, key)] {
            let managed = guest.generate_managed(manager, kind, kind.algorithms()[0]).unwrap();
            let refused = if stored { None } else { Some(Errno::ProhibitedOperation) };
            assert_eq!(guest.replace(manager, kind, managed, key).err(), refused, "{export:?}");
            assert_eq!(guest.id(kind, key).unwrap().1 == UNSPECIFIED, !stored);
        }
    }
}

#[test]
fn only_keys_of_some_algorithms_or_none_from_outside_may_be_kept() {
    let policy = Policy::default().import(false).algorithms(["ed25519", "HMAC/SHA-256", "SHA-256"]);
    let operator = Operator::new();
    let (mut guest, manager) = operator.guest(policy);
    for kind in KINDS {
        let [allowed, other] = kind.algorithms();
        let key = guest.generate_managed(manager, kind, allowed).unwrap();
        assert_eq!(guest.generate_managed(manager, kind, other), Err(Errno::ProhibitedOperation));
        assert_eq!(guest.generate_managed(manager, kind, "ROT13"), Err(Errno::UnsupportedAlgorithm));
        for algorithm in [allowed, other] {
            let own = guest.own(kind, algorithm);
            assert_eq!(guest.store(manager, kind, own), Err(Errno::ProhibitedOperation));
            assert_eq!(guest.id(kind, own), Ok((vec![], UNSPECIFIED)));
        }
        let own = guest.own(kind, allowed);
        assert_eq!(guest.replace(manager, kind, key, own), Err(Errno::ProhibitedOperation));
        guest.export_key(kind, own).expect("it is still the guest's");
        assert_eq!(guest.id(kind, key).unwrap().1, 1);
    }
    assert_eq!(guest.generate_managed(manager, Kind::SymmetricKey, "SHA-256"), Err(Errno::KeyNotSupported));
    assert_eq!(operator.namespace(Policy::default()).usage().unwrap().keys, 2);
}

#[test]
fn a_policy_can_keep_guests_from_revoking() {
    let (mut guest, manager) = Operator::new().guest(Policy::default().revoke(false));
    for kind in KINDS {
        let key = guest.generate_managed(manager, kind, kind.algorithms()[0]).unwrap();
        let (id, _) = guest.id(kind, key).unwrap();
        assert_eq!(guest.invalidate(manager, &id, LATEST), Err(Errno::ProhibitedOperation));
        assert!(guest.use_key(kind, kind.algorithms()[0], key).is_ok());
        assert!(guest.from_id(manager, kind, &id, LATEST).is_ok());
    }
}

#[test]
fn the_limits_of_a_namespace_are_an_overflow() {
    for kind in KINDS {
        let operator = Operator::new();
        let (mut guest, manager) = operator.guest(Policy::default().max_keys(2).max_versions(2));
        let algorithm = kind.algorithms()[0];
        let first = guest.generate_managed(manager, kind, algorithm).unwrap();
        let (id, _) = guest.id(kind, first).unwrap();
        guest.generate_managed(manager, kind, algorithm).unwrap();
        assert_eq!(guest.generate_managed(manager, kind, algorithm), Err(Errno::Overflow));
        let own = guest.own(kind, algorithm);
        assert_eq!(guest.store(manager, kind, own), Err(Errno::Overflow));
        assert_eq!(guest.id(kind, own), Ok((vec![], UNSPECIFIED)));
        assert_eq!(guest.replace(manager, kind, first, own), Ok(2));
        let third = guest.own(kind, algorithm);
        assert_eq!(guest.replace(manager, kind, own, third), Err(Errno::Overflow));
        assert_eq!(guest.id(kind, own), Ok((id.clone(), 2)), "errors leave both handles");
        guest.invalidate(manager, &id, 1).unwrap();
        assert_eq!(guest.replace(manager, kind, own, third), Ok(3), "room came back");
    }
}
