//! What the fuzz targets of wasi-crypto-host share.
//!
//! Each target is a function from the bytes of an input to nothing, which panics over what must not be.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod batch;
mod bytes;
mod calls;
mod checked;
mod cli_files;
mod differential;
mod encodings;
mod engine;
mod exchange;
mod expanded;
mod freed;
mod keys;
mod known;
mod mutation;
mod oracle;
mod pem;
mod runner;
pub mod seeds;
mod step;
mod store;
#[path = "../../wasi-crypto-host/tests/support/mod.rs"]
mod support;
mod threads;
mod transcript;
mod ways;

pub use calls::calls;
pub use cli_files::cli_files;
pub use differential::differential;
pub use encodings::encodings;
pub use freed::{look, watch_freed};
pub use oracle::oracle;
pub use runner::runner;
pub use store::store;
pub use threads::threads;
pub use ways::measure_by;
