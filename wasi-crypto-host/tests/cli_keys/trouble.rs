//! Root keys and stores that are not as they should be.

use std::os::unix::fs::PermissionsExt;

use crate::place::{DAMAGED, FAILED, MISUSED, Place};

#[test]
fn a_root_key_file_that_others_can_read_is_refused() {
    let place = Place::new("others");
    let key = place.generate("Ed25519");
    std::fs::set_permissions(place.path("root.key"), PermissionsExt::from_mode(0o644)).unwrap();
    place
        .tenant("export", &[&key])
        .exits(FAILED)
        .says("root.key can be used by others than its owner (its mode is 644)");
    place.keys(["init"]).exits(FAILED).says("chmod 600");
}

#[test]
fn another_root_key_is_told_with_the_one_that_is_needed() {
    let place = Place::new("wrong");
    let key = place.generate("Ed25519");
    let list = place.keys(["list", "--json"]).exits(0).stdout();
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let id = list["namespaces"][0]["root_key"].as_str().unwrap();
    place.keys(["init", "--secrets", "other.db", "--root-key", "file:other.key"]).exits(0);
    let sentence = format!("the namespace tenant needs the root key {id}, which was not given");
    for args in [&["export", &key][..], &["rotate", &key], &["generate", "Ed25519"], &["audit"]] {
        place.tenant(args[0], &[&["--root-key", "file:other.key"], &args[1..]].concat()).exits(FAILED).says(&sentence);
    }
    place.keys(["check", "--root-key", "file:other.key"]).exits(FAILED).says(&sentence);
    place.keys(["init", "--root-key", "file:other.key"]).exits(FAILED).says(&sentence);
    let mut command = place.command("wasi-crypto");
    let without = command.args(["keys", "check"]).env_remove("WASI_CRYPTO_ROOT_KEY").output().unwrap();
    assert_eq!(without.status.code(), Some(MISUSED));
    assert!(String::from_utf8(without.stderr).unwrap().contains("the root key is missing: name it by --root-key"));
    // What lies open needs none.
    place.tenant("list", &["--root-key", "file:other.key"]).exits(MISUSED);
    place.tenant("show", &[&key]).exits(0);
}

#[test]
fn a_root_key_is_changed_without_touching_the_keys() {
    let place = Place::new("rewrap");
    let key = place.generate("Ed25519");
    let public = place.tenant("export", &[&key]).exits(0).stdout();
    let change = ["rewrap", "--old-root-key", "file:root.key", "--root-key", "file:new.key"];
    place.keys(change).exits(FAILED).says("new.key cannot be read: No such file");
    let done = place.keys(change.iter().chain(&["--make-root-key"])).exits(0).stdout();
    assert!(done.starts_with("1 namespace was rewrapped; all need the root key "), "{done}");
    place.keys(change).exits(0).says("").stdout().starts_with("0 namespaces were");
    place.tenant("export", &[&key]).exits(FAILED).says("needs the root key");
    place.tenant("export", &["--root-key", "file:new.key", &key]).exits(0).prints(&public);
    let made_twice = place.keys(change.iter().chain(&["--make-root-key"])).exits(FAILED);
    made_twice.says("the root key file new.key cannot be made: File exists");
    let audit = place.json("audit", &["--root-key", "file:new.key"]);
    assert_eq!(audit["entries"][1]["action"], "rewrap");
}

/// Whoever can write to the store could put one in front of all others.
#[test]
fn a_namespace_that_does_not_open_holds_up_no_other() {
    let place = Place::new("planted");
    let key = place.generate("Ed25519");
    place.sql("INSERT INTO namespaces SELECT 'before', wrapped_by, zeroblob(length(wrapped_key)), newest_key, keys, secrets, bytes, revoked FROM namespaces");
    place.sql("INSERT INTO namespaces SELECT 'elsewhere', zeroblob(length(wrapped_by)), wrapped_key, newest_key, keys, secrets, bytes, revoked FROM namespaces WHERE name = 'tenant'");
    place.sql("INSERT INTO namespaces SELECT CAST(x'1b5b324a80' AS TEXT), wrapped_by, wrapped_key, newest_key, keys, secrets, bytes, revoked FROM namespaces WHERE name = 'tenant'");
    let named = place
        .keys(["list", "--namespace", "\u{1b}[2J"])
        .exits(FAILED)
        .says("has no namespace \\u{1b}[2J; it has \\u{1b}[2J");
    assert!(!named.stderr().contains('\u{1b}'));
    place.keys(["init"]).exits(0).says("the namespace elsewhere needs the root key 0");
    let checked =
        place.keys(["check"]).exits(DAMAGED).says("one thing in the SQLite store keys.db is damaged").stdout();
    assert!(checked.ends_with("\ntenant: 1 version opens\n"), "{checked}");
    assert!(
        checked.contains("elsewhere: 0 versions open\n  the namespace elsewhere needs the root key 0"),
        "{checked}"
    );

    let change =
        ["rewrap", "--old-root-key", "file:root.key", "--root-key", "file:new.key", "--make-root-key", "--renew"];
    let done = place.keys(change).exits(DAMAGED).says("the key of the namespace before does not open");
    let done = done.says("; 2 namespaces were not done, or not to their end").stdout();
    assert!(done.starts_with("1 namespace was rewrapped; all but those left out below need the root key "), "{done}");
    assert!(done.contains("\nelsewhere: left out: the namespace elsewhere needs the root key 0"), "{done}");
    assert!(done.ends_with("\ntenant: 1 version was sealed again, with key 2\n"), "{done}");
    place.tenant("export", &["--root-key", "file:new.key", &key]).exits(0);

    place.sql("DELETE FROM namespaces WHERE name = 'before'");
    let only = ["rewrap", "--root-key", "file:new.key", "--renew", "--namespace", "tenant", "--json"];
    let done = place.keys(only).exits(FAILED).stdout();
    let done: serde_json::Value = serde_json::from_str(&done).unwrap();
    assert_eq!((&done["left_out"][0]["name"], &done["renewed"][0]["newest_key"]), (&"elsewhere".into(), &3.into()));
    place
        .keys(["check", "--root-key", "file:new.key"])
        .exits(FAILED)
        .says("the namespace elsewhere needs the root key 0");

    // What is damaged is told first.
    place.sql("UPDATE records SET sealed = zeroblob(length(sealed))");
    let renew = ["rewrap", "--root-key", "file:new.key", "--renew"];
    let done = place.keys(renew).exits(DAMAGED).says("one version does not open, and was left as it is; one namespace");
    assert!(done.stdout().contains("\ntenant: 0 versions were sealed again, with key 4\n  version 1 of "));
    place.sql("UPDATE records SET kind = 9");
    let done = place.keys(renew).exits(DAMAGED).says("has a row that was damaged, or written by something else");
    let done = done.says("; 2 namespaces were not done, or not to their end").stdout();
    assert!(done.contains("all but those left out below need the root key "), "{done}");
    assert!(
        done.contains("\ntenant: not renewed to its end: the SQLite store keys.db has a row that was damaged"),
        "{done}"
    );
    let checked = place.keys(["check", "--root-key", "file:new.key"]).exits(DAMAGED).stdout();
    assert!(checked.ends_with("\ntenant: 0 versions open\n  the SQLite store keys.db has a row that was damaged, or written by something else; restore it from a backup (Conversion error from type Null at index: 2, a kind is wrong)\n"), "{checked}");
}

#[test]
fn a_namespace_is_given_a_new_key_and_all_in_it_works_on() {
    let place = Place::new("renew");
    let key = place.generate("Ed25519");
    let public = place.tenant("export", &[&key]).exits(0).stdout();
    let done = place.keys(["rewrap", "--renew"]).exits(0).stdout();
    assert!(done.starts_with("0 namespaces were rewrapped; all need the root key "), "{done}");
    assert!(done.ends_with("\ntenant: 1 version was sealed again, with key 2\n"), "{done}");
    let done = place.json("rewrap", &["--renew"]);
    assert_eq!((&done["renewed"][0]["newest_key"], &done["renewed"][0]["resealed"]), (&3.into(), &1.into()));
    place.tenant("export", &[&key]).exits(0).prints(&public);
    place.tenant("rotate", &[&key]).exits(0);
    place.keys(["check"]).exits(0).prints("tenant: 2 versions open\n");
    place.tenant("audit", &["--verify"]).exits(0);
    assert_eq!(place.json("audit", &[])["entries"][1]["action"], "renew");
    place.keys(["rewrap", "--renew", "--namespace", "other"]).exits(FAILED);
    place.keys(["rewrap", "--namespace", "tenant"]).exits(MISUSED);
}

#[test]
fn a_store_that_is_not_there_is_not_made_by_the_way() {
    let place = Place::empty("missing");
    for args in [
        &["list"][..],
        &["check"],
        &["generate", "--namespace", "tenant", "Ed25519"],
        &["show", "--namespace", "tenant", &"0".repeat(64)],
        &["backup", "copy.db"],
    ] {
        let refused = place.keys(args).exits(FAILED);
        refused.says("the SQLite store keys.db cannot be reached").says("make it with `wasi-crypto keys init`");
        assert!(!place.path("keys.db").exists(), "{args:?}");
    }
    place.keys(["list", "--secrets", "memory:"]).exits(MISUSED).says("memory: is gone when this command ends");
    place.keys(["list", "--secrets", "mysql://db"]).exits(MISUSED).says("no stores of the kind mysql:");
    #[cfg(not(feature = "postgres"))]
    place.keys(["list", "--secrets", "postgres://db"]).exits(MISUSED).says("build it with --features cli,postgres");
    #[cfg(not(feature = "pkcs11"))]
    Place::new("token")
        .keys(["check", "--root-key", "pkcs11:object=a"])
        .exits(MISUSED)
        .says("build it with --features cli,pkcs11");
}

#[test]
fn a_store_of_a_newer_version_is_left_alone() {
    let place = Place::new("newer");
    place.generate("Ed25519");
    place.sql("PRAGMA user_version = 99");
    for args in [&["list"][..], &["generate", "--namespace", "tenant", "Ed25519"], &["backup", "copy.db"], &["init"]] {
        place
            .keys(args)
            .exits(FAILED)
            .says("was written by a newer version: its schema is 99")
            .says("update this program");
    }
}

#[test]
fn what_is_no_store_is_left_alone() {
    let place = Place::new("foreign");
    let text = "not a database, but long enough that one might be in it".repeat(30);
    place.file("keys.db", &text);
    place.keys(["list"]).exits(DAMAGED).says("keys.db is damaged, or no store of keys");
    place.keys(["init"]).exits(DAMAGED);
    assert_eq!(place.read("keys.db"), text);
}

/// A file whose format is newer for writers than SQLite knows can be read only, for whoever opens it.
#[test]
fn a_store_that_cannot_be_written_can_be_looked_at() {
    let place = Place::new("read-only");
    let key = place.generate("Ed25519");
    let public = place.tenant("export", &[&key]).exits(0).stdout();
    assert_eq!(place.keys(["backup", "copy.db"]).exits(0).0.status.code(), Some(0));
    let mut bytes = std::fs::read(place.path("keys.db")).unwrap();
    bytes[18] = 3;
    std::fs::write(place.path("keys.db"), bytes).unwrap();
    for args in [&["rotate", &key][..], &["revoke", "--version", "all", &key], &["generate", "Ed25519"]] {
        place.tenant(args[0], &args[1..]).exits(FAILED).says("can be read only");
    }
    place.tenant("list", &[]).exits(0).silent();
    place.keys(["check"]).exits(0).prints("tenant: 1 version opens\n");
    place.tenant("export", &[&key]).exits(0).prints(&public);
}

/// Whoever writes to the store could have a key made by which others can forge, where one was that only signs.
#[test]
fn a_key_is_not_rotated_into_another_algorithm_that_somebody_wrote_into_the_store() {
    let place = Place::new("other-algorithm");
    let key = place.generate("Ed25519");
    place.sql("UPDATE items SET algorithm = 'HMAC/SHA-256', kind = 2");
    place.sql("UPDATE records SET algorithm = 'HMAC/SHA-256', kind = 2");
    place.tenant("rotate", &[&key]).exits(DAMAGED).says("does not open");
    place.sql("UPDATE records SET algorithm = 'Ed25519', kind = 1");
    place.tenant("rotate", &[&key]).exits(FAILED);
    place.sql("UPDATE items SET algorithm = 'Ed25519', kind = 1");
    place.tenant("rotate", &[&key]).exits(0).prints("2\n");
}

#[test]
fn damage_is_found_and_named() {
    let place = Place::new("damaged");
    let (one, other) = (place.generate("Ed25519"), place.generate("X25519"));
    place.keys(["generate", "--namespace", "second", "Ed25519"]).exits(0);
    place.keys(["check"]).exits(0).prints("second: 1 version opens\ntenant: 2 versions open\n").silent();
    assert_eq!(place.sql(&format!("UPDATE records SET created = 1 WHERE identifier = x'{one}'")), 1);
    let check = place.keys(["check"]).exits(DAMAGED).says("one thing in the SQLite store keys.db is damaged");
    assert!(check.stdout().contains(&format!("tenant: 1 version opens\n  version 1 of {one}")), "{}", check.stdout());
    place.tenant("export", &[&one]).exits(DAMAGED).says("does not open").says("restore it from a backup");
    place.tenant("export", &[&other]).exits(0);
    place.tenant("rotate", &[&one]).exits(DAMAGED).says("does not open");
    let check = place.keys(["check", "--json"]).exits(DAMAGED).stdout();
    let check: serde_json::Value = serde_json::from_str(&check).unwrap();
    assert_eq!(
        (&check["namespaces"][0]["sound"], check["namespaces"][1]["damaged"].as_array().unwrap().len()),
        (&1.into(), 1)
    );

    place.sql("UPDATE namespaces SET wrapped_key = zeroblob(length(wrapped_key)) WHERE name = 'second'");
    let check = place.keys(["check"]).exits(DAMAGED).says("2 things in");
    assert!(check.stdout().contains("second: 0 versions open\n  the key of the namespace second does not open"));
    place.keys(["check", "--namespace", "third"]).exits(FAILED).says("has no namespace third; it has second, tenant");
}
