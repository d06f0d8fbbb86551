//! AES-CBC: an example of NIST SP 800-38A. Those have no padding, so only the blocks before it are compared.

use super::{case, hex};
use crate::case::Case;
use crate::cases::symmetric::bad_tag;

const CBC: &str = "AES-256-CBC";

pub(super) fn cases() -> Vec<Case> {
    let mut c = case("sp800-38a/AES-256-CBC/F.2.5", CBC, &["SYM-ENC-035", "SYM-ENC-041"]);
    let state = c.aead_open(CBC, hex(KEY), hex(IV));
    let (out, size) = c.encrypt(state, hex(MESSAGE), 80);
    c.equal(size, 80);
    c.same(out.slice(0, 64), hex(CIPHERTEXT));
    vec![c]
}

/// A ciphertext with its padding; without a message, one that is to be refused.
pub(super) fn padded(id: String, key: &[u8], iv: &[u8], ciphertext: &[u8], message: Option<&[u8]>) -> Case {
    let requirements: &[&str] = match message {
        Some(_) => &["SYM-ENC-035", "SYM-ENC-041", "SYM-DEC-010"],
        None => &["SYM-DEC-003", "SYM-AEAD-006", "SEC-ERRLEAK-007"],
    };
    let mut c = case(id, CBC, requirements);
    let state = c.aead_open(CBC, key, iv);
    let len = ciphertext.len() as u32;
    let Some(message) = message else {
        let (out, _) = c.expect(bad_tag()).decrypt(state, ciphertext, len);
        c.should().filled(out, 0);
        return c;
    };
    let (out, size) = c.encrypt(state, message, message.len() as u32 + 16);
    c.equal(size, len);
    c.same(out.slice(0, len), ciphertext);
    let (out, size) = c.decrypt(state, ciphertext, len);
    c.equal(size, message.len() as u32);
    c.same(out.slice(0, message.len() as u32), message);
    c
}

const KEY: &str = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
const IV: &str = "000102030405060708090a0b0c0d0e0f";
const MESSAGE: &str = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
                       30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
const CIPHERTEXT: &str = "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d\
                          39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b";
