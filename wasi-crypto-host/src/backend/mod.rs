//! The primitives, one module a family: the only place that names a cryptographic library.

pub(crate) mod aead;
pub(crate) mod digest;
pub(crate) mod ec;
pub(crate) mod ecdh;
pub(crate) mod ecdsa;
pub(crate) mod ed25519;
pub(crate) mod hkdf;
pub(crate) mod hmac;
pub(crate) mod kem;
pub(crate) mod ml_dsa;
pub(crate) mod ml_kem;
pub(crate) mod pbkdf2;
pub(crate) mod random;
pub(crate) mod rsa;
pub(crate) mod x25519;
pub(crate) mod x_wing;

// aws-lc-rs has ring's interface, so for what both have the choice is one name; what only AWS-LC has is in modules of its own.
// Hashes, HMAC and HKDF stay with ring: AWS-LC is no faster there, and its HKDF panics on a long pseudo-random key.
#[cfg(feature = "aws-lc-rs")]
use aws_lc_rs as provider;
#[cfg(not(feature = "aws-lc-rs"))]
use ring as provider;
