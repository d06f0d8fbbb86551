//! HMAC: the test cases of RFC 4231, section 4. AES-CMAC: those of RFC 4493, section 4, and of NIST SP 800-38B, appendix D.3.

use wasi_crypto_interface::Errno::InvalidKey;

use super::{case, hex};
use crate::case::Case;
use crate::cases::symmetric::bad_tag;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (i, test) in RFC_4231.iter().enumerate() {
        for (algorithm, tag) in ["HMAC/SHA-256", "HMAC/SHA-384", "HMAC/SHA-512"].into_iter().zip(test.tags) {
            let id = format!("rfc4231/{algorithm}/{}", i + 1);
            cases.push(match tag.len() {
                32 => truncated(id, algorithm, &test.key(), test.message, &hex(tag), true),
                _ => full(id, algorithm, &test.key(), test.message, &hex(tag), true),
            });
        }
    }
    for (source, algorithm, key, examples) in
        [("rfc4493", "AES-128-CMAC", RFC_4493_KEY, RFC_4493), ("sp800-38b", "AES-256-CMAC", SP_800_38B_KEY, SP_800_38B)]
    {
        for (i, (len, tag)) in (1..).zip(examples) {
            let (key, message) = (hex(key), hex(CMAC_MESSAGE));
            let id = format!("{source}/{algorithm}/{i}");
            cases.push(full(id, algorithm, &key, &message[..*len], &hex(tag), true));
        }
    }
    cases
}

/// A tag of the algorithm's length. An invalid one must neither come out nor verify.
pub(super) fn full(id: String, algorithm: &str, key: &[u8], message: &[u8], tag: &[u8], valid: bool) -> Case {
    let requirements: &[&str] = if valid {
        &["SYM-MAC-001", "SYM-MAC-002", "SYM-ABSORB-002", "SYM-STAG-018", "SYM-TAG-VERIFY-001", "SYM-TAG-PULL-005"]
    } else {
        &["SYM-TAG-VERIFY-001", "SYM-TAG-VERIFY-002"]
    };
    let mut c = case(id, algorithm, requirements);
    let handle = tag_of(&mut c, algorithm, key, message);
    if valid {
        c.tag_verify(handle, tag);
        c.tag_pull_eq(handle, tag);
    } else {
        c.expect(bad_tag()).tag_verify(handle, tag);
        let (computed, _) = c.tag_pull(handle, tag.len() as u32);
        c.differ(computed, tag);
    }
    c
}

/// A tag that has been cut. The interface has no such tags: it must not verify, valid or not.
pub(super) fn truncated(id: String, algorithm: &str, key: &[u8], message: &[u8], tag: &[u8], valid: bool) -> Case {
    let mut c = case(id, algorithm, &["SYM-STAG-018", "SYM-TAG-VERIFY-002"]);
    let full_len = match algorithm {
        "HMAC/SHA-256" => 32,
        "HMAC/SHA-384" => 48,
        _ => 64,
    };
    let handle = tag_of(&mut c, algorithm, key, message);
    c.expect(bad_tag()).tag_verify(handle, tag);
    let (computed, _) = c.tag_pull(handle, full_len);
    let prefix = computed.slice(0, tag.len() as u32);
    if valid {
        c.same(prefix, tag)
    } else {
        c.differ(prefix, tag)
    }
    c
}

/// A tag that a MAC of tags of another length gives, which is another function: it must not verify.
pub(super) fn of_another_length(id: String, algorithm: &str, key: &[u8], message: &[u8], tag: &[u8]) -> Case {
    let mut c = case(id, algorithm, &["SYM-TAG-VERIFY-002"]);
    let handle = tag_of(&mut c, algorithm, key, message);
    c.expect(bad_tag()).tag_verify(handle, tag);
    c
}

/// A key of a size that the algorithm does not have.
pub(super) fn bad_key(id: String, algorithm: &str, key: &[u8]) -> Case {
    let mut c = case(id, algorithm, &["SYM-KEY-IMPORT-005"]);
    let slot = c.expect(InvalidKey).key_import(algorithm, key);
    c.untouched(slot);
    c
}

fn tag_of(c: &mut Case, algorithm: &str, key: &[u8], message: &[u8]) -> crate::case::Handle {
    let key = c.key_import(algorithm, key);
    let state = c.state_open(algorithm, Some(key), None);
    c.absorb(state, message);
    c.squeeze_tag(state)
}

struct Rfc4231 {
    key: Key,
    message: &'static [u8],
    /// With SHA-256, SHA-384, SHA-512.
    tags: [&'static str; 3],
}

enum Key {
    Repeated(u8, usize),
    Bytes(&'static [u8]),
}

impl Rfc4231 {
    fn key(&self) -> Vec<u8> {
        match self.key {
            Key::Repeated(byte, times) => vec![byte; times],
            Key::Bytes(bytes) => bytes.to_vec(),
        }
    }
}

const RFC_4231: &[Rfc4231] = &[
    Rfc4231 {
        key: Key::Repeated(0x0b, 20),
        message: b"Hi There",
        tags: [
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde\
             daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
        ],
    },
    Rfc4231 {
        key: Key::Bytes(b"Jefe"),
        message: b"what do ya want for nothing?",
        tags: [
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
             9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
        ],
    },
    Rfc4231 {
        key: Key::Repeated(0xaa, 20),
        message: &[0xdd; 50],
        tags: [
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27",
            "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39\
             bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
        ],
    },
    Rfc4231 {
        key: Key::Bytes(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]),
        message: &[0xcd; 50],
        tags: [
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
            "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679ccf8a386c674cffb",
            "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db\
             a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
        ],
    },
    // Only the first 128 bits are published.
    Rfc4231 {
        key: Key::Repeated(0x0c, 20),
        message: b"Test With Truncation",
        tags: [
            "a3b6167473100ee06e0c796c2955552b",
            "3abf34c3503b2a23a46efc619baef897",
            "415fad6271580a531d4179bc891d87a6",
        ],
    },
    Rfc4231 {
        key: Key::Repeated(0xaa, 131),
        message: b"Test Using Larger Than Block-Size Key - Hash Key First",
        tags: [
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352\
             6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
        ],
    },
    Rfc4231 {
        key: Key::Repeated(0xaa, 131),
        message: b"This is a test using a larger than block-size key and a larger than block-size data. \
                   The key needs to be hashed before being used by the HMAC algorithm.",
        tags: [
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e",
            "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944\
             b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58",
        ],
    },
];

const RFC_4493_KEY: &str = "2b7e151628aed2a6abf7158809cf4f3c";
const CMAC_MESSAGE: &str = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
                                30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";

/// How much of the message, and its tag.
const RFC_4493: &[(usize, &str)] = &[
    (0, "bb1d6929e95937287fa37d129b756746"),
    (16, "070a16b46b4d4144f79bdd9dd04a287c"),
    (40, "dfa66747de9ae63030ca32611497c827"),
    (64, "51f0bebf7e3b9d92fc49741779363cfe"),
];

const SP_800_38B_KEY: &str = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";

/// The same of NIST SP 800-38B.
const SP_800_38B: &[(usize, &str)] = &[
    (0, "028962f61b7bf89efc6b551f4667d983"),
    (16, "28a7023f452e8f82bd4bf28d8c37c35c"),
    (40, "aaf3d8f1de5640c232f5b169b9c911e6"),
    (64, "e1992190549f6ed5696a2c056c315410"),
];
