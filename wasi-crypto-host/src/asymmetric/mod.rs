//! What signatures and key exchange share: the registry, key objects, encodings, elliptic-curve keys.

pub(crate) mod algorithm;
mod canonical;
pub(crate) mod der;
pub(crate) mod ec;
pub(crate) mod encoding;
pub(crate) mod key;
pub(crate) mod pem;
pub(crate) mod rfc8410;
pub(crate) mod sec1;
pub(crate) mod seed;
