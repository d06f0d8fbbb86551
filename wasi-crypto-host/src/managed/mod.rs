//! Keys that the host keeps for the guest of a context: the guest uses them by handles and by identifiers, under the
//! policy of their namespace.

pub(crate) mod key;
mod kind;
mod revoked;

pub(crate) use kind::Manageable;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::allowed::AllowedAlgorithms;
use crate::errno::Errno;
use crate::held::Held;
use crate::managed::key::{ManagedKey, errno};
use crate::managed::revoked::Revoked;
use crate::origin::Origin;
use crate::secrets::{Header, Identifier, Kind, Loaded, Namespace, NewRecord, Version};

/// The namespace of a context, and what its guest has revoked there. All that asks the namespace may take as long as
/// its store does.
pub(crate) struct ManagedKeys {
    pub(crate) namespace: Namespace,
    /// The algorithms that the guest may have, whoever put keys of them in.
    allowed: AllowedAlgorithms,
    /// Of the keys that the guest has handles of.
    revoked: Mutex<HashMap<Identifier, Weak<Revoked>>>,
}

impl ManagedKeys {
    pub(crate) fn new(namespace: Namespace, allowed: AllowedAlgorithms) -> Arc<Self> {
        Arc::new(Self { namespace, allowed, revoked: Mutex::default() })
    }

    /// Keeps a key under a new identifier, and returns what its handle has to know.
    pub(crate) fn create(self: &Arc<Self>, new: NewRecord<'_>) -> Result<Origin, Errno> {
        let header = self.namespace.create(new).map_err(errno)?;
        let revoked = self.revoked_of(&header.identifier);
        Ok(self.origin(header, revoked))
    }

    /// Keeps a key as the next version of another one.
    pub(crate) fn replace(self: &Arc<Self>, old: &ManagedKey, new: NewRecord<'_>) -> Result<Origin, Errno> {
        let header = self.namespace.replace(&old.header.identifier, new).map_err(errno)?;
        Ok(self.origin(header, old.revoked.clone()))
    }

    /// Loads a key of which no more than `most` bytes are sealed. `unsupported_algorithm` if the guest may not have its algorithm.
    pub(crate) fn load<K: Manageable>(
        self: &Arc<Self>,
        identifier: &Identifier,
        version: Version,
        most: usize,
    ) -> Result<Loaded<Held<K>>, Errno> {
        // Before it is loaded: so a thread that revokes it meanwhile reaches this handle, too.
        let revoked = self.revoked_of(identifier);
        let opened = match self.namespace.load_within(K::KIND, identifier, version, most).map_err(errno)? {
            Loaded::Is(opened) => opened,
            Loaded::Longer(len) => return Ok(Loaded::Longer(len)),
        };
        if !self.allowed.allows(&opened.header().algorithm) {
            return Err(Errno::UnsupportedAlgorithm);
        }
        let was_prepared = opened.is_prepared();
        let held = K::from_opened(&opened, self.origin(opened.header().clone(), revoked))?;
        if opened.is_prepared() != was_prepared {
            self.namespace.count_prepared(&opened);
        }
        Ok(Loaded::Is(held))
    }

    /// Revokes versions of a key or secret, which handles of this context heed at once.
    pub(crate) fn revoke(&self, kinds: &[Kind], identifier: &Identifier, version: Version) -> Result<(), Errno> {
        let versions = self.namespace.revoke(kinds, identifier, version).map_err(errno)?;
        let revoked = self.lock().get(identifier).and_then(Weak::upgrade);
        if let Some(revoked) = revoked {
            revoked.add(&versions);
        }
        Ok(())
    }

    fn origin(self: &Arc<Self>, header: Header, revoked: Arc<Revoked>) -> Origin {
        Origin::Managed(Arc::new(ManagedKey { namespace: self.namespace.clone(), header, revoked }))
    }

    /// What is known as revoked of a key, as long as somebody wants to know.
    fn revoked_of(&self, identifier: &Identifier) -> Arc<Revoked> {
        let mut all = self.lock();
        if let Some(revoked) = all.get(identifier).and_then(Weak::upgrade) {
            return revoked;
        }
        if all.len() == all.capacity() {
            all.retain(|_, revoked| revoked.strong_count() > 0);
        }
        let revoked = Arc::new(Revoked::default());
        all.insert(*identifier, Arc::downgrade(&revoked));
        revoked
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Identifier, Weak<Revoked>>> {
        // Nothing in here panics half-way.
        self.revoked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A secrets manager, as its handle holds it.
pub(crate) struct OpenManager(pub(crate) Arc<ManagedKeys>);

impl OpenManager {
    /// Bytes to book.
    pub(crate) fn held(&self) -> usize {
        0
    }
}
