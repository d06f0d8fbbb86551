//! The secrets manager: a store, and the root key that opens what is in it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::backend::hmac::Key;
use crate::secret::Secret;
use crate::secrets::cache::Cache;
use crate::secrets::cipher::{SealingKey, derivable, derive, random_key};
use crate::secrets::namespace::Shared;
use crate::secrets::store::{NamespaceRow, Usage};
use crate::secrets::{
    Action, Clock, Namespace, RootKey, RootKeyError, RootKeyId, RootKeyProvider, SecretsError, SecretsEvent,
    SecretsObserver, SecretsStore, SystemClock, Trail, trail,
};

/// Keeps keys and secrets in a store, sealed. Clones are the same manager.
#[derive(Clone)]
pub struct SecretsManager(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) store: Box<dyn SecretsStore>,
    pub(crate) clock: Box<dyn Clock>,
    pub(crate) observer: Option<Arc<dyn SecretsObserver>>,
    pub(crate) trail: Trail,
    root_key: RootKey,
    old_root_keys: Vec<RootKey>,
    cached_records: usize,
    /// Those that somebody has, so that each has one cache and is unwrapped once.
    open: Mutex<HashMap<String, Weak<Shared>>>,
}

impl SecretsManager {
    /// A manager of what is in this store.
    pub fn builder(store: impl SecretsStore + 'static) -> SecretsManagerBuilder {
        SecretsManagerBuilder {
            store: Box::new(store),
            root_key: None,
            old_root_keys: Vec::new(),
            clock: Box::new(SystemClock),
            observer: None,
            trail: Trail::Off,
            cached_records: 128,
        }
    }

    /// A namespace: what a guest is given, and nothing of what others are given. It comes with the default policy, and
    /// comes into being when something is first put into it. Its key and what was loaded stay in memory until the last
    /// clone of it is dropped; an embedder that runs many short guests keeps one.
    pub fn namespace(&self, name: &str) -> Namespace {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = open.get(name).and_then(Weak::upgrade) {
            return Namespace::new(shared);
        }
        if open.len() == open.capacity() {
            open.retain(|_, shared| shared.strong_count() > 0);
        }
        let shared = Arc::new(Shared::new(self.0.clone(), name, Cache::new(self.0.cached_records)));
        open.insert(name.to_owned(), Arc::downgrade(&shared));
        Namespace::new(shared)
    }

    /// The names of all namespaces in the store, in order.
    pub fn namespaces(&self) -> Result<Vec<String>, SecretsError> {
        Ok(self.0.store.namespaces()?)
    }

    /// Which root key wraps new keys of namespaces.
    pub fn root_key_id(&self) -> RootKeyId {
        self.0.root_key.id()
    }

    /// Wraps the keys of all namespaces by the root key that are wrapped by an old one. Returns how many were. Records
    /// stay as they are, and processes that have the namespaces open go on. If it stops half-way, all can still be
    /// opened with both root keys, and it can be done again.
    pub fn rewrap(&self) -> Result<u64, SecretsError> {
        let mut rewrapped = 0;
        for name in self.0.store.namespaces()? {
            let mut done = false;
            self.0.store.change(&name, &mut |to| {
                let Some(row) = to.namespace()?.filter(|row| row.wrapped_by != self.0.root_key.id()) else {
                    return Ok(());
                };
                let key = self.0.unwrap(&name, &row)?;
                to.put_namespace(&NamespaceRow { usage: row.usage, ..self.0.wrap(&name, &key)? })?;
                let event = SecretsEvent {
                    namespace: &name,
                    who: "",
                    action: Action::Rewrap,
                    identifier: None,
                    version: None,
                    when: self.0.clock.now(),
                    error: None,
                };
                if self.0.trail.keeps(&event) {
                    trail::add(&NamespaceKeys::new(&key)?.trail, &event, to)?;
                }
                done = true;
                Ok(())
            })?;
            rewrapped += u64::from(done);
        }
        Ok(rewrapped)
    }
}

impl Inner {
    /// The keys of a namespace, which is made if it is not there.
    pub(crate) fn keys(&self, name: &str) -> Result<NamespaceKeys, SecretsError> {
        if name.is_empty() || name.len() > MAX_NAME_LEN || name.contains(char::is_control) {
            return Err(SecretsError::NamespaceName);
        }
        if let Some(row) = self.store.namespace(name)? {
            return NamespaceKeys::new(&self.unwrap(name, &row)?);
        }
        let key = random_key()?;
        let row = self.wrap(name, &key)?;
        let mut there = None;
        self.store.change(name, &mut |to| {
            // Others may have been first.
            there = to.namespace()?;
            if there.is_none() {
                to.put_namespace(&row)?;
            }
            Ok(())
        })?;
        match there {
            Some(row) => NamespaceKeys::new(&self.unwrap(name, &row)?),
            None => NamespaceKeys::new(&key),
        }
    }

    fn wrap(&self, name: &str, key: &Secret) -> Result<NamespaceRow, SecretsError> {
        let wrapped_by = self.root_key.id();
        let wrapped_key = self.root_key.wrapping().seal(&wrapping_header(name, wrapped_by), key)?;
        Ok(NamespaceRow { wrapped_by, wrapped_key, usage: Usage::default() })
    }

    fn unwrap(&self, name: &str, row: &NamespaceRow) -> Result<Secret, SecretsError> {
        let root_key = [&self.root_key].into_iter().chain(&self.old_root_keys).find(|key| key.id() == row.wrapped_by);
        let root_key = root_key
            .ok_or_else(|| SecretsError::OtherRootKey { namespace: name.to_owned(), wrapped_by: row.wrapped_by })?;
        let key = root_key.wrapping().open(&wrapping_header(name, row.wrapped_by), &row.wrapped_key)?;
        key.ok_or_else(|| SecretsError::DamagedNamespace(name.to_owned()))
    }
}

fn wrapping_header(name: &str, root_key: RootKeyId) -> Vec<u8> {
    [b"wasi-crypto namespace key \x01", &root_key.as_bytes()[..], name.as_bytes()].concat()
}

/// The keys of a namespace, one for each purpose.
pub(crate) struct NamespaceKeys {
    pub(crate) records: SealingKey,
    pub(crate) encapsulation: SealingKey,
    pub(crate) trail: Key,
}

impl NamespaceKeys {
    fn new(key: &Secret) -> Result<Self, SecretsError> {
        let purposes = derivable(key);
        Ok(Self {
            records: SealingKey::derived(&purposes, "wasi-crypto namespace key: records")?,
            encapsulation: SealingKey::derived(&purposes, "wasi-crypto namespace key: encapsulation")?,
            trail: trail::chain_key(&derive(&purposes, "wasi-crypto namespace key: audit trail")?),
        })
    }
}

/// Builds a [`SecretsManager`].
pub struct SecretsManagerBuilder {
    store: Box<dyn SecretsStore>,
    root_key: Option<Box<dyn RootKeyProvider>>,
    old_root_keys: Vec<Box<dyn RootKeyProvider>>,
    clock: Box<dyn Clock>,
    observer: Option<Arc<dyn SecretsObserver>>,
    trail: Trail,
    cached_records: usize,
}

impl SecretsManagerBuilder {
    /// Sets where the root key comes from. There must be one.
    pub fn root_key(mut self, provider: impl RootKeyProvider + 'static) -> Self {
        self.root_key = Some(Box::new(provider));
        self
    }

    /// Adds a root key that opens what it has wrapped, and wraps nothing more; see [`SecretsManager::rewrap`].
    pub fn old_root_key(mut self, provider: impl RootKeyProvider + 'static) -> Self {
        self.old_root_keys.push(Box::new(provider));
        self
    }

    /// Sets the clock by which things expire. Default: that of the system.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Sets who is told of each operation. Default: nobody; with the feature `tracing` each is an event in any case.
    pub fn observer(mut self, observer: Arc<dyn SecretsObserver>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Sets what the store keeps of operations. Default: nothing.
    pub fn trail(mut self, trail: Trail) -> Self {
        self.trail = trail;
        self
    }

    /// Sets how many records of each namespace stay in memory, opened, as long as somebody has the namespace; 0 is
    /// none. Default: 128, which take up 24 MB if they are all of ML-DSA-87, and in use, and 2 MB if they are of
    /// Ed25519. External secrets take up what they are long, all together at most what the policy of the namespace
    /// lets its records have. No guest is charged for any of it.
    pub fn cached_records(mut self, records: usize) -> Self {
        self.cached_records = records;
        self
    }

    /// Asks for the root keys, and builds.
    pub fn build(self) -> Result<SecretsManager, SecretsError> {
        let root_key = self.root_key.ok_or_else(|| {
            RootKeyError::new(
                "the secrets manager",
                "has no root key; name a file, a variable or a command that has one",
            )
        })?;
        let old_root_keys: Result<Vec<RootKey>, RootKeyError> =
            self.old_root_keys.iter().map(|provider| provider.root_key()).collect();
        Ok(SecretsManager(Arc::new(Inner {
            store: self.store,
            clock: self.clock,
            observer: self.observer,
            trail: self.trail,
            root_key: root_key.root_key()?,
            old_root_keys: old_root_keys?,
            cached_records: self.cached_records,
            open: Mutex::default(),
        })))
    }
}

/// The longest name of a namespace, in bytes.
const MAX_NAME_LEN: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::{MemoryStore, Opened};

    #[test]
    fn threads_can_share_all_of_it() {
        fn shared<T: Send + Sync>() {}
        shared::<SecretsManager>();
        shared::<Namespace>();
        shared::<Opened>();
    }

    #[test]
    fn there_must_be_a_root_key() {
        let error = SecretsManager::builder(MemoryStore::new()).build().map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("has no root key; name a file"), "{error}");
    }

    #[test]
    fn a_namespace_is_one_as_long_as_somebody_has_it() {
        let root_key = RootKey::generate().unwrap();
        let manager = SecretsManager::builder(MemoryStore::new()).root_key(root_key).build().unwrap();
        let first = manager.namespace("tenant");
        assert!(first.shares_memory_with(&manager.namespace("tenant")));
        assert!(!first.shares_memory_with(&manager.namespace("other")));
        for name in 0..1_000 {
            manager.namespace(&name.to_string());
        }
        assert!(manager.0.open.lock().unwrap().len() < 50, "what nobody has is forgotten");
        assert!(first.shares_memory_with(&manager.namespace("tenant")));
    }
}
