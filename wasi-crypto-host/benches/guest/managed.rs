//! Managed keys against keys of the guest's own, over each store. Calls are made without an engine: what differs is behind them.

use wasi_crypto_host::WasiCryptoCtx;
use wasi_crypto_host::secrets::{MemoryStore, RootKey, SecretsManager, SecretsStore};
use wasi_crypto_host::version::LATEST;

use crate::Bench;
use crate::guest::Guest;
use crate::handles::SIGNATURES;
use crate::measure::Contender;

const MESSAGE: usize = 64;

/// A guest of a namespace, with a key pair of its own and a managed one.
struct Managed {
    guest: Guest,
    algorithm: &'static str,
    manager: u32,
    own: u32,
    managed: u32,
    identifier: Vec<u8>,
    /// That of its own, raw.
    raw: Vec<u8>,
}

impl Managed {
    fn new(store: impl SecretsStore + 'static, algorithm: &'static str) -> Self {
        let root_key = RootKey::generate().expect("random bytes");
        let secrets = SecretsManager::builder(store).root_key(root_key).build().expect("there is a root key");
        let mut guest = Guest::with(WasiCryptoCtx::builder().secrets(secrets.namespace("bench")));
        // The handle, an absent one, the name.
        let mut memory = [&[0; 8][..], &[1; 8], algorithm.as_bytes()].concat();
        let len = algorithm.len() as u32;
        let manager = guest.call_for_handle("secrets_manager_open", &mut memory, &[8, 0]);
        let own = guest.call_for_handle("keypair_generate", &mut memory, &[SIGNATURES, 16, len, 8, 0]);
        let managed =
            guest.call_for_handle("keypair_generate_managed", &mut memory, &[manager, SIGNATURES, 16, len, 8, 0]);
        let mut id = [0; 64];
        guest.call("keypair_id", &mut id, &[managed, 0, 32, 32, 40]);
        let output = guest.call_for_handle("keypair_export", &mut [0; 4], &[own, 0, 0]);
        let mut raw = [0; 512];
        guest.call("array_output_pull", &mut raw, &[output, 0, 504, 504]);
        let raw_len = u32::from_le_bytes([raw[504], raw[505], raw[506], raw[507]]) as usize;
        Self { guest, algorithm, manager, own, managed, identifier: id[..32].to_vec(), raw: raw[..raw_len].to_vec() }
    }

    /// A signature from open to close.
    fn sign(&mut self, key: u32) {
        let mut memory = [3; MESSAGE];
        let state = self.guest.call_for_handle("signature_state_open", &mut memory, &[key, 0]);
        self.guest.call("signature_state_update", &mut memory, &[state, 0, MESSAGE as u32]);
        let signature = self.guest.call_for_handle("signature_state_sign", &mut memory, &[state, 0]);
        self.guest.call("signature_close", &mut memory, &[signature]);
        self.guest.call("signature_state_close", &mut memory, &[state]);
    }

    fn load(&mut self) {
        let mut memory = [0; 40];
        memory[8..].copy_from_slice(&self.identifier);
        self.guest.call_u64("keypair_from_id", &mut memory, &[self.manager.into(), 8, 32, LATEST, 0]);
        let key = u32::from_le_bytes([memory[0], memory[1], memory[2], memory[3]]);
        self.guest.call("keypair_close", &mut memory, &[key]);
    }

    fn import(&mut self) {
        let mut memory = [&[0; 8][..], self.algorithm.as_bytes(), &self.raw].concat();
        let (len, raw_len) = (self.algorithm.len() as u32, self.raw.len() as u32);
        let args = [SIGNATURES, 8, len, 8 + len, raw_len, 0, 0];
        let key = self.guest.call_for_handle("keypair_import", &mut memory, &args);
        self.guest.call("keypair_close", &mut memory, &[key]);
    }
}

pub(crate) fn groups(bench: &mut Bench) {
    for algorithm in ["Ed25519", "ECDSA_P256_SHA256"] {
        let name = format!("managed: {algorithm} sign from open to close, 64 B");
        if bench.wants(&name) {
            let mut own = Managed::new(MemoryStore::new(), algorithm);
            let mut managed = Managed::new(MemoryStore::new(), algorithm);
            let contenders = vec![
                Contender::timed("a key of the guest's own", move |times| (0..times).for_each(|_| own.sign(own.own))),
                Contender::timed("a managed key", move |times| (0..times).for_each(|_| managed.sign(managed.managed))),
            ];
            bench.measure(&name, contenders, 1);
        }
        let name = format!("managed: {algorithm} from_id, warm");
        if bench.wants(&name) {
            let mut import = Managed::new(MemoryStore::new(), algorithm);
            let mut contenders =
                vec![Contender::timed("import of a raw key", move |times| (0..times).for_each(|_| import.import()))];
            #[cfg(feature = "sqlite")]
            let scratch = Scratch::new(algorithm);
            let mut load = |store: &str, mut guest: Managed| {
                let load = move |times| (0..times).for_each(|_| guest.load());
                contenders.push(Contender::timed(&format!("from_id, {store}"), load));
            };
            load("in memory", Managed::new(MemoryStore::new(), algorithm));
            #[cfg(feature = "sqlite")]
            load("SQLite", Managed::new(scratch.store(), algorithm));
            bench.measure(&name, contenders, 1);
        }
    }
}

/// A file for a store, as long as it is measured.
#[cfg(feature = "sqlite")]
struct Scratch(std::path::PathBuf);

#[cfg(feature = "sqlite")]
impl Scratch {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("wasi-crypto-bench-{}-{name}.db", std::process::id())))
    }

    fn store(&self) -> wasi_crypto_host::secrets::SqliteStore {
        wasi_crypto_host::secrets::SqliteStore::open(&self.0).expect("a file in the temporary folder")
    }
}

#[cfg(feature = "sqlite")]
impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left is in the temporary folder.
        _ = std::fs::remove_file(&self.0);
    }
}
