//! What the library says of itself.

use std::ffi::c_char;

/// The number of the binary interface, `WASI_CRYPTO_ABI` in the header: it changes when programs must be compiled again.
pub(crate) const ABI: u32 = 1;

#[unsafe(no_mangle)]
extern "C" fn wasi_crypto_abi() -> u32 {
    ABI
}

#[unsafe(no_mangle)]
extern "C" fn wasi_crypto_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
