//! The message of a signature: kept whole while it is short, hashed when it gets long.
//!
//! The fastest library signs whole messages only. So that no message is too long, and none is gathered in memory without bound,
//! long ones are hashed as they come and signed through the library that takes digests.

use crate::backend::digest::{self, Context};
use crate::limits::Account;
use crate::secret::Secret;

/// Messages longer than this are hashed as they come.
const LONG: usize = 64 << 10;

#[derive(Clone)]
pub(crate) enum Message {
    Whole(Secret),
    Hashed(Context),
}

impl Message {
    pub(crate) fn whole() -> Self {
        Self::Whole(Secret::default())
    }

    pub(crate) fn hashed(digest: &'static digest::Algorithm) -> Self {
        Self::Hashed(Context::new(digest))
    }

    /// Adds data; a message that gets long, or that the guest has no room for, goes over to `digest`.
    pub(crate) fn update(&mut self, data: &[u8], digest: &'static digest::Algorithm, account: &mut Account<'_>) {
        match self {
            Self::Whole(message) => {
                let (had, more) = (message.len(), data.len());
                if had + more <= LONG && account.gather_after(had, more).is_ok() {
                    message.extend_from_slice(data);
                } else {
                    let mut context = Context::new(digest);
                    context.update(message);
                    context.update(data);
                    account.release(had);
                    *self = Self::Hashed(context);
                }
            }
            Self::Hashed(context) => context.update(data),
        }
    }
}
