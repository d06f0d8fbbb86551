//! The suite of all stores, and what only a database can have.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use super::*;
use crate::secrets::scratch::Folder;
use crate::secrets::store::suite::{self, Bench, key, load};
use crate::secrets::{Kind, Policy, RootKey, Trail, TrailEnd};

#[path = "../../../../tests/secrets/postgres_server.rs"]
mod postgres_server;

use postgres_server::{Server, database_name};

suite::suite!(maybe empty);

/// A store in a database of the test's own; none if PostgreSQL is not installed.
fn empty(folder: &Folder) -> Option<PostgresStore> {
    let path = folder.path("");
    let name = path.file_name()?.to_str()?.rsplit("tests-").next()?;
    Some(PostgresStore::open(&Server::shared()?.database(&database_name(name))).unwrap())
}

/// A store, its root key, and the way to change the database behind its back.
struct Tampered {
    server: &'static Server,
    database: &'static str,
    url: String,
    root_key: RootKey,
}

impl Tampered {
    fn new(database: &'static str) -> Option<Self> {
        let server = Server::shared()?;
        Some(Self { server, database, url: server.database(database), root_key: RootKey::generate().unwrap() })
    }

    fn bench(&self) -> Bench {
        Bench::with(PostgresStore::open(&self.url).unwrap(), &self.root_key, Trail::Changes)
    }

    fn run(&self, sql: &str) -> String {
        self.server.sql(self.database, sql)
    }

    fn error(&self) -> StoreError {
        PostgresStore::open(&self.url).map(|_| ()).unwrap_err()
    }
}

#[test]
fn rows_that_were_swapped_changed_or_copied_elsewhere_do_not_open() {
    let Some(tampered) = Tampered::new("swapped") else { return };
    let namespace = tampered.bench().namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    namespace.replace(&id, key(2)).unwrap();
    let other = namespace.create(key(3)).unwrap().identifier;
    tampered.bench().manager.namespace("other").create(key(4)).unwrap();

    let swap = "UPDATE wasi_crypto.records r SET sealed = s.sealed FROM wasi_crypto.records s
        WHERE r.namespace = 'tenant' AND s.namespace = 'tenant' AND r.identifier = s.identifier
        AND r.version = 3 - s.version AND s.version IN (1, 2)";
    tampered.run(swap);
    for version in [1, 2] {
        assert_eq!(load(&namespace, &id, Version::Number(version)), Err("algorithm_failure"));
    }
    assert_eq!(namespace.check().unwrap().damaged.len(), 2);
    tampered.run(swap);
    assert_eq!(load(&namespace, &id, Version::Number(1)), Ok((1, vec![1; 32])), "as it was");

    tampered.run(
        "INSERT INTO wasi_crypto.records SELECT 'other', identifier, version, kind, algorithm, imported, created,
         expires, state, keep_until, sealed, sealed_by FROM wasi_crypto.records WHERE namespace = 'tenant'",
    );
    let elsewhere = tampered.bench().manager.namespace("other");
    assert_eq!(load(&elsewhere, &other, Version::Number(1)), Err("algorithm_failure"));
    tampered.run(
        "UPDATE wasi_crypto.namespaces SET wrapped_key =
         (SELECT wrapped_key FROM wasi_crypto.namespaces WHERE name = 'tenant') WHERE name = 'other'",
    );
    let error = tampered.bench().manager.namespace("other").create(key(1)).unwrap_err();
    assert!(matches!(error, SecretsError::DamagedNamespace(_)), "{error}");

    for change in ["expires = 4000000000", "imported = TRUE", "algorithm = 'X25519'", "created = 1"] {
        let is = format!("version = 1 AND namespace = 'tenant' AND identifier = '\\x{}'", hexadecimal(&other));
        tampered.run(&format!(
            "CREATE TABLE kept AS SELECT * FROM wasi_crypto.records WHERE {is};
             UPDATE wasi_crypto.records SET {change} WHERE {is}"
        ));
        let cold = tampered.bench().namespace();
        assert_eq!(load(&cold, &other, Version::Latest), Err("algorithm_failure"), "{change}");
        tampered.run(&format!(
            "DELETE FROM wasi_crypto.records WHERE {is}; INSERT INTO wasi_crypto.records SELECT * FROM kept;
             DROP TABLE kept"
        ));
        assert!(load(&cold, &other, Version::Latest).is_ok());
    }
}

#[test]
fn rows_that_cannot_be_are_a_broken_store_and_an_audit_trail_that_was_changed_is_noticed() {
    let Some(tampered) = Tampered::new("broken_rows") else { return };
    let namespace = tampered.bench().namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    for change in ["kind = 9", "expires = -1", "state = 7"] {
        let (column, _) = change.split_once(' ').unwrap();
        let before = tampered.run(&format!("SELECT coalesce({column}::TEXT, 'NULL') FROM wasi_crypto.records"));
        tampered.run(&format!("UPDATE wasi_crypto.records SET {change}"));
        let loaded = load(&namespace, &id, Version::Number(1));
        let listed = namespace.list(None, 10);
        assert!(loaded != Ok((1, vec![1; 32])), "{change}");
        assert!(matches!(&listed, Err(SecretsError::Store(error)) if error.fault == StoreFault::BrokenRow), "{change}");
        tampered.run(&format!("UPDATE wasi_crypto.records SET {column} = {before}"));
    }
    assert!(load(&namespace, &id, Version::Number(1)).is_ok());
    namespace.replace(&id, key(2)).unwrap();
    let end = namespace.verify_trail(TrailEnd::default(), |_| ()).unwrap();
    tampered.run("DELETE FROM wasi_crypto.trail WHERE number = 2");
    let error = namespace.verify_trail(end, |_| ()).unwrap_err();
    assert!(matches!(error, SecretsError::DamagedTrail { entry: 2, .. }), "{error}");
    tampered.run("UPDATE wasi_crypto.trail SET body = body || '\\x00'");
    let error = namespace.verify_trail(TrailEnd::default(), |_| ()).unwrap_err();
    assert!(matches!(error, SecretsError::DamagedTrail { entry: 1, .. }), "{error}");
}

#[test]
fn a_database_of_a_newer_schema_is_refused_by_who_has_it_open_already_too() {
    let Some(tampered) = Tampered::new("newer") else { return };
    let namespace = tampered.bench().namespace();
    namespace.create(key(1)).unwrap();
    tampered.run("UPDATE wasi_crypto.store SET schema = 999");
    let error = tampered.error();
    assert_eq!(error.fault, StoreFault::NewerSchema { found: 999, known: 3 });
    let error = namespace.create(key(1)).unwrap_err();
    assert!(error.to_string().contains("was written by a newer version: its schema is 999"), "{error}");
    assert_eq!(tampered.run("SELECT count(*) FROM wasi_crypto.records"), "1");
    tampered.run("UPDATE wasi_crypto.store SET schema = 3");
    namespace.create(key(1)).unwrap();
}

/// One change in 256 forgets some of what is known of changes before.
#[test]
fn that_changes_were_made_is_forgotten_in_the_end() {
    let Some(tampered) = Tampered::new("forgotten") else { return };
    let namespace = tampered.bench().namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    tampered.run(
        "INSERT INTO wasi_crypto.changes
         SELECT decode(md5(n::text), 'hex'), now() - INTERVAL '11 minutes' FROM generate_series(1, 1500) n;
         INSERT INTO wasi_crypto.changes VALUES ('kept', now() - INTERVAL '8 minutes')",
    );
    let old = "SELECT count(*) FROM wasi_crypto.changes WHERE made < now() - INTERVAL '10 minutes'";
    let is_empty = |_| {
        (0..50).for_each(|_| _ = namespace.expire(Kind::KEYS, &id, Version::Number(1), None).unwrap());
        tampered.run(old) == "0"
    };
    assert!((0..200).any(is_empty), "{} are left", tampered.run(old));
    assert_eq!(tampered.run("SELECT count(*) FROM wasi_crypto.changes WHERE mark = 'kept'"), "1");
}

/// What `schema::SCHEMA_1` made has no column for what came with the second.
#[test]
fn a_database_of_the_first_schema_is_brought_to_the_newest_with_all_that_is_in_it() {
    let Some(tampered) = Tampered::new("older") else { return };
    let namespace = tampered.bench().namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    namespace.replace(&id, key(2)).unwrap();
    let kept = namespace.encapsulate(b"token", u64::MAX).unwrap();
    drop(namespace);
    tampered.run(
        "DROP INDEX wasi_crypto.changes_by_time;
         ALTER TABLE wasi_crypto.namespaces DROP COLUMN newest_key;
         ALTER TABLE wasi_crypto.records DROP COLUMN sealed_by;
         UPDATE wasi_crypto.store SET schema = 1",
    );
    // By several hosts at once.
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let namespace = tampered.bench().namespace();
                assert_eq!(load(&namespace, &id, Version::Number(1)), Ok((1, vec![1; 32])));
            });
        }
    });
    let namespace = tampered.bench().namespace();
    assert_eq!(namespace.replace(&id, key(3)).unwrap().version, 3);
    assert_eq!(namespace.decapsulate(&kept).unwrap().bytes(), b"token");
    assert_eq!(namespace.renew().unwrap().resealed, 3);
    assert_eq!(namespace.verify_trail(TrailEnd::default(), |_| ()).unwrap().entries, 5);
    assert_eq!(namespace.check().unwrap().sound, 3);
}

#[test]
fn a_database_that_is_no_store_says_what_is_the_matter() {
    let Some(tampered) = Tampered::new("no_store") else { return };
    let none = PostgresStore::builder(&tampered.url).create(false).open().map(|_| ()).unwrap_err();
    assert!(none.fault == StoreFault::Unreachable && none.cause.contains("has no store of keys yet"), "{none}");

    let error = |from: &str, to: &str| PostgresStore::open(&tampered.url.replace(from, to)).map(|_| ()).unwrap_err();
    let nowhere = error("/no_store", "/nowhere");
    assert_eq!(nowhere.fault, StoreFault::Unreachable);
    assert!(nowhere.to_string().contains("database \"nowhere\" does not exist"), "{nowhere}");
    let stranger = error("keys@", "stranger@");
    assert!(stranger.to_string().contains("role \"stranger\" does not exist"), "{stranger}");
    let elsewhere = error("keys@", "keys@%2Fno%2Fsuch");
    assert_eq!(elsewhere.fault, StoreFault::Unreachable, "{elsewhere}");

    tampered.server.sql("postgres", "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
    let latin = error("/no_store", "/latin");
    assert!(latin.to_string().contains("the encoding of the database is not UTF8"), "{latin}");
    assert_eq!(tampered.server.sql("latin", "SELECT to_regnamespace('wasi_crypto') IS NULL"), "t");
}

#[test]
fn who_may_only_read_is_told_so_when_he_writes() {
    let Some(tampered) = Tampered::new("read_only") else { return };
    let id = tampered.bench().namespace().create(key(1)).unwrap().identifier;
    tampered.run(
        "CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA wasi_crypto TO reader;
         GRANT SELECT ON ALL TABLES IN SCHEMA wasi_crypto TO reader",
    );
    let store = PostgresStore::open(&tampered.url.replace("keys@", "reader@")).unwrap();
    let namespace = Bench::with(store, &tampered.root_key, Trail::Off).namespace();
    assert!(load(&namespace, &id, Version::Latest).is_ok());
    let error = namespace.create(key(1)).unwrap_err();
    assert!(error.to_string().contains("permission denied for table"), "{error}");

    tampered.run("ALTER DATABASE read_only SET default_transaction_read_only = on");
    // A server that follows another one refuses in the same way.
    tampered.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'read_only'");
    assert!(load(&namespace, &id, Version::Latest).is_ok());
}

#[test]
fn a_lock_of_others_is_waited_for_and_then_given_up() {
    let Some(tampered) = Tampered::new("locked") else { return };
    let id = tampered.bench().namespace().create(key(1)).unwrap().identifier;
    let store = PostgresStore::builder(&tampered.url).timeout(Duration::from_millis(300)).open().unwrap();
    let namespace = Bench::with(store, &tampered.root_key, Trail::Off).namespace();
    assert!(load(&namespace, &id, Version::Latest).is_ok());
    let lock = "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('wasi_crypto:tenant', 0)); SELECT pg_sleep(1)";
    let mut other = tampered.server.psql("locked", lock).spawn().unwrap();
    thread::sleep(Duration::from_millis(300));
    let error = namespace.create(key(1)).unwrap_err();
    assert!(error.to_string().contains("PostgreSQL store locked at") && error.to_string().contains("locked by others"));
    assert!(load(&namespace, &id, Version::Latest).is_ok(), "those who read go on");
    Bench::with(PostgresStore::open(&tampered.url).unwrap(), &tampered.root_key, Trail::Off)
        .manager
        .namespace("another")
        .create(key(1))
        .unwrap();
    other.wait().unwrap();
    namespace.create(key(1)).unwrap();
}

/// Of one namespace, one change waits in the server, and the others before they have a connection.
#[test]
fn changes_of_a_namespace_that_are_held_up_hold_up_no_other_namespace() {
    let Some(tampered) = Tampered::new("held_up") else { return };
    let store = PostgresStore::builder(&tampered.url).timeout(Duration::from_secs(60)).open().unwrap();
    let store = Arc::new(store);
    let bench = Bench::with(Arc::clone(&store), &tampered.root_key, Trail::Changes);
    let [namespace, other] = [bench.namespace(), bench.manager.namespace("other")];
    let id = namespace.create(key(1)).unwrap().identifier;
    let lock = "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('wasi_crypto:tenant', 0)); SELECT pg_sleep(600)";
    // It says so when it is ended.
    let mut holder = tampered.server.psql("held_up", lock).stderr(Stdio::null()).spawn().unwrap();
    let locks = |which: &str| {
        tampered.run(&format!(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON database = pg_database.oid
             WHERE datname = current_database() AND locktype = 'advisory' AND {which}"
        ))
    };
    let wait_for = |what: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !what() {
            assert!(start.elapsed() < Duration::from_secs(20), "it does not come about");
            thread::sleep(Duration::from_millis(10));
        }
    };
    wait_for(&|| locks("granted") == "1");
    thread::scope(|scope| {
        let held_up: Vec<_> = (0..8).map(|_| scope.spawn(|| namespace.replace(&id, key(2)).unwrap().version)).collect();
        wait_for(&|| store.pool.waiting_to_change() == 7 && locks("NOT granted") == "1");
        let others = other.create(key(3)).unwrap().identifier;
        for version in 2..20 {
            assert_eq!(other.replace(&others, key(4)).unwrap().version, version);
            assert_eq!(load(&other, &others, Version::Latest), Ok((version, vec![4; 32])));
            assert_eq!(load(&namespace, &id, Version::Latest), Ok((1, vec![1; 32])), "those who read go on");
        }
        assert_eq!((store.pool.waiting_to_change(), locks("NOT granted").as_str()), (7, "1"));
        tampered.run(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        );
        let mut versions: Vec<u64> = held_up.into_iter().map(|thread| thread.join().unwrap()).collect();
        versions.sort_unstable();
        assert!(versions.into_iter().eq(2..10));
    });
    holder.wait().unwrap();
}

#[test]
fn all_connections_in_use_are_waited_for() {
    let Some(tampered) = Tampered::new("pool") else { return };
    let store = PostgresStore::builder(&tampered.url).connections(1).open().unwrap();
    let namespace = Bench::with(store, &tampered.root_key, Trail::Off).namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..5 {
                    namespace.replace(&id, key(2)).unwrap();
                    load(&namespace, &id, Version::Latest).unwrap();
                }
            });
        }
    });
    assert_eq!(tampered.run("SELECT count(*) FROM wasi_crypto.records"), "41");
    let connections =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = 'pool' AND application_name = 'wasi-crypto'";
    assert_eq!(tampered.run(connections), "1");
}

#[test]
fn connections_that_were_lost_are_made_anew_and_half_a_change_is_done_again() {
    let Some(tampered) = Tampered::new("lost") else { return };
    // A busy machine gets little done between two ends.
    let store = PostgresStore::builder(&tampered.url).timeout(Duration::from_secs(60)).open().unwrap();
    let namespace = Bench::with(store, &tampered.root_key, Trail::Changes).namespace();
    let namespace = namespace.policy(Policy::unrestricted());
    let id = namespace.create(key(0)).unwrap().identifier;
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = 'lost' AND application_name = 'wasi-crypto'";
    let done = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| (0..25).map(|_| namespace.replace(&id, key(1)).unwrap().version).collect::<Vec<_>>())
            })
            .collect();
        let killer = scope.spawn(|| {
            for _ in 0..1_000 {
                tampered.run(end);
                thread::sleep(Duration::from_millis(100));
                if done.load(std::sync::atomic::Ordering::Relaxed) {
                    break;
                }
            }
        });
        let mut versions: Vec<u64> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        killer.join().unwrap();
        versions.sort_unstable();
        assert!(versions.iter().copied().eq(2..=101), "{versions:?}");
    });
    assert_eq!(namespace.verify_trail(TrailEnd::default(), |_| ()).unwrap().entries, 101);
}

/// A server that waits for another one, which is not there, has committed here what it does not acknowledge.
#[test]
fn a_change_whose_connection_is_lost_during_its_commit_is_done_once_or_in_doubt() {
    let Some(mut server) = Server::start("commit", &["fsync=off"]) else { return };
    let url = server.database("keys");
    let store = PostgresStore::builder(&url).timeout(Duration::from_secs(3)).open().unwrap();
    let namespace = Bench::with(store, &RootKey::generate().unwrap(), Trail::Off).namespace();
    let id = namespace.create(key(1)).unwrap().identifier;
    let versions = || {
        let listed = namespace.show(&id).unwrap();
        listed.iter().map(|entry| entry.header.version).collect::<Vec<_>>()
    };
    let waits = |server: &Server| {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        let start = Instant::now();
        while server.sql("keys", sql) == "0" {
            assert!(start.elapsed() < Duration::from_secs(20), "the commit does not wait");
        }
    };
    server.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    server.sql("postgres", "SELECT pg_reload_conf()");
    while server.sql("postgres", "SHOW synchronous_standby_names").is_empty() {}
    thread::scope(|scope| {
        let replacing = scope.spawn(|| namespace.replace(&id, key(2)).unwrap().version);
        waits(&server);
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        server.sql("keys", end);
        assert_eq!(replacing.join().unwrap(), 2);
    });
    assert_eq!(versions(), [1, 2]);

    thread::scope(|scope| {
        let replacing = scope.spawn(|| namespace.replace(&id, key(3)).unwrap_err());
        waits(&server);
        server.stop();
        let error = replacing.join().unwrap();
        assert!(matches!(&error, SecretsError::Store(error) if error.fault == StoreFault::InDoubt), "{error}");
        assert_eq!(error.errno().name(), "algorithm_failure");
        assert!(error.to_string().contains("which was made or not; look at what is there"), "{error}");
    });
    server.set(&["synchronous_standby_names="]);
    server.restart();
    thread::sleep(Duration::from_secs(1));
    assert!(versions().into_iter().eq(1..=3), "it was made");
    assert_eq!(namespace.replace(&id, key(4)).unwrap().version, 4);
}

#[test]
fn a_server_that_is_started_again_is_waited_for_and_one_that_is_away_answers_at_once() {
    let Some(mut server) = Server::start("restart", &["fsync=off"]) else { return };
    let root_key = RootKey::generate().unwrap();
    let store = PostgresStore::builder(&server.database("keys")).timeout(Duration::from_secs(3)).open().unwrap();
    let namespace = Bench::with(store, &root_key, Trail::Off).namespace().policy(Policy::unrestricted());
    let id = namespace.create(key(1)).unwrap().identifier;
    thread::scope(|scope| {
        let rotating = scope.spawn(|| (0..200).map(|_| namespace.replace(&id, key(2)).unwrap().version).max());
        thread::sleep(Duration::from_millis(100));
        server.restart();
        assert_eq!(rotating.join().unwrap(), Some(201));
    });

    server.stop();
    let start = Instant::now();
    let error = namespace.create(key(1)).unwrap_err();
    assert!((2..5).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    assert_eq!(error.errno().name(), "algorithm_failure");
    let sentence = error.to_string();
    assert!(sentence.contains("PostgreSQL store keys at") && sentence.contains("cannot be reached"), "{sentence}");
    let start = Instant::now();
    for _ in 0..20 {
        assert_eq!(load(&namespace, &id, Version::Latest), Err("algorithm_failure"));
    }
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());

    server.restart();
    thread::sleep(Duration::from_secs(1));
    assert_eq!(load(&namespace, &id, Version::Latest).unwrap().0, 201);
    assert_eq!(namespace.replace(&id, key(3)).unwrap().version, 202);

    // One that stands still: nothing comes back, and nothing is refused.
    server.pause();
    for _ in 0..2 {
        let start = Instant::now();
        let error = namespace.replace(&id, key(4)).unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
        assert_eq!(error.errno().name(), "algorithm_failure");
    }
    server.go_on();
    thread::sleep(Duration::from_secs(1));
    let version = namespace.replace(&id, key(5)).unwrap().version;
    assert!(version > 202);
    let versions: Vec<u64> = namespace.show(&id).unwrap().iter().map(|entry| entry.header.version).collect();
    assert!(versions.into_iter().eq(1..=version));
}

#[test]
fn tls_is_to_the_server_that_was_meant_or_not_at_all() {
    let folder = Folder::new("postgres-tls");
    if !certificates(&folder) {
        eprintln!("left out: openssl is not installed");
        return;
    }
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port()
    };
    let file = |name: &str| folder.path(name).display().to_string();
    let Some(mut server) = Server::start("tls", &["fsync=off"]) else { return };
    server.database("keys");
    for name in ["server.pem", "server.key"] {
        let to = server.data().join(name);
        std::fs::copy(folder.path(name), &to).unwrap();
        give_to_owner_of(&server.data(), &to);
    }
    server.set(&["ssl=on", "listen_addresses=127.0.0.1", "ssl_cert_file=server.pem", "ssl_key_file=server.key"]);
    server.set(&[&format!("port={port}")]);
    server.restart();
    let open = |host: &str, rest: &str| {
        PostgresStore::builder(&format!("postgres://keys@{host}:{port}/keys?{rest}"))
            .timeout(Duration::from_secs(2))
            .open()
    };
    let trusted = format!("sslrootcert={}", file("authority.pem"));
    let store = open("127.0.0.1", &trusted).unwrap();
    let namespace = Bench::with(store, &RootKey::generate().unwrap(), Trail::Off).namespace();
    namespace.create(key(1)).unwrap();
    let encrypted = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE application_name = 'wasi-crypto' AND ssl AND version = 'TLSv1.3'";
    assert_eq!(server.sql("keys", encrypted), "1");

    let error = |host: &str, rest: &str| open(host, rest).map(|_| ()).unwrap_err();
    let stranger = error("127.0.0.1", &format!("sslrootcert={}", file("stranger.pem")));
    assert!(stranger.to_string().contains("certificate"), "{stranger}");
    // The certificate is for the address and not for the name.
    let other = error("localhost", &trusted);
    assert!(other.to_string().contains("certificate not valid for name"), "{other}");
    open("127.0.0.1", "sslmode=disable").unwrap();

    // A server that cannot encrypt is not talked to.
    server.set(&["ssl=off"]);
    server.restart();
    let plain = error("127.0.0.1", &trusted);
    assert_eq!(plain.fault, StoreFault::Unreachable);
    assert!(plain.to_string().contains("TLS"), "{plain}");
}

fn hexadecimal(id: &Identifier) -> String {
    id.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An authority, a certificate of it for 127.0.0.1, and another authority. False without OpenSSL.
fn certificates(folder: &Folder) -> bool {
    let script = r#"
        openssl version >/dev/null || exit 1
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority \
            -addext basicConstraints=critical,CA:TRUE -keyout authority.key -out authority.pem
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=stranger \
            -addext basicConstraints=critical,CA:TRUE -keyout stranger.key -out stranger.pem
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=server -keyout server.key \
            -out server.csr
        printf 'subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n' >extensions
        openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 \
            -extfile extensions -out server.pem
    "#;
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", script]).current_dir(folder.path(""));
    shell.output().is_ok_and(|output| output.status.success())
}

fn give_to_owner_of(folder: &Path, file: &Path) {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    let owner = std::fs::metadata(folder).unwrap();
    std::fs::set_permissions(file, PermissionsExt::from_mode(0o600)).unwrap();
    std::os::unix::fs::chown(file, Some(owner.uid()), Some(owner.gid())).unwrap();
}
