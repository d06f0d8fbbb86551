//! Key exchange: Diffie-Hellman and key encapsulation.

pub(crate) mod ecdh;
pub(crate) mod kem;
pub(crate) mod xdh;
