//! Managed keys of a guest with threads.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use wasi_crypto_host::secrets::Policy;
use wasi_crypto_host::{Errno, SharedWasiCryptoCtx, WasiCryptoCtx};

use crate::guest::{KINDS, LATEST, Managed, Operator};
use crate::support::{Guest, Native, PAGE};

const THREADS: usize = 4;

fn shared() -> SharedWasiCryptoCtx {
    let namespace = Operator::new().namespace(Policy::default().max_versions(1_000));
    SharedWasiCryptoCtx::new(WasiCryptoCtx::builder().secrets(namespace).build().unwrap())
}

/// A thread of a guest.
fn thread_of(ctx: &SharedWasiCryptoCtx) -> Guest<Native<SharedWasiCryptoCtx>> {
    Guest::new(Native { ctx: ctx.clone(), memory: vec![0; PAGE] })
}

#[test]
fn threads_that_rotate_one_key_at_once_lose_no_version() {
    const EACH: usize = 25;
    for kind in KINDS {
        let ctx = shared();
        let mut guest = thread_of(&ctx);
        let manager = guest.manager();
        let key = guest.generate_managed(manager, kind, kind.algorithms()[0]).unwrap();
        let (id, _) = guest.id(kind, key).unwrap();
        let rotate = || {
            let mut guest = thread_of(&ctx);
            let rotated = (0..EACH).map(|_| {
                let old = guest.from_id(manager, kind, &id, LATEST).unwrap();
                let new = guest.own(kind, kind.algorithms()[0]);
                let expected = guest.fingerprint(kind, new);
                (guest.replace(manager, kind, old, new).unwrap(), expected)
            });
            rotated.collect::<Vec<_>>()
        };
        let rotated: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(rotate)).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        let versions: BTreeSet<u64> = rotated.iter().map(|(version, _)| *version).collect();
        assert!(versions.into_iter().eq(2..2 + (THREADS * EACH) as u64));
        for (version, expected) in rotated {
            let loaded = guest.from_id(manager, kind, &id, version).unwrap();
            assert_eq!(guest.fingerprint(kind, loaded), expected);
        }
    }
}

#[test]
fn what_a_thread_loads_while_another_revokes_it_is_revoked() {
    for kind in KINDS {
        let algorithm = kind.algorithms()[0];
        for _ in 0..50 {
            let ctx = shared();
            let mut guest = thread_of(&ctx);
            let manager = guest.manager();
            let key = guest.generate_managed(manager, kind, algorithm).unwrap();
            let (id, _) = guest.id(kind, key).unwrap();
            let started = Arc::new(AtomicBool::new(false));
            let loaded: Vec<u32> = std::thread::scope(|scope| {
                let loaders: Vec<_> = (0..THREADS)
                    .map(|_| {
                        scope.spawn(|| {
                            let mut guest = thread_of(&ctx);
                            let mut loaded = Vec::new();
                            loop {
                                match guest.from_id(manager, kind, &id, LATEST) {
                                    Ok(key) => loaded.push(key),
                                    // The guest may hold no more; it waits.
                                    Err(Errno::Overflow | Errno::TooManyHandles) => std::thread::yield_now(),
                                    Err(errno) => break assert_eq!(errno, Errno::NotFound),
                                }
                                started.store(true, Ordering::Relaxed);
                            }
                            loaded
                        })
                    })
                    .collect();
                while !started.load(Ordering::Relaxed) {
                    std::thread::yield_now();
                }
                guest.invalidate(manager, &id, LATEST).unwrap();
                loaders.into_iter().flat_map(|loader| loader.join().unwrap()).collect()
            });
            assert!(!loaded.is_empty());
            for key in loaded {
                assert_eq!(guest.use_key(kind, algorithm, key), Err(Errno::NotFound));
            }
        }
    }
}
