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

    #[cfg(feature = "component")]
    pub(crate) fn take(&mut self) -> Secret {
        std::mem::take(&mut self.0)
    }

    /// Compares in constant time. Another length never verifies, nor does a tag without bytes, which stands for none in a component's list.
    /// `invalid_tag` if they differ.
    pub(crate) fn verify(&self, expected: &[u8]) -> Result<(), Errno> {
        if !expected.is_empty() && self.0.ct_eq(expected).into() { Ok(()) } else { Err(Errno::InvalidTag) }
    }
}

#[cfg(all(test, feature = "component"))]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_taken_without_a_copy() {
        let bytes = Secret::from(&b"tag"[..]);
        let place = bytes.as_ptr();
        let mut tag = SymmetricTag::new(bytes);
        assert_eq!((tag.take().as_ptr(), tag.bytes().len()), (place, 0));
    }
}
