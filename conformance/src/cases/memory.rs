//! Guest memory that grows between calls, and so may move: a host must look for it anew each time (ABI-MEM-013).

use wasi_crypto_interface::Errno::GuestError;
use wasi_crypto_interface::HandleType;

use crate::args;
use crate::case::{Case, Expect, Kind};

/// SHA-256 of "abc" (FIPS 180-4, example).
const ABC: [u8; 32] = [
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61,
    0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
];

pub(super) fn cases() -> Vec<Case> {
    vec![grows_between_calls(), grows_within_an_operation(), results_in_new_memory()]
}

/// Input and output at the end of memory, wherever that is by now.
fn grows_between_calls() -> Case {
    let mut c = case("grows-between-calls");
    for _ in 0..3 {
        let (state, tail) = (c.state_open("SHA-256", None, None), c.tail(35));
        let (input, digest) = (tail.slice(32, 3), tail.slice(0, 32));
        c.copy(input.start(), "abc");
        c.absorb(state, input);
        c.call("symmetric_state_squeeze", args![state, digest]);
        c.same(digest, ABC);
        let outside = Expect::only(GuestError).or_info_any_error();
        c.expect(outside).call("symmetric_state_squeeze", args![state, (digest.start().plus(4), 32)]);
        c.grow(1);
    }
    c
}

/// A state does not remember where memory was.
fn grows_within_an_operation() -> Case {
    let mut c = case("grows-within-an-operation");
    let state = c.state_open("SHA-256", None, None);
    for piece in ["a", "b", "c"] {
        let tail = c.tail(1);
        c.copy(tail.start(), piece);
        c.absorb(state, tail);
        // By enough to move it in most engines.
        c.grow(4);
    }
    let out = c.tail(32);
    c.call("symmetric_state_squeeze", args![state, out]);
    c.same(out, ABC);
    c
}

/// Result slots, strings and optional handles, too, lie where memory has just come to be.
fn results_in_new_memory() -> Case {
    let mut c = case("results-in-new-memory");
    c.grow(2);
    let tail = c.tail(64);
    let (name, none, slot) = (tail.slice(0, 7), tail.slice(8, 8), tail.slice(20, 4));
    c.copy(name.start(), "SHA-256");
    c.copy(none.start(), [1, 0, 0, 0, 0, 0, 0, 0]);
    c.call("symmetric_state_open", args![name, none.start(), none.start(), slot.start()]);
    let state = c.handle_slot(HandleType::SymmetricState);
    c.copy(state.at(), slot);
    c.absorb(state, "abc");
    c.squeeze_eq(state, ABC);
    c.close(state);
    c
}

fn case(behaviour: &str) -> Case {
    let requirements = ["ABI-MEM-013", "ABI-MEM-016", "ABI-OUT-006"];
    Case::new(format!("memory/{behaviour}"), &requirements).algorithm("SHA-256").kind(Kind::Memory).may_trap()
}
