//! AES-CBC: the examples of NIST SP 800-38A. Those have no padding, so only the blocks before it are compared.

use super::{case, hex};
use crate::case::Case;
use crate::cases::symmetric::bad_tag;

pub(super) fn cases() -> Vec<Case> {
    let example = |(algorithm, section, key, ciphertext): &(&str, &str, &str, &str)| {
        let id = format!("sp800-38a/{algorithm}/{section}");
        let mut c = case(id, algorithm, &["SYM-ENC-035", "SYM-ENC-041"]);
        let state = c.aead_open(algorithm, hex(key), hex(IV));
        let (out, size) = c.encrypt(state, hex(MESSAGE), 80);
        c.equal(size, 80);
        c.same(out.slice(0, 64), hex(ciphertext));
        c
    };
    SP_800_38A.iter().map(example).collect()
}

/// A ciphertext with its padding; without a message, one that is to be refused.
pub(super) fn padded(
    id: String,
    algorithm: &str,
    key: &[u8],
    iv: &[u8],
    ciphertext: &[u8],
    message: Option<&[u8]>,
) -> Case {
    let requirements: &[&str] = match message {
        Some(_) => &["SYM-ENC-035", "SYM-ENC-041", "SYM-DEC-010"],
        None => &["SYM-DEC-003", "SYM-AEAD-006", "SEC-ERRLEAK-007"],
    };
    let mut c = case(id, algorithm, requirements);
    let state = c.aead_open(algorithm, key, iv);
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

const IV: &str = "000102030405060708090a0b0c0d0e0f";
const MESSAGE: &str = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
                       30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
/// Algorithm, section, key, ciphertext.
const SP_800_38A: &[(&str, &str, &str, &str)] = &[
    (
        "AES-128-CBC",
        "F.2.1",
        "2b7e151628aed2a6abf7158809cf4f3c",
        "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2\
         73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7",
    ),
    (
        "AES-256-CBC",
        "F.2.5",
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d\
         39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
    ),
];
