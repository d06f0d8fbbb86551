//! Primitives of the RustCrypto crates.

pub(crate) mod aes_cbc;
pub(crate) mod blake2b;
pub(crate) mod cmac;
pub(crate) mod hchacha;
