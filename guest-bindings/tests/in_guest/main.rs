//! Every safe interface of the crate, in a guest, on a host. `cargo xtask guests` compiles it, `run_guests` runs it.
#![cfg(target_family = "wasm")]

mod ciphers;
mod hashes;
mod imports;
mod key_derivation;
mod macs;
mod rustcrypto;
mod symmetric;

/// The bytes of a vector.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().map(|digit| digit.to_digit(16).unwrap() as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
