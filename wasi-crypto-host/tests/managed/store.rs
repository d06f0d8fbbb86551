//! A store in memory that a test looks after.
#![allow(unreachable_pub, reason = "as in `support`")]

use wasi_crypto_host::secrets::{
    Entry, Found, Identifier, MemoryStore, NamespaceRow, Record, SecretsError, SecretsStore, StoreError, StoreFault,
    TrailRow, Transaction, Version,
};

/// Asks before each thing that it does: a test may let it wait, or fail.
pub struct Asking<F> {
    inner: MemoryStore,
    ask: F,
}

impl<F: Fn() -> Result<(), StoreFault> + Send + Sync> Asking<F> {
    pub fn new(ask: F) -> Self {
        Self { inner: MemoryStore::new(), ask }
    }

    fn ask(&self) -> Result<(), StoreError> {
        let cause = "no route to host".to_owned();
        (self.ask)().map_err(|fault| StoreError { store: "the store of this test".to_owned(), fault, cause })
    }
}

impl<F: Fn() -> Result<(), StoreFault> + Send + Sync> SecretsStore for Asking<F> {
    fn name(&self) -> String {
        self.inner.name()
    }

    fn namespaces(&self) -> Result<Vec<String>, StoreError> {
        self.ask()?;
        self.inner.namespaces()
    }

    fn namespace(&self, namespace: &str) -> Result<Option<NamespaceRow>, StoreError> {
        self.ask()?;
        self.inner.namespace(namespace)
    }

    fn find(&self, namespace: &str, identifier: &Identifier, version: Version) -> Result<Option<Found>, StoreError> {
        self.ask()?;
        self.inner.find(namespace, identifier, version)
    }

    fn read(&self, namespace: &str, identifier: &Identifier, version: u64) -> Result<Option<Record>, StoreError> {
        self.ask()?;
        self.inner.read(namespace, identifier, version)
    }

    fn list(&self, namespace: &str, behind: Option<(Identifier, u64)>, most: usize) -> Result<Vec<Entry>, StoreError> {
        self.ask()?;
        self.inner.list(namespace, behind, most)
    }

    fn trail(&self, namespace: &str, behind: u64, most: usize) -> Result<Vec<TrailRow>, StoreError> {
        self.ask()?;
        self.inner.trail(namespace, behind, most)
    }

    fn change(
        &self,
        namespace: &str,
        work: &mut dyn FnMut(&mut dyn Transaction) -> Result<(), SecretsError>,
    ) -> Result<(), SecretsError> {
        self.ask()?;
        self.inner.change(namespace, work)
    }
}
