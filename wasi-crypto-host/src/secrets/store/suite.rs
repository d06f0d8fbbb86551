//! What every store must do: one suite, run over each.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::secrets::{
    Action, Export, Identifier, Kind, Namespace, NewRecord, Policy, RootKey, SecretsError, SecretsManager,
    SecretsStore, State, Trail, TrailEnd, Usage, Version,
};

/// A manager over a store, with a clock that stands still until it is set.
pub(crate) struct Bench {
    pub(crate) manager: SecretsManager,
    time: Arc<AtomicU64>,
}

impl Bench {
    pub(crate) fn new(store: impl SecretsStore + 'static) -> Self {
        Self::with(store, &RootKey::generate().unwrap(), Trail::Off)
    }

    pub(crate) fn with(store: impl SecretsStore + 'static, root_key: &RootKey, trail: Trail) -> Self {
        let time = Arc::new(AtomicU64::new(NOW));
        let clock = {
            let time = time.clone();
            move || time.load(Ordering::Relaxed)
        };
        let root_key = RootKey::parse(root_key.to_text().unwrap().as_bytes(), "").unwrap();
        let builder = SecretsManager::builder(store).root_key(root_key).clock(clock).trail(trail);
        Self { manager: builder.build().unwrap(), time }
    }

    pub(crate) fn namespace(&self) -> Namespace {
        self.manager.namespace("tenant")
    }

    fn set_time(&self, time: u64) {
        self.time.store(time, Ordering::Relaxed);
    }
}

/// Runs the suite over the stores that a function makes, each of them empty; none where they cannot be had.
macro_rules! suite {
    (maybe $make:ident) => {
        $crate::secrets::store::suite::suite!($make;
            a_key_is_loaded_as_it_was_put_in
            what_is_of_another_identifier_kind_version_or_namespace_is_not_found
            versions_rise_and_old_ones_stay
            the_latest_version_is_the_newest_that_is_not_revoked
            versions_are_never_given_twice
            all_versions_are_revoked_at_once
            what_was_revoked_stays_known_for_a_while
            revoked_versions_do_not_pile_up
            a_key_expires_and_is_forgotten
            the_expiry_can_be_set_later
            a_secret_may_have_expired_before_it_is_stored
            limits_hold_and_nothing_is_stored_above_them
            stricter_limits_leave_what_is_there
            what_policy_forbids_is_not_done
            a_change_that_fails_leaves_nothing
            what_there_is_can_be_listed
            threads_that_rotate_one_key_get_versions_of_their_own
            the_first_users_of_a_namespace_agree_on_its_key
            root_keys_are_changed_without_touching_records
            another_root_key_opens_nothing
            a_sealed_secret_opens_in_its_namespace_until_it_expires
            the_audit_trail_has_what_was_done
            names_of_namespaces_are_checked
            nothing_need_be_loaded_before_something_is_changed
            a_namespace_comes_into_being_when_something_is_put_in
        );
    };
    ($make:expr) => {
        fn make(folder: &$crate::secrets::scratch::Folder) -> Option<impl $crate::secrets::SecretsStore + 'static> {
            Some($make(folder))
        }
        $crate::secrets::store::suite::suite!(maybe make);
    };
    ($make:ident; $($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let folder = $crate::secrets::scratch::Folder::new(concat!(module_path!(), "-", stringify!($name)));
                if let Some(store) = $make(&folder) {
                    $crate::secrets::store::suite::$name(store);
                }
            }
        )*
    };
}

pub(crate) use suite;

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

pub(crate) fn what_there_is_can_be_listed(store: impl SecretsStore + 'static) {
    let bench = Bench::new(store);
    let namespace = bench.namespace();
    assert_eq!(namespace.list(None, 10).unwrap(), []);
    let mut made: Vec<_> = (0..10).map(|_| namespace.create(key(1)).unwrap().identifier).collect();
    made.sort_unstable();
    namespace.replace(&made[3], key(2)).unwrap();
    bench.manager.namespace("another").create(key(1)).unwrap();
    let mut listed = Vec::new();
    let mut behind = None;
    loop {
        let page = namespace.list(behind, 3).unwrap();
        let Some(last) = page.last() else { break };
        behind = Some((last.header.identifier, last.header.version));
        listed.extend(page.iter().map(|entry| (entry.header.identifier, entry.header.version)));
    }
    made.insert(4, made[3]);
    let versions = [1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1];
    assert_eq!(listed, made.into_iter().zip(versions).collect::<Vec<_>>());
    assert_eq!(bench.manager.namespaces().unwrap(), ["another", "tenant"]);
    let check = namespace.check().unwrap();
    assert_eq!((check.sound, check.damaged.len()), (11, 0));
}

pub(crate) fn threads_that_rotate_one_key_get_versions_of_their_own(store: impl SecretsStore + 'static) {
    let namespace = Bench::new(store).namespace();
    let id = namespace.create(key(0)).unwrap().identifier;
    let given: Vec<(u64, u8)> = thread::scope(|scope| {
        let rotate = |thread: u8| {
            let namespace = namespace.clone();
            scope.spawn(move || -> Vec<(u64, u8)> {
                let rotated = (0..10).map(|_| (namespace.replace(&id, key(thread)).unwrap().version, thread));
                rotated.collect()
            })
        };
        let threads: Vec<_> = (1..=8).map(rotate).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut versions: Vec<u64> = given.iter().map(|(version, _)| *version).collect();
    versions.sort_unstable();
    assert!(versions.into_iter().eq(2..=81));
    for (version, thread) in given {
        assert_eq!(load(&namespace, &id, Version::Number(version)).unwrap(), (version, vec![thread; 32]));
    }
}

pub(crate) fn the_first_users_of_a_namespace_agree_on_its_key(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let root_key = RootKey::generate().unwrap();
    let made: Vec<Identifier> = thread::scope(|scope| {
        let create = |_| {
            let namespace = Bench::with(store.clone(), &root_key, Trail::Off).namespace();
            scope.spawn(move || namespace.create(key(1)).unwrap().identifier)
        };
        let threads: Vec<_> = (0..8).map(create).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let namespace = Bench::with(store, &root_key, Trail::Off).namespace();
    for id in made {
        assert!(load(&namespace, &id, Version::Latest).is_ok());
    }
}

pub(crate) fn root_keys_are_changed_without_touching_records(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let [old, new] = [(); 2].map(|()| RootKey::generate().unwrap());
    let before = Bench::with(store.clone(), &old, Trail::Off);
    let open = before.namespace();
    let id = open.create(key(1)).unwrap().identifier;
    before.manager.namespace("another").create(key(2)).unwrap();
    let record = store.read("tenant", &id, 1).unwrap();

    let both = SecretsManager::builder(store.clone()).root_key(new).old_root_key(old);
    let both = both.clock(|| NOW).build().unwrap();
    assert!(load(&both.namespace("tenant"), &id, Version::Latest).is_ok(), "opened by the old root key");
    assert_eq!((both.rewrap().unwrap(), both.rewrap().unwrap()), (2, 0));
    assert_eq!(store.read("tenant", &id, 1).unwrap(), record);
    assert_eq!(store.namespace("tenant").unwrap().unwrap().wrapped_by, both.root_key_id());
    assert_eq!(store.namespace("tenant").unwrap().unwrap().usage.keys, 1);
    assert!(load(&another(&both.namespace("tenant")), &id, Version::Latest).is_ok(), "opened by the new root key");
    assert_eq!(open.replace(&id, key(3)).unwrap().version, 2, "goes on where it was open");
}

pub(crate) fn another_root_key_opens_nothing(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let [right, wrong] = [(); 2].map(|()| RootKey::generate().unwrap());
    let id = Bench::with(store.clone(), &right, Trail::Off).namespace().create(key(1)).unwrap().identifier;
    let row = store.namespace("tenant").unwrap();
    let bench = Bench::with(store.clone(), &wrong, Trail::Off);
    let namespace = bench.namespace();
    for error in [
        namespace.load(Kind::KeyPair, &id, Version::Latest).map(|_| ()),
        namespace.create(key(1)).map(|_| ()),
        namespace.replace(&id, key(1)).map(|_| ()),
        namespace.decapsulate(&[1; 100]).map(|_| ()),
        bench.manager.rewrap().map(|_| ()),
    ] {
        let error = error.unwrap_err();
        assert_eq!(error.errno().name(), "algorithm_failure");
        let sentence = format!("the namespace tenant needs the root key {}, which was not given", right.id());
        assert!(error.to_string().starts_with(&sentence), "{error}");
    }
    assert_eq!(store.namespace("tenant").unwrap(), row, "nothing was written over");
    assert!(load(&Bench::with(store, &right, Trail::Off).namespace(), &id, Version::Latest).is_ok());
}

pub(crate) fn a_sealed_secret_opens_in_its_namespace_until_it_expires(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let root_key = RootKey::generate().unwrap();
    let bench = Bench::with(store.clone(), &root_key, Trail::Off);
    let namespace = bench.namespace();
    let sealed = namespace.encapsulate(b"token", NOW + 10).unwrap();
    assert_eq!(sealed.len(), 5 + 49);
    assert_ne!(namespace.encapsulate(b"token", NOW + 10).unwrap(), sealed);
    assert_eq!(namespace.decapsulate(&sealed).unwrap().bytes(), b"token");
    let elsewhere = Bench::with(store, &root_key, Trail::Off);
    assert_eq!(elsewhere.namespace().decapsulate(&sealed).unwrap().bytes(), b"token");
    assert_eq!(namespace.decapsulate(&namespace.encapsulate(b"", u64::MAX).unwrap()).unwrap().bytes(), b"");

    let fails = |namespace: &Namespace, sealed: &[u8]| {
        matches!(namespace.decapsulate(sealed), Err(SecretsError::VerificationFailed))
    };
    assert!(fails(&bench.manager.namespace("another"), &sealed));
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(fails(&namespace, &changed), "bit {bit}");
    }
    for len in 0..sealed.len() {
        assert!(fails(&namespace, &sealed[..len]), "{len} bytes");
    }
    bench.set_time(NOW + 10);
    assert!(matches!(namespace.decapsulate(&sealed), Err(SecretsError::Expired)));
    let mut changed = sealed;
    changed[30] ^= 1;
    assert!(fails(&namespace, &changed), "authenticity first");
}

pub(crate) fn the_audit_trail_has_what_was_done(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let root_key = RootKey::generate().unwrap();
    let changes = Bench::with(store.clone(), &root_key, Trail::Changes).namespace().who("guest");
    let id = changes.create(key(1)).unwrap().identifier;
    changes.load(Kind::KeyPair, &id, Version::Latest).unwrap();
    changes.load(Kind::Secret, &id, Version::Latest).map(|_| ()).unwrap_err();
    changes.replace(&id, key(2)).unwrap();
    changes.revoke(Kind::KEYS, &id, Version::Number(1)).unwrap();
    let all = |namespace: &Namespace, since| {
        let mut entries = Vec::new();
        let end = namespace.verify_trail(since, |entry| {
            entries.push((entry.number, entry.action, entry.identifier, entry.version, entry.errno.name()));
            assert_eq!((entry.who.as_str(), entry.when), ("guest", NOW));
        });
        end.map(|end| (end, entries))
    };
    let (end, entries) = all(&changes, TrailEnd::default()).unwrap();
    assert_eq!(
        entries,
        [
            (1, Action::Create, Some(id), Some(1), "success"),
            (2, Action::Replace, Some(id), Some(2), "success"),
            (3, Action::Revoke, Some(id), Some(1), "success"),
        ]
    );
    let everything = Bench::with(store.clone(), &root_key, Trail::Everything).namespace().who("guest");
    everything.load(Kind::KeyPair, &id, Version::Latest).unwrap();
    everything.load(Kind::KeyPair, &id, Version::Number(1)).map(|_| ()).unwrap_err();
    everything.create(key(1).expires(NOW + 1)).unwrap();
    let (end, entries) = all(&everything, end).unwrap();
    assert_eq!(end.entries, 6);
    assert_eq!(entries[0], (4, Action::Load, Some(id), Some(2), "success"));
    assert_eq!(entries[1], (5, Action::Load, Some(id), Some(1), "not_found"));
    assert_eq!(entries[2].1, Action::Create);

    // What is not where it was: a trail that was cut off, and one that was changed.
    let beyond = TrailEnd { entries: 7, ..end };
    assert!(matches!(all(&everything, beyond), Err(SecretsError::DamagedTrail { entry: 7, .. })));
    let changed = TrailEnd { tag: [0; 32], ..end };
    assert!(matches!(all(&everything, changed), Err(SecretsError::DamagedTrail { entry: 6, .. })));
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

pub(crate) fn nothing_need_be_loaded_before_something_is_changed(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let root_key = RootKey::generate().unwrap();
    let fresh = || Bench::with(store.clone(), &root_key, Trail::Everything).namespace();
    let id = fresh().create(key(1)).unwrap().identifier;
    assert_eq!(fresh().replace(&id, key(2)).unwrap().version, 2);
    assert_eq!(fresh().expire(Kind::KEYS, &id, Version::All, Some(NOW + 1)).unwrap(), [1, 2]);
    assert_eq!(fresh().revoke(Kind::KEYS, &id, Version::Latest).unwrap(), [2]);
    assert_eq!(load(&fresh(), &id, Version::Latest).unwrap().0, 1);
    assert_eq!(fresh().forget().unwrap(), 0);
    fresh().check_export(&fresh().show(&id).unwrap()[0].header).unwrap_err();
    assert_eq!(fresh().verify_trail(TrailEnd::default(), |_| ()).unwrap().entries, 6);
}

pub(crate) fn a_namespace_comes_into_being_when_something_is_put_in(store: impl SecretsStore + 'static) {
    let bench = Bench::new(store);
    let namespace = bench.namespace();
    let id = Identifier::random().unwrap();
    assert_eq!(load(&namespace, &id, Version::Latest), Err("not_found"));
    assert!(matches!(namespace.replace(&id, key(1)), Err(SecretsError::NotFound)));
    assert!(matches!(namespace.revoke(Kind::KEYS, &id, Version::All), Err(SecretsError::NotFound)));
    assert!(matches!(namespace.decapsulate(&[1; 100]), Err(SecretsError::VerificationFailed)));
    assert_eq!(namespace.forget().unwrap(), 0);
    assert_eq!(namespace.usage().unwrap(), Usage::default());
    assert_eq!(bench.manager.namespaces().unwrap(), [""; 0]);
    namespace.encapsulate(b"", 0).unwrap();
    assert_eq!(bench.manager.namespaces().unwrap(), ["tenant"]);
}

/// The same namespace through a manager that has nothing of it in memory.
fn another(namespace: &Namespace) -> Namespace {
    namespace.reopened()
}

pub(crate) fn load(namespace: &Namespace, id: &Identifier, version: Version) -> Result<(u64, Vec<u8>), &'static str> {
    match namespace.load(Kind::KeyPair, id, version) {
        Ok(opened) => Ok((opened.header().version, opened.bytes().to_vec())),
        Err(error) => Err(error.errno().name()),
    }
}

pub(crate) fn key(byte: u8) -> NewRecord<'static> {
    NewRecord::key_pair("ED25519", &KEYS[usize::from(byte)])
}

static KEYS: [[u8; 32]; 10] =
    [[0; 32], [1; 32], [2; 32], [3; 32], [4; 32], [5; 32], [6; 32], [7; 32], [8; 32], [9; 32]];

/// The time at which tests begin.
pub(crate) const NOW: u64 = 2_000_000_000;
