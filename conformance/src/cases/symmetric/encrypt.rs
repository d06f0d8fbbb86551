//! `encrypt` and `encrypt_detached`: the sizes of their buffers, and what failure leaves behind.

use wasi_crypto_interface::Errno::{InvalidLength, Overflow};

use super::{Aead, TAG_LEN, case, oracle, sealing};
use crate::args;
use crate::case::{Case, Kind, Pointer};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for aead in sealing() {
        cases.extend([too_small(aead), too_large(aead), max_tag_len(aead), nothing_at_any_address(aead)]);
        cases.extend([detached_too_small(aead), detached_too_large(aead), at_the_end_of_memory(aead)]);
    }
    cases
}

const MESSAGE: [u8; 40] = *b"a message of forty bytes, no more of it.";

fn too_small(aead: Aead) -> Case {
    let mut c = case("encrypt", aead.name, "output-too-small", &["SYM-ENC-038"]);
    let state = aead.open(&mut c, b"ad");
    for len in [0, 1, 16, 40, 55] {
        let (out, size) = c.expect(Overflow).encrypt(state, MESSAGE, len);
        c.untouched(out);
        c.observe().untouched(size);
    }
    let (ciphertext, tag) = aead.seal(b"ad", &MESSAGE);
    c.encrypt_eq(state, MESSAGE, [ciphertext, tag].concat());
    c
}

fn too_large(aead: Aead) -> Case {
    let mut c = case("encrypt", aead.name, "output-too-large", &["SYM-ENC-039"]);
    let state = aead.open(&mut c, b"ad");
    for len in [57, 72, 1000] {
        let (out, _) = c.expect(InvalidLength).encrypt(state, MESSAGE, len);
        c.untouched(out);
    }
    let (ciphertext, tag) = aead.seal(b"ad", &MESSAGE);
    c.encrypt_eq(state, MESSAGE, [ciphertext, tag].concat());
    c
}

fn detached_too_small(aead: Aead) -> Case {
    let mut c = case("encrypt-detached", aead.name, "output-too-small", &["SYM-ENCD-003"]);
    let state = aead.open(&mut c, b"ad");
    for len in [0, 1, 39] {
        let (out, tag) = c.expect(Overflow).encrypt_detached(state, MESSAGE, len);
        c.untouched(out);
        c.observe().untouched(tag);
    }
    let (ciphertext, tag) = aead.seal(b"ad", &MESSAGE);
    c.encrypt_detached_eq(state, MESSAGE, ciphertext, tag);
    c
}

fn detached_too_large(aead: Aead) -> Case {
    let mut c = case("encrypt-detached", aead.name, "output-too-large", &["SYM-ENCD-004"]);
    let state = aead.open(&mut c, b"ad");
    for len in [41, 56, 1000] {
        let (out, _) = c.expect(InvalidLength).encrypt_detached(state, MESSAGE, len);
        c.untouched(out);
    }
    let (ciphertext, tag) = aead.seal(b"ad", &MESSAGE);
    c.encrypt_detached_eq(state, MESSAGE, ciphertext, tag);
    c
}

/// The same before and after, in every state.
fn max_tag_len(aead: Aead) -> Case {
    let requirements = ["SYM-MAXTAG-001", "SYM-MAXTAG-002", "SYM-ENC-036", "SYM-AEAD-001"];
    let mut c = case("encrypt", aead.name, "max-tag-len", &requirements);
    for message in [0, 1, 40] {
        let state = aead.open(&mut c, b"");
        let before = c.max_tag_len(state);
        c.equal(before, TAG_LEN);
        c.absorb(state, "ad");
        let (_, size) = c.encrypt(state, oracle::bytes("message", message), message + TAG_LEN);
        c.equal(size, message + TAG_LEN);
        let after = c.max_tag_len(state);
        c.equal(after, TAG_LEN);
    }
    c
}

/// Bindings pass the address 1 for empty slices.
fn nothing_at_any_address(aead: Aead) -> Case {
    let requirements = ["SYM-ENC-031", "SYM-ENCD-001", "SYM-DEC-002", "SYM-DECD-001"];
    let mut c = case("encrypt", aead.name, "nothing-at-any-address", &requirements).kind(Kind::Memory);
    let (_, tag) = aead.seal(b"", b"");
    for address in [Pointer::absolute(0), Pointer::absolute(1), Pointer::end(0)] {
        let (out, size) = (c.buffer(TAG_LEN), c.size_slot());
        let state = aead.open(&mut c, b"");
        c.call("symmetric_state_encrypt", args![state, out, (address, 0u32), size.at()]);
        c.same(out, &tag);
        let state = aead.open(&mut c, b"");
        let handle = c.open("symmetric_state_encrypt_detached", args![state, (address, 0u32), (address, 0u32)]);
        c.tag_pull_eq(handle, &tag);
        c.call("symmetric_state_decrypt", args![state, (address, 0u32), tag.clone(), size.at()]);
        c.equal(size, 0);
        let arguments = args![state, (address, 0u32), (address, 0u32), tag.clone(), size.at()];
        c.call("symmetric_state_decrypt_detached", arguments);
        c.equal(size, 0);
    }
    c
}

/// Input and output at the very end of linear memory.
fn at_the_end_of_memory(aead: Aead) -> Case {
    let requirements = ["SYM-ENC-031", "SYM-ENC-037", "SYM-DEC-006"];
    let mut c = case("encrypt", aead.name, "at-the-end-of-memory", &requirements).kind(Kind::Memory);
    let (ciphertext, tag) = aead.seal(b"", &MESSAGE);
    let size = c.size_slot();
    let tail = c.tail(56);
    let state = aead.open(&mut c, b"");
    c.call("symmetric_state_encrypt", args![state, tail, MESSAGE, size.at()]);
    c.same(tail, [&ciphertext[..], &tag].concat());
    let out = c.buffer(40);
    c.call("symmetric_state_decrypt", args![state, out, tail, size.at()]);
    c.same(out, MESSAGE);
    let end = c.tail(40);
    c.copy(end.start(), MESSAGE);
    let state = aead.open(&mut c, b"");
    c.encrypt_detached_eq(state, end, &ciphertext, &tag);
    c.decrypt_detached(state, &ciphertext, &tag, 40);
    c
}
