//! What managed keys cost. Not run unless asked for:
//! `cargo test --release --features sqlite --test managed -- --ignored --nocapture figures`.

use std::time::{Duration, Instant};

use wasi_crypto_host::WasiCryptoCtx;
use wasi_crypto_host::secrets::{MemoryStore, RootKey, SecretsManager, SecretsStore};

use crate::guest::{KINDS, Kind, LATEST, Managed};
use crate::support::{Guest, Native};

#[test]
#[ignore = "measures, and asserts nothing"]
fn figures() {
    measure("memory", MemoryStore::new());
    #[cfg(feature = "sqlite")]
    {
        let file = std::env::temp_dir().join(format!("wasi-crypto-figures-{}.db", std::process::id()));
        measure("SQLite", wasi_crypto_host::secrets::SqliteStore::open(&file).unwrap());
        for suffix in ["", "-wal", "-shm"] {
            _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
        }
    }
}

fn measure(name: &str, store: impl SecretsStore + 'static) {
    let manager = SecretsManager::builder(store).root_key(RootKey::generate().unwrap()).build().unwrap();
    let mut guest = Guest::with_limits(WasiCryptoCtx::builder().secrets(manager.namespace("tenant")));
    let secrets = guest.manager();
    for (kind, algorithm) in [
        (Kind::Keypair, "Ed25519"),
        (Kind::Keypair, "ECDSA_P256_SHA256"),
        (Kind::Keypair, "RSA_PSS_2048_SHA256"),
        (Kind::SymmetricKey, "AES-256-GCM"),
        (Kind::SymmetricKey, "HMAC/SHA-256"),
    ] {
        let own = guest.own(kind, algorithm);
        let encoded = guest.export_key(kind, own).unwrap();
        let start = Instant::now();
        let id = guest.store(secrets, kind, own).unwrap();
        let stored = start.elapsed();
        let import = best(|| {
            let key = match kind {
                Kind::Keypair => {
                    let ([name, name_len], [key, len]) = (guest.put(algorithm.as_bytes()), guest.put(&encoded));
                    guest.call_for_u32("keypair_import", &[0, name, name_len, key, len, 1]).unwrap()
                }
                Kind::SymmetricKey => guest.import(algorithm, &encoded).unwrap(),
            };
            guest.close_key(kind, key).unwrap();
        });
        let load = best(|| {
            let key = guest.from_id(secrets, kind, &id, LATEST).unwrap();
            guest.close_key(kind, key).unwrap();
        });
        println!(
            "{name}, {algorithm}: stored once in {stored:?}; from_id {load:?}, import {import:?}, both with close"
        );
    }
    for kind in KINDS {
        let own = guest.own(kind, kind.algorithms()[0]);
        let raw = best(|| finish(&mut guest, kind, own));
        guest.store(secrets, kind, own).unwrap();
        let managed = best(|| finish(&mut guest, kind, own));
        println!("{name}, {}: signature or tag with a raw key {raw:?}, managed {managed:?}", kind.algorithms()[0]);
    }
}

/// A signature or tag, with nothing left open.
fn finish(guest: &mut Guest<Native>, kind: Kind, key: u32) {
    match kind {
        Kind::Keypair => {
            let state = guest.call_for_u32("signature_state_open", &[key]).unwrap();
            let signature = guest.call_for_u32("signature_state_sign", &[state]).unwrap();
            guest.call("signature_close", &[signature]).unwrap();
            guest.call("signature_state_close", &[state]).unwrap();
        }
        Kind::SymmetricKey => {
            let state = guest.open(kind.algorithms()[0], Some(key), None).unwrap();
            let tag = guest.squeeze_tag(state).unwrap();
            guest.call("symmetric_tag_close", &[tag]).unwrap();
            guest.close(state).unwrap();
        }
    }
}

/// The time of one, where two hundred in a row took the least.
fn best(mut work: impl FnMut()) -> Duration {
    const TIMES: u32 = 200;
    let rounds = (0..10).map(|_| {
        let start = Instant::now();
        (0..TIMES).for_each(|_| work());
        start.elapsed() / TIMES
    });
    rounds.min().unwrap_or_default()
}
