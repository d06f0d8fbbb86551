//! Authentication tags.

use subtle::ConstantTimeEq;

use crate::booking::ALLOCATION;
use crate::errno::Errno;
use crate::handle::SLOT;
use crate::secret::Secret;

/// A computed tag, secret until the guest pulls it.
pub(crate) struct SymmetricTag(Secret);

impl SymmetricTag {
    pub(crate) fn new(bytes: Secret) -> Self {
        Self(bytes)
    }

    /// Bytes to book for a tag of `len` bytes that will have a handle.
    pub(crate) const fn room(len: usize) -> usize {
        SLOT + len + ALLOCATION
    }

    /// Bytes to book.
    pub(crate) fn held(&self) -> usize {
        self.0.capacity() + ALLOCATION
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Compares in constant time. Another length never verifies. `invalid_tag` if they differ.
    pub(crate) fn verify(&self, expected: &[u8]) -> Result<(), Errno> {
        if bool::from(self.0.ct_eq(expected)) { Ok(()) } else { Err(Errno::InvalidTag) }
    }
}
