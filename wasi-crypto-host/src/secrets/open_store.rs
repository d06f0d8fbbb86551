//! A store with the root key that opens what is in it.

use std::sync::Arc;

use crate::secret::Secret;
use crate::secrets::key_ring::{KeyRing, Known};
use crate::secrets::store::{NamespaceRow, Usage};
use crate::secrets::{Clock, RootKey, RootKeyId, SecretsError, SecretsObserver, SecretsStore, Trail};

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
    pub(crate) fn keys(&self, name: &str) -> Result<Known, SecretsError> {
        if name.is_empty() || name.len() > MAX_NAME_LEN || name.contains(char::is_control) {
            return Err(SecretsError::NamespaceName);
        }
        if let Some(row) = self.store.namespace(name)? {
            return Ok(Known::new(self.ring(name, &row)?, &row));
        }
        let text = KeyRing::first()?;
        let mut row = self.wrap(name, &text, 1, Usage::default())?;
        self.store.change(name, &mut |to| {
            match to.namespace()? {
                // Others have been first.
                Some(there) => row = there,
                None => to.put_namespace(&row)?,
            }
            Ok(())
        })?;
        Ok(Known::new(self.ring(name, &row)?, &row))
    }

    /// The keys that a row has.
    pub(crate) fn ring(&self, name: &str, row: &NamespaceRow) -> Result<KeyRing, SecretsError> {
        let ring = KeyRing::new(&self.unwrap(name, row)?, row.newest_key)?;
        ring.ok_or_else(|| SecretsError::DamagedNamespace(name.to_owned()))
    }

    /// The row with the text of a ring that has so many keys.
    pub(crate) fn wrap(
        &self,
        name: &str,
        ring: &Secret,
        newest_key: u32,
        usage: Usage,
    ) -> Result<NamespaceRow, SecretsError> {
        let wrapped_by = self.root_key.id();
        let wrapped_key = self.root_key.wrap(&wrapping_header(name, wrapped_by), ring)?;
        Ok(NamespaceRow { wrapped_by, wrapped_key, newest_key, usage })
    }

    /// The text of the ring that a row has.
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

/// The longest name of a namespace, in bytes.
const MAX_NAME_LEN: usize = 128;
