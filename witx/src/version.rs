//! The reserved versions of managed keys and secrets. A host gives all others.

/// The key has no versions.
pub const UNSPECIFIED: u64 = 0xff00_0000_0000_0000;
/// The newest version.
pub const LATEST: u64 = 0xff00_0000_0000_0001;
/// Every version.
pub const ALL: u64 = 0xff00_0000_0000_0002;
