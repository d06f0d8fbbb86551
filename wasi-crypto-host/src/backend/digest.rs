//! SHA-2 (FIPS 180-4).

use ring::digest;

use crate::secret::Wiped;

pub(crate) use ring::digest::{Algorithm, SHA256, SHA384, SHA512, SHA512_256};

/// A hash under way. What was hashed may be a secret, so it is wiped.
#[derive(Clone)]
pub(crate) struct Context(Wiped<digest::Context>);

impl Context {
    pub(crate) fn new(algorithm: &'static Algorithm) -> Self {
        Self(Wiped::new(digest::Context::new(algorithm)))
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    /// The size of the hash in bytes.
    pub(crate) fn output_len(&self) -> usize {
        self.0.algorithm().output_len()
    }

    /// The hash of all data so far; more can follow.
    pub(crate) fn finish(&self) -> digest::Digest {
        digest::Context::clone(&self.0).finish()
    }
}
