//! Password hashing that is hard on memory: SYM-PW-*, SYM-SQUEEZE-017. Argon2 and scrypt are in no table of the specification, which
//! names them in its recommended setup.
//!
//! The text has the options and not what they mean for each function. Asked here: `memory_limit` in bytes, as it says; for Argon2 `ops_limit`
//! passes; for scrypt `ops_limit` = N and `memory_limit` = 128 · N · r; `parallelism` lanes, or p, and 1 if it is not set.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{
    InvalidLength, InvalidOperation, Overflow, ParametersMissing, ProhibitedOperation, Success, UnsupportedFeature,
};

use super::{bad_tag, case, oracle};
use crate::args;
use crate::case::{Case, Expect, Handle, Strength};
use crate::oracle::password::MemoryHard;

const KIB: u32 = 1024;

/// Small costs, and an option set needs no more than these.
pub(super) const MEMORY_HARD: [MemoryHard<'static>; 4] = [
    MemoryHard { algorithm: "ARGON2ID", memory_limit: 64 * KIB, ops_limit: 2, parallelism: 1 },
    MemoryHard { algorithm: "ARGON2I", memory_limit: 64 * KIB, ops_limit: 2, parallelism: 1 },
    MemoryHard { algorithm: "ARGON2D", memory_limit: 64 * KIB, ops_limit: 2, parallelism: 1 },
    MemoryHard { algorithm: "SCRYPT", memory_limit: 8 * 128 * 32, ops_limit: 32, parallelism: 1 },
];

const SALT: &[u8] = b"salt of 16 bytes";

pub(super) fn cases() -> Vec<Case> {
    let of = |function: MemoryHard<'static>| {
        [
            outputs(function),
            inputs(function),
            costs(function),
            password_in_parts(function),
            squeeze_again(function),
            independent_clone(function),
            missing_parameters(function),
            impossible_parameters(function),
            names_of_the_examples(function),
            scratch_buffer(function),
            too_much_work(function),
            too_much_memory(function),
            long_work(function),
            standard_string(function),
        ]
    };
    MEMORY_HARD.into_iter().flat_map(of).collect()
}

/// An option set with all costs and a salt.
fn options(c: &mut Case, function: MemoryHard<'_>, salt: &[u8]) -> Handle {
    let options = c.options_open(AlgorithmType::Symmetric);
    c.options_set(options, "salt", salt);
    c.options_set_u64(options, "memory_limit", function.memory_limit);
    c.options_set_u64(options, "ops_limit", function.ops_limit);
    c.options_set_u64(options, "parallelism", function.parallelism);
    options
}

pub(super) fn open(c: &mut Case, function: MemoryHard<'_>, salt: &[u8]) -> Handle {
    let options = options(c, function, salt);
    c.state_open(function.algorithm, None, Some(options))
}

fn outputs(function: MemoryHard<'_>) -> Case {
    let mut c = case("password", function.algorithm, "output-lengths", &["SYM-PW-002", "SYM-PW-003"]);
    for len in [4, 5, 16, 31, 32, 33, 63, 64, 65, 96, 97, 128, 1000] {
        let state = open(&mut c, function, SALT);
        c.absorb(state, "password");
        c.squeeze_eq(state, function.hash(b"password", SALT, len));
    }
    if function.algorithm != "SCRYPT" {
        let state = open(&mut c, function, SALT);
        for len in [0, 1, 3] {
            let out = c.expect(Expect::only(InvalidLength).or_info_any_error()).squeeze(state, len);
            c.untouched(out);
        }
    }
    c
}

fn inputs(function: MemoryHard<'_>) -> Case {
    let mut c = case("password", function.algorithm, "passwords-and-salts", &["SYM-PW-001", "SYM-PW-003"]);
    for (password, salt) in [(0, 8), (1, 16), (64, 17), (65, 64), (129, 200), (1000, 1000)] {
        let (password, salt) = (oracle::bytes("password", password), oracle::bytes("salt", salt));
        let state = open(&mut c, function, &salt);
        c.absorb(state, &password);
        c.squeeze_eq(state, function.hash(&password, &salt, 48));
    }
    c
}

fn costs(function: MemoryHard<'_>) -> Case {
    let mut c = case("password", function.algorithm, "costs", &["SYM-PW-001", "SYM-PW-003"]);
    let all: &[[u32; 3]] = match function.algorithm {
        "SCRYPT" => &[[128 * 2, 2, 1], [128 * 3 * 16, 16, 2], [128 * 8 * 256, 256, 1], [128 * 16, 16, 20]],
        _ => &[[8 * KIB, 1, 1], [9 * KIB, 3, 1], [63 * KIB, 1, 2], [70 * KIB, 2, 3], [257 * KIB, 4, 8]],
    };
    for &[memory_limit, ops_limit, parallelism] in all {
        let function = MemoryHard { memory_limit, ops_limit, parallelism, ..function };
        let state = open(&mut c, function, SALT);
        c.absorb(state, "password");
        c.squeeze_eq(state, function.hash(b"password", SALT, 40));
        let limit = c.options_get_u64(state, "memory_limit");
        c.equal(limit, memory_limit);
    }
    c
}

fn password_in_parts(function: MemoryHard<'_>) -> Case {
    let mut c = case("password", function.algorithm, "password-in-parts", &["SYM-PW-001", "SYM-ABSORB-009"]);
    let expected = function.hash(b"correct horse battery staple", SALT, 40);
    for parts in [&["correct horse", " battery staple"][..], &["c", "", "orrect horse battery stapl", "e"]] {
        let state = open(&mut c, function, SALT);
        for part in parts {
            c.absorb(state, *part);
        }
        c.squeeze_eq(state, &expected);
    }
    c
}

fn squeeze_again(function: MemoryHard<'_>) -> Case {
    let mut c = case("password", function.algorithm, "squeeze-again", &["SYM-STATE-002", "SYM-PW-003"]);
    let state = open(&mut c, function, SALT);
    c.absorb(state, "password");
    c.squeeze_eq(state, function.hash(b"password", SALT, 20));
    let again = c.squeeze(state, 40);
    c.observe().same(again, function.hash(b"password", SALT, 40));
    c
}

fn independent_clone(function: MemoryHard<'_>) -> Case {
    let mut c = case("clone", function.algorithm, "independent", &["SYM-CLONE-012", "SYM-PW-001"]);
    let state = open(&mut c, function, SALT);
    c.absorb(state, "common ");
    let copy = c.state_clone(state);
    c.absorb(state, "left");
    c.absorb(copy, "right");
    c.squeeze_eq(state, function.hash(b"common left", SALT, 40));
    c.close(state);
    c.squeeze_eq(copy, function.hash(b"common right", SALT, 40));
    c
}

/// A host may have defaults.
fn missing_parameters(function: MemoryHard<'_>) -> Case {
    let mut c = case("password", function.algorithm, "missing-parameters", &["SYM-PW-005", "OPT-REQUIRED-012"]);
    let missing = Expect::only(ParametersMissing).or_info([Success]);
    c.expect(missing).state_open(function.algorithm, None, None);
    for left_out in ["salt", "memory_limit", "ops_limit"] {
        let options = c.options_open(AlgorithmType::Symmetric);
        if left_out != "salt" {
            c.options_set(options, "salt", SALT);
        }
        for (name, value) in [("memory_limit", function.memory_limit), ("ops_limit", function.ops_limit)] {
            if left_out != name {
                c.options_set_u64(options, name, value);
            }
        }
        c.expect(missing).state_open(function.algorithm, None, Some(options));
    }
    for zero in ["memory_limit", "ops_limit", "parallelism"] {
        let options = options(&mut c, function, SALT);
        c.options_set_u64(options, zero, 0u32);
        let expect = Expect::only(ParametersMissing).or_info_any_error();
        c.expect(expect).state_open(function.algorithm, None, Some(options));
    }
    let options = c.options_open(AlgorithmType::Symmetric);
    c.options_set(options, "salt", SALT);
    c.options_set_u64(options, "memory_limit", function.memory_limit);
    c.options_set_u64(options, "ops_limit", function.ops_limit);
    let state = c.state_open(function.algorithm, None, Some(options));
    c.absorb(state, "password");
    c.squeeze_eq(state, function.hash(b"password", SALT, 40));
    c
}

/// Costs that the function cannot have. A host may tell when it is asked to work.
fn impossible_parameters(function: MemoryHard<'_>) -> Case {
    let mut c = case("password", function.algorithm, "impossible-parameters", &["SYM-PW-003", "ERR-INVLEN-010"]);
    let refused = Expect::only(InvalidLength).or_info_any_error();
    let short_salt = &b"7 bytes"[..];
    let impossible: &[(&[u8], u32, u32, u32)] = match function.algorithm {
        "SCRYPT" => &[(SALT, 64 * KIB, 1, 1), (SALT, 64 * KIB, 3, 1), (SALT, 64 * KIB, 48, 1), (SALT, 2047, 16, 1)],
        _ => &[(SALT, 8 * KIB - 1, 1, 1), (SALT, 16 * KIB - 1, 1, 2), (short_salt, 64 * KIB, 1, 1)],
    };
    for &(salt, memory_limit, ops_limit, parallelism) in impossible {
        let options = options(&mut c, MemoryHard { memory_limit, ops_limit, parallelism, ..function }, salt);
        c.expect(refused).state_open(function.algorithm, None, Some(options));
    }
    let options = options(&mut c, MemoryHard { parallelism: 1 << 30, ..function }, SALT);
    let refused = Expect::only(ProhibitedOperation).or_info_any_error();
    c.expect(refused).state_open(function.algorithm, None, Some(options));
    c
}

/// C13: the examples call the options otherwise.
fn names_of_the_examples(function: MemoryHard<'_>) -> Case {
    let mut c = case("password", function.algorithm, "option-names-of-the-examples", &["SYM-PW-005", "OPT-NAMES-011"]);
    c = c.strength(Strength::May);
    let options = c.options_open(AlgorithmType::Symmetric);
    c.options_set(options, "salt", SALT);
    c.options_set_u64(options, "memlimit", function.memory_limit);
    c.options_set_u64(options, "opslimit", function.ops_limit);
    c.options_set_u64(options, "threads", function.parallelism);
    let state = c.state_open(function.algorithm, None, Some(options));
    c.absorb(state, "password");
    c.squeeze_eq(state, function.hash(b"password", SALT, 40));
    c
}

/// The examples set no limit of memory but a buffer, whose size is as good.
fn scratch_buffer(function: MemoryHard<'_>) -> Case {
    let mut c = case("password", function.algorithm, "scratch-buffer", &["SYM-PW-007", "OPT-NAMES-011"]);
    c = c.strength(Strength::May);
    let buffer = c.scratch(function.memory_limit);
    let options = c.options_open(AlgorithmType::Symmetric);
    c.options_set(options, "salt", SALT);
    let name = c.data("memory");
    c.call("options_set_guest_buffer", args![options, name, buffer]);
    c.options_set_u64(options, "opslimit", function.ops_limit);
    let state = c.state_open(function.algorithm, None, Some(options));
    c.absorb(state, "password");
    c.squeeze_eq(state, function.hash(b"password", SALT, 40));
    c
}

/// Work without end is refused, not done.
fn too_much_work(function: MemoryHard<'_>) -> Case {
    let mut c = case("password", function.algorithm, "too-much-work", &["SYM-PW-003", "SYM-PW-006"]);
    let most = match function.algorithm {
        "SCRYPT" => MemoryHard { memory_limit: 1 << 31, ops_limit: 1 << 20, ..function },
        _ => MemoryHard { ops_limit: u32::MAX, ..function },
    };
    let state = open(&mut c, most, SALT);
    c.absorb(state, "password");
    let out = c.expect(Expect::only(ProhibitedOperation).or_info_any_error()).squeeze(state, 64);
    c.untouched(out);
    c.expect(Expect::only(ProhibitedOperation).or_info_any_error()).squeeze_tag(state);
    c
}

/// Half a GiB is more than most guests may hold, and no more work than some hosts allow.
fn too_much_memory(function: MemoryHard<'_>) -> Case {
    let mut c = case("password", function.algorithm, "too-much-memory", &["SYM-PW-003", "SEC-BOUND-004"]);
    let ops_limit = if function.algorithm == "SCRYPT" { 1 << 14 } else { 1 };
    let large = MemoryHard { memory_limit: 300 << 20, ops_limit, ..function };
    let state = open(&mut c, large, SALT);
    c.absorb(state, "password");
    c.repeat(1, |c| {
        let out = c.stop_at(Success).expect(Expect::only(Overflow).or_info_any_error()).squeeze(state, 64);
        c.untouched(out);
    });
    let state = open(&mut c, function, SALT);
    c.absorb(state, "password");
    c.squeeze_eq(state, function.hash(b"password", SALT, 64));
    c
}

/// What OWASP recommends: long enough that a host may answer `in_progress`; the guest then calls again.
fn long_work(function: MemoryHard<'_>) -> Case {
    let mut c = case("password", function.algorithm, "long-work", &["SYM-PW-006", "SYM-SQUEEZE-017", "SYM-PW-003"]);
    let function = match function.algorithm {
        "SCRYPT" => MemoryHard { memory_limit: 16 << 20, ops_limit: 1 << 14, parallelism: 1, ..function },
        _ => MemoryHard { memory_limit: 19 << 20, ops_limit: 2, parallelism: 1, ..function },
    };
    let state = open(&mut c, function, SALT);
    c.absorb(state, "password");
    c.squeeze_eq(state, function.hash(b"password", SALT, 32));
    c
}

/// What to store of a password.
fn standard_string(function: MemoryHard<'_>) -> Case {
    let requirements = ["SYM-PW-004", "SYM-PW-005", "SYM-STAG-020", "SYM-STAG-022"];
    let mut c = case("password", function.algorithm, "squeeze-tag", &requirements);
    let state = open(&mut c, function, SALT);
    c.absorb(state, "password");
    c.squeeze_eq(state, function.hash(b"password", SALT, 32));
    c.alternative("the PHC string", |c| {
        let string = function.string(b"password", SALT);
        let [tag, other] = [(); 2].map(|()| c.squeeze_tag(state));
        c.tag_verify(tag, &string);
        let wrong = open(c, function, SALT);
        c.absorb(wrong, "passwort");
        let wrong = c.squeeze_tag(wrong);
        c.expect(bad_tag()).tag_verify(wrong, &string);
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
