//! BLAKE3, with a key and without, against the suite's own: SYM-XOF-*, SYM-HASH-* of what is a hash, too. That squeezes go on is in `optional.rs`.

use wasi_crypto_interface::Errno::InvalidKey;

use super::{BLAKE3, case, oracle};
use crate::case::{Case, Handle, Kind};
use crate::oracle::blake3;

pub(super) fn cases() -> Vec<Case> {
    let of = |key: Option<&'static [u8]>| {
        [lengths(key), chunks(key), independent_states(key), clones(key), clones_of_an_output(key), large(key)]
    };
    [None, Some(&KEY[..])].into_iter().flat_map(of).chain([keys_matter(), key_of_another_size()]).collect()
}

const KEY: [u8; 32] = *b"a key of thirty-two bytes, no 33";

fn xof(key: Option<&[u8]>, behaviour: &str, requirements: &[&str]) -> Case {
    let with = if key.is_some() { "keyed" } else { "unkeyed" };
    case("xof", BLAKE3, &format!("{with}/{behaviour}"), requirements)
}

fn open(c: &mut Case, key: Option<&[u8]>) -> Handle {
    let key = key.map(|key| c.key_import(BLAKE3, key));
    c.state_open(BLAKE3, key, None)
}

/// Around blocks of 64 bytes, chunks of 1024 and full trees.
fn lengths(key: Option<&[u8]>) -> Case {
    let mut c = xof(key, "lengths", &["SYM-XOF-001", "SYM-HASH-001", "SYM-ABSORB-001"]);
    let all = oracle::bytes("message", 17_409);
    let data = c.data(&all);
    let many = [1023, 1024, 1025, 2047, 2048, 2049, 3073, 4096, 4097, 5121, 7169, 8192, 8193, 16_385, 17_409];
    for len in (0..130).chain(many) {
        let state = open(&mut c, key);
        c.absorb(state, data.slice(0, len));
        c.squeeze_eq(state, blake3::hash(key, &all[..len as usize], 32));
        c.close(state);
    }
    c
}

fn chunks(key: Option<&[u8]>) -> Case {
    let mut c = xof(key, "chunks", &["SYM-HASH-002", "SYM-ABSORB-001", "SYM-ABSORB-009"]);
    let message = oracle::bytes("message", 5000);
    let expected = blake3::hash(key, &message, 32);
    for chunk in [17, 63, 64, 65, 1000, 1023, 1024, 1025, 4096] {
        let state = open(&mut c, key);
        for part in message.chunks(chunk) {
            c.absorb(state, part);
            c.absorb(state, "");
        }
        c.squeeze_eq(state, &expected);
        c.close(state);
    }
    c
}

fn independent_states(key: Option<&[u8]>) -> Case {
    let mut c = xof(key, "independent-states", &["SYM-STATE-002"]);
    let (left, right) = (open(&mut c, key), open(&mut c, key));
    c.absorb(left, "left");
    c.absorb(right, "right");
    c.absorb(left, " too");
    c.squeeze_eq(right, blake3::hash(key, b"right", 32));
    c.close(right);
    c.squeeze_eq(left, blake3::hash(key, b"left too", 32));
    c
}

fn clones(key: Option<&[u8]>) -> Case {
    let mut c = xof(key, "clones-are-independent", &["SYM-CLONE-012"]);
    let state = open(&mut c, key);
    c.absorb(state, "common ");
    let copy = c.state_clone(state);
    c.absorb(state, "left");
    c.absorb(copy, "right");
    c.squeeze_eq(state, blake3::hash(key, b"common left", 32));
    c.close(state);
    c.squeeze_eq(copy, blake3::hash(key, b"common right", 32));
    c
}

/// C19
fn clones_of_an_output(key: Option<&[u8]>) -> Case {
    let mut c = xof(key, "clones-of-an-output", &["SYM-CLONE-012", "SYM-XOF-002"]);
    let all = blake3::hash(key, b"abc", 96);
    let state = open(&mut c, key);
    c.absorb(state, "abc");
    c.squeeze_eq(state, &all[..32]);
    let copy = c.state_clone(state);
    c.alternative("squeezes continue the output", |c| {
        c.squeeze_eq(state, &all[32..64]);
        c.squeeze_eq(copy, &all[32..96]);
        c.squeeze_eq(state, &all[64..96]);
    });
    c.alternative("squeezes begin again", |c| {
        c.squeeze_eq(state, &all[..32]);
        c.squeeze_eq(copy, &all[..32]);
    });
    c
}

/// 4 MiB in one call, and 64 KiB of output.
fn large(key: Option<&[u8]>) -> Case {
    const LEN: u32 = 4 << 20;
    let mut c = xof(key, "4-mib", &["SYM-XOF-001", "SYM-ABSORB-001"]).kind(Kind::Stress);
    let data = c.scratch(LEN);
    c.fill(data, 0x5a);
    let state = open(&mut c, key);
    c.absorb(state, data);
    let expected = blake3::hash(key, &vec![0x5a; LEN as usize], 65_536);
    c.alternative("an output of any length", |c| c.squeeze_eq(state, &expected));
    c.alternative("a hash of 32 bytes", |c| c.squeeze_eq(state, &expected[..32]));
    c
}

/// One key is not another, and a key is not data.
fn keys_matter() -> Case {
    let mut c = case("xof", BLAKE3, "keys-matter", &["SYM-STATE-OPEN-003", "SYM-KEY-001"]);
    let mut other = KEY;
    other[31] ^= 1;
    for key in [KEY, other] {
        let state = open(&mut c, Some(&key));
        c.absorb(state, "abc");
        c.squeeze_eq(state, blake3::hash(Some(&key), b"abc", 32));
    }
    // No tags without an algorithm that has them.
    let state = open(&mut c, Some(&KEY));
    c.expect(super::not_defined()).squeeze_tag(state);
    c.absorb(state, "abc");
    c.expect(super::not_defined()).max_tag_len(state);
    c
}

/// An example of the text has a key of three bytes.
fn key_of_another_size() -> Case {
    let mut c = case("xof", BLAKE3, "key-of-the-example", &["SYM-KEY-IMPORT-005"]);
    let slot = c.expect(InvalidKey).key_import(BLAKE3, "key");
    c.untouched(slot);
    c
}
