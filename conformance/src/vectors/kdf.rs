//! HKDF: the SHA-256 test cases of RFC 5869 (appendix A). PBKDF2: those of RFC 7914, section 11; RFC 6070 has only
//! PBKDF2 with SHA-1, which the interface cannot name.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{ProhibitedOperation, Success};

use super::{case, hex};
use crate::case::{Case, Expect};
use crate::cases::symmetric::too_long;
use crate::catalogue::requirement_of;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (i, test) in RFC_5869.iter().enumerate() {
        let (number, [ikm, salt, info, prk, okm]) = (i + 1, test.map(hex));
        cases.push(extract(number, &ikm, &salt, &prk));
        let id = format!("rfc5869/{number}/output");
        cases.push(hkdf(id, "SHA-256", &ikm, &salt, &info, okm.len() as u32, Some(&okm)));
    }
    for (i, (password, salt, iterations, key)) in RFC_7914.iter().enumerate() {
        let id = format!("rfc7914/PBKDF2-SHA-256/{}", i + 1);
        cases.push(pbkdf2(id, "PBKDF2-SHA-256", password.as_bytes(), salt.as_bytes(), *iterations, &hex(key)));
    }
    cases
}

/// The pseudo-random key, as far as the host lets it be exported.
fn extract(number: usize, ikm: &[u8], salt: &[u8], prk: &[u8]) -> Case {
    let requirements = ["SYM-SKEY-023", "SYM-SKEY-024", "SYM-HKDF-001", "SYM-HKDF-003", "SYM-ABSORB-004"];
    let mut c = case(format!("rfc5869/{number}/prk"), "HKDF-EXTRACT/SHA-256", &requirements);
    c = c.algorithm("HKDF-EXPAND/SHA-256");
    let key = c.key_import("HKDF-EXTRACT/SHA-256", ikm);
    let state = c.state_open("HKDF-EXTRACT/SHA-256", Some(key), None);
    c.absorb(state, salt);
    let derived = c.squeeze_key(state, "HKDF-EXPAND/SHA-256");
    c.alternative("it can be exported", |c| {
        let array = c.expect(Success).key_export(derived);
        c.pull_eq(array, prk);
    });
    c.alternative("it cannot be exported", |c| {
        c.expect(ProhibitedOperation).key_export(derived);
    });
    c
}

/// Extract and expand; `None` if `len` is more than there can be.
pub(super) fn hkdf(
    id: String,
    hash: &str,
    ikm: &[u8],
    salt: &[u8],
    info: &[u8],
    len: u32,
    output: Option<&[u8]>,
) -> Case {
    let (extract, expand) = (format!("HKDF-EXTRACT/{hash}"), format!("HKDF-EXPAND/{hash}"));
    let requirements: &[&str] = match output {
        Some(_) => &["SYM-HKDF-001", "SYM-HKDF-002", "SYM-HKDF-003", "SYM-SKEY-023", "SYM-SQUEEZE-013"],
        None => &["SYM-SQUEEZE-013"],
    };
    let expand_requirement = requirement_of(&expand);
    let requirements: Vec<&str> = expand_requirement.into_iter().chain(requirements.iter().copied()).collect();
    let mut c = case(id, &extract, &requirements).algorithm(&expand);
    let key = c.key_import(&extract, ikm);
    let extraction = c.state_open(&extract, Some(key), None);
    c.absorb(extraction, salt);
    let prk = c.squeeze_key(extraction, &expand);
    let expansion = c.state_open(&expand, Some(prk), None);
    c.absorb(expansion, info);
    match output {
        Some(output) => c.squeeze_eq(expansion, output),
        None => {
            let out = c.expect(too_long()).squeeze(expansion, len);
            c.untouched(out);
        }
    }
    c
}

pub(super) fn pbkdf2(
    id: String,
    algorithm: &str,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    output: &[u8],
) -> Case {
    let mut c = case(id, algorithm, &["SYM-PW-001", "SYM-PW-002", "SYM-PW-003", "SYM-PW-006"]);
    let options = c.options_open(AlgorithmType::Symmetric);
    c.options_set(options, "salt", salt);
    c.options_set_u64(options, "ops_limit", iterations);
    let state = c.state_open(algorithm, None, Some(options));
    c.absorb(state, password);
    // Calls are repeated while the host answers `in_progress`.
    c.expect(Expect::only(Success)).squeeze_eq(state, output);
    c
}

/// Input keying material, salt, info, pseudo-random key, output.
const RFC_5869: &[[&str; 5]] = &[
    [
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ],
    [
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f\
         303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
        "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f\
         909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
        "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf\
         e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
        "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09\
         da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    ],
    [
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
        "",
        "",
        "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ],
];

/// Password, salt, iterations, output.
const RFC_7914: &[(&str, &str, u32, &str)] = &[
    (
        "passwd",
        "salt",
        1,
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc\
         49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783",
    ),
    (
        "Password",
        "NaCl",
        80_000,
        "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56\
         a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d",
    ),
];
