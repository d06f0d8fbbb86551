//! Tenants: who shares places with others and is to leave them their part.

use std::sync::atomic::{AtomicU64, Ordering};

/// Guests that together have their turn among others in a [`JobPool`](crate::JobPool): all those of one customer, say, however many run at
/// a time. Each [`new`](Self::new) is another one; copies are the same.
///
/// Contexts that have one [namespace](crate::secrets::Namespace) of a secrets manager are one tenant, and all that have none are one,
/// unless [`WasiCryptoCtxBuilder::tenant`](crate::WasiCryptoCtxBuilder::tenant) says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tenant(u64);

impl Tenant {
    /// All who have no namespace.
    pub(crate) const NONE: Self = Self(0);

    /// One that there has never been.
    #[expect(clippy::new_without_default, reason = "each is another one")]
    pub fn new() -> Self {
        static TENANTS: AtomicU64 = AtomicU64::new(1);
        Self(TENANTS.fetch_add(1, Ordering::Relaxed))
    }
}
