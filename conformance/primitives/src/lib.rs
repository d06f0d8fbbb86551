//! Symmetric primitives that share no code with any backend of this project's host, for the conformance suite to judge hosts by.
//!
//! They are written to be read beside their publications: not constant-time, nothing is wiped, and lengths that an algorithm does not have are
//! panics. For the suite alone.

pub mod aegis;
pub mod aes;
pub mod ascon;
pub mod blake2b;
pub mod blake3;
pub mod keccak;
pub mod xoodyak;
