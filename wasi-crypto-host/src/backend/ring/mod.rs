//! *ring*.

#[cfg(not(feature = "aws-lc-rs"))]
pub(crate) mod aead;
pub(crate) mod digest;
pub(crate) mod ecdsa;
pub(crate) mod hkdf;
pub(crate) mod hmac;
pub(crate) mod pbkdf2;
pub(crate) mod random;
pub(crate) mod rsa;
