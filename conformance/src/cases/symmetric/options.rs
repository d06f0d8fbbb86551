//! The matrix of reserved options and algorithms: an option that an algorithm has no use for changes nothing (OPT-NAMES-011).

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{OptionNotSet, Success, UnsupportedOption};

use super::{AEADS, Aead, BLAKE2BS, HASHES, HKDFS, MACS, case, is_customized, mac_key, oracle};
use crate::case::{Case, Expect, Handle};

/// The reserved options with bytes, and with numbers.
const BYTES: [&str; 3] = ["context", "salt", "nonce"];
const NUMBERS: [&str; 3] = ["memory_limit", "ops_limit", "parallelism"];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for option in BYTES.into_iter().chain(NUMBERS) {
        let has_no_use_for_it = |(name, len): &(&str, u32)| match option {
            "context" => !is_customized(name),
            "salt" => !BLAKE2BS.contains(&(name, *len)),
            _ => true,
        };
        cases.extend(HASHES.into_iter().filter(has_no_use_for_it).map(|(name, _)| hash(name, option)));
        cases.extend(MACS.into_iter().filter(has_no_use_for_it).map(|(name, _)| mac(name, option)));
        cases.extend(HKDFS.map(|(hash, len)| expand(hash, len, option)));
        if option != "nonce" {
            cases.extend(AEADS.map(|aead| sealed(aead, option)));
        }
    }
    cases
}

fn hash(name: &'static str, option: &str) -> Case {
    with_option(name, option, |c, options| {
        let state = c.state_open(name, None, Some(options));
        c.absorb(state, "message");
        c.squeeze_eq(state, oracle::hash(name, b"message"));
        state
    })
}

fn mac(name: &'static str, option: &str) -> Case {
    let raw = mac_key(name);
    with_option(name, option, |c, options| {
        let key = c.key_import(name, &raw);
        let state = c.state_open(name, Some(key), Some(options));
        c.absorb(state, "message");
        c.squeeze_tag_eq(state, oracle::mac(name, &raw, b"message"));
        state
    })
}

fn expand(hash: &'static str, len: u32, option: &str) -> Case {
    let (name, raw) = (format!("HKDF-EXPAND/{hash}"), oracle::bytes("key", len));
    with_option(&name, option, |c, options| {
        let key = c.key_import(&name, &raw);
        let state = c.state_open(&name, Some(key), Some(options));
        c.absorb(state, "info");
        c.squeeze_eq(state, oracle::hkdf_expand(hash, &raw, b"info", 40));
        state
    })
}

fn sealed(aead: Aead, option: &str) -> Case {
    with_option(aead.name, option, |c, options| {
        c.options_set(options, "nonce", aead.nonce());
        let key = c.key_import(aead.name, aead.key());
        let state = c.state_open(aead.name, Some(key), Some(options));
        let (ciphertext, tag) = aead.seal(b"", b"message");
        c.encrypt_detached_eq(state, "message", ciphertext, tag);
        state
    })
}

/// The same result as without the option, or an error where it is set or where the state is opened.
fn with_option(name: &str, option: &str, work: impl Fn(&mut Case, Handle) -> Handle) -> Case {
    let requirements = ["OPT-NAMES-011", "OPT-INDIV-010", "OPT-GET-017", "SYM-STATE-OPEN-003"];
    let mut c = case("options", name, option, &requirements);
    let is_number = NUMBERS.contains(&option);
    let set = |c: &mut Case| {
        let options = c.options_open(AlgorithmType::Symmetric);
        match is_number {
            true => c.options_set_u64(options, option, 3u64),
            false => c.options_set(options, option, "a value"),
        }
        options
    };
    c.alternative("it is of no account", |c| {
        let options = set(c);
        let state = work(c, options);
        // What a state tells of an option that it has no use for, the text leaves open.
        let tells = Expect::any_of([OptionNotSet, UnsupportedOption, Success]);
        match is_number {
            true => _ = c.expect(tells).options_get_u64(state, option),
            false => _ = c.expect(tells).options_get(state, option, 7),
        }
    });
    c.alternative("it is refused where it is set", |c| {
        let options = c.options_open(AlgorithmType::Symmetric);
        c.expect(UnsupportedOption);
        match is_number {
            true => c.options_set_u64(options, option, 3u64),
            false => c.options_set(options, option, "a value"),
        }
    });
    c.alternative("it is refused where the state is opened", |c| {
        let options = set(c);
        let key = c.optional(None);
        c.expect(Expect::any_error()).open("symmetric_state_open", crate::args![name, key, Some(options)]);
    });
    c
}
