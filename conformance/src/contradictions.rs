//! The places where the text contradicts itself, by the numbers of `CONTRADICTIONS.md`, and which of them a result is about.

use std::sync::LazyLock;

use wasi_crypto_interface::Errno::{
    Closed, InvalidHandle, InvalidKey, InvalidLength, InvalidOperation, InvalidSignature, InvalidTag, KeyNotSupported,
    NonceRequired, Success, UnsupportedAlgorithm, UnsupportedEncoding, UnsupportedFeature, VerificationFailed,
};

use crate::cause::{Cause, StepKind};
use crate::glob;

/// One place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// Such as `C4`.
    pub number: &'static str,
    /// What the text says in one place.
    pub one: &'static str,
    /// What it says in another.
    pub other: &'static str,
}

static ALL: LazyLock<Vec<Contradiction>> = LazyLock::new(|| {
    let rows = include_str!("../CONTRADICTIONS.md").lines().filter(|line| line.starts_with("| C"));
    let row = |line: &'static str| {
        let mut fields = line.split('|').map(str::trim).skip(1);
        let mut next = || fields.next().unwrap_or_default();
        Contradiction { number: next(), one: next(), other: next() }
    };
    rows.map(row).collect()
});

/// All of them, in the order of their numbers.
pub fn contradictions() -> &'static [Contradiction] {
    &ALL
}

/// What a result is about that is a warning or information: the place where the text says both what was wanted and what was
/// seen. `None` where the text is silent, or merely recommends.
pub(crate) fn of(id: &str, cause: &Cause) -> Option<&'static Contradiction> {
    let number = by_id(id).or_else(|| by_answer(cause)).or_else(|| by_function(cause))?;
    contradictions().iter().find(|contradiction| contradiction.number == number)
}

/// Cases and probes that are about one place.
const BY_ID: &[(&str, &str)] = &[
    ("symmetric/*/option-names-of-the-examples", "C13"),
    ("symmetric/name/spellings-of-the-examples", "C14"),
    ("errors/unsupported-algorithm/case-of-names", "C14"),
    ("symmetric/xof/*", "C19"),
    ("symmetric/nonce/AES-256-GCM-SIV/omitted", "C29"),
    ("symmetric/nonce/*", "C24"),
    ("symmetric/absorb/*/no-associated-data", "C26"),
    ("probe/secrets/*", "C30"),
    ("managed/*/id-of-an-unmanaged-key", "C32"),
    ("security/output-of-a-failed-decryption", "C35"),
    ("probe/key/*/raw/*", "C6"),
    ("probe/key/*/sec/*", "C7"),
    ("encodings/*/secretkey/raw/*", "C6"),
    ("encodings/*/secretkey/sec/*", "C7"),
    ("options/other-type/*", "C9"),
];

fn by_id(id: &str) -> Option<&'static str> {
    BY_ID.iter().find(|(pattern, _)| glob::matches(pattern, id)).map(|(_, number)| *number)
}

/// Pairs of answers between which the text does not decide.
fn by_answer(Cause { function, step, seen, wanted }: &Cause) -> Option<&'static str> {
    if *step != StepKind::Answer {
        return None;
    }
    let are = |one: wasi_crypto_interface::Errno, other: wasi_crypto_interface::Errno| {
        let (one, other) = (one.name(), other.name());
        (seen == one && wanted == other) || (seen == other && wanted == one)
    };
    let begins = |prefix: &str| function.starts_with(prefix);
    if function.ends_with("_close") && are(Closed, InvalidHandle) {
        Some("C4")
    } else if are(InvalidTag, VerificationFailed) || are(VerificationFailed, InvalidSignature) {
        Some("C2")
    } else if are(InvalidOperation, UnsupportedFeature) {
        Some("C1")
    } else if are(UnsupportedEncoding, UnsupportedAlgorithm) {
        Some("C3")
    } else if are(InvalidKey, InvalidHandle) || (begins("signature_") && are(InvalidKey, InvalidOperation)) {
        Some("C9")
    } else if wanted == KeyNotSupported.name() && (begins("symmetric_key_") || are(KeyNotSupported, InvalidKey)) {
        Some("C12")
    } else if function == "array_output_pull" && are(InvalidHandle, Success) {
        Some("C11")
    } else if function == "symmetric_tag_pull" && are(InvalidLength, Success) {
        Some("C28")
    } else if function == "symmetric_state_open" && are(NonceRequired, Success) {
        Some("C24")
    } else if function.ends_with("_id") && are(UnsupportedFeature, Success) {
        Some("C32")
    } else {
        None
    }
}

/// Functions with one such place, where it is not an answer that differs.
fn by_function(Cause { function, step, .. }: &Cause) -> Option<&'static str> {
    match (function.as_str(), step) {
        ("kx_dh", StepKind::Output) => Some("C17"),
        ("kx_decapsulate", StepKind::Answer | StepKind::Output) => Some("C20"),
        ("signature_state_update", StepKind::Answer) => Some("C21"),
        ("signature_state_sign", _) => Some("C22"),
        ("symmetric_tag_pull", _) => Some("C28"),
        ("symmetric_state_decrypt" | "symmetric_state_decrypt_detached", StepKind::Output) => Some("C35"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite;

    #[test]
    fn places_are_numbered_from_one_on() {
        let numbers: Vec<&str> = contradictions().iter().map(|place| place.number).collect();
        let expected: Vec<String> = (1..=36).map(|i| format!("C{i}")).collect();
        assert_eq!(numbers, expected);
        assert!(contradictions().iter().all(|place| !place.one.is_empty() && !place.other.is_empty()));
    }

    #[test]
    fn patterns_are_of_cases_that_there_are() {
        let cases = suite::all();
        for (pattern, _) in BY_ID.iter().filter(|(pattern, _)| !pattern.starts_with("probe/")) {
            assert!(cases.iter().any(|case| glob::matches(pattern, case.id())), "{pattern}");
        }
    }

    #[test]
    fn a_result_is_about_the_place_that_says_both() {
        let number = |function: &str, seen: &str, wanted: &str| {
            of("a/case", &Cause::new(function, StepKind::Answer, seen, wanted)).map(|place| place.number)
        };
        for (function, seen, wanted, expected) in [
            ("publickey_close", "invalid_handle", "closed", Some("C4")),
            ("symmetric_state_squeeze", "unsupported_feature", "invalid_operation", Some("C1")),
            ("symmetric_tag_verify", "verification_failed", "invalid_tag", Some("C2")),
            ("signature_verification_state_verify", "invalid_signature", "verification_failed", Some("C2")),
            ("keypair_import", "unsupported_algorithm", "unsupported_encoding", Some("C3")),
            ("array_output_pull", "success", "invalid_handle", Some("C11")),
            ("symmetric_key_import", "success", "key_not_supported", Some("C12")),
            ("symmetric_state_squeeze", "overflow", "invalid_length", None),
        ] {
            assert_eq!(number(function, seen, wanted), expected, "{function} {seen} {wanted}");
        }
    }
}
