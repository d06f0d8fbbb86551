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

#[cfg(test)]
mod tests {
    use super::*;

    /// How many tests the files have, less those with AES keys of 192 bits.
    #[test]
    fn no_vector_gets_lost() {
        let ids: Vec<String> = symmetric().iter().map(|case| case.id().to_owned()).collect();
        let count = |path: &str| ids.iter().filter(|id| id.starts_with(&format!("vector/{path}/"))).count();
        for (path, expected) in [
            ("wycheproof/aes_gcm/128", 67 + 41),
            ("wycheproof/aes_gcm/256", 66 + 39),
            ("wycheproof/chacha20_poly1305", 325),
            ("wycheproof/xchacha20_poly1305", 315),
            ("wycheproof/hmac_sha256", 174),
            ("wycheproof/hmac_sha384", 174),
            ("wycheproof/hmac_sha512", 174),
            ("wycheproof/hkdf_sha256", 86),
            ("wycheproof/hkdf_sha384", 83),
            ("wycheproof/hkdf_sha512", 83),
            ("wycheproof/pbkdf2_hmacsha256", 60),
            ("wycheproof/pbkdf2_hmacsha512", 58),
            ("rfc4231", 7 * 3),
            ("rfc5869", 3 * 2),
            ("rfc7914", 2),
            ("rfc8439", 2),
            ("xchacha", 1),
            ("gcm-spec", 8),
            ("fips-180-4", 4 * 3),
        ] {
            assert_eq!(count(path), expected, "{path}");
        }
    }

    #[test]
    fn hexadecimal_digits_become_bytes() {
        assert_eq!(hex("00ff7a"), [0, 0xff, 0x7a]);
    }
}
