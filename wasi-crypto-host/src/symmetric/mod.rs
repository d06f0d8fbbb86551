//! Symmetric algorithms: the registry, keys, states, tags, and one file a family.

pub(crate) mod aead;
pub(crate) mod algorithm;
pub(crate) mod hash;
pub(crate) mod hkdf;
pub(crate) mod key;
pub(crate) mod mac;
pub(crate) mod password;
pub(crate) mod state;
pub(crate) mod tag;
