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

    /// All bytes that have not been pulled. None are left.
    #[cfg(any(feature = "component", test))]
    pub(crate) fn take(&mut self) -> Secret {
        let (bytes, pulled) = (std::mem::take(&mut self.bytes), std::mem::take(&mut self.pulled));
        if pulled == 0 { bytes } else { Secret::from(&bytes[pulled..]) }
    }

    /// Marks `n` bytes as pulled and says whether those were the last.
    pub(crate) fn advance(&mut self, n: usize) -> bool {
        self.pulled += n;
        self.pulled == self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_is_taken_without_a_copy() {
        let bytes = Secret::from(&b"output"[..]);
        let place = bytes.as_ptr();
        let mut output = ArrayOutput::new(bytes);
        let taken = output.take();
        assert_eq!((taken.as_ptr(), &taken[..]), (place, &b"output"[..]));

        let mut output = ArrayOutput::new(taken);
        assert_eq!(output.next(2), b"ou");
        assert!(!output.advance(2));
        assert_eq!(&output.take()[..], b"tput");
    }
}
