//! What a host does when a guest asks for very much (ERR-TOOMANY-019, and what has brought hosts down).

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{GuestError, Overflow, TooManyHandles};

use crate::args;
use crate::case::{Case, Expect, Kind, Relation, Value};

pub(super) fn cases() -> Vec<Case> {
    vec![
        many_options(),
        many_array_outputs(),
        much_associated_data(),
        states_of_closed_keys(),
        a_large_squeeze_to_nowhere(),
        a_large_key_from_nowhere(),
        open_and_close(),
        a_million_calls(),
    ]
}

/// Opens more option sets than a host should allow, then closes them, then opens again.
fn many_options() -> Case {
    const MANY: u32 = 200_000;
    let mut c = stress("limits/handles/options", &["ERR-TOOMANY-019"]);
    let (handles, opened) = (c.scratch(4 * MANY), c.size_slot());
    c.repeat(MANY, |c| {
        c.stop_at(TooManyHandles).call("options_open", args![1, handles.start().each(4)]);
    });
    c.store_u32(opened.at(), Value::Round);
    // A limit is a choice of the host; to have none is one as well, though not a good one.
    c.number(opened, Relation::AtLeast, 1000);
    c.observe().number(opened, Relation::AtMost, MANY - 1);
    c.repeat(opened, |c| c.call("options_close", args![handles.start().each(4).load()]));
    for _ in 0..10 {
        let options = c.options_open(AlgorithmType::Symmetric);
        c.close(options);
    }
    c
}

/// Array outputs that nobody reads cannot be closed.
fn many_array_outputs() -> Case {
    let mut c =
        stress("limits/handles/array-outputs", &["ERR-TOOMANY-019", "ARRAY-ZERO-008"]).algorithm("HMAC/SHA-256");
    let key = c.key_import("HMAC/SHA-256", [1; 32]);
    let slot = c.size_slot();
    c.repeat(200_000, |c| {
        c.stop_at(TooManyHandles).stop_at(Overflow).call("symmetric_key_export", args![key, slot.at()]);
    });
    c.observe().number(Value::Round, Relation::AtMost, 199_999);
    // What is there still works, and what is read makes room.
    let (_, count) = c.pull(slot, 64);
    c.equal(count, 32);
    let array = c.key_export(key);
    c.pull_eq(array, [1; 32]);
    c
}

/// 1 GiB of associated data, a MiB at a time.
fn much_associated_data() -> Case {
    const MIB: u32 = 1 << 20;
    let mut c = stress("limits/bytes/associated-data", &["SEC-BOUND-004"]).algorithm("AES-256-GCM");
    let state = c.aead_open("AES-256-GCM", [1; 32], [1; 12]);
    let data = c.scratch(MIB);
    c.repeat(1024, |c| {
        c.stop_at(Overflow).call("symmetric_state_absorb", args![state, data]);
    });
    c.observe().number(Value::Round, Relation::AtMost, 1023);
    let _ = c.encrypt(state, "message", 23);
    c
}

/// 40 MiB of keys that are closed while a state needs them.
fn states_of_closed_keys() -> Case {
    const MIB: u32 = 1 << 20;
    const KEYS: u32 = 40;
    let requirements = ["SEC-BOUND-004", "HANDLE-SAFECLOSE-007", "SYM-KEY-CLOSE-017", "SYM-KEY-IMPORT-007"];
    let mut c = stress("limits/bytes/states-of-closed-keys", &requirements);
    let (extract, expand) = ("HKDF-EXTRACT/SHA-256", "HKDF-EXPAND/SHA-256");
    c = c.algorithm(extract).algorithm(expand);
    let (material, states, opened) = (c.scratch(MIB), c.scratch(4 * KEYS), c.size_slot());
    let (key, array, count) = (c.size_slot(), c.size_slot(), c.size_slot());
    let (some_key, none) = (c.optional(Some(Value::Number(0))), c.optional(None));
    c.repeat(KEYS, |c| {
        c.stop_at(Overflow).call("symmetric_key_import", args![extract, material, key.at()]);
        c.copy(some_key.plus(4), (key.at(), 4));
        let state = states.start().each(4);
        c.stop_at(Overflow).call("symmetric_state_open", args![extract, some_key, none, state]);
        c.call("symmetric_key_close", args![key]);
    });
    c.store_u32(opened.at(), Value::Round);
    c.number(opened, Relation::AtLeast, 1);
    // What was opened works, and makes room when it is closed.
    let out = c.buffer(32);
    c.repeat(opened, |c| {
        let state = states.start().each(4).load();
        c.call("symmetric_state_squeeze_key", args![state, expand, key.at()]);
        c.call("symmetric_key_export", args![key, array.at()]);
        c.call("array_output_pull", args![array, out, count.at()]);
        c.same(out, PSEUDO_RANDOM_KEY);
        c.call("symmetric_key_close", args![key]);
        c.call("symmetric_state_close", args![state]);
    });
    c.call("symmetric_key_import", args![extract, material, key.at()]);
    c
}

/// HMAC-SHA-256 of 1 MiB of zeros with a key of 32 zeros (RFC 5869, section 2.2), by Python's hmac.
const PSEUDO_RANDOM_KEY: [u8; 32] = [
    0xf7, 0xb0, 0x4d, 0xa1, 0xd2, 0xf0, 0xc3, 0xf5, 0x9f, 0x20, 0xfe, 0x10, 0x11, 0x5c, 0xb8, 0x39, 0xc7, 0xdb, 0x04,
    0x13, 0x33, 0xb7, 0x8a, 0xdc, 0xe3, 0x7e, 0x7f, 0xbc, 0x83, 0x22, 0x2b, 0x2b,
];

/// Some hosts allocate and fill the output before they look at the pointer.
fn a_large_squeeze_to_nowhere() -> Case {
    let mut c = stress("limits/bytes/squeeze-to-nowhere", &["ABI-MEM-013"]).algorithm("HKDF-EXPAND/SHA-256").may_trap();
    let key = c.key_import("HKDF-EXPAND/SHA-256", [1; 32]);
    let state = c.state_open("HKDF-EXPAND/SHA-256", Some(key), None);
    let out = c.buffer(16);
    for len in [0x6000_0000u32, 0xffff_0000] {
        c.expect(Expect::only(GuestError).or_info_any_error());
        c.call("symmetric_state_squeeze", args![state, (out.start(), len)]);
    }
    c.untouched(out);
    let _ = c.squeeze(state, 32);
    c
}

fn a_large_key_from_nowhere() -> Case {
    let mut c = stress("limits/bytes/key-from-nowhere", &["ABI-MEM-013"]).algorithm("HMAC/SHA-256").may_trap();
    let data = c.data([1; 16]);
    c.expect(Expect::only(GuestError).or_info_any_error());
    c.open("symmetric_key_import", args!["HMAC/SHA-256", (data.start(), 0x6000_0000)]);
    c
}

/// A limit is one of what is open, not of what has been.
fn a_million_calls() -> Case {
    let mut c = stress("limits/handles/a-million-calls", &["ERR-TOOMANY-019", "HANDLE-REF-005"]);
    let options = c.size_slot();
    c.repeat(500_000, |c| {
        c.call("options_open", args![1, options.at()]);
        c.call("options_close", args![options]);
    });
    c.equal(Value::Round, 500_000);
    c
}

/// What is closed is gone: objects one after the other leave nothing behind.
fn open_and_close() -> Case {
    let mut c = stress("limits/handles/open-and-close", &["ERR-TOOMANY-019", "HANDLE-REF-005"]).algorithm("SHA-256");
    let (state, options) = (c.size_slot(), c.size_slot());
    let name = c.data("SHA-256");
    let none = c.optional(None);
    c.repeat(100_000, |c| {
        c.call("options_open", args![1, options.at()]);
        c.call("symmetric_state_open", args![name, none, none, state.at()]);
        c.call("symmetric_state_close", args![state]);
        c.call("options_close", args![options]);
    });
    c.equal(Value::Round, 100_000);
    c
}

fn stress(id: &str, requirements: &[&str]) -> Case {
    Case::new(id, requirements).kind(Kind::Stress)
}
