//! One file an engine. They alone know an engine, and they know no algorithm.

#[cfg(feature = "wasmtime")]
pub mod wasmtime;
