//! Opening, using and closing states: SYM-STATE-*, SYM-CLOSE-*.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{Closed, InvalidHandle, InvalidKey, KeyNotSupported, KeyRequired, NonceRequired};

use super::{
    AEADS, Aead, BLAKE3, CBCS, CTRS, HASHES, Keyed, MACS, PASSWORD_HASHES, SIVS, TAG_LEN, XOFS, XOODYAK, case, keyed,
    keyless, mac_key, oracle,
};
use crate::args;
use crate::case::{Case, Expect, Handle};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(HASHES.iter().map(|(hash, _)| with_and_without_options(hash, None)));
    cases.extend(XOFS.into_iter().chain([BLAKE3]).map(|xof| with_and_without_options(xof, None)));
    cases.extend(MACS.iter().map(|(mac, _)| with_and_without_options(mac, Some(mac_key(mac)))));
    for algorithm in keyless().chain(PASSWORD_HASHES) {
        cases.push(key_not_supported(algorithm));
    }
    cases.extend(keyed().iter().filter(|keyed| keyed.is_required).map(key_required));
    cases.extend(keyed().iter().filter(|keyed| !keyed.is_required).map(key_optional));
    cases.extend(AEADS.map(key_before_nonce));
    cases.extend(keyed().iter().map(closed_key_or_options));
    cases.push(closed("SHA-256", None));
    cases.push(closed("BLAKE2B-512", None));
    cases.push(closed(BLAKE3, None));
    cases.push(closed("HMAC/SHA-256", Some(oracle::bytes("key", 32))));
    cases.push(closed("AES-128-CMAC", Some(mac_key("AES-128-CMAC"))));
    cases.extend(CBCS.map(|cbc| closed(cbc.name, Some(oracle::bytes("key", cbc.key_len)))));
    cases.extend(CTRS.map(|(ctr, key_len)| closed(ctr, Some(oracle::bytes("key", key_len)))));
    cases.extend(XOFS.map(|xof| closed(xof, None)));
    cases.extend(SIVS.into_iter().chain([XOODYAK]).map(|aead| closed(aead.name, Some(aead.key()))));
    cases.push(closed("HKDF-EXTRACT/SHA-256", Some(oracle::bytes("key", 32))));
    cases.push(closed("HKDF-EXPAND/SHA-256", Some(oracle::bytes("key", 32))));
    cases.extend(AEADS.map(|aead| closed(aead.name, Some(aead.key()))));
    cases.push(options_are_shared());
    cases
}

fn with_and_without_options(algorithm: &str, key: Option<Vec<u8>>) -> Case {
    let mut c = case("state", algorithm, "with-and-without-options", &["SYM-STATE-OPEN-003", "SYM-STATE-001"]);
    let key = key.map(|raw| c.key_import(algorithm, raw));
    let empty = c.options_open(AlgorithmType::Symmetric);
    // No such option concerns these algorithms.
    let unrelated = c.nonce([7; 12]);
    for options in [None, Some(empty), Some(unrelated)] {
        let state = c.state_open(algorithm, key, options);
        c.absorb(state, "abc");
        c.close(state);
    }
    c
}

/// C12: what kind of key a hash could be given.
fn key_not_supported(algorithm: &str) -> Case {
    let mut c = case("state", algorithm, "key-not-supported", &["SYM-STATE-OPEN-004"]).algorithm("HMAC/SHA-256");
    let key = c.key_import("HMAC/SHA-256", [1; 32]);
    let options = password_options(&mut c);
    let expect = Expect::only(KeyNotSupported).or_info([InvalidKey]);
    let slot = c.expect(expect).state_open(algorithm, Some(key), Some(options));
    c.untouched(slot);
    c
}

fn password_options(c: &mut Case) -> Handle {
    let options = c.options_open(AlgorithmType::Symmetric);
    c.options_set(options, "salt", "salt");
    c.options_set_u64(options, "ops_limit", 1u32);
    options
}

fn key_required(keyed: &Keyed) -> Case {
    let mut c = case("state", &keyed.name, "key-required", &["SYM-STATE-OPEN-005"]);
    let options = keyed.options(&mut c);
    let slot = c.expect(KeyRequired).state_open(&keyed.name, None, options);
    c.untouched(slot);
    c
}

/// With a key, a state gives something else than without.
fn key_optional(keyed: &Keyed) -> Case {
    let mut c = case("state", &keyed.name, "key-optional", &["SYM-STATE-OPEN-003", "SYM-STATE-OPEN-005"]);
    let key = c.key_import(&keyed.name, keyed.key());
    let outputs = [None, Some(key), None, Some(key)].map(|key| {
        let state = c.state_open(&keyed.name, key, None);
        c.absorb(state, "abc");
        c.squeeze(state, 32)
    });
    c.same(outputs[0], oracle::hash(&keyed.name, b"abc")[..32].to_vec());
    c.same(outputs[2], outputs[0]);
    c.same(outputs[3], outputs[1]);
    c.differ(outputs[0], outputs[1]);
    c
}

/// Neither key nor nonce: the text does not say which is missed first.
fn key_before_nonce(aead: Aead) -> Case {
    let mut c = case("state", aead.name, "neither-key-nor-nonce", &["SYM-STATE-OPEN-005"]);
    c.expect(Expect::only(KeyRequired).or_info([NonceRequired])).state_open(aead.name, None, None);
    c
}

fn closed_key_or_options(keyed: &Keyed) -> Case {
    let mut c = case("state", &keyed.name, "with-closed-options", &["SYM-STATE-OPEN-003", "HANDLE-CLOSED-006"]);
    let key = c.key_import(&keyed.name, keyed.key());
    let options = c.options_open(AlgorithmType::Symmetric);
    c.close(options);
    let slot = c.expect(InvalidHandle).state_open(&keyed.name, Some(key), Some(options));
    c.untouched(slot);
    c
}

/// After close, every function refuses the handle and writes nothing.
fn closed(algorithm: &str, key: Option<Vec<u8>>) -> Case {
    let mut c = case("state", algorithm, "closed", &["SYM-CLOSE-014", "SYM-STATE-001", "HANDLE-CLOSED-006"]);
    let key = key.map(|raw| c.key_import(algorithm, raw));
    let options = keyed().iter().find(|keyed| keyed.name == algorithm).and_then(|keyed| keyed.options(&mut c));
    let state = c.state_open(algorithm, key, options);
    c.close(state);
    c.expect(InvalidHandle).absorb(state, "data");
    let out = c.expect(InvalidHandle).squeeze(state, 32);
    c.untouched(out);
    c.expect(InvalidHandle).squeeze_tag(state);
    c.expect(InvalidHandle).squeeze_key(state, "HKDF-EXPAND/SHA-256");
    c.expect(InvalidHandle).max_tag_len(state);
    let (out, size) = c.expect(InvalidHandle).encrypt(state, [1; 32], 32 + TAG_LEN);
    c.untouched(out);
    c.untouched(size);
    let (out, _) = c.expect(InvalidHandle).encrypt_detached(state, [1; 32], 32);
    c.untouched(out);
    let (out, _) = c.expect(InvalidHandle).decrypt(state, [1; 32], 32 - TAG_LEN);
    c.untouched(out);
    let (out, _) = c.expect(InvalidHandle).decrypt_detached(state, [1; 32], [1; 16], 32);
    c.untouched(out);
    c.expect(InvalidHandle).ratchet(state);
    c.expect(InvalidHandle).state_clone(state);
    c.expect(InvalidHandle).options_get(state, "nonce", 24);
    c.expect(InvalidHandle).options_get_u64(state, "ops_limit");
    // C4
    c.expect(Expect::only(Closed).or_info([InvalidHandle])).close(state);
    c
}

/// One option set serves many states, and can be closed.
fn options_are_shared() -> Case {
    let aead = AEADS[0];
    let mut c = case("state", aead.name, "options-for-many-states", &["SYM-STATE-OPEN-003", "OPT-REUSE-005"]);
    let key = c.key_import(aead.name, aead.key());
    let options = c.nonce(aead.nonce());
    let (first, second) = (
        c.state_open(aead.name, Some(key), Some(options)),
        c.open("symmetric_state_open", args![aead.name, Some(key), Some(options)]),
    );
    c.close(options);
    let (ciphertext, tag) = aead.seal(b"", b"message");
    c.encrypt_detached_eq(first, "message", &ciphertext, &tag);
    c.decrypt_detached_eq(second, &ciphertext, &tag, "message");
    c
}
