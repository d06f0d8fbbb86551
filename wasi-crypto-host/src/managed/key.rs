//! What a handle knows of a key that the host keeps.

use std::fmt;
use std::sync::Arc;

use crate::booking::{ALLOCATION, COUNTS};
use crate::errno::Errno;
use crate::managed::revoked::Revoked;
use crate::secrets::{Header, Identifier, Namespace, SecretsError};

/// A version of a key that the guest has handles of.
pub(crate) struct ManagedKey {
    pub(super) namespace: Namespace,
    pub(super) header: Header,
    pub(super) revoked: Arc<Revoked>,
}

impl ManagedKey {
    /// Bytes to book for each object that has one: it, the name of its algorithm, and what is known as revoked, as if
    /// that were its own.
    pub(crate) const HELD: usize =
        size_of::<Self>() + COUNTS + ALLOCATION + 32 + ALLOCATION + size_of::<Revoked>() + COUNTS + ALLOCATION + 128;

    pub(crate) fn identifier(&self) -> &Identifier {
        &self.header.identifier
    }

    pub(crate) fn version(&self) -> u64 {
        self.header.version
    }

    /// `prohibited_operation` unless the namespace allows that it leaves the host, which is told and may be written
    /// down there.
    pub(crate) fn check_export(&self) -> Result<(), Errno> {
        self.namespace.check_export(&self.header).map_err(errno)
    }

    /// The same for a copy that stays in the host.
    pub(crate) fn check_copy(&self) -> Result<(), Errno> {
        self.namespace.check_copy(&self.header).map_err(errno)
    }

    /// `not_found` if the guest has revoked it; `expired` after its time, or `not_found` long after. Does not ask the
    /// store.
    pub(crate) fn check_use(&self) -> Result<(), Errno> {
        if self.revoked.contains(self.header.version) {
            return Err(Errno::NotFound);
        }
        self.namespace.check_expiry(&self.header).map_err(errno)
    }
}

impl fmt::Debug for ManagedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "version {} of {}", self.version(), self.identifier())
    }
}

impl PartialEq for ManagedKey {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.revoked, &other.revoked) && self.header == other.header
    }
}

impl Eq for ManagedKey {}

/// What the guest is told. The namespace has told its observer more.
pub(super) fn errno(error: SecretsError) -> Errno {
    error.errno()
}
