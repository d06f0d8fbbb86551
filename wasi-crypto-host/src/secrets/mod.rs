//! Managed keys and secrets: the host keeps them, guests use them by an identifier and never see them.
//!
//! An operator has a [`SecretsStore`], and a root key that opens what is in it. A [`SecretsManager`] has both, and
//! gives each guest a [`Namespace`] with a [`Policy`]:
//!
//! ```
//! use wasi_crypto_host::secrets::{Export, Kind, MemoryStore, NewRecord, Policy, RootKey, SecretsManager, Version};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // In earnest: SqliteStore::open("keys.db"), or PostgresStore, with RootKeyFile::new("root.key").
//! let manager = SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate()?).build()?;
//!
//! // What a guest gets: keys of one algorithm, of which none ever leaves.
//! let policy = Policy::default().export(Export::Never).algorithms(["AES-256-GCM"]).max_keys(100);
//! let guest = manager.namespace("tenant-42").policy(policy).who("tenant 42, module billing");
//!
//! // An operator puts a key in, rotates it, and looks what there is.
//! let operator = manager.namespace("tenant-42").policy(Policy::unrestricted()).who("operator");
//! let key = operator.create(NewRecord::symmetric_key("AES-256-GCM", &[1; 32]).imported())?;
//! operator.replace(&key.identifier, NewRecord::symmetric_key("AES-256-GCM", &[2; 32]))?;
//! for version in operator.show(&key.identifier)? {
//!     println!("{} {} {}", version.header.identifier, version.header.version, version.header.algorithm);
//! }
//!
//! // The guest's functions load it by its identifier.
//! let newest = guest.load(Kind::SymmetricKey, &key.identifier, Version::Latest)?;
//! assert_eq!((newest.header().version, newest.bytes()), (2, &[2; 32][..]));
//! assert!(guest.check_export(newest.header()).is_err());
//!
//! operator.revoke(Kind::KEYS, &key.identifier, Version::All)?;
//! assert!(guest.load(Kind::SymmetricKey, &key.identifier, Version::Latest).is_err());
//! # Ok(())
//! # }
//! ```
//!
//! # What protects what
//!
//! A record is sealed before the store sees it, by XChaCha20-Poly1305 with a random nonce and a key of its namespace;
//! what the store has to know of it (namespace, identifier, version, kind, algorithm, origin, time of making, expiry)
//! is sealed with it. The key of the namespace is in the store, too, wrapped by the root key, which is not. So
//!
//! - who **reads** the store learns how many keys there are, of which algorithms, and when they were made and changed;
//!   not the keys;
//! - who **writes** to the store can destroy, and cannot make up, change, move, swap, extend or exchange keys without
//!   their loading fails with [`SecretsError::Damaged`]. He can put back what was there before, a revoked version too,
//!   or the whole store, and let an older version pass for the latest: that is not noticed, except by the audit trail,
//!   if where it ended is kept elsewhere ([`TrailEnd`]), and by who has the namespace open if it has been renewed since;
//! - who has the **root key and the store** has all keys. Who has lost the root key has lost all keys.
//!
//! # What an operator has to do
//!
//! - Keep a copy of the root key where the store is not, and of the store where the root key is not.
//! - Let nobody but the host write to the store. What a database on the network adds to that (`PostgresStore`, feature
//!   `postgres`) is in SECURITY.md. Copy a file by [`SqliteStore::backup`], and put a copy in its place
//!   only while no process uses it: what was revoked or rotated since is as it was before.
//! - If a root key is to be changed: give the old one as [`old_root_key`](SecretsManagerBuilder::old_root_key), and
//!   [`rewrap`](SecretsManager::rewrap). That changes no key of a namespace: who had the old root key and a copy of the
//!   store can open what is put into its namespaces later, too, until they are given new keys by
//!   [`renew`](Namespace::renew), from the end of which on the keys from before open no records. What he has opened he has:
//!   replace those keys, and revoke their old versions.
//!
//! # Versions
//!
//! The first version of a key has number 1, each next one more than was ever given, also after revocation. What was
//! revoked is overwritten; that it was stays known as long as [`Policy::retention`] says, or until a thousand others
//! were revoked in the namespace, and so long the key can be replaced. A key of which nothing is known any more is not
//! found, and its identifier is never given again.

mod cache;
mod canonical;
mod changes;
mod cipher;
mod clock;
mod error;
mod files;
mod identifier;
mod key_ring;
mod manager;
mod namespace;
mod open_store;
mod policy;
mod record;
mod root_key;
#[cfg(test)]
mod scratch;
mod store;
mod trail;

pub use cache::Opened;
pub use canonical::CanonicalKey;
pub use clock::{Clock, SystemClock};
pub use error::{SecretsError, StoreError, StoreFault};
pub use identifier::{Identifier, NotAnIdentifier, Version};
pub use manager::{Rewrapped, SecretsManager, SecretsManagerBuilder};
pub(crate) use namespace::Loaded;
pub use namespace::{Check, Namespace, NewRecord, OpenedSecret, Renewed};
#[cfg(feature = "toml")]
pub use policy::PolicyError;
pub use policy::{Export, Policy, SecretsLimits};
pub use record::{Entry, Header, Kind, Record, State};
#[cfg(feature = "pkcs11")]
pub use root_key::RootKeyToken;
pub use root_key::{RootKey, RootKeyCommand, RootKeyError, RootKeyFile, RootKeyId, RootKeyProvider, RootKeyVariable};
pub use store::{Due, Found, Item, MemoryStore, NamespaceRow, SecretsStore, TrailRow, Transaction, Usage};
#[cfg(feature = "postgres")]
pub use store::{PostgresStore, PostgresStoreBuilder};
#[cfg(feature = "sqlite")]
pub use store::{SqliteStore, SqliteStoreBuilder};
pub use trail::{Action, SecretsEvent, SecretsObserver, Trail, TrailEnd, TrailEntry};
