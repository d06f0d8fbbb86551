//! libcrux.

pub(crate) mod ml_dsa;
pub(crate) mod ml_kem;
