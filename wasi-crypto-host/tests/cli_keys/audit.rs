//! The audit trail.

use serde_json::json;

use crate::place::{DAMAGED, FAILED, MISUSED, Place};

fn actions(place: &Place, args: &[&str]) -> Vec<String> {
    let audit = place.json("audit", args);
    let entries = audit["entries"].as_array().unwrap();
    entries
        .iter()
        .map(|entry| format!("{} {} {}", entry["who"], entry["action"], entry["result"]).replace('"', ""))
        .collect()
}

#[test]
fn what_changed_and_what_left_is_in_the_trail() {
    let place = Place::new("audit");
    let key = place.generate("Ed25519");
    place.tenant("rotate", &[&key, "--who", "alice"]).exits(0);
    place.tenant("export", &[&key]).exits(0);
    place.tenant("export", &["--secret", &key]).exits(0);
    place.tenant("expire", &["--version", "1", "--at", "1d", &key]).exits(0);
    place.tenant("rotate", &[&key, "--audit", "off"]).exits(0);
    place.tenant("revoke", &["--version", "all", &key, "--who", "alice"]).exits(0);
    let expected = [
        "operator create success",
        "alice replace success",
        "operator export success",
        "operator expire success",
        "alice revoke success",
    ];
    assert_eq!(actions(&place, &[]), expected);
    let first = &place.json("audit", &[])["entries"][0];
    assert_eq!((&first["number"], &first["identifier"], &first["version"]), (&json!(1), &json!(key), &json!(1)));
    let table = place.tenant("audit", &[]).exits(0).stdout();
    assert_eq!(table.lines().count(), 6);
    assert!(table.lines().nth(1).unwrap().contains(&format!("operator  create   {key}  1")), "{table}");

    place.tenant("export", &[&key, "--audit", "everything"]).exits(FAILED);
    assert_eq!(actions(&place, &[]).last().unwrap(), "operator load not_found");
}

#[test]
fn a_trail_goes_on_where_it_ended() {
    let place = Place::new("audit-since");
    let key = place.generate("Ed25519");
    let end = place.tenant("audit", &["--verify"]).exits(0).stdout();
    let end = end.trim_end();
    assert!(end.starts_with("1:") && end.len() == 2 + 64, "{end}");
    place.tenant("rotate", &[&key]).exits(0);
    assert_eq!(actions(&place, &["--since", end]), ["operator replace success"]);
    let after = place.json("audit", &["--verify", "--since", end]);
    assert_eq!((&after["count"], &after["entries"]), (&json!(2), &json!(null)));
    place.tenant("audit", &["--verify", "--since", "1"]).exits(MISUSED).says("write what --verify printed");

    // Cut off behind what was seen: noticed by who kept where it ended.
    let end = after["end"].as_str().unwrap();
    assert_eq!(place.sql("DELETE FROM trail WHERE number = 2"), 1);
    place.tenant("audit", &["--verify"]).exits(0);
    place.tenant("audit", &["--verify", "--since", end]).exits(DAMAGED).says("entry 2 is wrong or missing");
}

#[test]
fn a_row_that_was_changed_or_taken_out_is_found() {
    for (change, entry) in [
        ("UPDATE trail SET body = (SELECT body FROM trail WHERE number = 1) WHERE number = 2", 2),
        ("UPDATE trail SET tag = zeroblob(32) WHERE number = 2", 2),
        ("DELETE FROM trail WHERE number = 1", 1),
        ("UPDATE trail SET namespace = 'other' WHERE number = 2", 2),
    ] {
        let place = Place::new("audit-changed");
        let key = place.generate("Ed25519");
        place.tenant("rotate", &[&key]).exits(0);
        place.tenant("rotate", &[&key]).exits(0);
        place.tenant("audit", &["--verify"]).exits(0).silent();
        assert_eq!(place.sql(change), 1, "{change}");
        let sentence =
            format!("the audit trail of the namespace tenant was changed: entry {entry} is wrong or missing");
        place.tenant("audit", &["--verify"]).exits(DAMAGED).prints("").says(&sentence);
        // What is sound before it is shown.
        let shown = place.tenant("audit", &[]).exits(DAMAGED).says(&sentence).stdout();
        assert_eq!(shown.lines().count(), entry, "{shown}");
    }
}
