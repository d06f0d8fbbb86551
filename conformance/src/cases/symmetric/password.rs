//! Password hashing: SYM-PW-*, SYM-SQUEEZE-017. PBKDF2 is in no table of the specification; some hosts have it.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{
    InvalidOperation, ParametersMissing, ProhibitedOperation, Success, UnsupportedFeature,
};

use super::{PASSWORD_HASHES, bad_tag, case, oracle};
use crate::case::{Case, Expect, Handle, Strength};

pub(super) fn cases() -> Vec<Case> {
    let of = |algorithm: &'static str| {
        [
            outputs(algorithm),
            inputs(algorithm),
            password_in_parts(algorithm),
            no_password(algorithm),
            squeeze_again(algorithm),
            long_work(algorithm),
            parameters(algorithm),
            names_of_the_examples(algorithm),
            too_much_work(algorithm),
            standard_string(algorithm),
        ]
    };
    PASSWORD_HASHES.into_iter().flat_map(of).collect()
}

fn open(c: &mut Case, algorithm: &str, salt: &[u8], iterations: u32) -> Handle {
    let options = c.options_open(AlgorithmType::Symmetric);
    c.options_set(options, "salt", salt);
    c.options_set_u64(options, "ops_limit", iterations);
    c.state_open(algorithm, None, Some(options))
}

fn outputs(algorithm: &str) -> Case {
    let mut c = case("password", algorithm, "output-lengths", &["SYM-PW-002", "SYM-PW-003"]);
    let all = oracle::pbkdf2(algorithm, b"password", b"salt", 2, 1000);
    for len in [1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000] {
        let state = open(&mut c, algorithm, b"salt", 2);
        c.absorb(state, "password");
        c.squeeze_eq(state, &all[..len]);
    }
    c
}

fn inputs(algorithm: &str) -> Case {
    let mut c = case("password", algorithm, "passwords-and-salts", &["SYM-PW-001", "SYM-PW-003"]);
    for (password, salt, iterations) in
        [(1, 1, 1), (8, 0, 3), (64, 16, 2), (65, 64, 1), (129, 200, 10), (1000, 1000, 1)]
    {
        let (password, salt) = (oracle::bytes("password", password), oracle::bytes("salt", salt));
        let state = open(&mut c, algorithm, &salt, iterations);
        c.absorb(state, &password);
        c.squeeze_eq(state, oracle::pbkdf2(algorithm, &password, &salt, iterations, 48));
    }
    c
}

fn password_in_parts(algorithm: &str) -> Case {
    let mut c = case("password", algorithm, "password-in-parts", &["SYM-PW-001", "SYM-ABSORB-009"]);
    let expected = oracle::pbkdf2(algorithm, b"correct horse battery staple", b"salt", 5, 40);
    for parts in [&["correct horse", " battery staple"][..], &["c", "", "orrect horse battery stapl", "e"]] {
        let state = open(&mut c, algorithm, b"salt", 5);
        for part in parts {
            c.absorb(state, *part);
        }
        c.squeeze_eq(state, &expected);
    }
    c
}

fn no_password(algorithm: &str) -> Case {
    let mut c = case("password", algorithm, "empty-password", &["SYM-PW-001", "SYM-PW-003"]);
    for absorb in [false, true] {
        let state = open(&mut c, algorithm, b"salt", 5);
        if absorb {
            c.absorb(state, "");
        }
        c.squeeze_eq(state, oracle::pbkdf2(algorithm, b"", b"salt", 5, 40));
    }
    c
}

fn squeeze_again(algorithm: &str) -> Case {
    let mut c = case("password", algorithm, "squeeze-again", &["SYM-STATE-002", "SYM-PW-003"]);
    let state = open(&mut c, algorithm, b"salt", 3);
    c.absorb(state, "password");
    c.squeeze_eq(state, oracle::pbkdf2(algorithm, b"password", b"salt", 3, 20));
    let again = c.squeeze(state, 40);
    c.observe().same(again, oracle::pbkdf2(algorithm, b"password", b"salt", 3, 40));
    c
}

/// Long enough that a host may answer `in_progress`; the guest then calls again.
fn long_work(algorithm: &str) -> Case {
    let mut c = case("password", algorithm, "long-work", &["SYM-PW-006", "SYM-SQUEEZE-017", "SYM-PW-003"]);
    let state = open(&mut c, algorithm, b"salt", 20_000);
    c.absorb(state, "password");
    c.squeeze_eq(state, oracle::pbkdf2(algorithm, b"password", b"salt", 20_000, 32));
    c
}

/// Without a salt or a number of iterations. A host may have defaults.
fn parameters(algorithm: &str) -> Case {
    let mut c = case("password", algorithm, "missing-parameters", &["SYM-PW-005", "OPT-REQUIRED-012"]);
    let expect = Expect::only(ParametersMissing).or_info([Success]);
    c.expect(expect).state_open(algorithm, None, None);
    let options = c.options_open(AlgorithmType::Symmetric);
    c.expect(expect).state_open(algorithm, None, Some(options));
    c.options_set(options, "salt", "salt");
    c.expect(expect).state_open(algorithm, None, Some(options));
    c.options_set_u64(options, "ops_limit", 0u32);
    c.expect(Expect::only(ParametersMissing).or_info_any_error()).state_open(algorithm, None, Some(options));
    c.options_set_u64(options, "ops_limit", 1u32);
    c.state_open(algorithm, None, Some(options));
    let options = c.options_open(AlgorithmType::Symmetric);
    c.options_set_u64(options, "ops_limit", 1u32);
    c.expect(expect).state_open(algorithm, None, Some(options));
    c
}

/// C13: the examples call the option `opslimit`.
fn names_of_the_examples(algorithm: &str) -> Case {
    let mut c = case("password", algorithm, "option-names-of-the-examples", &["SYM-PW-005", "OPT-NAMES-011"]);
    c = c.strength(Strength::May);
    let options = c.options_open(AlgorithmType::Symmetric);
    c.options_set(options, "salt", "salt");
    c.options_set_u64(options, "opslimit", 4u32);
    let state = c.state_open(algorithm, None, Some(options));
    c.absorb(state, "password");
    c.squeeze_eq(state, oracle::pbkdf2(algorithm, b"password", b"salt", 4, 32));
    c
}

/// Work without end is refused, not done.
fn too_much_work(algorithm: &str) -> Case {
    let mut c = case("password", algorithm, "too-much-work", &["SYM-PW-003", "SYM-PW-006"]);
    for iterations in [u64::MAX, 1 << 32, u64::from(u32::MAX)] {
        let options = c.options_open(AlgorithmType::Symmetric);
        c.options_set(options, "salt", "salt");
        c.options_set_u64(options, "ops_limit", iterations);
        if iterations > u64::from(u32::MAX) {
            c.expect(Expect::only(ProhibitedOperation).or_info_any_error()).state_open(algorithm, None, Some(options));
            continue;
        }
        let state = c.state_open(algorithm, None, Some(options));
        c.absorb(state, "password");
        let out = c.expect(Expect::only(ProhibitedOperation).or_info_any_error()).squeeze(state, 64);
        c.untouched(out);
    }
    c
}

/// PBKDF2 has no standard string; only key derivation is recommended for it.
/// The string of the standard form, or none: the text recommends none for PBKDF2.
fn standard_string(algorithm: &str) -> Case {
    let mut c =
        case("password", algorithm, "squeeze-tag", &["SYM-PW-004", "SYM-PW-005", "SYM-STAG-020", "SYM-STAG-022"]);
    let state = open(&mut c, algorithm, b"salt of 16 bytes", 1000);
    c.absorb(state, "password");
    c.squeeze_eq(state, oracle::pbkdf2(algorithm, b"password", b"salt of 16 bytes", 1000, 32));
    c.alternative("the PHC string", |c| {
        let string = oracle::pbkdf2_string(algorithm, b"password", b"salt of 16 bytes", 1000);
        let [tag, other] = [(); 2].map(|()| c.squeeze_tag(state));
        c.tag_verify(tag, &string);
        c.expect(bad_tag()).tag_verify(other, &string[..string.len() - 1]);
        c.tag_pull_eq(tag, string);
    });
    c.alternative("another string", |c| {
        c.squeeze_tag(state);
    });
    c.alternative("no string", |c| {
        c.expect(Expect::only(InvalidOperation).or_info([UnsupportedFeature])).squeeze_tag(state);
    });
    c
}
