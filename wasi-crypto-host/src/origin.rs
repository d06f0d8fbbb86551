//! Where a key comes from, and so what its guest may do with it.

use std::sync::Arc;

use crate::errno::Errno;
use crate::managed::ManagedKey;

/// Where the secret of a key object comes from. Whatever is made of the object with the same secret in it has the same origin; a public
/// key is the guest's, whoever has the secret one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Imported, generated or derived by the guest.
    Guest,
    /// Put in by the embedder.
    Host { exportable: bool },
    /// Kept by the secrets manager.
    Managed(Arc<ManagedKey>),
}

impl Origin {
    /// To be asked before the secret leaves the host in any form. `prohibited_operation` if it must stay. Of a managed key this may take as long as
    /// its store does.
    pub(crate) fn check_export(&self) -> Result<(), Errno> {
        match self {
            Self::Managed(key) => key.check_export(),
            Self::Guest | Self::Host { .. } => self.check_copy(),
        }
    }

    /// To be asked before the secret goes to where another policy than this holds for it. `prohibited_operation` if it must stay.
    pub(crate) fn check_copy(&self) -> Result<(), Errno> {
        match self {
            Self::Guest | Self::Host { exportable: true } => Ok(()),
            Self::Host { exportable: false } => Err(Errno::ProhibitedOperation),
            Self::Managed(key) => key.check_copy(),
        }
    }

    /// To be asked before anything is computed with the secret, and before a state is opened that will. `expired`, or `not_found` if the
    /// guest has revoked the key.
    pub(crate) fn check_use(&self) -> Result<(), Errno> {
        match self {
            Self::Guest | Self::Host { .. } => Ok(()),
            Self::Managed(key) => key.check_use(),
        }
    }

    /// What the secrets manager knows of the key; none of one that it does not keep.
    pub(crate) fn managed(&self) -> Option<&ManagedKey> {
        if let Self::Managed(key) = self { Some(key) } else { None }
    }

    /// Bytes to book for each object with this origin.
    pub(crate) fn held(&self) -> usize {
        self.managed().map_or(0, |_| ManagedKey::HELD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_host_keeps_back_stays() {
        let kept = Origin::Host { exportable: false };
        assert_eq!(kept.check_export(), Err(Errno::ProhibitedOperation));
        assert_eq!(Origin::Host { exportable: true }.check_export(), Ok(()));
        assert_eq!(Origin::Guest.check_export(), Ok(()));
        assert_eq!(kept.check_use(), Ok(()));
    }
}
