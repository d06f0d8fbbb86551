//! Root keys, and what is sealed with the keys of namespaces.

use std::sync::Arc;
use std::thread;

use crate::secrets::store::suite::{Bench, NOW, another, key, load};
use crate::secrets::{
    Identifier, Kind, Namespace, NamespaceRow, RootKey, SecretsError, SecretsManager, SecretsStore, Trail, Version,
};

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
    assert_eq!([(); 2].map(|()| both.rewrap().unwrap().namespaces), [2, 0]);
    assert_eq!(store.read("tenant", &id, 1).unwrap(), record);
    assert!(store.trail("tenant", 0, 1).unwrap().is_empty(), "no trail is kept");
    assert_eq!(store.namespace("tenant").unwrap().unwrap().wrapped_by, both.root_key_id());
    assert_eq!(store.namespace("tenant").unwrap().unwrap().usage.keys, 1);
    assert!(load(&another(&both.namespace("tenant")), &id, Version::Latest).is_ok(), "opened by the new root key");
    assert_eq!(open.replace(&id, key(3)).unwrap().version, 2, "goes on where it was open");
}

/// Whoever writes to the store could keep all others from getting another root key.
pub(crate) fn a_namespace_that_does_not_open_stops_no_other_from_being_rewrapped(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let [old, new, other] = [(); 3].map(|()| RootKey::generate().unwrap());
    let before = Bench::with(store.clone(), &old, Trail::Changes);
    let id = before.namespace().create(key(1)).unwrap().identifier;
    let row = store.namespace("tenant").unwrap().unwrap();
    let put = |name: &str, row: &NamespaceRow| store.change(name, &mut |to| Ok(to.put_namespace(row)?)).unwrap();
    put("before", &row);
    put("unknown", &NamespaceRow { wrapped_by: other.id(), ..row.clone() });
    put("with fewer keys", &NamespaceRow { newest_key: 2, ..row.clone() });
    put("by the new root key", &NamespaceRow { wrapped_by: new.id(), ..row });

    let both = SecretsManager::builder(store.clone()).root_key(new).old_root_key(old).clock(|| NOW).build().unwrap();
    let rewrapped = both.rewrap().unwrap();
    let left: Vec<_> = rewrapped.left.iter().map(|(name, error)| (name.as_str(), error)).collect();
    assert_eq!(rewrapped.namespaces, 1);
    assert!(
        matches!(
            left[..],
            [
                ("before", SecretsError::DamagedNamespace(_)),
                ("by the new root key", SecretsError::DamagedNamespace(_)),
                ("unknown", SecretsError::OtherRootKey { .. }),
                ("with fewer keys", SecretsError::DamagedNamespace(_))
            ]
        ),
        "{left:?}"
    );
    assert!(load(&both.namespace("tenant"), &id, Version::Latest).is_ok());
    assert_eq!(store.namespace("tenant").unwrap().unwrap().wrapped_by, both.root_key_id());
}

pub(crate) fn another_root_key_opens_nothing(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let [right, wrong] = [(); 2].map(|()| RootKey::generate().unwrap());
    let id = Bench::with(store.clone(), &right, Trail::Off).namespace().create(key(1)).unwrap().identifier;
    let row = store.namespace("tenant").unwrap();
    let bench = Bench::with(store.clone(), &wrong, Trail::Off);
    let namespace = bench.namespace();
    for error in [
        namespace.unlock(),
        namespace.load(Kind::KeyPair, &id, Version::Latest).map(|_| ()),
        namespace.create(key(1)).map(|_| ()),
        namespace.replace(&id, key(1)).map(|_| ()),
        namespace.decapsulate(&[1; 100]).map(|_| ()),
        Err(bench.manager.rewrap().unwrap().left.remove(0).1),
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
