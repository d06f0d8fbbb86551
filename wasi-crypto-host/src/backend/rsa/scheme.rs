//! The schemes of RSA signatures (RFC 8017 section 8).

use crate::backend::digest;

/// A padding and a hash. PSS has a salt as long as the hash, and MGF1 with the same hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Pkcs1Sha256,
    Pkcs1Sha384,
    Pkcs1Sha512,
    PssSha256,
    PssSha384,
    PssSha512,
}

impl Scheme {
    pub(crate) fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::Pkcs1Sha256 | Self::PssSha256 => &digest::SHA256,
            Self::Pkcs1Sha384 | Self::PssSha384 => &digest::SHA384,
            Self::Pkcs1Sha512 | Self::PssSha512 => &digest::SHA512,
        }
    }
}
