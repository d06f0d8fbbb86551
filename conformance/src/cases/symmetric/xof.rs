//! Hash functions with an output of any length, as they are, with a key and customized, against the suite's own: SYM-XOF-*, SYM-HASH-* of what is a
//! hash, too. That squeezes go on is in `optional.rs`.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{InvalidKey, InvalidLength, Overflow};

use super::{BLAKE3, XOFS, case, is_customized, oracle};
use crate::case::{Case, Expect, Handle, Kind, Strength};

pub(super) fn cases() -> Vec<Case> {
    let plain = XOFS.into_iter().chain([BLAKE3]).map(|name| Xof { name, with: "unkeyed", key: None, context: b"" });
    let keyed = Xof { name: BLAKE3, with: "keyed", key: Some(&KEY), context: b"" };
    let customized = XOFS.into_iter().filter(|name| is_customized(name));
    let customized = customized.map(|name| Xof { name, with: "customized", key: None, context: b"a context" });
    let of = |xof: Xof| {
        [
            lengths(xof),
            chunks(xof),
            independent_states(xof),
            clones(xof),
            clones_of_an_output(xof),
            large(xof),
            parts(xof),
        ]
    };
    let contexts =
        XOFS.into_iter().filter(|name| is_customized(name)).flat_map(|name| [contexts(name), long_context(name)]);
    let others = [keys_matter(), key_of_another_size()];
    plain.chain([keyed]).chain(customized).flat_map(of).chain(contexts).chain(others).collect()
}

const KEY: [u8; 32] = *b"a key of thirty-two bytes, no 33";

/// A function, and what it is opened with.
#[derive(Clone, Copy)]
struct Xof {
    name: &'static str,
    with: &'static str,
    key: Option<&'static [u8]>,
    context: &'static [u8],
}

impl Xof {
    fn case(self, behaviour: &str, requirements: &[&str]) -> Case {
        case("xof", self.name, &format!("{}/{behaviour}", self.with), requirements)
    }

    fn open(self, c: &mut Case) -> Handle {
        let key = self.key.map(|key| c.key_import(self.name, key));
        let options = (!self.context.is_empty()).then(|| {
            let options = c.options_open(AlgorithmType::Symmetric);
            c.options_set(options, "context", self.context);
            options
        });
        c.state_open(self.name, key, options)
    }

    fn output(self, message: &[u8], len: usize) -> Vec<u8> {
        oracle::xof(self.name, self.key, self.context, message, len)
    }
}

/// Around blocks of 64, 136 and 168 bytes, chunks of 1024 and 8192, and full trees.
fn lengths(xof: Xof) -> Case {
    let mut c = xof.case("lengths", &["SYM-XOF-001", "SYM-HASH-001", "SYM-ABSORB-001"]);
    let all = oracle::bytes("message", 17_409);
    let data = c.data(&all);
    let many = [
        1023, 1024, 1025, 2047, 2048, 2049, 3073, 4096, 4097, 5121, 7169, 8191, 8192, 8193, 16_383, 16_384, 16_385,
        17_409,
    ];
    for len in (0..173).chain(many) {
        let state = xof.open(&mut c);
        c.absorb(state, data.slice(0, len));
        c.squeeze_eq(state, xof.output(&all[..len as usize], 32));
        c.close(state);
    }
    c
}

fn chunks(xof: Xof) -> Case {
    let mut c = xof.case("chunks", &["SYM-HASH-002", "SYM-ABSORB-001", "SYM-ABSORB-009"]);
    let message = oracle::bytes("message", 5000);
    let expected = xof.output(&message, 32);
    for chunk in [17, 63, 64, 65, 1000, 1023, 1024, 1025, 4096] {
        let state = xof.open(&mut c);
        for part in message.chunks(chunk) {
            c.absorb(state, part);
            c.absorb(state, "");
        }
        c.squeeze_eq(state, &expected);
        c.close(state);
    }
    c
}

fn independent_states(xof: Xof) -> Case {
    let mut c = xof.case("independent-states", &["SYM-STATE-002"]);
    let (left, right) = (xof.open(&mut c), xof.open(&mut c));
    c.absorb(left, "left");
    c.absorb(right, "right");
    c.absorb(left, " too");
    c.squeeze_eq(right, xof.output(b"right", 32));
    c.close(right);
    c.squeeze_eq(left, xof.output(b"left too", 32));
    c
}

fn clones(xof: Xof) -> Case {
    let mut c = xof.case("clones-are-independent", &["SYM-CLONE-012"]);
    let state = xof.open(&mut c);
    c.absorb(state, "common ");
    let copy = c.state_clone(state);
    c.absorb(state, "left");
    c.absorb(copy, "right");
    c.squeeze_eq(state, xof.output(b"common left", 32));
    c.close(state);
    c.squeeze_eq(copy, xof.output(b"common right", 32));
    c
}

/// C19
fn clones_of_an_output(xof: Xof) -> Case {
    let mut c = xof.case("clones-of-an-output", &["SYM-CLONE-012", "SYM-XOF-002"]);
    let all = xof.output(b"abc", 96);
    let state = xof.open(&mut c);
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
fn large(xof: Xof) -> Case {
    const LEN: u32 = 4 << 20;
    let mut c = xof.case("4-mib", &["SYM-XOF-001", "SYM-ABSORB-001"]).kind(Kind::Stress);
    let data = c.scratch(LEN);
    c.fill(data, 0x5a);
    let state = xof.open(&mut c);
    c.absorb(state, data);
    let expected = xof.output(&vec![0x5a; LEN as usize], 65_536);
    c.alternative("an output of any length", |c| c.squeeze_eq(state, &expected));
    c.alternative("a hash of 32 bytes", |c| c.squeeze_eq(state, &expected[..32]));
    c
}

/// An output in parts of any size is one output.
fn parts(xof: Xof) -> Case {
    let mut c = xof.case("output-in-parts", &["SYM-XOF-002", "SYM-XOF-003"]);
    let state = xof.open(&mut c);
    c.absorb(state, "abc");
    let all = xof.output(b"abc", 3000);
    let mut rest = &all[..];
    for len in [0, 1, 7, 8, 63, 64, 65, 135, 136, 137, 0, 167, 168, 169, 336, 1000] {
        let (part, after) = rest.split_at(len);
        rest = after;
        c.alternative("squeezes continue the output", |c| c.squeeze_eq(state, part));
        c.alternative("squeezes begin again", |c| c.squeeze_eq(state, &all[..len]));
    }
    c
}

/// Customizations of many lengths are part of the function; what is set later is not.
fn contexts(algorithm: &'static str) -> Case {
    let mut c = case("xof", algorithm, "contexts", &["SYM-XOF-001", "OPT-SNAPSHOT-008", "SYM-STATE-OPEN-003"]);
    let options = c.options_open(AlgorithmType::Symmetric);
    for len in [0, 1, 32, 100, 127, 128, 129, 160, 161, 162, 255, 256, 1000, 8190, 8191, 8192, 20_000] {
        let context = oracle::bytes("context", len);
        c.options_set(options, "context", &context);
        let state = c.state_open(algorithm, None, Some(options));
        c.options_set(options, "context", "another");
        c.absorb(state, "abc");
        c.squeeze_eq(state, oracle::xof(algorithm, None, &context, b"abc", 64));
        c.close(state);
    }
    c
}

/// A host may draw a line.
fn long_context(algorithm: &'static str) -> Case {
    const LEN: u32 = 200_000;
    let mut c = case("xof", algorithm, "long-context", &["SYM-XOF-001"]).strength(Strength::May);
    let context = oracle::bytes("context", LEN);
    let options = c.options_open(AlgorithmType::Symmetric);
    c.options_set(options, "context", &context);
    let any = |c: &mut Case| {
        let state = c.state_open(algorithm, None, Some(options));
        c.absorb(state, "abc");
        c.squeeze_eq(state, oracle::xof(algorithm, None, &context, b"abc", 64));
    };
    let some = |c: &mut Case| {
        c.expect(Expect::only(InvalidLength).or_info([Overflow])).state_open(algorithm, None, Some(options));
    };
    // KangarooTwelve hashes its customization last, so it must be kept until then.
    let kept = algorithm.starts_with("KT");
    if kept {
        c.alternative("contexts of some length", some);
    }
    c.alternative("contexts of any length", any);
    if !kept {
        c.alternative("contexts of some length", some);
    }
    c
}

/// One key is not another, and a key is not data.
fn keys_matter() -> Case {
    let mut c = case("xof", BLAKE3, "keys-matter", &["SYM-STATE-OPEN-003", "SYM-KEY-001"]);
    let mut other = KEY;
    other[31] ^= 1;
    for key in [KEY, other] {
        let state = {
            let key = c.key_import(BLAKE3, key);
            c.state_open(BLAKE3, Some(key), None)
        };
        c.absorb(state, "abc");
        c.squeeze_eq(state, oracle::xof(BLAKE3, Some(&key), b"", b"abc", 32));
    }
    // No tags without an algorithm that has them.
    let state = {
        let key = c.key_import(BLAKE3, KEY);
        c.state_open(BLAKE3, Some(key), None)
    };
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
