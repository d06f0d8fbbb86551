//! Signatures: states, signature objects, and one file a family.

pub(crate) mod ecdsa;
pub(crate) mod eddsa;
pub(crate) mod message;
pub(crate) mod ml_dsa;
pub(crate) mod rsa;
pub(crate) mod state;
