//! Nonces: SYM-NONCE-*, SYM-AEAD-008 to 014, SYM-ENC-042.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{InvalidNonce, InvalidOperation, NonceRequired, OptionNotSet, Success};

use super::{AEADS, Aead, TAG_LEN, case, oracle, sealing};
use crate::case::{Case, Expect, Strength};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for aead in AEADS {
        cases.extend([wrong_sizes(aead), if aead.may_generate_nonce() { generated(aead) } else { required(aead) }]);
        if aead.may_generate_nonce() {
            cases.extend([generated_differ(aead), generated_stays_out_of_the_options(aead)]);
        }
    }
    for aead in sealing() {
        cases.extend([second_encryption(aead), decryption_again(aead), as_read_back(aead), later_changes(aead)]);
    }
    cases
}

/// Every size but the right one, 0 included. GCM as such could take others.
fn wrong_sizes(aead: Aead) -> Case {
    let mut c = case("nonce", aead.name, "wrong-sizes", &["SYM-AEAD-008"]);
    let expect = match aead.name {
        "AES-128-GCM" | "AES-256-GCM" => Expect::only(InvalidNonce).or_warn([Success]),
        _ => Expect::only(InvalidNonce),
    };
    let key = c.key_import(aead.name, aead.key());
    for len in (0..=40).chain([64, 1000]).filter(|len| *len != aead.nonce_len) {
        let options = c.nonce(oracle::bytes("nonce", len));
        let expect = if len == 0 { Expect::only(InvalidNonce) } else { expect };
        c.expect(expect).state_open(aead.name, Some(key), Some(options));
    }
    let options = c.nonce(aead.nonce());
    c.state_open(aead.name, Some(key), Some(options));
    c
}

/// No nonce, and none that would be safe to choose at random.
fn required(aead: Aead) -> Case {
    let requirements = ["SYM-NONCE-010", "SYM-AEAD-009", "SYM-AEAD-011", "SYM-AEAD-012"];
    let mut c = case("nonce", aead.name, "required", &requirements);
    let key = c.key_import(aead.name, aead.key());
    let empty = c.options_open(AlgorithmType::Symmetric);
    for options in [None, Some(empty)] {
        let slot = c.expect(NonceRequired).state_open(aead.name, Some(key), options);
        c.untouched(slot);
    }
    c
}

/// C24: whether the host must choose a nonce, or may.
fn generated(aead: Aead) -> Case {
    let requirements =
        ["SYM-NONCE-009", "SYM-NONCE-011", "SYM-AEAD-009", "SYM-AEAD-010", "SYM-AEAD-013", "SYM-AEAD-014"];
    let mut c = case("nonce", aead.name, "generated", &requirements);
    let key = c.key_import(aead.name, aead.key());
    c.alternative("the host chooses the nonce", |c| {
        let empty = c.options_open(AlgorithmType::Symmetric);
        for options in [None, Some(empty)] {
            let state = c.state_open(aead.name, Some(key), options);
            let (nonce, size) = c.options_get(state, "nonce", aead.nonce_len);
            c.equal(size, aead.nonce_len);
            c.absorb(state, "ad");
            let (sealed, _) = c.encrypt(state, "message", 7 + TAG_LEN);
            // It is still the same one.
            let (again, _) = c.options_get(state, "nonce", aead.nonce_len);
            c.same(nonce, again);
            let options = c.nonce(nonce);
            let state = c.state_open(aead.name, Some(key), Some(options));
            c.absorb(state, "ad");
            let (opened, size) = c.decrypt(state, sealed, 7);
            c.equal(size, 7);
            c.same(opened, "message");
        }
    });
    c.alternative("the host wants a nonce", |c| {
        c.expect(NonceRequired).state_open(aead.name, Some(key), None);
    });
    c
}

/// Two states never share a chosen nonce, and it is not a counter that starts at zero.
fn generated_differ(aead: Aead) -> Case {
    let mut c = case("nonce", aead.name, "generated-nonces-differ", &["SYM-AEAD-013", "SYM-NONCE-009"]);
    let key = c.key_import(aead.name, aead.key());
    c.alternative("the host chooses the nonce", |c| {
        let shared = c.options_open(AlgorithmType::Symmetric);
        let nonces = [None, None, Some(shared), Some(shared)].map(|options| {
            let state = c.state_open(aead.name, Some(key), options);
            c.options_get(state, "nonce", aead.nonce_len).0
        });
        for (i, left) in nonces.iter().enumerate() {
            for right in &nonces[..i] {
                c.differ(*left, *right);
            }
        }
        let half = aead.nonce_len / 2;
        for part in [nonces[0].slice(0, half), nonces[0].slice(half, aead.nonce_len - half)] {
            c.should().differ(part, vec![0; part.len() as usize]);
        }
    });
    c.alternative("the host wants a nonce", |c| {
        c.expect(NonceRequired).state_open(aead.name, Some(key), None);
    });
    c
}

/// A nonce that a state was given must not reach the next one through a shared option set.
fn generated_stays_out_of_the_options(aead: Aead) -> Case {
    let mut c = case("nonce", aead.name, "explicit-after-generated", &["SYM-NONCE-009", "OPT-REUSE-005"]);
    let key = c.key_import(aead.name, aead.key());
    let options = c.options_open(AlgorithmType::Symmetric);
    let expect = Expect::only(Success).or_info([NonceRequired]);
    c.expect(expect).state_open(aead.name, Some(key), Some(options));
    c.options_set(options, "nonce", aead.nonce());
    let state = c.state_open(aead.name, Some(key), Some(options));
    let (ciphertext, tag) = aead.seal(b"", b"message");
    c.encrypt_detached_eq(state, "message", ciphertext, tag);
    c
}

/// The text does not say; encrypting twice under one nonce gives the message away.
fn second_encryption(aead: Aead) -> Case {
    let mut c = case("nonce", aead.name, "second-encryption", &["SYM-ENC-042"]).strength(Strength::May);
    let expect = Expect::only(NonceRequired).or_info([InvalidOperation]);
    for (first_detached, second_detached) in [(false, false), (false, true), (true, false), (true, true)] {
        let state = aead.open(&mut c, b"ad");
        if first_detached {
            c.encrypt_detached(state, [1; 32], 32);
        } else {
            c.encrypt(state, [1; 32], 32 + TAG_LEN);
        }
        let out = match second_detached {
            true => c.expect(expect).encrypt_detached(state, [2; 32], 32).0,
            false => c.expect(expect).encrypt(state, [2; 32], 32 + TAG_LEN).0,
        };
        c.untouched(out);
    }
    c
}

fn decryption_again(aead: Aead) -> Case {
    let mut c = case("nonce", aead.name, "decryption-again", &["SYM-STATE-002", "SYM-DEC-002"]);
    let state = aead.open(&mut c, b"ad");
    for message in [&b"first"[..], b"", b"second message"] {
        let (ciphertext, tag) = aead.seal(b"ad", message);
        c.decrypt_eq(state, [&ciphertext[..], &tag].concat(), message);
        c.decrypt_detached_eq(state, ciphertext, tag, message);
    }
    c
}

fn as_read_back(aead: Aead) -> Case {
    let mut c = case("nonce", aead.name, "read-back", &["SYM-NONCE-011", "SYM-AEAD-002", "OPT-READ-002"]);
    let state = aead.open(&mut c, b"");
    c.options_get_eq(state, "nonce", aead.nonce());
    c.encrypt(state, "message", 7 + TAG_LEN);
    c.options_get_eq(state, "nonce", aead.nonce());
    c.expect(OptionNotSet).options_get(state, "salt", 16);
    c
}

/// What is set later does not reach a state, and the state says what it uses.
fn later_changes(aead: Aead) -> Case {
    let mut c = case("nonce", aead.name, "later-changes", &["OPT-SNAPSHOT-008", "SYM-AEAD-002"]);
    let key = c.key_import(aead.name, aead.key());
    let options = c.nonce(aead.nonce());
    let state = c.state_open(aead.name, Some(key), Some(options));
    c.options_set(options, "nonce", oracle::bytes("another nonce", aead.nonce_len));
    let expected = c.data(aead.nonce());
    let (value, _) = c.options_get(state, "nonce", aead.nonce_len);
    c.observe().same(value, expected);
    let (ciphertext, tag) = aead.seal(b"", b"message");
    let (out, handle) = c.encrypt_detached(state, "message", 7);
    c.observe().same(out, ciphertext);
    let (bytes, _) = c.tag_pull(handle, TAG_LEN);
    c.observe().same(bytes, tag);
    c
}
