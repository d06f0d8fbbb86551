//! The C interface of the host library: `include/wasi_crypto.h` says what it is and how it is used.
//!
//! Each file here has the functions for one kind of object of the header. None lets a panic out, and what a caller does wrong is answered
//! with a code and a sentence ([`failure`]) where it can be told at all; what cannot be told stands in the header as a rule.
//!
//! The rlib is for the plugins that are built on the same settings ([`settings`]).
#![deny(missing_docs)]

#[cfg(test)]
mod called_as_from_c;
mod config;
mod context;
mod failure;
mod functions;
mod library;
pub mod memory;
mod pointers;
mod secrets;
pub mod settings;
mod stop;

/// C has them as pointers and may use them on any thread, as the header says: of a pointer, the compiler asks nothing.
const _: () = {
    const fn crosses_threads<T: Send + Sync>() {}
    crosses_threads::<config::Config>();
    crosses_threads::<context::Context>();
    crosses_threads::<secrets::Secrets>();
    crosses_threads::<stop::Handle>();
};
