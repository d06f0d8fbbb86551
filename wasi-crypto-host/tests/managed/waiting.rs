//! Stores that do not answer: who waits for one can be stopped, and holds up nobody else.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use wasi_crypto_host::secrets::{Namespace, Policy, RootKey, SecretsManager};
use wasi_crypto_host::{Errno, GuestMemory, JobPool, Progress, SharedWasiCryptoCtx, WasiCryptoCtx};

use crate::guest::{KINDS, Kind, LATEST, Managed};
use crate::store::Asking;
use crate::support::{Guest, Native, PAGE, hostcall};

/// A store that stops answering, until it is told to go on.
#[derive(Clone, Default)]
struct Database {
    hangs: Arc<AtomicBool>,
    gate: Arc<(Mutex<bool>, Condvar)>,
}

impl Database {
    fn manager(&self) -> SecretsManager {
        let Self { hangs, gate } = self.clone();
        let store = Asking::new(move || {
            if hangs.load(Ordering::Relaxed) {
                drop(gate.1.wait_while(gate.0.lock().unwrap(), |is_open| !*is_open).unwrap());
            }
            Ok(())
        });
        SecretsManager::builder(store).root_key(RootKey::generate().unwrap()).build().unwrap()
    }

    fn hang(&self) {
        self.hangs.store(true, Ordering::Relaxed);
    }

    fn go_on(&self) {
        self.hangs.store(false, Ordering::Relaxed);
        *self.gate.0.lock().unwrap() = true;
        self.gate.1.notify_all();
    }
}

/// From a stop on, a call may go on for so long.
const SOON: Duration = Duration::from_millis(100);

/// How late the calls ended whose machine had the least else to do. Without a stop, each would wait for ever.
fn at_best(late: &[Duration]) -> Duration {
    *late.iter().min().expect("there were calls")
}

#[test]
fn a_call_that_waits_for_a_store_heeds_a_stop() {
    let mut late = [Vec::new(), Vec::new()];
    for is_deadline in [false, true].repeat(5) {
        let database = Database::default();
        let builder = WasiCryptoCtx::builder().secrets(database.manager().namespace("tenant"));
        let mut guest = Guest::with_limits(builder);
        let manager = guest.manager();
        let kind = Kind::SymmetricKey;
        let key = guest.generate_managed(manager, kind, "HMAC/SHA-256").unwrap();
        let (id, _) = guest.id(kind, key).unwrap();
        let stop = guest.transport.ctx.stop_handle();
        // Somebody could stop it, and nobody does.
        assert!(guest.from_id(manager, kind, &id, LATEST).is_ok());
        let before = guest.accounts();

        database.hang();
        let at = Instant::now() + Duration::from_millis(60);
        let stopper = match is_deadline {
            true => {
                stop.stop_at(Some(at));
                drop(stop);
                None
            }
            false => Some(std::thread::spawn(move || {
                std::thread::sleep(at - Instant::now());
                stop.stop();
            })),
        };
        assert_eq!(guest.from_id(manager, kind, &id, LATEST), Err(Errno::InProgress));
        late[usize::from(is_deadline)].push(at.elapsed());
        assert_eq!(guest.accounts().0, before.0);
        stopper.into_iter().for_each(|stopper| stopper.join().unwrap());
        database.go_on();
    }
    assert!(late.iter().all(|late| at_best(late) < SOON), "so long after the stop: {late:?}");
}

#[test]
fn a_call_of_a_thread_heeds_it_too() {
    let late = [(); 5].map(|()| {
        let database = Database::default();
        let builder = WasiCryptoCtx::builder().secrets(database.manager().namespace("tenant"));
        let ctx = SharedWasiCryptoCtx::new(builder.build().unwrap());
        let mut guest = Guest::new(Native { ctx: ctx.clone(), memory: vec![0; PAGE] });
        let manager = guest.manager();
        database.hang();
        let stopper = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(30));
            // Nobody had a handle when the call began.
            ctx.stop_handle().stop();
            Instant::now()
        });
        for kind in KINDS {
            assert_eq!(guest.generate_managed(manager, kind, kind.algorithms()[0]), Err(Errno::InProgress));
        }
        database.go_on();
        stopper.join().unwrap().elapsed()
    });
    assert!(at_best(&late) < SOON, "so long after the stop: {late:?}");
}

/// Guests of a dead database take its places and no others; what is stopped leaves the queue.
#[test]
fn a_dead_database_takes_no_place_of_what_computes() {
    let database = Database::default();
    // Two of them for one tenant.
    let pool = JobPool::new(1).store_places(8);
    let namespace = database.manager().namespace("tenant");
    let context = || WasiCryptoCtx::builder().secrets(namespace.clone()).job_pool(pool.clone());
    let mut first = Guest::with_limits(context());
    let manager = first.manager();
    let id = first.store_secret(manager, b"token", u64::MAX).unwrap();
    database.hang();
    let waiting: Vec<_> = (0..5)
        .map(|_| {
            let mut guest = Guest::with_limits(context());
            let manager = guest.manager();
            let stop = guest.transport.ctx.stop_handle();
            let id = id.clone();
            let call = std::thread::spawn(move || guest.secret(manager, &id, LATEST));
            (stop, call)
        })
        .collect();
    while pool.free_store_places() > 6 {
        std::thread::yield_now();
    }
    // Others compute.
    let mut other = Guest::with_limits(context());
    assert!(other.generate("AES-256-GCM").is_ok());
    #[cfg(feature = "async")]
    assert_eq!(pool.free_places(), 1);

    let mut waiting = waiting.into_iter();
    for (stop, call) in waiting.by_ref().take(4) {
        stop.stop();
        assert_eq!(call.join().unwrap(), Err(Errno::InProgress));
    }
    database.go_on();
    for (_stop, call) in waiting {
        assert_eq!(call.join().unwrap(), Ok(b"token".to_vec()));
    }
}

#[test]
fn a_tenant_with_any_number_of_calls_that_wait_leaves_others_their_places() {
    let database = Database::default();
    let pool = JobPool::new(1).store_places(4);
    let context = |namespace: &Namespace| {
        let mut guest = Guest::with_limits(WasiCryptoCtx::builder().secrets(namespace.clone()).job_pool(pool.clone()));
        let manager = guest.manager();
        // Somebody could stop it: so its calls take places.
        let stop = guest.transport.ctx.stop_handle();
        (guest, manager, stop)
    };
    let namespace = database.manager().namespace("tenant");
    let (mut first, manager, _) = context(&namespace);
    let id = first.store_secret(manager, b"token", u64::MAX).unwrap();
    database.hang();
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            // With a policy of its own it is the same tenant.
            let (mut guest, manager, stop) = context(&namespace.clone().policy(Policy::unrestricted()));
            let id = id.clone();
            std::thread::spawn(move || {
                let secret = guest.secret(manager, &id, LATEST);
                drop(stop);
                secret
            })
        })
        .collect();
    while pool.free_store_places() > 3 {
        std::thread::yield_now();
    }
    // The others of that tenant wait without a place, whenever they come.
    let (mut other, manager, stop) = context(&Database::default().manager().namespace("tenant"));
    stop.stop_at(Some(Instant::now() + Duration::from_secs(60)));
    for _ in 0..50 {
        let id = other.store_secret(manager, b"other", u64::MAX).unwrap();
        assert_eq!(other.secret(manager, &id, LATEST), Ok(b"other".to_vec()));
    }
    assert!(waiting.iter().all(|call| !call.is_finished()));
    database.go_on();
    for call in waiting {
        assert_eq!(call.join().unwrap(), Ok(b"token".to_vec()));
    }
}

#[test]
fn work_says_what_it_waits_for() {
    let (mut guest, manager) = crate::guest::Operator::new().guest(Default::default());
    let [name, len] = guest.put(b"HMAC/SHA-256");
    let none = guest.put_optional(None);
    let args = [manager, name, len, none, 8].map(u64::from);
    let Native { ctx, memory } = &mut guest.transport;
    let generate = hostcall("symmetric_key_generate_managed");
    match ctx.begin_call(generate, GuestMemory::unshared(memory), &args) {
        Progress::Pending(work) => {
            assert!(work.waits_for_store());
            let progress = ctx.finish_call(work.run(), GuestMemory::unshared(memory), &args);
            assert!(matches!(progress, Progress::Done(Errno::Success)), "{progress:?}");
        }
        progress => panic!("{progress:?}"),
    }
}
