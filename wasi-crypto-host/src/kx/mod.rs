//! Key exchange: Diffie-Hellman and key encapsulation.

pub(crate) mod dh;
pub(crate) mod kem;
