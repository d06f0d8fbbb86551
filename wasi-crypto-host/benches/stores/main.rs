//! What loading and changing managed keys costs, by store.
//!
//! `cargo xtask bench stores [KEYS]`, with up to so many other keys in a store. Stores are those of the build; PostgreSQL is left
//! out where it is not installed. Times are the shortest of several rounds for what is loaded, means for what is made.
#![allow(missing_docs)]

mod filled;
mod from_id;
#[path = "../../tests/managed/guest.rs"]
mod guest;
#[cfg(all(feature = "postgres", unix))]
#[path = "../../tests/secrets/postgres_server.rs"]
mod postgres_server;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wasi_crypto_host::secrets::{MemoryStore, RootKey, SecretsManager, SecretsStore, SqliteStore};

fn main() {
    // Cargo adds options of its own.
    let most = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(100_000);
    let folder = Folder::new();
    let sqlite = |name: &str| -> Arc<dyn SecretsStore> {
        Arc::new(SqliteStore::open(folder.0.join(name)).expect("a file in the temporary folder"))
    };
    let memory = Kind::new("memory", |_| Arc::new(MemoryStore::new()));
    let kinds: Vec<Kind<'_>> =
        [Some(memory), Some(Kind::new("SQLite", sqlite)), postgres()].into_iter().flatten().collect();
    from_id::measure(&kinds);
    println!();
    filled::measure(&kinds, most);
}

/// Where it is installed.
#[cfg(all(feature = "postgres", unix))]
fn postgres() -> Option<Kind<'static>> {
    let server = postgres_server::Server::start("bench", &[])?;
    Some(Kind::new("PostgreSQL", move |name| {
        // So many keys at once take longer than a guest's change ever does.
        let url = server.database(name);
        let builder = wasi_crypto_host::secrets::PostgresStore::builder(&url).timeout(Duration::from_secs(900));
        Arc::new(builder.open().expect("a database of the server"))
    }))
}

#[cfg(not(all(feature = "postgres", unix)))]
fn postgres() -> Option<Kind<'static>> {
    None
}

/// Stores of one kind: a new one for each name.
struct Kind<'a> {
    name: &'static str,
    #[allow(clippy::type_complexity, reason = "a function from a name to a store")]
    make: Box<dyn Fn(&str) -> Arc<dyn SecretsStore> + 'a>,
}

impl<'a> Kind<'a> {
    fn new(name: &'static str, make: impl Fn(&str) -> Arc<dyn SecretsStore> + 'a) -> Self {
        Self { name, make: Box::new(make) }
    }
}

/// A manager that keeps so many opened records of each namespace in memory.
fn manager(store: &Arc<dyn SecretsStore>, root_key: &RootKey, records: usize) -> SecretsManager {
    let root_key = RootKey::parse(root_key.to_text().unwrap().as_bytes(), "").unwrap();
    SecretsManager::builder(store.clone()).root_key(root_key).cached_records(records).build().unwrap()
}

/// The time of each of several things, which take turns: the shortest of several rounds, as many as go into half a second
/// for each.
fn best<const N: usize>(mut works: [&mut dyn FnMut(); N]) -> [Duration; N] {
    let end = Instant::now() + N as u32 * Duration::from_millis(500);
    let mut best = [Duration::MAX; N];
    while Instant::now() < end {
        for (work, best) in works.iter_mut().zip(&mut best) {
            let start = Instant::now();
            work();
            *best = start.elapsed().min(*best);
        }
    }
    best
}

fn text(time: Duration) -> String {
    format!("{:.2} µs", time.as_secs_f64() * 1e6)
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
