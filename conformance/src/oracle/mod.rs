//! Judges what a host made up: keys, signatures, encapsulated secrets, encodings.
//!
//! By implementations that no backend of this project's host uses for the same. They are small, need at most a C
//! compiler for one file, and build in seconds; one big library for all (AWS-LC) would take longer than the suite itself, and
//! is a backend of the host.

pub(crate) mod der;
pub(crate) mod encoding;
pub(crate) mod kem;
pub(crate) mod key;
pub(crate) mod signature;
