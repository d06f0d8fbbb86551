//! The bytes that operations work on, wherever they are.

use std::ops::Deref;

use crate::errno::Errno;

/// Bytes that an operation takes as a whole. It looks at their number first: to have them may mean to copy them.
pub(crate) trait Bytes: Sized {
    fn len(&self) -> usize;

    /// Bytes of host memory that [`get`](Self::get) takes up.
    fn host_bytes(&self) -> usize;

    fn get(self) -> impl Deref<Target = [u8]>;

    /// The bytes; none if there are more than `max`, which nothing valid has.
    fn get_at_most(self, max: usize) -> impl Deref<Target = [u8]>;
}

/// Bytes that an operation takes in as they come.
pub(crate) trait Input {
    /// The number of all bytes.
    fn len(&self) -> usize;

    /// Whether none of them has been taken in yet by an earlier part of the call.
    fn is_start(&self) -> bool;

    /// Hands over the bytes piece by piece. `in_progress` if the call is to end before it is done.
    fn feed(self, take: impl FnMut(&[u8])) -> Result<Fed, Errno>;
}

/// How far [`Input::feed`] got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fed {
    All,
    /// So many bytes; the caller wants to do something else before the rest.
    Part(usize),
}

/// A place for bytes that an operation makes.
pub(crate) trait Output {
    fn len(&self) -> usize;

    /// Bytes of host memory that [`fill`](Self::fill) takes up besides.
    fn host_bytes(&self) -> usize;

    fn fill<R>(self, fill: impl FnOnce(&mut [u8]) -> R) -> R;
}

/// A message and the place that its encryption or decryption goes to, which may overlap in any way.
pub(crate) trait Buffer {
    fn data_len(&self) -> usize;

    fn output_len(&self) -> usize;

    /// Bytes of host memory that [`transform`](Self::transform) takes up besides.
    fn host_bytes(&self) -> usize;

    /// Copies the last bytes of the message, which has so many.
    fn read_tail(&self, tail: &mut [u8]);

    /// The same, and takes them off it.
    fn take_tail(&mut self, tail: &mut [u8]);

    /// Moves the message to the front of the output, which is not shorter, and lets `transform` work on the output.
    fn transform<R>(self, transform: impl FnOnce(&mut [u8]) -> R) -> R;
}
