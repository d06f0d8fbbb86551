//! What is done with the keys and secrets of one namespace.

mod encapsulation;
mod loading;
mod new_record;
mod oversight;
mod renewal;

pub use encapsulation::OpenedSecret;
pub(crate) use loading::Loaded;
pub use new_record::NewRecord;
pub use oversight::Check;
pub use renewal::Renewed;

use std::sync::Arc;

use crate::secret::Secret;
use crate::secrets::cache::Cache;
use crate::secrets::changes::Change;
use crate::secrets::key_ring::{KeyRing, Known, KnownRing};
use crate::secrets::open_store::OpenStore;
use crate::secrets::store::{NamespaceRow, Transaction};
use crate::secrets::{
    Action, Entry, Header, Identifier, Kind, Policy, Record, SecretsError, SecretsEvent, State, Version, trail,
};
use crate::tenant::Tenant;

/// The keys and secrets of one guest, or of several that share them, under a policy. Clones are the same namespace,
/// each with a policy and a label of its own. Its operations ask the store, and so may take long.
#[derive(Clone)]
pub struct Namespace {
    shared: Arc<Shared>,
    policy: Arc<Policy>,
    who: Arc<str>,
}

/// What all that have a namespace of one manager share.
pub(crate) struct Shared {
    manager: Arc<OpenStore>,
    name: String,
    ring: KnownRing,
    cache: Cache,
    tenant: Tenant,
}

impl Shared {
    pub(crate) fn new(manager: Arc<OpenStore>, name: &str, cache: Cache) -> Self {
        Self { manager, name: name.to_owned(), ring: KnownRing::default(), cache, tenant: Tenant::new() }
    }

    /// The keys of the namespace as they are known here; it is made if it is not there. Not to be asked for in a change: the first
    /// time, it asks the store.
    fn known_keys(&self) -> Result<Known, SecretsError> {
        match self.ring.get() {
            Some(known) => Ok(known),
            None => Ok(self.ring.learn(self.manager.keys(&self.name)?)),
        }
    }

    /// The same of a namespace that is there.
    fn known_keys_if_there(&self) -> Result<Option<Known>, SecretsError> {
        if self.ring.get().is_none() && self.manager.store.namespace(&self.name)?.is_none() {
            return Ok(None);
        }
        self.known_keys().map(Some)
    }

    /// The keys as the store has them now; the namespace is made if it is not there. `DamagedNamespace` if they are not those
    /// that are known here, or those and later ones: keys are never taken away or exchanged. A root key that only others have is needed
    /// only if they have renewed the keys, too.
    fn newest_keys(&self) -> Result<Known, SecretsError> {
        self.keys_in_store(false)
    }

    /// The same; or, if that is asked for, none that are known to be the newest ones only because there are not more.
    fn keys_in_store(&self, unwrapped: bool) -> Result<Known, SecretsError> {
        // Before the store is asked, as another thread may learn of more meanwhile.
        let known = self.ring.get();
        let (known, row) = match (known, self.manager.store.namespace(&self.name)?) {
            (_, None) => return self.known_keys(),
            (None, Some(row)) => return Ok(self.ring.learn(Known::new(self.manager.ring(&self.name, &row)?, &row))),
            (Some(known), Some(row)) => (known, row),
        };
        if known.is_in(&row) && (known.is_unwrapped() || !unwrapped) {
            return Ok(known);
        }
        if known.ring.newest_number() > row.newest_key {
            return Err(self.damaged());
        }
        match self.manager.ring(&self.name, &row) {
            Ok(ring) if ring.continues(&known.ring) => Ok(self.ring.learn(Known::new(ring, &row))),
            Ok(_) => Err(self.damaged()),
            Err(SecretsError::OtherRootKey { .. }) if known.ring.newest_number() == row.newest_key && !unwrapped => {
                Ok(self.ring.learn(known.wrapped_anew(&row)))
            }
            Err(error) => Err(error),
        }
    }

    /// Keys among which that with this number is, if there is one.
    fn keys_with(&self, number: u32) -> Result<Option<Arc<KeyRing>>, SecretsError> {
        let Some(known) = self.known_keys_if_there()? else { return Ok(None) };
        let known = if number > known.ring.newest_number() { self.newest_keys()? } else { known };
        Ok(Some(known.ring))
    }

    /// Keys by which to open a record that this one has sealed. An older one than is known may no longer do.
    fn keys_for_record(&self, number: u32) -> Result<Option<Arc<KeyRing>>, SecretsError> {
        let Some(known) = self.known_keys_if_there()? else { return Ok(None) };
        let known = if number == known.ring.newest_number() { known } else { self.keys_in_store(true)? };
        Ok(Some(known.ring))
    }

    fn damaged(&self) -> SecretsError {
        SecretsError::DamagedNamespace(self.name.clone())
    }

    /// Opens a record.
    fn open(&self, record: &Record) -> Result<Secret, SecretsError> {
        let Entry { header, sealed_by, .. } = &record.entry;
        match self.keys_for_record(*sealed_by)?.as_ref().and_then(|ring| ring.for_records(*sealed_by)) {
            Some(key) => header.open(&self.name, key, &record.sealed),
            None => Err(header.damaged(&self.name)),
        }
    }
}

impl Namespace {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, policy: Arc::default(), who: Arc::from("") }
    }

    /// The same namespace under another policy.
    pub fn policy(self, policy: Policy) -> Self {
        Self { policy: Arc::new(policy), ..self }
    }

    /// The same namespace for somebody of whom events and the audit trail are to speak by this label.
    pub fn who(self, label: &str) -> Self {
        Self { who: Arc::from(label), ..self }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Whom it belongs to: all who have it of this manager.
    pub(crate) fn tenant(&self) -> Tenant {
        self.shared.tenant
    }

    /// The time by which its keys expire, in seconds since 1970.
    pub fn now(&self) -> u64 {
        self.shared.manager.clock.now()
    }

    /// Whether a key of this algorithm may be made or stored; to be asked before one is generated.
    pub fn check_algorithm(&self, algorithm: &str) -> Result<(), SecretsError> {
        if self.policy.allows_algorithm(algorithm) { Ok(()) } else { Err(SecretsError::Prohibited("this algorithm")) }
    }

    /// Whether a key may leave the host. What does leave is told to the observer and the audit trail.
    pub fn check_export(&self, header: &Header) -> Result<(), SecretsError> {
        let allowed = self.policy.allows_export(header.imported);
        let result = if allowed { Ok(()) } else { Err(SecretsError::Prohibited("that a key is exported")) };
        self.told(Action::Export, Some(header.identifier), Some(header.version), self.now(), result)
    }

    /// The same for a copy that stays in the host, and comes under a policy that may change; which nobody is told.
    pub(crate) fn check_copy(&self, header: &Header) -> Result<(), SecretsError> {
        let allowed = self.policy.allows_export(header.imported);
        if allowed { Ok(()) } else { Err(SecretsError::Prohibited("that a key is stored again")) }
    }

    /// Whether a key that was loaded may still be used for something new. `Expired` if it has expired, `NotFound` if
    /// that is longer ago than it is kept. Does not ask the store.
    pub fn check_expiry(&self, header: &Header) -> Result<(), SecretsError> {
        // To ask for the time takes longer than all else here, on some machines as long as a system call.
        if header.expires.is_none() { Ok(()) } else { self.check_expiry_at(header, self.now()) }
    }

    /// Puts in a key or secret under a new identifier, with version 1, durably. Returns what it is known by.
    pub fn create(&self, new: NewRecord<'_>) -> Result<Header, SecretsError> {
        let now = self.now();
        let result = self.try_create(&new, now);
        self.told(Action::Create, result.as_ref().ok().map(|made| made.identifier), Some(1), now, result)
    }

    /// Adds a version to a key or secret, durably, and returns what it is known by. Versions before it stay as they
    /// are. `NotFound` if there is nothing of this identifier and kind, `IncompatibleKeys` if it is of another
    /// algorithm.
    pub fn replace(&self, identifier: &Identifier, new: NewRecord<'_>) -> Result<Header, SecretsError> {
        let now = self.now();
        let result = self.try_replace(identifier, &new, now);
        let version = result.as_ref().ok().map(|made| made.version);
        self.told(Action::Replace, Some(*identifier), version, now, result)
    }

    /// Revokes one version of a key or secret of these kinds, the latest, or all of them, durably. Returns which.
    /// `NotFound` if there is none that is not revoked.
    pub fn revoke(&self, kinds: &[Kind], identifier: &Identifier, version: Version) -> Result<Vec<u64>, SecretsError> {
        let now = self.now();
        let result = if self.policy.allows_revocation() {
            let work = |_: &KeyRing, change: &mut Change<'_>| change.revoke(identifier, kinds, version);
            self.on_versions(Action::Revoke, identifier, now, work)
        } else {
            Err(SecretsError::Prohibited("that a version is revoked"))
        };
        self.shared.cache.forget(identifier);
        let version = result.as_ref().ok().and_then(|versions| one(versions));
        self.told(Action::Revoke, Some(*identifier), version, now, result)
    }

    /// Sets when versions of a key or secret of these kinds expire, in seconds since 1970, durably; for operators.
    /// `None` is never. Returns which.
    pub fn expire(
        &self,
        kinds: &[Kind],
        identifier: &Identifier,
        version: Version,
        at: Option<u64>,
    ) -> Result<Vec<u64>, SecretsError> {
        let now = self.now();
        let result = self.on_versions(Action::Expire, identifier, now, |ring, change| {
            change.on_versions(identifier, kinds, version, |to, entry| {
                let record = to.read(identifier, entry.header.version)?.ok_or(SecretsError::NotFound)?;
                self.with_expiry(ring, &record, at)
            })
        });
        let version = result.as_ref().ok().and_then(|versions| one(versions));
        self.told(Action::Expire, Some(*identifier), version, now, result)
    }

    /// The same with nothing in memory, as another process has it.
    #[cfg(test)]
    pub(crate) fn reopened(&self) -> Self {
        let Shared { manager, name, .. } = &*self.shared;
        Self { shared: Arc::new(Shared::new(manager.clone(), name, Cache::new(16, 1 << 20))), ..self.clone() }
    }

    /// Whether both have the same key and cache in memory.
    #[cfg(test)]
    pub(crate) fn shares_memory_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    fn try_create(&self, new: &NewRecord<'_>, now: u64) -> Result<Header, SecretsError> {
        self.admit(new)?;
        let identifier = Identifier::random().map_err(|_| SecretsError::Random)?;
        self.shared.known_keys()?;
        let mut made = None;
        self.change(|ring, row, to| {
            let record = self.sealed(ring, new, identifier, 1, now)?;
            let mut change = Change::begin(to, row, &self.policy, now)?;
            change.create(&record)?;
            made = Some(record.entry.header);
            self.keep(ring, Action::Create, identifier, Some(1), now, change.finish()?)
        })
        .map_err(|error| match error {
            // Its key is here, and its row has been taken away.
            SecretsError::NotFound => self.shared.damaged(),
            other => other,
        })?;
        made.ok_or(SecretsError::Internal("nothing was made"))
    }

    fn try_replace(&self, identifier: &Identifier, new: &NewRecord<'_>, now: u64) -> Result<Header, SecretsError> {
        self.admit(new)?;
        let mut made = None;
        self.change(|ring, row, to| {
            let mut change = Change::begin(to, row, &self.policy, now)?;
            let version = change.replace(identifier, new.kind, new.algorithm, |version| {
                let record = self.sealed(ring, new, *identifier, version, now)?;
                made = Some(record.entry.header.clone());
                Ok(record)
            })?;
            self.keep(ring, Action::Replace, *identifier, Some(version), now, change.finish()?)
        })?;
        made.ok_or(SecretsError::Internal("no version was made"))
    }

    fn check_expiry_at(&self, header: &Header, now: u64) -> Result<(), SecretsError> {
        match header.expires {
            Some(expires) if self.policy.keep_until(expires) <= now => Err(SecretsError::NotFound),
            Some(expires) if expires <= now => Err(SecretsError::Expired),
            _ => Ok(()),
        }
    }

    /// Whether the policy allows it at all.
    fn admit(&self, new: &NewRecord<'_>) -> Result<(), SecretsError> {
        if new.kind == Kind::Secret {
            return Ok(());
        }
        self.check_algorithm(new.algorithm)?;
        if new.imported && !self.policy.allows_import() {
            return Err(SecretsError::Prohibited("that keys from outside are stored"));
        }
        Ok(())
    }

    fn sealed(
        &self,
        ring: &KeyRing,
        new: &NewRecord<'_>,
        identifier: Identifier,
        version: u64,
        now: u64,
    ) -> Result<Record, SecretsError> {
        let expires = if new.kind == Kind::Secret { new.expires } else { self.policy.expiry(now, new.expires) };
        let header = Header {
            identifier,
            version,
            kind: new.kind,
            algorithm: new.algorithm.to_owned(),
            imported: new.imported,
            created: storable(now),
            expires: expires.map(storable),
        };
        self.record(ring, header, new.bytes)
    }

    fn record(&self, ring: &KeyRing, header: Header, bytes: &[u8]) -> Result<Record, SecretsError> {
        let sealed = header.seal(&self.shared.name, &ring.newest().records, bytes)?;
        let keep_until = header.expires.map(|expires| self.policy.keep_until(expires));
        let (sealed_len, sealed_by) = (sealed.len() as u64, ring.newest_number());
        let entry = Entry { header, state: State::Active, keep_until, sealed_len, sealed_by };
        Ok(Record { entry, sealed })
    }

    fn with_expiry(&self, ring: &KeyRing, record: &Record, at: Option<u64>) -> Result<Record, SecretsError> {
        let header = &record.entry.header;
        if header.kind == Kind::Secret && at.is_none() {
            return Err(SecretsError::Prohibited("secrets without an end"));
        }
        // In a change, where the ring has all keys that there are.
        let key = ring.for_records(record.entry.sealed_by).ok_or_else(|| header.damaged(&self.shared.name))?;
        let bytes = header.open(&self.shared.name, key, &record.sealed)?;
        self.record(ring, Header { expires: at.map(storable), ..header.clone() }, &bytes)
    }

    fn on_versions(
        &self,
        action: Action,
        identifier: &Identifier,
        now: u64,
        work: impl Fn(&KeyRing, &mut Change<'_>) -> Result<Vec<u64>, SecretsError>,
    ) -> Result<Vec<u64>, SecretsError> {
        let mut versions = Vec::new();
        self.change(|ring, row, to| {
            let mut change = Change::begin(to, row, &self.policy, now)?;
            versions = work(ring, &mut change)?;
            self.keep(ring, action, *identifier, one(&versions), now, change.finish()?)
        })?;
        Ok(versions)
    }

    /// Changes the namespace, with all its keys and its row; `NotFound` if it is not there.
    fn change(
        &self,
        mut work: impl FnMut(&KeyRing, NamespaceRow, &mut dyn Transaction) -> Result<(), SecretsError>,
    ) -> Result<(), SecretsError> {
        let mut known = self.shared.known_keys_if_there()?.ok_or(SecretsError::NotFound)?;
        for _ in 0..ATTEMPTS {
            let mut is_outdated = false;
            let result = self.shared.manager.store.change(&self.shared.name, &mut |to| {
                // None if somebody took the namespace away.
                let row = to.namespace()?.ok_or(SecretsError::NotFound)?;
                is_outdated = !known.is_in(&row);
                if is_outdated { Err(self.shared.damaged()) } else { work(&known.ring, row, to) }
            });
            if !is_outdated {
                return result;
            }
            // Not in the change, for which others wait: the root key may be far away.
            known = self.shared.newest_keys()?;
        }
        Err(SecretsError::Internal("the keys of the namespace are wrapped anew all the time"))
    }

    /// Adds what was done to the audit trail, together with the change itself.
    fn keep(
        &self,
        ring: &KeyRing,
        action: Action,
        identifier: Identifier,
        version: Option<u64>,
        when: u64,
        to: &mut dyn Transaction,
    ) -> Result<(), SecretsError> {
        self.keep_event(ring, &self.event(action, Some(identifier), version, when, None), to)
    }

    fn keep_event(
        &self,
        ring: &KeyRing,
        event: &SecretsEvent<'_>,
        to: &mut dyn Transaction,
    ) -> Result<(), SecretsError> {
        let keeps = self.shared.manager.trail.keeps(event);
        if keeps { trail::add(&ring.newest().trail, event, to) } else { Ok(()) }
    }

    /// Tells of an operation that is over, and hands on its result. What is to be in the audit trail and cannot be was
    /// not done.
    fn told<T>(
        &self,
        action: Action,
        identifier: Option<Identifier>,
        version: Option<u64>,
        when: u64,
        result: Result<T, SecretsError>,
    ) -> Result<T, SecretsError> {
        let OpenStore { observer, trail, .. } = &*self.shared.manager;
        let event = self.event(action, identifier, version, when, result.as_ref().err());
        let kept_with_the_change = event.error.is_none() && action.is_change();
        let kept = if trail.keeps(&event) && !kept_with_the_change {
            self.shared
                .known_keys()
                .and_then(|_| self.change(|ring, _, to| trail::add(&ring.newest().trail, &event, to)))
        } else {
            Ok(())
        };
        #[cfg(feature = "tracing")]
        event.trace();
        if let Some(observer) = observer {
            observer.done(&event);
        }
        let value = result?;
        kept?;
        Ok(value)
    }

    fn event<'a>(
        &'a self,
        action: Action,
        identifier: Option<Identifier>,
        version: Option<u64>,
        when: u64,
        error: Option<&'a SecretsError>,
    ) -> SecretsEvent<'a> {
        SecretsEvent { namespace: &self.shared.name, who: &self.who, action, identifier, version, when, error }
    }
}

/// So often something is begun anew because another process has renewed or rewrapped the namespace meanwhile.
const ATTEMPTS: usize = 8;

/// The version, if it is a certain one.
fn one(versions: &[u64]) -> Option<u64> {
    if let [version] = versions { Some(*version) } else { None }
}

/// Times in the far future all the same, so that stores with signed numbers keep them as they are.
fn storable(time: u64) -> u64 {
    time.min(i64::MAX as u64)
}
