//! The layout of `opt_options` and `opt_symmetric_key` in guest memory: a tag, 3 bytes that nobody looks at, a handle.

/// The bytes that it takes.
pub const LEN: usize = 8;
/// The first byte, where there is a handle.
pub const SOME: u8 = 0;
/// The first byte, where there is none.
pub const NONE: u8 = 1;
/// Where the handle is, in bytes from the start: 4 bytes, little-endian.
pub const HANDLE_OFFSET: usize = 4;
