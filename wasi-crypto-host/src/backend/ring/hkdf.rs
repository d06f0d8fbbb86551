//! HKDF (RFC 5869).

use ring::hkdf;

use crate::backend::ring::hmac;
use crate::booking::ALLOCATION;
use crate::errno::Errno;
use crate::secret::{Secret, Wiped};

pub(crate) use ring::hkdf::{Algorithm, HKDF_SHA256, HKDF_SHA384, HKDF_SHA512};

/// HKDF-Extract, which is an HMAC (section 2.2); no salt is the same as one of zeros.
pub(crate) fn extract(algorithm: Algorithm, salt: &[u8], ikm: &[u8]) -> Secret {
    Secret::from(hmac::Key::new(algorithm.hmac_algorithm(), salt).sign(ikm).as_ref())
}

/// A pseudo-random key.
pub(crate) struct Prk(Box<Wiped<hkdf::Prk>>);

impl Prk {
    /// Bytes to book for what a key allocates.
    pub(crate) const HELD: usize = size_of::<hkdf::Prk>() + ALLOCATION;

    pub(crate) fn new(algorithm: Algorithm, raw: &[u8]) -> Self {
        Self(Wiped::boxed(hkdf::Prk::new_less_safe(algorithm, raw)))
    }

    /// HKDF-Expand (section 2.3). Fills `out`, at most 255 hashes long.
    pub(crate) fn expand(&self, info: &[u8], out: &mut [u8]) -> Result<(), Errno> {
        let info = [info];
        let okm = self.0.expand(&info, Len(out.len())).map_err(|_| Errno::InvalidLength)?;
        okm.fill(out).map_err(|_| Errno::AlgorithmFailure)
    }
}

/// The size of the hash in bytes.
pub(crate) fn hash_len(algorithm: Algorithm) -> usize {
    algorithm.hmac_algorithm().digest_algorithm().output_len()
}

struct Len(usize);

impl hkdf::KeyType for Len {
    fn len(&self) -> usize {
        self.0
    }
}
