//! Symmetric algorithms. From the top: the registry; one file a family; keys, states and tags as handles hold them; what families provide.

pub(crate) mod registry;

mod aead;
mod cbc;
mod hash;
mod hkdf;
mod mac;
mod password;
mod xof;

pub(crate) mod key;
mod nonce_use;
pub(crate) mod state;
pub(crate) mod tag;

pub(crate) mod algorithm;
pub(crate) mod traits;
