//! The dalek crates.

pub(crate) mod curve25519;
pub(crate) mod ed25519;
pub(crate) mod x25519;
