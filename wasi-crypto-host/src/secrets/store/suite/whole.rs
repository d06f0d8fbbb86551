//! A namespace as a whole: listing, its audit trail, several who use it at a time.

use std::sync::Arc;
use std::thread;

use crate::secrets::store::suite::{Bench, NOW, key, load};
use crate::secrets::{
    Action, Identifier, Kind, Namespace, RootKey, SecretsError, SecretsStore, Trail, TrailEnd, Usage, Version,
};

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
