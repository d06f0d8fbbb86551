//! Keys: SYM-KEY-*.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{
    Closed, InvalidHandle, InvalidKey, KeyNotSupported, Success, UnsupportedAlgorithm, UnsupportedFeature,
};

use super::{Keyed, MACS, PASSWORD_HASHES, Sizes, case, keyed, keyless, mac_key, oracle};
use crate::args;
use crate::case::{Case, Expect, Handle, Strength};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let all = keyed();
    for keyed in &all {
        cases.extend([round_trip(keyed), sizes(keyed), wrong_sizes(keyed)].into_iter().flatten());
        cases.extend([generated_size(keyed), generated_keys_differ(keyed), empty_options(keyed), closed(keyed)]);
        for other in all.iter().filter(|other| other.name != keyed.name) {
            cases.push(of_another_algorithm(keyed, other));
        }
    }
    for algorithm in keyless().chain(PASSWORD_HASHES) {
        cases.extend([import_for_keyless(algorithm), generate_for_keyless(algorithm)]);
    }
    cases.extend(MACS.into_iter().map(|(algorithm, _)| closed_after_open(algorithm)));
    cases.push(options_of_another_type());
    cases
}

/// What goes in comes out.
fn round_trip(keyed: &Keyed) -> Option<Case> {
    let requirements = ["SYM-KEY-002", "SYM-KEY-IMPORT-003", "SYM-KEY-EXPORT-008"];
    let mut c = case("key", &keyed.name, "import-export", &requirements);
    let raw = keyed.key();
    let key = c.key_import(&keyed.name, &raw);
    for _ in 0..2 {
        let array = c.key_export(key);
        c.pull_eq(array, &raw);
    }
    c.close(key);
    Some(c)
}

/// Unusual sizes that are right.
fn sizes(keyed: &Keyed) -> Option<Case> {
    let sizes = match keyed.sizes {
        Sizes::Exactly(_) => return None,
        Sizes::AtLeast(least) => [0, 1, 17, 64, 129, 1000, 65_536].map(|more| least + more).to_vec(),
        Sizes::Between(least, most) => vec![least, least + 1, most / 2, most - 1, most],
    };
    let mut c = case("key", &keyed.name, "unusual-sizes", &["SYM-KEY-IMPORT-007", "SYM-KEY-IMPORT-003"]);
    for len in sizes {
        let raw = oracle::bytes("long key", len);
        let key = c.key_import(&keyed.name, &raw);
        let array = c.key_export(key);
        // An empty output need not be pulled.
        if raw.is_empty() {
            let len = c.array_len(array);
            c.equal(len, 0);
        } else {
            c.pull_eq(array, &raw);
        }
        let state = c.state_open(&keyed.name, Some(key), None);
        c.absorb(state, "something");
    }
    Some(c)
}

fn wrong_sizes(keyed: &Keyed) -> Option<Case> {
    let (sizes, expect) = match keyed.sizes {
        Sizes::Exactly(len) => {
            let mut sizes = vec![0, 1, len - 1, len + 1, 15, 16, 17, 24, 31, 32, 33, 2 * len, 1000];
            sizes.retain(|size| *size != len);
            (sizes, Expect::only(InvalidKey))
        }
        Sizes::AtLeast(0) => return None,
        // That an empty key is none is for a host to say.
        Sizes::Between(_, most) => (vec![most + 1, 2 * most, 1000], Expect::only(InvalidKey)),
        // RFC 5869 wants this much; the text does not speak of it.
        Sizes::AtLeast(least) => (vec![0, 1, 16, least - 1], Expect::only(InvalidKey).or_info([Success])),
    };
    let mut c = case("key", &keyed.name, "wrong-sizes", &["SYM-KEY-IMPORT-005"]);
    for size in sizes {
        let slot = c.expect(expect).key_import(&keyed.name, oracle::bytes("key", size));
        if expect == Expect::only(InvalidKey) {
            c.untouched(slot);
        }
    }
    Some(c)
}

/// C12: hashes take no key, yet an example imports one.
fn import_for_keyless(algorithm: &str) -> Case {
    let mut c = case("key", algorithm, "import-without-use", &["SYM-KEY-IMPORT-006"]);
    let expect = Expect::only(KeyNotSupported).or_info([Success, UnsupportedFeature, UnsupportedAlgorithm]);
    for raw in [vec![], oracle::bytes("key", 32)] {
        c.expect(expect).key_import(algorithm, raw);
    }
    c
}

fn generate_for_keyless(algorithm: &str) -> Case {
    let mut c = case("key", algorithm, "generate-without-use", &["SYM-KEY-GEN-013"]);
    let expect = Expect::only(KeyNotSupported).or_info([UnsupportedFeature, UnsupportedAlgorithm]);
    let slot = c.expect(expect).key_generate(algorithm);
    c.untouched(slot);
    c
}

fn generated_size(keyed: &Keyed) -> Case {
    let must = matches!(keyed.sizes, Sizes::Exactly(_));
    let recommended = ["HKDF-EXTRACT/SHA-256", "HKDF-EXTRACT/SHA-512", "HMAC/SHA-256", "HMAC/SHA-512"];
    let strength = match keyed.name.as_str() {
        _ if must => Strength::Must,
        name if recommended.contains(&name) => Strength::Should,
        _ => Strength::May,
    };
    let mut c = case("key", &keyed.name, "generated-size", &["SYM-KEY-GEN-010"]).strength(strength);
    let key = c.key_generate(&keyed.name);
    let array = c.key_export(key);
    let len = c.array_len(array);
    c.equal(len, keyed.generated_len);
    c
}

fn generated_keys_differ(keyed: &Keyed) -> Case {
    let mut c = case("key", &keyed.name, "generated-keys-differ", &["SYM-KEY-GEN-011"]);
    let raw = [(); 3].map(|()| {
        let key = c.key_generate(&keyed.name);
        let options = keyed.options(&mut c);
        c.state_open(&keyed.name, Some(key), options);
        let array = c.key_export(key);
        // At least this long, whatever the host generates.
        c.pull(array, 16).0
    });
    c.differ(raw[0], raw[1]);
    c.differ(raw[1], raw[2]);
    c.differ(raw[0], raw[2]);
    c
}

fn empty_options(keyed: &Keyed) -> Case {
    let mut c = case("key", &keyed.name, "generate-with-empty-options", &["SYM-KEY-GEN-015", "SYM-KEY-GEN-011"]);
    let options = c.options_open(AlgorithmType::Symmetric);
    let key = c.open("symmetric_key_generate", args![keyed.name.as_str(), Some(options)]);
    c.close(options);
    let options = keyed.options(&mut c);
    c.state_open(&keyed.name, Some(key), options);
    c
}

fn options_of_another_type() -> Case {
    let requirements = ["SYM-KEY-GEN-015", "OPT-TYPE-004"];
    let mut c = Case::new("symmetric/key/generate-with-options-of-another-type", &requirements);
    c = c.algorithm("HMAC/SHA-256");
    for ty in [AlgorithmType::Signatures, AlgorithmType::KeyExchange] {
        let options = c.options_open(ty);
        c.expect(Expect::only(InvalidHandle).or_info_any_error());
        c.open("symmetric_key_generate", args!["HMAC/SHA-256", Some(options)]);
    }
    c
}

fn closed(keyed: &Keyed) -> Case {
    let mut c = case("key", &keyed.name, "closed", &["SYM-KEY-CLOSE-016", "HANDLE-CLOSED-006"]);
    let key = c.key_import(&keyed.name, keyed.key());
    let options = keyed.options(&mut c);
    c.close(key);
    c.expect(InvalidHandle).state_open(&keyed.name, Some(key), options);
    c.expect(InvalidHandle).key_export(key);
    // C4
    c.expect(Expect::only(Closed).or_info([InvalidHandle])).close(key);
    c
}

/// The state keeps what it needs.
fn closed_after_open(algorithm: &str) -> Case {
    let requirements = ["SYM-KEY-CLOSE-017", "HANDLE-SAFECLOSE-007"];
    let mut c = case("key", algorithm, "closed-after-open", &requirements);
    let raw = mac_key(algorithm);
    let key = c.key_import(algorithm, &raw);
    let state = c.state_open(algorithm, Some(key), None);
    c.close(key);
    // Others take the place of the key.
    let others: Vec<Handle> = (0..4u8).map(|i| c.key_import(algorithm, vec![i; raw.len()])).collect();
    c.absorb(state, "abc");
    c.squeeze_tag_eq(state, oracle::mac(algorithm, &raw, b"abc"));
    for other in others {
        c.close(other);
    }
    c.squeeze_tag_eq(state, oracle::mac(algorithm, &raw, b"abc"));
    c
}

fn of_another_algorithm(keyed: &Keyed, other: &Keyed) -> Case {
    let id = format!("symmetric/key-of-another-algorithm/{}/in/{}", other.name, keyed.name);
    let mut c = Case::new(id, &["SYM-KEY-001", "SYM-STATE-OPEN-008"]).algorithm(&keyed.name).algorithm(&other.name);
    let key = c.key_import(&other.name, other.key());
    let options = keyed.options(&mut c);
    let slot = c.expect(InvalidKey).state_open(&keyed.name, Some(key), options);
    c.untouched(slot);
    let options = other.options(&mut c);
    c.state_open(&other.name, Some(key), options);
    c
}
