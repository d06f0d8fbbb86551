//! `array_output_*` (requirements ARRAY-*), seen through the export of a symmetric key.

use wasi_crypto_host::Errno::{InvalidHandle, Success};

use crate::case::{Case, Expect, Handle};

const RAW: [u8; 32] = *b"array outputs give these bytes..";

pub(super) fn cases() -> Vec<Case> {
    vec![len_is_the_number_of_bytes(), pull_streams()]
}

fn len_is_the_number_of_bytes() -> Case {
    let mut c = Case::new("array/len/total", &["ARRAY-LEN-001"]).algorithm("HMAC/SHA-256");
    let array = exported_key(&mut c);
    for _ in 0..2 {
        let len = c.array_len(array);
        c.equal(len, 32);
    }
    let _ = c.pull(array, 10);
    let len = c.array_len(array);
    c.observe().equal(len, 32);
    c
}

fn pull_streams() -> Case {
    let mut c = Case::new("array/pull/byte-by-byte", &["ARRAY-PULL-002"]).algorithm("HMAC/SHA-256");
    let array = exported_key(&mut c);
    for byte in RAW {
        let (bytes, count) = c.pull(array, 1);
        c.equal(count, 1);
        c.same(bytes, [byte]);
    }
    // C11: after the end the handle is closed, or pulls give nothing.
    let (_, count) = c.expect(Expect::only(InvalidHandle).or_info([Success])).pull(array, 1);
    let _ = count;
    c
}

fn exported_key(c: &mut Case) -> Handle {
    let key = c.key_import("HMAC/SHA-256", RAW);
    c.key_export(key)
}
