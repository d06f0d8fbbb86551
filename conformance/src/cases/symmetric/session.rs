//! Sessions of Xoodyak, against the suite's own: random sequences of all operations over several states and their clones. What the text says of them
//! is in `optional.rs`.

use wasi_crypto_interface::Errno::{InvalidNonce, InvalidOperation, KeyRequired, OptionNotSet, Success};

use super::oracle::Random;
use super::{TAG_LEN, XOODYAK, bad_tag, case, not_defined, oracle};
use crate::case::{Case, Expect, Handle, Strength};
use crate::oracle::xoodyak::Cyclist;

pub(super) fn cases() -> Vec<Case> {
    let sequences = (0..20).flat_map(|seed| [sequence(seed, true), sequence(seed, false)]);
    let others =
        [sizes(), empty_pieces(), nonces(), forgeries(), unkeyed(), key_of_a_session(), secrets_are_not_kept()];
    sequences.chain(others).collect()
}

fn session(behaviour: &str, requirements: &[&str]) -> Case {
    case("session", XOODYAK.name, behaviour, requirements)
}

fn open(c: &mut Case) -> (Handle, Cyclist) {
    let state = c.aead_open(XOODYAK.name, XOODYAK.key(), XOODYAK.nonce());
    (state, Cyclist::keyed(&XOODYAK.key(), &XOODYAK.nonce()))
}

/// The sealed text.
fn seal(model: &mut Cyclist, message: &[u8]) -> Vec<u8> {
    let mut sealed = model.encrypt(message);
    sealed.extend(model.squeeze(TAG_LEN as usize));
    sealed
}

/// Every operation in any order, on copies of copies.
fn sequence(seed: u32, is_keyed: bool) -> Case {
    const STEPS: u32 = 60;
    const MAX_STATES: u32 = 5;
    let requirements =
        ["SYM-SESSION-001", "SYM-SESSION-004", "SYM-CLONE-012", "SYM-ABSORB-006", "SYM-ENC-033", "SYM-DEC-004"];
    let with = if is_keyed { "keyed" } else { "unkeyed" };
    let mut c = session(&format!("sequence/{with}/{seed}"), &requirements);
    let mut random = Random::new(&format!("session {with} {seed}"));
    let pool = oracle::bytes("pool", 512);
    let mut states =
        vec![if is_keyed { open(&mut c) } else { (c.state_open(XOODYAK.name, None, None), Cyclist::hash()) }];
    for _ in 0..STEPS {
        let chosen = random.below(states.len() as u32) as usize;
        // Often around a rate: 16, 24, 44.
        let len = [random.below(150), 15 + random.below(3), 23 + random.below(3), 43 + random.below(3)];
        let len = len[random.below(4) as usize] as usize;
        let data = &pool[random.below(512 - len as u32) as usize..][..len];
        let number = states.len() as u32;
        let (state, model) = &mut states[chosen];
        let state = *state;
        match random.below(if is_keyed { 12 } else { 5 }) {
            0 | 1 => {
                c.absorb(state, data);
                model.absorb(data);
            }
            2 | 3 => c.squeeze_eq(state, model.squeeze(len)),
            4 if number < MAX_STATES => {
                let copy = (c.state_clone(state), model.clone());
                states.push(copy);
            }
            5 => c.encrypt_eq(state, data, seal(model, data)),
            6 => {
                let sealed = seal(model, data);
                let (ciphertext, tag) = sealed.split_at(len);
                c.encrypt_detached_eq(state, data, ciphertext, tag);
            }
            7 => c.decrypt_eq(state, seal(model, data), data),
            8 => {
                let sealed = seal(model, data);
                let (ciphertext, tag) = sealed.split_at(len);
                c.decrypt_detached_eq(state, ciphertext, tag, data);
            }
            9 => c.squeeze_tag_eq(state, model.squeeze(TAG_LEN as usize)),
            10 => {
                c.ratchet(state);
                model.ratchet();
            }
            11 => {
                let key = c.squeeze_key(state, XOODYAK.name);
                let array = c.key_export(key);
                c.pull_eq(array, model.squeeze_key(16));
                c.close(key);
            }
            _ if number > 1 => {
                c.close(state);
                states.swap_remove(chosen);
            }
            _ => {}
        }
    }
    for (state, mut model) in states {
        c.squeeze_eq(state, model.squeeze(40));
    }
    c
}

/// Messages and data of many sizes, none among them.
fn sizes() -> Case {
    let mut c = session("sizes", &["SYM-ENC-033", "SYM-ENCD-007", "SYM-DEC-004", "SYM-DECD-009", "SYM-ENC-037"]);
    let all = oracle::bytes("message", 65_537);
    for len in (0..=50).chain([71, 72, 73, 88, 89, 1000, 65_537]) {
        let (state, mut model) = open(&mut c);
        c.absorb(state, &all[..len]);
        model.absorb(&all[..len]);
        c.encrypt_eq(state, &all[..len], seal(&mut model, &all[..len]));
        c.squeeze_eq(state, model.squeeze(len));
        c.close(state);
    }
    c
}

/// Nothing absorbed is something in the transcript, and so is nothing encrypted.
fn empty_pieces() -> Case {
    let mut c = session("empty-pieces", &["SYM-SESSION-004", "SYM-ABSORB-006"]).strength(Strength::May);
    for number in 0..3 {
        let (state, mut model) = open(&mut c);
        for _ in 0..number {
            c.absorb(state, "");
            model.absorb(b"");
        }
        c.encrypt_eq(state, "", seal(&mut model, b""));
        c.squeeze_eq(state, model.squeeze(32));
    }
    c
}

fn nonces() -> Case {
    let mut c = session("nonces", &["SYM-AEAD-008", "SYM-NONCE-011"]);
    let key = c.key_import(XOODYAK.name, XOODYAK.key());
    for len in (0..=40).filter(|len| *len != XOODYAK.nonce_len) {
        let options = c.nonce(oracle::bytes("nonce", len));
        c.expect(Expect::only(InvalidNonce).or_info([Success])).state_open(XOODYAK.name, Some(key), Some(options));
    }
    let state = c.state_open(XOODYAK.name, Some(key), None);
    c.expect(OptionNotSet).options_get(state, "nonce", 16);
    let mut model = Cyclist::keyed(&XOODYAK.key(), b"");
    c.squeeze_eq(state, model.squeeze(32));
    let (state, _) = open(&mut c);
    c.options_get_eq(state, "nonce", XOODYAK.nonce());
    c
}

/// What is not authentic is refused, does not come out, and leaves the session where it was.
fn forgeries() -> Case {
    let requirements = ["SYM-DEC-003", "SYM-DEC-012", "SYM-DECD-006", "SYM-AEAD-006"];
    let mut c = session("forgeries", &requirements).strength(Strength::May);
    let (state, mut model) = open(&mut c);
    for round in 0..3 {
        let sealed = seal(&mut model, &[round; 30]);
        for at in [0, 29, 30, 45] {
            let mut forged = sealed.clone();
            forged[at] ^= 1;
            let (out, _) = c.expect(bad_tag()).decrypt(state, &forged, 30);
            c.should().filled(out, 0);
            let (out, _) = c.expect(bad_tag()).decrypt_detached(state, &forged[..30], &forged[30..], 30);
            c.should().filled(out, 0);
        }
        c.expect(bad_tag()).decrypt(state, &sealed[..15], 0);
        c.decrypt_eq(state, sealed, [round; 30]);
    }
    c
}

/// Without a key it is a hash.
fn unkeyed() -> Case {
    let mut c = session("unkeyed", &["SYM-PATTERN-001", "SYM-SESSION-001", "SYM-RATCHET-029"]).strength(Strength::May);
    let (state, mut model) = (c.state_open(XOODYAK.name, None, None), Cyclist::hash());
    c.absorb(state, "abc");
    model.absorb(b"abc");
    let expect = not_defined().or_info([KeyRequired]);
    let (out, _) = c.expect(expect).encrypt(state, [1; 20], 36);
    c.untouched(out);
    c.expect(expect).encrypt_detached(state, [1; 20], 20);
    c.expect(expect).decrypt(state, [1; 36], 20);
    c.expect(expect).decrypt_detached(state, [1; 20], [1; 16], 20);
    c.expect(expect).squeeze_key(state, XOODYAK.name);
    c.expect(expect).ratchet(state);
    c.squeeze_eq(state, model.squeeze(32));
    let options = c.nonce(XOODYAK.nonce());
    c.expect(Expect::only(KeyRequired).or_info([Success])).state_open(XOODYAK.name, None, Some(options));
    c
}

/// A key goes to this algorithm only, and begins a session without a nonce.
fn key_of_a_session() -> Case {
    let mut c = session("key-of-a-session", &["SYM-SKEY-025", "SYM-SKEY-027"]);
    let (state, mut model) = open(&mut c);
    c.expect(InvalidOperation).squeeze_key(state, "AES-128-GCM");
    let key = c.squeeze_key(state, XOODYAK.name);
    let next = c.state_open(XOODYAK.name, Some(key), None);
    let mut next_model = Cyclist::keyed(&model.squeeze_key(16), b"");
    c.encrypt_eq(next, "message", seal(&mut next_model, b"message"));
    c.squeeze_eq(state, model.squeeze(32));
    c
}

/// After a ratchet, what a session gave before cannot be had from it again.
fn secrets_are_not_kept() -> Case {
    let mut c = session("ratchet-of-a-clone", &["SYM-RATCHET-028", "SYM-CLONE-012"]);
    let (state, mut model) = open(&mut c);
    let copy = c.state_clone(state);
    c.ratchet(copy);
    c.squeeze_eq(state, model.clone().squeeze(32));
    model.ratchet();
    c.squeeze_eq(copy, model.squeeze(32));
    c
}
