//! The primitives, one module a family: the only place that names a cryptographic library.

pub(crate) mod aead;
pub(crate) mod digest;
pub(crate) mod hkdf;
pub(crate) mod hmac;
pub(crate) mod pbkdf2;
pub(crate) mod random;
