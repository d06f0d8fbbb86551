//! One file an engine. They alone know an engine, and they know no algorithm.

#[cfg(feature = "cli")]
pub mod precompiled;
#[cfg(feature = "wasmtime")]
pub mod wasmtime;
