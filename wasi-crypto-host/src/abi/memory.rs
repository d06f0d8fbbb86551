//! Guest memory: every range is checked before anything is done with it.

use std::ops::{Deref, Range};

use crate::errno::Errno;
use crate::secret::Secret;

/// The linear memory of the guest that makes a call.
///
/// A memory that no other thread can touch is borrowed; a shared one is copied in and out, never borrowed.
pub struct GuestMemory<'a>(Memory<'a>);

enum Memory<'a> {
    Unshared(&'a mut [u8]),
    Shared(&'a dyn SharedMemory),
}

/// A memory that other threads of the guest may read and write at any time.
///
/// The host asks only for ranges that lie below [`len`](Self::len); a shared memory never shrinks.
pub trait SharedMemory {
    /// The number of bytes now.
    fn len(&self) -> usize;

    /// Whether there are no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Copies the bytes at `offset` out of the memory.
    fn read(&self, offset: usize, into: &mut [u8]);

    /// Copies bytes into the memory at `offset`.
    fn write(&self, offset: usize, from: &[u8]);
}

impl<'a> GuestMemory<'a> {
    /// A memory that only the calling guest thread can reach.
    #[inline]
    pub fn unshared(bytes: &'a mut [u8]) -> Self {
        Self(Memory::Unshared(bytes))
    }

    /// A memory of a guest with threads.
    pub fn shared(memory: &'a dyn SharedMemory) -> Self {
        Self(Memory::Shared(memory))
    }

    /// Bytes that the host only reads. `guest_error` if they are not all inside the memory.
    #[inline]
    pub(crate) fn input(&self, start: u32, len: u32) -> Result<Input<'_>, Errno> {
        let range = self.check(start, len)?;
        Ok(match &self.0 {
            Memory::Unshared(bytes) => Input::Borrowed(&bytes[range]),
            Memory::Shared(memory) => Input::Copied(copy_of(*memory, range)),
        })
    }

    /// Checks bytes that the host will write; they are written through [`write`](Self::write) and its kin.
    #[inline]
    pub(crate) fn output(&self, start: u32, len: u32) -> Result<Output, Errno> {
        self.check(start, len).map(Output)
    }

    /// Checks a result slot of `N` bytes; any alignment will do.
    #[inline]
    pub(crate) fn slot<const N: usize>(&self, start: u32) -> Result<Slot<N>, Errno> {
        self.check(start, N as u32).map(|range| Slot(range.start))
    }

    /// Fills a result slot.
    #[inline]
    pub(crate) fn put<const N: usize>(&mut self, slot: Slot<N>, value: [u8; N]) {
        match &mut self.0 {
            Memory::Unshared(bytes) => bytes[slot.0..slot.0 + N].copy_from_slice(&value),
            Memory::Shared(memory) => memory.write(slot.0, &value),
        }
    }

    /// Copies `bytes` to the front of an output that is at least as long.
    pub(crate) fn write(&mut self, output: &Output, from: &[u8]) {
        match &mut self.0 {
            Memory::Unshared(bytes) => bytes[output.0.clone()][..from.len()].copy_from_slice(from),
            Memory::Shared(memory) => memory.write(output.0.start, from),
        }
    }

    /// Copies a checked range, of the length of `into`, out of the memory.
    pub(crate) fn read(&self, range: &Output, into: &mut [u8]) {
        match &self.0 {
            Memory::Unshared(bytes) => into.copy_from_slice(&bytes[range.0.clone()]),
            Memory::Shared(memory) => memory.read(range.0.start, into),
        }
    }

    /// Lets `fill` work on the output bytes where they are. A shared memory receives what it left, success or not.
    pub(crate) fn with_output<T>(&mut self, output: Output, fill: impl FnOnce(&mut [u8]) -> T) -> T {
        match &mut self.0 {
            Memory::Unshared(bytes) => fill(&mut bytes[output.0]),
            Memory::Shared(memory) => {
                let mut copy = copy_of(*memory, output.0.clone());
                let result = fill(&mut copy);
                memory.write(output.0.start, &copy);
                result
            }
        }
    }

    /// Moves `data` to the front of `output` and lets `transform` work on `output` where it is.
    ///
    /// The one place where input and output may overlap, in any direction: the move is a `memmove`.
    /// `data` must not be longer than `output`.
    pub(crate) fn transform<T>(&mut self, output: Output, data: Output, transform: impl FnOnce(&mut [u8]) -> T) -> T {
        if let Memory::Unshared(bytes) = &mut self.0 {
            if data.0.start != output.0.start {
                bytes.copy_within(data.0, output.0.start);
            }
            return transform(&mut bytes[output.0]);
        }
        let data = match &self.0 {
            Memory::Shared(memory) => copy_of(*memory, data.0),
            Memory::Unshared(_) => unreachable!("handled above"),
        };
        self.with_output(output, |bytes| {
            bytes[..data.len()].copy_from_slice(&data);
            transform(bytes)
        })
    }

    /// Reads a tagged optional handle: `{u8 tag, 3 bytes of padding, u32 handle}`, tag 0 = some, 1 = none.
    pub(crate) fn optional_handle(&self, start: u32) -> Result<Option<u32>, Errno> {
        let bytes = self.input(start, 8)?;
        match bytes[0] {
            0 => Ok(Some(u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]))),
            1 => Ok(None),
            _ => Err(Errno::GuestError),
        }
    }

    /// The range in bytes of the host, if it lies inside the memory. An empty range is everywhere inside.
    #[inline]
    fn check(&self, start: u32, len: u32) -> Result<Range<usize>, Errno> {
        let size = match &self.0 {
            Memory::Unshared(bytes) => bytes.len(),
            Memory::Shared(memory) => memory.len(),
        };
        if len == 0 {
            return Ok(0..0);
        }
        let (start, len) = (start as usize, len as usize);
        match start.checked_add(len) {
            Some(end) if end <= size => Ok(start..end),
            _ => Err(Errno::GuestError),
        }
    }
}

/// Bytes of the guest that the host may read.
pub(crate) enum Input<'a> {
    Borrowed(&'a [u8]),
    Copied(Secret),
}

impl Deref for Input<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Borrowed(bytes) => bytes,
            Self::Copied(bytes) => bytes,
        }
    }
}

/// A checked range of guest memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output(Range<usize>);

impl Output {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The same range without its last `n` bytes, and those. `None` if it has fewer.
    pub(crate) fn split_tail(self, n: usize) -> Option<(Self, Self)> {
        let middle = self.0.end.checked_sub(n).filter(|middle| *middle >= self.0.start)?;
        Some((Self(self.0.start..middle), Self(middle..self.0.end)))
    }
}

/// A checked place for a result of `N` bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot<const N: usize>(usize);

fn copy_of(memory: &dyn SharedMemory, range: Range<usize>) -> Secret {
    let mut copy = Secret::zeroed(range.len());
    memory.read(range.start, &mut copy);
    copy
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// Stands for a shared memory in single-threaded tests.
    struct TestShared(RefCell<Vec<u8>>);

    impl SharedMemory for TestShared {
        fn len(&self) -> usize {
            self.0.borrow().len()
        }
        fn read(&self, offset: usize, into: &mut [u8]) {
            into.copy_from_slice(&self.0.borrow()[offset..offset + into.len()]);
        }
        fn write(&self, offset: usize, from: &[u8]) {
            self.0.borrow_mut()[offset..offset + from.len()].copy_from_slice(from);
        }
    }

    #[test]
    fn ranges_outside_are_refused_and_empty_ranges_are_not() {
        let mut bytes = [0; 16];
        let memory = GuestMemory::unshared(&mut bytes);
        for (start, len) in [(16, 1), (15, 2), (0, 17), (u32::MAX, 1), (1, u32::MAX), (u32::MAX, u32::MAX)] {
            assert_eq!(memory.output(start, len), Err(Errno::GuestError), "{start}+{len}");
        }
        for start in [0, 1, 16, 17, u32::MAX] {
            assert_eq!(memory.input(start, 0).map(|bytes| bytes.len()), Ok(0), "{start}");
        }
        assert_eq!(memory.input(15, 1).map(|bytes| bytes.len()), Ok(1));
    }

    #[test]
    fn an_optional_handle_is_some_none_or_an_error() {
        let mut bytes = [0, 9, 9, 9, 1, 2, 3, 4, 1, 9, 2];
        let memory = GuestMemory::unshared(&mut bytes);
        assert_eq!(memory.optional_handle(0), Ok(Some(0x0403_0201)));
        assert_eq!(memory.optional_handle(2), Err(Errno::GuestError), "tag 9");
        assert_eq!(memory.optional_handle(4), Err(Errno::GuestError), "past the end");
    }

    #[test]
    fn a_transform_sees_its_input_however_the_ranges_overlap() {
        let original: Vec<u8> = (0..64).collect();
        for start in 0..40 {
            let run = |mut memory: GuestMemory<'_>| {
                let (output, data) = (memory.output(start, 24).unwrap(), memory.output(20, 20).unwrap());
                memory.transform(output, data, |bytes| {
                    assert_eq!(bytes[..20], original[20..40], "out at {start}");
                    bytes.fill(0xff);
                });
            };
            let mut expected = original.clone();
            run(GuestMemory::unshared(&mut expected));
            assert!(expected[start as usize..start as usize + 24].iter().all(|byte| *byte == 0xff));

            let shared = TestShared(RefCell::new(original.clone()));
            run(GuestMemory::shared(&shared));
            let mut kept = original.clone();
            kept[start as usize..start as usize + 24].fill(0xff);
            assert_eq!(shared.0.into_inner(), kept, "shared memories change in the output alone");
        }
    }
}
