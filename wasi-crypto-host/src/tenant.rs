//! Tenants: who shares places with others and is to leave them their part.

use std::sync::atomic::{AtomicU64, Ordering};

/// Those who have one namespace of a secrets manager, or all who have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tenant(u64);

impl Tenant {
    /// All who have no namespace.
    pub(crate) const NONE: Self = Self(0);

    /// One that there has never been.
    pub(crate) fn new() -> Self {
        static TENANTS: AtomicU64 = AtomicU64::new(1);
        Self(TENANTS.fetch_add(1, Ordering::Relaxed))
    }
}
