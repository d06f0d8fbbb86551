//! A server as an embedder writes it, with honest and hostile guests mixed, modules and components, killed and started again in the middle. A few seconds of it are
//! in the tests; `cargo xtask soak` lets it run for longer.

mod components;
mod load;
mod priority;
mod server;

use std::time::Duration;

use wasi_crypto_host::secrets::{NewRecord, Policy, RootKeyFile, SecretsManager, SecretsStore, SqliteStore};

use load::Load;
use server::Process;

/// The key that all honest guests use, and never see.
const KEY: &[u8; 32] = b"the key of every honest guest...";
const NAMESPACE: &str = "tenant";
/// The namespace of those that do harm.
const OTHERS: &str = "hostile";

/// How long it goes on, in seconds, unless the variable says otherwise.
const SECONDS: u64 = 6;
const VARIABLE: &str = "WASI_CRYPTO_SOAK_SECONDS";
/// Set where the machine has nothing else to do: then times are held to their bounds, with more contexts at a time.
const ALONE: &str = "WASI_CRYPTO_SOAK_ALONE";

#[test]
fn honest_guests_do_not_suffer_from_hostile_ones() {
    let seconds = std::env::var(VARIABLE).map_or(SECONDS, |seconds| seconds.parse().expect("a number of seconds"));
    let is_alone = std::env::var_os(ALONE).is_some();
    let folder = Folder::new();
    let identifier = {
        let root_key = RootKeyFile::create(folder.path("root.key")).unwrap();
        let store = SqliteStore::open(folder.path("keys.db")).unwrap();
        let manager = SecretsManager::builder(store).root_key(root_key).build().unwrap();
        let operator = manager.namespace(NAMESPACE).policy(Policy::unrestricted());
        operator.create(NewRecord::symmetric_key("HMAC/SHA-256", KEY).imported()).unwrap().identifier
    };
    let half = Duration::from_secs(seconds).div_f64(2.0);
    let mut report = Vec::new();
    for run in 1..=2 {
        let process = Process::start(&folder.0, identifier, if is_alone { 10_000 } else { 500 });
        let alone = Load::alone(&process, half / 10);
        let mixed = Load::mixed(&process, half);
        let line = format!(
            "run {run}: honest alone {alone}; among hostile guests {mixed}; memory {} KiB at the beginning, {} KiB at the end",
            mixed.memory[0], mixed.memory[1]
        );
        println!("{line}");
        report.push(line);
        assert!(mixed.honest.len() > 10, "hardly anything was done: {report:#?}");
        if is_alone {
            // Of the slowest there are too few to hold them to each other.
            for share in [5_000, 9_900, 9_999] {
                let bound = 3 * alone.time_of(share).max(Duration::from_millis(1));
                assert!(mixed.time_of(share) <= bound, "an honest guest waits for too long: {report:#?}");
            }
        }
        // What a few guests at a time take up, and the allocator keeps.
        assert!(mixed.memory[1] <= mixed.memory[0] + mixed.memory[0] / 4 + (48 << 10), "it grows: {report:#?}");
        // Killed while hostile guests may still be at work in it.
        drop(process);
    }
    let namespaces = SqliteStore::open(folder.path("keys.db")).unwrap().namespaces().unwrap();
    assert_eq!(namespaces, [OTHERS, NAMESPACE], "hostile guests change the store, too");
}

/// The process that [`Process::start`] starts; nothing by itself.
#[test]
#[ignore = "a process of another test"]
fn serve() {
    if let Some((folder, identifier, contexts)) = server::given() {
        server::serve(&folder, identifier, contexts);
    }
}

/// Gone when it is dropped.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("wasi-crypto-soak-{}", std::process::id()));
        // Of a process that was killed.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
