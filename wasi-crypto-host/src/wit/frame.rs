//! A call of a component as one of a module: its arguments in a memory of their own.

use std::ops::Range;

use wasi_crypto_interface::optional_handle;

use crate::abi::{GuestMemory, MAX_CORE_PARAMS};
use crate::booking::Booking;
use crate::errno::Errno;
use crate::ops::Objects;
use crate::secret::Secret;

/// The arguments of a call, and the memory that they point into: results first, then what was put there.
pub(crate) struct Frame {
    bytes: Secret,
    args: [u64; MAX_CORE_PARAMS],
    args_len: usize,
    /// For the memory, and for lists.
    _room: Booking,
}

/// Where the one result goes, if the function has one; 8 bytes.
pub(crate) const FIRST: u64 = 0;

const RESULTS: usize = 8;

impl Frame {
    /// One with room for so many bytes besides results and an optional handle. `overflow` if the guest has no room for it.
    pub(crate) fn new(objects: &mut impl Objects, len: usize) -> Result<Self, Errno> {
        Self::with_lists(objects, len, 0)
    }

    /// The same with room for so many bytes of lists besides, into which what is there is copied after the call.
    pub(crate) fn with_lists(objects: &mut impl Objects, len: usize, lists: usize) -> Result<Self, Errno> {
        let len = len.saturating_add(RESULTS + optional_handle::LEN);
        if len > MOST {
            return Err(Errno::Overflow);
        }
        let room = objects.reserve(len.saturating_add(lists))?;
        let mut bytes = Secret::default();
        bytes.grow_to(len);
        bytes.extend_from_slice(&[0; RESULTS]);
        Ok(Self { bytes, args: [0; MAX_CORE_PARAMS], args_len: 0, _room: room })
    }

    /// Puts bytes there, and returns where they are.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    /// The same for zeros.
    pub(crate) fn put_zeros(&mut self, len: usize) -> Range<usize> {
        let start = self.bytes.len();
        let mut left = len;
        while left > 0 {
            let more = left.min(ZEROS.len());
            self.bytes.extend_from_slice(&ZEROS[..more]);
            left -= more;
        }
        start..self.bytes.len()
    }

    /// Puts numbers of 32 bits there.
    pub(crate) fn put_numbers(&mut self, numbers: &[u32]) -> Range<usize> {
        let start = self.bytes.len();
        numbers.iter().for_each(|number| self.bytes.extend_from_slice(&number.to_le_bytes()));
        start..self.bytes.len()
    }

    /// Puts an optional handle there, and returns its address.
    pub(crate) fn put_optional(&mut self, handle: Option<u32>) -> u64 {
        let mut optional = [0; optional_handle::LEN];
        optional[0] = if handle.is_some() { optional_handle::SOME } else { optional_handle::NONE };
        optional[optional_handle::HANDLE_OFFSET..].copy_from_slice(&handle.unwrap_or_default().to_le_bytes());
        self.put(&optional).start as u64
    }

    /// The same with these arguments, of which there are as many as the function has.
    pub(crate) fn with_args(mut self, args: &[u64]) -> Self {
        self.args[..args.len()].copy_from_slice(args);
        self.args_len = args.len();
        self
    }

    /// The arguments of the call, and its memory.
    pub(crate) fn call(&mut self) -> (&[u64], GuestMemory<'_>) {
        (&self.args[..self.args_len], GuestMemory::unshared(&mut self.bytes))
    }

    /// The result, if that is a handle or a size.
    pub(crate) fn first(&self) -> u32 {
        self.number(FIRST as usize)
    }

    /// The result, if that is a version.
    pub(crate) fn first_u64(&self) -> u64 {
        u64::from(self.number(0)) | u64::from(self.number(4)) << 32
    }

    pub(crate) fn number(&self, at: usize) -> u32 {
        self.bytes[at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    pub(crate) fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[range]
    }
}

/// Where bytes are, and their number, as two arguments.
pub(crate) fn pair(range: &Range<usize>) -> [u64; 2] {
    [range.start as u64, range.len() as u64]
}

/// An address has 32 bits.
const MOST: usize = u32::MAX as usize;

const ZEROS: [u8; 256] = [0; 256];
