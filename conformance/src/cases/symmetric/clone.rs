//! SYM-CLONE-*: a copy, independent of the original.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{InvalidOperation, NonceRequired, Success};

use super::{AEADS, Aead, HASHES, HKDFS, MACS, PASSWORD_HASHES, TAG_LEN, case, mac_key, oracle};
use crate::case::{Case, Expect};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(HASHES.map(|(algorithm, _)| hash(algorithm)));
    cases.extend(MACS.map(|(algorithm, _)| mac(algorithm)));
    cases.extend(HKDFS.iter().flat_map(|(hash, _)| [extract(hash), expand(hash)]));
    cases.extend(PASSWORD_HASHES.map(password));
    for aead in AEADS {
        cases.extend([
            associated_data(aead),
            second_encryption(aead, "then-encrypt-with-both", false),
            second_encryption(aead, "after-encrypt", true),
            after_decrypt(aead),
            nonce(aead),
        ]);
    }
    cases
}

fn hash(algorithm: &str) -> Case {
    let mut c = case("clone", algorithm, "independent", &["SYM-CLONE-012", "SYM-HASH-006"]);
    let of = |data: &[u8]| oracle::hash(algorithm, data);
    let state = c.state_open(algorithm, None, None);
    c.absorb(state, "common ");
    let copy = c.state_clone(state);
    c.absorb(state, "left");
    c.squeeze_eq(copy, of(b"common "));
    c.absorb(copy, "right");
    c.squeeze_eq(state, of(b"common left"));
    c.squeeze_eq(copy, of(b"common right"));
    let second = c.state_clone(copy);
    c.close(copy);
    c.close(state);
    c.absorb(second, " side");
    c.squeeze_eq(second, of(b"common right side"));
    c
}

fn mac(algorithm: &str) -> Case {
    let mut c = case("clone", algorithm, "independent", &["SYM-CLONE-012"]);
    let raw = mac_key(algorithm);
    let of = |data: &[u8]| oracle::mac(algorithm, &raw, data);
    let key = c.key_import(algorithm, &raw);
    let state = c.state_open(algorithm, Some(key), None);
    c.absorb(state, "common ");
    let copy = c.state_clone(state);
    c.absorb(state, "left");
    c.squeeze_tag_eq(copy, of(b"common "));
    c.absorb(copy, "right");
    c.squeeze_tag_eq(state, of(b"common left"));
    c.close(state);
    c.close(key);
    c.squeeze_tag_eq(copy, of(b"common right"));
    c
}

fn extract(hash: &str) -> Case {
    let (algorithm, expand) = (format!("HKDF-EXTRACT/{hash}"), format!("HKDF-EXPAND/{hash}"));
    let mut c = case("clone", &algorithm, "independent", &["SYM-CLONE-012"]).algorithm(&expand);
    let ikm = oracle::bytes("key", 32);
    let key = c.key_import(&algorithm, &ikm);
    let state = c.state_open(&algorithm, Some(key), None);
    c.absorb(state, "common ");
    let copy = c.state_clone(state);
    c.absorb(state, "left");
    c.absorb(copy, "right");
    for (state, salt) in [(state, "common left"), (copy, "common right")] {
        let prk = c.squeeze_key(state, &expand);
        let expansion = c.state_open(&expand, Some(prk), None);
        let prk = oracle::hkdf_extract(hash, salt.as_bytes(), &ikm);
        c.squeeze_eq(expansion, oracle::hkdf_expand(hash, &prk, b"", 40));
        c.close(state);
    }
    c
}

fn expand(hash: &str) -> Case {
    let algorithm = format!("HKDF-EXPAND/{hash}");
    let mut c = case("clone", &algorithm, "independent", &["SYM-CLONE-012"]);
    let prk = oracle::bytes("key", 64);
    let key = c.key_import(&algorithm, &prk);
    let state = c.state_open(&algorithm, Some(key), None);
    c.absorb(state, "common ");
    let copy = c.state_clone(state);
    c.absorb(state, "left");
    c.absorb(copy, "right");
    c.squeeze_eq(state, oracle::hkdf_expand(hash, &prk, b"common left", 100));
    c.close(state);
    c.squeeze_eq(copy, oracle::hkdf_expand(hash, &prk, b"common right", 100));
    c
}

fn password(algorithm: &str) -> Case {
    let mut c = case("clone", algorithm, "independent", &["SYM-CLONE-012", "SYM-PW-001"]);
    let options = c.options_open(AlgorithmType::Symmetric);
    c.options_set(options, "salt", "salt");
    c.options_set_u64(options, "ops_limit", 3u32);
    let state = c.state_open(algorithm, None, Some(options));
    c.absorb(state, "common ");
    let copy = c.state_clone(state);
    c.absorb(state, "left");
    c.absorb(copy, "right");
    c.squeeze_eq(state, oracle::pbkdf2(algorithm, b"common left", b"salt", 3, 40));
    c.close(state);
    c.squeeze_eq(copy, oracle::pbkdf2(algorithm, b"common right", b"salt", 3, 40));
    c
}

/// Of two states that share their beginning, each opens what was sealed with its own associated data.
fn associated_data(aead: Aead) -> Case {
    let mut c = case("clone", aead.name, "independent", &["SYM-CLONE-012"]);
    let state = aead.open(&mut c, b"common ");
    let copy = c.state_clone(state);
    c.absorb(state, "left");
    c.absorb(copy, "right");
    let (ciphertext, tag) = aead.seal(b"common left", b"message");
    c.decrypt_detached_eq(state, &ciphertext, &tag, "message");
    c.close(state);
    c.expect(super::bad_tag()).decrypt_detached(copy, &ciphertext, &tag, 7);
    let (ciphertext, tag) = aead.seal(b"common right", b"message");
    c.decrypt_detached_eq(copy, &ciphertext, &tag, "message");
    c.encrypt_detached_eq(copy, "message", &ciphertext, &tag);
    c
}

/// A clone has the nonce of its original. The text does not say what then happens.
fn second_encryption(aead: Aead, behaviour: &str, encrypt_first: bool) -> Case {
    let mut c = case("clone", aead.name, behaviour, &["SYM-CLONE-013"]);
    let (ciphertext, tag) = aead.seal(b"ad", b"message");
    let attached = [&ciphertext[..], &tag].concat();
    let state = aead.open(&mut c, b"ad");
    if encrypt_first {
        c.encrypt_eq(state, "message", &attached);
    }
    let copy = c.state_clone(state);
    if !encrypt_first {
        c.encrypt_eq(copy, "message", &attached);
    }
    let other = if encrypt_first { copy } else { state };
    let expect = Expect::only(NonceRequired).or_info([InvalidOperation, Success]);
    c.expect(expect).encrypt(other, [9; 40], 40 + TAG_LEN);
    c.decrypt_eq(other, &attached, "message");
    c
}

fn after_decrypt(aead: Aead) -> Case {
    let mut c = case("clone", aead.name, "after-decrypt", &["SYM-CLONE-012"]);
    let (ciphertext, tag) = aead.seal(b"ad", b"message");
    let state = aead.open(&mut c, b"ad");
    c.decrypt_detached_eq(state, &ciphertext, &tag, "message");
    let copy = c.state_clone(state);
    c.close(state);
    c.decrypt_detached_eq(copy, &ciphertext, &tag, "message");
    c.encrypt_detached_eq(copy, "message", &ciphertext, &tag);
    c
}

fn nonce(aead: Aead) -> Case {
    let mut c = case("clone", aead.name, "nonce", &["SYM-CLONE-012", "SYM-CLONE-013"]);
    let state = aead.open(&mut c, b"");
    let copy = c.state_clone(state);
    c.close(state);
    c.options_get_eq(copy, "nonce", aead.nonce());
    c
}
