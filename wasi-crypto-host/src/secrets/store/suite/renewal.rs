//! New keys for namespaces.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::secrets::store::suite::{Bench, NOW, another, key, load};
use crate::secrets::{
    Action, Identifier, Kind, Namespace, NamespaceRow, NewRecord, Policy, Record, RootKey, SecretsError, SecretsLimits,
    SecretsManager, SecretsStore, State, Trail, TrailEnd, Transaction, Version,
};

pub(crate) fn a_new_key_seals_all_and_old_ones_open_what_guests_keep(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let bench = Bench::new(store.clone());
    let namespace = bench.namespace();
    assert!(matches!(namespace.renew(), Err(SecretsError::NotFound)), "nothing has been put in");
    // More than are sealed again at once.
    let ids: Vec<Identifier> = (0..70).map(|_| namespace.create(key(1).expires(NOW + 9)).unwrap().identifier).collect();
    ids.iter().for_each(|id| assert_eq!(namespace.replace(id, key(2)).unwrap().version, 2));
    namespace.revoke(Kind::KEYS, &ids[0], Version::Number(1)).unwrap();
    let kept = namespace.encapsulate(b"token", NOW + 10).unwrap();
    let before = (namespace.list(None, 1_000).unwrap(), namespace.usage().unwrap());
    let wrapped_by = store.namespace("tenant").unwrap().unwrap().wrapped_by;

    for newest in [2, 3] {
        let renewed = namespace.renew().unwrap();
        assert_eq!((renewed.newest_key, renewed.resealed, renewed.damaged.len()), (newest, 139, 0));
        for namespace in [&namespace, &another(&namespace)] {
            for id in &ids[1..] {
                assert_eq!(load(namespace, id, Version::Number(1)), Ok((1, vec![1; 32])));
                assert_eq!(load(namespace, id, Version::Latest), Ok((2, vec![2; 32])));
            }
            assert_eq!(load(namespace, &ids[0], Version::Number(1)), Err("not_found"));
            assert_eq!(namespace.decapsulate(&kept).unwrap().bytes(), b"token");
            assert_eq!(namespace.check().unwrap().sound, 139);
        }
        // All but the key is as it was.
        let mut now = namespace.list(None, 1_000).unwrap();
        for entry in now.iter_mut().filter(|entry| entry.state == State::Active) {
            assert_eq!(entry.sealed_by, newest);
            entry.sealed_by = 1;
        }
        assert_eq!((now, namespace.usage().unwrap()), before);
        let sealed = namespace.encapsulate(b"token", NOW + 10).unwrap();
        assert_eq!((sealed.len(), sealed[0]), (5 + 49, newest as u8));
        assert_eq!(namespace.decapsulate(&sealed).unwrap().bytes(), b"token");
    }
    let row = store.namespace("tenant").unwrap().unwrap();
    assert_eq!((row.newest_key, row.wrapped_by), (3, wrapped_by));
}

pub(crate) fn what_another_manager_has_renewed_is_taken_up(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let root_key = RootKey::generate().unwrap();
    let [one, other, third] = [(); 3].map(|()| Bench::with(store.clone(), &root_key, Trail::Off).namespace());
    let id = one.create(key(1)).unwrap().identifier;
    assert!(load(&other, &id, Version::Latest).is_ok() && load(&third, &id, Version::Latest).is_ok());
    one.renew().unwrap();
    // By a load, by a change, and by what it seals for a guest.
    assert_eq!(load(&other, &id, Version::Latest), Ok((1, vec![1; 32])));
    let made = third.create(key(2)).unwrap().identifier;
    assert_eq!(third.show(&made).unwrap()[0].sealed_by, 2);
    other.renew().unwrap();
    assert_eq!(one.encapsulate(b"token", NOW + 1).unwrap()[0], 3);
    let kept = one.encapsulate(b"token", NOW + 1).unwrap();
    assert_eq!(third.decapsulate(&kept).unwrap().bytes(), b"token");
}

pub(crate) fn who_lacks_the_root_key_of_a_renewed_namespace_is_told(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let [old, new] = [(); 2].map(|()| RootKey::generate().unwrap());
    let behind = Bench::with(store.clone(), &old, Trail::Off).namespace();
    let id = behind.create(key(1)).unwrap().identifier;
    let text = |key: &RootKey| RootKey::parse(key.to_text().unwrap().as_bytes(), "").unwrap();
    let both = SecretsManager::builder(store.clone()).root_key(text(&new)).old_root_key(text(&old));
    let both = both.clock(|| NOW).build().unwrap();
    assert_eq!(both.rewrap().unwrap().namespaces, 1);
    assert_eq!(behind.replace(&id, key(2)).unwrap().version, 2, "the namespace has the key that it had");
    both.namespace("tenant").renew().unwrap();
    let row = store.namespace("tenant").unwrap();
    for error in [
        behind.load(Kind::KeyPair, &id, Version::Latest).map(|_| ()),
        behind.replace(&id, key(3)).map(|_| ()),
        behind.create(key(3)).map(|_| ()),
        behind.encapsulate(b"token", NOW + 1).map(|_| ()),
    ] {
        let error = error.unwrap_err().to_string();
        let sentence = format!("the namespace tenant needs the root key {}, which was not given", new.id());
        assert!(error.starts_with(&sentence), "{error}");
    }
    assert_eq!(store.namespace("tenant").unwrap(), row, "nothing was written over");
    assert_eq!(load(&Bench::with(store, &new, Trail::Off).namespace(), &id, Version::Latest), Ok((2, vec![2; 32])));
}

pub(crate) fn the_audit_trail_goes_on_under_the_new_key(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let root_key = RootKey::generate().unwrap();
    let [one, other] = [(); 2].map(|()| Bench::with(store.clone(), &root_key, Trail::Changes).namespace());
    let id = one.create(key(1)).unwrap().identifier;
    let mut ends = vec![TrailEnd::default()];
    let mut entries = Vec::new();
    ends.push(one.verify_trail(ends[0], |_| ()).unwrap());
    one.renew().unwrap();
    ends.push(one.verify_trail(ends[0], |_| ()).unwrap());
    other.replace(&id, key(2)).unwrap();
    other.renew().unwrap();
    one.replace(&id, key(3)).unwrap();
    let end = one.verify_trail(TrailEnd::default(), |entry| entries.push((entry.action, entry.version))).unwrap();
    let renewed = |key| [(Action::Renew, Some(key - 1)), (Action::Retire, Some(key))];
    let [create, replace, another] = [(Action::Create, 1), (Action::Replace, 2), (Action::Replace, 3)]
        .map(|(action, version)| [(action, Some(version))]);
    assert_eq!(entries, [&create[..], &renewed(2), &replace, &renewed(3), &another].concat());
    for (end_then, entries) in ends.into_iter().zip([0, 1, 3]) {
        assert_eq!(end_then.entries, entries);
        assert_eq!(other.verify_trail(end_then, |_| ()).unwrap(), end);
    }
}

pub(crate) fn a_row_from_half_way_is_noticed_by_the_audit_trail(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let root_key = RootKey::generate().unwrap();
    let open = || Bench::with(store.clone(), &root_key, Trail::Changes).namespace();
    let namespace = open();
    let id = namespace.create(key(1)).unwrap().identifier;
    let number = namespace.with_new_key(NOW).unwrap().newest_number();
    let half_way = store.namespace("tenant").unwrap().unwrap();
    let other = open();
    let before = other.verify_trail(TrailEnd::default(), |_| ()).unwrap();
    namespace.end_of_older_records(number, NOW).unwrap();
    let end = open().verify_trail(TrailEnd::default(), |_| ()).unwrap();
    assert_eq!((before.entries, end.entries), (2, 3));
    assert_eq!(other.verify_trail(before, |_| ()).unwrap(), end, "where the ring from half-way was known");

    store.change("tenant", &mut |to| Ok(to.put_namespace(&half_way)?)).unwrap();
    assert_eq!(load(&open(), &id, Version::Latest), Ok((1, vec![1; 32])), "who knows no better opens it");
    let is_noticed = |since| matches!(open().verify_trail(since, |_| ()), Err(SecretsError::DamagedNamespace(_)));
    assert!(is_noticed(TrailEnd::default()) && is_noticed(before));
    // What was made up until then has been sealed again.
    assert_eq!(open().renew().unwrap().newest_key, 3);
    assert!(is_noticed(TrailEnd::default()) && is_noticed(before) && is_noticed(end));
    let now = store.trail("tenant", 4, 1).unwrap().remove(0);
    let now = TrailEnd { entries: now.number, tag: now.tag.try_into().unwrap() };
    assert!(open().verify_trail(now, |_| ()).is_ok(), "who has looked goes on from there");
}

pub(crate) fn the_audit_trail_is_checked_while_the_namespace_is_renewed(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let root_key = RootKey::generate().unwrap();
    let [one, other] = [(); 2].map(|()| Bench::with(store.clone(), &root_key, Trail::Changes).namespace());
    let one = one.policy(Policy::unrestricted());
    let id = one.create(key(1)).unwrap().identifier;
    // More than are read at once.
    for _ in 1..300 {
        one.replace(&id, key(2)).unwrap();
    }
    let mut count = 0;
    let end = one.verify_trail(TrailEnd::default(), |entry| {
        count = entry.number;
        if count == 1 {
            other.renew().unwrap();
        }
    });
    assert_eq!((end.unwrap().entries, count), (302, 302));
}

/// Which nobody can tell who cannot open the row.
pub(crate) fn who_lacks_the_root_key_is_not_told_that_a_row_was_put_back(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let [old, new] = [(); 2].map(|()| RootKey::generate().unwrap());
    let behind = Bench::with(store.clone(), &old, Trail::Changes).namespace();
    behind.create(key(1)).unwrap();
    let number = behind.with_new_key(NOW).unwrap().newest_number();
    let both = SecretsManager::builder(store).root_key(new).old_root_key(old).clock(|| NOW).trail(Trail::Changes);
    let both = both.build().unwrap();
    assert_eq!(both.rewrap().unwrap().namespaces, 1);
    let verify = |namespace: &Namespace| namespace.verify_trail(TrailEnd::default(), |_| ()).map(|end| end.entries);
    assert_eq!(verify(&behind).unwrap(), 3, "by the keys that are known");
    both.namespace("tenant").end_of_older_records(number, NOW).unwrap();
    assert_eq!(verify(&both.namespace("tenant")).unwrap(), 4);
    let error = verify(&behind).unwrap_err();
    assert!(matches!(error, SecretsError::OtherRootKey { .. }), "{error}");
}

pub(crate) fn writers_go_on_while_a_namespace_is_renewed(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let root_key = RootKey::generate().unwrap();
    let open = || Bench::with(store.clone(), &root_key, Trail::Changes).namespace();
    let id = open().create(key(1)).unwrap().identifier;
    let unbounded = || open().policy(Policy::default().limits(SecretsLimits::NONE));
    let done = AtomicBool::new(false);
    let (newest, made) = thread::scope(|scope| {
        let writer = |number: u8| {
            let (namespace, done) = (unbounded(), &done);
            scope.spawn(move || {
                let mut made = Vec::new();
                while made.len() < 5 || (!done.load(Ordering::Relaxed) && made.len() < 100) {
                    let version = namespace.replace(&id, key(number)).unwrap().version;
                    made.push((version, number));
                    assert_eq!(load(&namespace, &id, Version::Number(version)), Ok((version, vec![number; 32])));
                    if version % 3 == 0 {
                        namespace.revoke(Kind::KEYS, &id, Version::Number(version)).unwrap();
                        made.pop();
                    }
                }
                made
            })
        };
        let writers: Vec<_> = (2..5).map(writer).collect();
        let operator = unbounded();
        (0..4).for_each(|_| drop(operator.renew().unwrap()));
        let newest = operator.renew().unwrap().newest_key;
        done.store(true, Ordering::Relaxed);
        (newest, writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect::<Vec<_>>())
    });
    assert_eq!(newest, 6);
    let namespace = open();
    for (version, number) in made {
        assert_eq!(load(&namespace, &id, Version::Number(version)), Ok((version, vec![number; 32])));
    }
    assert!(namespace.check().unwrap().damaged.is_empty());
    assert!(namespace.show(&id).unwrap().iter().all(|e| e.sealed_by == newest || e.state == State::Revoked));
    namespace.verify_trail(TrailEnd::default(), |_| ()).unwrap();
}

/// Who writes to the store can put back the row from before, by which all would be sealed with the old key again: those that
/// know better do nothing, and others cannot open what is newer.
pub(crate) fn an_older_row_of_a_renewed_namespace_is_damaged(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let root_key = RootKey::generate().unwrap();
    let namespace = Bench::with(store.clone(), &root_key, Trail::Off).namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    let older = store.namespace("tenant").unwrap().unwrap();
    namespace.renew().unwrap();
    let newer = store.namespace("tenant").unwrap().unwrap();
    let put = |row: &NamespaceRow| store.change("tenant", &mut |to| Ok(to.put_namespace(row)?)).unwrap();
    put(&older);
    assert!(matches!(namespace.create(key(2)), Err(SecretsError::DamagedNamespace(_))));
    assert!(matches!(namespace.encapsulate(b"", NOW), Err(SecretsError::DamagedNamespace(_))));
    let fresh = || Bench::with(store.clone(), &root_key, Trail::Off).namespace();
    assert_eq!(load(&fresh(), &id, Version::Latest), Err("algorithm_failure"));
    for (row, number) in [(&older, 2), (&newer, 1), (&newer, 3), (&newer, 0)] {
        put(&NamespaceRow { newest_key: number, ..row.clone() });
        let error = fresh().create(NewRecord::secret(b"", NOW)).map(|_| ()).unwrap_err();
        assert!(matches!(error, SecretsError::DamagedNamespace(_)), "{number}: {error}");
    }
    put(&newer);
    assert_eq!(load(&fresh(), &id, Version::Latest), Ok((1, vec![1; 32])));
    assert!(namespace.create(key(2)).is_ok());
}

/// Who once had the key from before, and writes to the store, can make up records with it.
pub(crate) fn a_record_of_an_older_key_does_not_open_once_all_are_sealed_again(store: impl SecretsStore + 'static) {
    let store = Arc::new(store);
    let root_key = RootKey::generate().unwrap();
    let open = || Bench::with(store.clone(), &root_key, Trail::Off).namespace();
    let namespace = open();
    let id = namespace.create(key(1)).unwrap().identifier;
    let kept = namespace.encapsulate(b"token", NOW + 1).unwrap();
    // It knows the ring as it was half-way.
    let other = open();
    let older = store.read("tenant", &id, 1).unwrap().unwrap();
    let put = |record: &Record| store.change("tenant", &mut |to| Ok(to.put(record)?)).unwrap();
    assert_eq!(namespace.with_new_key(NOW).unwrap().newest_number(), 2);
    let half_way = store.namespace("tenant").unwrap().unwrap();
    let seen = other.create(key(2)).unwrap().identifier;
    assert_eq!(load(&other, &id, Version::Latest), Ok((1, vec![1; 32])), "it is not sealed again yet");

    assert_eq!(namespace.renew().unwrap().newest_key, 3);
    assert_eq!(load(&open(), &id, Version::Latest), Ok((1, vec![1; 32])));
    let newer = store.read("tenant", &id, 1).unwrap().unwrap();
    put(&older);
    for namespace in [&namespace, &other, &open()] {
        assert_eq!(load(&namespace.reopened(), &id, Version::Latest), Err("algorithm_failure"));
        let error = namespace.expire(Kind::KEYS, &id, Version::All, None).unwrap_err();
        assert!(matches!(error, SecretsError::Damaged { .. }), "{error}");
        let check = namespace.check().unwrap();
        assert_eq!((check.sound, check.damaged.len()), (1, 1));
        assert_eq!(load(namespace, &seen, Version::Latest), Ok((1, vec![2; 32])));
        assert_eq!(namespace.decapsulate(&kept).unwrap().bytes(), b"token", "which the guest has kept");
    }
    let renewed = other.renew().unwrap();
    assert_eq!((renewed.newest_key, renewed.resealed, renewed.damaged.len()), (4, 1, 1));
    assert_eq!(store.read("tenant", &id, 1).unwrap().unwrap(), older, "it stays as it is");
    put(&newer);
    assert_eq!(load(&open(), &id, Version::Latest), Err("algorithm_failure"), "sealed by the third of four keys");

    // The row from half-way opens it to nobody who has seen the later one.
    store.change("tenant", &mut |to| Ok(to.put_namespace(&half_way)?)).unwrap();
    put(&older);
    for namespace in [&namespace, &other] {
        assert!(matches!(namespace.create(key(3)), Err(SecretsError::DamagedNamespace(_))));
    }
    assert_eq!(load(&namespace, &id, Version::Latest), Err("algorithm_failure"));
    // Others have no way to know: an operator who must fear that changes the root key once more.
    assert_eq!(load(&open(), &id, Version::Latest), Ok((1, vec![1; 32])));
}

/// Whoever writes to the store could pretend that.
pub(crate) fn an_older_key_opens_nothing_where_the_keys_cannot_be_unwrapped_any_more(
    store: impl SecretsStore + 'static,
) {
    let store = Arc::new(store);
    let [old, new] = [(); 2].map(|()| RootKey::generate().unwrap());
    let namespace = Bench::with(store.clone(), &old, Trail::Off).namespace();
    let [first, second] = [1, 2].map(|number| namespace.create(key(number)).unwrap().identifier);
    assert_eq!(namespace.with_new_key(NOW).unwrap().newest_number(), 2);
    assert_eq!(load(&namespace, &first, Version::Latest), Ok((1, vec![1; 32])), "half-way");
    let text = |key: &RootKey| RootKey::parse(key.to_text().unwrap().as_bytes(), "").unwrap();
    let both = SecretsManager::builder(store.clone()).root_key(text(&new)).old_root_key(text(&old));
    assert_eq!(both.clock(|| NOW).build().unwrap().rewrap().unwrap().namespaces, 1);
    let made = namespace.create(key(3)).unwrap().identifier;
    assert_eq!(load(&namespace, &made, Version::Latest), Ok((1, vec![3; 32])), "by the newest key, which is known");
    let refused = namespace.load(Kind::KeyPair, &second, Version::Latest).map(|_| ()).unwrap_err();
    assert!(matches!(refused, SecretsError::OtherRootKey { .. }), "{refused}");
}

/// As many keys as before, and the newest is another one: what a process seals that has the one from before, no other could
/// open.
pub(crate) fn a_namespace_that_was_put_back_and_renewed_is_damaged_for_who_knew_its_keys(
    store: impl SecretsStore + 'static,
) {
    let store = Arc::new(store);
    let root_key = RootKey::generate().unwrap();
    let open = || Bench::with(store.clone(), &root_key, Trail::Off).namespace();
    let namespace = open();
    let id = namespace.create(key(1)).unwrap().identifier;
    let older = (store.namespace("tenant").unwrap().unwrap(), store.read("tenant", &id, 1).unwrap().unwrap());
    namespace.renew().unwrap();
    let put_back = |to: &mut dyn Transaction| {
        to.put_namespace(&older.0)?;
        Ok(to.put(&older.1)?)
    };
    store.change("tenant", &mut |to| put_back(to)).unwrap();
    let other = open();
    assert_eq!(other.renew().unwrap().newest_key, 2);
    let now = store.namespace("tenant").unwrap();
    for error in [
        namespace.create(key(2)).map(|_| ()),
        namespace.replace(&id, key(2)).map(|_| ()),
        namespace.revoke(Kind::KEYS, &id, Version::All).map(|_| ()),
        namespace.renew().map(|_| ()),
        namespace.encapsulate(b"token", NOW + 1).map(|_| ()),
    ] {
        let error = error.unwrap_err();
        assert!(matches!(error, SecretsError::DamagedNamespace(_)), "{error}");
    }
    assert_eq!(load(&namespace, &id, Version::Latest), Err("algorithm_failure"));
    assert_eq!(store.namespace("tenant").unwrap(), now, "nothing was written");
    assert_eq!(other.replace(&id, key(3)).unwrap().version, 2);
    assert_eq!(open().check().unwrap().sound, 2);
}
