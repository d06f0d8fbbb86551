//! AES-CBC, which pads and does not authenticate: SYM-ENC-035, and what else is different from an AEAD.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{
    InvalidLength, InvalidNonce, InvalidOperation, InvalidTag, NonceRequired, Overflow, VerificationFailed,
};

use super::{CBCS, Cbc, bad_tag, case, not_defined, oracle};
use crate::args;
use crate::case::{Case, Expect, Handle, Kind, Strength};
use crate::oracle::aes;

pub(super) fn cases() -> Vec<Case> {
    CBCS.into_iter().flat_map(of).collect()
}

fn of(cbc: Cbc) -> Vec<Case> {
    let of = [
        sizes,
        exact_outputs,
        outputs_of_wrong_sizes,
        max_tag_len,
        state_survives,
        paddings,
        wrong_paddings,
        not_whole_blocks,
        detached,
        takes_nothing_in,
        nonces,
        second_encryption,
        clones,
        input_is_left_alone,
    ];
    let overlaps = [-100, -33, -17, -16, -15, -1, 0, 1, 15, 16, 17, 33, 100]
        .into_iter()
        .flat_map(|distance| [overlap(cbc, distance, true), overlap(cbc, distance, false)]);
    of.into_iter().map(|case| case(cbc)).chain(overlaps).collect()
}

const BLOCK: u32 = 16;

fn iv() -> Vec<u8> {
    oracle::bytes("nonce", BLOCK)
}

impl Cbc {
    fn key(self) -> Vec<u8> {
        oracle::bytes("key", self.key_len)
    }

    fn seal(self, message: &[u8]) -> Vec<u8> {
        aes::cbc(&self.key(), &iv(), message)
    }

    fn open(self, c: &mut Case) -> Handle {
        c.aead_open(self.name, self.key(), iv())
    }
}

/// Encrypts into an output that has the room which the text asks for, and decrypts into one as long as the ciphertext.
fn sizes(cbc: Cbc) -> Case {
    let mut c = case("cbc", cbc.name, "sizes", &["SYM-ENC-035", "SYM-ENC-037", "SYM-ENC-041", "SYM-DEC-010"]);
    let all = oracle::bytes("message", 65_537);
    for len in (0..=49).chain([63, 64, 65, 255, 256, 257, 1023, 1024, 1025, 65_535, 65_536, 65_537]) {
        let message = &all[..len as usize];
        let sealed = cbc.seal(message);
        let sealed_len = sealed.len() as u32;
        let state = cbc.open(&mut c);
        let (out, size) = c.encrypt(state, message, len + BLOCK);
        c.equal(size, sealed_len);
        c.same(out.slice(0, sealed_len), &sealed);
        let (out, size) = c.decrypt(state, &sealed, sealed_len);
        c.equal(size, len);
        c.same(out.slice(0, len), message);
        c.close(state);
    }
    c
}

/// The text wants an output of encryption to have room for the most padding, and one of decryption none for the least. A host may take what
/// is exact, too.
fn exact_outputs(cbc: Cbc) -> Case {
    let mut c = case("cbc", cbc.name, "exact-outputs", &["SYM-ENC-037", "SYM-DEC-006"]).strength(Strength::May);
    for len in [0, 1, 15, 16, 17, 40] {
        let message = oracle::bytes("message", len);
        let sealed = cbc.seal(&message);
        let state = cbc.open(&mut c);
        c.encrypt_eq(state, &message, &sealed);
        c.decrypt_eq(state, &sealed, &message);
    }
    c
}

fn outputs_of_wrong_sizes(cbc: Cbc) -> Case {
    let requirements = ["SYM-ENC-038", "SYM-ENC-039", "SYM-DEC-007", "SYM-DEC-008"];
    let mut c = case("cbc", cbc.name, "outputs-of-wrong-sizes", &requirements);
    let message = oracle::bytes("message", 40);
    let sealed = cbc.seal(&message);
    let state = cbc.open(&mut c);
    for (len, errno) in [(0, Overflow), (40, Overflow), (47, Overflow), (57, InvalidLength), (1000, InvalidLength)] {
        let (out, size) = c.expect(errno).encrypt(state, &message, len);
        c.untouched(out);
        c.observe().untouched(size);
    }
    for (len, errno) in [(0, Overflow), (31, Overflow), (49, InvalidLength), (1000, InvalidLength)] {
        let (out, _) = c.expect(errno).decrypt(state, &sealed, len);
        c.untouched(out);
    }
    // Long enough for padding of a whole block alone: a part of the message must not come out as all of it.
    for len in [32, 39] {
        let (out, _) = c.expect(Overflow).decrypt(state, &sealed, len);
        c.differ(out, &message[..len as usize]);
        c.should().untouched(out);
    }
    let (out, size) = c.encrypt(state, &message, 56);
    c.equal(size, 48);
    c.same(out.slice(0, 48), sealed);
    c
}

fn max_tag_len(cbc: Cbc) -> Case {
    let mut c = case("cbc", cbc.name, "max-tag-len", &["SYM-MAXTAG-001", "SYM-MAXTAG-002", "SYM-ENC-035"]);
    let state = cbc.open(&mut c);
    let before = c.max_tag_len(state);
    c.equal(before, BLOCK);
    c.encrypt(state, [1; 20], 36);
    let after = c.max_tag_len(state);
    c.equal(after, BLOCK);
    c
}

/// All paddings that are right.
fn paddings(cbc: Cbc) -> Case {
    let mut c = case("cbc", cbc.name, "paddings", &["SYM-DEC-010", "SYM-ENC-035"]);
    let state = cbc.open(&mut c);
    for padding in 1..=BLOCK {
        let mut block = oracle::bytes("message", 32);
        block[(32 - padding) as usize..].fill(padding as u8);
        let (out, size) = c.decrypt(state, aes::cbc_unpadded(&cbc.key(), &iv(), &block), 32);
        c.equal(size, 32 - padding);
        c.same(out.slice(0, 32 - padding), &block[..(32 - padding) as usize]);
    }
    c
}

/// Each byte of a padding counts, and one answer is all that comes of any mistake.
fn wrong_paddings(cbc: Cbc) -> Case {
    let requirements = ["SYM-DEC-003", "SYM-AEAD-006", "SEC-ERRLEAK-007", "SEC-ERRBUF-010"];
    let mut c = case("cbc", cbc.name, "wrong-paddings", &requirements);
    let state = cbc.open(&mut c);
    let mut refuse = |block: &[u8]| {
        let sealed = aes::cbc_unpadded(&cbc.key(), &iv(), block);
        let (out, size) = c.expect(bad_tag()).decrypt(state, sealed, 32);
        c.observe().untouched(size);
        c.should().filled(out, 0);
    };
    for last in [0, 17, 32, 0x7f, 0x80, 0xff] {
        let mut block = oracle::bytes("message", 32);
        block[31] = last;
        refuse(&block);
        block[16..].fill(last);
        refuse(&block);
    }
    for padding in 2..=16 {
        for wrong in 1..padding {
            let mut block = oracle::bytes("message", 32);
            block[32 - padding..].fill(padding as u8);
            block[31 - wrong] ^= 1 << (wrong % 8);
            refuse(&block);
        }
    }
    c
}

fn not_whole_blocks(cbc: Cbc) -> Case {
    let mut c = case("cbc", cbc.name, "not-whole-blocks", &["SYM-DEC-011", "SEC-ERRLEAK-007"]).kind(Kind::Robustness);
    let sealed = cbc.seal(&[7; 40]);
    let state = cbc.open(&mut c);
    let expect = Expect::only(InvalidTag).or_info([InvalidLength, Overflow, VerificationFailed]);
    for len in (0..48).filter(|len| *len == 0 || len % 16 != 0) {
        for out_len in [0, len] {
            let (out, _) = c.expect(expect).decrypt(state, &sealed[..len as usize], out_len);
            c.observe().untouched(out);
        }
    }
    c
}

/// There is no tag that could be apart.
fn detached(cbc: Cbc) -> Case {
    let mut c = case("cbc", cbc.name, "no-detached-tag", &["SYM-ENCD-009", "SYM-DECD-011", "SYM-PATTERN-001"]);
    let state = cbc.open(&mut c);
    for len in [0, 16, 20] {
        let message = vec![1; len as usize];
        let (out, slot) = c.expect(not_defined()).encrypt_detached(state, message.clone(), len);
        c.untouched(out);
        c.untouched(slot);
        let (out, _) = c.expect(not_defined()).decrypt_detached(state, message, [16; 16], len);
        c.untouched(out);
    }
    let (out, size) = c.encrypt(state, [1; 20], 36);
    c.equal(size, 32);
    c.same(out.slice(0, 32), cbc.seal(&[1; 20]));
    c
}

/// No associated data, and nothing to squeeze.
fn takes_nothing_in(cbc: Cbc) -> Case {
    let requirements =
        ["SYM-ABSORB-007", "SYM-SQUEEZE-016", "SYM-STAG-021", "SYM-SKEY-026", "SYM-RATCHET-029", "SYM-PATTERN-001"];
    let mut c = case("cbc", cbc.name, "takes-nothing-in", &requirements);
    let state = cbc.open(&mut c);
    for data in ["", "data"] {
        c.expect(not_defined()).absorb(state, data);
    }
    let out = c.expect(not_defined()).squeeze(state, 16);
    c.untouched(out);
    c.expect(not_defined()).squeeze_tag(state);
    c.expect(not_defined()).squeeze_key(state, "HKDF-EXPAND/SHA-256");
    c.expect(not_defined()).ratchet(state);
    let (out, _) = c.encrypt(state, [1; 20], 36);
    c.same(out.slice(0, 32), cbc.seal(&[1; 20]));
    c
}

/// The initialization vector.
fn nonces(cbc: Cbc) -> Case {
    let requirements = ["SYM-AEAD-008", "SYM-NONCE-010", "SYM-NONCE-011", "SYM-AEAD-002"];
    let mut c = case("cbc", cbc.name, "nonces", &requirements);
    let key = c.key_import(cbc.name, cbc.key());
    for len in (0..=40).chain([64, 1000]).filter(|len| *len != BLOCK) {
        let options = c.nonce(oracle::bytes("nonce", len));
        c.expect(InvalidNonce).state_open(cbc.name, Some(key), Some(options));
    }
    let empty = c.options_open(AlgorithmType::Symmetric);
    for options in [None, Some(empty)] {
        let slot = c.expect(NonceRequired).state_open(cbc.name, Some(key), options);
        c.untouched(slot);
    }
    let state = cbc.open(&mut c);
    c.options_get_eq(state, "nonce", iv());
    c
}

fn second_encryption(cbc: Cbc) -> Case {
    let mut c = case("cbc", cbc.name, "second-encryption", &["SYM-ENC-042"]).strength(Strength::May);
    let state = cbc.open(&mut c);
    c.encrypt(state, [1; 32], 48);
    let expect = Expect::only(NonceRequired).or_info([InvalidOperation]);
    let (out, _) = c.expect(expect).encrypt(state, [2; 32], 48);
    c.untouched(out);
    let copy = c.state_clone(state);
    c.expect(expect).encrypt(copy, [2; 32], 48);
    c
}

fn clones(cbc: Cbc) -> Case {
    let mut c = case("cbc", cbc.name, "clones-decrypt", &["SYM-CLONE-012", "SYM-STATE-002"]);
    let state = cbc.open(&mut c);
    let copy = c.state_clone(state);
    c.close(state);
    for message in [&b""[..], b"one", b"a message of more than a block"] {
        let sealed = cbc.seal(message);
        let (out, size) = c.decrypt(copy, &sealed, sealed.len() as u32);
        c.equal(size, message.len() as u32);
        c.same(out.slice(0, message.len() as u32), message);
    }
    c
}

/// A bad padding, then a good one. The text does not say that this works.
fn state_survives(cbc: Cbc) -> Case {
    let mut c = case("cbc", cbc.name, "again-after-a-bad-padding", &["SYM-DEC-012"]).strength(Strength::May);
    let state = cbc.open(&mut c);
    let mut block = [5; 16];
    block[0] = 17;
    block[15] = 16;
    c.expect(bad_tag()).decrypt(state, aes::cbc_unpadded(&cbc.key(), &iv(), &block), 16);
    let (out, size) = c.decrypt(state, cbc.seal(b"message"), 16);
    c.equal(size, 7);
    c.same(out.slice(0, 7), "message");
    c
}

fn input_is_left_alone(cbc: Cbc) -> Case {
    let mut c = case("cbc", cbc.name, "input-is-left-alone", &["SYM-DEC-002"]).kind(Kind::Memory);
    let state = cbc.open(&mut c);
    let sealed = cbc.seal(&[9; 40]);
    let input = c.buffer_with(&sealed);
    c.decrypt(state, input, 48);
    c.same(input, &sealed);
    let message = c.buffer_with([9; 40]);
    c.encrypt(state, message, 56);
    c.same(message, [9; 40]);
    c
}

/// The output is right, and no byte beside it has changed.
fn overlap(cbc: Cbc, distance: i32, encrypts: bool) -> Case {
    const AT: i32 = 128;
    let requirements: &[&str] = match distance {
        0 => &["SYM-ENC-034", "SYM-ENCD-008"],
        _ => &["SYM-ENC-034"],
    };
    let behaviour = format!("overlap/{}/output-{distance:+}", if encrypts { "encrypt" } else { "decrypt" });
    let mut c = case("cbc", cbc.name, &behaviour, requirements).kind(Kind::Memory);
    for len in [0, 1, 16, 77, 100] {
        let message = oracle::bytes("message", len);
        let sealed = cbc.seal(&message);
        let (input, output, room) = match encrypts {
            true => (&message, &sealed, message.len() + 16),
            false => (&sealed, &message, sealed.len()),
        };
        let out_at = (AT + distance) as usize;
        let mut memory = oracle::bytes("around", 400);
        memory[AT as usize..][..input.len()].copy_from_slice(input);
        let arena = c.buffer_with(&memory);
        let (before, after) = (memory[..out_at].to_vec(), memory[out_at + room..].to_vec());
        let data = arena.slice(AT as u32, input.len() as u32);
        let (state, size) = (cbc.open(&mut c), c.size_slot());
        let function = if encrypts { "symmetric_state_encrypt" } else { "symmetric_state_decrypt" };
        c.call(function, args![state, arena.slice(out_at as u32, room as u32), data, size.at()]);
        c.equal(size, output.len() as u32);
        c.same(arena.slice(out_at as u32, output.len() as u32), output);
        c.same(arena.slice(0, out_at as u32), before);
        c.same(arena.slice((out_at + room) as u32, after.len() as u32), after);
    }
    c
}
