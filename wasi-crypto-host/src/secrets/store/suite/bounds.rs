//! What policy and limits leave out, and that it leaves no trace.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::secrets::store::suite::{Bench, NOW, key, load};
use crate::secrets::{Export, Kind, NewRecord, Policy, RootKey, SecretsError, SecretsStore, Trail, Usage, Version};

pub(crate) fn limits_hold_and_nothing_is_stored_above_them(store: impl SecretsStore + 'static) {
    let namespace = Bench::new(store).namespace();
    let keys = namespace.clone().policy(Policy::default().max_keys(2).max_versions(2).max_secrets(1).max_bytes(1_264));
    let limit = |result: Result<_, SecretsError>| result.map(|_: crate::secrets::Header| ()).unwrap_err().to_string();
    let id = keys.create(key(1)).unwrap().identifier;
    keys.create(key(2)).unwrap();
    assert!(limit(keys.create(key(3))).contains("as many keys"));
    keys.replace(&id, key(4)).unwrap();
    assert!(limit(keys.replace(&id, key(5))).contains("as many versions"));
    assert_eq!(load(&keys, &id, Version::Latest).unwrap().0, 2);
    // Three keys of 32 bytes take 288 each.
    assert_eq!(keys.usage().unwrap(), Usage { keys: 2, secrets: 0, bytes: 864, revoked: 0 });
    assert!(limit(keys.create(NewRecord::secret(&[0; 145], u64::MAX))).contains("as many bytes"));
    keys.create(NewRecord::secret(&[0; 144], u64::MAX)).unwrap();
    assert!(limit(keys.create(NewRecord::secret(b"", u64::MAX))).contains("as many secrets"));
    keys.revoke(Kind::KEYS, &id, Version::Number(1)).unwrap();
    assert_eq!(keys.replace(&id, key(6)).unwrap().version, 3, "one that was refused was not given");
    keys.revoke(Kind::KEYS, &id, Version::All).unwrap();
    keys.create(key(7)).unwrap();
    assert!(limit(keys.replace(&id, key(8))).contains("as many keys"));
}

pub(crate) fn stricter_limits_leave_what_is_there(store: impl SecretsStore + 'static) {
    let namespace = Bench::new(store).namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    namespace.create(key(2)).unwrap();
    let strict = namespace.clone().policy(Policy::default().max_keys(1));
    assert_eq!(strict.replace(&id, key(3)).unwrap().version, 2);
    assert!(matches!(strict.create(key(4)), Err(SecretsError::Limit("keys"))));
    strict.revoke(Kind::KEYS, &id, Version::All).unwrap();
    let none = namespace.clone().policy(Policy::default().max_keys(0).max_secrets(0));
    assert!(matches!(none.create(key(4)), Err(SecretsError::Limit("keys"))));
}

pub(crate) fn what_policy_forbids_is_not_done(store: impl SecretsStore + 'static) {
    let namespace = Bench::new(store).namespace();
    let id = namespace.create(key(1)).unwrap();
    let under = |policy: Policy| namespace.clone().policy(policy);
    let prohibited = |result: Result<(), SecretsError>| matches!(result, Err(SecretsError::Prohibited(_)));

    let one = under(Policy::default().algorithms(["ed25519"]));
    one.create(key(1)).unwrap();
    let other = || NewRecord::key_pair("ECDSA_P256_SHA256", b"scalar");
    assert!(prohibited(one.create(other()).map(|_| ())) && prohibited(one.check_algorithm("ECDSA_P256_SHA256")));
    one.create(NewRecord::secret(b"of no algorithm", u64::MAX)).unwrap();

    let own = under(Policy::default().import(false));
    assert!(prohibited(own.create(key(1).imported()).map(|_| ())));
    assert!(prohibited(own.replace(&id.identifier, key(1).imported()).map(|_| ())));
    own.replace(&id.identifier, key(2)).unwrap();

    let kept = under(Policy::default().revoke(false));
    assert!(prohibited(kept.revoke(Kind::KEYS, &id.identifier, Version::All).map(|_| ())));
    assert!(load(&kept, &id.identifier, Version::Number(1)).is_ok());

    assert!(prohibited(namespace.check_export(&id)));
    under(Policy::default().export(Export::Always)).check_export(&id).unwrap();
    assert_eq!(namespace.usage().unwrap().keys, 2);
}

pub(crate) fn a_change_that_fails_leaves_nothing(store: impl SecretsStore + 'static) {
    let bench = Bench::new(store);
    let namespace = bench.namespace().policy(Policy::default().retention(Duration::ZERO));
    let id = namespace.create(key(1).expires(NOW + 1)).unwrap().identifier;
    namespace.replace(&id, key(2)).unwrap();
    let before = (namespace.show(&id).unwrap(), namespace.usage().unwrap());
    bench.set_time(NOW + 2);
    // Forgets version 1, adds a version, and then finds that there are too many.
    let strict = namespace.clone().policy(Policy::default().max_versions(1));
    assert!(matches!(strict.replace(&id, key(3)), Err(SecretsError::Limit(_))));
    assert_eq!((namespace.show(&id).unwrap(), namespace.usage().unwrap()), before);
}

pub(crate) fn names_of_namespaces_are_checked(store: impl SecretsStore + 'static) {
    let manager = Bench::new(store).manager;
    for name in ["", "a\nb", "\0", &"x".repeat(129)] {
        let error = manager.namespace(name).create(key(1)).unwrap_err();
        assert!(matches!(error, SecretsError::NamespaceName), "{name}");
    }
    for name in ["a", "tenant/42: ä", &"x".repeat(128)] {
        manager.namespace(name).create(key(1)).unwrap();
    }
}

/// Whichever threads come first: changes are made one after the other, and each counts what it adds.
pub(crate) fn threads_together_stay_within_limits(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let root_key = RootKey::generate().unwrap();
    let open = || {
        let policy = Policy::default().max_keys(20).max_versions(15);
        Bench::with(store.clone(), &root_key, Trail::Off).namespace().policy(policy)
    };
    let id = open().create(key(1)).unwrap().identifier;
    let made: Vec<(usize, usize)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let namespace = open();
                scope.spawn(move || {
                    let is_full = |error: &SecretsError| assert!(matches!(error, SecretsError::Limit(_)), "{error}");
                    let keys = (0..8).filter(|_| namespace.create(key(2)).inspect_err(is_full).is_ok()).count();
                    let versions = (0..6).filter(|_| namespace.replace(&id, key(3)).inspect_err(is_full).is_ok());
                    (keys, versions.count())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (keys, versions): (Vec<_>, Vec<_>) = made.into_iter().unzip();
    assert_eq!((keys.iter().sum::<usize>(), versions.iter().sum::<usize>()), (19, 14));
    assert_eq!(open().usage().unwrap().keys, 20);
    assert_eq!(open().show(&id).unwrap().len(), 15);
}

pub(crate) fn no_versions_at_all_are_no_keys_at_all(store: impl SecretsStore + 'static) {
    let namespace = Bench::new(store).namespace().policy(Policy::default().max_versions(0));
    assert!(matches!(namespace.create(key(1)), Err(SecretsError::Limit(_))));
    assert_eq!(namespace.usage().unwrap(), Usage::default());
}
