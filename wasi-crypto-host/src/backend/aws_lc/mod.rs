//! Primitives of AWS-LC.

pub(crate) mod aead;
