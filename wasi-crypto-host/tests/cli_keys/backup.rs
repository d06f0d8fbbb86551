//! Backups, and what becomes of them.

use serde_json::json;

use crate::place::{DAMAGED, FAILED, Place};

#[test]
fn a_backup_that_is_restored_has_what_there_was() {
    let place = Place::new("backup");
    let key = place.generate("Ed25519");
    let public = place.tenant("export", &[&key]).exits(0).stdout();
    let copied = place.keys(["backup", "copy.db"]).exits(0).silent().stdout();
    let bytes = place.path("copy.db").metadata().unwrap().len();
    assert_eq!(copied, format!("{bytes} bytes were copied to copy.db\n"));
    place.keys(["backup", "copy.db"]).exits(FAILED).says("there is a file copy.db already; nothing was written");

    place.tenant("rotate", &[&key]).exits(0);
    place.keys(["restore", "copy.db"]).exits(FAILED).says("there is a file keys.db already; stop what uses it");
    for file in ["keys.db", "keys.db-wal", "keys.db-shm"] {
        let _ = std::fs::rename(place.path(file), place.path(&format!("old-{file}")));
    }
    for beside in ["keys.db-wal", "keys.db.part"] {
        place.file(beside, "of another store");
        let sentence = format!("there is a file {beside} already");
        place.keys(["restore", "copy.db"]).exits(FAILED).says(&sentence);
        std::fs::remove_file(place.path(beside)).unwrap();
    }
    place.keys(["restore", "copy.db"]).exits(0).prints("1 namespace is in keys.db\n").silent();
    assert!(!place.path("keys.db.part").exists() && !place.path("keys.db.part-wal").exists());
    place.tenant("export", &[&key]).exits(0).prints(&public);
    assert_eq!(place.json("list", &[])["keys"][0]["latest"], 1);
    // With a log as before, so that readers do not wait for writers.
    assert_eq!(place.journal_mode(), "wal");
    place.tenant("rotate", &[&key]).exits(0).prints("2\n");
}

#[test]
fn a_backup_is_looked_at_before_it_is_restored() {
    let place = Place::new("backup-damaged");
    let key = place.generate("Ed25519");
    place.keys(["backup", "copy.db", "--json"]).exits(0);
    for file in ["keys.db", "keys.db-wal", "keys.db-shm"] {
        let _ = std::fs::remove_file(place.path(file));
    }
    place.file("not.db", "no store at all, but long enough to look like a file of some kind".repeat(20));
    place.keys(["restore", "not.db"]).exits(DAMAGED).says("the SQLite store not.db is damaged, or no store of keys");
    place.keys(["restore", "none.db"]).exits(FAILED).says("none.db cannot be reached");
    let connection = rusqlite::Connection::open(place.path("copy.db")).unwrap();
    connection.execute_batch("UPDATE records SET algorithm = 'X25519'").unwrap();
    place.keys(["restore", "copy.db"]).exits(DAMAGED).says("nothing was written: version 1 of").says(&key);
    assert!(!place.path("keys.db").exists());
    connection.execute_batch("UPDATE records SET algorithm = 'Ed25519'").unwrap();
    // A root key of something else.
    place.keys(["init", "--secrets", "other.db", "--root-key", "file:other.key"]).exits(0);
    place
        .keys(["restore", "copy.db", "--root-key", "file:other.key"])
        .exits(FAILED)
        .says("the namespace tenant needs the root key ");
    let restored = place.keys(["restore", "copy.db", "--json"]).exits(0).stdout();
    let restored: serde_json::Value = serde_json::from_str(&restored).unwrap();
    assert_eq!(restored, json!({ "schema": 1, "namespaces": 1, "opened": true }));
}

impl Place {
    fn journal_mode(&self) -> String {
        let connection = rusqlite::Connection::open(self.path("keys.db")).unwrap();
        connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap()
    }
}
