//! Symmetric keys: raw bytes bound to one algorithm, prepared once.

use std::sync::Arc;

use crate::backend;
use crate::booking::{BookedSecret, Booking};
use crate::errno::Errno;
use crate::held::{Held, KeyObject};
use crate::origin::Origin;
use crate::secret::{STACK_OF_KEY, Secret, in_wiped_frame};
use crate::symmetric::algorithm::{Algorithm, KeyLen, KeyPolicy};
use crate::symmetric::traits::{Key, Keyed};

/// A key, and the kind of its handles. Copies share it.
#[derive(Clone)]
pub(crate) struct SymmetricKey {
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
    fn derived(algorithm: &'static Algorithm, raw: Secret) -> Result<Self, Errno> {
        Self::new(algorithm, BookedSecret::new(raw, Booking::default()))
    }

    /// A random key of the size that the algorithm recommends.
    pub(crate) fn generate(algorithm: &'static Algorithm) -> Result<Self, Errno> {
        let mut raw = Secret::zeroed(keyed(algorithm)?.0.generated);
        backend::random::fill(&mut raw)?;
        Self::derived(algorithm, raw)
    }

    pub(super) fn new(algorithm: &'static Algorithm, raw: BookedSecret) -> Result<Self, Errno> {
        let (len, keyed) = keyed(algorithm)?;
        len.check(raw.len())?;
        let raw = Arc::new(raw);
        Ok(Self { prepared: in_wiped_frame::<STACK_OF_KEY, _>(|| keyed.prepare(&raw))?, raw })
    }

    pub(crate) fn raw(&self) -> &Secret {
        &self.raw
    }
}

impl KeyObject for SymmetricKey {
    type Algorithm = Algorithm;
    type Key = Self;

    /// What is prepared.
    fn held(key: &Self) -> usize {
        key.prepared.held()
    }

    /// The raw bytes, which some states keep.
    fn booked(key: &Self) -> (&Booking, usize) {
        (&key.raw.booking, BookedSecret::held(key.raw.len()))
    }
}

impl Held<SymmetricKey> {
    /// The secret as a store keeps it: the raw bytes.
    pub(crate) fn to_canonical(&self) -> Secret {
        self.key.raw().clone()
    }

    /// Reads what [`to_canonical`](Self::to_canonical) wrote. `invalid_key` for a size that the algorithm does not take.
    pub(crate) fn from_canonical(algorithm: &'static Algorithm, bytes: &[u8], origin: Origin) -> Result<Self, Errno> {
        Ok(Self::new(algorithm, SymmetricKey::import(algorithm, bytes, Booking::default())?, origin))
    }
}

fn keyed(algorithm: &'static Algorithm) -> Result<(KeyLen, &'static dyn Keyed), Errno> {
    match algorithm.key {
        KeyPolicy::Required(len, keyed) => Ok((len, keyed)),
        KeyPolicy::Optional(len, keyed) => Ok((len, keyed)),
        KeyPolicy::None(_) => Err(Errno::KeyNotSupported),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symmetric::registry;

    #[test]
    fn what_a_store_keeps_of_a_key_is_its_bytes_and_gives_it_back() {
        for algorithm in registry::all() {
            let Ok(key) = SymmetricKey::generate(algorithm) else { continue };
            let key = Held::<SymmetricKey>::by_guest(algorithm, key);
            let canonical = key.to_canonical();
            assert_eq!(*canonical, **key.key.raw(), "{}", algorithm.name);
            let kept = Origin::Host { exportable: false };
            let again = Held::<SymmetricKey>::from_canonical(algorithm, &canonical, kept.clone()).ok().unwrap();
            assert_eq!((&*again.to_canonical(), &again.origin), (&*canonical, &kept), "{}", algorithm.name);
        }
        let aes = registry::find(b"AES-256-GCM").ok().unwrap();
        for len in [0, 16, 31, 33] {
            let refused = Held::<SymmetricKey>::from_canonical(aes, &[7; 40][..len], Origin::Guest);
            assert_eq!(refused.err(), Some(Errno::InvalidKey), "{len} bytes");
        }
    }
}
