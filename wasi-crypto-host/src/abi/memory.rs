//! Guest memory: every range is checked before anything is done with it.

use std::ops::Deref;

use wasi_crypto_interface::optional_handle;

use crate::errno::Errno;
use crate::secret::Secret;
use crate::symmetric::algorithm::MAX_TAG_LEN;

/// The linear memory of the guest that makes a call.
///
/// A memory that no other thread can touch is borrowed; a shared one is copied in and out, never borrowed.
pub struct GuestMemory<'a> {
    memory: Memory<'a>,
}

enum Memory<'a> {
    Unshared(&'a mut [u8]),
    /// With its size in bytes at the time of the call; it never shrinks.
    Shared(&'a dyn SharedMemory, usize),
}

/// A memory that other threads of the guest may read and write at any time.
///
/// The host asks only for ranges that lie below [`len`](Self::len); a shared memory never shrinks. An implementation must not call into
/// the context that it is passed to, which may be locked meanwhile.
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
        Self { memory: Memory::Unshared(bytes) }
    }

    /// A memory of a guest with threads.
    pub fn shared(memory: &'a dyn SharedMemory) -> Self {
        Self { memory: Memory::Shared(memory, memory.len()) }
    }

    /// In bytes.
    #[inline(always)]
    fn size(&self) -> usize {
        match &self.memory {
            Memory::Unshared(bytes) => bytes.len(),
            Memory::Shared(_, size) => *size,
        }
    }

    /// What it was made of.
    #[inline(always)]
    pub(crate) fn bytes_or_shared(self) -> Result<&'a mut [u8], &'a dyn SharedMemory> {
        match self.memory {
            Memory::Unshared(bytes) => Ok(bytes),
            Memory::Shared(memory, _) => Err(memory),
        }
    }

    /// A name, which is short: of one that is longer than any, nothing is left.
    #[inline(always)]
    pub(crate) fn name(&self, start: u32, len: u32) -> Result<MaybeCopied<'_>, Errno> {
        let range = self.range(start, len)?;
        Ok(if len <= MAX_NAME { self.bytes(&range) } else { MaybeCopied::Borrowed(&[]) })
    }

    /// The bytes of a checked range. Those of a shared memory are copied: the caller has looked at their number.
    // Always in line: returned in memory, the result would be copied in other pieces than it was written in, which stalls for 5 ns.
    #[inline(always)]
    pub(crate) fn bytes(&self, range: &Range) -> MaybeCopied<'_> {
        match &self.memory {
            Memory::Unshared(bytes) => MaybeCopied::Borrowed(range.of(bytes)),
            Memory::Shared(memory, _) => MaybeCopied::Copied(copy_of(*memory, range)),
        }
    }

    /// The bytes of a checked range where they are; `None` of a shared memory.
    #[inline(always)]
    pub(crate) fn borrowed(&self, range: &Range) -> Option<&[u8]> {
        match &self.memory {
            Memory::Unshared(bytes) => Some(range.of(bytes)),
            Memory::Shared(..) => None,
        }
    }

    /// Bytes of host memory that it takes to work on a checked range.
    #[inline(always)]
    pub(crate) fn host_bytes(&self, range: &Range) -> usize {
        match &self.memory {
            Memory::Unshared(_) => 0,
            Memory::Shared(..) => range.len,
        }
    }

    /// Checks a range: `guest_error` if it is not all inside the memory. An empty one is everywhere inside.
    #[inline]
    pub(crate) fn range(&self, start: u32, len: u32) -> Result<Range, Errno> {
        let (start, len) = (start as usize, len as usize);
        if len == 0 {
            return Ok(Range { start: 0, len });
        }
        match start.checked_add(len) {
            Some(end) if end <= self.size() => Ok(Range { start, len }),
            _ => Err(Errno::GuestError),
        }
    }

    /// Checks a list of `len` records.
    pub(crate) fn list(&self, start: u32, len: u32, record_len: usize) -> Result<Range, Errno> {
        let bytes = (len as usize).checked_mul(record_len).and_then(|bytes| u32::try_from(bytes).ok());
        self.range(start, bytes.ok_or(Errno::GuestError)?)
    }

    /// Copies a tag, since it may lie where an output goes. None if it is longer than any, and then left alone.
    pub(crate) fn tag<'b>(
        &self,
        start: u32,
        len: u32,
        copy: &'b mut [u8; MAX_TAG_LEN],
    ) -> Result<Option<&'b [u8]>, Errno> {
        let range = self.range(start, len)?;
        Ok(copy.get_mut(..range.len).map(|tag| {
            self.read(&range, tag);
            &*tag
        }))
    }

    /// Checks a result slot of `N` bytes; any alignment will do.
    #[inline]
    pub(crate) fn slot<const N: usize>(&self, start: u32) -> Result<Slot<N>, Errno> {
        self.range(start, N as u32).map(|range| Slot(range.start))
    }

    /// Fills a result slot.
    #[inline(always)]
    pub(crate) fn put<const N: usize>(&mut self, slot: Slot<N>, value: [u8; N]) {
        match &mut self.memory {
            Memory::Unshared(bytes) => bytes[slot.0..slot.0 + N].copy_from_slice(&value),
            Memory::Shared(memory, _) => put_shared(*memory, slot, value),
        }
    }

    /// Copies `bytes` to the front of an output that is at least as long.
    #[inline]
    pub(crate) fn write(&mut self, output: &Range, from: &[u8]) {
        match &mut self.memory {
            Memory::Unshared(bytes) => output.of_mut(bytes)[..from.len()].copy_from_slice(from),
            Memory::Shared(memory, _) => memory.write(output.start, from),
        }
    }

    /// Copies a checked range, of the length of `into`, out of the memory.
    #[inline]
    pub(crate) fn read(&self, range: &Range, into: &mut [u8]) {
        match &self.memory {
            Memory::Unshared(bytes) => into.copy_from_slice(range.of(bytes)),
            Memory::Shared(memory, _) => memory.read(range.start, into),
        }
    }

    /// Lets `fill` work on the output bytes where they are; it must not read what it has not written. A shared memory receives what it left,
    /// success or not, and zeros where it has written nothing.
    pub(crate) fn with_output<T>(&mut self, output: Range, fill: impl FnOnce(&mut [u8]) -> T) -> T {
        match &mut self.memory {
            Memory::Unshared(bytes) => fill(output.of_mut(bytes)),
            Memory::Shared(memory, _) => {
                let mut copy = Secret::zeroed(output.len);
                let result = fill(&mut copy);
                memory.write(output.start, &copy);
                result
            }
        }
    }

    /// Moves `data` to the front of `output` and lets `transform` work on `output` where it is.
    ///
    /// The one place where input and output may overlap, in any direction: the move is a `memmove`.
    /// `data` must not be longer than `output`. What lies behind it is as for [`with_output`](Self::with_output).
    #[inline(always)]
    pub(crate) fn transform<T>(&mut self, output: Range, data: Range, transform: impl FnOnce(&mut [u8]) -> T) -> T {
        match &mut self.memory {
            Memory::Unshared(bytes) => {
                if data.start != output.start {
                    bytes.copy_within(data.start..data.start + data.len, output.start);
                }
                transform(output.of_mut(bytes))
            }
            Memory::Shared(memory, _) => transform_shared(*memory, output, data, transform),
        }
    }

    /// Reads an optional handle, whose layout is that of [`optional_handle`].
    pub(crate) fn optional_handle(&self, start: u32) -> Result<Option<u32>, Errno> {
        let mut bytes = [0; optional_handle::LEN];
        self.read(&self.range(start, bytes.len() as u32)?, &mut bytes);
        let [tag, .., a, b, c, d] = bytes;
        match tag {
            optional_handle::SOME => Ok(Some(u32::from_le_bytes([a, b, c, d]))),
            optional_handle::NONE => Ok(None),
            _ => Err(Errno::GuestError),
        }
    }
}

/// Bytes of the guest for the host to read: those of a shared memory are copies.
pub(crate) enum MaybeCopied<'a> {
    Borrowed(&'a [u8]),
    Copied(Secret),
}

impl Deref for MaybeCopied<'_> {
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
pub(crate) struct Range {
    start: usize,
    len: usize,
}

impl Range {
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// `len` bytes of it, from `start` on. Both must lie inside.
    #[inline(always)]
    pub(crate) fn slice(&self, start: usize, len: usize) -> Self {
        debug_assert!(start + len <= self.len);
        Self { start: self.start + start, len }
    }

    /// Whether they have a byte in common.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.len > 0 && other.len > 0 && self.start < other.start + other.len && other.start < self.start + self.len
    }

    /// The bytes in the memory for which the range was checked.
    #[inline(always)]
    fn of<'a>(&self, memory: &'a [u8]) -> &'a [u8] {
        &memory[self.start..][..self.len]
    }

    #[inline(always)]
    fn of_mut<'a>(&self, memory: &'a mut [u8]) -> &'a mut [u8] {
        &mut memory[self.start..][..self.len]
    }
}

/// No name of an algorithm or option is longer, in bytes.
const MAX_NAME: u32 = 64;

/// A checked place for a result of `N` bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot<const N: usize>(usize);

/// Out of line: in line, the value would lie on the stack for the other kind of memory, too, which stalls the return by 3 ns.
#[cold]
#[inline(never)]
fn put_shared<const N: usize>(memory: &dyn SharedMemory, slot: Slot<N>, value: [u8; N]) {
    memory.write(slot.0, &value);
}

#[cold]
#[inline(never)]
fn transform_shared<T>(
    memory: &dyn SharedMemory,
    output: Range,
    data: Range,
    transform: impl FnOnce(&mut [u8]) -> T,
) -> T {
    let mut copy = Secret::zeroed(output.len);
    memory.read(data.start, &mut copy[..data.len]);
    let result = transform(&mut copy);
    memory.write(output.start, &copy);
    result
}

fn copy_of(memory: &dyn SharedMemory, range: &Range) -> Secret {
    let mut copy = Secret::zeroed(range.len);
    memory.read(range.start, &mut copy);
    copy
}

#[cfg(test)]
mod exhaustive;
#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// Stands for a shared memory in single-threaded tests.
    pub(super) struct TestShared(pub(super) RefCell<Vec<u8>>);

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
            assert_eq!(memory.range(start, len), Err(Errno::GuestError), "{start}+{len}");
        }
        for start in [0, 1, 16, 17, u32::MAX] {
            assert_eq!(memory.range(start, 0).map(|range| range.len()), Ok(0), "{start}");
        }
        assert_eq!(memory.range(15, 1).map(|range| range.len()), Ok(1));
    }

    #[test]
    fn an_optional_handle_is_some_none_or_an_error() {
        let mut bytes = [0, 9, 9, 9, 1, 2, 3, 4, 1, 9, 2, 5];
        let memory = GuestMemory::unshared(&mut bytes);
        assert_eq!(memory.optional_handle(0), Ok(Some(0x0403_0201)));
        assert_eq!(memory.optional_handle(4), Ok(None));
        assert_eq!(memory.optional_handle(2), Err(Errno::GuestError), "tag 9");
        assert_eq!(memory.optional_handle(5), Err(Errno::GuestError), "past the end");
    }

    /// What comes of work with a memory, whether it is shared or not, and what is in it then.
    fn on_both<R: PartialEq + std::fmt::Debug>(original: &[u8], work: impl Fn(GuestMemory<'_>) -> R) -> (R, Vec<u8>) {
        let mut bytes = original.to_vec();
        let unshared = work(GuestMemory::unshared(&mut bytes));
        let memory = TestShared(RefCell::new(original.to_vec()));
        let shared = work(GuestMemory::shared(&memory));
        assert_eq!((&unshared, &bytes), (&shared, &*memory.0.borrow()));
        (unshared, bytes)
    }

    #[test]
    fn what_is_read_is_what_is_there() {
        let original: Vec<u8> = (0..100).collect();
        let read = |work: fn(&GuestMemory<'_>) -> Vec<u8>| on_both(&original, |memory| work(&memory)).0;
        assert_eq!(read(|memory| memory.bytes(&memory.range(7, 3).unwrap()).to_vec()), [7, 8, 9]);
        let first = |memory: &GuestMemory<'_>| {
            let mut into = [0; 2];
            memory.read(&memory.range(98, 2).unwrap(), &mut into);
            into.to_vec()
        };
        assert_eq!(read(first), [98, 99]);
        // Of a name that is longer than any, nothing is left.
        assert_eq!(read(|memory| memory.name(9, MAX_NAME).unwrap().to_vec()), original[9..][..MAX_NAME as usize]);
        assert_eq!(read(|memory| memory.name(9, MAX_NAME + 1).unwrap().to_vec()), b"");
        let tag = |len: u32| {
            let tag =
                |memory: GuestMemory<'_>| memory.tag(5, len, &mut [0; MAX_TAG_LEN]).map(|tag| tag.map(<[u8]>::to_vec));
            on_both(&original, tag).0
        };
        assert_eq!(tag(MAX_TAG_LEN as u32), Ok(Some(original[5..][..MAX_TAG_LEN].to_vec())));
        assert_eq!(tag(MAX_TAG_LEN as u32 + 1), Ok(None));
        assert_eq!(tag(96), Err(Errno::GuestError));
    }

    #[test]
    fn what_is_written_is_there_and_nothing_else() {
        let original = [9; 16];
        let put = |mut memory: GuestMemory<'_>| {
            let slot = memory.slot::<4>(12).unwrap();
            memory.put(slot, [1, 2, 3, 4]);
            assert_eq!(memory.slot::<4>(13).err(), Some(Errno::GuestError));
        };
        assert_eq!(on_both(&original, put).1, [&[9; 12][..], &[1, 2, 3, 4]].concat());
        let write = |mut memory: GuestMemory<'_>| memory.write(&memory.range(2, 5).unwrap(), &[1, 2]);
        assert_eq!(on_both(&original, write).1, [&[9; 2][..], &[1, 2], &[9; 12]].concat());
    }

    #[test]
    fn only_what_is_shared_takes_up_memory_of_the_host() {
        let mut bytes = [1, 2, 3];
        let memory = GuestMemory::unshared(&mut bytes);
        let range = memory.range(1, 2).unwrap();
        assert_eq!((memory.borrowed(&range), memory.host_bytes(&range)), (Some(&[2, 3][..]), 0));
        assert_eq!(memory.bytes_or_shared().ok(), Some(&mut [1, 2, 3][..]));
        let shared = TestShared(RefCell::new(vec![1, 2, 3]));
        let memory = GuestMemory::shared(&shared);
        assert_eq!((memory.borrowed(&range), memory.host_bytes(&range)), (None, 2));
        assert_eq!(memory.bytes_or_shared().err().map(SharedMemory::len), Some(3));
        assert!(!shared.is_empty() && TestShared(RefCell::default()).is_empty());
    }

    #[test]
    fn parts_of_ranges_lie_where_they_should_and_empty_ones_overlap_nothing() {
        let range = |start, len| Range { start, len };
        assert_eq!(range(10, 8).slice(2, 3), range(12, 3));
        for (other, overlaps) in [((9, 1), false), ((9, 2), true), ((17, 1), true), ((18, 1), false), ((12, 0), false)]
        {
            let other = range(other.0, other.1);
            assert_eq!(
                (range(10, 8).overlaps(&other), other.overlaps(&range(10, 8))),
                (overlaps, overlaps),
                "{other:?}"
            );
        }
    }

    #[test]
    fn a_transform_sees_its_input_however_the_ranges_overlap() {
        let original: Vec<u8> = (0..64).collect();
        for start in 0..40 {
            let run = |mut memory: GuestMemory<'_>| {
                let (output, data) = (memory.range(start, 24).unwrap(), memory.range(20, 20).unwrap());
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
