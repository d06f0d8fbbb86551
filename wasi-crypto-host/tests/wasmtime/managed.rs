//! Managed keys and secrets of guests on wasmtime.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use wasi_crypto_host::WasiCryptoCtx;
use wasi_crypto_host::secrets::{RootKey, SecretsManager, SecretsStore};
use wasmtime::Val;

use crate::executor::executor;
use crate::guest::{ONE_PAGE, Wasm, engine};
use crate::managed_guest::{ALL, KINDS, LATEST, Managed};
use crate::store::Asking;
use crate::support::Guest;

/// A guest of a namespace in this store.
fn guest_of(store: impl SecretsStore + 'static, is_async: bool) -> Guest<Wasm> {
    let mut wasm = Wasm::new(&engine(), ONE_PAGE, is_async.then(executor));
    let manager = SecretsManager::builder(store).root_key(RootKey::generate().unwrap()).build().unwrap();
    wasm.store.data_mut().first = WasiCryptoCtx::builder().secrets(manager.namespace("tenant")).build().unwrap();
    Guest::new(wasm)
}

#[test]
fn a_guest_has_managed_keys_and_secrets() {
    for is_async in [false, true] {
        let mut guest = guest_of(Asking::new(|| Ok(())), is_async);
        let manager = guest.manager();
        for kind in KINDS {
            let algorithm = kind.algorithms()[0];
            let old = guest.generate_managed(manager, kind, algorithm).unwrap();
            let (id, version) = guest.id(kind, old).unwrap();
            assert_eq!(version, 1);
            let new = guest.own(kind, algorithm);
            assert_eq!(guest.replace(manager, kind, old, new), Ok(2));
            let loaded = guest.from_id(manager, kind, &id, LATEST).unwrap();
            assert_eq!(guest.fingerprint(kind, loaded), guest.fingerprint(kind, new));
            guest.invalidate(manager, &id, ALL).unwrap();
            assert!(guest.from_id(manager, kind, &id, 1).is_err());
        }
        // Seconds, and versions, of more than 32 bits.
        let id = guest.store_secret(manager, b"token", 1 << 40).unwrap();
        assert_eq!(guest.secret(manager, &id, LATEST).unwrap(), b"token");
        assert!(guest.secret(manager, &id, 1 | 1 << 32).is_err());
        let sealed = guest.encapsulate(manager, b"token", 1 << 40).unwrap();
        assert_eq!(guest.decapsulate(manager, &sealed).unwrap(), b"token");
    }
}

#[test]
fn a_slow_store_leaves_the_executor_to_others() {
    let (gate, is_shut) = (Arc::new((Mutex::new(false), Condvar::new())), Arc::new(AtomicBool::new(false)));
    let (of_store, shut) = (gate.clone(), is_shut.clone());
    let store = Asking::new(move || {
        if shut.load(Ordering::Relaxed) {
            let (is_open, opened) = &*of_store;
            drop(opened.wait_while(is_open.lock().unwrap(), |is_open| !*is_open).unwrap());
        }
        Ok(())
    });
    let mut guest = guest_of(store, true);
    let manager = guest.manager();
    is_shut.store(true, Ordering::Relaxed);
    let wasm = &mut guest.transport;
    let (runtime, store) = (wasm.runtime.take().unwrap(), wasm.function("external_secret_store"));
    runtime.block_on(async {
        // Runs on the only thread of the executor, while the store waits for it.
        tokio::spawn(async move {
            *gate.0.lock().unwrap() = true;
            gate.1.notify_all();
        });
        let (args, mut errno) = ([manager, 64, 5].map(|arg| Val::I32(arg.cast_signed())), [Val::I32(-1)]);
        let rest = [Val::I64(i64::MAX), Val::I32(128), Val::I32(32)];
        let args = [&args[..], &rest].concat();
        store.call_async(&mut wasm.store, &args, &mut errno).await.unwrap();
        assert_eq!(errno[0].unwrap_i32(), 0);
    });
}
