//! The life of managed keys: made, stored, found again, replaced, revoked, expired.

use std::collections::HashSet;
use std::time::Duration;

use wasi_crypto_host::secrets::{Policy, Version};
use wasi_crypto_host::{Errno, WasiCryptoCtx};

use crate::guest::{ALL, ID, KINDS, Kind, LATEST, Managed, NOW, Operator, UNSPECIFIED, guest_of};
use crate::support::{Guest, SLOT};

#[test]
fn without_a_secrets_manager_it_is_an_unsupported_feature() {
    let mut guest = Guest::native();
    let none = guest.put_optional(None);
    assert_eq!(guest.call_for_u32("secrets_manager_open", &[none]), Err(Errno::UnsupportedFeature));
    let key = guest.own(Kind::Keypair, "Ed25519");
    assert_eq!(guest.store(1, Kind::Keypair, key), Err(Errno::InvalidHandle));
    assert_eq!(guest.id(Kind::Keypair, key), Ok((vec![], UNSPECIFIED)));
}

#[test]
fn the_manager_takes_no_options() {
    let (mut guest, manager) = Operator::new().guest(Policy::default());
    let options = guest.options_open();
    let some = guest.put_optional(Some(options));
    guest.call_for_u32("secrets_manager_open", &[some]).unwrap();
    guest.options_set_u64(options, "parallelism", 4).unwrap();
    let some = guest.put_optional(Some(options));
    assert_eq!(guest.call_for_u32("secrets_manager_open", &[some]), Err(Errno::UnsupportedOption));
    let wrong = guest.put_optional(Some(manager));
    assert_eq!(guest.call_for_u32("secrets_manager_open", &[wrong]), Err(Errno::InvalidHandle));
}

#[test]
fn a_key_is_found_again_by_another_context() {
    let operator = Operator::new();
    for kind in KINDS {
        let (mut one, manager) = operator.guest(Policy::default());
        let key = one.generate_managed(manager, kind, kind.algorithms()[0]).unwrap();
        let (id, version) = one.id(kind, key).unwrap();
        assert_eq!((id.len(), version), (ID, 1));
        let expected = one.fingerprint(kind, key);
        drop(one);

        let (mut other, manager) = operator.guest(Policy::default());
        for version in [LATEST, 1] {
            let key = other.from_id(manager, kind, &id, version).unwrap();
            assert_eq!(other.fingerprint(kind, key), expected);
            assert_eq!(other.id(kind, key), Ok((id.clone(), 1)));
        }
    }
}

#[test]
fn keys_of_all_algorithms_can_be_managed() {
    let operator = Operator::new();
    let (mut guest, manager) = operator.guest(Policy::default());
    for algorithm in wasi_crypto_host::algorithms() {
        let name = algorithm.name;
        let kind = match algorithm.algorithm_type {
            wasi_crypto_host::AlgorithmType::Symmetric => Kind::SymmetricKey,
            // They take seconds; those of 2048 bits are read and written alike.
            _ if name.contains("_3072_") || name.contains("_4096_") => continue,
            _ => Kind::Keypair,
        };
        match guest.generate_managed(manager, kind, name) {
            Ok(key) => {
                let (id, _) = guest.id(kind, key).unwrap();
                let again = guest.from_id(manager, kind, &id, LATEST).unwrap();
                if kind == Kind::Keypair {
                    let publics = [key, again].map(|key| {
                        let public = guest.call_for_u32("keypair_publickey", &[key]).unwrap();
                        guest.export_as("publickey_export", public, if name == "X-WING" { 0 } else { 1 }).unwrap()
                    });
                    assert_eq!(publics[0], publics[1], "{name}");
                }
            }
            Err(errno) => assert_eq!((kind, errno), (Kind::SymmetricKey, Errno::KeyNotSupported), "{name}"),
        }
    }
}

#[test]
fn a_stored_key_becomes_managed() {
    let (mut guest, manager) = Operator::new().guest(Policy::default());
    for kind in KINDS {
        let key = guest.own(kind, kind.algorithms()[0]);
        let expected = guest.fingerprint(kind, key);
        assert!(guest.export_key(kind, key).is_ok());
        let id = guest.store(manager, kind, key).unwrap();
        assert_eq!(guest.id(kind, key), Ok((id.clone(), 1)));
        assert_eq!(guest.export_key(kind, key), Err(Errno::ProhibitedOperation));
        assert_eq!(guest.store(manager, kind, key), Err(Errno::ProhibitedOperation));
        let again = guest.from_id(manager, kind, &id, LATEST).unwrap();
        assert_eq!(guest.fingerprint(kind, again), expected);
        assert_eq!(guest.fingerprint(kind, key), expected);
    }
}

#[test]
fn identifiers_do_not_repeat() {
    let (mut guest, manager) = Operator::new().guest(Policy::default());
    let raw = [7; 32];
    let ids: HashSet<Vec<u8>> = (0..50)
        .map(|_| {
            let key = guest.import("HMAC/SHA-256", &raw).unwrap();
            guest.store(manager, Kind::SymmetricKey, key).unwrap()
        })
        .collect();
    assert_eq!(ids.len(), 50);
}

#[test]
fn a_replaced_key_has_a_new_version_and_keeps_the_old_ones() {
    let (mut guest, manager) = Operator::new().guest(Policy::default());
    for kind in KINDS {
        let [algorithm, other] = kind.algorithms();
        let mut key = guest.generate_managed(manager, kind, algorithm).unwrap();
        let (id, _) = guest.id(kind, key).unwrap();
        let mut expected = vec![guest.fingerprint(kind, key)];
        for version in 2..5 {
            let new = guest.own(kind, algorithm);
            expected.push(guest.fingerprint(kind, new));
            assert_eq!(guest.replace(manager, kind, key, new), Ok(version));
            assert_eq!(guest.id(kind, key), Err(Errno::InvalidHandle), "the old handle is closed");
            assert_eq!(guest.id(kind, new), Ok((id.clone(), version)));
            assert_eq!(guest.export_key(kind, new), Err(Errno::ProhibitedOperation));
            key = new;
        }
        for (version, expected) in (1..).zip(&expected) {
            let loaded = guest.from_id(manager, kind, &id, version).unwrap();
            assert_eq!(guest.fingerprint(kind, loaded), *expected, "version {version}");
        }
        let latest = guest.from_id(manager, kind, &id, LATEST).unwrap();
        assert_eq!(guest.fingerprint(kind, latest), expected[3]);

        let own = guest.own(kind, algorithm);
        assert_eq!(
            guest.replace(manager, kind, own, key),
            Err(Errno::UnsupportedFeature),
            "the old one is not managed"
        );
        let other = guest.own(kind, other);
        assert_eq!(guest.replace(manager, kind, key, other), Err(Errno::IncompatibleKeys));
        assert_eq!(guest.replace(manager, kind, key, latest), Err(Errno::ProhibitedOperation), "managed already");
        assert_eq!(guest.replace(manager, kind, key, key), Err(Errno::ProhibitedOperation), "managed already");
        assert_eq!(guest.id(kind, key), Ok((id.clone(), 4)), "errors leave both handles");
        assert_eq!(guest.id(kind, other), Ok((vec![], UNSPECIFIED)));
    }
}

#[test]
fn a_revoked_key_is_neither_found_nor_used() {
    let operator = Operator::new();
    for kind in KINDS {
        let algorithm = kind.algorithms()[0];
        let (mut guest, manager) = operator.guest(Policy::default());
        let first = guest.generate_managed(manager, kind, algorithm).unwrap();
        let (id, _) = guest.id(kind, first).unwrap();
        for _ in 0..3 {
            let old = guest.from_id(manager, kind, &id, LATEST).unwrap();
            let new = guest.own(kind, algorithm);
            guest.replace(manager, kind, old, new).unwrap();
        }
        let handles = [1, 2, 3, 4].map(|version| guest.from_id(manager, kind, &id, version).unwrap());
        let (mut bystander, its_manager) = operator.guest(Policy::default());
        let its_handle = bystander.from_id(its_manager, kind, &id, 2).unwrap();
        let open = guest.use_key(kind, algorithm, handles[1]).unwrap();

        for nothing in [0, 5, UNSPECIFIED, UNSPECIFIED + 3, u64::MAX] {
            assert_eq!(guest.invalidate(manager, &id, nothing), Err(Errno::NotFound), "{nothing:#x}");
        }
        assert_eq!(guest.invalidate(manager, &id, 2), Ok(()));
        assert_eq!(guest.invalidate(manager, &id, 2), Err(Errno::NotFound));
        assert_eq!(guest.from_id(manager, kind, &id, 2), Err(Errno::NotFound));
        assert_eq!(bystander.from_id(its_manager, kind, &id, 2), Err(Errno::NotFound));
        for (version, handle) in (1..).zip(handles) {
            let expected = if version == 2 { Some(Errno::NotFound) } else { None };
            assert_eq!(guest.use_key(kind, algorithm, handle).err(), expected, "version {version}");
        }
        bystander.use_key(kind, algorithm, its_handle).expect("handles of other contexts work");
        match kind {
            Kind::Keypair => guest.call_for_u32("signature_state_sign", &[open]).map(|_| ()),
            Kind::SymmetricKey => guest.squeeze_tag(open).map(|_| ()),
        }
        .expect("what is open goes on");

        // The latest, then the next older one.
        guest.invalidate(manager, &id, LATEST).unwrap();
        let latest = guest.from_id(manager, kind, &id, LATEST).unwrap();
        assert_eq!(guest.id(kind, latest).unwrap().1, 3);
        // A new version has a number that was never given.
        let new = guest.own(kind, algorithm);
        assert_eq!(guest.replace(manager, kind, latest, new), Ok(5));
        guest.invalidate(manager, &id, ALL).unwrap();
        assert_eq!(guest.invalidate(manager, &id, ALL), Err(Errno::NotFound));
        assert_eq!(guest.invalidate(manager, &id, LATEST), Err(Errno::NotFound));
        for version in [1, 3, 5, LATEST] {
            assert_eq!(guest.from_id(manager, kind, &id, version), Err(Errno::NotFound));
        }
        for handle in [first, handles[0], handles[2], new] {
            assert_eq!(guest.use_key(kind, algorithm, handle), Err(Errno::NotFound));
        }
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let operator = Operator::new();
    let (mut guest, manager) = operator.guest(Policy::default());
    let (mut stranger, its_manager) = guest_of(operator.manager.namespace("another"));
    let secret = guest.store_secret(manager, b"token", NOW + 10).unwrap();
    for (kind, other) in [(Kind::Keypair, Kind::SymmetricKey), (Kind::SymmetricKey, Kind::Keypair)] {
        let key = guest.generate_managed(manager, kind, kind.algorithms()[0]).unwrap();
        let (id, _) = guest.id(kind, key).unwrap();
        for version in [0, 2, UNSPECIFIED, ALL, UNSPECIFIED + 3, u64::MAX] {
            assert_eq!(guest.from_id(manager, kind, &id, version), Err(Errno::NotFound), "{version:#x}");
        }
        assert_eq!(guest.from_id(manager, other, &id, LATEST), Err(Errno::NotFound), "of another kind");
        assert_eq!(guest.secret(manager, &id, LATEST), Err(Errno::NotFound), "no secret");
        assert_eq!(guest.invalidate_secret(manager, &id, ALL), Err(Errno::NotFound), "no secret");
        assert_eq!(guest.from_id(manager, kind, &secret, LATEST), Err(Errno::NotFound), "no key");
        assert_eq!(guest.invalidate(manager, &secret, ALL), Err(Errno::NotFound), "no key");
        assert_eq!(stranger.from_id(its_manager, kind, &id, LATEST), Err(Errno::NotFound), "of another namespace");
        assert_eq!(stranger.invalidate(its_manager, &id, ALL), Err(Errno::NotFound), "of another namespace");
        let mut changed = id.clone();
        changed[31] ^= 1;
        for wrong in [&[][..], &id[..31], &[&id[..], &[0]].concat(), &[0; 1000], &changed] {
            assert_eq!(guest.from_id(manager, kind, wrong, LATEST), Err(Errno::NotFound), "{} bytes", wrong.len());
            assert_eq!(guest.invalidate(manager, wrong, ALL), Err(Errno::NotFound), "{} bytes", wrong.len());
        }
        assert!(guest.from_id(manager, kind, &id, LATEST).is_ok());
    }
}

#[test]
fn an_identifier_that_does_not_fit_is_not_written_and_nothing_is_stored() {
    let operator = Operator::new();
    let (mut guest, manager) = operator.guest(Policy::default());
    for kind in KINDS {
        let own = guest.own(kind, kind.algorithms()[0]);
        let managed = guest.generate_managed(manager, kind, kind.algorithms()[0]).unwrap();
        let before = operator.namespace(Policy::default()).usage().unwrap();
        for len in [0, 1, 31] {
            let id = guest.room(len);
            let store = format!("{}_store_managed", kind.name());
            assert_eq!(guest.call(&store, &[manager, own, id[0], id[1]]), Err(Errno::Overflow), "{len} bytes");
            let id = guest.room(len);
            let name = format!("{}_id", kind.name());
            assert_eq!(guest.call(&name, &[managed, id[0], id[1], SLOT, SLOT + 8]), Err(Errno::Overflow));
            guest.call(&name, &[own, id[0], id[1], SLOT, SLOT + 8]).expect("there is nothing to write");
        }
        assert_eq!(operator.namespace(Policy::default()).usage().unwrap(), before);
        assert_eq!(guest.id(kind, own), Ok((vec![], UNSPECIFIED)));
    }
}

#[test]
fn an_expired_key_is_neither_loaded_nor_used() {
    const DAY: u64 = 24 * 60 * 60;
    for kind in KINDS {
        let operator = Operator::new();
        let lifetime = Duration::from_secs(DAY);
        let policy = Policy::default().lifetime(lifetime).retention(10 * lifetime);
        let algorithm = kind.algorithms()[0];
        let (mut guest, manager) = operator.guest(policy);
        let key = guest.generate_managed(manager, kind, algorithm).unwrap();
        let (id, _) = guest.id(kind, key).unwrap();
        let open = guest.use_key(kind, algorithm, key).unwrap();

        operator.set_clock(NOW + DAY - 1);
        assert!(guest.use_key(kind, algorithm, key).is_ok());
        assert!(guest.from_id(manager, kind, &id, LATEST).is_ok());
        for (now, expected) in [(DAY, Errno::Expired), (11 * DAY - 1, Errno::Expired), (11 * DAY, Errno::NotFound)] {
            operator.set_clock(NOW + now);
            assert_eq!(guest.from_id(manager, kind, &id, 1), Err(expected));
            assert_eq!(guest.use_key(kind, algorithm, key), Err(expected));
        }
        match kind {
            Kind::Keypair => guest.call_for_u32("signature_state_sign", &[open]).map(|_| ()),
            Kind::SymmetricKey => guest.squeeze_tag(open).map(|_| ()),
        }
        .expect("what is open goes on");
        assert_eq!(guest.id(kind, key), Ok((id, 1)));
    }
}

#[test]
fn no_secret_is_agreed_on_with_an_expired_or_revoked_key() {
    for algorithm in ["X25519", "X-WING"] {
        let operator = Operator::new();
        let (mut guest, manager) = operator.guest(Policy::default().lifetime(Duration::from_secs(10)));
        let pair = guest.generate_managed(manager, Kind::Keypair, algorithm).unwrap();
        let (id, _) = guest.id(Kind::Keypair, pair).unwrap();
        let public = guest.call_for_u32("keypair_publickey", &[pair]).unwrap();
        let secret = guest.call_for_u32("keypair_secretkey", &[pair]).unwrap();
        let ciphertext = if algorithm == "X-WING" {
            guest.call("kx_encapsulate", &[public, SLOT, SLOT + 4]).unwrap();
            let output = u32::from_le_bytes(guest.bytes(SLOT + 4));
            Some(guest.pull_array(output).unwrap())
        } else {
            None
        };
        let agree = |guest: &mut Guest<_>| match &ciphertext {
            Some(ciphertext) => {
                let [ciphertext, len] = guest.put(ciphertext);
                guest.call_for_u32("kx_decapsulate", &[secret, ciphertext, len]).map(|_| ())
            }
            None => guest.call_for_u32("kx_dh", &[public, secret]).map(|_| ()),
        };
        assert_eq!(agree(&mut guest), Ok(()));
        operator.set_clock(NOW + 10);
        assert_eq!(agree(&mut guest), Err(Errno::Expired));
        operator.set_clock(NOW);
        assert_eq!(agree(&mut guest), Ok(()));
        guest.invalidate(manager, &id, ALL).unwrap();
        assert_eq!(agree(&mut guest), Err(Errno::NotFound));
    }
}

#[test]
fn what_an_operator_revokes_is_not_loaded_any_more() {
    let operator = Operator::new();
    let (mut guest, manager) = operator.guest(Policy::default());
    let key = guest.generate_managed(manager, Kind::Keypair, "Ed25519").unwrap();
    let (id, _) = guest.id(Kind::Keypair, key).unwrap();
    guest.from_id(manager, Kind::Keypair, &id, LATEST).unwrap();
    let identifier = wasi_crypto_host::secrets::Identifier::from_bytes(&id).unwrap();
    let kinds = wasi_crypto_host::secrets::Kind::KEYS;
    operator.namespace(Policy::unrestricted()).revoke(kinds, &identifier, Version::All).unwrap();
    assert_eq!(guest.from_id(manager, Kind::Keypair, &id, LATEST), Err(Errno::NotFound));
}

#[test]
fn closing_the_manager_leaves_its_keys() {
    let (mut guest, manager) = Operator::new().guest(Policy::default());
    for kind in KINDS {
        let second = guest.manager();
        let key = guest.generate_managed(second, kind, kind.algorithms()[0]).unwrap();
        let (id, _) = guest.id(kind, key).unwrap();
        let expected = guest.fingerprint(kind, key);
        guest.call("secrets_manager_close", &[second]).unwrap();
        assert_eq!(guest.call("secrets_manager_close", &[second]), Err(Errno::Closed));
        assert_eq!(guest.fingerprint(kind, key), expected);
        assert_eq!(guest.from_id(second, kind, &id, LATEST), Err(Errno::InvalidHandle));
        assert_eq!(guest.generate_managed(second, kind, kind.algorithms()[0]), Err(Errno::InvalidHandle));
        assert_eq!(guest.store_secret(second, b"token", NOW), Err(Errno::InvalidHandle));
        let again = guest.from_id(manager, kind, &id, LATEST).unwrap();
        assert_eq!(guest.fingerprint(kind, again), expected);
    }
}

#[test]
fn handles_of_other_types_are_invalid() {
    let (mut guest, manager) = Operator::new().guest(Policy::default());
    let pair = guest.own(Kind::Keypair, "Ed25519");
    let key = guest.own(Kind::SymmetricKey, "HMAC/SHA-256");
    let invalid = Errno::InvalidHandle;
    for (kind, own, other) in [(Kind::Keypair, pair, key), (Kind::SymmetricKey, key, pair)] {
        assert_eq!(guest.store(manager, kind, other), Err(invalid));
        assert_eq!(guest.store(own, kind, own), Err(invalid));
        assert_eq!(guest.id(kind, other).err(), Some(invalid));
        assert_eq!(guest.id(kind, manager).err(), Some(invalid));
        assert_eq!(guest.replace(manager, kind, other, own), Err(invalid));
        assert_eq!(guest.replace(manager, kind, own, other), Err(invalid));
        assert_eq!(guest.from_id(own, kind, &[0; 32], 1), Err(invalid));
        assert_eq!(guest.invalidate(own, &[0; 32], 1), Err(invalid));
        assert_eq!(guest.generate_managed(own, kind, kind.algorithms()[0]), Err(invalid));
    }
    assert_eq!(guest.call("options_close", &[manager]), Err(invalid));
    assert_eq!(guest.call("secrets_manager_close", &[pair]), Err(invalid));
}

#[test]
fn limits_of_the_guest_hold() {
    let operator = Operator::new();
    let namespace = operator.namespace(Policy::default());
    let builder = WasiCryptoCtx::builder().secrets(namespace.clone()).max_handles(2).max_bytes(3_000);
    let mut guest = Guest::with_limits(builder);
    let manager = guest.manager();
    for kind in KINDS {
        let key = guest.generate_managed(manager, kind, kind.algorithms()[0]).unwrap();
        let (id, _) = guest.id(kind, key).unwrap();
        let before = namespace.usage().unwrap();
        assert_eq!(guest.generate_managed(manager, kind, kind.algorithms()[0]), Err(Errno::TooManyHandles));
        assert_eq!(guest.from_id(manager, kind, &id, LATEST), Err(Errno::TooManyHandles));
        guest.close_key(kind, key).unwrap();
        assert_eq!(guest.generate_managed(manager, Kind::Keypair, "ML-DSA-87"), Err(Errno::Overflow));
        assert_eq!(namespace.usage().unwrap(), before, "nothing that no handle was given out for");
    }
    guest.call("secrets_manager_close", &[manager]).unwrap();
    assert_eq!(guest.accounts(), (0, 0));
}
