//! The secrets manager: the way to managed keys and secrets.

use std::sync::Arc;

use crate::errno::Errno;
use crate::managed::{ManagedKeys, OpenManager};
use crate::ops::{Bytes, Objects};
use crate::options::OptionSet;
use crate::secrets::{Identifier, Kind, Version};

/// `unsupported_feature` if the context was given no secrets manager. There are no options: a set with values is an
/// `unsupported_option`.
pub(crate) fn secrets_manager_open(objects: &mut impl Objects, options: Option<u32>) -> Result<u32, Errno> {
    let has_options = match options {
        Some(options) => objects.look(options, |options: &OptionSet, _| Ok(!options.is_empty()))?,
        None => false,
    };
    let keys = objects.managed_keys().ok_or(Errno::UnsupportedFeature)?;
    if has_options {
        return Err(Errno::UnsupportedOption);
    }
    objects.insert(OpenManager(keys))
}

/// Keys that were loaded go on working.
pub(crate) fn secrets_manager_close(objects: &mut impl Objects, manager: u32) -> Result<(), Errno> {
    objects.close::<OpenManager>(manager)
}

/// Versions of a key or secret that are to be revoked.
pub(crate) struct Revocation {
    keys: Arc<ManagedKeys>,
    kinds: &'static [Kind],
    identifier: Identifier,
    version: Version,
}

impl Revocation {
    /// `not_found` for what is no identifier.
    pub(crate) fn admit(
        objects: &mut impl Objects,
        manager: u32,
        kinds: &'static [Kind],
        identifier: impl Bytes,
        version: u64,
    ) -> Result<Self, Errno> {
        let keys = keys_of(objects, manager)?;
        Ok(Self { keys, kinds, identifier: identifier_of(identifier)?, version: Version::from_interface(version) })
    }

    /// `not_found` if there is none that is not revoked.
    pub(crate) fn run(self) -> Result<(), Errno> {
        self.keys.revoke(self.kinds, &self.identifier, self.version)
    }
}

/// What an open manager gives access to.
pub(super) fn keys_of(objects: &mut impl Objects, manager: u32) -> Result<Arc<ManagedKeys>, Errno> {
    objects.look(manager, |manager: &OpenManager, _| Ok(manager.0.clone()))
}

/// `not_found` for what is no identifier: it has another length than all that there are.
pub(super) fn identifier_of(bytes: impl Bytes) -> Result<Identifier, Errno> {
    Identifier::from_bytes(&bytes.get_at_most(Identifier::LEN)).ok_or(Errno::NotFound)
}
