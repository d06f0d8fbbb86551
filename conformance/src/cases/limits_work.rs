//! Little that a guest passes can be much work, or much to read: a host answers in time, or refuses (SEC-BOUND-004).
//!
//! The runner's time limit is part of each case. Values are those of Python's hashlib and hmac.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{GuestError, InvalidHandle, Overflow, ProhibitedOperation};

use crate::args;
use crate::case::{Case, Expect, Kind, Pointer, Value};

const MIB: u32 = 1 << 20;

pub(super) fn cases() -> Vec<Case> {
    vec![
        password_hash_with_a_large_salt("PBKDF2-SHA-256", 32, PBKDF2_SHA_256),
        password_hash_with_a_large_salt("PBKDF2-SHA-512", 64, PBKDF2_SHA_512),
        key_derivation_with_large_info("HKDF-EXPAND/SHA-256", 32, HKDF_SHA_256),
        key_derivation_with_large_info("HKDF-EXPAND/SHA-512", 64, HKDF_SHA_512),
        hash_in_pieces("SHA-256", &SHA_256),
        hash_in_pieces("SHA-512", &SHA_512),
        tag_verify_without_a_tag(),
    ]
}

/// PBKDF2 hashes the salt once more for each block of its output: 400 times 1 MiB here, with one iteration.
fn password_hash_with_a_large_salt(algorithm: &str, block: u32, last: [u8; 32]) -> Case {
    const BLOCKS: u32 = 400;
    let id = format!("limits/work/{algorithm}/large-salt");
    let mut c = stress(&id, &["SYM-PW-001", "SYM-PW-003"]).algorithm(algorithm);
    let salt = c.scratch(MIB);
    let options = c.options_open(AlgorithmType::Symmetric);
    c.repeat(1, |c| {
        or_refused(c).options_set(options, "salt", salt);
        c.options_set_u64(options, "ops_limit", 1);
        let state = or_refused(c).state_open(algorithm, None, Some(options));
        c.absorb(state, "password");
        let out = or_refused(c).squeeze(state, BLOCKS * block);
        c.same(out.slice(BLOCKS * block - 32, 32), last);
    });
    c
}

/// HKDF hashes the info once more for each block of its output, of which there may be 255.
fn key_derivation_with_large_info(algorithm: &str, block: u32, last: [u8; 32]) -> Case {
    const BLOCKS: u32 = 255;
    let id = format!("limits/work/{algorithm}/large-info");
    let mut c = stress(&id, &["SYM-HKDF-002", "SYM-SQUEEZE-013", "SYM-ABSORB-008"]).algorithm(algorithm);
    let info = c.scratch(MIB);
    let key = c.key_import(algorithm, vec![1; block as usize]);
    let state = c.state_open(algorithm, Some(key), None);
    c.repeat(1, |c| {
        or_refused(c).absorb(state, info);
        let out = or_refused(c).squeeze(state, BLOCKS * block);
        c.same(out.slice(BLOCKS * block - 32, 32), last);
    });
    c
}

/// 64 MiB in one call and in 64; a host that works on long data in slices puts them together again.
fn hash_in_pieces(algorithm: &str, expected: &[u8]) -> Case {
    const PIECES: u32 = 64;
    let id = format!("limits/work/{algorithm}/whole-and-in-pieces");
    let mut c = stress(&id, &["SYM-HASH-002", "SYM-ABSORB-001", "SYM-ABSORB-008"]).algorithm(algorithm);
    let data = c.scratch(PIECES * MIB);
    // Each MiB begins with its number.
    c.repeat(PIECES, |c| c.store_u64(data.start().each(MIB), Value::Round));
    let (whole, pieces) = (c.state_open(algorithm, None, None), c.state_open(algorithm, None, None));
    c.absorb(whole, data);
    c.squeeze_eq(whole, expected);
    c.repeat(PIECES, |c| c.call("symmetric_state_absorb", args![pieces, data.start().each(MIB), MIB]));
    c.squeeze_eq(pieces, expected);
    c
}

/// A host that looks at the bytes before it looks at the handle takes a minute for this.
fn tag_verify_without_a_tag() -> Case {
    let requirements = ["ERR-INVHANDLE-016", "SYM-TAG-VERIFY-001", "ABI-MEM-013"];
    let mut c = stress("limits/work/tag-verify-without-a-tag", &requirements).may_trap();
    let data = c.scratch(64 * MIB);
    // A handle that was one.
    let options = c.options_open(AlgorithmType::Symmetric);
    c.close(options);
    c.repeat(5000, |c| {
        c.expect(InvalidHandle).call("symmetric_tag_verify", args![options, data]);
    });
    for len in [0x8000_0000u32, u32::MAX] {
        c.expect(Expect::any_of([InvalidHandle, GuestError]));
        c.call("symmetric_tag_verify", args![options, Pointer::absolute(0), len]);
    }
    c
}

/// The next call, in a loop of one round, may be refused as too much; that ends the case.
fn or_refused(c: &mut Case) -> &mut Case {
    c.stop_at(Overflow).stop_at(ProhibitedOperation)
}

fn stress(id: &str, requirements: &[&str]) -> Case {
    let requirements: Vec<&str> = requirements.iter().copied().chain(["SEC-BOUND-004"]).collect();
    Case::new(id, &requirements).kind(Kind::Stress)
}

/// `pbkdf2_hmac('sha256', b'password', bytes(1 << 20), 1, 400 * 32)[-32:]`
const PBKDF2_SHA_256: [u8; 32] = [
    0xad, 0xb0, 0x47, 0xb1, 0x9c, 0x44, 0x4c, 0xea, 0x46, 0x69, 0x3e, 0x18, 0xbc, 0xf7, 0xe2, 0x64, 0x26, 0x7b, 0x11,
    0xa1, 0xdc, 0x51, 0xc6, 0x21, 0xf2, 0xba, 0xcf, 0xe6, 0xc0, 0xd3, 0x16, 0x1c,
];

/// `pbkdf2_hmac('sha512', b'password', bytes(1 << 20), 1, 400 * 64)[-32:]`
const PBKDF2_SHA_512: [u8; 32] = [
    0xd9, 0x9b, 0x8b, 0x46, 0x33, 0x8a, 0xb1, 0xb5, 0xe5, 0xe0, 0x38, 0xa9, 0x45, 0x8f, 0xbe, 0xd5, 0x87, 0xf0, 0xbf,
    0xb7, 0x8f, 0xa3, 0xa8, 0x22, 0x6c, 0x55, 0x59, 0xf5, 0x0b, 0x8b, 0x04, 0xe1,
];

/// RFC 5869, section 2.3, with sha256, a key of 32 ones and 1 MiB of zeros: the last 32 of 255 * 32 bytes.
const HKDF_SHA_256: [u8; 32] = [
    0xde, 0xfb, 0x33, 0x62, 0xe5, 0xc9, 0x2d, 0x1e, 0x1b, 0x58, 0x92, 0x2f, 0x3f, 0x72, 0x51, 0x7d, 0xac, 0x14, 0x64,
    0x1c, 0xe6, 0x89, 0x53, 0x81, 0xa6, 0xbf, 0x5a, 0x15, 0x6e, 0xb4, 0xb7, 0xcd,
];

/// RFC 5869, section 2.3, with sha512, a key of 64 ones and 1 MiB of zeros: the last 32 of 255 * 64 bytes.
const HKDF_SHA_512: [u8; 32] = [
    0xdf, 0x79, 0x3b, 0xe5, 0xd8, 0x62, 0x85, 0x45, 0x36, 0x78, 0xa1, 0xb1, 0xeb, 0xbf, 0x48, 0x70, 0x1c, 0xe6, 0x8e,
    0xfb, 0x05, 0xa6, 0x3e, 0x3e, 0x9f, 0x01, 0x06, 0x2c, 0x35, 0x5c, 0x40, 0xc2,
];

/// `sha256(b''.join(n.to_bytes(8, 'little') + bytes((1 << 20) - 8) for n in range(64)))`
const SHA_256: [u8; 32] = [
    0x77, 0xc1, 0x3b, 0x56, 0xbc, 0x34, 0xaa, 0x04, 0x56, 0x7b, 0x50, 0x3c, 0xb1, 0x1c, 0x68, 0xfd, 0xe4, 0x18, 0xa9,
    0x33, 0xe2, 0xc0, 0x2b, 0x02, 0xb3, 0xc9, 0x12, 0x96, 0x1f, 0x40, 0x0c, 0xdb,
];

/// `sha512(b''.join(n.to_bytes(8, 'little') + bytes((1 << 20) - 8) for n in range(64)))`
const SHA_512: [u8; 64] = [
    0x47, 0x10, 0xfa, 0xfb, 0x20, 0xba, 0x0b, 0x2f, 0x79, 0x17, 0xa0, 0xa7, 0x9d, 0x13, 0x94, 0x17, 0x32, 0x52, 0xe3,
    0x4a, 0x7a, 0x89, 0x05, 0xfb, 0x19, 0x3a, 0x0c, 0xa3, 0x85, 0x97, 0x42, 0xf9, 0x04, 0xf6, 0x25, 0x35, 0xd9, 0x11,
    0x24, 0xb6, 0x66, 0xd8, 0xd1, 0x00, 0xec, 0x6a, 0x4c, 0x9a, 0xfd, 0xe4, 0x2f, 0x6d, 0x67, 0x9e, 0xf7, 0x18, 0xf5,
    0xbb, 0x5c, 0x37, 0x02, 0xa3, 0x67, 0xc1,
];
