//! The primitives: the only place that names a cryptographic library. One folder a provider, one file a family, with the same names and
//! signatures wherever two have the same; what is ours is beside them. Here is what is chosen.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
#[cfg_attr(feature = "aws-lc-rs", allow(dead_code, reason = "AWS-LC has some of it"))]
mod dalek;
pub(crate) mod kem;
#[cfg_attr(feature = "aws-lc-rs", allow(dead_code, reason = "AWS-LC has some of it"))]
mod libcrux;
pub(crate) mod ml_dsa;
pub(crate) mod random;
#[cfg(feature = "optional-algorithms")]
mod reference;
#[cfg_attr(feature = "aws-lc-rs", allow(dead_code, reason = "AWS-LC has some of it"))]
mod ring;
pub(crate) mod rsa;
#[cfg_attr(feature = "aws-lc-rs", allow(dead_code, reason = "AWS-LC has some of it"))]
mod rustcrypto;
#[cfg_attr(not(feature = "optional-algorithms"), allow(dead_code, reason = "optional algorithms use more of it"))]
pub(crate) mod traits;
pub(crate) mod x_wing;
pub(crate) mod xchacha20_poly1305;

#[cfg(feature = "aws-lc-rs")]
pub(crate) use aws_lc::{
    aead, ecdh, ecdsa, ed25519, ml_dsa as ml_dsa_messages, ml_kem, random as system_random, rsa as rsa_messages, x25519,
};
#[cfg(not(feature = "aws-lc-rs"))]
pub(crate) use {
    dalek::{ed25519, x25519},
    libcrux::{ml_dsa as ml_dsa_messages, ml_kem},
    ring::{aead, ecdsa, random as system_random, rsa as rsa_messages},
    rustcrypto::ecdh,
};

// In every build. Hashes, HMAC and HKDF stay with ring: AWS-LC is no faster there, and its HKDF panics on a long pseudo-random key.
pub(crate) use dalek::curve25519;
pub(crate) use ring::{digest, hkdf, hmac, pbkdf2};
pub(crate) use rustcrypto::{ec, hchacha, ml_dsa as ml_dsa_representatives, rsa as rsa_digests};

// With keys of 256 bits, AWS-LC seals 64 B in 94 ns, 1 KiB in 270 and 16 KiB in 2970, and RustCrypto in 231, 438 and 3700; opening and keys of
// 128 bits are alike (Intel Xeon with VAES, 2026-11-26).
#[cfg(all(feature = "optional-algorithms", feature = "aws-lc-rs"))]
pub(crate) use aws_lc::aes_gcm_siv;
#[cfg(all(feature = "optional-algorithms", not(feature = "aws-lc-rs")))]
pub(crate) use rustcrypto::aes_gcm_siv;

#[cfg(feature = "ed448")]
pub(crate) use rustcrypto::{ed448, x448};
#[cfg(feature = "optional-algorithms")]
pub(crate) use {
    reference::{aegis, ascon, blake3, xoodyak},
    rustcrypto::{aes_cbc, aes_ctr, aes_siv, argon2, blake2b, cmac, kmac, scrypt, sponge},
};
