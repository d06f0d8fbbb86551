//! Option sets (OPT-*).

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{
    Closed, InvalidHandle, OptionNotSet, Overflow, Success, UnsupportedFeature, UnsupportedOption,
};

use crate::args;
use crate::case::{Case, Expect, Handle, Relation};

const AEAD: &str = "AES-256-GCM";
const KEY: [u8; 32] = [5; 32];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        open_for_each_type(),
        close(),
        nonce_is_used_and_read(),
        overwrite(),
        state_keeps_what_it_was_opened_with(),
        later_closing_does_not_matter(),
        a_bad_option_does_not_spoil_the_next(),
        nonce_is_chosen_where_that_is_safe(),
        chosen_nonces_are_not_shared(),
        nonce_is_enough_for_required_algorithms(),
        guest_buffer(),
        get_an_unset_option(),
        get_an_option_of_other_algorithms(),
        get_into_a_small_buffer(),
        get_into_a_larger_buffer(),
        empty_is_not_unset(),
        large_numbers(),
        signature_options_are_no_symmetric_options(),
    ];
    cases.extend(["no_such_option", "", "nonce ", "nonce\0", "n"].map(unknown_name));
    cases.extend(NAMES.iter().map(|(name, kind)| reserved_name(name, *kind)));
    cases
}

/// How an option is set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Setter {
    Bytes,
    Number,
    GuestBuffer,
}

/// The reserved names, then the spellings of the text's examples (C13).
const NAMES: &[(&str, Setter)] = &[
    ("context", Setter::Bytes),
    ("salt", Setter::Bytes),
    ("nonce", Setter::Bytes),
    ("memory_limit", Setter::Number),
    ("ops_limit", Setter::Number),
    ("parallelism", Setter::Number),
    ("buffer", Setter::GuestBuffer),
    ("memlimit", Setter::Number),
    ("opslimit", Setter::Number),
    ("threads", Setter::Number),
    ("memory", Setter::GuestBuffer),
];

fn set(c: &mut Case, options: Handle, name: &str, kind: Setter) {
    match kind {
        Setter::Bytes => c.options_set(options, name, [1; 12]),
        Setter::Number => c.options_set_u64(options, name, 1u64),
        Setter::GuestBuffer => {
            let buffer = c.buffer(64);
            c.call("options_set_guest_buffer", args![options, name, buffer]);
        }
    }
}

fn open_for_each_type() -> Case {
    let mut c = Case::new("options/open/each-type", &["OPT-OPEN-013"]);
    let handles =
        [AlgorithmType::Signatures, AlgorithmType::Symmetric, AlgorithmType::KeyExchange].map(|ty| c.options_open(ty));
    c.number(handles[0], Relation::NotEqual, handles[1]);
    c.number(handles[1], Relation::NotEqual, handles[2]);
    for handle in handles {
        c.close(handle);
    }
    c
}

fn close() -> Case {
    let mut c = Case::new("options/close/then-use", &["OPT-CLOSE-014", "HANDLE-CLOSED-006"]);
    let options = c.options_open(AlgorithmType::Symmetric);
    c.close(options);
    c.expect(InvalidHandle).options_set(options, "nonce", [1; 12]);
    c.expect(InvalidHandle).options_set_u64(options, "ops_limit", 1u64);
    c.expect(Expect::only(Closed).or_info([InvalidHandle])).close(options);
    c
}

fn nonce_is_used_and_read() -> Case {
    let mut c = aead("options/nonce/set-and-get", &["OPT-MAP-001", "OPT-READ-002", "OPT-KINDS-006", "OPT-NONCE-003"]);
    let key = c.key_import(AEAD, KEY);
    let sealed = ["first nonce.", "second nonce"].map(|nonce| {
        let options = c.nonce(nonce);
        let state = c.state_open(AEAD, Some(key), Some(options));
        c.options_get_eq(state, "nonce", nonce);
        c.encrypt(state, "message", 23).0
    });
    c.differ(sealed[0], sealed[1]);
    c
}

fn overwrite() -> Case {
    let mut c = aead("options/set/overwrites", &["OPT-OVERWRITE-007"]);
    let key = c.key_import(AEAD, KEY);
    let direct = c.nonce("second nonce");
    let state = c.state_open(AEAD, Some(key), Some(direct));
    let (expected, _) = c.encrypt(state, "message", 23);
    let changed = c.nonce("first nonce.");
    c.options_set(changed, "nonce", "second nonce");
    let state = c.state_open(AEAD, Some(key), Some(changed));
    c.options_get_eq(state, "nonce", "second nonce");
    let (sealed, _) = c.encrypt(state, "message", 23);
    c.same(sealed, expected);
    c
}

/// The text is silent; a host that looks at the set again shows another nonce than the one in use, which loses data.
fn state_keeps_what_it_was_opened_with() -> Case {
    let mut c = aead("options/set/after-open", &["OPT-SNAPSHOT-008"]);
    let key = c.key_import(AEAD, KEY);
    let options = c.nonce("first nonce.");
    let before = c.state_open(AEAD, Some(key), Some(options));
    let reference = c.state_open(AEAD, Some(key), Some(options));
    c.options_set(options, "nonce", "second nonce");
    let (nonce, _) = c.options_get(before, "nonce", 12);
    c.observe().same(nonce, "first nonce.");
    let (sealed, _) = c.encrypt(before, "message", 23);
    let fresh = c.nonce("first nonce.");
    let state = c.state_open(AEAD, Some(key), Some(fresh));
    let (expected, _) = c.encrypt(state, "message", 23);
    c.observe().same(sealed, expected);
    c.decrypt_eq(reference, sealed, "message");
    c
}

fn later_closing_does_not_matter() -> Case {
    let mut c = aead("options/close/after-open", &["OPT-CLOSE-014", "HANDLE-SAFECLOSE-007"]);
    let key = c.key_import(AEAD, KEY);
    let options = c.nonce("first nonce.");
    let state = c.state_open(AEAD, Some(key), Some(options));
    c.close(options);
    c.options_get_eq(state, "nonce", "first nonce.");
    let _ = c.encrypt(state, "message", 23);
    c
}

fn a_bad_option_does_not_spoil_the_next() -> Case {
    let mut c = aead("options/set/error-is-individual", &["OPT-INDIV-010"]);
    let options = c.options_open(AlgorithmType::Symmetric);
    c.expect(unknown_is_refused()).options_set(options, "no_such_option", "x");
    c.options_set(options, "nonce", "first nonce.");
    c.expect(unknown_is_refused()).options_set_u64(options, "no_such_option", 1u64);
    let key = c.key_import(AEAD, KEY);
    let state = c.state_open(AEAD, Some(key), Some(options));
    c.options_get_eq(state, "nonce", "first nonce.");
    c
}

fn unknown_is_refused() -> Expect {
    Expect::only(UnsupportedOption).or_info([Success])
}

fn unknown_name(name: &str) -> Case {
    let id = format!("options/unknown-name/{:?}", name.replace('\0', "NUL"));
    let mut c = Case::new(id, &["OPT-UNKNOWN-009", "ERR-UNSUPOPT-008"]).algorithm("SHA-256");
    let options = c.options_open(AlgorithmType::Symmetric);
    c.expect(unknown_is_refused()).options_set(options, name, "x");
    c.expect(unknown_is_refused()).options_set_u64(options, name, 1u64);
    let buffer = c.buffer(16);
    c.expect(unknown_is_refused()).call("options_set_guest_buffer", args![options, name, buffer]);
    let state = c.state_open("SHA-256", None, None);
    let expect = Expect::only(UnsupportedOption).or_info([OptionNotSet]);
    let (value, size) = c.expect(expect).options_get(state, name, 12);
    c.untouched(value);
    c.observe().untouched(size);
    let _ = c.expect(expect).options_get_u64(state, name);
    c
}

fn reserved_name(name: &str, kind: Setter) -> Case {
    let mut c = Case::new(format!("options/reserved-name/{name}"), &["OPT-NAMES-011", "OPT-KINDS-006"]);
    let options = c.options_open(AlgorithmType::Symmetric);
    let supported = Expect::only(Success).or_info([UnsupportedOption, UnsupportedFeature]);
    for other in [Setter::Bytes, Setter::Number, Setter::GuestBuffer] {
        if other == kind {
            c.expect(supported);
        } else {
            // The wrong kind of value.
            c.expect(Expect::only(UnsupportedOption).or_info_any_error());
        }
        set(&mut c, options, name, other);
    }
    c
}

fn nonce_is_chosen_where_that_is_safe() -> Case {
    let mut c = Case::new("options/nonce/chosen", &["OPT-NONCE-003", "OPT-READ-002"]).algorithm("XCHACHA20-POLY1305");
    let key = c.key_generate("XCHACHA20-POLY1305");
    let state = c.state_open("XCHACHA20-POLY1305", Some(key), None);
    let (nonce, size) = c.options_get(state, "nonce", 24);
    c.equal(size, 24);
    let (sealed, _) = c.encrypt(state, "message", 23);
    let options = c.nonce(nonce);
    let state = c.state_open("XCHACHA20-POLY1305", Some(key), Some(options));
    c.decrypt_eq(state, sealed, "message");
    c
}

/// Some hosts keep the chosen nonce in the option set, so that two states share it.
fn chosen_nonces_are_not_shared() -> Case {
    let mut c = Case::new("options/nonce/chosen-for-each-state", &["OPT-NONCE-003", "OPT-REUSE-005"]);
    c = c.algorithm("XCHACHA20-POLY1305");
    let key = c.key_generate("XCHACHA20-POLY1305");
    let options = c.options_open(AlgorithmType::Symmetric);
    let nonces = [0; 3].map(|_| {
        let state = c.state_open("XCHACHA20-POLY1305", Some(key), Some(options));
        c.options_get(state, "nonce", 24).0
    });
    c.differ(nonces[0], nonces[1]);
    c.differ(nonces[1], nonces[2]);
    c.differ(nonces[0], nonces[2]);
    c
}

fn nonce_is_enough_for_required_algorithms() -> Case {
    let mut c = aead("options/nonce/required-algorithms", &["OPT-REQUIRED-012"]).algorithm("AES-128-GCM");
    for (algorithm, key) in [("AES-128-GCM", &KEY[..16]), (AEAD, &KEY[..])] {
        let state = c.aead_open(algorithm, key, [1; 12]);
        let _ = c.encrypt(state, "message", 23);
    }
    c
}

/// What the host keeps of a guest buffer must not be an address of its own: memory may move when it grows.
fn guest_buffer() -> Case {
    let mut c = Case::new("options/guest-buffer/memory-grows", &["OPT-GUESTBUF-015"]).algorithm("SHA-256");
    let options = c.options_open(AlgorithmType::Symmetric);
    let buffer = c.buffer(256);
    let expect = Expect::only(Success).or_info([UnsupportedOption, UnsupportedFeature]);
    c.expect(expect).call("options_set_guest_buffer", args![options, "buffer", buffer]);
    c.grow(16);
    let state = c.state_open("SHA-256", None, Some(options));
    c.absorb(state, "abc");
    let _ = c.squeeze(state, 32);
    c.close(state);
    c.close(options);
    c
}

fn get_an_unset_option() -> Case {
    let mut c = Case::new("options/get/unset", &["OPT-GET-016", "ERR-OPTNOTSET-026"]).algorithm("SHA-256");
    let state = c.state_open("SHA-256", None, None);
    let expect = Expect::only(OptionNotSet).or_info([UnsupportedOption]);
    let (value, size) = c.expect(expect).options_get(state, "context", 16);
    c.untouched(value);
    c.observe().untouched(size);
    let _ = c.expect(expect).options_get_u64(state, "ops_limit");
    c
}

fn get_an_option_of_other_algorithms() -> Case {
    let mut c = Case::new("options/get/other-algorithm", &["OPT-GET-017"]).algorithm("SHA-256");
    let state = c.state_open("SHA-256", None, None);
    let expect = Expect::any_of([OptionNotSet, UnsupportedOption]);
    let _ = c.expect(expect).options_get(state, "nonce", 16);
    // A number is not to be had as bytes, nor bytes as a number.
    let expect = Expect::only(UnsupportedOption).or_info([OptionNotSet]);
    let _ = c.expect(expect).options_get(state, "ops_limit", 16);
    let _ = c.expect(expect).options_get_u64(state, "nonce");
    c
}

fn get_into_a_small_buffer() -> Case {
    let mut c = aead("options/get/small-buffer", &["OPT-GET-018", "ERR-OVERFLOW-017"]);
    let state = c.aead_open(AEAD, KEY, "first nonce.");
    // Published guests double their buffer until it is large enough.
    for len in [0, 1, 11] {
        let (value, size) = c.expect(Overflow).options_get(state, "nonce", len);
        c.observe().untouched(value);
        c.observe().untouched(size);
    }
    c.options_get_eq(state, "nonce", "first nonce.");
    c
}

fn get_into_a_larger_buffer() -> Case {
    let mut c = aead("options/get/larger-buffer", &["OPT-GET-016"]);
    let state = c.aead_open(AEAD, KEY, "first nonce.");
    let (value, size) = c.options_get(state, "nonce", 40);
    c.equal(size, 12);
    c.same(value.slice(0, 12), "first nonce.");
    c.untouched(value.slice(12, 28));
    c
}

fn empty_is_not_unset() -> Case {
    let mut c = Case::new("options/get/empty", &["OPT-GET-016", "ERR-OPTNOTSET-026"]).algorithm("SHA-256");
    let options = c.options_open(AlgorithmType::Symmetric);
    let supported = Expect::only(Success).or_info([UnsupportedOption]);
    c.expect(supported).options_set(options, "context", "");
    let state = c.state_open("SHA-256", None, Some(options));
    let (_, size) = c.expect(supported).options_get(state, "context", 4);
    c.observe().equal(size, 0);
    c
}

fn large_numbers() -> Case {
    let mut c = Case::new("options/get/u64", &["ABI-SIZE-012", "OPT-KINDS-006", "OPT-READ-002"]).algorithm("SHA-256");
    for number in [0, 1, 0x0123_4567_89ab_cdef, u64::MAX] {
        let options = c.options_open(AlgorithmType::Symmetric);
        let supported = Expect::only(Success).or_info([UnsupportedOption, OptionNotSet]);
        c.expect(supported).options_set_u64(options, "ops_limit", number);
        let state = c.state_open("SHA-256", None, Some(options));
        let value = c.expect(supported).options_get_u64(state, "ops_limit");
        c.observe().equal(value, number);
    }
    c
}

fn signature_options_are_no_symmetric_options() -> Case {
    let mut c = Case::new("options/set/other-type", &["OPT-TYPE-004"]);
    for ty in [AlgorithmType::Signatures, AlgorithmType::KeyExchange] {
        let options = c.options_open(ty);
        c.expect(unknown_is_refused()).options_set(options, "nonce", [1; 12]);
    }
    c
}

fn aead(id: &str, requirements: &[&str]) -> Case {
    Case::new(id, requirements).algorithm(AEAD)
}
