//! Loading of what a namespace keeps.

use std::sync::Arc;

use super::{ATTEMPTS, Namespace, Shared};
use crate::secret::Secret;
use crate::secrets::cache::Opened;
use crate::secrets::{Action, Identifier, Kind, Record, SecretsError, State, Version};

/// What came of loading a record for which there is only so much room.
pub(crate) enum Loaded<T> {
    Is(T),
    /// So many bytes are sealed.
    Longer(usize),
}

impl Namespace {
    /// Loads a key or secret. What another process revoked is not loaded any more from when that is done. `NotFound` if
    /// there is nothing of this identifier, kind and version, if it was revoked, or expired longer ago than it is kept;
    /// `Expired` if it has expired.
    pub fn load(&self, kind: Kind, identifier: &Identifier, version: Version) -> Result<Arc<Opened>, SecretsError> {
        match self.load_within(kind, identifier, version, usize::MAX)? {
            Loaded::Is(opened) => Ok(opened),
            Loaded::Longer(_) => Err(SecretsError::Internal("a record is longer than anything")),
        }
    }

    /// The same, unless so many bytes are sealed that there is no room for them: then nothing is read, and nobody is told.
    pub(crate) fn load_within(
        &self,
        kind: Kind,
        identifier: &Identifier,
        version: Version,
        most: usize,
    ) -> Result<Loaded<Arc<Opened>>, SecretsError> {
        let now = self.now();
        let result = self.try_load(kind, identifier, version, most, now);
        let version = match (&result, version) {
            (Ok(Loaded::Longer(_)), _) => return result,
            (Ok(Loaded::Is(opened)), _) => Some(opened.header().version),
            (Err(_), Version::Number(number)) => Some(number),
            (Err(_), _) => None,
        };
        self.told(Action::Load, Some(*identifier), version, now, result)
    }

    /// Counts in memory what was prepared of a record that was loaded.
    pub(crate) fn count_prepared(&self, opened: &Arc<Opened>) {
        self.shared.cache.count(opened);
    }

    fn try_load(
        &self,
        kind: Kind,
        identifier: &Identifier,
        version: Version,
        most: usize,
        now: u64,
    ) -> Result<Loaded<Arc<Opened>>, SecretsError> {
        let Shared { manager, name, cache, .. } = &*self.shared;
        let found = manager.store.find(name, identifier, version)?;
        let Some(found) = found.filter(|found| found.kind == kind) else {
            cache.forget(identifier);
            return Err(SecretsError::NotFound);
        };
        if found.sealed_len > most {
            return Ok(Loaded::Longer(found.sealed_len));
        }
        let opened = match cache.get(identifier, &found) {
            Some(opened) => opened,
            None => self.keep_opened(self.read(identifier, found.version)?),
        };
        // What was opened is what its header says. Whether it is what was asked for, a store that lies does not care.
        let header = opened.header();
        let asked_for = match version {
            Version::Number(number) => header.version == number,
            Version::Latest | Version::All => header.version == found.version,
        };
        if header.identifier != *identifier || header.kind != kind || !asked_for {
            return Err(self.damaged(*identifier, found.version));
        }
        self.check_expiry_at(header, now)?;
        Ok(Loaded::Is(opened))
    }

    /// Reads a record and opens it. `NotFound` if it was revoked or forgotten.
    pub(super) fn read(&self, identifier: &Identifier, version: u64) -> Result<(Record, Secret), SecretsError> {
        let Shared { manager, name, .. } = &*self.shared;
        let read = || {
            let record = manager.store.read(name, identifier, version)?;
            record.filter(|record| record.entry.state == State::Active).ok_or(SecretsError::NotFound)
        };
        let mut record = read()?;
        for _ in 1..ATTEMPTS {
            let damaged = match self.shared.open(&record) {
                Err(damaged @ SecretsError::Damaged { .. }) => damaged,
                opened => return opened.map(|bytes| (record, bytes)),
            };
            // By a renewal that ended since it was read, it was sealed again, and what was read opens no more.
            let now = read()?;
            if now.sealed == record.sealed {
                return Err(damaged);
            }
            record = now;
        }
        self.shared.open(&record).map(|bytes| (record, bytes))
    }

    fn keep_opened(&self, (record, bytes): (Record, Secret)) -> Arc<Opened> {
        let opened = Arc::new(Opened::new(record.entry.header, bytes));
        if let Some(nonce) = record.sealed.first_chunk() {
            self.shared.cache.put(*nonce, &opened);
        }
        opened
    }

    fn damaged(&self, identifier: Identifier, version: u64) -> SecretsError {
        SecretsError::Damaged { namespace: self.shared.name.clone(), identifier, version }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::secrets::store::{Found, NamespaceRow, TrailRow, Transaction};
    use crate::secrets::{
        Entry, MemoryStore, NewRecord, RootKey, SecretsManager, SecretsStore, StoreError, StoreFault,
    };

    /// Answers for one record with another one of the same namespace.
    struct Lying {
        store: Arc<MemoryStore>,
        /// What is found in the place of everything.
        found: Option<Found>,
        /// What is read in the place of everything.
        read: (Identifier, u64),
        /// What is renewed behind the first record that is read.
        renewed: Mutex<Option<Namespace>>,
        /// How it fails to list, and to read.
        faults: [Option<StoreFault>; 2],
    }

    impl Lying {
        fn fails(&self, fault: Option<StoreFault>) -> Result<(), StoreError> {
            fault.map_or(Ok(()), |fault| Err(StoreError { store: self.name(), fault, cause: String::new() }))
        }
    }

    impl SecretsStore for Lying {
        fn name(&self) -> String {
            "a store that lies".to_owned()
        }

        fn namespaces(&self) -> Result<Vec<String>, StoreError> {
            self.store.namespaces()
        }

        fn namespace(&self, namespace: &str) -> Result<Option<NamespaceRow>, StoreError> {
            self.store.namespace(namespace)
        }

        fn find(
            &self,
            namespace: &str,
            identifier: &Identifier,
            version: Version,
        ) -> Result<Option<Found>, StoreError> {
            let found = self.store.find(namespace, identifier, version)?;
            Ok(self.found.clone().or(found))
        }

        fn read(&self, namespace: &str, _: &Identifier, _: u64) -> Result<Option<Record>, StoreError> {
            self.fails(self.faults[1])?;
            let record = self.store.read(namespace, &self.read.0, self.read.1);
            if let Some(renewed) = self.renewed.lock().unwrap().take() {
                renewed.renew().unwrap();
            }
            record
        }

        fn list(
            &self,
            namespace: &str,
            behind: Option<(Identifier, u64)>,
            most: usize,
        ) -> Result<Vec<Entry>, StoreError> {
            self.fails(self.faults[0])?;
            self.store.list(namespace, behind, most)
        }

        fn trail(&self, _: &str, _: u64, _: usize) -> Result<Vec<TrailRow>, StoreError> {
            Ok(Vec::new())
        }

        fn change(
            &self,
            namespace: &str,
            work: &mut dyn FnMut(&mut dyn Transaction) -> Result<(), SecretsError>,
        ) -> Result<(), SecretsError> {
            self.store.change(namespace, work)
        }
    }

    /// Opens a namespace of stores by one root key, as several processes do.
    fn opener() -> impl Fn(Arc<dyn SecretsStore>) -> Namespace {
        let root_key = RootKey::generate().unwrap().to_text().unwrap();
        move |store| {
            let root_key = RootKey::parse(root_key.as_bytes(), "").unwrap();
            SecretsManager::builder(store).root_key(root_key).build().unwrap().namespace("tenant")
        }
    }

    #[test]
    fn what_is_longer_than_there_is_room_for_is_not_read() {
        let builder = SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap());
        let namespace = builder.build().unwrap().namespace("tenant");
        let id = namespace.create(NewRecord::key_pair("ED25519", b"seed")).unwrap().identifier;
        let sealed = namespace.show(&id).unwrap()[0].sealed_len as usize;
        let load = |most| namespace.load_within(Kind::KeyPair, &id, Version::Latest, most).unwrap();
        assert!(matches!(load(sealed - 1), Loaded::Longer(longer) if longer == sealed));
        for most in [sealed, sealed + 1] {
            assert!(matches!(load(most), Loaded::Is(opened) if opened.bytes() == b"seed"));
        }
    }

    #[test]
    fn what_was_prepared_of_a_record_counts() {
        let builder = SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap());
        let namespace = builder.cached_bytes(2_000).build().unwrap().namespace("tenant");
        let id = namespace.create(NewRecord::key_pair("ED25519", b"seed")).unwrap().identifier;
        let load = || namespace.load(Kind::KeyPair, &id, Version::Latest).unwrap();
        let opened = load();
        opened.prepared(|_| Ok((Arc::new(()), 2_000))).unwrap();
        assert!(Arc::ptr_eq(&opened, &load()), "it is not counted yet");
        namespace.count_prepared(&opened);
        assert!(!Arc::ptr_eq(&opened, &load()), "it was more than may be kept");
    }

    /// And the keys that opened what was read open nothing any more when that is tried.
    #[test]
    fn what_is_sealed_again_while_it_is_loaded_opens() {
        let store = Arc::new(MemoryStore::new());
        let open = opener();
        let namespace = open(store.clone());
        let id = namespace.create(NewRecord::key_pair("ED25519", b"seed")).unwrap().identifier;
        let load = |namespace: &Namespace| namespace.load(Kind::KeyPair, &id, Version::Latest).map(|_| ());
        let check = |namespace: &Namespace| namespace.latest(&id).map(|_| ());
        for look in [&load as &dyn Fn(&Namespace) -> Result<(), SecretsError>, &check] {
            namespace.with_new_key(0).unwrap();
            let renewed = Mutex::new(Some(namespace.clone()));
            let slow =
                open(Arc::new(Lying { store: store.clone(), found: None, read: (id, 1), renewed, faults: [None; 2] }));
            slow.unlock().unwrap();
            look(&slow).unwrap();
        }
    }

    #[test]
    fn a_check_tells_of_rows_that_are_broken_and_ends_with_the_store() {
        let store = Arc::new(MemoryStore::new());
        let open = opener();
        let id = open(store.clone()).create(NewRecord::key_pair("ED25519", b"seed")).unwrap().identifier;
        let check = |faults| {
            let (store, renewed) = (store.clone(), Mutex::default());
            open(Arc::new(Lying { store, found: None, read: (id, 1), renewed, faults })).check()
        };
        assert_eq!(check([None; 2]).unwrap().sound, 1);
        for faults in [[Some(StoreFault::BrokenRow), None], [None, Some(StoreFault::BrokenRow)]] {
            let check = check(faults).unwrap();
            assert_eq!((check.sound, check.damaged.len()), (0, 1));
        }
        for faults in [[Some(StoreFault::Locked), None], [None, Some(StoreFault::Locked)]] {
            assert!(matches!(check(faults), Err(SecretsError::Store(error)) if error.fault == StoreFault::Locked));
        }
    }

    #[test]
    fn a_store_that_answers_with_another_record_is_found_out() {
        let store = Arc::new(MemoryStore::new());
        let open = opener();
        let lying = |found, read| {
            Arc::new(Lying { store: store.clone(), found, read, renewed: Mutex::default(), faults: [None; 2] })
        };
        let honest = open(store.clone());
        let pair = honest.create(NewRecord::key_pair("ED25519", b"a")).unwrap().identifier;
        honest.replace(&pair, NewRecord::key_pair("ED25519", b"b")).unwrap();
        let other = honest.create(NewRecord::key_pair("ED25519", b"c")).unwrap().identifier;
        let symmetric = honest.create(NewRecord::symmetric_key("HMAC/SHA-256", b"d")).unwrap().identifier;

        let find = |identifier, version| store.find("tenant", identifier, version).unwrap();
        let as_pair = find(&symmetric, Version::Latest).map(|found| Found { kind: Kind::KeyPair, ..found });
        for (found, read, version) in [
            (None, (other, 1), Version::Number(1)),
            (None, (pair, 1), Version::Latest),
            (None, (pair, 1), Version::Number(2)),
            (find(&pair, Version::Number(1)), (pair, 1), Version::Number(2)),
            (as_pair, (symmetric, 1), Version::Number(1)),
        ] {
            let namespace = open(lying(found, read));
            let error = namespace.load(Kind::KeyPair, &pair, version).map(|_| ()).unwrap_err();
            assert!(matches!(error, SecretsError::Damaged { identifier, .. } if identifier == pair), "{error}");
        }
        for read in [(other, 1), (pair, 1), (symmetric, 1)] {
            let error = open(lying(None, read)).latest(&pair).unwrap_err();
            assert!(matches!(error, SecretsError::Damaged { .. }), "{error}");
        }
        let latest = honest.latest(&pair).unwrap();
        assert_eq!((latest.identifier, latest.version, latest.algorithm.as_str()), (pair, 2, "ED25519"));
        let namespace = open(lying(None, (pair, 2)));
        assert_eq!(namespace.load(Kind::KeyPair, &pair, Version::Latest).unwrap().bytes(), b"b");
    }
}
