//! AWS-LC.

pub(crate) mod aead;
#[cfg(feature = "optional-algorithms")]
pub(crate) mod aes_gcm_siv;
pub(crate) mod ecdh;
pub(crate) mod ecdsa;
pub(crate) mod ed25519;
pub(crate) mod ml_dsa;
pub(crate) mod ml_kem;
pub(crate) mod random;
pub(crate) mod rsa;
pub(crate) mod x25519;
