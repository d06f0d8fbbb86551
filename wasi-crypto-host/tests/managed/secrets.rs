//! External secrets: kept by the host, or sealed by it for the guest to keep.

use wasi_crypto_host::secrets::Policy;
use wasi_crypto_host::{Errno, WasiCryptoCtx};

use crate::guest::{ALL, LATEST, Managed, NOW, Operator, UNSPECIFIED, guest_of};
use crate::support::{Guest, Native, SLOT};

const LATER: u64 = NOW + 1_000;

#[test]
fn a_secret_is_found_again_by_another_context() {
    let operator = Operator::new();
    let (mut one, manager) = operator.guest(Policy::default());
    for secret in [&b"token"[..], b"", &[7; 1_000]] {
        let id = one.store_secret(manager, secret, LATER).unwrap();
        assert_ne!(one.store_secret(manager, secret, LATER).unwrap(), id);
        let (mut other, its_manager) = operator.guest(Policy::default());
        for version in [1, LATEST] {
            assert_eq!(one.secret(manager, &id, version).unwrap(), secret);
            assert_eq!(other.secret(its_manager, &id, version).unwrap(), secret);
        }
    }
}

#[test]
fn a_secret_has_versions() {
    let (mut guest, manager) = Operator::new().guest(Policy::default());
    let id = guest.store_secret(manager, b"first", LATER).unwrap();
    assert_eq!(guest.replace_secret(manager, &id, b"second", LATER), Ok(2));
    assert_eq!(guest.replace_secret(manager, &id, b"third", LATER), Ok(3));
    for (version, expected) in [(1, &b"first"[..]), (2, b"second"), (3, b"third"), (LATEST, b"third")] {
        assert_eq!(guest.secret(manager, &id, version).unwrap(), expected);
    }
    guest.invalidate_secret(manager, &id, LATEST).unwrap();
    assert_eq!(guest.secret(manager, &id, 3), Err(Errno::NotFound));
    assert_eq!(guest.secret(manager, &id, LATEST).unwrap(), b"second");
    assert_eq!(guest.replace_secret(manager, &id, b"fourth", LATER), Ok(4));
    guest.invalidate_secret(manager, &id, 1).unwrap();
    assert_eq!(guest.invalidate_secret(manager, &id, 1), Err(Errno::NotFound));
    guest.invalidate_secret(manager, &id, ALL).unwrap();
    for version in [1, 2, 3, 4, LATEST, ALL, UNSPECIFIED] {
        assert_eq!(guest.secret(manager, &id, version), Err(Errno::NotFound));
        assert_eq!(guest.invalidate_secret(manager, &id, version), Err(Errno::NotFound));
    }
}

#[test]
fn a_secret_expires() {
    const DAY: u64 = 24 * 60 * 60;
    let operator = Operator::new();
    let (mut guest, manager) = operator.guest(Policy::default());
    let id = guest.store_secret(manager, b"token", NOW + 10).unwrap();
    for past in [0, 1, NOW] {
        let id = guest.store_secret(manager, b"token", past).unwrap();
        let expected = if past == NOW { Errno::Expired } else { Errno::NotFound };
        assert_eq!(guest.secret(manager, &id, LATEST), Err(expected), "{past}: so long ago as it is not kept, or not");
    }
    let for_ever = guest.store_secret(manager, b"token", u64::MAX).unwrap();
    for (now, expected) in [
        (NOW + 9, Ok(b"token".to_vec())),
        (NOW + 10, Err(Errno::Expired)),
        (NOW + 10 + 30 * DAY - 1, Err(Errno::Expired)),
        (NOW + 10 + 30 * DAY, Err(Errno::NotFound)),
    ] {
        operator.set_clock(now);
        assert_eq!(guest.secret(manager, &id, LATEST), expected, "{now}");
    }
    assert_eq!(guest.secret(manager, &for_ever, LATEST).unwrap(), b"token");
}

#[test]
fn what_is_no_secret_is_not_found() {
    let operator = Operator::new();
    let (mut guest, manager) = operator.guest(Policy::default());
    let (mut stranger, its_manager) = guest_of(operator.manager.namespace("another"));
    let id = guest.store_secret(manager, b"token", LATER).unwrap();
    let mut changed = id.clone();
    changed[0] ^= 1;
    for wrong in [&[][..], &id[..31], &[&id[..], &[0]].concat(), &changed] {
        assert_eq!(guest.secret(manager, wrong, LATEST), Err(Errno::NotFound));
        assert_eq!(guest.replace_secret(manager, wrong, b"other", LATER), Err(Errno::NotFound));
        assert_eq!(guest.invalidate_secret(manager, wrong, ALL), Err(Errno::NotFound));
    }
    for version in [0, 2, UNSPECIFIED, ALL, u64::MAX] {
        assert_eq!(guest.secret(manager, &id, version), Err(Errno::NotFound), "{version:#x}");
    }
    assert_eq!(stranger.secret(its_manager, &id, LATEST), Err(Errno::NotFound));
    assert_eq!(stranger.replace_secret(its_manager, &id, b"other", LATER), Err(Errno::NotFound));
    assert_eq!(stranger.invalidate_secret(its_manager, &id, ALL), Err(Errno::NotFound));
    assert_eq!(guest.secret(manager, &id, LATEST).unwrap(), b"token");
}

#[test]
fn an_identifier_that_does_not_fit_is_not_written_and_nothing_is_stored() {
    let operator = Operator::new();
    let (mut guest, manager) = operator.guest(Policy::default());
    for len in [0, 1, 31] {
        let ([secret, secret_len], [id, _]) = (guest.put(b"token"), guest.room(32));
        let args = [manager, secret, secret_len, 0, id, len].map(u64::from);
        assert_eq!(guest.call_u64("external_secret_store", &args), Err(Errno::Overflow), "{len} bytes");
    }
    assert_eq!(operator.namespace(Policy::default()).usage().unwrap().secrets, 0);
}

#[test]
fn a_guest_keeps_what_was_sealed_for_it() {
    let operator = Operator::new();
    let (mut one, manager) = operator.guest(Policy::default());
    let (mut other, its_manager) = operator.guest(Policy::default());
    for secret in [&b"token"[..], b"", &[7; 1_000]] {
        let sealed = one.encapsulate(manager, secret, LATER).unwrap();
        assert_ne!(one.encapsulate(manager, secret, LATER).unwrap(), sealed);
        assert!(secret.is_empty() || !sealed.windows(secret.len()).any(|window| window == secret));
        assert_eq!(one.decapsulate(manager, &sealed).unwrap(), secret);
        assert_eq!(other.decapsulate(its_manager, &sealed).unwrap(), secret);
    }
    assert_eq!(operator.namespace(Policy::default()).usage().unwrap().secrets, 0, "nothing is stored");
}

#[test]
fn what_was_sealed_cannot_be_changed_and_belongs_to_one_namespace() {
    let operator = Operator::new();
    let (mut guest, manager) = operator.guest(Policy::default());
    let sealed = guest.encapsulate(manager, b"token", LATER).unwrap();
    let failed = Err(Errno::VerificationFailed);
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert_eq!(guest.decapsulate(manager, &changed), failed, "byte {at}");
        assert_eq!(guest.decapsulate(manager, &sealed[..at]), failed, "{at} bytes");
    }
    let second = guest.encapsulate(manager, b"nekot", LATER).unwrap();
    for at in 1..sealed.len() {
        let spliced = [&sealed[..at], &second[at..]].concat();
        // Where they differ at all: the first byte of both is the number of the key, and the last ones may be alike by chance.
        if spliced != sealed && spliced != second {
            assert_eq!(guest.decapsulate(manager, &spliced), failed, "spliced at {at}");
        }
    }
    assert_eq!(guest.decapsulate(manager, &[7; 1_000]), failed);
    let (mut stranger, its_manager) = guest_of(operator.manager.namespace("another"));
    assert_eq!(stranger.decapsulate(its_manager, &sealed), failed);
    let (mut stranger, its_manager) = Operator::new().guest(Policy::default());
    assert_eq!(stranger.decapsulate(its_manager, &sealed), failed, "of another root key");
}

#[test]
fn what_was_sealed_expires_and_is_authentic_first() {
    let operator = Operator::new();
    let (mut guest, manager) = operator.guest(Policy::default());
    let mut sealed = guest.encapsulate(manager, b"token", NOW + 10).unwrap();
    operator.set_clock(NOW + 9);
    assert_eq!(guest.decapsulate(manager, &sealed).unwrap(), b"token");
    operator.set_clock(NOW + 10);
    assert_eq!(guest.decapsulate(manager, &sealed), Err(Errno::Expired));
    *sealed.last_mut().unwrap() ^= 1;
    assert_eq!(guest.decapsulate(manager, &sealed), Err(Errno::VerificationFailed));
    let past = guest.encapsulate(manager, b"token", 0).unwrap();
    assert_eq!(guest.decapsulate(manager, &past), Err(Errno::Expired));
}

#[test]
fn limits_are_an_overflow() {
    let operator = Operator::new();
    let (mut guest, manager) = operator.guest(Policy::default().max_secrets(2).max_versions(2).max_bytes(1_000));
    let id = guest.store_secret(manager, b"token", LATER).unwrap();
    guest.store_secret(manager, b"token", LATER).unwrap();
    assert_eq!(guest.store_secret(manager, b"token", LATER), Err(Errno::Overflow));
    guest.replace_secret(manager, &id, b"token", LATER).unwrap();
    assert_eq!(guest.replace_secret(manager, &id, b"token", LATER), Err(Errno::Overflow));
    guest.invalidate_secret(manager, &id, 1).unwrap();
    assert_eq!(guest.replace_secret(manager, &id, &[7; 400], LATER), Err(Errno::Overflow), "bytes");
    assert_eq!(guest.replace_secret(manager, &id, b"token", LATER), Ok(3));

    // What one guest may hold.
    const MIB: usize = 1 << 20;
    let namespace = operator.namespace(Policy::default());
    let builder = WasiCryptoCtx::builder().secrets(namespace).max_gathered_bytes(2 * MIB).max_bytes(12 * MIB);
    let mut guest = Guest::new(Native::new(builder, 4 * MIB));
    let manager = guest.manager();
    let before = guest.accounts();
    let secret = vec![7; 2 * MIB];
    let id = guest.store_secret(manager, &secret, LATER).unwrap();
    let sealed = guest.encapsulate(manager, &secret, LATER).unwrap();
    assert!(guest.secret(manager, &id, LATEST).unwrap() == secret);
    assert!(guest.decapsulate(manager, &sealed).unwrap() == secret);
    assert_eq!(guest.accounts(), before);
    let longer = vec![7; 2 * MIB + 1];
    assert_eq!(guest.store_secret(manager, &longer, LATER), Err(Errno::Overflow));
    assert_eq!(guest.replace_secret(manager, &id, &longer, LATER), Err(Errno::Overflow));
    assert_eq!(guest.encapsulate(manager, &longer, LATER), Err(Errno::Overflow));
    // While one is loaded, it is there twice besides.
    let held: Vec<u32> = (0..3)
        .map(|_| {
            let [id, len] = guest.put(&id).map(u64::from);
            let args = [manager.into(), id, len, LATEST, SLOT.into()];
            guest.call_u64("external_secret_from_id", &args).unwrap();
            u32::from_le_bytes(guest.bytes(SLOT))
        })
        .collect();
    assert_eq!(guest.secret(manager, &id, LATEST), Err(Errno::Overflow));
    assert_eq!(guest.store_secret(manager, &secret, LATER), Err(Errno::Overflow));
    assert_eq!(guest.encapsulate(manager, &secret, LATER), Err(Errno::Overflow));
    assert_eq!(guest.decapsulate(manager, &sealed), Err(Errno::Overflow));
    for output in held {
        guest.pull_array(output).unwrap();
    }
    assert_eq!(guest.accounts(), before);
}

#[test]
fn a_namespace_that_cannot_be_is_an_algorithm_failure() {
    let operator = Operator::new();
    let (mut guest, manager) = guest_of(operator.manager.namespace("a name with \0 in it"));
    assert_eq!(guest.store_secret(manager, b"token", LATER), Err(Errno::AlgorithmFailure));
    assert_eq!(guest.encapsulate(manager, b"token", LATER), Err(Errno::AlgorithmFailure));
}
