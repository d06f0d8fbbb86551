//! RustCrypto.

pub(crate) mod aes_cbc;
pub(crate) mod argon2;
pub(crate) mod blake2b;
pub(crate) mod cmac;
pub(crate) mod ec;
pub(crate) mod ecdh;
#[cfg(feature = "ed448")]
pub(crate) mod ed448;
pub(crate) mod hchacha;
pub(crate) mod ml_dsa;
pub(crate) mod rsa;
pub(crate) mod scrypt;
#[cfg(feature = "ed448")]
pub(crate) mod x448;
