//! HKDF: SYM-HKDF-*, SYM-SKEY-*, and what SYM-ABSORB and SYM-SQUEEZE say of key derivation.

use wasi_crypto_interface::Errno::{
    InvalidKey, InvalidOperation, ProhibitedOperation, Success, UnsupportedAlgorithm, UnsupportedFeature,
};

use super::{HKDFS, case, keyed, oracle, too_long};
use crate::case::{Case, Expect, Handle};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (hash, len) in HKDFS {
        let names = Names { hash, extract: format!("HKDF-EXTRACT/{hash}"), expand: format!("HKDF-EXPAND/{hash}"), len };
        cases.extend([
            key_material(&names),
            salt_in_parts(&names),
            info_in_parts(&names),
            no_salt_and_no_info(&names),
            outputs(&names),
            squeeze_again(&names),
            pseudo_random_key(&names),
            unknown_target(&names),
            several_keys(&names),
        ]);
        let targets: Vec<String> = keyed().into_iter().map(|keyed| keyed.name).collect();
        for target in targets.iter().map(String::as_str).chain(["SHA-256", "PBKDF2-SHA-256"]) {
            if target != names.expand {
                cases.push(other_target(&names, target));
            }
        }
        for wrong in targets.iter().filter(|target| **target != names.expand) {
            cases.push(bound_to_expand(&names, wrong));
        }
    }
    cases
}

struct Names {
    hash: &'static str,
    extract: String,
    expand: String,
    len: u32,
}

impl Names {
    fn extract(&self, behaviour: &str, requirements: &[&str]) -> Case {
        case("hkdf", &self.extract, behaviour, requirements).algorithm(&self.expand)
    }

    fn expand(&self, behaviour: &str, requirements: &[&str]) -> Case {
        case("hkdf", &self.expand, behaviour, requirements)
    }

    fn open_extract(&self, c: &mut Case, ikm: &[u8]) -> Handle {
        let key = c.key_import(&self.extract, ikm);
        c.state_open(&self.extract, Some(key), None)
    }

    fn open_expand(&self, c: &mut Case, prk: &[u8]) -> Handle {
        let key = c.key_import(&self.expand, prk);
        c.state_open(&self.expand, Some(key), None)
    }

    /// The state derives the key that comes of this salt and key material.
    fn derives(&self, c: &mut Case, extraction: Handle, salt: &[u8], ikm: &[u8]) {
        let key = c.squeeze_key(extraction, &self.expand);
        let state = c.state_open(&self.expand, Some(key), None);
        c.absorb(state, "info");
        let prk = oracle::hkdf_extract(self.hash, salt, ikm);
        c.squeeze_eq(state, oracle::hkdf_expand(self.hash, &prk, b"info", 50));
    }
}

/// C18: the key is the input keying material, absorb adds the salt.
fn key_material(names: &Names) -> Case {
    let requirements =
        ["SYM-HKDF-001", "SYM-HKDF-002", "SYM-HKDF-003", "SYM-ABSORB-004", "SYM-SKEY-023", "SYM-KEY-IMPORT-007"];
    let mut c = names.extract("key-material-and-salt", &requirements);
    for (ikm, salt) in [(0, 0), (0, 10), (1, 1), (32, 0), (32, 32), (64, 65), (129, 300), (1000, 1000)] {
        let (ikm, salt) = (oracle::bytes("ikm", ikm), oracle::bytes("salt", salt));
        let state = names.open_extract(&mut c, &ikm);
        c.absorb(state, &salt);
        names.derives(&mut c, state, &salt, &ikm);
    }
    c
}

fn salt_in_parts(names: &Names) -> Case {
    let mut c = names.extract("salt-in-parts", &["SYM-HKDF-006", "SYM-ABSORB-004", "SYM-ABSORB-009"]);
    let salt = oracle::bytes("salt", 77);
    for chunk in [1, 10, 64, 76] {
        let state = names.open_extract(&mut c, b"input keying material");
        for part in salt.chunks(chunk) {
            c.absorb(state, part);
            c.absorb(state, "");
        }
        names.derives(&mut c, state, &salt, b"input keying material");
    }
    c
}

fn info_in_parts(names: &Names) -> Case {
    let mut c = names.expand("info-in-parts", &["SYM-HKDF-006", "SYM-HKDF-002", "SYM-ABSORB-004"]);
    let (prk, info) = (oracle::bytes("prk", names.len), oracle::bytes("info", 77));
    let expected = oracle::hkdf_expand(names.hash, &prk, &info, 100);
    for chunk in [1, 10, 64, 76, 77] {
        let state = names.open_expand(&mut c, &prk);
        for part in info.chunks(chunk) {
            c.absorb(state, part);
            c.absorb(state, "");
        }
        c.squeeze_eq(state, &expected);
    }
    c
}

fn no_salt_and_no_info(names: &Names) -> Case {
    let mut c = names.extract("no-salt-and-no-info", &["SYM-HKDF-005", "SYM-ABSORB-009"]);
    let prk = oracle::hkdf_extract(names.hash, b"", b"ikm");
    let expected = oracle::hkdf_expand(names.hash, &prk, b"", 60);
    for absorb in [false, true] {
        let extraction = names.open_extract(&mut c, b"ikm");
        if absorb {
            c.absorb(extraction, "");
        }
        let key = c.squeeze_key(extraction, &names.expand);
        let expansion = c.state_open(&names.expand, Some(key), None);
        if absorb {
            c.absorb(expansion, "");
        }
        c.squeeze_eq(expansion, &expected);
    }
    c
}

/// Up to 255 hashes, no more (RFC 5869, section 2.3).
fn outputs(names: &Names) -> Case {
    let mut c = names.expand("output-lengths", &["SYM-SQUEEZE-013", "SYM-HKDF-002"]);
    let prk = oracle::bytes("prk", names.len);
    let max = 255 * names.len;
    let all = oracle::hkdf_expand(names.hash, &prk, b"info", max);
    let state = names.open_expand(&mut c, &prk);
    c.absorb(state, "info");
    let len = names.len;
    for len in [0, 1, len - 1, len, len + 1, 2 * len, 2 * len + 1, 1000, max - 1, max] {
        c.squeeze_eq(state, &all[..len as usize]);
    }
    for long in [max + 1, 2 * max, 65_536] {
        let out = c.expect(too_long()).squeeze(state, long);
        c.untouched(out);
    }
    c.squeeze_eq(state, &all[..50]);
    c
}

/// The text does not say; the state stays as it was.
fn squeeze_again(names: &Names) -> Case {
    let mut c = names.expand("squeeze-again", &["SYM-STATE-002", "SYM-SQUEEZE-013"]);
    let prk = oracle::bytes("prk", names.len);
    let state = names.open_expand(&mut c, &prk);
    c.absorb(state, "info");
    c.squeeze_eq(state, oracle::hkdf_expand(names.hash, &prk, b"info", 40));
    let again = c.squeeze(state, 60);
    c.observe().same(again, oracle::hkdf_expand(names.hash, &prk, b"info", 60));
    c
}

fn pseudo_random_key(names: &Names) -> Case {
    let mut c = names.extract("exported-key", &["SYM-SKEY-024", "SYM-SKEY-023"]);
    let state = names.open_extract(&mut c, b"ikm");
    c.absorb(state, "salt");
    let key = c.squeeze_key(state, &names.expand);
    c.alternative("it can be exported", |c| {
        let array = c.key_export(key);
        c.pull_eq(array, oracle::hkdf_extract(names.hash, b"salt", b"ikm"));
    });
    c.alternative("it cannot be exported", |c| {
        c.expect(ProhibitedOperation).key_export(key);
    });
    c
}

fn several_keys(names: &Names) -> Case {
    let mut c = names.extract("several-keys", &["SYM-SKEY-023", "SYM-STATE-002"]);
    let state = names.open_extract(&mut c, b"ikm");
    c.absorb(state, "salt");
    names.derives(&mut c, state, b"salt", b"ikm");
    names.derives(&mut c, state, b"salt", b"ikm");
    c.close(state);
    c
}

fn unknown_target(names: &Names) -> Case {
    let mut c = names.extract("unknown-target", &["SYM-SKEY-027"]);
    let state = names.open_extract(&mut c, b"ikm");
    for target in ["", "NO-SUCH-ALGORITHM", "Ed25519", "HKDF-EXPAND/", "HKDF-EXPAND/SHA-999"] {
        let slot = c.expect(UnsupportedAlgorithm).squeeze_key(state, target);
        c.untouched(slot);
    }
    names.derives(&mut c, state, b"", b"ikm");
    c
}

/// The key is for the expansion with the same hash; what happens with another target is not said.
fn other_target(names: &Names, target: &str) -> Case {
    let id = format!("symmetric/hkdf/{}/key-for/{target}", names.extract);
    let mut c = Case::new(id, &["SYM-HKDF-004", "SYM-SKEY-027"]).algorithm(&names.extract).algorithm(target);
    c = c.algorithm(&names.expand);
    let state = names.open_extract(&mut c, b"ikm");
    let mut expect = Expect::only(InvalidOperation).or_info([InvalidKey, UnsupportedAlgorithm, UnsupportedFeature]);
    if !target.starts_with("HKDF-EXPAND") {
        expect = expect.or_info([Success]).or_info_any_error();
    }
    c.expect(expect).squeeze_key(state, target);
    names.derives(&mut c, state, b"", b"ikm");
    c
}

fn bound_to_expand(names: &Names, wrong: &str) -> Case {
    let id = format!("symmetric/hkdf/{}/derived-key-in/{wrong}", names.extract);
    let mut c = Case::new(id, &["SYM-HKDF-004", "SYM-KEY-001"]).algorithm(&names.extract).algorithm(wrong);
    c = c.algorithm(&names.expand);
    let state = names.open_extract(&mut c, b"ikm");
    let key = c.squeeze_key(state, &names.expand);
    let options = c.nonce(oracle::bytes("nonce", if wrong.starts_with('X') { 24 } else { 12 }));
    let slot = c.expect(InvalidKey).state_open(wrong, Some(key), Some(options));
    c.untouched(slot);
    c
}
