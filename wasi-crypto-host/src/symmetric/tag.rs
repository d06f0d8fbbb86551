//! Authentication tags.

use subtle::ConstantTimeEq;

use crate::errno::Errno;
use crate::secret::Secret;
use crate::symmetric::algorithm::MAX_TAG_LEN;

/// A computed tag, secret until the guest pulls it.
pub(crate) struct SymmetricTag(Secret);

impl SymmetricTag {
    pub(crate) fn new(bytes: Secret) -> Self {
        Self(bytes)
    }

    /// Bytes to book: those of a string. What is as short as a MAC is part of its handle.
    pub(crate) fn held(&self) -> usize {
        if self.0.len() > MAX_TAG_LEN { self.0.len() } else { 0 }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Compares in constant time. Another length never verifies. `invalid_tag` if they differ.
    pub(crate) fn verify(&self, expected: &[u8]) -> Result<(), Errno> {
        if bool::from(self.0.ct_eq(expected)) { Ok(()) } else { Err(Errno::InvalidTag) }
    }
}
