//! Target `store`: keys and secrets of two namespaces, as two processes use them, over a store that fails.
//!
//! A [`Model`] says what must be there. What fails has changed nothing, unless the store was in doubt: then all of it was done or nothing.
//! What one process has done, the other sees at once, whatever either has in memory.

mod faulty;
mod model;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wasi_crypto_host::Errno;
use wasi_crypto_host::secrets::{
    Entry, Identifier, Kind, Namespace, NewRecord, Policy, RootKey, SecretsError, SecretsLimits, SecretsManager, State,
    StoreError, StoreFault, Trail, TrailEnd, Version,
};

use crate::bytes::Bytes;
use faulty::Faulty;
use model::{Model, New};

const MAX_STEPS: usize = 60;
/// When the clock begins, in seconds since 1970.
const START: u64 = 1_000_000;
/// So far the clock goes at most: less than the store remembers what was revoked.
const MAX_TIME: u64 = 20 * 24 * 60 * 60;
const TENANTS: [&str; 2] = ["one", "two"];
const ALGORITHMS: [&str; 2] = ["AES-256-GCM", "HMAC/SHA-256"];

/// Makes the operations that the input describes, and compares what there is with the model after each.
///
/// # Panics
///
/// If they differ.
pub fn store(input: &[u8]) {
    let mut bytes = Bytes::new(input);
    let mut limits = SecretsLimits::NONE;
    let choice = bytes.byte();
    if choice >= 128 {
        limits.keys = u64::from(choice % 4);
        limits.secrets = u64::from(choice / 4 % 4);
        limits.versions = u64::from(choice / 16 % 4);
        limits.bytes = 1_000;
    }
    let trail = [Trail::Off, Trail::Changes, Trail::Everything][usize::from(bytes.byte() % 3)];
    let mut world = World::new(limits, trail);
    for _ in 0..MAX_STEPS {
        if bytes.is_empty() {
            break;
        }
        world.step(&mut bytes);
    }
    for process in &world.processes {
        for namespace in &process[..] {
            namespace.verify_trail(TrailEnd::default(), |_| ()).expect("the audit trail holds together");
        }
    }
}

struct World {
    store: Arc<Faulty>,
    clock: Arc<AtomicU64>,
    limits: SecretsLimits,
    /// The namespaces as each process has them.
    processes: [[Namespace; 2]; 2],
    /// What must be in them.
    models: [Model; 2],
}

impl World {
    fn new(limits: SecretsLimits, trail: Trail) -> Self {
        let store = Arc::new(Faulty::default());
        let clock = Arc::new(AtomicU64::new(START));
        let root_key = RootKey::generate().expect("the system has random numbers");
        let root_key = root_key.to_text().expect("a key that is here can be written");
        let process = |_| {
            let root_key = RootKey::parse(root_key.as_bytes(), "the fuzzer").expect("it was written");
            let clock = Arc::clone(&clock);
            let manager = SecretsManager::builder(Arc::clone(&store))
                .root_key(root_key)
                .trail(trail)
                .cached_records(3)
                .clock(move || clock.load(Ordering::Relaxed))
                .build()
                .expect("it has a root key");
            TENANTS.map(|name| manager.namespace(name).policy(Policy::default().limits(limits)).who(name))
        };
        let processes = [(), ()].map(process);
        Self { store, clock, limits, processes, models: Default::default() }
    }

    fn now(&self) -> u64 {
        self.clock.load(Ordering::Relaxed)
    }

    /// One operation, of one process, on one namespace, with faults.
    fn step(&mut self, bytes: &mut Bytes<'_>) {
        let (operation, who) = (bytes.byte(), bytes.byte());
        let (process, tenant) = (usize::from(who % 2), usize::from(who / 2 % 2));
        let namespace = self.processes[process][tenant].clone();
        let choice = bytes.byte();
        let identifier = self.identifier(tenant, choice);
        let version = match bytes.byte() {
            0..100 => Version::Latest,
            100..140 => Version::All,
            number => Version::Number(u64::from(number % 4)),
        };
        let faults = if who >= 64 { bytes.take(usize::from(who % 16)) } else { &[] };
        let now = self.now();
        let before = self.models[tenant].clone();
        let mut after = before.clone();
        self.store.begin(faults);
        // What it came to, and what it should have come to.
        let (done, expected): (Result<(), SecretsError>, Result<(), Errno>) = match operation % 8 {
            0 | 1 => {
                let new = self.new_content(operation, bytes);
                match namespace.create(record(&new)) {
                    Ok(header) => {
                        assert_eq!((header.version, header.expires), (1, new.expires));
                        assert!(self.is_new(&header.identifier), "an identifier was given twice");
                        let expected = after.create(header.identifier, &new, &self.limits);
                        (Ok(()), expected)
                    }
                    Err(error) => {
                        // Its identifier is not known, unless it is there all the same.
                        self.store.end();
                        let identifier = self.entry_besides(tenant, &before).unwrap_or_else(unused);
                        (Err(error), after.create(identifier, &new, &self.limits))
                    }
                }
            }
            2 => {
                let new = self.new_content(bytes.byte(), bytes);
                let expected = after.replace(&identifier, &new, &self.limits);
                let done = namespace.replace(&identifier, record(&new));
                if let (Ok(header), Ok(number)) = (&done, expected) {
                    assert_eq!((header.version, header.identifier), (number, identifier));
                }
                (done.map(drop), expected.map(drop))
            }
            3 => {
                let kind = kind(bytes.byte());
                let expected = before.load(kind, &identifier, version, now);
                // Nothing is loaded by all.
                let expected = if version == Version::All { Err(Errno::NotFound) } else { expected };
                let done = namespace.load(kind, &identifier, version);
                if let (Ok(opened), Ok(expected)) = (&done, expected) {
                    assert_eq!((opened.header().version, opened.bytes()), expected);
                }
                (done.map(drop), expected.map(drop))
            }
            4 => {
                let expected = after.revoke(kinds(choice), &identifier, version);
                let done = namespace.revoke(kinds(choice), &identifier, version);
                if let (Ok(done), Ok(expected)) = (&done, &expected) {
                    assert_eq!(done, expected);
                }
                (done.map(drop), expected.map(drop))
            }
            5 => {
                let at = self.expiry(bytes);
                let expected = after.expire(kinds(choice), &identifier, version, at);
                let done = namespace.expire(kinds(choice), &identifier, version, at);
                if let (Ok(done), Ok(expected)) = (&done, &expected) {
                    assert_eq!(done, expected);
                }
                (done.map(drop), expected.map(drop))
            }
            6 => {
                let later = now + u64::from(bytes.byte()) * 60;
                self.clock.store(later.min(START + MAX_TIME), Ordering::Relaxed);
                (Ok(()), Ok(()))
            }
            _ => match namespace.forget() {
                Ok(forgotten) => {
                    assert_eq!(forgotten, 0, "all of it is to be remembered still");
                    (Ok(()), Ok(()))
                }
                Err(error) => (Err(error), Ok(())),
            },
        };
        if expected.is_err() {
            after.clone_from(&before);
        }
        let failed = self.store.end();
        self.models[tenant] = match done {
            Ok(()) => {
                assert_eq!(expected, Ok(()), "operation {} is done, and should not be", operation % 8);
                after
            }
            Err(SecretsError::Store(StoreError { fault: StoreFault::InDoubt, .. })) => {
                assert!(failed);
                self.models[tenant].clone_from(&after);
                if self.snapshot(tenant, process) == after { after } else { before }
            }
            Err(SecretsError::Store(_)) => {
                assert!(failed, "the store failed unasked");
                before
            }
            Err(error) => {
                assert_eq!(expected, Err(error.errno()), "operation {}: {error}", operation % 8);
                before
            }
        };
        // As the other process has it, and as this one has.
        for reader in [1 - process, process] {
            assert_eq!(self.snapshot(tenant, reader), self.models[tenant], "operation {}", operation % 8);
        }
        let usage = namespace.usage().expect("the store works again");
        // What is sealed has a nonce and a tag, which count among the 256 bytes.
        assert_eq!([usage.keys, usage.secrets, usage.bytes], self.models[tenant].usage());
    }

    /// One that is there, or one that never was.
    fn identifier(&self, tenant: usize, choice: u8) -> Identifier {
        // Of the other namespace, sometimes.
        let tenant = if choice >= 240 { 1 - tenant } else { tenant };
        let items = &self.models[tenant].items;
        let nth = usize::from(choice) % (items.len() + 1);
        items.keys().nth(nth).copied().unwrap_or_else(unused)
    }

    fn is_new(&self, identifier: &Identifier) -> bool {
        self.models.iter().all(|model| !model.items.contains_key(identifier))
    }

    fn new_content(&self, choice: u8, bytes: &mut Bytes<'_>) -> New {
        let kind = kind(choice / 8);
        let algorithm = if kind == Kind::Secret { "" } else { bytes.pick(&ALGORITHMS) };
        let (len, fill) = (usize::from(bytes.byte() % 80), bytes.byte());
        let mut expires = self.expiry(bytes);
        if kind == Kind::Secret && expires.is_none() {
            expires = Some(self.now() + 1_000);
        }
        New { kind, algorithm, bytes: vec![fill; len], expires }
    }

    /// Never, or a time around now.
    fn expiry(&self, bytes: &mut Bytes<'_>) -> Option<u64> {
        match bytes.byte() {
            0 => None,
            minutes => Some(self.now() - 600 + u64::from(minutes) * 60),
        }
    }

    fn entries(&self, tenant: usize, process: usize) -> Vec<Entry> {
        self.processes[process][tenant].list(None, usize::MAX).expect("the store works again")
    }

    /// What a change that failed has put in all the same.
    fn entry_besides(&self, tenant: usize, before: &Model) -> Option<Identifier> {
        let mut found = self.entries(tenant, 0).into_iter().map(|entry| entry.header.identifier);
        found.find(|identifier| !before.items.contains_key(identifier))
    }

    /// All that there is of a namespace, as a process has it.
    fn snapshot(&self, tenant: usize, process: usize) -> Model {
        let namespace = &self.processes[process][tenant];
        let mut model = Model::default();
        for Entry { header, state, .. } in self.entries(tenant, process) {
            let bytes = (state == State::Active).then(|| {
                let version = Version::Number(header.version);
                match namespace.load(header.kind, &header.identifier, version) {
                    Ok(opened) => {
                        assert_eq!(*opened.header(), header);
                        opened.bytes().to_vec()
                    }
                    // Its bytes are looked at when it can be loaded again.
                    Err(SecretsError::Expired) => self.known_bytes(tenant, &header.identifier, header.version),
                    Err(error) => panic!("{error}"),
                }
            });
            let known = model.items.entry(header.identifier).or_insert_with(|| model::Known {
                kind: header.kind,
                algorithm: header.algorithm.clone(),
                versions: BTreeMap::new(),
            });
            known.versions.insert(header.version, model::Content { bytes, expires: header.expires });
        }
        model
    }

    fn known_bytes(&self, tenant: usize, identifier: &Identifier, version: u64) -> Vec<u8> {
        let known = self.models[tenant].items.get(identifier);
        known.and_then(|known| known.versions.get(&version)?.bytes.clone()).unwrap_or_default()
    }
}

fn record(new: &New) -> NewRecord<'_> {
    let record = match new.kind {
        Kind::KeyPair => NewRecord::key_pair(new.algorithm, &new.bytes),
        Kind::SymmetricKey => NewRecord::symmetric_key(new.algorithm, &new.bytes),
        Kind::Secret => NewRecord::secret(&new.bytes, new.expires.unwrap_or_default()),
    };
    new.expires.map_or(record, |expires| record.expires(expires))
}

fn kind(choice: u8) -> Kind {
    [Kind::SymmetricKey, Kind::Secret, Kind::KeyPair][usize::from(choice % 3)]
}

fn kinds(choice: u8) -> &'static [Kind] {
    if choice % 5 == 1 { &[Kind::Secret] } else { &[Kind::KeyPair, Kind::SymmetricKey, Kind::Secret] }
}

/// An identifier that no store gives.
fn unused() -> Identifier {
    Identifier::from_bytes(&[0; Identifier::LEN]).expect("it has the right length")
}
