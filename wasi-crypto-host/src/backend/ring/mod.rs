//! ring.

pub(crate) mod ecdsa;
pub(crate) mod ed25519;
pub(crate) mod random;
pub(crate) mod rsa;
