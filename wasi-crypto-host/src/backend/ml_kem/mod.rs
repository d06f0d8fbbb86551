//! ML-KEM (FIPS 203), with RustCrypto or AWS-LC.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
mod rustcrypto;

#[cfg(feature = "aws-lc-rs")]
pub(crate) use aws_lc::{MlKem512, MlKem768, MlKem1024};
#[cfg(not(feature = "aws-lc-rs"))]
pub(crate) use rustcrypto::{MlKem512, MlKem768, MlKem1024};
