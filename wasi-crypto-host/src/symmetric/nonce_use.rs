//! One encryption under one nonce.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::booking::{ALLOCATION, COUNTS};
use crate::errno::Errno;

/// Whether a state or a clone of it has encrypted under its nonce. Most states are never cloned and share nothing.
#[derive(Default)]
pub(crate) struct NonceUse {
    own: bool,
    /// Takes the place of `own` from the first clone on.
    shared: OnceLock<Arc<AtomicBool>>,
}

impl NonceUse {
    /// Bytes to book for what clones share.
    pub(crate) const HELD: usize = COUNTS + size_of::<AtomicBool>() + ALLOCATION;

    /// `nonce_required` if it is over.
    pub(crate) fn check(&self) -> Result<(), Errno> {
        let is_over = self.shared.get().map_or(self.own, |shared| shared.load(Ordering::Relaxed));
        if is_over { Err(Errno::NonceRequired) } else { Ok(()) }
    }

    /// Ends it. `nonce_required` if it was over.
    pub(crate) fn end(&mut self) -> Result<(), Errno> {
        let was_over = match self.shared.get() {
            Some(shared) => shared.swap(true, Ordering::Relaxed),
            None => std::mem::replace(&mut self.own, true),
        };
        if was_over { Err(Errno::NonceRequired) } else { Ok(()) }
    }
}

impl Clone for NonceUse {
    fn clone(&self) -> Self {
        let shared = self.shared.get_or_init(|| Arc::new(AtomicBool::new(self.own)));
        Self { own: false, shared: OnceLock::from(Arc::clone(shared)) }
    }
}
