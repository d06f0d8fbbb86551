//! Secret keys (requirements SK-*).

use wasi_crypto_interface::Errno::{Closed, InvalidHandle};

use crate::calls::{Encoding, KeyKind};
use crate::case::{Case, Expect};
use crate::test_keys::{self, TestKey};

pub(super) fn cases() -> Vec<Case> {
    test_keys::all().iter().flat_map(|key| [round_trip(key), close(key), assembled_pair_gives_it_back(key)]).collect()
}

fn round_trip(key: &'static TestKey) -> Case {
    let mut c = key.case("secret-keys", "round-trip", &["SK-IMPORT-001", "SK-EXPORT-006", "SK-REUSE-005"]);
    let secret = key.import(&mut c, KeyKind::Secretkey);
    let usual = key.usual(KeyKind::Secretkey);
    for _ in 0..2 {
        match key.form(KeyKind::Secretkey, Encoding::Raw) {
            Some(raw) => c.export_eq(secret, Encoding::Raw, raw),
            None => {
                let exported = c.export_bytes(secret, usual, 8192);
                let again = c.import(KeyKind::Secretkey, key.ty, key.algorithm, exported, usual);
                let public = c.publickey_of(again);
                key.is_public_key(&mut c, public);
            }
        }
    }
    c
}

fn close(key: &'static TestKey) -> Case {
    let mut c = key.case("secret-keys", "close", &["SK-CLOSE-008", "ERR-CLOSED-015", "HANDLE-CLOSED-006"]);
    let secret = key.import(&mut c, KeyKind::Secretkey);
    let public = c.publickey_of(secret);
    c.close(secret);
    c.expect(InvalidHandle).export(secret, key.usual(KeyKind::Secretkey));
    c.expect(InvalidHandle).publickey_of(secret);
    c.expect(InvalidHandle).keypair_from_halves(public, secret);
    // C4
    c.expect(Expect::only(Closed).or_info([InvalidHandle])).close(secret);
    key.is_public_key(&mut c, public);
    c
}

/// Out of a pair, into a pair, out again: the same secret.
fn assembled_pair_gives_it_back(key: &'static TestKey) -> Case {
    let mut c = key.case("secret-keys", "through-a-pair", &["KP-SEC-016", "KP-FROM-005", "SK-EXPORT-006"]);
    let secret = key.import(&mut c, KeyKind::Secretkey);
    let public = c.publickey_of(secret);
    let pair = c.keypair_from_halves(public, secret);
    let again = c.keypair_secretkey(pair);
    match key.form(KeyKind::Secretkey, Encoding::Raw) {
        Some(raw) => c.export_eq(again, Encoding::Raw, raw),
        None => {
            c.export(again, key.usual(KeyKind::Secretkey));
        }
    }
    let public = c.publickey_of(again);
    key.is_public_key(&mut c, public);
    c
}
