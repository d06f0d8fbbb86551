//! One file or folder an engine. They alone know an engine, and they know no algorithm.

#[cfg(feature = "cli")]
pub mod precompiled;
mod slot;
#[cfg(feature = "wasm3")]
pub mod wasm3;
#[cfg(feature = "wasmer")]
pub mod wasmer;
#[cfg(feature = "wasmi")]
pub mod wasmi;
#[cfg(feature = "wasmtime")]
pub mod wasmtime;

pub(crate) use slot::Slot;

/// The name under which guests export their memory.
#[cfg(any(feature = "wasmer", feature = "wasmi", feature = "wasmtime"))]
const MEMORY: &str = "memory";
