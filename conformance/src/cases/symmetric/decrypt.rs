//! `decrypt` and `decrypt_detached`: what is not authentic, buffers of the wrong size, and what failure leaves behind.

use wasi_crypto_interface::Errno::{InvalidLength, InvalidTag, Overflow, Success, VerificationFailed};

use super::{Aead, TAG_LEN, bad_tag, case, oracle, sealing};
use crate::args;
use crate::arguments::Data;
use crate::case::{Case, Expect, Handle, Kind};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for aead in sealing() {
        cases.extend([
            forged_ciphertext(aead),
            forged_tag(aead),
            wrong_associated_data(aead),
            wrong_key_or_nonce(aead),
            not_authentic_and_empty(aead),
            in_place(aead),
            state_survives(aead),
            too_small(aead),
            too_large(aead),
            shorter_than_the_tag(aead),
            detached_tag_sizes(aead),
            short_tag_at_the_end_of_memory(aead),
            moved_boundary(aead),
            input_is_left_alone(aead),
        ]);
    }
    cases
}

const FORGERY: [&str; 9] = [
    "SYM-DEC-003",
    "SYM-DECD-001",
    "SYM-DECD-006",
    "SYM-AEAD-004",
    "SYM-AEAD-005",
    "SYM-AEAD-006",
    "SYM-AEAD-007",
    "SEC-ERRBUF-010",
    "SYM-STATE-002",
];

/// Sealed under the associated data "ad".
struct Sealed {
    message: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

impl Sealed {
    fn new(aead: Aead, len: u32) -> Self {
        let message = oracle::bytes("message", len);
        let (ciphertext, tag) = aead.seal(b"ad", &message);
        Self { message, ciphertext, tag }
    }

    fn attached(&self) -> Vec<u8> {
        [&self.ciphertext[..], &self.tag].concat()
    }
}

/// Neither function accepts it, and nothing of the message is in the output.
fn refused(c: &mut Case, state: Handle, ciphertext: &[u8], tag: &[u8], message: &[u8]) {
    let len = ciphertext.len() as u32;
    let (attached, size) = c.expect(bad_tag()).decrypt(state, [ciphertext, tag].concat(), len);
    c.observe().untouched(size);
    let (detached, size) = c.expect(bad_tag()).decrypt_detached(state, ciphertext, tag, len);
    c.observe().untouched(size);
    for out in [attached, detached] {
        for (at, block) in (0..).step_by(16).zip(message.chunks(16)).filter(|(_, block)| block.len() == 16) {
            c.should().differ(out.slice(at, 16), block);
        }
        c.should().filled(out, 0);
    }
}

fn forged_ciphertext(aead: Aead) -> Case {
    let mut c = case("decrypt", aead.name, "forged-ciphertext", &FORGERY);
    let sealed = Sealed::new(aead, 80);
    for (at, bit) in [(0, 0x01), (15, 0x80), (16, 0x10), (40, 0x02), (63, 0x40), (79, 0x01), (79, 0x80)] {
        let state = aead.open(&mut c, b"ad");
        let mut forged = sealed.ciphertext.clone();
        forged[at] ^= bit;
        refused(&mut c, state, &forged, &sealed.tag, &sealed.message);
        c.close(state);
    }
    c
}

/// Each bit of the tag counts.
fn forged_tag(aead: Aead) -> Case {
    let mut c = case("decrypt", aead.name, "forged-tag", &FORGERY);
    let sealed = Sealed::new(aead, 33);
    let state = aead.open(&mut c, b"ad");
    for bit in 0..128 {
        let mut forged = sealed.tag.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        let (out, _) = c.expect(bad_tag()).decrypt_detached(state, &sealed.ciphertext, &forged, 33);
        c.should().filled(out, 0);
        let (out, _) = c.expect(bad_tag()).decrypt(state, [&sealed.ciphertext[..], &forged].concat(), 33);
        c.should().filled(out, 0);
    }
    c
}

fn wrong_associated_data(aead: Aead) -> Case {
    let mut c = case("decrypt", aead.name, "wrong-associated-data", &FORGERY);
    let sealed = Sealed::new(aead, 48);
    for ad in [&b""[..], b"a", b"ae", b"bd", b"ad\0", b"da"] {
        let state = aead.open(&mut c, ad);
        refused(&mut c, state, &sealed.ciphertext, &sealed.tag, &sealed.message);
    }
    c
}

fn wrong_key_or_nonce(aead: Aead) -> Case {
    let mut c = case("decrypt", aead.name, "wrong-key-or-nonce", &FORGERY);
    let sealed = Sealed::new(aead, 48);
    for at in [0, aead.key_len as usize - 1] {
        let mut key = aead.key();
        key[at] ^= 1;
        let state = c.aead_open(aead.name, key, aead.nonce());
        c.absorb(state, "ad");
        refused(&mut c, state, &sealed.ciphertext, &sealed.tag, &sealed.message);
    }
    for at in [0, aead.nonce_len as usize / 2, aead.nonce_len as usize - 1] {
        let mut nonce = aead.nonce();
        nonce[at] ^= 0x80;
        let state = c.aead_open(aead.name, aead.key(), nonce);
        c.absorb(state, "ad");
        refused(&mut c, state, &sealed.ciphertext, &sealed.tag, &sealed.message);
    }
    c
}

fn not_authentic_and_empty(aead: Aead) -> Case {
    let mut c = case("decrypt", aead.name, "nothing-with-a-forged-tag", &FORGERY);
    let (_, mut tag) = aead.seal(b"ad", b"");
    tag[0] ^= 1;
    let state = aead.open(&mut c, b"ad");
    c.expect(bad_tag()).decrypt(state, &tag, 0);
    c.expect(bad_tag()).decrypt_detached(state, "", &tag, 0);
    c
}

/// A failure in place may cost the guest its ciphertext, but gives nothing of the message away.
fn in_place(aead: Aead) -> Case {
    let mut c = case("decrypt", aead.name, "forged-in-place", &FORGERY).kind(Kind::Memory);
    let sealed = Sealed::new(aead, 64);
    let mut forged = sealed.attached();
    forged[79] ^= 1;
    let state = aead.open(&mut c, b"ad");
    let (buffer, size) = (c.buffer_with(&forged), c.size_slot());
    let out = buffer.slice(0, 64);
    c.expect(bad_tag()).call("symmetric_state_decrypt", args![state, out, buffer, size.at()]);
    c.should().filled(out, 0);
    c.same(buffer.slice(64, 16), &forged[64..]);
    let out = c.buffer_with(&forged[..64]);
    let arguments = args![state, out, out, forged[64..].to_vec(), size.at()];
    c.expect(bad_tag()).call("symmetric_state_decrypt_detached", arguments);
    c.should().filled(out, 0);
    c
}

/// A bad tag, then the right one. The text does not say that this works.
fn state_survives(aead: Aead) -> Case {
    let mut c = case("decrypt", aead.name, "again-after-a-forgery", &["SYM-DEC-012"]);
    let sealed = Sealed::new(aead, 40);
    let state = aead.open(&mut c, b"ad");
    c.expect(bad_tag()).decrypt_detached(state, &sealed.ciphertext, [0; 16], 40);
    let again = Expect::only(Success).or_info_any_error();
    let (out, _) = c.expect(again).decrypt_detached(state, &sealed.ciphertext, &sealed.tag, 40);
    c.observe().same(out, &sealed.message);
    let (out, _) = c.expect(again).decrypt(state, sealed.attached(), 40);
    c.observe().same(out, &sealed.message);
    c
}

fn too_small(aead: Aead) -> Case {
    let mut c = case("decrypt", aead.name, "output-too-small", &["SYM-DEC-007", "SYM-DECD-004"]);
    let sealed = Sealed::new(aead, 40);
    let state = aead.open(&mut c, b"ad");
    for len in [0, 1, 24, 39] {
        let (out, size) = c.expect(Overflow).decrypt(state, sealed.attached(), len);
        c.untouched(out);
        c.observe().untouched(size);
        let (out, _) = c.expect(Overflow).decrypt_detached(state, &sealed.ciphertext, &sealed.tag, len);
        c.untouched(out);
    }
    c.decrypt_eq(state, sealed.attached(), &sealed.message);
    c
}

fn too_large(aead: Aead) -> Case {
    let mut c = case("decrypt", aead.name, "output-too-large", &["SYM-DEC-008", "SYM-DECD-005"]);
    let sealed = Sealed::new(aead, 40);
    let state = aead.open(&mut c, b"ad");
    for len in [41, 56, 1000] {
        let (out, _) = c.expect(InvalidLength).decrypt(state, sealed.attached(), len);
        c.untouched(out);
        let (out, _) = c.expect(InvalidLength).decrypt_detached(state, &sealed.ciphertext, &sealed.tag, len);
        c.untouched(out);
    }
    c.decrypt_eq(state, sealed.attached(), &sealed.message);
    c
}

fn shorter_than_the_tag(aead: Aead) -> Case {
    let mut c = case("decrypt", aead.name, "shorter-than-the-tag", &["SYM-DEC-011"]).kind(Kind::Robustness);
    let (_, tag) = aead.seal(b"ad", b"");
    let state = aead.open(&mut c, b"ad");
    let expect = Expect::only(InvalidTag).or_info([InvalidLength, Overflow, VerificationFailed]);
    for len in 0..TAG_LEN {
        for out_len in [0, len] {
            let (out, _) = c.expect(expect).decrypt(state, &tag[..len as usize], out_len);
            c.observe().untouched(out);
        }
    }
    c.decrypt_eq(state, &tag, "");
    c
}

/// Cut tags must not verify, longer ones neither.
fn wrong_tag_size() -> Expect {
    Expect::only(InvalidTag).or_warn([VerificationFailed, InvalidLength, Overflow])
}

fn detached_tag_sizes(aead: Aead) -> Case {
    let requirements = ["SYM-DECD-007", "SYM-AEAD-004"];
    let mut c = case("decrypt-detached", aead.name, "tag-sizes", &requirements).kind(Kind::Robustness);
    let sealed = Sealed::new(aead, 40);
    let longer = [&sealed.tag[..], &[0; 240]].concat();
    let state = aead.open(&mut c, b"ad");
    for len in (0..=40).chain([64, 128, 256]).filter(|len| *len != 16) {
        c.expect(wrong_tag_size()).decrypt_detached(state, &sealed.ciphertext, &longer[..len], 40);
    }
    c.decrypt_detached_eq(state, &sealed.ciphertext, &sealed.tag, &sealed.message);
    c
}

/// A host that reads 16 bytes whatever the length says would read past the end.
fn short_tag_at_the_end_of_memory(aead: Aead) -> Case {
    let mut c = case("decrypt-detached", aead.name, "short-tag-at-the-end", &["SYM-DECD-007"]).kind(Kind::Robustness);
    let sealed = Sealed::new(aead, 40);
    let state = aead.open(&mut c, b"ad");
    for len in [1, 4, 15] {
        let tail = c.tail(len);
        c.copy(tail.start(), &sealed.tag[..len as usize]);
        c.expect(wrong_tag_size()).decrypt_detached(state, &sealed.ciphertext, tail, 40);
    }
    let tail = c.tail(16);
    c.copy(tail.start(), &sealed.tag);
    c.decrypt_detached_eq(state, &sealed.ciphertext, tail, &sealed.message);
    c
}

/// The last byte of the ciphertext is not the first of the tag.
fn moved_boundary(aead: Aead) -> Case {
    let mut c = case("decrypt", aead.name, "cut-or-continued", &FORGERY);
    let sealed = Sealed::new(aead, 40);
    let attached = sealed.attached();
    let state = aead.open(&mut c, b"ad");
    for len in [55, 40, 24, 17, 16] {
        let (out, _) = c.expect(bad_tag()).decrypt(state, &attached[..len], len as u32 - TAG_LEN);
        c.should().filled(out, 0);
    }
    let continued = [&attached[..], &[0]].concat();
    let (out, _) = c.expect(bad_tag()).decrypt(state, &continued, 41);
    c.should().filled(out, 0);
    let (out, _) = c.expect(bad_tag()).decrypt(state, &attached[1..], 39);
    c.should().filled(out, 0);
    c
}

/// Ciphertext and tag are input: they stay, whether the tag is right or not.
fn input_is_left_alone(aead: Aead) -> Case {
    let mut c = case("decrypt", aead.name, "input-is-left-alone", &["SYM-DEC-002", "SYM-DECD-001"]).kind(Kind::Memory);
    let sealed = Sealed::new(aead, 64);
    let state = aead.open(&mut c, b"ad");
    let mut forged = sealed.attached();
    forged[0] ^= 1;
    for (bytes, good) in [(sealed.attached(), true), (forged, false)] {
        let input = c.buffer_with(&bytes);
        if !good {
            c.expect(bad_tag());
        }
        c.decrypt(state, Data::from(input), 64);
        c.same(input, &bytes);
        if !good {
            c.expect(bad_tag());
        }
        c.decrypt_detached(state, input.slice(0, 64), input.slice(64, 16), 64);
        c.same(input, &bytes);
    }
    c
}
