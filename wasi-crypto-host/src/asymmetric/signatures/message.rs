//! The message of a signature: kept whole while it is short, hashed when it gets long.
//!
//! The fastest library signs whole messages only. So that no message is too long, and none is gathered in memory without bound,
//! long ones are hashed as they come and signed through the library that takes hashes.

use crate::backend::digest::Context;
use crate::backend::ml_dsa::Representative;
use crate::booking::ALLOCATION;
use crate::limits::Account;
use crate::secret::Secret;

/// How long a message may get, in bytes, before it is hashed.
pub(crate) const LONGEST: usize = 64 << 10;

/// The same for signing, where the library that takes hashes is several times slower, which matters less when hashing takes as long.
pub(crate) const LONGEST_TO_SIGN: usize = 1 << 20;

#[derive(Clone)]
pub(crate) enum Message<H = Context> {
    Whole(Secret),
    Hashed(H),
}

/// What takes a message in as it comes.
pub(crate) trait Hash {
    /// Bytes to book for what a hash allocates.
    const HELD: usize;

    fn update(&mut self, data: &[u8]);
}

impl Hash for Context {
    const HELD: usize = Self::HELD;

    fn update(&mut self, data: &[u8]) {
        Context::update(self, data);
    }
}

impl Hash for Representative {
    const HELD: usize = 0;

    fn update(&mut self, data: &[u8]) {
        Representative::update(self, data);
    }
}

impl<H: Hash> Message<H> {
    pub(crate) fn whole() -> Self {
        Self::Whole(Secret::default())
    }

    /// Bytes to book for what is allocated now, and the hash that it may go over to.
    pub(crate) fn held(&self) -> usize {
        let whole = if let Self::Whole(message) = self { message.capacity() } else { 0 };
        whole + H::HELD + ALLOCATION
    }

    /// Books `len` more bytes. A message of more than `longest` bytes, or that the guest has no room for, goes over to the hash of `begin`.
    pub(crate) fn admit(&mut self, len: usize, longest: usize, begin: impl FnOnce() -> H, account: &mut Account<'_>) {
        if let Self::Whole(message) = self {
            let is_short = message.len().checked_add(len).is_some_and(|all| all <= longest);
            if !is_short || account.gather(message, len).is_err() {
                let mut hash = begin();
                hash.update(message);
                account.release(message);
                *self = Self::Hashed(hash);
            }
        }
    }

    /// Takes in data that was admitted, or a piece of it.
    pub(crate) fn update(&mut self, data: &[u8]) {
        match self {
            Self::Whole(message) => message.extend_from_slice(data),
            Self::Hashed(hash) => hash.update(data),
        }
    }
}
