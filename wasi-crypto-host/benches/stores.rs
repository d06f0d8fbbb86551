//! What loading and changing managed keys costs, by store, and by how much else is in it.
//!
//! `cargo xtask bench stores [KEYS]`. In each line some keys are loaded from a namespace that has so many others: cold
//! without anything in memory, so that the record is read and opened; warm as a guest does it that loads the same key
//! again, where the store is only asked whether it is still what it was. The last line is of a thousand namespaces, each
//! with one key: cold is with the key of the namespace unwrapped, too. Times are the shortest of several rounds for what
//! is loaded, means for what is made.
#![allow(missing_docs)]

#[cfg(all(feature = "postgres", unix))]
#[path = "../tests/secrets/postgres_server.rs"]
mod postgres_server;

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wasi_crypto_host::secrets::{
    Entry, Header, Identifier, Item, Kind, MemoryStore, Namespace, NewRecord, Policy, Record, RootKey, SecretsManager,
    SecretsStore, SqliteStore, State, Version,
};

fn main() {
    // Cargo adds options of its own.
    let most = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(100_000);
    println!("{:<36}{:>12}{:>12}{:>12}{:>14}", "", "create", "cold", "warm", "warm, number");
    all("memory", most, |_| Arc::new(MemoryStore::new()));
    let folder = Folder::new();
    all("SQLite", most, |name| Arc::new(SqliteStore::open(folder.0.join(name)).unwrap()));
    #[cfg(all(feature = "postgres", unix))]
    if let Some(server) = postgres_server::Server::start("bench", &[]) {
        let open = |url: &str| {
            // So many keys at once take longer than a guest's change ever does.
            let builder = wasi_crypto_host::secrets::PostgresStore::builder(url);
            builder.timeout(Duration::from_secs(60)).open().unwrap()
        };
        all("PostgreSQL", most, |name| Arc::new(open(&server.database(name))));
    }
}

/// Measures the stores that a function makes, one for each name.
fn all(name: &str, most: u32, make: impl Fn(&str) -> Arc<dyn SecretsStore>) {
    for others in [0, 1_000, 100_000, 1_000_000].into_iter().filter(|others| *others <= most) {
        let store = make(&format!("keys-{others}"));
        fill(&*store, others);
        let times = in_one_namespace(&store);
        times.print(&format!("{name}, {others} other keys"));
    }
    in_many_namespaces(&make("namespaces")).print(&format!("{name}, {NAMESPACES} namespaces"));
}

/// For one key each.
struct Times {
    create: Duration,
    cold: Duration,
    warm: Duration,
    warm_by_number: Duration,
}

impl Times {
    fn print(&self, what: &str) {
        let [create, cold, warm, number] = [self.create, self.cold, self.warm, self.warm_by_number].map(text);
        println!("{what:<36}{create:>12}{cold:>12}{warm:>12}{number:>14}");
    }
}

fn text(time: Duration) -> String {
    format!("{:.2} µs", time.as_secs_f64() * 1e6)
}

fn in_one_namespace(store: &Arc<dyn SecretsStore>) -> Times {
    let (root_key, policy) = (RootKey::generate().unwrap(), Policy::unrestricted());
    let cold = manager(store, &root_key, 0).namespace("tenant").policy(policy.clone());
    let warm = manager(store, &root_key, 1_000).namespace("tenant").policy(policy);
    let start = Instant::now();
    let ids: Vec<Identifier> = (0..KEYS).map(|_| create(&warm)).collect();
    let create = start.elapsed() / KEYS;
    let each = |namespace: &Namespace, version| ids.iter().for_each(|id| load(namespace, id, version));
    Times {
        create,
        cold: best(|| each(&cold, Version::Latest)) / KEYS,
        warm: best(|| each(&warm, Version::Latest)) / KEYS,
        warm_by_number: best(|| each(&warm, Version::Number(1))) / KEYS,
    }
}

fn in_many_namespaces(store: &Arc<dyn SecretsStore>) -> Times {
    let root_key = RootKey::generate().unwrap();
    let open = |records| {
        let manager = manager(store, &root_key, records);
        (0..NAMESPACES).map(|number| manager.namespace(&format!("tenant-{number}"))).collect::<Vec<_>>()
    };
    let namespaces = open(16);
    let start = Instant::now();
    let ids: Vec<Identifier> = namespaces.iter().map(create).collect();
    let create = start.elapsed() / NAMESPACES;
    let each = |namespaces: &[Namespace], version| {
        namespaces.iter().zip(&ids).for_each(|(namespace, id)| load(namespace, id, version));
    };
    let fresh = open(0);
    let start = Instant::now();
    each(&fresh, Version::Latest);
    let cold = start.elapsed() / NAMESPACES;
    Times {
        create,
        cold,
        warm: best(|| each(&namespaces, Version::Latest)) / NAMESPACES,
        warm_by_number: best(|| each(&namespaces, Version::Number(1))) / NAMESPACES,
    }
}

fn manager(store: &Arc<dyn SecretsStore>, root_key: &RootKey, records: usize) -> SecretsManager {
    let root_key = RootKey::parse(root_key.to_text().unwrap().as_bytes(), "").unwrap();
    SecretsManager::builder(store.clone()).root_key(root_key).cached_records(records).build().unwrap()
}

fn create(namespace: &Namespace) -> Identifier {
    namespace.create(NewRecord::symmetric_key("AES-256-GCM", &[1; 32])).unwrap().identifier
}

fn load(namespace: &Namespace, id: &Identifier, version: Version) {
    drop(black_box(namespace.load(Kind::SymmetricKey, id, version).unwrap()));
}

/// Puts in keys that nobody can open, many in each change.
fn fill(store: &dyn SecretsStore, keys: u32) {
    let mut random: u64 = 7;
    for from in (0..keys).step_by(10_000) {
        let change = store.change("tenant", &mut |to| {
            for _ in from..keys.min(from + 10_000) {
                let bytes: Vec<u8> = (0..4).flat_map(|_| next(&mut random).to_le_bytes()).collect();
                let identifier = Identifier::from_bytes(&bytes).unwrap();
                let (kind, algorithm) = (Kind::SymmetricKey, "AES-256-GCM".to_owned());
                let item = Item { kind, algorithm: algorithm.clone(), highest: 1, latest: Some(1) };
                to.put_item(&identifier, &item)?;
                let header =
                    Header { identifier, version: 1, kind, algorithm, imported: false, created: 0, expires: None };
                let entry = Entry { header, state: State::Active, keep_until: None, sealed_len: 72, sealed_by: 1 };
                to.put(&Record { entry, sealed: vec![1; 72] })?;
            }
            Ok(())
        });
        change.unwrap();
    }
}

/// A xorshift generator.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// The shortest of several rounds, as many as go into half a second.
fn best(work: impl Fn()) -> Duration {
    let end = Instant::now() + Duration::from_millis(500);
    let mut best = Duration::MAX;
    loop {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed());
        if Instant::now() > end {
            return best;
        }
    }
}

/// A folder that is gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("wasi-crypto-stores-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const KEYS: u32 = 100;
const NAMESPACES: u32 = 1_000;
