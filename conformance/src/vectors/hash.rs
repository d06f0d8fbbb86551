//! SHA-2: the examples of FIPS 180-4 (as NIST publishes them beside the standard), and CAVP.

use super::{case, cavp_sha2, hex};
use crate::case::Case;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (algorithm, number, message, digest) in EXAMPLES {
        cases.push(digest_of(format!("fips-180-4/{algorithm}/{number}"), algorithm, message.as_bytes(), &hex(digest)));
    }
    for algorithm in ["SHA-256", "SHA-384", "SHA-512", "SHA-512/256"] {
        cases.push(million(algorithm));
    }
    for (algorithm, file, bits, message, digest) in cavp_sha2::VECTORS {
        cases.push(digest_of(format!("cavp/{file}/{bits}"), algorithm, &hex(message), &hex(digest)));
    }
    cases
}

fn digest_of(id: String, algorithm: &str, message: &[u8], digest: &[u8]) -> Case {
    let mut c = case(id, algorithm, &["SYM-HASH-001", "SYM-HASH-003", "SYM-ABSORB-001"]);
    let state = c.state_open(algorithm, None, None);
    c.absorb(state, message);
    c.squeeze_eq(state, digest);
    c.close(state);
    c
}

/// A million times "a", 1000 bytes at a time.
fn million(algorithm: &str) -> Case {
    let (_, digest) = MILLION.iter().find(|(name, _)| *name == algorithm).expect("each hash has its example");
    let mut c = case(format!("fips-180-4/{algorithm}/million"), algorithm, &["SYM-HASH-002", "SYM-ABSORB-001"]);
    let state = c.state_open(algorithm, None, None);
    c.repeat(1000, |c| c.absorb(state, [b'a'; 1000]));
    c.squeeze_eq(state, hex(digest));
    c
}

const TWO_BLOCKS_OF_64: &str = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
const TWO_BLOCKS_OF_128: &str = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn\
                                 hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

/// Algorithm, number, message, digest.
const EXAMPLES: &[(&str, u32, &str, &str)] = &[
    ("SHA-256", 1, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("SHA-256", 2, TWO_BLOCKS_OF_64, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
    (
        "SHA-384",
        1,
        "abc",
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
         8086072ba1e7cc2358baeca134c825a7",
    ),
    (
        "SHA-384",
        2,
        TWO_BLOCKS_OF_128,
        "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712\
         fcc7c71a557e2db966c3e9fa91746039",
    ),
    (
        "SHA-512",
        1,
        "abc",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
         2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ),
    (
        "SHA-512",
        2,
        TWO_BLOCKS_OF_128,
        "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018\
         501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
    ),
    ("SHA-512/256", 1, "abc", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"),
    ("SHA-512/256", 2, TWO_BLOCKS_OF_128, "3928e184fb8690f840da3988121d31be65cb9d3ef83ee6146feac861e19b563a"),
];

const MILLION: &[(&str, &str)] = &[
    ("SHA-256", "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    (
        "SHA-384",
        "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b\
         07b8b3dc38ecc4ebae97ddd87f3d8985",
    ),
    (
        "SHA-512",
        "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb\
         de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b",
    ),
    ("SHA-512/256", "9a59a052930187a97038cae692f30708aa6491923ef5194394dc68d56c74fb21"),
];
