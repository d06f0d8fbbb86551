//! RustCrypto.

pub(crate) mod ec;
pub(crate) mod ecdh;
pub(crate) mod ml_dsa;
pub(crate) mod rsa;
