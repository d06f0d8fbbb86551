//! Hash functions: SYM-HASH-*, and what SYM-ABSORB and SYM-SQUEEZE say of them.

use wasi_crypto_interface::Errno::InvalidLength;

use super::{HASHES, case, oracle};
use crate::case::{Case, Kind};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (algorithm, len) in HASHES {
        cases.extend(lengths(algorithm));
        cases.extend([
            empty(algorithm),
            chunks(algorithm),
            squeeze_leaves_the_state(algorithm),
            truncated(algorithm, len),
            too_much(algorithm, len),
            large(algorithm),
            independent_states(algorithm),
        ]);
    }
    cases
}

/// Messages of every length up to a little above two blocks, and around larger powers of two.
fn lengths(algorithm: &str) -> Vec<Case> {
    let ranges = [0..64, 64..130, 130..200, 200..272].map(|range| range.collect::<Vec<u32>>());
    let large = vec![511, 512, 513, 1023, 1024, 1025, 4095, 4096, 4097, 65_535, 65_536, 65_537];
    let of = |lengths: &Vec<u32>| {
        let behaviour = format!("lengths-from-{}", lengths[0]);
        let mut c = case("hash", algorithm, &behaviour, &["SYM-HASH-001", "SYM-HASH-003", "SYM-ABSORB-001"]);
        let all = oracle::bytes("message", *lengths.iter().max().unwrap_or(&0));
        let data = c.data(&all);
        for len in lengths {
            let state = c.state_open(algorithm, None, None);
            c.absorb(state, data.slice(0, *len));
            c.squeeze_eq(state, oracle::hash(algorithm, &all[..*len as usize]));
            c.close(state);
        }
        c
    };
    ranges.iter().chain([&large]).map(of).collect()
}

fn empty(algorithm: &str) -> Case {
    let mut c = case("hash", algorithm, "no-input", &["SYM-HASH-001", "SYM-ABSORB-009", "SYM-STATE-001"]);
    let state = c.state_open(algorithm, None, None);
    c.squeeze_eq(state, oracle::hash(algorithm, b""));
    c.absorb(state, "");
    c.squeeze_eq(state, oracle::hash(algorithm, b""));
    c.absorb(state, "a");
    c.absorb(state, "");
    c.squeeze_eq(state, oracle::hash(algorithm, b"a"));
    c.close(state);
    c
}

fn chunks(algorithm: &str) -> Case {
    let mut c = case("hash", algorithm, "chunks", &["SYM-HASH-002", "SYM-HASH-006", "SYM-ABSORB-001"]);
    let message = oracle::bytes("message", 385);
    let expected = oracle::hash(algorithm, &message);
    for chunk in [1, 3, 63, 64, 65, 127, 128, 129] {
        let state = c.state_open(algorithm, None, None);
        for part in message.chunks(chunk) {
            c.absorb(state, part);
        }
        c.squeeze_eq(state, &expected);
        c.close(state);
    }
    c
}

fn squeeze_leaves_the_state(algorithm: &str) -> Case {
    let requirements = ["SYM-HASH-003", "SYM-HASH-004", "SYM-HASH-006", "SYM-STATE-002"];
    let mut c = case("hash", algorithm, "squeeze-leaves-the-state", &requirements);
    let message = oracle::bytes("message", 300);
    let state = c.state_open(algorithm, None, None);
    for (from, to) in [(0, 10), (10, 64), (64, 128), (128, 300)] {
        c.absorb(state, &message[from..to]);
        for _ in 0..2 {
            c.squeeze_eq(state, oracle::hash(algorithm, &message[..to]));
        }
    }
    c
}

fn truncated(algorithm: &str, len: u32) -> Case {
    let requirements = ["SYM-HASH-007", "SYM-SQUEEZE-011"];
    let mut c = case("hash", algorithm, "truncated", &requirements);
    let expected = oracle::hash(algorithm, b"abc");
    let state = c.state_open(algorithm, None, None);
    c.absorb(state, "abc");
    for short in [0, 1, 2, 15, 16, 17, len / 2, len - 1, len] {
        c.squeeze_eq(state, &expected[..short as usize]);
    }
    c
}

fn too_much(algorithm: &str, len: u32) -> Case {
    let requirements = ["SYM-HASH-008", "SYM-SQUEEZE-012"];
    let mut c = case("hash", algorithm, "too-much", &requirements);
    let state = c.state_open(algorithm, None, None);
    c.absorb(state, "abc");
    for long in [len + 1, 2 * len, 128, 65_536] {
        let out = c.expect(InvalidLength).squeeze(state, long);
        c.untouched(out);
    }
    c.squeeze_eq(state, oracle::hash(algorithm, b"abc"));
    c
}

/// 4 MiB in one call.
fn large(algorithm: &str) -> Case {
    const LEN: u32 = 4 << 20;
    let mut c = case("hash", algorithm, "4-mib", &["SYM-HASH-001", "SYM-ABSORB-001"]).kind(Kind::Stress);
    let data = c.scratch(LEN);
    c.fill(data, 0x5a);
    let state = c.state_open(algorithm, None, None);
    c.absorb(state, data);
    c.squeeze_eq(state, oracle::hash(algorithm, &vec![0x5a; LEN as usize]));
    c
}

fn independent_states(algorithm: &str) -> Case {
    let mut c = case("hash", algorithm, "independent-states", &["SYM-STATE-002", "SYM-HASH-006"]);
    let (left, right) = (c.state_open(algorithm, None, None), c.state_open(algorithm, None, None));
    c.absorb(left, "left");
    c.absorb(right, "right");
    c.absorb(left, " too");
    c.squeeze_eq(right, oracle::hash(algorithm, b"right"));
    c.close(right);
    c.squeeze_eq(left, oracle::hash(algorithm, b"left too"));
    c
}
