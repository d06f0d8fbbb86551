//! Symmetric keys: raw bytes bound to one algorithm, prepared once.

use std::sync::Arc;

use crate::backend;
use crate::booking::{BookedSecret, Booking};
use crate::errno::Errno;
use crate::secret::Secret;
use crate::symmetric::algorithm::{Algorithm, KeyLen, KeyPolicy};
use crate::symmetric::traits::{Key, Keyed};

/// A key, as its handle holds it.
pub(crate) struct SymmetricKey {
    pub(crate) algorithm: &'static Algorithm,
    pub(crate) prepared: Arc<dyn Key>,
    raw: Arc<BookedSecret>,
}

impl SymmetricKey {
    /// `invalid_key` if the size is wrong, `key_not_supported` if the algorithm takes no key.
    ///
    /// `booking` is that of the bytes that the key holds, [`BookedSecret::held`], if it is made.
    pub(crate) fn import(algorithm: &'static Algorithm, raw: &[u8], booking: Booking) -> Result<Self, Errno> {
        Self::new(algorithm, BookedSecret::new(Secret::from(raw), booking))
    }

    /// The same for bytes that the host has made.
    pub(crate) fn derived(algorithm: &'static Algorithm, raw: Secret) -> Result<Self, Errno> {
        Self::new(algorithm, BookedSecret::new(raw, Booking::default()))
    }

    /// A random key of the size that the algorithm recommends.
    pub(crate) fn generate(algorithm: &'static Algorithm) -> Result<Self, Errno> {
        let mut raw = Secret::zeroed(keyed(algorithm)?.0.generated);
        backend::random::fill(&mut raw)?;
        Self::derived(algorithm, raw)
    }

    fn new(algorithm: &'static Algorithm, raw: BookedSecret) -> Result<Self, Errno> {
        let (len, keyed) = keyed(algorithm)?;
        len.check(raw.len())?;
        let raw = Arc::new(raw);
        Ok(Self { algorithm, prepared: keyed.prepare(&raw)?, raw })
    }

    pub(crate) fn raw(&self) -> &Secret {
        &self.raw
    }

    /// Bytes to book for what is prepared.
    pub(crate) fn held(&self) -> usize {
        self.prepared.held()
    }

    /// The raw bytes, which some states keep.
    pub(crate) fn booked(&self) -> (&Booking, usize) {
        (&self.raw.booking, BookedSecret::held(self.raw.len()))
    }
}

fn keyed(algorithm: &'static Algorithm) -> Result<(KeyLen, &'static dyn Keyed), Errno> {
    match algorithm.key {
        KeyPolicy::Required(len, keyed) => Ok((len, keyed)),
        KeyPolicy::Optional(len, keyed) => Ok((len, keyed)),
        KeyPolicy::None(_) => Err(Errno::KeyNotSupported),
    }
}
