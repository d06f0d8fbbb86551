//! Runs the compiled guests under `wasi-crypto run`: the tests inside the guest, and the examples as a person would use them.
//!
//! They need what `cargo xtask guests` compiles, so a plain `cargo test` leaves them out and says so; `cargo xtask test` runs them.
#![cfg(not(target_family = "wasm"))]

mod api_token;
mod components;
mod encrypt_file;
mod guest;
mod in_guest;
mod jwt;
mod other_languages;
mod sealed_file;
mod sha256sum;
mod sign_file;
