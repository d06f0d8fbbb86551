//! The status that every function of the interface returns.

pub(crate) use wasi_crypto_interface::Errno;
