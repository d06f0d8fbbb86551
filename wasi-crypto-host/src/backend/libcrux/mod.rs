//! libcrux. Its build scripts add code for AVX2 or NEON, which it takes where the processor has that; without, ML-KEM takes twice as long
//! and ML-DSA two to three times.

pub(crate) mod ml_dsa;
pub(crate) mod ml_kem;
