//! Every safe interface of the crate, in a guest, on a host. `cargo xtask guests` compiles it, `run_guests` runs it.
#![cfg(target_family = "wasm")]

mod asymmetric;
mod batch;
mod ciphers;
mod hashes;
mod imports;
mod jwk;
mod key_derivation;
mod key_exchange;
mod macs;
mod modes;
mod optional;
mod passwords;
mod random;
mod rustcrypto;
mod secrets;
mod signatures;
mod symmetric;

/// The bytes of a vector.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().map(|digit| digit.to_digit(16).unwrap() as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// The bytes of the first field of this name in a file of vectors, where a field can go on in indented lines.
fn field(vectors: &str, name: &str) -> Vec<u8> {
    let mut lines = vectors.lines();
    let first = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(" = ")).unwrap();
    let rest = lines.take_while(|line| line.starts_with(' ')).map(str::trim);
    hex(&[first].into_iter().chain(rest).collect::<String>())
}
