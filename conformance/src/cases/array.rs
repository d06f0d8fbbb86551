//! `array_output_*` (requirements ARRAY-*), seen through the export of a symmetric key.

use wasi_crypto_interface::Errno::{InvalidHandle, Success};

use crate::case::{Case, Expect, Handle, Relation};

const RAW: [u8; 32] = *b"array output gives these bytes..";

pub(super) fn cases() -> Vec<Case> {
    vec![
        len_is_the_number_of_bytes(),
        pull_streams(),
        pull_in_two_halves(),
        pull_into_a_larger_buffer(),
        closes_when_read(),
        pull_nothing(),
        nothing_to_pull(),
        several_at_once(),
    ]
}

fn len_is_the_number_of_bytes() -> Case {
    let mut c = case("array/len/total", &["ARRAY-LEN-001", "ARRAY-PULL-003"]);
    let array = exported_key(&mut c);
    for _ in 0..2 {
        let len = c.array_len(array);
        c.equal(len, 32);
    }
    let (_, count) = c.pull(array, 10);
    c.equal(count, 10);
    // Whether that is the total or what remains, the text does not say.
    let len = c.array_len(array);
    c.observe().equal(len, 32);
    c
}

fn pull_streams() -> Case {
    let mut c = case("array/pull/byte-by-byte", &["ARRAY-PULL-002", "ARRAY-PULL-003", "ARRAY-EOF-007"]);
    let array = exported_key(&mut c);
    for byte in RAW {
        let (bytes, count) = c.pull(array, 1);
        c.equal(count, 1);
        c.same(bytes, [byte]);
    }
    after_the_end(&mut c, array);
    c
}

/// Some hosts close the handle when exactly half has been read.
fn pull_in_two_halves() -> Case {
    let mut c = case("array/pull/two-halves", &["ARRAY-PULL-002", "ARRAY-PULL-005", "HANDLE-CONSUME-002"]);
    let array = exported_key(&mut c);
    for half in RAW.chunks_exact(16) {
        let (bytes, count) = c.pull(array, 16);
        c.equal(count, 16);
        c.same(bytes, half);
    }
    after_the_end(&mut c, array);
    c
}

fn pull_into_a_larger_buffer() -> Case {
    let mut c = case("array/pull/larger-buffer", &["ARRAY-PULL-005"]);
    let array = exported_key(&mut c);
    let (bytes, count) = c.pull(array, 48);
    c.equal(count, 32);
    c.same(bytes.slice(0, 32), RAW);
    c.untouched(bytes.slice(32, 16));
    after_the_end(&mut c, array);
    c
}

fn closes_when_read() -> Case {
    let mut c = case("array/close/when-read", &["ARRAY-CLOSE-006", "HANDLE-CONSUME-002"]);
    let array = exported_key(&mut c);
    c.pull_eq(array, RAW);
    let slot = c.expect(InvalidHandle).array_len(array);
    c.observe().untouched(slot);
    c
}

fn pull_nothing() -> Case {
    let mut c = case("array/pull/zero-length-buffer", &["ARRAY-ZERO-008", "HANDLE-CONSUME-003"]);
    let array = exported_key(&mut c);
    for _ in 0..2 {
        let (_, count) = c.pull(array, 0);
        c.equal(count, 0);
    }
    c.pull_eq(array, RAW);
    c
}

/// The export of an empty key is an empty output: its first pull gives 0 and closes.
fn nothing_to_pull() -> Case {
    let mut c = case("array/pull/empty", &["ARRAY-ZERO-008", "ARRAY-EOF-007"]);
    let key = c.key_import("HMAC/SHA-256", []);
    let array = c.key_export(key);
    let len = c.array_len(array);
    c.equal(len, 0);
    let (bytes, count) = c.pull(array, 4);
    c.equal(count, 0);
    c.untouched(bytes);
    after_the_end(&mut c, array);
    c
}

fn several_at_once() -> Case {
    let mut c = case("array/pull/interleaved", &["ARRAY-PULL-002"]);
    let key = c.key_import("HMAC/SHA-256", RAW);
    let (one, other) = (c.key_export(key), c.key_export(key));
    c.number(one, Relation::NotEqual, other);
    c.close(key);
    let (bytes, _) = c.pull(one, 20);
    c.same(bytes, &RAW[..20]);
    c.pull_eq(other, RAW);
    let (bytes, count) = c.pull(one, 20);
    c.equal(count, 12);
    c.same(bytes.slice(0, 12), &RAW[20..]);
    c
}

/// C11: when all is read the handle is closed; or a pull gives nothing.
fn after_the_end(c: &mut Case, array: Handle) {
    let (bytes, _) = c.expect(Expect::only(InvalidHandle).or_info([Success])).pull(array, 4);
    c.untouched(bytes);
}

fn case(id: &str, requirements: &[&str]) -> Case {
    Case::new(id, requirements).algorithm("HMAC/SHA-256")
}

fn exported_key(c: &mut Case) -> Handle {
    let key = c.key_import("HMAC/SHA-256", RAW);
    c.key_export(key)
}
