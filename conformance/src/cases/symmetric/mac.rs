//! HMAC, CMAC and KMAC: SYM-MAC-*, and what SYM-ABSORB and SYM-STAG say of it.

use wasi_crypto_interface::AlgorithmType;

use super::{MACS, case, is_customized, mac_key, oracle};
use crate::case::{Case, Handle, Kind};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (algorithm, len) in MACS {
        cases.extend([
            lengths(algorithm),
            chunks(algorithm),
            squeeze_leaves_the_state(algorithm),
            nothing_absorbed(algorithm),
            one_key_for_many_states(algorithm),
            max_tag_len(algorithm, len),
            large(algorithm),
        ]);
        cases.extend((!algorithm.ends_with("-CMAC")).then(|| key_lengths(algorithm)));
        cases.extend(is_customized(algorithm).then(|| customized(algorithm)));
    }
    cases
}

fn lengths(algorithm: &str) -> Case {
    let mut c = case("mac", algorithm, "lengths", &["SYM-MAC-001", "SYM-MAC-002", "SYM-ABSORB-002", "SYM-STAG-018"]);
    let (key, all) = (mac_key(algorithm), oracle::bytes("message", 65_537));
    let data = c.data(&all);
    let handle = c.key_import(algorithm, &key);
    for len in [0, 1, 15, 16, 17, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 1024, 65_535, 65_536, 65_537] {
        let state = c.state_open(algorithm, Some(handle), None);
        c.absorb(state, data.slice(0, len));
        c.squeeze_tag_eq(state, oracle::mac(algorithm, &key, &all[..len as usize]));
        c.close(state);
    }
    c
}

/// Shorter and longer than a block, and none at all.
fn key_lengths(algorithm: &str) -> Case {
    let requirements = ["SYM-KEY-IMPORT-007", "SYM-STAG-018", "SYM-MAC-001"];
    let mut c = case("mac", algorithm, "key-lengths", &requirements);
    for len in [0, 1, 16, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000, 65_536] {
        let key = oracle::bytes("key", len);
        let state = open(&mut c, algorithm, &key);
        c.absorb(state, "message");
        c.squeeze_tag_eq(state, oracle::mac(algorithm, &key, b"message"));
    }
    c
}

/// Customizations of many lengths are part of the function; what is set later is not.
fn customized(algorithm: &str) -> Case {
    let requirements = ["SYM-MAC-001", "OPT-SNAPSHOT-008", "SYM-STATE-OPEN-003"];
    let mut c = case("mac", algorithm, "customized", &requirements);
    let raw = mac_key(algorithm);
    let key = c.key_import(algorithm, &raw);
    let options = c.options_open(AlgorithmType::Symmetric);
    for len in [0, 1, 21, 31, 32, 100, 131, 132, 133, 163, 164, 165, 1000] {
        let context = oracle::bytes("context", len);
        c.options_set(options, "context", &context);
        let state = c.state_open(algorithm, Some(key), Some(options));
        c.options_set(options, "context", "another");
        c.absorb(state, "abc");
        c.squeeze_tag_eq(state, oracle::kmac(algorithm, &raw, &context, b"abc"));
        c.close(state);
    }
    c
}

fn chunks(algorithm: &str) -> Case {
    let mut c = case("mac", algorithm, "chunks", &["SYM-ABSORB-002", "SYM-ABSORB-009", "SYM-MAC-002"]);
    let (key, message) = (mac_key(algorithm), oracle::bytes("message", 385));
    let expected = oracle::mac(algorithm, &key, &message);
    for chunk in [1, 3, 63, 64, 65, 127, 128, 129] {
        let state = open(&mut c, algorithm, &key);
        for part in message.chunks(chunk) {
            c.absorb(state, part);
            c.absorb(state, "");
        }
        c.squeeze_tag_eq(state, &expected);
        c.close(state);
    }
    c
}

fn squeeze_leaves_the_state(algorithm: &str) -> Case {
    let requirements = ["SYM-MAC-002", "SYM-MAC-003", "SYM-STATE-002", "SYM-TAG-001"];
    let mut c = case("mac", algorithm, "squeeze-leaves-the-state", &requirements);
    let (key, message) = (mac_key(algorithm), oracle::bytes("message", 300));
    let state = open(&mut c, algorithm, &key);
    for (from, to) in [(0, 10), (10, 64), (64, 128), (128, 300)] {
        c.absorb(state, &message[from..to]);
        for _ in 0..2 {
            c.squeeze_tag_eq(state, oracle::mac(algorithm, &key, &message[..to]));
        }
    }
    c
}

fn nothing_absorbed(algorithm: &str) -> Case {
    let mut c = case("mac", algorithm, "no-input", &["SYM-MAC-002", "SYM-STAG-018"]);
    let key = mac_key(algorithm);
    let state = open(&mut c, algorithm, &key);
    c.squeeze_tag_eq(state, oracle::mac(algorithm, &key, b""));
    c
}

fn one_key_for_many_states(algorithm: &str) -> Case {
    let mut c = case("mac", algorithm, "one-key-for-many-states", &["SYM-STATE-002", "SYM-KEY-001"]);
    let key = mac_key(algorithm);
    let handle = c.key_import(algorithm, &key);
    let (left, right) = (c.state_open(algorithm, Some(handle), None), c.state_open(algorithm, Some(handle), None));
    c.absorb(left, "left");
    c.absorb(right, "right");
    c.squeeze_tag_eq(right, oracle::mac(algorithm, &key, b"right"));
    c.close(right);
    c.squeeze_tag_eq(left, oracle::mac(algorithm, &key, b"left"));
    c
}

/// The text says of a MAC neither that it has this nor that it has not.
fn max_tag_len(algorithm: &str, len: u32) -> Case {
    let mut c = case("mac", algorithm, "max-tag-len", &["SYM-MAXTAG-001", "SYM-MAXTAG-002"]);
    let state = open(&mut c, algorithm, &mac_key(algorithm));
    c.alternative("the length of a tag", |c| {
        for _ in 0..2 {
            let max = c.max_tag_len(state);
            c.equal(max, len);
            c.absorb(state, "more");
        }
    });
    c.alternative("not defined", |c| {
        c.expect(super::not_defined()).max_tag_len(state);
    });
    c
}

fn large(algorithm: &str) -> Case {
    const LEN: u32 = 4 << 20;
    let mut c = case("mac", algorithm, "4-mib", &["SYM-ABSORB-002"]).kind(Kind::Stress);
    let key = mac_key(algorithm);
    let data = c.scratch(LEN);
    c.fill(data, 0x5a);
    let state = open(&mut c, algorithm, &key);
    c.absorb(state, data);
    c.squeeze_tag_eq(state, oracle::mac(algorithm, &key, &vec![0x5a; LEN as usize]));
    c
}

fn open(c: &mut Case, algorithm: &str, key: &[u8]) -> Handle {
    let key = c.key_import(algorithm, key);
    c.state_open(algorithm, Some(key), None)
}
