//! One file an engine. They alone know an engine, and they know no algorithm.

#[cfg(feature = "cli")]
pub mod precompiled;
#[cfg(feature = "wasmtime")]
pub mod wasmtime;

/// What an engine adapter leaves in a context, to find it again at each call.
///
/// An enum and not an `Any`: comparing type ids costs more than the rest of an empty call.
#[derive(Default)]
pub(crate) enum Binding {
    #[default]
    None,
    #[cfg(feature = "wasmtime")]
    Wasmtime(wasmtime::GuestExport),
}
