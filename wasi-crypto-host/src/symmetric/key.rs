//! Symmetric keys: raw bytes bound to one algorithm, prepared once.

use std::sync::Arc;

use crate::backend;
use crate::errno::Errno;
use crate::secret::Secret;
use crate::symmetric::algorithm::{Algorithm, Key, Keyed, Kind};

/// A key, as its handle holds it.
pub(crate) struct SymmetricKey {
    pub(crate) algorithm: &'static Algorithm,
    pub(crate) prepared: Arc<dyn Key>,
    raw: Secret,
}

impl SymmetricKey {
    /// `invalid_key` if the size is wrong, `key_not_supported` if the algorithm takes no key.
    pub(crate) fn import(algorithm: &'static Algorithm, raw: &[u8]) -> Result<Self, Errno> {
        let prepared = keyed(algorithm)?.prepare(raw)?;
        Ok(Self { algorithm, prepared, raw: Secret::from(raw) })
    }

    /// A random key of the size that the algorithm recommends.
    pub(crate) fn generate(algorithm: &'static Algorithm) -> Result<Self, Errno> {
        let keyed = keyed(algorithm)?;
        let mut raw = Secret::zeroed(keyed.generated_len());
        backend::random::fill(&mut raw)?;
        let prepared = keyed.prepare(&raw)?;
        Ok(Self { algorithm, prepared, raw })
    }

    pub(crate) fn raw(&self) -> &Secret {
        &self.raw
    }
}

fn keyed(algorithm: &'static Algorithm) -> Result<&'static dyn Keyed, Errno> {
    match algorithm.kind {
        Kind::Keyed(keyed) => Ok(keyed),
        Kind::Keyless(_) => Err(Errno::KeyNotSupported),
    }
}
