//! Checked ranges of guest memory as the data of operations.

use std::ops::Deref;

use crate::abi::call::Pace;
use crate::abi::memory::{GuestMemory, MaybeCopied, Range};
use crate::errno::Errno;
use crate::ops::{Buffer, Bytes, Fed, Input, Output};
use crate::secret::Secret;

/// A checked range that an operation reads as a whole.
pub(crate) struct GuestBytes<'m, 'a> {
    memory: &'m GuestMemory<'a>,
    range: Range,
}

/// A checked range that an operation fills.
pub(crate) struct GuestOutput<'m, 'a> {
    memory: &'m mut GuestMemory<'a>,
    range: Range,
}

/// Two checked ranges: what an operation reads, and where what it makes of it goes.
pub(crate) struct GuestBuffer<'m, 'a> {
    memory: &'m mut GuestMemory<'a>,
    output: Range,
    data: Range,
}

/// A checked range that an operation takes in slice by slice.
pub(crate) struct GuestInput<'m, 'a> {
    memory: &'m GuestMemory<'a>,
    range: Range,
    // Not by value: it would be copied in other pieces than it was written in, just before, which stalls for 4 ns.
    pace: &'m Pace<'m>,
}

impl<'m, 'a> GuestBytes<'m, 'a> {
    pub(crate) fn new(memory: &'m GuestMemory<'a>, start: u32, len: u32) -> Result<Self, Errno> {
        Ok(Self { range: memory.range(start, len)?, memory })
    }
}

impl Bytes for GuestBytes<'_, '_> {
    fn len(&self) -> usize {
        self.range.len()
    }

    fn host_bytes(&self) -> usize {
        self.memory.host_bytes(&self.range)
    }

    fn get(self) -> impl Deref<Target = [u8]> {
        self.memory.bytes(&self.range)
    }

    fn get_at_most(self, max: usize) -> impl Deref<Target = [u8]> {
        if self.range.len() <= max { self.memory.bytes(&self.range) } else { MaybeCopied::Borrowed(&[]) }
    }
}

impl<'m, 'a> GuestOutput<'m, 'a> {
    #[inline]
    pub(crate) fn new(memory: &'m mut GuestMemory<'a>, range: Range) -> Self {
        Self { memory, range }
    }
}

impl Output for GuestOutput<'_, '_> {
    #[inline]
    fn len(&self) -> usize {
        self.range.len()
    }

    #[inline]
    fn host_bytes(&self) -> usize {
        self.memory.host_bytes(&self.range)
    }

    #[inline]
    fn fill<R>(self, fill: impl FnOnce(&mut [u8]) -> R) -> R {
        self.memory.with_output(self.range, fill)
    }
}

impl<'m, 'a> GuestBuffer<'m, 'a> {
    #[inline(always)]
    pub(crate) fn new(memory: &'m mut GuestMemory<'a>, output: Range, data: Range) -> Self {
        Self { memory, output, data }
    }
}

impl Buffer for GuestBuffer<'_, '_> {
    #[inline(always)]
    fn data_len(&self) -> usize {
        self.data.len()
    }

    #[inline(always)]
    fn output_len(&self) -> usize {
        self.output.len()
    }

    #[inline(always)]
    fn host_bytes(&self) -> usize {
        self.memory.host_bytes(&self.output)
    }

    #[inline(always)]
    fn read_tail(&self, tail: &mut [u8]) {
        self.memory.read(&self.data.slice(self.data.len() - tail.len(), tail.len()), tail);
    }

    #[inline(always)]
    fn take_tail(&mut self, tail: &mut [u8]) {
        self.read_tail(tail);
        self.data = self.data.slice(0, self.data.len() - tail.len());
    }

    #[inline(always)]
    fn transform<R>(self, transform: impl FnOnce(&mut [u8]) -> R) -> R {
        self.memory.transform(self.output, self.data, transform)
    }
}

impl<'m, 'a> GuestInput<'m, 'a> {
    #[inline]
    pub(crate) fn new(memory: &'m GuestMemory<'a>, range: Range, pace: &'m Pace<'m>) -> Self {
        Self { memory, range, pace }
    }
}

impl Input for GuestInput<'_, '_> {
    #[inline]
    fn len(&self) -> usize {
        self.range.len()
    }

    #[inline]
    fn is_start(&self) -> bool {
        self.pace.done == 0
    }

    #[inline(always)]
    fn feed(self, mut take: impl FnMut(&[u8])) -> Result<Fed, Errno> {
        let Self { memory, range, pace } = self;
        match memory.borrowed(&range) {
            Some(bytes) if bytes.len() <= SLICE => take(bytes),
            bytes => return feed_slices(memory, bytes, &range, pace, &mut take),
        }
        Ok(Fed::All)
    }
}

/// The way of what is long or must be copied, which is done piece by piece.
#[inline(never)]
fn feed_slices(
    memory: &GuestMemory<'_>,
    bytes: Option<&[u8]>,
    range: &Range,
    pace: &Pace<'_>,
    take: &mut dyn FnMut(&[u8]),
) -> Result<Fed, Errno> {
    let len = range.len();
    let mut copy = Secret::zeroed(if bytes.is_some() { 0 } else { len.min(COPIED) });
    let mut done = pace.done;
    loop {
        let end = len.min(done.saturating_add(SLICE));
        match bytes {
            Some(bytes) => take(&bytes[done..end]),
            None => {
                for start in (done..end).step_by(COPIED) {
                    let piece = &mut copy[..COPIED.min(end - start)];
                    memory.read(&range.slice(start, piece.len()), piece);
                    take(piece);
                }
            }
        }
        done = end;
        if done == len {
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

/// So many bytes at a time are copied of a memory that threads share, by each of them, which is not booked.
const COPIED: usize = 16 << 10;

/// Long data is taken in by so many bytes at a time: about a third of a millisecond of SHA-512.
const SLICE: usize = 256 << 10;
