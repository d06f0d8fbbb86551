//! The suite of all stores, and what only a file can have.

use std::path::PathBuf;

use super::*;
use crate::secrets::scratch::Folder;
use crate::secrets::store::suite::{self, Bench, NOW, key, load};
use crate::secrets::{Kind, Namespace, NewRecord, RootKey, Trail, TrailEnd};

suite::suite!(|folder: &Folder| SqliteStore::open(folder.path("keys.db")).unwrap());

/// A store with two namespaces in it, and the way to change the file behind its back.
struct Tampered {
    folder: Folder,
    root_key: RootKey,
}

impl Tampered {
    fn new(name: &str) -> Self {
        Self { folder: Folder::new(name), root_key: RootKey::generate().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path("keys.db")
    }

    fn bench(&self) -> Bench {
        Bench::with(SqliteStore::open(self.path()).unwrap(), &self.root_key, Trail::Changes)
    }

    /// Runs SQL; returns how many rows it changed.
    fn run(&self, sql: &str) -> u64 {
        let connection = Connection::open(self.path()).unwrap();
        connection.execute_batch(sql).unwrap();
        connection.changes()
    }
}

fn is_damaged(result: Result<(u64, Vec<u8>), &'static str>, namespace: &Namespace) -> bool {
    let check = namespace.check().unwrap();
    result == Err("algorithm_failure") && check.damaged.len() == 1
}

#[test]
fn every_changed_bit_of_what_is_sealed_is_noticed_and_the_rest_still_opens() {
    let tampered = Tampered::new("flipped");
    let namespace = tampered.bench().namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    let other = namespace.create(key(2)).unwrap().identifier;
    let sealed = {
        let store = SqliteStore::open(tampered.path()).unwrap();
        store.read("tenant", &id, 1).unwrap().unwrap().sealed
    };
    let connection = Connection::open(tampered.path()).unwrap();
    let set = |sealed: &[u8]| {
        let sql = "UPDATE records SET sealed = ?1 WHERE identifier = ?2";
        assert_eq!(connection.execute(sql, params![sealed, id.as_bytes()]).unwrap(), 1);
    };
    for bit in (0..sealed.len() * 8).step_by(37) {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        set(&changed);
        let namespace = tampered.bench().namespace();
        assert!(is_damaged(load(&namespace, &id, Version::Latest), &namespace), "bit {bit}");
        assert_eq!(load(&namespace, &other, Version::Latest), Ok((1, vec![2; 32])));
    }
    set(&[]);
    let error = tampered.bench().namespace().load(Kind::KeyPair, &id, Version::Latest).map(|_| ()).unwrap_err();
    let sentence = format!("version 1 of {id} in the namespace tenant does not open");
    assert!(error.to_string().starts_with(&sentence), "{error}");
    set(&sealed);
    assert!(load(&tampered.bench().namespace(), &id, Version::Latest).is_ok());
}

#[test]
fn what_lies_open_cannot_be_changed_unnoticed() {
    for (change, warm) in [
        ("version = 7", false),
        ("algorithm = 'X25519'", false),
        ("imported = 1", false),
        ("created = 1", false),
        ("expires = 4000000000", true),
        ("expires = NULL", true),
        ("kind = 2", true),
        ("sealed_by = 0", false),
        ("sealed_by = 2", false),
    ] {
        let tampered = Tampered::new("header");
        let namespace = tampered.bench().namespace();
        let id = namespace.create(key(1).expires(NOW + 1)).unwrap().identifier;
        assert!(load(&namespace, &id, Version::Latest).is_ok());
        assert_eq!(tampered.run(&format!("UPDATE records SET {change}")), 1);
        if change.starts_with("version") {
            tampered.run("UPDATE items SET highest = 7, latest = 7");
        }
        let kind = if change.starts_with("kind") { Kind::SymmetricKey } else { Kind::KeyPair };
        let cold = tampered.bench().namespace();
        let error = cold.load(kind, &id, Version::Latest).map(|_| ()).unwrap_err();
        assert!(matches!(error, SecretsError::Damaged { .. }), "{change}: {error}");
        if warm {
            let error = namespace.load(kind, &id, Version::Latest).map(|_| ()).unwrap_err();
            assert!(matches!(error, SecretsError::Damaged { .. }), "{change}, loaded before: {error}");
        }
    }
}

#[test]
fn what_was_revoked_does_not_open_again_by_its_state() {
    let tampered = Tampered::new("state");
    let namespace = tampered.bench().namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    namespace.revoke(Kind::KEYS, &id, Version::All).unwrap();
    tampered.run("UPDATE items SET latest = 1");
    assert_eq!(tampered.run("UPDATE records SET state = 0"), 1);
    assert!(is_damaged(load(&namespace, &id, Version::Latest), &namespace));
}

#[test]
fn a_namespace_that_was_taken_away_is_damaged() {
    let tampered = Tampered::new("taken-away");
    let namespace = tampered.bench().namespace();
    assert!(matches!(namespace.revoke(Kind::KEYS, &Identifier::MIN, Version::All), Err(SecretsError::NotFound)));
    let id = namespace.create(key(1)).unwrap().identifier;
    tampered.run("DELETE FROM namespaces");
    assert!(matches!(namespace.create(key(1)), Err(SecretsError::DamagedNamespace(_))));
    assert_eq!(load(&tampered.bench().namespace(), &id, Version::Latest), Err("algorithm_failure"));
}

#[test]
fn rows_that_were_swapped_or_copied_elsewhere_do_not_open() {
    let tampered = Tampered::new("swapped");
    let namespace = tampered.bench().namespace();
    let [a, b] = [1, 2].map(|byte| namespace.create(key(byte)).unwrap().identifier);
    namespace.replace(&a, key(3)).unwrap();
    let other = tampered.bench().manager.namespace("other");
    other.create(key(4)).unwrap();

    // Copied into another namespace, with its item.
    tampered.run(
        "INSERT INTO items SELECT 'other', identifier, kind, algorithm, highest, latest
         FROM items WHERE namespace = 'tenant'",
    );
    tampered.run(
        "INSERT INTO records SELECT 'other', identifier, version, kind, algorithm, imported, created, expires, state,
             keep_until, sealed, sealed_by
         FROM records WHERE namespace = 'tenant'",
    );
    assert_eq!(load(&tampered.bench().manager.namespace("other"), &a, Version::Number(1)), Err("algorithm_failure"));
    assert_eq!(tampered.bench().manager.namespace("other").check().unwrap().damaged.len(), 3);
    assert_eq!(tampered.bench().namespace().check().unwrap().damaged.len(), 0);

    // The whole namespace's key, too.
    tampered.run(
        "UPDATE namespaces SET wrapped_key = (SELECT wrapped_key FROM namespaces WHERE name = 'tenant')
         WHERE name = 'other'",
    );
    let error = tampered.bench().manager.namespace("other").create(key(1)).unwrap_err();
    assert!(matches!(error, SecretsError::DamagedNamespace(_)), "{error}");

    // Two versions, and two keys, in one another's place.
    let connection = Connection::open(tampered.path()).unwrap();
    let sealed = |id: &Identifier, version: u64| {
        SqliteStore::open(tampered.path()).unwrap().read("tenant", id, version).unwrap().unwrap().sealed
    };
    let (first, second, foreign) = (sealed(&a, 1), sealed(&a, 2), sealed(&b, 1));
    let put = |id: &Identifier, version: u64, sealed: &[u8]| {
        let sql = "UPDATE records SET sealed = ?1 WHERE namespace = 'tenant' AND identifier = ?2 AND version = ?3";
        assert_eq!(connection.execute(sql, params![sealed, id.as_bytes(), int(version)]).unwrap(), 1);
    };
    put(&a, 1, &second);
    put(&a, 2, &foreign);
    put(&b, 1, &first);
    let namespace = tampered.bench().namespace();
    for (id, version) in [(a, 1), (a, 2), (b, 1)] {
        assert_eq!(load(&namespace, &id, Version::Number(version)), Err("algorithm_failure"));
    }
}

/// What is not noticed: that a row, or the whole file, is as it was before. What is: that the audit trail is shorter
/// than it was.
#[test]
fn a_file_that_was_rolled_back_is_noticed_by_the_end_of_its_audit_trail_only() {
    let tampered = Tampered::new("rolled-back");
    let namespace = tampered.bench().namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    let copy = tampered.folder.path("copy.db");
    SqliteStore::open(tampered.path()).unwrap().backup(&copy).unwrap();
    namespace.revoke(Kind::KEYS, &id, Version::All).unwrap();
    assert_eq!(load(&namespace, &id, Version::Latest), Err("not_found"));
    let end = namespace.verify_trail(TrailEnd::default(), |_| ()).unwrap();
    assert_eq!(end.entries, 2);

    drop(namespace);
    for beside in ["keys.db-wal", "keys.db-shm"] {
        let _ = std::fs::remove_file(tampered.folder.path(beside));
    }
    std::fs::copy(&copy, tampered.path()).unwrap();
    let namespace = tampered.bench().namespace();
    assert_eq!(load(&namespace, &id, Version::Latest), Ok((1, vec![1; 32])), "revoked, and back");
    assert!(namespace.verify_trail(TrailEnd::default(), |_| ()).is_ok());
    let error = namespace.verify_trail(end, |_| ()).unwrap_err();
    assert!(matches!(error, SecretsError::DamagedTrail { entry: 2, .. }), "{error}");
}

#[test]
fn an_audit_trail_that_was_changed_is_noticed() {
    for sql in [
        "UPDATE trail SET body = CAST(body || x'00' AS BLOB) WHERE number = 3",
        "UPDATE trail SET tag = (SELECT tag FROM trail WHERE number = 2) WHERE number = 3",
        "DELETE FROM trail WHERE number = 3",
        "UPDATE trail SET number = number + 1 WHERE number = 5",
    ] {
        let tampered = Tampered::new("trail");
        let namespace = tampered.bench().namespace();
        let id = namespace.create(key(1)).unwrap().identifier;
        for _ in 0..4 {
            namespace.replace(&id, key(2)).unwrap();
        }
        assert_eq!(namespace.verify_trail(TrailEnd::default(), |_| ()).unwrap().entries, 5);
        assert_eq!(tampered.run(sql), 1, "{sql}");
        let error = tampered.bench().namespace().verify_trail(TrailEnd::default(), |_| ()).unwrap_err();
        assert!(matches!(error, SecretsError::DamagedTrail { entry: 3 | 5, .. }), "{sql}: {error}");
    }
}

#[test]
fn revocation_by_one_manager_is_seen_by_the_next_load_of_another() {
    let tampered = Tampered::new("seen");
    let [one, other] = [(); 2].map(|()| tampered.bench().namespace());
    let id = one.create(key(1)).unwrap().identifier;
    one.replace(&id, key(2)).unwrap();
    assert_eq!(load(&other, &id, Version::Latest).unwrap().0, 2);
    one.revoke(Kind::KEYS, &id, Version::Number(2)).unwrap();
    assert_eq!(load(&other, &id, Version::Latest).unwrap().0, 1);
    assert_eq!(load(&other, &id, Version::Number(2)), Err("not_found"));
    one.replace(&id, key(3)).unwrap();
    assert_eq!(load(&other, &id, Version::Latest).unwrap().0, 3);
    one.expire(Kind::KEYS, &id, Version::All, Some(NOW)).unwrap();
    assert_eq!(load(&other, &id, Version::Latest), Err("expired"));
}

#[test]
fn a_full_store_says_so_and_keeps_what_it_has() {
    let folder = Folder::new("full");
    let root_key = RootKey::generate().unwrap();
    let path = folder.path("keys.db");
    let small = SqliteStore::builder(&path).max_file_size(100_000).open().unwrap();
    let namespace = Bench::with(small, &root_key, Trail::Off).namespace();
    let mut made = Vec::new();
    let error = loop {
        match namespace.create(NewRecord::key_pair("ED25519", &[made.len() as u8; 1_000])) {
            Ok(header) => made.push(header.identifier),
            Err(error) => break error,
        }
    };
    let SecretsError::Store(store) = &error else { panic!("{error}") };
    assert_eq!((store.fault, error.errno().name()), (StoreFault::Full, "algorithm_failure"));
    assert!(error.to_string().contains("keys.db is full, or its disk is; make room"), "{error}");
    assert!(made.len() > 10, "{}", made.len());
    for namespace in [namespace, Bench::with(SqliteStore::open(&path).unwrap(), &root_key, Trail::Off).namespace()] {
        assert_eq!(namespace.usage().unwrap().keys, made.len() as u64);
        for (at, id) in made.iter().enumerate() {
            assert_eq!(load(&namespace, id, Version::Latest), Ok((1, vec![at as u8; 1_000])));
        }
    }
    SqliteStore::open(&path).unwrap().check().unwrap();
}

#[test]
fn a_store_for_reading_only_refuses_to_be_written_to() {
    let tampered = Tampered::new("read-only");
    let id = tampered.bench().namespace().create(key(1)).unwrap().identifier;
    let store = SqliteStore::builder(tampered.path()).read_only(true).open().unwrap();
    let namespace = Bench::with(store, &tampered.root_key, Trail::Off).namespace();
    assert!(load(&namespace, &id, Version::Latest).is_ok());
    for error in [
        namespace.create(key(1)).map(|_| ()).unwrap_err(),
        namespace.revoke(Kind::KEYS, &id, Version::All).map(|_| ()).unwrap_err(),
    ] {
        assert!(error.to_string().contains("keys.db can be read only; open it for writing"), "{error}");
    }
    assert!(load(&namespace, &id, Version::Latest).is_ok());
}

#[test]
fn a_store_of_a_newer_schema_is_left_alone() {
    let tampered = Tampered::new("newer");
    tampered.bench().namespace().create(key(1)).unwrap();
    tampered.run("PRAGMA user_version = 99");
    let error = SqliteStore::open(tampered.path()).map(|_| ()).unwrap_err();
    assert_eq!(error.fault, StoreFault::NewerSchema { found: 99, known: 2 });
    assert!(error.to_string().contains("its schema is 99, and this build knows those up to 2"), "{error}");
    tampered.run("PRAGMA user_version = 2");
    assert_eq!(tampered.bench().namespace().usage().unwrap().keys, 1);
}

/// What `rows::SCHEMA_1` made has no column for what came with the second.
#[test]
fn a_store_of_the_first_schema_is_brought_to_the_newest_with_all_that_is_in_it() {
    let tampered = Tampered::new("older");
    let namespace = tampered.bench().namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    namespace.replace(&id, key(2)).unwrap();
    let kept = namespace.encapsulate(b"token", NOW + 1).unwrap();
    drop(namespace);
    tampered.run(
        "ALTER TABLE namespaces DROP COLUMN newest_key; ALTER TABLE records DROP COLUMN sealed_by;
         PRAGMA user_version = 1",
    );
    let read_only = SqliteStore::builder(tampered.path()).read_only(true).open().map(|_| ()).unwrap_err();
    assert_eq!(read_only.fault, StoreFault::ReadOnly);
    assert!(read_only.to_string().contains("it has an older schema"), "{read_only}");
    let namespace = tampered.bench().namespace();
    assert_eq!(load(&namespace, &id, Version::Number(1)), Ok((1, vec![1; 32])));
    assert_eq!(namespace.replace(&id, key(3)).unwrap().version, 3);
    assert_eq!(namespace.decapsulate(&kept).unwrap().bytes(), b"token");
    assert_eq!(namespace.renew().unwrap().resealed, 3);
    assert_eq!(namespace.verify_trail(TrailEnd::default(), |_| ()).unwrap().entries, 5);
    assert_eq!(namespace.check().unwrap().sound, 3);
}

#[test]
fn what_is_no_store_is_refused_and_left_alone() {
    let folder = Folder::new("no-store");
    let error = |path: PathBuf| SqliteStore::open(path).map(|_| ()).unwrap_err();

    std::fs::write(folder.path("text"), "not a database, though it is long enough ".repeat(100)).unwrap();
    assert_eq!(error(folder.path("text")).fault, StoreFault::Broken);
    assert!(std::fs::read_to_string(folder.path("text")).unwrap().starts_with("not a database"));

    Connection::open(folder.path("other.db")).unwrap().execute("CREATE TABLE other (x)", []).unwrap();
    let other = error(folder.path("other.db"));
    assert!(other.fault == StoreFault::Broken && other.cause.contains("of something else"), "{other}");

    assert_eq!(error(folder.path("no/such/folder")).fault, StoreFault::Unreachable);
    let none = SqliteStore::builder(folder.path("none.db")).create(false).open().map(|_| ()).unwrap_err();
    assert_eq!(none.fault, StoreFault::Unreachable);
    assert!(!folder.path("none.db").exists());
    assert!(none.to_string().contains("none.db cannot be reached"), "{none}");
}

#[test]
fn a_file_with_a_damaged_page_is_broken_or_its_records_are() {
    let tampered = Tampered::new("page");
    let namespace = tampered.bench().namespace();
    for _ in 0..100 {
        namespace.create(key(1)).unwrap();
    }
    drop(namespace);
    tampered.run("PRAGMA wal_checkpoint(TRUNCATE)");
    let mut bytes = std::fs::read(tampered.path()).unwrap();
    let at = bytes.len() / 2;
    bytes[at..at + 4096].fill(0x5a);
    std::fs::write(tampered.path(), bytes).unwrap();
    let store = SqliteStore::open(tampered.path()).unwrap();
    let error = store.check().unwrap_err();
    assert_eq!(error.fault, StoreFault::Broken);
    assert!(error.to_string().contains("keys.db is damaged, or no store of keys; restore it from a backup"), "{error}");
}

#[test]
fn a_locked_store_is_waited_for_and_then_given_up() {
    let tampered = Tampered::new("locked");
    let id = tampered.bench().namespace().create(key(1)).unwrap().identifier;
    let store = SqliteStore::builder(tampered.path()).timeout(Duration::from_millis(50)).open().unwrap();
    let bench = Bench::with(store, &tampered.root_key, Trail::Off);
    let namespace = bench.namespace();
    let mut other = Connection::open(tampered.path()).unwrap();
    let writing = other.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let error = namespace.create(key(1)).unwrap_err();
    assert!(error.to_string().contains("keys.db is locked by others"), "{error}");
    let error = bench.manager.rewrap().unwrap_err();
    assert!(error.to_string().contains("keys.db is locked by others"), "of all namespaces: {error}");
    assert!(load(&namespace, &id, Version::Latest).is_ok(), "those who read go on");
    drop(writing);
    namespace.create(key(1)).unwrap();
}

#[test]
fn namespaces_write_in_rotation_however_many_threads_of_one_want_to() {
    let folder = Folder::new("rotation");
    let store = SqliteStore::builder(folder.path("keys.db")).timeout(Duration::from_secs(60)).open().unwrap();
    let order = Mutex::new(Vec::new());
    let note = |namespace: &'static str| {
        let change = store.change(namespace, &mut |_| {
            order.lock().unwrap().push(namespace);
            Ok(())
        });
        change.unwrap();
    };
    std::thread::scope(|scope| {
        let first = store.change("a", &mut |_| {
            // In this order.
            for (before, namespace) in ["a", "a", "a", "b", "b", "c"].into_iter().enumerate() {
                scope.spawn(move || note(namespace));
                while store.turns.waiting() == before {
                    std::thread::yield_now();
                }
            }
            Ok(())
        });
        first.unwrap();
    });
    assert_eq!(order.into_inner().unwrap(), ["b", "c", "a", "b", "a", "a"]);
}

#[test]
fn a_backup_has_what_the_store_has_and_overwrites_nothing() {
    let tampered = Tampered::new("backup");
    let namespace = tampered.bench().namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    let store = SqliteStore::open(tampered.path()).unwrap();
    let copy = tampered.folder.path("copy.db");
    store.backup(&copy).unwrap();
    namespace.revoke(Kind::KEYS, &id, Version::All).unwrap();
    let restored = Bench::with(SqliteStore::open(&copy).unwrap(), &tampered.root_key, Trail::Off).namespace();
    assert_eq!(load(&restored, &id, Version::Latest), Ok((1, vec![1; 32])));
    let error = store.backup(&copy).unwrap_err();
    assert!(error.to_string().contains("copy.db cannot be reached"), "{error}");
}

#[cfg(unix)]
#[test]
fn files_of_a_store_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let tampered = Tampered::new("mode");
    let namespace = tampered.bench().namespace();
    namespace.create(key(1)).unwrap();
    for name in ["keys.db", "keys.db-wal", "keys.db-shm"] {
        let mode = std::fs::metadata(tampered.folder.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn no_key_is_in_the_file() {
    let tampered = Tampered::new("plain");
    let namespace = tampered.bench().namespace();
    let id = namespace.create(NewRecord::key_pair("ED25519", b"a key that would be seen")).unwrap().identifier;
    namespace.create(NewRecord::secret(b"a secret that would be seen", u64::MAX)).unwrap();
    load(&namespace, &id, Version::Latest).unwrap();
    for name in ["keys.db", "keys.db-wal"] {
        let bytes = std::fs::read(tampered.folder.path(name)).unwrap();
        assert!(!bytes.windows(18).any(|window| window == b"that would be seen"), "{name}");
    }
}
