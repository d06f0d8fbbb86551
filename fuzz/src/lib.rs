//! What the fuzz targets of wasi-crypto-host share.
//!
//! Each target is a function from the bytes of an input to nothing, which panics over what must not be.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod batch;
mod bytes;
mod calls;
mod checked;
mod differential;
mod encodings;
mod exchange;
mod keys;
mod known;
mod mutation;
mod pem;
pub mod seeds;
mod step;
#[path = "../../wasi-crypto-host/tests/support/mod.rs"]
mod support;
mod ways;

pub use calls::calls;
pub use differential::differential;
pub use encodings::encodings;
