//! Keys as the handles of key objects hold them: bound to one algorithm, parsed once, and of an origin that says what may be done with
//! them.

use crate::booking::Booking;
use crate::origin::Origin;

/// A key object of the kind `K`.
pub(crate) struct Held<K: KeyObject> {
    pub(crate) algorithm: &'static K::Algorithm,
    pub(crate) key: K::Key,
    pub(crate) origin: Origin,
}

/// One of the four kinds of key objects: key pairs, public, secret and symmetric keys.
pub(crate) trait KeyObject {
    /// A row of the registry.
    type Algorithm: 'static;
    /// The key, which other objects may share.
    type Key;

    /// Bytes to book for the handle alone.
    fn held(key: &Self::Key) -> usize;

    /// The booking of what is shared, and how many bytes that is.
    fn booked(key: &Self::Key) -> (&Booking, usize);
}

impl<K: KeyObject> Held<K> {
    pub(crate) fn new(algorithm: &'static K::Algorithm, key: impl Into<K::Key>, origin: Origin) -> Self {
        Self { algorithm, key: key.into(), origin }
    }

    pub(crate) fn by_guest(algorithm: &'static K::Algorithm, key: impl Into<K::Key>) -> Self {
        Self::new(algorithm, key, Origin::Guest)
    }

    /// Bytes to book for the handle alone.
    pub(crate) fn held(&self) -> usize {
        K::held(&self.key) + self.origin.held()
    }

    /// The booking of what is shared, and how many bytes that is.
    pub(crate) fn booked(&self) -> (&Booking, usize) {
        K::booked(&self.key)
    }

    /// Whether both share one key, as copies do. Keys of equal bytes that were imported or loaded apart do not.
    pub(crate) fn is_same_key(&self, other: &Self) -> bool {
        std::ptr::eq(self.booked().0, other.booked().0)
    }
}

impl<K: KeyObject<Key: Clone>> Clone for Held<K> {
    fn clone(&self) -> Self {
        Self { algorithm: self.algorithm, key: self.key.clone(), origin: self.origin.clone() }
    }
}
