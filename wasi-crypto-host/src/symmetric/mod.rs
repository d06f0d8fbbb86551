//! Symmetric algorithms. From the top: the registry; one file a family; keys, states and tags as handles hold them; what families provide.

pub(crate) mod registry;

mod aead;
mod hash;
mod hkdf;
mod mac;
#[cfg(feature = "optional-algorithms")]
mod optional;
mod password;

pub(crate) mod key;
mod nonce_use;
pub(crate) mod state;
pub(crate) mod tag;

#[cfg_attr(not(feature = "optional-algorithms"), allow(dead_code, reason = "optional algorithms use more of it"))]
pub(crate) mod algorithm;
#[cfg_attr(not(feature = "optional-algorithms"), allow(dead_code, reason = "optional algorithms use more of it"))]
pub(crate) mod traits;
