//! Argon2 and scrypt: cases of Argon2's reference implementation and of RFC 7914, section 12, and strings made with
//! Python's argon2-cffi and hashlib.

use password_hash::phc::PasswordHash;
use password_hash::{PasswordHasher, PasswordVerifier};
use wasi_crypto_bindings::Error;
use wasi_crypto_bindings::argon2::{self, Argon2};
use wasi_crypto_bindings::scrypt::{self, Scrypt};

use crate::hex;

#[test]
fn argon2_gives_the_hashes_of_the_reference_implementation() {
    for (algorithm, lanes, expected) in [
        (argon2::Algorithm::Argon2id, 1, "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"),
        (argon2::Algorithm::Argon2id, 2, "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"),
        (argon2::Algorithm::Argon2i, 1, "89e9029f4637b295beb027056a7336c414fadd43f6b208645281cb214a56452f"),
        (argon2::Algorithm::Argon2d, 2, "7b69c92d7c3889aad1281dbc8baefc12cc37c80f1c75e33ef2c2d40c28ebc573"),
    ] {
        let mut hash = [0; 32];
        let argon2 = Argon2::new(algorithm, argon2::Params::new(256, 2, lanes));
        argon2.hash_password_into(b"password", b"somesalt", &mut hash).unwrap();
        assert_eq!(hash[..], hex(expected), "{algorithm:?}");
    }
}

#[test]
#[cfg_attr(
    any(target_env = "p2", wasi_crypto_component),
    ignore = "of components, the host says how many bytes it gives"
)]
fn scrypt_gives_the_keys_of_rfc_7914() {
    let mut key = [0; 64];
    Scrypt::new(scrypt::Params::new(4, 1, 1)).hash_password_into(b"", b"", &mut key).unwrap();
    let expected = "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442\
                    fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906";
    assert_eq!(key[..], hex(expected));
    Scrypt::new(scrypt::Params::new(14, 8, 1))
        .hash_password_into(b"pleaseletmein", b"SodiumChloride", &mut key)
        .unwrap();
    let expected = "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2\
                    d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887";
    assert_eq!(key[..], hex(expected));
}

#[test]
fn strings_of_others_verify() {
    for string in ARGON2_CFFI {
        let hash = PasswordHash::new(string).unwrap();
        Argon2::default().verify_password("caf\u{e9}".as_bytes(), &hash).unwrap();
        let wrong = Argon2::default().verify_password(b"cafe", &hash);
        assert_eq!(wrong, Err(password_hash::Error::PasswordInvalid), "{string}");
    }
    let hash = PasswordHash::new(SCRYPT).unwrap();
    Scrypt::default().verify_password("caf\u{e9}".as_bytes(), &hash).unwrap();
    assert_eq!(Scrypt::default().verify_password(b"cafe", &hash), Err(password_hash::Error::PasswordInvalid));
}

#[test]
fn strings_come_out_as_others_write_them() {
    let (password, salt) = ("caf\u{e9}".as_bytes(), b"0123456789abcdef");
    for (algorithm, expected) in [argon2::Algorithm::Argon2id, argon2::Algorithm::Argon2i, argon2::Algorithm::Argon2d]
        .into_iter()
        .zip(ARGON2_CFFI)
    {
        let argon2 = Argon2::new(algorithm, argon2::Params::new(1027, 3, 3));
        assert_eq!(argon2.hash_password_with_salt(password, salt).unwrap().to_string(), *expected);
    }
    let scrypt = Scrypt::new(scrypt::Params::new(10, 5, 3));
    assert_eq!(scrypt.hash_password_with_salt(password, salt).unwrap().to_string(), SCRYPT);
}

#[test]
fn what_cannot_be_is_refused() {
    let argon2 = |kib, passes, salt: &[u8]| {
        let params = argon2::Params::new(kib, passes, 1);
        Argon2::new(argon2::Algorithm::Argon2id, params).hash_password_into(b"p", salt, &mut [0; 32])
    };
    assert_eq!(argon2(7, 1, b"somesalt"), Err(Error::InvalidLength));
    assert_eq!(argon2(8, 1, b"salt"), Err(Error::InvalidLength));
    assert_eq!(argon2(8, 0, b"somesalt"), Err(Error::ParametersMissing));
    assert_eq!(argon2(1 << 19, 1, b"somesalt"), Err(Error::Overflow));
    assert_eq!(argon2(8, u32::MAX, b"somesalt"), Err(Error::ProhibitedOperation));
    let scrypt = |log_n| Scrypt::new(scrypt::Params::new(log_n, 8, 1)).hash_password_into(b"p", b"s", &mut [0; 32]);
    assert_eq!(scrypt(0), Err(Error::InvalidLength));
    assert_eq!(scrypt(200), Err(Error::ParametersMissing));
    let old = PasswordHash::new("$argon2i$v=16$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY");
    let verified = Argon2::default().verify_password(b"password", &old.unwrap());
    assert_eq!(verified, Err(password_hash::Error::Version));
}

/// `argon2.low_level.hash_secret(password, salt, 3, 1027, 3, 32, type)`.
const ARGON2_CFFI: &[&str] = &[
    "$argon2id$v=19$m=1027,t=3,p=3$MDEyMzQ1Njc4OWFiY2RlZg$02OW40jjk+v7mRGAagCQGlfsHv7AEAdipC0KENefpUQ",
    "$argon2i$v=19$m=1027,t=3,p=3$MDEyMzQ1Njc4OWFiY2RlZg$wo1EVA4SiJcEibB8S71f2nHbm4NqLTocTA+uJ9yL9OA",
    "$argon2d$v=19$m=1027,t=3,p=3$MDEyMzQ1Njc4OWFiY2RlZg$hYfOJ7NOYDN7d9HprlRBR88plB0djM3VUA5e+d9VoU8",
];

/// `hashlib.scrypt` of the same password and salt, in the form that passlib documents.
const SCRYPT: &str = "$scrypt$ln=10,r=5,p=3$MDEyMzQ1Njc4OWFiY2RlZg$aNzWbGyQD4fivXr71xepaIZhalbX+wk502PTE7gNr24";
