//! A store with the root key that opens what is in it.

use std::sync::Arc;

use crate::backend::hmac::Key;
use crate::secret::Secret;
use crate::secrets::cipher::{SealingKey, derivable, derive, random_key};
use crate::secrets::store::{NamespaceRow, Usage};
use crate::secrets::{Clock, RootKey, RootKeyId, SecretsError, SecretsObserver, SecretsStore, Trail, trail};

/// A store, and the root keys that open what is in it.
pub(crate) struct OpenStore {
    pub(crate) store: Box<dyn SecretsStore>,
    pub(crate) clock: Box<dyn Clock>,
    pub(crate) observer: Option<Arc<dyn SecretsObserver>>,
    pub(crate) trail: Trail,
    pub(crate) root_key: RootKey,
    pub(crate) old_root_keys: Vec<RootKey>,
    pub(crate) cached_records: usize,
    pub(crate) cached_bytes: usize,
}

impl OpenStore {
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

    pub(crate) fn wrap(&self, name: &str, key: &Secret) -> Result<NamespaceRow, SecretsError> {
        let wrapped_by = self.root_key.id();
        let wrapped_key = self.root_key.wrap(&wrapping_header(name, wrapped_by), key)?;
        Ok(NamespaceRow { wrapped_by, wrapped_key, usage: Usage::default() })
    }

    pub(crate) fn unwrap(&self, name: &str, row: &NamespaceRow) -> Result<Secret, SecretsError> {
        let root_key = [&self.root_key].into_iter().chain(&self.old_root_keys).find(|key| key.id() == row.wrapped_by);
        let root_key = root_key
            .ok_or_else(|| SecretsError::OtherRootKey { namespace: name.to_owned(), wrapped_by: row.wrapped_by })?;
        let key = root_key.unwrap(&wrapping_header(name, row.wrapped_by), &row.wrapped_key)?;
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
    pub(crate) fn new(key: &Secret) -> Result<Self, SecretsError> {
        let purposes = derivable(key);
        Ok(Self {
            records: SealingKey::derived(&purposes, "wasi-crypto namespace key: records")?,
            encapsulation: SealingKey::derived(&purposes, "wasi-crypto namespace key: encapsulation")?,
            trail: trail::chain_key(&derive(&purposes, "wasi-crypto namespace key: audit trail")?),
        })
    }
}

/// The longest name of a namespace, in bytes.
const MAX_NAME_LEN: usize = 128;
