//! Managed key pairs and symmetric keys.
//!
//! What asks the store is a value with the three steps of every operation: `admit` and `commit` with the guest's
//! objects, and in between `run` without them, on whatever thread.

use std::sync::Arc;

use crate::booking::Booking;
use crate::errno::Errno;
use crate::handle::{Object, SLOT};
use crate::held::Held;
use crate::managed::key::ManagedKey;
use crate::managed::{Manageable, ManagedKeys};
use crate::objects::AnyHandle;
use crate::ops::secrets_manager::{identifier_of, keys_of};
use crate::ops::{Bytes, Objects};
use crate::options::OptionSet;
use crate::origin::Origin;
use crate::secret::Secret;
use crate::secrets::{Identifier, Loaded, NewRecord, Version};
use crate::stop::StopHandle;

/// A new key that is to be managed.
pub(crate) struct Generation<K: Manageable> {
    keys: Arc<ManagedKeys>,
    algorithm: &'static K::Algorithm,
    /// Bytes that the guest has room for.
    spare: usize,
}

impl<K: Manageable<Key: Clone>> Generation<K>
where
    Held<K>: Object<AnyHandle>,
{
    /// `invalid_handle` if the option set is for another type of algorithm; `prohibited_operation` if the namespace has
    /// no keys of this algorithm.
    pub(crate) fn admit(
        objects: &mut impl Objects,
        manager: u32,
        algorithm: &'static K::Algorithm,
        options: Option<u32>,
    ) -> Result<Self, Errno> {
        let keys = keys_of(objects, manager)?;
        let (algorithm_type, name) = K::describe(algorithm);
        if let Some(options) = options {
            objects.look(options, |options: &OptionSet, _| {
                if options.algorithm_type == algorithm_type { Ok(()) } else { Err(Errno::InvalidHandle) }
            })?;
        }
        objects.check_room(1)?;
        keys.namespace.check_algorithm(name).map_err(|error| error.errno())?;
        Ok(Self { keys, algorithm, spare: objects.spare().bytes })
    }

    /// Whether [`generate`](Self::generate) computes for long enough to be worth a thread for that.
    pub(crate) fn is_slow(&self) -> bool {
        K::generates_slowly(self.algorithm)
    }

    /// A key of the algorithm. `in_progress` if it was stopped.
    pub(crate) fn generate(&self, stop: &StopHandle) -> Result<K::Key, Errno> {
        K::generate(self.algorithm, stop)
    }

    /// Keeps the key. `overflow` if the guest has no room for it.
    pub(crate) fn keep(&self, key: K::Key) -> Result<Held<K>, Errno> {
        let mut held = Held::<K>::by_guest(self.algorithm, key);
        if SLOT + ManagedKey::HELD + held.held() + held.booked().1 > self.spare {
            return Err(Errno::Overflow);
        }
        let (canonical, name) = (K::to_canonical(&held)?, K::describe(self.algorithm).1);
        held.origin = self.keys.create(K::record(name, &canonical))?;
        Ok(held)
    }

    /// A handle of the new key. If other threads have left no room for it, why, and the key to be [revoked](Self::revoke).
    pub(crate) fn commit(self, objects: &mut impl Objects, held: Held<K>) -> Result<u32, (Errno, Self, Origin)> {
        let origin = held.origin.clone();
        objects.insert(held).map_err(|errno| (errno, self, origin))
    }

    /// Revokes what no handle was given out for. If that cannot be helped, the operator sees it.
    pub(crate) fn revoke(&self, origin: &Origin) {
        if let Some(key) = origin.managed() {
            _ = self.keys.revoke(&[K::KIND], key.identifier(), Version::All);
        }
    }
}

/// A key of the guest that is to be managed from now on.
pub(crate) struct Storage<K: Manageable> {
    keys: Arc<ManagedKeys>,
    handle: u32,
    copy: KeyCopy<K>,
}

impl<K: Manageable<Key: Clone>> Storage<K>
where
    Held<K>: Object<AnyHandle>,
{
    /// `overflow` if the identifier does not fit into `room` bytes; `prohibited_operation` for a key that may not be
    /// elsewhere.
    pub(crate) fn admit(objects: &mut impl Objects, manager: u32, handle: u32, room: usize) -> Result<Self, Errno> {
        let keys = keys_of(objects, manager)?;
        let held = held_of::<K>(objects, handle)?;
        if room < Identifier::LEN {
            return Err(Errno::Overflow);
        }
        Ok(Self { keys, handle, copy: KeyCopy::admit(objects, held)? })
    }

    pub(crate) fn run(&self) -> Result<Origin, Errno> {
        let canonical = K::to_canonical(&self.copy.held)?;
        self.keys.create(self.copy.record(&canonical))
    }

    /// The handle becomes that of the managed key, whose identifier this returns.
    pub(crate) fn commit(self, objects: &mut impl Objects, origin: Origin) -> Result<Identifier, Errno> {
        let identifier = *origin.managed().ok_or(Errno::InternalError)?.identifier();
        self.copy.become_managed(objects, self.handle, origin);
        Ok(identifier)
    }
}

/// A key that is to be the next version of a managed one.
pub(crate) struct Replacement<K: Manageable> {
    keys: Arc<ManagedKeys>,
    old: (u32, Origin),
    new: u32,
    copy: KeyCopy<K>,
}

impl<K: Manageable<Key: Clone>> Replacement<K>
where
    Held<K>: Object<AnyHandle>,
{
    /// `unsupported_feature` if the old key is not managed, `incompatible_keys` if the new one is of another algorithm;
    /// `prohibited_operation` if it may not be elsewhere.
    pub(crate) fn admit(objects: &mut impl Objects, manager: u32, old: u32, new: u32) -> Result<Self, Errno> {
        let keys = keys_of(objects, manager)?;
        let (old_key, new_key) = (held_of::<K>(objects, old)?, held_of::<K>(objects, new)?);
        old_key.origin.managed().ok_or(Errno::UnsupportedFeature)?;
        if !std::ptr::eq(old_key.algorithm, new_key.algorithm) {
            return Err(Errno::IncompatibleKeys);
        }
        Ok(Self { keys, old: (old, old_key.origin), new, copy: KeyCopy::admit(objects, new_key)? })
    }

    pub(crate) fn run(&self) -> Result<Origin, Errno> {
        let old = self.old.1.managed().ok_or(Errno::InternalError)?;
        let canonical = K::to_canonical(&self.copy.held)?;
        self.keys.replace(old, self.copy.record(&canonical))
    }

    /// The new handle becomes that of the new version, whose number this returns; the old one is closed.
    pub(crate) fn commit(self, objects: &mut impl Objects, origin: Origin) -> Result<u64, Errno> {
        let version = origin.managed().ok_or(Errno::InternalError)?.version();
        self.copy.become_managed(objects, self.new, origin);
        // If another thread has done so first, that is as good.
        _ = objects.close::<Held<K>>(self.old.0);
        Ok(version)
    }
}

/// A managed key or secret that is to be loaded.
pub(crate) struct Loading {
    pub(super) keys: Arc<ManagedKeys>,
    pub(super) identifier: Identifier,
    pub(super) version: Version,
    /// The most bytes that may be sealed.
    pub(super) most: usize,
    /// For all copies but the last.
    copies: Booking,
    /// For the last, of which the guest then gets one of its own.
    opened: Booking,
}

/// What is loaded is in memory so often besides what the guest gets: as the store gives it, and opened.
const LOADED_COPIES: usize = 2;

/// So much is sealed of all keys but very long ones of MACs, in bytes. For more, room is made when it is known.
const USUALLY_SEALED: usize = 16 << 10;

impl Loading {
    /// `not_found` for what is no identifier.
    pub(crate) fn admit(
        objects: &mut impl Objects,
        manager: u32,
        identifier: impl Bytes,
        version: u64,
    ) -> Result<Self, Errno> {
        let keys = keys_of(objects, manager)?;
        objects.check_room(1)?;
        let identifier = identifier_of(identifier)?;
        let most = USUALLY_SEALED.min(objects.spare().bytes / (LOADED_COPIES + 1));
        let (copies, opened) = Self::book(objects, most)?;
        Ok(Self { keys, identifier, version: Version::from_interface(version), most, copies, opened })
    }

    /// The same for what is longer. `overflow` if the guest has no room for it.
    pub(crate) fn of_longer(self, objects: &mut impl Objects, most: usize) -> Result<Self, Errno> {
        let Self { keys, identifier, version, copies, opened, .. } = self;
        drop((copies, opened));
        let (copies, opened) = Self::book(objects, most)?;
        Ok(Self { keys, identifier, version, most, copies, opened })
    }

    fn book(objects: &mut impl Objects, most: usize) -> Result<(Booking, Booking), Errno> {
        Ok((objects.reserve(LOADED_COPIES.saturating_mul(most))?, objects.reserve(most)?))
    }

    /// Loads a key.
    pub(crate) fn run<K: Manageable>(&self) -> Result<Loaded<Held<K>>, Errno> {
        self.keys.load(&self.identifier, self.version, self.most)
    }

    /// Lets `insert` take in what was loaded.
    pub(crate) fn commit(self, insert: impl FnOnce() -> Result<u32, Errno>) -> Result<u32, Errno> {
        let Self { copies, opened: _opened, .. } = self;
        drop(copies);
        insert()
    }
}

/// The identifier and the version of a key; nothing and [`Version::UNSPECIFIED`] of one that is not managed.
pub(crate) fn key_id<K: Manageable>(objects: &mut impl Objects, key: u32) -> Result<(Option<Identifier>, u64), Errno>
where
    Held<K>: Object<AnyHandle>,
{
    objects.look(key, |key: &Held<K>, _| {
        let unmanaged = (None, Version::UNSPECIFIED);
        Ok(key.origin.managed().map_or(unmanaged, |key| (Some(*key.identifier()), key.version())))
    })
}

/// A key on its way to the store.
struct KeyCopy<K: Manageable> {
    held: Held<K>,
    /// For the copies that are made, and for what its object then has to know.
    _room: Booking,
}

impl<K: Manageable<Key: Clone>> KeyCopy<K>
where
    Held<K>: Object<AnyHandle>,
{
    fn admit(objects: &mut impl Objects, held: Held<K>) -> Result<Self, Errno> {
        held.origin.check_copy()?;
        let _room = objects.reserve(COPIES * K::chosen_len(&held) + ManagedKey::HELD)?;
        Ok(Self { held, _room })
    }

    fn record<'a>(&'a self, canonical: &'a Secret) -> NewRecord<'a> {
        K::record(K::describe(self.held.algorithm).1, canonical).imported()
    }

    /// Gives the handle of the key another origin. If another thread has closed it, there is nothing to do; not even if
    /// the handle's number has come back since, for a key that may be kept more strictly.
    fn become_managed(self, objects: &mut impl Objects, handle: u32, origin: Origin) {
        let Self { held, _room } = self;
        drop(_room);
        _ = objects.change(handle, |key: &mut Held<K>, account| {
            if !key.is_same_key(&held) {
                return Err(Errno::InvalidHandle);
            }
            let more = origin.held() - key.origin.held();
            *account.held += more;
            *account.total += more;
            key.origin = origin;
            Ok(())
        });
    }
}

/// A secret is in memory so often while it is stored: in its encoding, sealed, and as the store writes it.
const COPIES: usize = 3;

/// The key is cloned, and shared: nothing stays borrowed while it is worked with.
fn held_of<K: Manageable<Key: Clone>>(objects: &mut impl Objects, handle: u32) -> Result<Held<K>, Errno>
where
    Held<K>: Object<AnyHandle>,
{
    objects.look(handle, |key: &Held<K>, _| Ok(key.clone()))
}
