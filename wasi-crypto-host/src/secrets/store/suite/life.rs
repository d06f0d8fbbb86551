//! Versions: how they come, which is the latest, and how they end.

use std::sync::Arc;
use std::time::Duration;

use crate::secrets::store::suite::{Bench, NOW, another, key, load};
use crate::secrets::{
    Identifier, Kind, Namespace, NewRecord, Policy, SecretsError, SecretsStore, State, Usage, Version,
};

pub(crate) fn a_key_is_loaded_as_it_was_put_in(store: impl SecretsStore + 'static) {
    let namespace = Bench::new(store).namespace();
    let long = [0x5a; 100_000];
    for new in [
        NewRecord::key_pair("ED25519", b"the seed"),
        NewRecord::key_pair("ED25519", b"the seed").imported(),
        NewRecord::symmetric_key("HMAC/SHA-256", b""),
        NewRecord::symmetric_key("HMAC/SHA-256", &long).expires(NOW + 1),
        NewRecord::secret(b"token", u64::MAX),
        NewRecord::secret(b"", NOW + 1),
    ] {
        let made = namespace.create(new).unwrap();
        assert_eq!(made.version, 1);
        // From the cache, and from the store.
        for namespace in [&namespace, &another(&namespace)] {
            let loaded = namespace.load(made.kind, &made.identifier, Version::Number(1)).unwrap();
            assert_eq!(*loaded.header(), made);
            assert!(Arc::ptr_eq(&loaded, &namespace.load(made.kind, &made.identifier, Version::Latest).unwrap()));
        }
    }
    let first = namespace.create(NewRecord::key_pair("ED25519", b"the seed")).unwrap();
    let second = namespace.create(NewRecord::key_pair("ED25519", b"the seed")).unwrap();
    assert_ne!(first.identifier, second.identifier);
    assert_eq!(load(&namespace, &first.identifier, Version::Latest).unwrap(), (1, b"the seed".to_vec()));
}

pub(crate) fn what_is_of_another_identifier_kind_version_or_namespace_is_not_found(store: impl SecretsStore + 'static) {
    let bench = Bench::new(store);
    let namespace = bench.namespace();
    let made = namespace.create(NewRecord::key_pair("ED25519", b"seed")).unwrap();
    let found = |namespace: &Namespace, kind, identifier: &Identifier, version| {
        namespace.load(kind, identifier, version).map(|_| ()).map_err(|error| error.errno().name())
    };
    let id = &made.identifier;
    assert_eq!(found(&namespace, Kind::KeyPair, id, Version::Latest), Ok(()));
    for kind in [Kind::SymmetricKey, Kind::Secret] {
        assert_eq!(found(&namespace, kind, id, Version::Latest), Err("not_found"));
        assert!(matches!(namespace.revoke(&[kind], id, Version::All), Err(SecretsError::NotFound)));
    }
    for version in [
        Version::All,
        Version::Number(0),
        Version::Number(2),
        Version::Number(u64::MAX),
        Version::from_interface(Version::UNSPECIFIED),
    ] {
        assert_eq!(found(&namespace, Kind::KeyPair, id, version), Err("not_found"), "{version:?}");
    }
    assert_eq!(found(&namespace, Kind::KeyPair, &Identifier::random().unwrap(), Version::Latest), Err("not_found"));
    for name in ["tenan", "tenant2", "TENANT", ""] {
        let other = bench.manager.namespace(name);
        assert_eq!(found(&other, Kind::KeyPair, id, Version::Latest), Err("not_found"), "{name}");
        assert!(other.revoke(Kind::KEYS, id, Version::All).is_err());
        assert!(other.show(id).is_err());
    }
    assert!(matches!(
        bench.manager.namespace("other").replace(id, NewRecord::key_pair("ED25519", b"seed")),
        Err(SecretsError::NotFound)
    ));
    assert_eq!(found(&namespace, Kind::KeyPair, id, Version::Latest), Ok(()));
}

pub(crate) fn versions_rise_and_old_ones_stay(store: impl SecretsStore + 'static) {
    let namespace = Bench::new(store).namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    for version in 2..=5 {
        let made = namespace.replace(&id, key(version as u8)).unwrap();
        assert_eq!((made.version, made.identifier), (version, id));
        assert_eq!(load(&namespace, &id, Version::Latest).unwrap().0, version);
    }
    for version in 1..=5 {
        assert_eq!(load(&namespace, &id, Version::Number(version)).unwrap(), (version, vec![version as u8; 32]));
    }
    let other = NewRecord::key_pair("ECDSA_P256_SHA256", b"scalar");
    assert!(matches!(namespace.replace(&id, other), Err(SecretsError::IncompatibleKeys)));
    let other = NewRecord::symmetric_key("ED25519", b"seed");
    assert!(matches!(namespace.replace(&id, other), Err(SecretsError::NotFound)));
    assert_eq!(load(&namespace, &id, Version::Latest).unwrap().0, 5);
}

pub(crate) fn the_latest_version_is_the_newest_that_is_not_revoked(store: impl SecretsStore + 'static) {
    let namespace = Bench::new(store).namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    namespace.replace(&id, key(2)).unwrap();
    namespace.replace(&id, key(3)).unwrap();
    namespace.replace(&id, key(4)).unwrap();

    assert_eq!(namespace.revoke(Kind::KEYS, &id, Version::Number(3)).unwrap(), [3]);
    assert_eq!(load(&namespace, &id, Version::Number(3)), Err("not_found"));
    assert_eq!(load(&namespace, &id, Version::Latest).unwrap().0, 4);
    assert!(matches!(namespace.revoke(Kind::KEYS, &id, Version::Number(3)), Err(SecretsError::NotFound)));
    assert_eq!(namespace.revoke(Kind::KEYS, &id, Version::Latest).unwrap(), [4]);
    assert_eq!(load(&namespace, &id, Version::Latest).unwrap().0, 2);
    assert_eq!(namespace.revoke(Kind::KEYS, &id, Version::Latest).unwrap(), [2]);
    assert_eq!(namespace.revoke(Kind::KEYS, &id, Version::Latest).unwrap(), [1]);
    assert_eq!(load(&namespace, &id, Version::Latest), Err("not_found"));
    for version in [Version::Latest, Version::All, Version::Number(1), Version::from_interface(Version::UNSPECIFIED)] {
        assert!(matches!(namespace.revoke(Kind::KEYS, &id, version), Err(SecretsError::NotFound)));
    }
}

pub(crate) fn versions_are_never_given_twice(store: impl SecretsStore + 'static) {
    let namespace = Bench::new(store).namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    for version in 2..6 {
        namespace.revoke(Kind::KEYS, &id, Version::Latest).unwrap();
        assert_eq!(namespace.replace(&id, key(9)).unwrap().version, version);
    }
    assert_eq!(namespace.usage().unwrap().keys, 1);
}

pub(crate) fn all_versions_are_revoked_at_once(store: impl SecretsStore + 'static) {
    let namespace = Bench::new(store).namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    namespace.replace(&id, key(2)).unwrap();
    namespace.replace(&id, key(3)).unwrap();
    namespace.revoke(Kind::KEYS, &id, Version::Number(2)).unwrap();
    assert_eq!(namespace.revoke(Kind::KEYS, &id, Version::All).unwrap(), [1, 3]);
    for version in 1..=3 {
        assert_eq!(load(&namespace, &id, Version::Number(version)), Err("not_found"));
    }
    assert_eq!(namespace.usage().unwrap(), Usage { keys: 0, secrets: 0, bytes: 0, revoked: 3 });
}

pub(crate) fn what_was_revoked_stays_known_for_a_while(store: impl SecretsStore + 'static) {
    let bench = Bench::new(store);
    let namespace = bench.namespace().policy(Policy::default().retention(Duration::from_secs(10)));
    let id = namespace.create(key(1)).unwrap().identifier;
    namespace.revoke(Kind::KEYS, &id, Version::All).unwrap();
    let shown = namespace.show(&id).unwrap();
    assert_eq!((shown[0].state, shown[0].sealed_len), (State::Revoked, 0));

    bench.set_time(NOW + 9);
    assert_eq!(namespace.forget().unwrap(), 0);
    bench.set_time(NOW + 10);
    assert_eq!(namespace.forget().unwrap(), 1);
    assert!(matches!(namespace.show(&id), Err(SecretsError::NotFound)));
    assert!(matches!(namespace.replace(&id, key(2)), Err(SecretsError::NotFound)));
    assert_eq!(namespace.usage().unwrap(), Usage::default());
}

pub(crate) fn revoked_versions_do_not_pile_up(store: impl SecretsStore + 'static) {
    let namespace = Bench::new(store).namespace();
    for _ in 0..8 {
        let id = namespace.create(key(1)).unwrap().identifier;
        for _ in 0..20 {
            namespace.replace(&id, key(2)).unwrap();
        }
        namespace.revoke(Kind::KEYS, &id, Version::All).unwrap();
    }
    let revoked = namespace.usage().unwrap().revoked;
    assert!((90..130).contains(&revoked), "{revoked}");
    let listed = namespace.list(None, usize::MAX >> 1).unwrap();
    assert_eq!(listed.len() as u64, revoked);
    namespace.forget().unwrap();
    assert_eq!(namespace.usage().unwrap().revoked, 100);
}

pub(crate) fn all_versions_of_a_key_are_shown(store: impl SecretsStore + 'static) {
    let namespace = Bench::new(store).namespace().policy(Policy::unrestricted());
    let ids = [1, 2, 3].map(|number| namespace.create(key(number)).unwrap().identifier);
    // More than are read at once.
    for _ in 1..300 {
        namespace.replace(&ids[1], key(4)).unwrap();
    }
    namespace.revoke(Kind::KEYS, &ids[1], Version::Number(257)).unwrap();
    let shown = namespace.show(&ids[1]).unwrap();
    assert!(shown.iter().map(|entry| entry.header.version).eq(1..=300));
    assert!(shown.iter().all(|entry| entry.header.identifier == ids[1]));
    assert!(shown.iter().all(|entry| (entry.state == State::Revoked) == (entry.header.version == 257)));
    for id in [&ids[0], &ids[2]] {
        assert_eq!(namespace.show(id).unwrap().len(), 1);
    }
}

pub(crate) fn all_that_need_not_be_kept_is_forgotten_when_asked_for(store: impl SecretsStore + 'static) {
    let bench = Bench::new(store);
    let namespace = bench.namespace().policy(Policy::default().retention(Duration::from_secs(10)));
    // More than a change forgets by the way.
    for _ in 0..40 {
        namespace.create(key(1).expires(NOW + 5)).unwrap();
    }
    bench.set_time(NOW + 15);
    assert_eq!(namespace.forget().unwrap(), 40);
    assert_eq!(namespace.usage().unwrap(), Usage::default());
}

pub(crate) fn a_key_expires_and_is_forgotten(store: impl SecretsStore + 'static) {
    let bench = Bench::new(store);
    let policy = Policy::default().lifetime(Duration::from_secs(100)).retention(Duration::from_secs(50));
    let namespace = bench.namespace().policy(policy);
    let made = namespace.create(key(1)).unwrap();
    let id = made.identifier;
    assert_eq!(made.expires, Some(NOW + 100));
    assert_eq!(namespace.create(key(1).expires(NOW + 5)).unwrap().expires, Some(NOW + 5));
    assert_eq!(namespace.create(key(1).expires(NOW + 500)).unwrap().expires, Some(NOW + 100));

    bench.set_time(NOW + 99);
    assert!(load(&namespace, &id, Version::Latest).is_ok());
    namespace.check_expiry(&made).unwrap();
    for time in [100, 149] {
        bench.set_time(NOW + time);
        assert_eq!(load(&namespace, &id, Version::Latest), Err("expired"));
        assert_eq!(load(&another(&namespace), &id, Version::Number(1)), Err("expired"));
    }
    assert!(matches!(namespace.check_expiry(&made), Err(SecretsError::Expired)));
    bench.set_time(NOW + 150);
    assert!(matches!(namespace.check_expiry(&made), Err(SecretsError::NotFound)));
    assert_eq!(load(&namespace, &id, Version::Latest), Err("not_found"));
    assert_eq!(namespace.usage().unwrap().keys, 3);
    let other = namespace.create(key(2)).unwrap();
    assert_eq!(namespace.usage().unwrap().keys, 1, "forgotten by the way");
    assert!(load(&namespace, &other.identifier, Version::Latest).is_ok());
}

pub(crate) fn the_expiry_can_be_set_later(store: impl SecretsStore + 'static) {
    let bench = Bench::new(store);
    let namespace = bench.namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    namespace.replace(&id, key(2)).unwrap();
    assert!(load(&namespace, &id, Version::Latest).is_ok());
    assert_eq!(namespace.expire(Kind::KEYS, &id, Version::Latest, Some(NOW)).unwrap(), [2]);
    assert_eq!(load(&namespace, &id, Version::Latest), Err("expired"));
    assert!(load(&namespace, &id, Version::Number(1)).is_ok());
    assert_eq!(namespace.expire(Kind::KEYS, &id, Version::All, Some(NOW + 10)).unwrap(), [1, 2]);
    assert_eq!(load(&namespace, &id, Version::Latest).unwrap(), (2, vec![2; 32]));
    bench.set_time(NOW + 10);
    assert_eq!(load(&namespace, &id, Version::Number(1)), Err("expired"));
    assert_eq!(namespace.expire(Kind::KEYS, &id, Version::Number(1), None).unwrap(), [1]);
    assert!(load(&namespace, &id, Version::Number(1)).is_ok());
    assert!(matches!(namespace.expire(Kind::KEYS, &id, Version::Number(7), None), Err(SecretsError::NotFound)));
    let secret = namespace.create(NewRecord::secret(b"token", NOW + 100)).unwrap().identifier;
    assert!(matches!(namespace.expire(&[Kind::Secret], &secret, Version::All, None), Err(SecretsError::Prohibited(_))));
}

pub(crate) fn a_secret_may_have_expired_before_it_is_stored(store: impl SecretsStore + 'static) {
    let bench = Bench::new(store);
    let namespace = bench.namespace();
    let id = namespace.create(NewRecord::secret(b"token", NOW - 1)).unwrap().identifier;
    let load = |version| namespace.load(Kind::Secret, &id, version).map(|opened| opened.bytes().to_vec());
    assert!(matches!(load(Version::Latest), Err(SecretsError::Expired)));
    namespace.replace(&id, NewRecord::secret(b"new token", NOW + 1)).unwrap();
    assert_eq!(load(Version::Latest).unwrap(), b"new token");
    let ancient = namespace.create(NewRecord::secret(b"token", 0)).unwrap().identifier;
    assert!(matches!(namespace.load(Kind::Secret, &ancient, Version::Latest), Err(SecretsError::NotFound)));
}

/// A clock that is set back, or far ahead, changes what has expired and nothing else.
pub(crate) fn a_clock_that_goes_backwards_gives_no_version_twice(store: impl SecretsStore + 'static) {
    let bench = Bench::new(store);
    let policy = Policy::default().lifetime(Duration::from_secs(100)).retention(Duration::from_secs(100));
    let namespace = bench.namespace().policy(policy);
    let id = namespace.create(key(1)).unwrap().identifier;
    for (version, time) in [(2, 0), (3, NOW - 1), (4, NOW + 99), (5, NOW)] {
        bench.set_time(time);
        assert_eq!(namespace.replace(&id, key(2)).unwrap().version, version);
        assert_eq!(load(&another(&namespace), &id, Version::Latest), Ok((version, vec![2; 32])), "{time}");
    }
    // There is no time behind the last one.
    bench.set_time(u64::MAX);
    let endless = bench.namespace();
    let late = endless.create(key(3)).unwrap().identifier;
    assert_eq!(load(&another(&endless), &late, Version::Latest), Ok((1, vec![3; 32])));
    assert!(matches!(namespace.replace(&id, key(2)), Err(SecretsError::NotFound)), "forgotten by then");
    bench.set_time(NOW);
    assert_eq!(load(&namespace, &id, Version::Latest), Err("not_found"));
    assert_eq!(load(&another(&endless), &late, Version::Latest), Ok((1, vec![3; 32])));
    assert!(namespace.check().unwrap().damaged.is_empty());
}
