//! Authenticated encryption of messages and associated data of many sizes, against an independent implementation.

use super::{Aead, TAG_LEN, case, oracle, sealing};
use crate::case::Case;

pub(super) fn cases() -> Vec<Case> {
    sealing().flat_map(|aead| messages(aead).into_iter().chain(associated_data(aead))).collect()
}

const REQUIREMENTS: [&str; 13] = [
    "SYM-AEAD-001",
    "SYM-AEAD-015",
    "SYM-ENC-031",
    "SYM-ENC-036",
    "SYM-ENC-037",
    "SYM-ENC-041",
    "SYM-ENCD-001",
    "SYM-ENCD-002",
    "SYM-DEC-006",
    "SYM-DEC-010",
    "SYM-DECD-003",
    "SYM-DECD-010",
    "SYM-TAG-LEN-004",
];

const SMALL: &[u32] = &[0, 1, 2, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 79, 80, 81, 95, 96, 97];
const MEDIUM: &[u32] = &[127, 128, 129, 191, 192, 193, 255, 256, 257, 319, 320, 321, 511, 512, 513];
const LARGE: &[u32] = &[1023, 1024, 1025, 4095, 4096, 4097, 16_383, 16_384, 16_385];
const HUGE: &[u32] = &[65_535, 65_536, 65_537];

fn messages(aead: Aead) -> Vec<Case> {
    let of = |(name, sizes): (&str, &[u32])| {
        let mut c = case("sizes", aead.name, &format!("{name}-messages"), &REQUIREMENTS);
        let ad = oracle::bytes("ad", 13);
        for size in sizes {
            all_four(&mut c, aead, &ad, &oracle::bytes("message", *size));
        }
        c
    };
    [("small", SMALL), ("medium", MEDIUM), ("large", LARGE), ("huge", HUGE)].map(of).into()
}

fn associated_data(aead: Aead) -> Vec<Case> {
    let of = |(name, sizes): (&str, &[u32])| {
        let mut c = case("sizes", aead.name, &format!("{name}-associated-data"), &REQUIREMENTS);
        for size in sizes {
            let ad = oracle::bytes("ad", *size);
            all_four(&mut c, aead, &ad, &oracle::bytes("message", 21));
            all_four(&mut c, aead, &ad, b"");
        }
        c
    };
    [("small", SMALL), ("medium", MEDIUM), ("large", LARGE), ("huge", &HUGE[2..])].map(of).into()
}

fn all_four(c: &mut Case, aead: Aead, ad: &[u8], message: &[u8]) {
    let len = message.len() as u32;
    let (ciphertext, tag) = aead.seal(ad, message);
    let attached = [&ciphertext[..], &tag].concat();
    let state = aead.open(c, ad);
    c.encrypt_eq(state, message, &attached);
    c.close(state);
    let state = aead.open(c, ad);
    let (out, handle) = c.encrypt_detached(state, message, len);
    c.same(out, &ciphertext);
    let tag_len = c.tag_len(handle);
    c.equal(tag_len, TAG_LEN);
    c.tag_pull_eq(handle, &tag);
    c.decrypt_eq(state, &attached, message);
    c.decrypt_detached_eq(state, &ciphertext, &tag, message);
    c.close(state);
}
