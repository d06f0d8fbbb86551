//! Published test vectors as cases. The id of each names the source, the file and the number there.
//!
//! What cannot be expressed through the interface, and so is not here: PBKDF2 with SHA-1 (RFC 6070), AES with keys of
//! 192 bits, tags that are cut short, nonces that the algorithm's table entry does not know.

mod aead;
mod cavp_gcm;
mod cavp_sha2;
mod hash;
mod kdf;
mod mac;
mod wycheproof;

use crate::case::{Case, Kind};
use crate::cases::symmetric::asked_for;

/// The vectors for symmetric algorithms.
pub(crate) fn symmetric() -> Vec<Case> {
    [hash::cases(), mac::cases(), kdf::cases(), aead::cases(), wycheproof::cases()].into_iter().flatten().collect()
}

/// A case made of a vector.
fn case(id: impl std::fmt::Display, algorithm: &str, requirements: &[&str]) -> Case {
    let requirements: Vec<&str> = asked_for(algorithm).into_iter().chain(requirements.iter().copied()).collect();
    Case::new(format!("vector/{id}"), &requirements).algorithm(algorithm).kind(Kind::Vector)
}

/// The bytes of hexadecimal digits in lower case.
fn hex(digits: &str) -> Vec<u8> {
    let nibble = |digit: u8| match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => panic!("{digits:?} is not hexadecimal"),
    };
    assert!(digits.len().is_multiple_of(2), "{digits:?} has half a byte");
    digits.as_bytes().chunks_exact(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])).collect()
}
