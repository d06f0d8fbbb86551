//! The life of a key: made, looked at, rotated, revoked, expired.

use serde_json::json;

use crate::place::{FAILED, MISUSED, Place};

#[test]
fn a_store_and_a_root_key_are_made_once() {
    let place = Place::empty("init");
    let made = place.keys(["init"]).exits(0).says("the root key is in the folder of the store");
    let id = made.stdout()["the root key ".len()..][..16].to_owned();
    assert_eq!(made.stdout(), format!("the root key {id} was made\nthe store keys.db was made\n"));
    assert_eq!(place.read("root.key").trim_end().len(), 44);

    let root_key = place.read("root.key");
    place.keys(["init"]).exits(0).prints(&format!("the root key {id} is there\nthe store keys.db is there\n"));
    assert_eq!(place.read("root.key"), root_key);
    let again = place.keys(["init", "--json"]).exits(0).stdout();
    let again: serde_json::Value = serde_json::from_str(&again).unwrap();
    assert_eq!(again, json!({ "schema": 1, "store": { "made": false }, "root_key": { "made": false, "id": id } }));
}

#[test]
fn a_root_key_comes_from_a_file_a_variable_or_a_command() {
    let place = Place::new("root-keys");
    let key = place.generate("Ed25519");
    let public = place.tenant("export", &[&key]).exits(0).stdout();
    let mut command = place.command("wasi-crypto");
    command.args(["keys", "export", "--namespace", "tenant", "--root-key", "env:SOME_KEY", &key]);
    let by_variable = command.env("SOME_KEY", place.read("root.key")).output().unwrap();
    assert_eq!(String::from_utf8(by_variable.stdout).unwrap(), public);
    place.tenant("export", &["--root-key", "command:cat root.key", &key]).exits(0).prints(&public);
    place
        .tenant("export", &["--root-key", "env:NOBODY_SETS_THIS", &key])
        .exits(FAILED)
        .says("NOBODY_SETS_THIS is not set");
    place
        .tenant("export", &["--root-key", "command:false", &key])
        .exits(FAILED)
        .says("the root key command false failed");
}

#[test]
fn no_new_root_key_is_made_for_a_store_that_needs_another() {
    let place = Place::new("init-again");
    place.generate("Ed25519");
    std::fs::rename(place.path("root.key"), place.path("kept.key")).unwrap();
    place
        .keys(["init"])
        .exits(FAILED)
        .says("there is no root key file root.key, and none was made: the namespace tenant needs the root key ");
    assert!(!place.path("root.key").exists());
    place.keys(["init", "--root-key", "file:kept.key"]).exits(0);
}

#[test]
fn a_key_is_made_listed_and_shown() {
    let place = Place::new("generate");
    let made = place.tenant("generate", &["ed25519"]).exits(0).says("the namespace tenant is new");
    let pair = made.stdout().trim_end().to_owned();
    assert_eq!(pair.len(), 64);
    let aes = place.json("generate", &["AES-256-GCM", "--expires", "2100-01-01"]);
    let created = aes["created"].as_u64().unwrap();
    assert_eq!(aes["expires"], 4_102_444_800_u64);
    assert_eq!((&aes["algorithm"], &aes["kind"]), (&json!("AES-256-GCM"), &json!("symmetric key")));
    assert_eq!((&aes["version"], &aes["imported"]), (&json!(1), &json!(false)));

    let list = place.json("list", &[]);
    let find = |id: &str| list["keys"].as_array().unwrap().iter().find(|key| key["identifier"] == id).unwrap().clone();
    let expected = json!({
        "identifier": pair, "kind": "key pair", "algorithm": "Ed25519",
        "latest": 1, "versions": 1, "state": "active", "expires": null,
    });
    assert_eq!(find(&pair), expected);
    let aes = aes["identifier"].as_str().unwrap();
    assert_eq!(find(aes)["expires"], 4_102_444_800_u64);
    let table = place.tenant("list", &[]).exits(0).silent().stdout();
    let row = table.lines().find(|row| row.starts_with(aes)).unwrap();
    let row: Vec<&str> = row.split_whitespace().skip(1).collect();
    assert_eq!(row, ["symmetric", "key", "AES-256-GCM", "1", "1", "active", "2100-01-01T00:00:00Z"]);

    let shown = place.json("show", &[aes]);
    let expected = json!({
        "identifier": aes, "version": 1, "kind": "symmetric key", "algorithm": "AES-256-GCM", "imported": false,
        "created": created, "expires": 4_102_444_800_u64, "state": "active", "keep_until": 4_102_444_800_u64 + 30 * 86_400,
    });
    assert_eq!(shown["versions"], json!([expected]));

    let namespaces = place.keys(["list"]).exits(0).silent().stdout();
    let row: Vec<&str> = namespaces.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!((row[0], &row[2..4]), ("tenant", &["2", "0"][..]));
}

#[test]
fn what_cannot_be_made_is_told() {
    let place = Place::new("generate-wrong");
    place
        .tenant("generate", &["ROT13"])
        .exits(FAILED)
        .says("no algorithm ROT13 for such keys; `wasi-crypto algorithms`");
    place.tenant("generate", &["SHA-256"]).exits(FAILED).says("SHA-256 takes no key");
    place.tenant("generate", &["Ed25519", "--expires", "soon"]).exits(MISUSED).says("a time from now such as 90d");
    place.keys(["list", "--namespace", "tenant"]).exits(FAILED).says("has no namespace tenant; it has none yet");
}

#[test]
fn a_rotated_key_has_another_public_half_under_the_same_identifier() {
    let place = Place::new("rotate");
    let key = place.generate("Ed25519");
    let first = place.tenant("export", &[&key]).exits(0).stdout();
    place.tenant("rotate", &[&key]).exits(0).prints("2\n").silent();
    let second = place.tenant("export", &[&key]).exits(0).stdout();
    assert_ne!(first, second);
    place.tenant("export", &["--version", "1", &key]).exits(0).prints(&first);
    assert_eq!(place.json("rotate", &[&key])["version"], 3);
    assert_eq!(place.json("list", &[])["keys"][0]["versions"], 3);
    place.tenant("rotate", &[&"0".repeat(64)]).exits(FAILED).says("there is no such key or secret in this namespace");
}

#[test]
fn what_is_revoked_is_gone_and_the_one_before_is_the_latest() {
    let place = Place::new("revoke");
    let key = place.generate("Ed25519");
    let first = place.tenant("export", &[&key]).exits(0).stdout();
    place.tenant("rotate", &[&key]).exits(0);
    place.tenant("revoke", &[&key]).exits(MISUSED).says("--version");
    place.tenant("revoke", &["--version", "latest", &key]).exits(0).prints("revoked: version 2\n");
    place.tenant("export", &[&key]).exits(0).prints(&first);
    place.tenant("export", &["--version", "2", &key]).exits(FAILED).says("or it was revoked");
    assert_eq!(place.json("revoke", &["--version", "all", &key])["versions"], json!([1]));
    place.tenant("export", &[&key]).exits(FAILED).says("or it was revoked");
    place.tenant("revoke", &["--version", "all", &key]).exits(FAILED);
    let line = &place.json("list", &[])["keys"][0];
    assert_eq!((&line["state"], &line["latest"], &line["versions"]), (&json!("revoked"), &json!(null), &json!(0)));
    // Version numbers are not given again. What the store says in the clear is nobody's word.
    place.tenant("rotate", &[&key]).exits(FAILED).says("no version of").says("name that by --algorithm");
    place.tenant("rotate", &[&key, "--algorithm", "X25519"]).exits(FAILED).says("must be of the algorithm of the key");
    place.tenant("rotate", &[&key, "--algorithm", "Ed25519"]).exits(0).prints("3\n");
    place.tenant("rotate", &[&key]).exits(0).prints("4\n");
}

#[test]
fn an_expired_key_is_not_used_until_it_is_given_another_end() {
    let place = Place::new("expire");
    let key = place.generate("Ed25519");
    let public = place.tenant("export", &[&key]).exits(0).stdout();
    let now = place.tenant("expire", &["--version", "all", "--at", "now", &key]).exits(0);
    assert!(now.stdout().starts_with("expires 20") && now.stdout().ends_with("Z: version 1\n"), "{}", now.stdout());
    place.tenant("export", &[&key]).exits(FAILED).says("has expired");
    assert_eq!(place.json("list", &[])["keys"][0]["state"], "expired");
    assert_eq!(place.json("expire", &["--version", "1", "--at", "2100-01-01", &key])["versions"], json!([1]));
    assert_eq!(place.json("show", &[&key])["versions"][0]["expires"], 4_102_444_800_u64);
    place.tenant("expire", &["--version", "1", "--at", "never", &key]).exits(0).prints("expires never: version 1\n");
    place.tenant("export", &[&key]).exits(0).prints(&public);
}

#[test]
fn a_policy_holds_for_the_operator_who_names_it() {
    let place = Place::new("policy");
    place.file("policy.toml", "algorithms = [\"Ed25519\"]\nlifetime = \"1 day\"\nrevoke = false\n[limits]\nkeys = 1\n");
    let policy = ["--policy", "policy.toml"];
    place.tenant("generate", &["AES-256-GCM", policy[0], policy[1]]).exits(FAILED).says("forbids this algorithm");
    let made = place.json("generate", &["Ed25519", policy[0], policy[1]]);
    assert_eq!(made["expires"].as_u64().unwrap() - made["created"].as_u64().unwrap(), 86_400);
    place
        .tenant("generate", &["Ed25519", policy[0], policy[1]])
        .exits(FAILED)
        .says("as many keys as its policy allows");
    let key = made["identifier"].as_str().unwrap();
    place
        .tenant("revoke", &["--version", "1", key, policy[0], policy[1]])
        .exits(FAILED)
        .says("that a version is revoked");
    place.tenant("export", &["--secret", key, policy[0], policy[1]]).exits(FAILED).says("that a key is exported");
    place.file("policy.toml", "export = \"sometimes\"");
    let wrong = place.tenant("generate", &["Ed25519", policy[0], policy[1]]).exits(FAILED);
    wrong.says("the policy policy.toml: ").says("line 1");
}

/// Longer than what is read at once.
#[test]
fn a_key_with_many_versions_is_one_line_of_the_list() {
    let place = Place::new("many");
    let (key, other) = (place.generate("AES-256-GCM"), place.generate("AES-128-GCM"));
    place.sql(&format!(
        "WITH RECURSIVE n(version) AS (SELECT 2 UNION ALL SELECT version + 1 FROM n WHERE version < 300)
         INSERT INTO records SELECT namespace, identifier, n.version, kind, algorithm, imported, created, expires, state, keep_until, sealed, sealed_by
         FROM records, n WHERE identifier = x'{key}'"
    ));
    let list = place.json("list", &[]);
    let mut versions: Vec<(&str, u64)> = list["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["identifier"].as_str().unwrap(), line["versions"].as_u64().unwrap()))
        .collect();
    versions.sort_by_key(|(_, versions)| *versions);
    assert_eq!(versions, [(other.as_str(), 1), (key.as_str(), 300)]);
    assert_eq!(place.json("show", &[&key])["versions"].as_array().unwrap().len(), 300);
}
