//! AES-CTR: the examples of NIST SP 800-38A, section F.5, and RFC 3686, section 6.

use super::{case, hex};
use crate::case::Case;

pub(super) fn cases() -> Vec<Case> {
    VECTORS.iter().map(Vector::case).collect()
}

/// In hexadecimal digits.
struct Vector {
    algorithm: &'static str,
    source: &'static str,
    number: &'static str,
    key: &'static str,
    /// The first block.
    counter: &'static str,
    message: &'static str,
    ciphertext: &'static str,
}

impl Vector {
    fn case(&self) -> Case {
        let Self { algorithm, source, number, .. } = *self;
        let requirements = ["SYM-ENC-030", "SYM-ENC-041", "SYM-DEC-001"];
        let mut c = case(format!("{source}/{algorithm}/{number}"), algorithm, &requirements);
        let state = c.aead_open(algorithm, hex(self.key), hex(self.counter));
        c.encrypt_eq(state, hex(self.message), hex(self.ciphertext));
        let state = c.aead_open(algorithm, hex(self.key), hex(self.counter));
        c.decrypt_eq(state, hex(self.ciphertext), hex(self.message));
        c
    }
}

const VECTORS: &[Vector] = &[
    Vector {
        algorithm: "AES-128-CTR",
        source: "sp800-38a",
        number: "F.5.1",
        key: "2b7e151628aed2a6abf7158809cf4f3c",
        counter: "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        message: "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52ef\
                 f69f2445df4f9b17ad2b417be66c3710",
        ciphertext: "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff5ae4df3edbd5d35e5b4f09020db03eab\
                     1e031dda2fbe03d1792170a0f3009cee",
    },
    Vector {
        algorithm: "AES-256-CTR",
        source: "sp800-38a",
        number: "F.5.5",
        key: "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        counter: "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        message: "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52ef\
                 f69f2445df4f9b17ad2b417be66c3710",
        ciphertext: "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988d\
                     dfc9c58db67aada613c2dd08457941a6",
    },
    Vector {
        algorithm: "AES-128-CTR",
        source: "rfc3686",
        number: "1",
        key: "ae6852f8121067cc4bf7a5765577f39e",
        counter: "00000030000000000000000000000001",
        message: "53696e676c6520626c6f636b206d7367",
        ciphertext: "e4095d4fb7a7b3792d6175a3261311b8",
    },
    Vector {
        algorithm: "AES-128-CTR",
        source: "rfc3686",
        number: "2",
        key: "7e24067817fae0d743d6ce1f32539163",
        counter: "006cb6dbc0543b59da48d90b00000001",
        message: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        ciphertext: "5104a106168a72d9790d41ee8edad388eb2e1efc46da57c8fce630df9141be28",
    },
    Vector {
        algorithm: "AES-128-CTR",
        source: "rfc3686",
        number: "3",
        key: "7691be035e5020a8ac6e618529f9a0dc",
        counter: "00e0017b27777f3f4a1786f000000001",
        message: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
        ciphertext: "c1cf48a89f2ffdd9cf4652e9efdb72d74540a42bde6d7836d59a5ceaaef3105325b2072f",
    },
    Vector {
        algorithm: "AES-256-CTR",
        source: "rfc3686",
        number: "7",
        key: "776beff2851db06f4c8a0542c8696f6c6a81af1eec96b4d37fc1d689e6c1c104",
        counter: "00000060db5672c97aa8f0b200000001",
        message: "53696e676c6520626c6f636b206d7367",
        ciphertext: "145ad01dbf824ec7560863dc71e3e0c0",
    },
    Vector {
        algorithm: "AES-256-CTR",
        source: "rfc3686",
        number: "8",
        key: "f6d66d6bd52d59bb0796365879eff886c66dd51a5b6a99744b50590c87a23884",
        counter: "00faac24c1585ef15a43d87500000001",
        message: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        ciphertext: "f05e231b3894612c49ee000b804eb2a9b8306b508f839d6a5530831d9344af1c",
    },
    Vector {
        algorithm: "AES-256-CTR",
        source: "rfc3686",
        number: "9",
        key: "ff7a617ce69148e4f1726e2f43581de2aa62d9f805532edff1eed687fb54153d",
        counter: "001cc5b751a51d70a1c1114800000001",
        message: "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
        ciphertext: "eb6c52821d0bbbf7ce7594462aca4faab407df866569fd07f48cc0b583d6071f1ec0e6b8",
    },
];
