//! Stores: where records are kept, sealed.

mod memory;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(test)]
mod suite;

pub use memory::MemoryStore;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresStore, PostgresStoreBuilder};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteStore, SqliteStoreBuilder};

use std::sync::Arc;

use crate::secrets::cipher::NONCE_LEN;
use crate::secrets::{Entry, Identifier, Kind, Record, RootKeyId, SecretsError, State, StoreError, Version};

/// Keeps sealed records, the wrapped keys of namespaces, and audit trails.
///
/// A store knows nothing of keys, policies or time: what is done when a key is created, replaced, revoked or expires is
/// written once, above all stores, as a [`change`](Self::change). A store has to make each change durable as a whole or
/// not at all, one after the other for each namespace, over all processes that use it. Calls may take long, and are
/// made from any thread.
pub trait SecretsStore: Send + Sync {
    /// What it is for people, such as `the SQLite store /var/lib/keys.db`.
    fn name(&self) -> String;

    /// The names of all namespaces, in order.
    fn namespaces(&self) -> Result<Vec<String>, StoreError>;

    /// The row of a namespace.
    fn namespace(&self, namespace: &str) -> Result<Option<NamespaceRow>, StoreError>;

    /// What there is to know of a version before its record is read; none if there is none, or if it was revoked. It
    /// must see what other processes have changed. The way of every load: let it be fast.
    fn find(&self, namespace: &str, identifier: &Identifier, version: Version) -> Result<Option<Found>, StoreError>;

    /// A record, revoked or not.
    fn read(&self, namespace: &str, identifier: &Identifier, version: u64) -> Result<Option<Record>, StoreError>;

    /// What lies open of at most `most` records, by identifier and version, behind the one given.
    fn list(&self, namespace: &str, behind: Option<(Identifier, u64)>, most: usize) -> Result<Vec<Entry>, StoreError>;

    /// At most `most` entries of the audit trail, from the one behind number `behind` on.
    fn trail(&self, namespace: &str, behind: u64, most: usize) -> Result<Vec<TrailRow>, StoreError>;

    /// Changes a namespace. When the work answers well, all that it wrote is durable before this returns; else nothing
    /// of it is there, and its error is returned; which of both is so can only be unknown if the store says that it is
    /// [`InDoubt`](crate::secrets::StoreFault::InDoubt). It may be run again, from the start, if the store finds that it must.
    /// The work asks the transaction and nothing else of the store, which may be locked for it.
    fn change(
        &self,
        namespace: &str,
        work: &mut dyn FnMut(&mut dyn Transaction) -> Result<(), SecretsError>,
    ) -> Result<(), SecretsError>;
}

/// A store that several managers share.
impl<S: SecretsStore + ?Sized> SecretsStore for Arc<S> {
    fn name(&self) -> String {
        (**self).name()
    }

    fn namespaces(&self) -> Result<Vec<String>, StoreError> {
        (**self).namespaces()
    }

    fn namespace(&self, namespace: &str) -> Result<Option<NamespaceRow>, StoreError> {
        (**self).namespace(namespace)
    }

    fn find(&self, namespace: &str, identifier: &Identifier, version: Version) -> Result<Option<Found>, StoreError> {
        (**self).find(namespace, identifier, version)
    }

    fn read(&self, namespace: &str, identifier: &Identifier, version: u64) -> Result<Option<Record>, StoreError> {
        (**self).read(namespace, identifier, version)
    }

    fn list(&self, namespace: &str, behind: Option<(Identifier, u64)>, most: usize) -> Result<Vec<Entry>, StoreError> {
        (**self).list(namespace, behind, most)
    }

    fn trail(&self, namespace: &str, behind: u64, most: usize) -> Result<Vec<TrailRow>, StoreError> {
        (**self).trail(namespace, behind, most)
    }

    fn change(
        &self,
        namespace: &str,
        work: &mut dyn FnMut(&mut dyn Transaction) -> Result<(), SecretsError>,
    ) -> Result<(), SecretsError> {
        (**self).change(namespace, work)
    }
}

/// A change of one namespace under way: it sees what it has written, nobody else does, and nobody else changes the
/// namespace.
pub trait Transaction {
    /// The row of the namespace.
    fn namespace(&mut self) -> Result<Option<NamespaceRow>, StoreError>;

    /// Writes the row of the namespace, new or anew.
    fn put_namespace(&mut self, row: &NamespaceRow) -> Result<(), StoreError>;

    /// What all versions of a key or secret have in common.
    fn item(&mut self, identifier: &Identifier) -> Result<Option<Item>, StoreError>;

    /// Writes an item, new or anew.
    fn put_item(&mut self, identifier: &Identifier, item: &Item) -> Result<(), StoreError>;

    /// Forgets an item.
    fn remove_item(&mut self, identifier: &Identifier) -> Result<(), StoreError>;

    /// What lies open of all versions of an item, revoked ones too, in order.
    fn versions(&mut self, identifier: &Identifier) -> Result<Vec<Entry>, StoreError>;

    /// A record, revoked or not.
    fn read(&mut self, identifier: &Identifier, version: u64) -> Result<Option<Record>, StoreError>;

    /// Writes a record, new or anew.
    fn put(&mut self, record: &Record) -> Result<(), StoreError>;

    /// Forgets a record.
    fn remove(&mut self, identifier: &Identifier, version: u64) -> Result<(), StoreError>;

    /// At most `most` versions in this state that are not kept for ever, those first that may be forgotten first.
    fn due(&mut self, state: State, most: usize) -> Result<Vec<Due>, StoreError>;

    /// The last entry of the audit trail.
    fn last_in_trail(&mut self) -> Result<Option<TrailRow>, StoreError>;

    /// Adds an entry to the audit trail.
    fn add_to_trail(&mut self, row: &TrailRow) -> Result<(), StoreError>;
}

/// What a store keeps of a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceRow {
    /// The root key that wraps its keys.
    pub wrapped_by: RootKeyId,
    /// Its keys, wrapped together: some 32 bytes for each that it has had.
    pub wrapped_key: Vec<u8>,
    /// The number of the key that seals; the first is 1.
    pub newest_key: u32,
    /// What it takes up.
    pub usage: Usage,
}

/// What a namespace takes up in its store. All but the last count what can still be loaded or has only expired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Key pairs and symmetric keys, each with all its versions.
    pub keys: u64,
    /// External secrets, each with all its versions.
    pub secrets: u64,
    /// Bytes of records; each has 256 more than its key or secret.
    pub bytes: u64,
    /// Versions that were revoked, and of which the store still knows that.
    pub revoked: u64,
}

/// What all versions of a key or secret have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// The algorithm of a key; empty for a secret.
    pub algorithm: String,
    /// The highest version that was ever given.
    pub highest: u64,
    /// The newest version that is not revoked.
    pub latest: Option<u64>,
}

/// A version that can be loaded, and by what to tell whether it is the one that was loaded before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its number.
    pub version: u64,
    /// What it is.
    pub kind: Kind,
    /// When it expires, in seconds since 1970.
    pub expires: Option<u64>,
    /// The first 24 bytes of what is sealed, which are new whenever it is sealed anew; zeros if there are fewer.
    pub nonce: [u8; NONCE_LEN],
    /// The size of what is sealed, in bytes.
    pub sealed_len: usize,
}

/// A version that may be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// What names it, together with the version.
    pub identifier: Identifier,
    /// Its version.
    pub version: u64,
    /// From when on it may, in seconds since 1970.
    pub keep_until: u64,
}

/// An entry of an audit trail, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailRow {
    /// Its number; the first has 1.
    pub number: u64,
    /// What happened.
    pub body: Vec<u8>,
    /// The authentication tag over this entry and the tag of the one before.
    pub tag: Vec<u8>,
}
