//! Lists of bytes as the data of operations.

use std::ops::Deref;

use crate::abi::call::Pace;
use crate::errno::Errno;
use crate::ops::{Buffer, Bytes, Fed, Input, Output};
use crate::secret::Secret;
use crate::symmetric::algorithm::MAX_TAG_LEN;

/// A list of the guest that an operation reads as a whole, where it is.
pub(crate) struct List<'a>(pub(crate) &'a [u8]);

impl Bytes for List<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn host_bytes(&self) -> usize {
        0
    }

    fn get(self) -> impl Deref<Target = [u8]> {
        self.0
    }

    fn get_at_most(self, max: usize) -> impl Deref<Target = [u8]> {
        if self.0.len() <= max { self.0 } else { &[] }
    }
}

/// A list of the guest that an operation takes in slice by slice, where it is.
pub(crate) struct PacedList<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) pace: Pace<'a>,
}

impl Input for PacedList<'_> {
    fn len(&self) -> usize {
        self.bytes.len()
    }

    fn is_start(&self) -> bool {
        self.pace.done == 0
    }

    fn feed(self, mut take: impl FnMut(&[u8])) -> Result<Fed, Errno> {
        let Self { bytes, pace } = self;
        let mut done = pace.done;
        loop {
            let end = bytes.len().min(done.saturating_add(SLICE));
            take(&bytes[done..end]);
            done = end;
            if done == bytes.len() {
                return Ok(Fed::All);
            }
            if pace.stop.is_stopped() {
                return Err(Errno::InProgress);
            }
            if pace.may_yield {
                return Ok(Fed::Part(done));
            }
        }
    }
}

/// As for modules: about a third of a millisecond of SHA-512.
const SLICE: usize = 256 << 10;

/// Bytes that become a list of the guest. Wiped when they have been copied there.
#[derive(Default)]
pub(crate) struct NewList {
    bytes: Secret,
    len: usize,
}

impl NewList {
    /// All of these bytes.
    pub(crate) fn new(bytes: Secret) -> Self {
        Self { len: bytes.len(), bytes }
    }

    /// A copy.
    pub(crate) fn copy(bytes: &[u8]) -> Self {
        Self::new(Secret::from(bytes))
    }

    /// The first bytes, of which there are not more.
    pub(crate) fn cut(mut self, len: usize) -> Self {
        self.len = self.len.min(len);
        self
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// The same for an operation to fill with so many bytes.
    pub(crate) fn output(&mut self, len: usize) -> NewOutput<'_> {
        NewOutput { list: self, len }
    }
}

/// A list that an operation fills.
pub(crate) struct NewOutput<'a> {
    list: &'a mut NewList,
    len: usize,
}

impl Output for NewOutput<'_> {
    fn len(&self) -> usize {
        self.len
    }

    fn host_bytes(&self) -> usize {
        self.len
    }

    fn fill<R>(self, fill: impl FnOnce(&mut [u8]) -> R) -> R {
        *self.list = NewList::new(Secret::zeroed(self.len));
        fill(&mut self.list.bytes)
    }
}

/// A message of the guest, where it is, and the list that its encryption or decryption becomes: it is copied there, once, and worked on in
/// place.
pub(crate) struct NewBuffer<'a> {
    pub(crate) data: &'a [u8],
    /// Nothing is allocated before an operation has admitted this.
    pub(crate) output_len: usize,
    pub(crate) list: &'a mut NewList,
}

impl Buffer for NewBuffer<'_> {
    fn data_len(&self) -> usize {
        self.data.len()
    }

    fn output_len(&self) -> usize {
        self.output_len
    }

    fn host_bytes(&self) -> usize {
        self.output_len
    }

    fn read_tail(&self, tail: &mut [u8]) {
        tail.copy_from_slice(&self.data[self.data.len() - tail.len()..]);
    }

    fn take_tail(&mut self, tail: &mut [u8]) {
        self.read_tail(tail);
        self.data = &self.data[..self.data.len() - tail.len()];
    }

    fn transform<R>(self, transform: impl FnOnce(&mut [u8]) -> R) -> R {
        let mut bytes = Secret::default();
        bytes.grow_to(self.output_len);
        bytes.extend_from_slice(self.data);
        // Room for a tag or padding at most: operations have checked how long the output is.
        while bytes.len() < self.output_len {
            let more = (self.output_len - bytes.len()).min(MAX_TAG_LEN);
            bytes.extend_from_slice(&[0; MAX_TAG_LEN][..more]);
        }
        *self.list = NewList::new(bytes);
        transform(&mut self.list.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::StopHandle;

    #[test]
    fn a_message_is_at_the_front_of_its_output_without_its_tail() {
        let mut list = NewList::default();
        let mut buffer = NewBuffer { data: b"message and tag", output_len: 9, list: &mut list };
        let mut tail = [0; 8];
        buffer.take_tail(&mut tail);
        assert_eq!((&tail, buffer.data_len()), (b" and tag", 7));
        buffer.transform(|bytes| {
            assert_eq!(bytes, b"message\0\0");
            bytes.make_ascii_uppercase();
        });
        assert_eq!(list.cut(8).as_slice(), b"MESSAGE\0");
    }

    #[test]
    fn long_data_comes_in_slices_and_goes_on_where_it_ended() {
        let (bytes, stop) = (vec![7; SLICE + 1], StopHandle::new());
        let mut pace = Pace::whole(&stop);
        let mut taken = Vec::new();
        assert_eq!(PacedList { bytes: &bytes, pace }.feed(|piece| taken.push(piece.len())), Ok(Fed::All));
        assert_eq!(taken, [SLICE, 1]);

        pace.may_yield = true;
        assert_eq!(PacedList { bytes: &bytes, pace }.feed(|_| ()), Ok(Fed::Part(SLICE)));
        pace.done = SLICE;
        assert_eq!(PacedList { bytes: &bytes, pace }.feed(|piece| assert_eq!(piece.len(), 1)), Ok(Fed::All));

        stop.stop();
        assert_eq!(PacedList { bytes: &bytes, pace: Pace::whole(&stop) }.feed(|_| ()), Err(Errno::InProgress));
    }
}
