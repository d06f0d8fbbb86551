//! What loading and changing cost. Not run unless asked for:
//! `cargo test --release --features sqlite --test secrets -- --ignored --nocapture figures`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use wasi_crypto_host::secrets::{
    Identifier, Kind, MemoryStore, Namespace, Policy, RootKey, SecretsLimits, SecretsManager, SecretsStore,
    SqliteStore, Version,
};

use crate::processes::key;
use crate::worker::Folder;

#[test]
#[ignore = "measures, and asserts nothing"]
fn figures() {
    measure("memory", MemoryStore::new(), 10_000);
    for keys in [1, 2_000] {
        let folder = Folder::new("figures");
        measure("SQLite", SqliteStore::open(folder.path().join("keys.db")).unwrap(), keys);
    }
}

fn measure(name: &str, store: impl SecretsStore + 'static, keys: u64) {
    let manager = SecretsManager::builder(store).root_key(RootKey::generate().unwrap()).build().unwrap();
    let policy = Policy::default().limits(SecretsLimits::NONE);
    let namespace = manager.namespace("tenant").policy(policy.clone());
    let start = Instant::now();
    let ids: Vec<Identifier> = (0..keys).map(|_| namespace.create(key(&[1; 32])).unwrap().identifier).collect();
    println!("{name}, {keys} keys: {:?} to create one", start.elapsed() / u32::try_from(keys).unwrap());

    let load = |namespace: &Namespace, id, version| black_box(namespace.load(Kind::SymmetricKey, id, version).unwrap());
    let warm = &ids[..ids.len().min(100)];
    let each = |version| best(|| warm.iter().for_each(|id| drop(load(&namespace, id, version)))) / warm.len() as u32;
    println!("  warm load: {:?} the latest, {:?} by number", each(Version::Latest), each(Version::Number(1)));
    let mut cold = Duration::ZERO;
    for id in &ids {
        // Loaded for the first time.
        let start = Instant::now();
        drop(load(&namespace, id, Version::Latest));
        cold += start.elapsed();
    }
    println!("  load of all in turn: {:?} each", cold / u32::try_from(keys).unwrap());
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
