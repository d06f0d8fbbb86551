//! SYM-ABSORB-*, as far as it is not about one kind of algorithm.

use wasi_crypto_interface::Errno::{GuestError, InvalidLength, InvalidOperation, Overflow, Success};

use super::{AEADS, Aead, Keyed, XOODYAK, case, keyed, oracle};
use crate::args;
use crate::case::{Case, Expect, Kind, Pointer};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for aead in AEADS {
        cases.extend([associated_data(aead), after_encrypt(aead), after_decrypt(aead), without_associated_data(aead)]);
    }
    for keyed in keyed().iter().filter(|keyed| keyed.absorbs) {
        cases.extend([without_end(keyed), from_address_one(keyed)]);
    }
    cases.push(huge_output("SHA-256", None));
    cases.push(huge_output("HKDF-EXPAND/SHA-512", Some(oracle::bytes("key", 64))));
    cases
}

/// Several calls are one with the concatenation.
fn associated_data(aead: Aead) -> Case {
    let mut c = case("absorb", aead.name, "associated-data-in-parts", &["SYM-ABSORB-005", "SYM-AEAD-003"]);
    let (ad, message) = (oracle::bytes("ad", 77), oracle::bytes("message", 50));
    let (ciphertext, tag) = aead.seal(&ad, &message);
    for chunk in [1, 7, 16, 76, 77] {
        let state = aead.open(&mut c, b"");
        for part in ad.chunks(chunk) {
            c.absorb(state, part);
            c.absorb(state, "");
        }
        c.encrypt_detached_eq(state, &message, &ciphertext, &tag);
        c.close(state);
        let state = aead.open(&mut c, b"");
        for part in ad.chunks(chunk) {
            c.absorb(state, part);
        }
        c.decrypt_detached_eq(state, &ciphertext, &tag, &message);
    }
    c
}

/// C26: associated data may be absent.
fn without_associated_data(aead: Aead) -> Case {
    let requirements = ["SYM-ENC-032", "SYM-DEC-002", "SYM-ENCD-006", "SYM-ABSORB-009"];
    let mut c = case("absorb", aead.name, "no-associated-data", &requirements);
    let message = oracle::bytes("message", 50);
    let (ciphertext, tag) = aead.seal(b"", &message);
    let attached = [&ciphertext[..], &tag].concat();
    for absorb in [false, true] {
        let open = |c: &mut Case| {
            let state = aead.open(c, b"");
            if absorb {
                c.absorb(state, "");
            }
            state
        };
        let state = open(&mut c);
        c.encrypt_eq(state, &message, &attached);
        let state = open(&mut c);
        c.encrypt_detached_eq(state, &message, &ciphertext, &tag);
        let state = open(&mut c);
        c.decrypt_eq(state, &attached, &message);
    }
    c
}

/// The text does not say what it means; what is sure is that it must not change what was encrypted.
fn after_encrypt(aead: Aead) -> Case {
    let mut c = case("absorb", aead.name, "after-encrypt", &["SYM-ABSORB-010"]);
    let state = aead.open(&mut c, b"ad");
    c.encrypt(state, [1; 20], 36);
    c.expect(Expect::only(InvalidOperation).or_info_any_error().or_info([Success])).absorb(state, "more");
    c
}

fn after_decrypt(aead: Aead) -> Case {
    let mut c = case("absorb", aead.name, "after-decrypt", &["SYM-ABSORB-010"]);
    let (ciphertext, tag) = aead.seal(b"ad", b"message");
    let state = aead.open(&mut c, b"ad");
    c.decrypt_detached_eq(state, &ciphertext, &tag, "message");
    c.expect(Expect::only(InvalidOperation).or_info_any_error().or_info([Success])).absorb(state, "more");
    c
}

/// A gigabyte: hashed as it comes, or refused with `overflow` where it must be kept.
fn without_end(keyed: &Keyed) -> Case {
    const LEN: u32 = 8 << 20;
    let algorithm = keyed.name.as_str();
    let mut c = case("absorb", algorithm, "a-gigabyte", &["SYM-ABSORB-008"]).kind(Kind::Stress);
    let data = c.scratch(LEN);
    let key = c.key_import(algorithm, keyed.key());
    let options = keyed.options(&mut c);
    let state = c.state_open(algorithm, Some(key), options);
    let gathers = algorithm.starts_with("HKDF") || keyed.nonce_len > 0 && algorithm != XOODYAK.name;
    let rounds = if gathers { 128u32 } else { 8 };
    c.repeat(rounds, |c| {
        c.stop_at(Overflow).expect(Expect::any_of([Success, Overflow])).absorb(state, data);
    });
    c.close(state);
    c
}

/// Bindings pass the address 1 for empty slices.
fn from_address_one(keyed: &Keyed) -> Case {
    let algorithm = keyed.name.as_str();
    let mut c = case("absorb", algorithm, "empty-at-any-address", &["SYM-ABSORB-009"]).kind(Kind::Memory);
    let key = c.key_import(algorithm, keyed.key());
    let options = keyed.options(&mut c);
    let state = c.state_open(algorithm, Some(key), options);
    for address in [Pointer::absolute(0), Pointer::absolute(1), Pointer::end(0)] {
        c.call("symmetric_state_absorb", args![state, (address, 0u32)]);
    }
    c.absorb(state, "something");
    c
}

/// 1.5 GiB to an address where there is no memory: refused at once.
fn huge_output(algorithm: &str, key: Option<Vec<u8>>) -> Case {
    let mut c = case("squeeze", algorithm, "huge-and-outside", &["SYM-SQUEEZE-012"]).kind(Kind::Robustness);
    let key = key.map(|raw| c.key_import(algorithm, raw));
    let state = c.state_open(algorithm, key, None);
    for len in [0x6000_0000_u32, 0x7fff_ffff, 0xffff_ffff] {
        let expect = Expect::only(GuestError).or_info([InvalidLength, Overflow]);
        c.expect(expect).call("symmetric_state_squeeze", args![state, (Pointer::absolute(0x1_0000), len)]);
    }
    c.squeeze(state, 32);
    c
}
