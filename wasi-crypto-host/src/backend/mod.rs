//! The primitives, one module a family: the only place that names a cryptographic library.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
pub(crate) mod ec;
pub(crate) mod ecdh;
pub(crate) mod ecdsa;
pub(crate) mod ed25519;
pub(crate) mod kem;
pub(crate) mod ml_dsa;
pub(crate) mod ml_kem;
pub(crate) mod random;
mod reference;
mod ring;
pub(crate) mod rsa;
mod rustcrypto;
pub(crate) mod traits;
pub(crate) mod x25519;
pub(crate) mod x_wing;
pub(crate) mod xchacha20_poly1305;

// aws-lc-rs has ring's interface, so for what both have the choice is one name; what only AWS-LC has is in modules of its own.
// Hashes, HMAC and HKDF stay with ring: AWS-LC is no faster there, and its HKDF panics on a long pseudo-random key.
#[cfg(not(feature = "aws-lc-rs"))]
use ::ring as provider;
#[cfg(feature = "aws-lc-rs")]
use aws_lc_rs as provider;

// Which provider a build has a primitive from. Where several have it, it has the same names in each.
#[cfg(feature = "aws-lc-rs")]
pub(crate) use self::aws_lc::aead;
pub(crate) use self::reference::{aegis, ascon, blake3};
#[cfg(not(feature = "aws-lc-rs"))]
pub(crate) use self::ring::aead;
pub(crate) use self::ring::{digest, hkdf, hmac, pbkdf2};
pub(crate) use self::rustcrypto::{aes_cbc, blake2b, cmac, hchacha};
