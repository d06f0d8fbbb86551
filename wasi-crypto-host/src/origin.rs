//! Where a key comes from, and so what its guest may do with it.

use crate::errno::Errno;

/// Where the secret of a key object comes from. Whatever is made of the object with the same secret in it has the same origin; a public
/// key is the guest's, whoever has the secret one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Imported, generated or derived by the guest.
    Guest,
    /// Put in by the embedder.
    Host { exportable: bool },
}

impl Origin {
    /// To be asked before the secret leaves the host in any form, or goes to where another policy than this holds for it.
    /// `prohibited_operation` if it must stay.
    pub(crate) fn check_export(&self) -> Result<(), Errno> {
        match self {
            Self::Guest | Self::Host { exportable: true } => Ok(()),
            Self::Host { exportable: false } => Err(Errno::ProhibitedOperation),
        }
    }

    /// To be asked before anything is computed with the secret, and before a state is opened that will.
    pub(crate) fn check_use(&self) -> Result<(), Errno> {
        match self {
            Self::Guest | Self::Host { .. } => Ok(()),
        }
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
