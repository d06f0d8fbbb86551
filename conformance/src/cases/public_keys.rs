//! Public keys (requirements PK-*).

use wasi_crypto_interface::Errno::{Closed, InvalidHandle, InvalidKey, NotImplemented, Success};

use crate::calls::{Encoding, KeyKind};
use crate::case::{Case, Expect, Kind};
use crate::hex;
use crate::test_keys::{self, Family, TestKey};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for key in test_keys::all() {
        cases.extend([verify(key), from_secret_key(key), round_trip(key), close(key)]);
        match key.family {
            Family::Ed25519 => cases.extend(unsound(key, ED25519)),
            Family::X25519 => cases.extend(unsound(key, X25519)),
            _ => {}
        }
    }
    cases.push(top_bit_of_x25519());
    cases
}

/// The check of a good key succeeds, or the host has none.
fn verify(key: &'static TestKey) -> Case {
    let mut c = key.case("public-keys", "verify", &["PK-VERIFY-006", "PK-VERIFY-007"]);
    let good = Expect::only(Success).or_info([NotImplemented]);
    let (public, other) = (key.import(&mut c, KeyKind::Publickey), key.import_other(&mut c));
    c.expect(good).publickey_verify(public);
    c.expect(good).publickey_verify(other);
    let secret = key.import(&mut c, KeyKind::Secretkey);
    let public = c.publickey_of(secret);
    c.expect(good).publickey_verify(public);
    c
}

fn from_secret_key(key: &'static TestKey) -> Case {
    let ids = ["PK-FROMSK-009", "ENC-SK-012", "ENC-SK-013", "SK-REUSE-005"];
    let mut c = key.case("public-keys", "from-secret-key", &ids);
    let secret = key.import(&mut c, KeyKind::Secretkey);
    for _ in 0..2 {
        let public = c.publickey_of(secret);
        key.is_public_key(&mut c, public);
    }
    c
}

fn round_trip(key: &'static TestKey) -> Case {
    let mut c = key.case("public-keys", "round-trip", &["PK-IMPORT-001", "PK-EXPORT-011", "HANDLE-REUSE-004"]);
    let public = key.import(&mut c, KeyKind::Publickey);
    key.is_public_key(&mut c, public);
    key.is_public_key(&mut c, public);
    c
}

fn close(key: &'static TestKey) -> Case {
    let mut c = key.case("public-keys", "close", &["PK-CLOSE-012", "ERR-CLOSED-015", "HANDLE-CLOSED-006"]);
    let public = key.import(&mut c, KeyKind::Publickey);
    c.close(public);
    c.expect(InvalidHandle).export(public, key.usual(KeyKind::Publickey));
    c.expect(InvalidHandle).publickey_verify(public);
    // C4
    c.expect(Expect::only(Closed).or_info([InvalidHandle])).close(public);
    c
}

type Points = &'static [(&'static str, &'static str)];

/// Points of small order, and encodings that are not the only one of their point (RFC 8032 section 5.1.3).
const ED25519: Points = &[
    ("small-order/identity", "0100000000000000000000000000000000000000000000000000000000000000"),
    ("small-order/2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("small-order/4", "0000000000000000000000000000000000000000000000000000000000000000"),
    ("small-order/4-negative", "0000000000000000000000000000000000000000000000000000000000000080"),
    ("small-order/8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    ("small-order/8-negative", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
    ("small-order/8-other", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    ("small-order/8-other-negative", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
    ("non-canonical/negative-identity", "0100000000000000000000000000000000000000000000000000000000000080"),
    ("non-canonical/p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("non-canonical/p-plus-1", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("non-canonical/p-plus-3", "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("non-canonical/2^255-1", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("no-point/2", "0200000000000000000000000000000000000000000000000000000000000000"),
];

/// Points of small order, in every encoding of 255 bits (RFC 7748 section 7).
const X25519: Points = &[
    ("small-order/0", "0000000000000000000000000000000000000000000000000000000000000000"),
    ("small-order/1", "0100000000000000000000000000000000000000000000000000000000000000"),
    ("small-order/8", "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    ("small-order/8-other", "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    ("small-order/p-minus-1", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("small-order/p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ("small-order/p-plus-1", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
];

/// A key that is not sound is found out at import or by the check.
fn unsound(key: &'static TestKey, points: Points) -> Vec<Case> {
    let case = |(name, point): &(&str, &str)| {
        let ids = ["PK-VERIFY-008", "PK-SAFE-005", "PK-VERIFY-007"];
        let mut c = key.case("public-keys", &format!("unsound/{name}"), &ids).kind(Kind::Robustness);
        let import = |c: &mut Case, expect: Expect| {
            c.expect(expect).import(KeyKind::Publickey, key.ty, key.algorithm, hex::decode(point), Encoding::Raw)
        };
        let at_once = |c: &mut Case| {
            import(c, Expect::only(InvalidKey));
        };
        let later = |c: &mut Case| {
            let public = import(c, Expect::only(Success));
            c.expect(Expect::only(InvalidKey).or_info([NotImplemented])).publickey_verify(public);
        };
        // RFC 8032 section 5.1.3 does not decode what is not canonical.
        if name.starts_with("no-point") || name.starts_with("non-canonical") {
            c.alternative("import refuses it", at_once);
            c.alternative("the check refuses it", later);
        } else {
            c.alternative("the check refuses it", later);
            c.alternative("import refuses it", at_once);
        }
        c
    };
    points.iter().map(case).collect()
}

/// The text wants the top bit cleared; RFC 7748 masks it on import. It never comes out.
fn top_bit_of_x25519() -> Case {
    let key = test_keys::of("X25519");
    let mut c = key.case("public-keys", "top-bit-is-masked-or-refused", &["ENC-PK-020"]);
    let public = key.usual_form(KeyKind::Publickey);
    let mut marked = public.to_vec();
    marked[31] |= 0x80;
    c.alternative("masked", |c| {
        let marked = c.import(KeyKind::Publickey, key.ty, key.algorithm, &marked, Encoding::Raw);
        c.export_eq(marked, Encoding::Raw, public);
    });
    c.alternative("refused", |c| {
        let expect = Expect::only(InvalidKey);
        c.expect(expect).import(KeyKind::Publickey, key.ty, key.algorithm, &marked, Encoding::Raw);
    });
    c
}
