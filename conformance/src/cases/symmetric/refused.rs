//! A call that is refused has changed nothing: what it would have consumed or used up is still there (HANDLE-CONSUME-003).

use wasi_crypto_interface::Errno::{GuestError, InvalidLength, Overflow};

use super::{AEADS, Aead, TAG_LEN};
use crate::args;
use crate::case::{Case, Expect, Kind, Pointer, Strength};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![array_output(), tag()];
    cases.extend(["BLAKE3", "CSHAKE-128", "TURBOSHAKE-128", "KT128"].map(stream));
    cases.extend(AEADS.into_iter().map(nonce));
    cases
}

/// A pull that leads nowhere takes nothing out.
fn array_output() -> Case {
    let mut c = case("array-output", &["ARRAY-PULL-003", "HANDLE-CONSUME-003"]).algorithm("HMAC/SHA-256");
    let key = c.key_import("HMAC/SHA-256", [0x37; 40]);
    let (array, slot) = (c.key_export(key), c.size_slot());
    for (pointer, len) in [(Pointer::end(0), 40), (Pointer::end(0), 7), (Pointer::absolute(u32::MAX), 40)] {
        c.expect(nowhere()).call("array_output_pull", args![array, (pointer, len), slot.at()]);
    }
    let buffer = c.buffer(40);
    c.expect(nowhere()).call("array_output_pull", args![array, buffer, Pointer::end(0)]);
    c.pull_eq(array, [0x37; 40]);
    c
}

/// Nor does a pull whose buffer does not fit.
fn tag() -> Case {
    let ids = ["HANDLE-CONSUME-003", "SYM-TAG-PULL-006"];
    let mut c = case("tag", &ids).algorithm("HMAC/SHA-256");
    let key = c.key_import("HMAC/SHA-256", [1; 32]);
    let state = c.state_open("HMAC/SHA-256", Some(key), None);
    let (first, second) = (c.squeeze_tag(state), c.squeeze_tag(state));
    let slot = c.size_slot();
    c.expect(nowhere()).call("symmetric_tag_pull", args![first, (Pointer::end(0), 32), slot.at()]);
    c.expect(Overflow).tag_pull(first, 31);
    let (left, _) = c.tag_pull(first, 32);
    let (right, _) = c.tag_pull(second, 32);
    c.same(left, right);
    c
}

/// A stream goes on where it was.
fn stream(algorithm: &'static str) -> Case {
    let mut c = case(&format!("stream/{algorithm}"), &["SYM-XOF-003", "ABI-MEM-013"]);
    c = c.algorithm(algorithm).strength(Strength::Should);
    let [whole, parts] = [(); 2].map(|()| {
        let state = c.state_open(algorithm, None, None);
        c.absorb(state, "input");
        state
    });
    let all = c.squeeze(whole, 64);
    for len in [32, 33] {
        c.expect(nowhere()).call("symmetric_state_squeeze", args![parts, (Pointer::end(0), len)]);
    }
    let first = c.squeeze(parts, 32);
    c.same(first, all.slice(0, 32));
    c.expect(nowhere()).call("symmetric_state_squeeze", args![parts, (Pointer::end(0), 32)]);
    let second = c.squeeze(parts, 32);
    // C19: as a hash, it begins again.
    if algorithm == "BLAKE3" {
        c.observe();
    }
    c.same(second, all.slice(32, 32));
    c
}

/// No nonce is used up, and nothing was authenticated.
fn nonce(aead: Aead) -> Case {
    let ids = ["SYM-ENC-038", "SYM-ENC-039", "ABI-MEM-013"];
    let mut c = case(&format!("encryption/{}", aead.name), &ids).algorithm(aead.name).strength(Strength::Should);
    let state = aead.open(&mut c, b"ad");
    let (message, slot) = (c.data("message"), c.size_slot());
    let room = 7 + TAG_LEN;
    for output in [Pointer::end(0), Pointer::end(0).minus(room - 1)] {
        c.expect(nowhere()).call("symmetric_state_encrypt", args![state, (output, room), message, slot.at()]);
    }
    c.expect(nowhere())
        .call("symmetric_state_encrypt_detached", args![state, (Pointer::end(0), 7), message, slot.at()]);
    let out = c.buffer(room);
    c.expect(nowhere()).call("symmetric_state_encrypt", args![state, out, (Pointer::end(0), 7), slot.at()]);
    c.expect(Overflow).encrypt(state, message, room - 1);
    c.expect(InvalidLength).encrypt(state, message, room + 1);
    let (ciphertext, tag) = aead.seal(b"ad", b"message");
    c.encrypt_eq(state, message, [&ciphertext[..], &tag].concat());
    c
}

/// Which error, or a trap, the text leaves open.
fn nowhere() -> Expect {
    Expect::only(GuestError).or_info_any_error()
}

fn case(behaviour: &str, requirements: &[&str]) -> Case {
    Case::new(format!("refused/{behaviour}"), requirements).kind(Kind::Memory).may_trap()
}
