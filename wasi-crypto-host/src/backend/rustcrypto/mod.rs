//! RustCrypto.

#[cfg(feature = "optional-algorithms")]
pub(crate) mod aes_cbc;
#[cfg(feature = "optional-algorithms")]
pub(crate) mod aes_ctr;
#[cfg(all(feature = "optional-algorithms", not(feature = "aws-lc-rs")))]
pub(crate) mod aes_gcm_siv;
#[cfg(feature = "optional-algorithms")]
pub(crate) mod aes_siv;
#[cfg(feature = "optional-algorithms")]
pub(crate) mod argon2;
#[cfg(feature = "optional-algorithms")]
pub(crate) mod blake2b;
#[cfg(feature = "optional-algorithms")]
pub(crate) mod cmac;
pub(crate) mod ec;
pub(crate) mod ecdh;
#[cfg(feature = "ed448")]
pub(crate) mod ed448;
pub(crate) mod hchacha;
#[cfg(feature = "optional-algorithms")]
pub(crate) mod kmac;
pub(crate) mod ml_dsa;
pub(crate) mod rsa;
#[cfg(feature = "optional-algorithms")]
pub(crate) mod scrypt;
#[cfg(feature = "optional-algorithms")]
pub(crate) mod sponge;
#[cfg(feature = "ed448")]
pub(crate) mod x448;
