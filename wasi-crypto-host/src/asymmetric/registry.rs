//! All asymmetric algorithms of this build.

use crate::asymmetric::algorithm::Algorithm;
use crate::asymmetric::kx::{ecdh, kem, xdh};
use crate::asymmetric::signatures::{ecdsa, eddsa, ml_dsa, rsa};
use crate::errno::Errno;
use crate::options::AlgorithmType;

static ALGORITHMS: &[&[Algorithm]] = &[
    rsa::ALGORITHMS,
    ecdsa::ALGORITHMS,
    eddsa::ALGORITHMS,
    ml_dsa::ALGORITHMS,
    ecdh::ALGORITHMS,
    xdh::ALGORITHMS,
    kem::ALGORITHMS,
];

impl Algorithm {
    /// The algorithm of this name and type; the name in any ASCII case. `unsupported_algorithm` if there is none.
    pub(crate) fn find(algorithm_type: AlgorithmType, name: &[u8]) -> Result<&'static Self, Errno> {
        Self::all()
            .find(|algorithm| {
                algorithm.algorithm_type() == algorithm_type && algorithm.name.as_bytes().eq_ignore_ascii_case(name)
            })
            .ok_or(Errno::UnsupportedAlgorithm)
    }

    pub(crate) fn all() -> impl Iterator<Item = &'static Self> {
        ALGORITHMS.iter().copied().flatten()
    }
}
