//! The secrets manager: a store, and the root key that opens what is in it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::secrets::cache::Cache;
use crate::secrets::namespace::Shared;
use crate::secrets::open_store::OpenStore;
use crate::secrets::{
    Clock, Namespace, RootKey, RootKeyError, RootKeyId, RootKeyProvider, SecretsError, SecretsObserver, SecretsStore,
    SystemClock, Trail,
};

/// Keeps keys and secrets in a store, sealed. Clones are the same manager.
#[derive(Clone)]
pub struct SecretsManager {
    inner: Arc<OpenStore>,
    /// Those namespaces that somebody has, so that each has one cache and is unwrapped once.
    open: Arc<Mutex<HashMap<String, Weak<Shared>>>>,
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
            cached_bytes: 8 << 20,
        }
    }

    /// A namespace: what a guest is given, and nothing of what others are given. It comes with the default policy, and
    /// comes into being when something is first put into it. Its key and what was loaded stay in memory until the last
    /// clone of it is dropped; an embedder that runs many short guests keeps one.
    pub fn namespace(&self, name: &str) -> Namespace {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = open.get(name).and_then(Weak::upgrade) {
            return Namespace::new(shared);
        }
        if open.len() == open.capacity() {
            open.retain(|_, shared| shared.strong_count() > 0);
        }
        let shared = Arc::new(Shared::new(
            self.inner.clone(),
            name,
            Cache::new(self.inner.cached_records, self.inner.cached_bytes),
        ));
        open.insert(name.to_owned(), Arc::downgrade(&shared));
        Namespace::new(shared)
    }

    /// The names of all namespaces in the store, in order.
    pub fn namespaces(&self) -> Result<Vec<String>, SecretsError> {
        Ok(self.inner.store.namespaces()?)
    }

    /// Which root key wraps new keys of namespaces.
    pub fn root_key_id(&self) -> RootKeyId {
        self.inner.root_key.id()
    }

    /// Wraps the keys of all namespaces by the root key that are wrapped by an old one; but those that do not open. All are opened. Records
    /// stay as they are, and processes that have the namespaces open go on. If it stops half-way, all can still be
    /// opened with both root keys, and it can be done again; [`Namespace::rewrap`] does one. [`Namespace::renew`] gives a namespace a new key.
    pub fn rewrap(&self) -> Result<Rewrapped, SecretsError> {
        let mut rewrapped = Rewrapped::default();
        for name in self.inner.store.namespaces()? {
            match self.namespace(&name).rewrap() {
                Ok(done) => rewrapped.namespaces += u64::from(done),
                // Whoever can write to the store could put one in front of all others.
                Err(error) if error.is_of_one_namespace() => rewrapped.left.push((name, error)),
                Err(error) => return Err(error),
            }
        }
        Ok(rewrapped)
    }
}

/// What [`SecretsManager::rewrap`] did.
#[derive(Debug, Default)]
pub struct Rewrapped {
    /// How many namespaces were wrapped by another root key, and now are by this one.
    pub namespaces: u64,
    /// Those that could not be, and why. They stay as they are.
    pub left: Vec<(String, SecretsError)>,
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
    cached_bytes: usize,
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
    /// none. Default: 128.
    pub fn cached_records(mut self, records: usize) -> Self {
        self.cached_records = records;
        self
    }

    /// Sets how many bytes those records may have all together: keys with all that is prepared when they are first
    /// used, secrets as they are, and 512 for each. What is not used for longest goes first; what is larger than half
    /// of it does not stay at all. No guest is charged for it, so that a host with so many namespaces in use keeps
    /// so many times as much. Default: 8 MiB, which is 44 keys of ML-DSA-87, and more than 128 of most others.
    pub fn cached_bytes(mut self, bytes: usize) -> Self {
        self.cached_bytes = bytes;
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
        let inner = OpenStore {
            store: self.store,
            clock: self.clock,
            observer: self.observer,
            trail: self.trail,
            root_key: root_key.root_key()?,
            old_root_keys: old_root_keys?,
            cached_records: self.cached_records,
            cached_bytes: self.cached_bytes,
        };
        Ok(SecretsManager { inner: Arc::new(inner), open: Arc::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::{MemoryStore, Opened, Policy};

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
        let same = manager.namespace("tenant").policy(Policy::unrestricted()).who("somebody");
        assert!(first.tenant() == same.tenant() && first.tenant() != manager.namespace("other").tenant());
        for name in 0..1_000 {
            manager.namespace(&name.to_string());
        }
        assert!(manager.open.lock().unwrap().len() < 50, "what nobody has is forgotten");
        assert!(first.shares_memory_with(&manager.namespace("tenant")));
    }
}
