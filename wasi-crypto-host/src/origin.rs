//! Where a key comes from, and so what its guest may do with it.

use std::sync::Arc;

use crate::errno::Errno;
use crate::managed::key::ManagedKey;

/// Where the secret of a key object comes from. Whatever is made of the object with the same secret in it has the same
/// origin; a public key is the guest's, whoever has the secret one.
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
    /// Lets the secret leave the host as what `encode` makes of it. `prohibited_operation` if it must stay. Of a
    /// managed key this may take as long as its store does, which may write down that it left, or that somebody tried.
    pub(crate) fn export<T>(&self, encode: impl FnOnce() -> Result<T, Errno>) -> Result<T, Errno> {
        match self.check_copy().and_then(|()| encode()) {
            // What has no such encoding has not left.
            Err(errno) if errno != Errno::ProhibitedOperation => Err(errno),
            encoded => match self {
                Self::Managed(key) => key.check_export().and(encoded),
                Self::Guest | Self::Host { .. } => encoded,
            },
        }
    }

    /// To be asked before the secret goes to where another policy than this holds for it. `prohibited_operation` if it
    /// must stay.
    pub(crate) fn check_copy(&self) -> Result<(), Errno> {
        match self {
            Self::Guest | Self::Host { exportable: true } => Ok(()),
            Self::Host { exportable: false } => Err(Errno::ProhibitedOperation),
            Self::Managed(key) => key.check_copy(),
        }
    }

    /// To be asked before anything is computed with the secret, and before a state is opened that will. `expired`, or
    /// `not_found` if the guest has revoked the key.
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
        assert_eq!(kept.export(|| Ok(())), Err(Errno::ProhibitedOperation));
        assert_eq!(Origin::Host { exportable: true }.export(|| Ok(1)), Ok(1));
        assert_eq!(Origin::Guest.export(|| Ok(1)), Ok(1));
        assert_eq!(Origin::Guest.export(|| Err::<(), _>(Errno::UnsupportedEncoding)), Err(Errno::UnsupportedEncoding));
        assert_eq!(kept.check_use(), Ok(()));
    }
}
