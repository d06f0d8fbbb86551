//! Outputs whose size the guest does not know beforehand; it pulls them piece by piece.

use crate::booking::ALLOCATION;
use crate::secret::Secret;

/// Bytes on their way to the guest.
pub(crate) struct ArrayOutput {
    bytes: Secret,
    pulled: usize,
}

impl ArrayOutput {
    pub(crate) fn new(bytes: Secret) -> Self {
        Self { bytes, pulled: 0 }
    }

    /// Bytes to book.
    pub(crate) fn held(&self) -> usize {
        self.bytes.capacity() + ALLOCATION
    }

    /// The length of the whole output, however much has been pulled (ANSWERS.md, array_output).
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The next bytes, at most `max`.
    pub(crate) fn next(&self, max: usize) -> &[u8] {
        let rest = &self.bytes[self.pulled..];
        &rest[..rest.len().min(max)]
    }

    /// Marks `n` bytes as pulled and says whether those were the last.
    pub(crate) fn advance(&mut self, n: usize) -> bool {
        self.pulled += n;
        self.pulled == self.bytes.len()
    }
}
