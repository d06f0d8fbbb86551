//! AES in counter mode, a stream cipher: SYM-ENC-030, SYM-DEC-001. That it has no tags and takes nothing in is in `optional.rs`.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{InvalidLength, InvalidNonce, InvalidOperation, NonceRequired, Overflow, Success};

use super::{CTRS, case, oracle};
use crate::args;
use crate::case::{Case, Expect, Handle, Kind, Strength};
use crate::oracle::aes;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, key_len) in CTRS {
        let ctr = Ctr { name, key_len };
        cases.extend([sizes(ctr), outputs_of_wrong_sizes(ctr), max_tag_len(ctr), nonces(ctr), second_encryption(ctr)]);
        cases.extend([clones(ctr), carries(ctr), wrap(ctr)]);
        for distance in [-100, -33, -17, -16, -15, -1, 0, 1, 15, 16, 17, 33, 100] {
            cases.extend([overlap(ctr, distance, true), overlap(ctr, distance, false)]);
        }
    }
    cases
}

#[derive(Clone, Copy)]
struct Ctr {
    name: &'static str,
    key_len: u32,
}

impl Ctr {
    fn key(self) -> Vec<u8> {
        oracle::bytes("key", self.key_len)
    }

    fn open(self, c: &mut Case, counter: impl AsRef<[u8]>) -> Handle {
        c.aead_open(self.name, self.key(), counter.as_ref())
    }

    fn apply(self, counter: impl AsRef<[u8]>, message: &[u8]) -> Vec<u8> {
        aes::ctr(&self.key(), counter.as_ref(), message)
    }
}

fn nonce() -> Vec<u8> {
    oracle::bytes("nonce", 16)
}

fn sizes(ctr: Ctr) -> Case {
    let mut c = case("ctr", ctr.name, "sizes", &["SYM-ENC-030", "SYM-ENC-041", "SYM-DEC-001", "SYM-DEC-010"]);
    let all = oracle::bytes("message", 65_537);
    for len in (0..=49).chain([63, 64, 65, 127, 128, 129, 255, 256, 257, 1023, 1024, 1025, 65_535, 65_536, 65_537]) {
        let message = &all[..len];
        let sealed = ctr.apply(nonce(), message);
        let state = ctr.open(&mut c, nonce());
        c.encrypt_eq(state, message, &sealed);
        c.decrypt_eq(state, sealed, message);
        c.close(state);
    }
    c
}

fn outputs_of_wrong_sizes(ctr: Ctr) -> Case {
    let requirements = ["SYM-ENC-038", "SYM-ENC-039", "SYM-DEC-007", "SYM-DEC-008"];
    let mut c = case("ctr", ctr.name, "outputs-of-wrong-sizes", &requirements);
    let state = ctr.open(&mut c, nonce());
    for (len, errno) in [(0, Overflow), (39, Overflow), (41, InvalidLength), (56, InvalidLength)] {
        let (out, _) = c.expect(errno).encrypt(state, [1; 40], len);
        c.untouched(out);
        let (out, _) = c.expect(errno).decrypt(state, [1; 40], len);
        c.untouched(out);
    }
    c.encrypt_eq(state, [1; 40], ctr.apply(nonce(), &[1; 40]));
    c
}

/// There is none.
fn max_tag_len(ctr: Ctr) -> Case {
    let mut c = case("ctr", ctr.name, "max-tag-len", &["SYM-MAXTAG-001", "SYM-MAXTAG-002"]).strength(Strength::May);
    let state = ctr.open(&mut c, nonce());
    let len = c.max_tag_len(state);
    c.equal(len, 0);
    c
}

fn nonces(ctr: Ctr) -> Case {
    let mut c = case("ctr", ctr.name, "nonces", &["SYM-AEAD-008", "SYM-NONCE-010", "SYM-NONCE-011"]);
    let key = c.key_import(ctr.name, ctr.key());
    for len in (0..=40).filter(|len| *len != 16) {
        let options = c.nonce(oracle::bytes("nonce", len));
        c.expect(InvalidNonce).state_open(ctr.name, Some(key), Some(options));
    }
    let empty = c.options_open(AlgorithmType::Symmetric);
    for options in [None, Some(empty)] {
        c.expect(NonceRequired).state_open(ctr.name, Some(key), options);
    }
    let state = ctr.open(&mut c, nonce());
    c.options_get_eq(state, "nonce", nonce());
    c
}

/// The text does not say; two messages under one stream tell their difference.
fn second_encryption(ctr: Ctr) -> Case {
    let mut c = case("ctr", ctr.name, "second-encryption", &["SYM-ENC-042"]).strength(Strength::May);
    let state = ctr.open(&mut c, nonce());
    c.encrypt(state, [1; 32], 32);
    let copy = c.state_clone(state);
    for state in [state, copy] {
        let (out, _) = c.expect(Expect::only(NonceRequired).or_info([InvalidOperation])).encrypt(state, [2; 32], 32);
        c.untouched(out);
        c.decrypt_eq(state, ctr.apply(nonce(), b"message"), "message");
    }
    c
}

fn clones(ctr: Ctr) -> Case {
    let mut c = case("ctr", ctr.name, "clones", &["SYM-CLONE-012", "SYM-STATE-002"]);
    let state = ctr.open(&mut c, nonce());
    let copy = c.state_clone(state);
    c.close(state);
    c.encrypt_eq(copy, "message", ctr.apply(nonce(), b"message"));
    c
}

/// The counter is one number of 128 bits.
fn carries(ctr: Ctr) -> Case {
    let mut c = case("ctr", ctr.name, "counter-carries", &["SYM-ENC-030", "SYM-DEC-001"]);
    let message = oracle::bytes("message", 300);
    for bits in [8, 16, 32, 64, 96, 127] {
        let counter = (u128::MAX >> (128 - bits)).wrapping_sub(3).to_be_bytes();
        let state = ctr.open(&mut c, counter);
        c.encrypt_eq(state, &message, ctr.apply(counter, &message));
    }
    c
}

/// Up to its last number. The text does not say what comes after it: blocks that belong to another nonce, or an error.
fn wrap(ctr: Ctr) -> Case {
    let mut c = case("ctr", ctr.name, "counter-wraps", &["SYM-ENC-030", "SYM-DEC-001"]).strength(Strength::May);
    for (counter, most) in [(u128::MAX, 16), (u128::MAX - 3, 64)] {
        let counter = counter.to_be_bytes();
        for len in [most, most - 1, 1, 0] {
            let message = oracle::bytes("message", len);
            let state = ctr.open(&mut c, counter);
            c.encrypt_eq(state, &message, ctr.apply(counter, &message));
            c.decrypt_eq(state, ctr.apply(counter, &message), message);
        }
        for len in [most + 1, 1000] {
            let message = oracle::bytes("message", len);
            let state = ctr.open(&mut c, counter);
            let expect = Expect::only(Overflow).or_info([Success]);
            c.expect(expect).encrypt(state, &message, len);
            c.expect(expect).decrypt(state, &message, len);
        }
    }
    c
}

/// The output is right, and no byte beside it has changed.
fn overlap(ctr: Ctr, distance: i32, encrypts: bool) -> Case {
    const AT: i32 = 128;
    let behaviour = format!("overlap/{}/output-{distance:+}", if encrypts { "encrypt" } else { "decrypt" });
    let mut c = case("ctr", ctr.name, &behaviour, &["SYM-ENC-034"]).kind(Kind::Memory);
    for len in [0, 1, 16, 77, 100] {
        let input = oracle::bytes("message", len);
        let output = ctr.apply(nonce(), &input);
        let out_at = (AT + distance) as usize;
        let mut memory = oracle::bytes("around", 400);
        memory[AT as usize..][..input.len()].copy_from_slice(&input);
        let arena = c.buffer_with(&memory);
        memory[out_at..][..output.len()].copy_from_slice(&output);
        let (state, size) = (ctr.open(&mut c, nonce()), c.size_slot());
        let function = if encrypts { "symmetric_state_encrypt" } else { "symmetric_state_decrypt" };
        c.call(function, args![state, arena.slice(out_at as u32, len), arena.slice(AT as u32, len), size.at()]);
        c.equal(size, len);
        c.same(arena, memory);
    }
    c
}
