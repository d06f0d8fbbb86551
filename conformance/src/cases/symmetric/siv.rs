//! AES-SIV (RFC 5297): each call of absorb adds a component of the associated data, and a nonce of any size, or none, is the last.
//!
//! The text does not say how several components are told apart, nor what an absent nonce means.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{InvalidNonce, InvalidOperation, NonceRequired, OptionNotSet, Overflow};

use super::{Aead, SIVS, TAG_LEN, case, oracle};
use crate::case::{Case, Expect, Handle, Strength};
use crate::oracle::aes;

pub(super) fn cases() -> Vec<Case> {
    let of = |siv| [nonces(siv), without_nonce(siv), components(siv), too_many_components(siv), clones(siv)];
    SIVS.into_iter().flat_map(of).collect()
}

fn siv(siv: Aead, behaviour: &str, requirements: &[&str]) -> Case {
    case("siv", siv.name, behaviour, requirements).strength(Strength::May)
}

fn open(c: &mut Case, siv: Aead, key: Handle, nonce: Option<&[u8]>) -> Handle {
    let options = nonce.map(|nonce| c.nonce(nonce));
    c.state_open(siv.name, Some(key), options)
}

/// Seals and opens with these components, which a state has absorbed.
fn seals(c: &mut Case, siv: Aead, state: Handle, components: &[&[u8]], message: &[u8]) {
    let (ciphertext, tag) = aes::siv(&siv.key(), components, message);
    let attached = [&ciphertext[..], &tag].concat();
    c.encrypt_eq(state, message, &attached);
    c.decrypt_eq(state, &attached, message);
    c.decrypt_detached_eq(state, ciphertext, tag, message);
}

/// Of many sizes; an empty one is not the same as none.
fn nonces(aead: Aead) -> Case {
    let mut c = siv(aead, "nonces", &["SYM-AEAD-008", "SYM-AEAD-002", "SYM-NONCE-011"]);
    let key = c.key_import(aead.name, aead.key());
    for len in [0, 1, 12, 15, 16, 17, 32, 33, 1000] {
        let nonce = oracle::bytes("nonce", len);
        let options = c.nonce(&nonce);
        c.alternative("the nonce is taken", |c| {
            let state = c.state_open(aead.name, Some(key), Some(options));
            c.options_get_eq(state, "nonce", &nonce);
            seals(c, aead, state, &[&nonce], b"message");
        });
        c.alternative("the nonce is refused", |c| {
            c.expect(InvalidNonce).state_open(aead.name, Some(key), Some(options));
        });
    }
    c
}

/// Then the same message is always encrypted alike, and may be again.
fn without_nonce(aead: Aead) -> Case {
    let mut c = siv(aead, "without-nonce", &["SYM-AEAD-009", "SYM-NONCE-010", "SYM-ENC-042"]);
    let key = c.key_import(aead.name, aead.key());
    let empty = c.options_open(AlgorithmType::Symmetric);
    c.alternative("a nonce may be absent", |c| {
        let state = c.state_open(aead.name, Some(key), Some(empty));
        c.expect(OptionNotSet).options_get(state, "nonce", 16);
        seals(c, aead, state, &[], b"message");
        seals(c, aead, state, &[], b"another message, of more than a block");
        seals(c, aead, state, &[], b"");
        let state = open(c, aead, key, None);
        c.absorb(state, "ad");
        seals(c, aead, state, &[b"ad"], b"message");
        seals(c, aead, state, &[b"ad"], b"message");
        c.expect(InvalidOperation).absorb(state, "more");
    });
    c.alternative("the host wants a nonce", |c| {
        c.expect(NonceRequired).state_open(aead.name, Some(key), None);
    });
    c
}

/// What is absorbed in several calls, and in none.
fn components(aead: Aead) -> Case {
    let mut c = siv(aead, "components", &["SYM-ABSORB-005", "SYM-AEAD-003"]);
    let key = c.key_import(aead.name, aead.key());
    let ad = oracle::bytes("ad", 100);
    let nonce = aead.nonce();
    for parts in [&[][..], &[0], &[100], &[0, 100], &[100, 0], &[0, 0, 0], &[16, 16, 68], &[1, 2, 3, 15, 17, 33]] {
        let mut rest = &ad[..];
        let components = parts.iter().map(|len| {
            let (component, after) = rest.split_at(*len);
            rest = after;
            component
        });
        let mut components: Vec<&[u8]> = components.collect();
        for nonce in [None, Some(&nonce[..])] {
            let state = open(&mut c, aead, key, nonce);
            components.iter().for_each(|component| c.absorb(state, *component));
            components.extend(nonce);
            seals(&mut c, aead, state, &components, b"a message");
            components.truncate(parts.len());
        }
    }
    c
}

/// 126 at most, the nonce among them (RFC 5297 section 2.6).
fn too_many_components(aead: Aead) -> Case {
    let mut c = siv(aead, "too-many-components", &["SYM-ABSORB-008"]);
    let key = c.key_import(aead.name, aead.key());
    let nonce = aead.nonce();
    for (nonce, most) in [(None, 126), (Some(&nonce[..]), 125)] {
        let state = open(&mut c, aead, key, nonce);
        (0..most).for_each(|_| c.absorb(state, "x"));
        c.expect(Overflow).absorb(state, "x");
        c.expect(Overflow).absorb(state, "");
        let components: Vec<&[u8]> = std::iter::repeat_n(&b"x"[..], most).chain(nonce).collect();
        seals(&mut c, aead, state, &components, b"a message");
    }
    c
}

/// With a nonce, one encryption is for all copies.
fn clones(aead: Aead) -> Case {
    let mut c = siv(aead, "clones", &["SYM-CLONE-012", "SYM-ENC-042"]);
    let key = c.key_import(aead.name, aead.key());
    let nonce = aead.nonce();
    let state = open(&mut c, aead, key, Some(&nonce));
    c.absorb(state, "common");
    let copy = c.state_clone(state);
    c.absorb(state, "left");
    c.absorb(copy, "right");
    c.close(key);
    seals(&mut c, aead, copy, &[b"common", b"right", &nonce], b"message");
    let expect = Expect::only(NonceRequired).or_info([InvalidOperation]);
    let (out, _) = c.expect(expect).encrypt(state, [2; 32], 32 + TAG_LEN);
    c.untouched(out);
    let (ciphertext, tag) = aes::siv(&aead.key(), &[b"common", b"left", &nonce], b"message");
    c.decrypt_detached_eq(state, ciphertext, tag, "message");
    c
}
