//! BLAKE3: the test vectors of its authors.

use super::blake3_team::{KEY, VECTORS};
use super::{case, hex};
use crate::case::{Case, Handle};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (len, unkeyed, keyed) in VECTORS {
        let input: Vec<u8> = (0..=250).cycle().take(*len).collect();
        cases.push(output(format!("blake3-team/unkeyed/{len}"), None, &input, &hex(unkeyed)));
        cases.push(output(format!("blake3-team/keyed/{len}"), Some(KEY), &input, &hex(keyed)));
    }
    cases
}

/// C19: a host that takes it for a hash has the first 32 bytes only.
fn output(id: String, key: Option<&[u8]>, input: &[u8], expected: &[u8]) -> Case {
    let mut c = case(id, "BLAKE3", &["SYM-XOF-001", "SYM-HASH-001", "SYM-ABSORB-001"]);
    let key = key.map(|key| c.key_import("BLAKE3", key));
    let data = c.data(input);
    let open = |c: &mut Case| -> Handle {
        let state = c.state_open("BLAKE3", key, None);
        c.absorb(state, data);
        state
    };
    c.alternative("an output of any length", |c| {
        let state = open(c);
        c.squeeze_eq(state, expected);
        let state = open(c);
        for part in [&expected[..32], &expected[32..33], &expected[33..33], &expected[33..96], &expected[96..]] {
            c.squeeze_eq(state, part);
        }
    });
    c.alternative("a hash of 32 bytes", |c| {
        let state = open(c);
        c.squeeze_eq(state, &expected[..32]);
    });
    c
}
