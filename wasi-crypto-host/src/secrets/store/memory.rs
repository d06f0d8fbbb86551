//! A store in memory, for tests and for guests whose keys end with the process.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::{RwLock, RwLockReadGuard};

use crate::secrets::cipher::NONCE_LEN;
use crate::secrets::{
    Due, Entry, Found, Identifier, Item, NamespaceRow, Record, SecretsError, SecretsStore, State, StoreError,
    StoreFault, TrailRow, Transaction, Version,
};

/// A store in memory. It is gone with the process.
#[derive(Default)]
pub struct MemoryStore(RwLock<BTreeMap<String, Namespace>>);

#[derive(Default)]
struct Namespace {
    row: Option<NamespaceRow>,
    items: BTreeMap<Identifier, Item>,
    records: BTreeMap<(Identifier, u64), Record>,
    due: BTreeSet<(State, u64, Identifier, u64)>,
    trail: Vec<TrailRow>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn look(&self) -> Result<RwLockReadGuard<'_, BTreeMap<String, Namespace>>, StoreError> {
        self.0.read().map_err(|_| self.broken())
    }

    /// After a panic in the middle of a change.
    fn broken(&self) -> StoreError {
        StoreError { store: self.name(), fault: StoreFault::Broken, cause: "a change panicked".to_owned() }
    }
}

impl SecretsStore for MemoryStore {
    fn name(&self) -> String {
        "the store in memory".to_owned()
    }

    fn namespaces(&self) -> Result<Vec<String>, StoreError> {
        let all = self.look()?;
        Ok(all.iter().filter(|(_, namespace)| namespace.row.is_some()).map(|(name, _)| name.clone()).collect())
    }

    fn namespace(&self, namespace: &str) -> Result<Option<NamespaceRow>, StoreError> {
        Ok(self.look()?.get(namespace).and_then(|namespace| namespace.row.clone()))
    }

    fn find(&self, namespace: &str, identifier: &Identifier, version: Version) -> Result<Option<Found>, StoreError> {
        let all = self.look()?;
        let Some(namespace) = all.get(namespace) else { return Ok(None) };
        let version = match version {
            Version::Number(number) => Some(number),
            Version::Latest => namespace.items.get(identifier).and_then(|item| item.latest),
            Version::All => None,
        };
        let record = version.and_then(|version| namespace.records.get(&(*identifier, version)));
        Ok(record.filter(|record| record.entry.state == State::Active).map(found))
    }

    fn read(&self, namespace: &str, identifier: &Identifier, version: u64) -> Result<Option<Record>, StoreError> {
        let all = self.look()?;
        Ok(all.get(namespace).and_then(|namespace| namespace.records.get(&(*identifier, version)).cloned()))
    }

    fn list(&self, namespace: &str, behind: Option<(Identifier, u64)>, most: usize) -> Result<Vec<Entry>, StoreError> {
        let all = self.look()?;
        let Some(namespace) = all.get(namespace) else { return Ok(Vec::new()) };
        let from = behind.map_or(Bound::Unbounded, Bound::Excluded);
        let records = namespace.records.range((from, Bound::Unbounded));
        Ok(records.take(most).map(|(_, record)| record.entry.clone()).collect())
    }

    fn trail(&self, namespace: &str, behind: u64, most: usize) -> Result<Vec<TrailRow>, StoreError> {
        let all = self.look()?;
        let Some(namespace) = all.get(namespace) else { return Ok(Vec::new()) };
        Ok(namespace.trail.iter().filter(|row| row.number > behind).take(most).cloned().collect())
    }

    fn change(
        &self,
        namespace: &str,
        work: &mut dyn FnMut(&mut dyn Transaction) -> Result<(), SecretsError>,
    ) -> Result<(), SecretsError> {
        let mut all = self.0.write().map_err(|_| self.broken())?;
        let namespace = all.entry(namespace.to_owned()).or_default();
        let mut change = Change { namespace, before: Vec::new() };
        let result = work(&mut change);
        if result.is_err() {
            change.undo();
        }
        result
    }
}

/// A change under way, with what was there before.
struct Change<'a> {
    namespace: &'a mut Namespace,
    before: Vec<Before>,
}

enum Before {
    Row(Option<NamespaceRow>),
    Item(Identifier, Option<Item>),
    Record(Identifier, u64, Option<Record>),
    Trail,
}

impl Change<'_> {
    fn undo(&mut self) {
        for before in std::mem::take(&mut self.before).into_iter().rev() {
            match before {
                Before::Row(row) => self.namespace.row = row,
                Before::Item(identifier, item) => drop(self.namespace.set_item(identifier, item)),
                Before::Record(identifier, version, record) => {
                    drop(self.namespace.set_record(identifier, version, record));
                }
                Before::Trail => drop(self.namespace.trail.pop()),
            }
        }
    }
}

impl Namespace {
    /// Returns what was there.
    fn set_item(&mut self, identifier: Identifier, item: Option<Item>) -> Option<Item> {
        match item {
            Some(item) => self.items.insert(identifier, item),
            None => self.items.remove(&identifier),
        }
    }

    /// Returns what was there.
    fn set_record(&mut self, identifier: Identifier, version: u64, record: Option<Record>) -> Option<Record> {
        let due =
            |record: &Record| record.entry.keep_until.map(|until| (record.entry.state, until, identifier, version));
        let new = record.as_ref().and_then(due);
        let old = match record {
            Some(record) => self.records.insert((identifier, version), record),
            None => self.records.remove(&(identifier, version)),
        };
        if let Some(old) = old.as_ref().and_then(due) {
            self.due.remove(&old);
        }
        self.due.extend(new);
        old
    }
}

impl Transaction for Change<'_> {
    fn namespace(&mut self) -> Result<Option<NamespaceRow>, StoreError> {
        Ok(self.namespace.row.clone())
    }

    fn put_namespace(&mut self, row: &NamespaceRow) -> Result<(), StoreError> {
        self.before.push(Before::Row(self.namespace.row.replace(row.clone())));
        Ok(())
    }

    fn item(&mut self, identifier: &Identifier) -> Result<Option<Item>, StoreError> {
        Ok(self.namespace.items.get(identifier).cloned())
    }

    fn put_item(&mut self, identifier: &Identifier, item: &Item) -> Result<(), StoreError> {
        let old = self.namespace.set_item(*identifier, Some(item.clone()));
        self.before.push(Before::Item(*identifier, old));
        Ok(())
    }

    fn remove_item(&mut self, identifier: &Identifier) -> Result<(), StoreError> {
        let old = self.namespace.set_item(*identifier, None);
        self.before.push(Before::Item(*identifier, old));
        Ok(())
    }

    fn versions(&mut self, identifier: &Identifier) -> Result<Vec<Entry>, StoreError> {
        let records = self.namespace.records.range((*identifier, 0)..=(*identifier, u64::MAX));
        Ok(records.map(|(_, record)| record.entry.clone()).collect())
    }

    fn read(&mut self, identifier: &Identifier, version: u64) -> Result<Option<Record>, StoreError> {
        Ok(self.namespace.records.get(&(*identifier, version)).cloned())
    }

    fn put(&mut self, record: &Record) -> Result<(), StoreError> {
        let (identifier, version) = (record.entry.header.identifier, record.entry.header.version);
        let old = self.namespace.set_record(identifier, version, Some(record.clone()));
        self.before.push(Before::Record(identifier, version, old));
        Ok(())
    }

    fn remove(&mut self, identifier: &Identifier, version: u64) -> Result<(), StoreError> {
        let old = self.namespace.set_record(*identifier, version, None);
        self.before.push(Before::Record(*identifier, version, old));
        Ok(())
    }

    fn due(&mut self, state: State, most: usize) -> Result<Vec<Due>, StoreError> {
        let first = (state, 0, Identifier::MIN, 0);
        let of_state = self.namespace.due.range(first..).take_while(|due| due.0 == state).take(most);
        Ok(of_state.map(|&(_, keep_until, identifier, version)| Due { identifier, version, keep_until }).collect())
    }

    fn last_in_trail(&mut self) -> Result<Option<TrailRow>, StoreError> {
        Ok(self.namespace.trail.last().cloned())
    }

    fn add_to_trail(&mut self, row: &TrailRow) -> Result<(), StoreError> {
        self.namespace.trail.push(row.clone());
        self.before.push(Before::Trail);
        Ok(())
    }
}

fn found(record: &Record) -> Found {
    let header = &record.entry.header;
    let nonce = record.sealed.first_chunk::<NONCE_LEN>().copied().unwrap_or_default();
    let sealed_len = record.sealed.len();
    Found { version: header.version, kind: header.kind, expires: header.expires, nonce, sealed_len }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::secrets::store::suite::suite!(|_: &_| MemoryStore::new());
}
