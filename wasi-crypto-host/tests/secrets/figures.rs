//! What loading and changing cost. Not run unless asked for:
//! `cargo test --release --features sqlite --test secrets -- --ignored --nocapture figures`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use wasi_crypto_host::secrets::{
    Entry, Header, Identifier, Item, Kind, MemoryStore, Namespace, Policy, Record, RootKey, SecretsLimits,
    SecretsManager, SecretsStore, SqliteStore, State, Version,
};

use crate::crash::Random;
use crate::processes::key;
use crate::worker::Folder;

#[test]
#[ignore = "measures, and asserts nothing"]
fn figures() {
    measure("memory", MemoryStore::new(), 0);
    for others in [0, 1_000, 1_000_000] {
        let folder = Folder::new("figures");
        measure("SQLite", SqliteStore::open(folder.path().join("keys.db")).unwrap(), others);
    }
}

/// Measures with some keys in a namespace that has so many others.
fn measure(name: &str, store: impl SecretsStore + 'static, others: u32) {
    println!("{name}, {others} other keys:");
    fill(&store, others);
    let builder = SecretsManager::builder(store).root_key(RootKey::generate().unwrap()).cached_records(1_000);
    let manager = builder.build().unwrap();
    let namespace = manager.namespace("tenant").policy(Policy::default().limits(SecretsLimits::NONE));
    let start = Instant::now();
    let ids: Vec<Identifier> = (0..KEYS).map(|_| namespace.create(key(&[1; 32])).unwrap().identifier).collect();
    println!("  create: {:?}", start.elapsed() / KEYS);

    let load = |namespace: &Namespace, id, version| {
        drop(black_box(namespace.load(Kind::SymmetricKey, id, version).unwrap()));
    };
    let start = Instant::now();
    ids.iter().for_each(|id| load(&namespace, id, Version::Latest));
    println!("  load, for the first time: {:?}", start.elapsed() / KEYS);
    let warm = |version| best(|| ids.iter().for_each(|id| load(&namespace, id, version))) / KEYS;
    println!("  load, again: {:?} the latest, {:?} by number", warm(Version::Latest), warm(Version::Number(1)));
}

/// Puts in keys that nobody can open, many in each change.
fn fill(store: &dyn SecretsStore, keys: u32) {
    let mut random = Random(7);
    for from in (0..keys).step_by(10_000) {
        let change = store.change("tenant", &mut |to| {
            for _ in from..keys.min(from + 10_000) {
                let bytes: Vec<u8> = (0..4).flat_map(|_| random.below(u64::MAX).to_le_bytes()).collect();
                let identifier = Identifier::from_bytes(&bytes).unwrap();
                let (kind, algorithm) = (Kind::SymmetricKey, "AES-256-GCM".to_owned());
                let item = Item { kind, algorithm: algorithm.clone(), highest: 1, latest: Some(1) };
                to.put_item(&identifier, &item)?;
                let header =
                    Header { identifier, version: 1, kind, algorithm, imported: false, created: 0, expires: None };
                let entry = Entry { header, state: State::Active, keep_until: None, sealed_len: 72 };
                to.put(&Record { entry, sealed: vec![1; 72] })?;
            }
            Ok(())
        });
        change.unwrap();
    }
}

/// The shortest of many times.
fn best(work: impl Fn()) -> Duration {
    let times = (0..100).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed()
    });
    times.min().unwrap()
}

const KEYS: u32 = 100;
