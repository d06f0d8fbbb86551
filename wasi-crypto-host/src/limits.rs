//! What a guest may hold, and the account of what it holds.

use crate::errno::Errno;
use crate::handle::MAX_HANDLES;

/// Bounds on what one guest can make its host hold or do.
///
/// The defaults suit a server with many guests; set others through [`WasiCryptoCtxBuilder`](crate::WasiCryptoCtxBuilder).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Open handles of all types, at most 1,048,576. Above it: `too_many_handles`. Default: 65,536.
    pub handles: usize,
    /// Bytes held for the guest in keys, options, outputs not yet pulled, and data that an algorithm must
    /// gather before it can work (associated data, salts, passwords). Above it: `overflow`. Default: 64 MiB.
    pub bytes: usize,
    /// Bytes gathered in any one state of such an algorithm. Above it: `overflow`. Default: 16 MiB.
    pub gathered_bytes: usize,
    /// PBKDF2 iterations of one call, over all its output blocks. Above it: `prohibited_operation`.
    /// Default: 10,000,000 (one to four seconds).
    pub password_iterations: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { handles: 1 << 16, bytes: 64 << 20, gathered_bytes: 16 << 20, password_iterations: 10_000_000 }
    }
}

impl Limits {
    /// Says what is wrong with limits that cannot be kept.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        if self.handles == 0 || self.handles > MAX_HANDLES {
            return Err(BuildError::Handles(self.handles));
        }
        Ok(())
    }
}

/// Why a context cannot be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// The limit on handles is zero or above 1,048,576.
    Handles(usize),
    /// The system gave no random bytes.
    Random,
}

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Handles(n) => {
                write!(f, "the limit on open handles is {n}; set it to a number from 1 to {MAX_HANDLES}")
            }
            Self::Random => f.write_str("the operating system's random number generator failed"),
        }
    }
}

impl std::error::Error for BuildError {}

/// The bytes that one object holds, as part of all that its guest holds.
pub(crate) struct Account<'a> {
    pub(crate) held: &'a mut usize,
    pub(crate) total: &'a mut usize,
    pub(crate) limits: &'a Limits,
}

impl Account<'_> {
    /// Books `bytes` more for data that the object gathers, before they are copied. `overflow` above either limit.
    pub(crate) fn gather(&mut self, bytes: usize) -> Result<(), Errno> {
        self.gather_after(*self.held, bytes)
    }

    /// Like [`gather`](Self::gather), for an object that has gathered only so many of the bytes it holds.
    pub(crate) fn gather_after(&mut self, gathered: usize, bytes: usize) -> Result<(), Errno> {
        if gathered.checked_add(bytes).is_none_or(|gathered| gathered > self.limits.gathered_bytes) {
            return Err(Errno::Overflow);
        }
        self.set(self.held.checked_add(bytes).ok_or(Errno::Overflow)?)
    }

    /// Books `bytes` less: the object has given them up.
    pub(crate) fn release(&mut self, bytes: usize) {
        *self.held -= bytes;
        *self.total -= bytes;
    }

    /// `overflow` if `bytes` more would be too many; for what is held during one call only.
    pub(crate) fn check_spare(&self, bytes: usize) -> Result<(), Errno> {
        if bytes > self.limits.bytes - *self.total { Err(Errno::Overflow) } else { Ok(()) }
    }

    /// Books exactly `bytes` for the object from now on.
    pub(crate) fn set(&mut self, bytes: usize) -> Result<(), Errno> {
        let total = (*self.total - *self.held).checked_add(bytes).ok_or(Errno::Overflow)?;
        if total > self.limits.bytes {
            return Err(Errno::Overflow);
        }
        (*self.total, *self.held) = (total, bytes);
        Ok(())
    }
}
