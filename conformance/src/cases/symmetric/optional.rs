//! What only optional algorithms have: output without end, sessions, ciphers without a tag, padding, CMAC.
//! A host without them is not concerned. Tuple hashes are in no table of the specification, so SYM-TUPLE-* have no case.

use wasi_crypto_interface::Errno::{InvalidOperation, NonceRequired, Success};

use super::{case, not_defined, oracle};
use crate::case::{Case, Expect, Handle, Strength};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for algorithm in ["CSHAKE-128", "CSHAKE-256", "TURBOSHAKE-128", "TURBOSHAKE-256", "KT128", "KT256"] {
        cases.extend([xof_continues(algorithm), xof_absorb_after_squeeze(algorithm)]);
    }
    cases.extend([xof_or_hash(), xof_absorb_after_squeeze("BLAKE3")]);
    cases.extend([session_squeezes(), session_seals(), session_ratchets(), session_key()]);
    cases.extend(CIPHERS.iter().flat_map(|cipher| [counter(cipher), padding(cipher), cmac(cipher)]));
    cases.push(siv_without_nonce());
    cases
}

/// Several squeezes continue one output.
fn xof_continues(algorithm: &str) -> Case {
    let mut c = case("xof", algorithm, "continues", &["SYM-XOF-001", "SYM-XOF-002", "SYM-XOF-003"]);
    continues(&mut c, algorithm);
    c
}

/// C19: BLAKE3 is a hash, whose squeeze works on a copy, and has an output without end.
fn xof_or_hash() -> Case {
    let mut c = case("xof", "BLAKE3", "continues", &["SYM-XOF-001", "SYM-XOF-002", "SYM-XOF-003", "SYM-HASH-005"]);
    c.alternative("squeezes continue the output", |c| continues(c, "BLAKE3"));
    c.alternative("squeezes begin again", |c| {
        let state = c.state_open("BLAKE3", None, None);
        c.absorb(state, "input");
        let (first, second) = (c.squeeze(state, 32), c.squeeze(state, 32));
        c.same(first, second);
    });
    c
}

fn continues(c: &mut Case, algorithm: &str) {
    let [whole, parts] = [(); 2].map(|()| {
        let state = c.state_open(algorithm, None, None);
        c.absorb(state, "in");
        c.absorb(state, "put");
        state
    });
    let all = c.squeeze(whole, 200);
    let (first, second, third) = (c.squeeze(parts, 32), c.squeeze(parts, 32), c.squeeze(parts, 136));
    c.differ(first, second);
    c.same(first, all.slice(0, 32));
    c.same(second, all.slice(32, 32));
    c.same(third, all.slice(64, 136));
}

fn xof_absorb_after_squeeze(algorithm: &str) -> Case {
    let mut c = case("xof", algorithm, "absorb-after-squeeze", &["SYM-XOF-004"]).strength(Strength::May);
    let state = c.state_open(algorithm, None, None);
    c.absorb(state, "input");
    c.squeeze(state, 32);
    c.expect(Expect::only(InvalidOperation).or_info([Success])).absorb(state, "more");
    c
}

const SESSION: &str = "XOODYAK-128";

/// Without a key a session is a hash; the transcript includes the squeezes.
fn session_squeezes() -> Case {
    let requirements =
        ["SYM-SESSION-001", "SYM-SESSION-003", "SYM-SESSION-004", "SYM-HASH-005", "SYM-SQUEEZE-015", "SYM-ABSORB-006"];
    let mut c = case("session", SESSION, "squeezes-differ", &requirements);
    let [left, right] = [(); 2].map(|()| {
        let state = c.state_open(SESSION, None, None);
        c.absorb(state, "input");
        state
    });
    let (first, second) = (c.squeeze(left, 32), c.squeeze(left, 32));
    c.differ(first, second);
    let (same, other) = (c.squeeze(right, 32), c.squeeze(right, 32));
    c.same(first, same);
    c.same(second, other);
    c.absorb(left, "more");
    let (third, fourth) = (c.squeeze(left, 32), c.squeeze(right, 32));
    c.differ(third, fourth);
    c
}

fn open_session(c: &mut Case, key: Handle) -> Handle {
    let options = c.nonce(oracle::bytes("nonce", 16));
    let state = c.state_open(SESSION, Some(key), Some(options));
    c.absorb(state, "associated data");
    state
}

/// The other side opens what was sealed, and both go on from there.
fn session_seals() -> Case {
    let requirements = ["SYM-ENC-033", "SYM-DEC-004", "SYM-ENCD-007", "SYM-DECD-009"];
    let mut c = case("session", SESSION, "seals-and-opens", &requirements);
    let key = c.key_import(SESSION, oracle::bytes("key", 16));
    let (sender, receiver) = (open_session(&mut c, key), open_session(&mut c, key));
    let (sealed, size) = c.encrypt(sender, "first message", 29);
    c.equal(size, 29);
    let (opened, size) = c.decrypt(receiver, sealed, 13);
    c.equal(size, 13);
    c.same(opened, "first message");
    let (sealed, handle) = c.encrypt_detached(sender, "second message", 14);
    let (tag, _) = c.tag_pull(handle, 16);
    let (opened, _) = c.decrypt_detached(receiver, sealed, tag, 14);
    c.same(opened, "second message");
    let (left, right) = (c.squeeze(sender, 32), c.squeeze(receiver, 32));
    c.same(left, right);
    c
}

fn session_ratchets() -> Case {
    let mut c = case("session", SESSION, "ratchets", &["SYM-RATCHET-028"]);
    let key = c.key_import(SESSION, oracle::bytes("key", 16));
    let states = [(); 3].map(|()| open_session(&mut c, key));
    c.ratchet(states[0]);
    c.ratchet(states[1]);
    let [ratcheted, too, not] = states.map(|state| c.squeeze(state, 32));
    c.same(ratcheted, too);
    c.differ(ratcheted, not);
    c
}

/// A key that continues a session.
fn session_key() -> Case {
    let mut c = case("session", SESSION, "derives-a-key", &["SYM-SKEY-025"]);
    let key = c.key_import(SESSION, oracle::bytes("key", 16));
    let outputs = [(); 2].map(|()| {
        let state = open_session(&mut c, key);
        let derived = c.squeeze_key(state, SESSION);
        let next = c.state_open(SESSION, Some(derived), None);
        c.squeeze(next, 32)
    });
    c.same(outputs[0], outputs[1]);
    c
}

/// AES with the key, counter and first block of SP 800-38A (F.2 and F.5) and SP 800-38B (D).
struct Cipher {
    bits: u32,
    key: &'static [u8],
    ctr: [u8; 16],
    cbc: [u8; 16],
    cmac: [u8; 16],
}

const BLOCK: [u8; 16] = 0x6bc1bee2_2e409f96_e93d7e11_7393172a_u128.to_be_bytes();

const CIPHERS: [Cipher; 2] = [
    Cipher {
        bits: 128,
        key: &0x2b7e1516_28aed2a6_abf71588_09cf4f3c_u128.to_be_bytes(),
        ctr: 0x874d6191_b620e326_1bef6864_990db6ce_u128.to_be_bytes(),
        cbc: 0x7649abac_8119b246_cee98e9b_12e9197d_u128.to_be_bytes(),
        cmac: 0x070a16b4_6b4d4144_f79bdd9d_d04a287c_u128.to_be_bytes(),
    },
    Cipher {
        bits: 256,
        key: &[
            0x60, 0x3d, 0xeb, 0x10, 0x15, 0xca, 0x71, 0xbe, 0x2b, 0x73, 0xae, 0xf0, 0x85, 0x7d, 0x77, 0x81, 0x1f, 0x35,
            0x2c, 0x07, 0x3b, 0x61, 0x08, 0xd7, 0x2d, 0x98, 0x10, 0xa3, 0x09, 0x14, 0xdf, 0xf4,
        ],
        ctr: 0x601ec313_775789a5_b7a7f504_bbf3d228_u128.to_be_bytes(),
        cbc: 0xf58c4c04_d6e5f1ba_779eabfb_5f7bfbd6_u128.to_be_bytes(),
        cmac: 0x28a7023f_452e8f82_bd4bf28d_8c37c35c_u128.to_be_bytes(),
    },
];

/// A stream cipher adds nothing to the message, and has no tag.
fn counter(cipher: &Cipher) -> Case {
    let algorithm = format!("AES-{}-CTR", cipher.bits);
    let requirements =
        ["SYM-ENC-030", "SYM-DEC-001", "SYM-ENCD-005", "SYM-DECD-008", "SYM-ABSORB-007", "SYM-SQUEEZE-014"];
    let mut c = case("cipher", &algorithm, "no-tag", &requirements);
    let nonce = 0xf0f1f2f3_f4f5f6f7_f8f9fafb_fcfdfeff_u128.to_be_bytes();
    let state = c.aead_open(&algorithm, cipher.key, nonce);
    c.encrypt_eq(state, BLOCK, cipher.ctr);
    let state = c.aead_open(&algorithm, cipher.key, nonce);
    c.decrypt_eq(state, cipher.ctr, BLOCK);
    let state = c.aead_open(&algorithm, cipher.key, nonce);
    c.expect(not_defined()).encrypt_detached(state, BLOCK, 16);
    c.expect(not_defined()).decrypt_detached(state, BLOCK, [0; 16], 16);
    c.expect(not_defined()).absorb(state, "data");
    c.expect(not_defined().or_info([Success])).squeeze(state, 16);
    c
}

/// Padding counts as a tag.
fn padding(cipher: &Cipher) -> Case {
    let algorithm = format!("AES-{}-CBC", cipher.bits);
    let mut c = case("cipher", &algorithm, "padding", &["SYM-ENC-035", "SYM-MAXTAG-001"]);
    let nonce = 0x00010203_04050607_08090a0b_0c0d0e0f_u128.to_be_bytes();
    let state = c.aead_open(&algorithm, cipher.key, nonce);
    let max = c.max_tag_len(state);
    c.equal(max, 16);
    let (out, size) = c.encrypt(state, BLOCK, 32);
    c.equal(size, 32);
    c.same(out.slice(0, 16), cipher.cbc);
    c
}

/// C16: the table calls it an authenticated cipher.
fn cmac(cipher: &Cipher) -> Case {
    let algorithm = format!("AES-{}-CMAC", cipher.bits);
    let mut c = case("mac", &algorithm, "not-a-cipher", &["ALG-CATEGORY-009", "SYM-MAC-001"]);
    let key = c.key_import(&algorithm, cipher.key);
    let state = c.state_open(&algorithm, Some(key), None);
    c.absorb(state, BLOCK);
    c.squeeze_tag_eq(state, cipher.cmac);
    c.expect(not_defined()).encrypt(state, BLOCK, 32);
    c
}

/// C29: an example reads a nonce of 24 bytes that the host has chosen; the algorithm's has 12.
fn siv_without_nonce() -> Case {
    let algorithm = "AES-256-GCM-SIV";
    let mut c = case("nonce", algorithm, "omitted", &["SYM-AEAD-016"]);
    let key = c.key_import(algorithm, oracle::bytes("key", 32));
    c.expect(Expect::only(NonceRequired).or_info([Success])).state_open(algorithm, Some(key), None);
    c
}
