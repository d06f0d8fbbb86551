//! Where the store is asked, and what happens when it does not answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;

use wasi_crypto_host::secrets::{
    Action, Export, Namespace, Policy, RootKey, SecretsEvent, SecretsManager, SecretsObserver, StoreFault, Trail,
    TrailEnd,
};
use wasi_crypto_host::{Errno, GuestMemory, Hostcall, Progress, WasiCryptoCtx, hostcalls};

use crate::guest::{ALL, KINDS, Kind, LATEST, Managed, NOW, Operator, UNSPECIFIED};
use crate::store::Asking;
use crate::support::{Guest, Native, PAGE, SLOT, Transport};

/// Runs the work of each call on a thread of its own, and uses the context meanwhile.
struct Elsewhere {
    native: Native,
    /// The functions that handed out work.
    handed_out: Vec<&'static str>,
}

impl Transport for Elsewhere {
    fn call(&mut self, hostcall: &'static Hostcall, args: &[u64]) -> Errno {
        let Native { ctx, memory } = &mut self.native;
        match ctx.begin_call(hostcall, GuestMemory::unshared(memory), args) {
            Progress::Done(errno) => errno,
            Progress::Paused(_) => panic!("{} pauses", hostcall.name()),
            Progress::Pending(work) => {
                self.handed_out.push(hostcall.name());
                let held = ctx.held_bytes();
                let work = std::thread::spawn(|| work.run());
                // The table and the memory are the guest's meanwhile.
                let open = Hostcall::find("options_open").unwrap();
                assert_eq!(ctx.call(open, GuestMemory::unshared(&mut [0; 8]), &[1, 0]), Errno::Success);
                assert!(ctx.held_bytes() > held);
                match ctx.finish_call(work.join().unwrap(), GuestMemory::unshared(memory), args) {
                    Progress::Done(errno) => errno,
                    _ => panic!("{} goes on", hostcall.name()),
                }
            }
        }
    }

    fn read(&mut self, start: u32, into: &mut [u8]) {
        self.native.read(start, into);
    }

    fn write(&mut self, start: u32, from: &[u8]) {
        self.native.write(start, from);
    }
}

/// Calls every function that asks the store, and some that do not.
fn do_all<T: Transport>(guest: &mut Guest<T>) {
    let manager = guest.manager();
    for kind in KINDS {
        let algorithm = kind.algorithms()[0];
        let first = guest.generate_managed(manager, kind, algorithm).unwrap();
        let (id, _) = guest.id(kind, first).unwrap();
        let [second, own] = [(); 2].map(|()| guest.own(kind, algorithm));
        let expected = guest.export_key(kind, second).unwrap();
        assert_eq!(guest.replace(manager, kind, first, second), Ok(2));
        assert_eq!(guest.export_key(kind, second), Ok(expected));
        guest.store(manager, kind, own).unwrap();
        let loaded = guest.from_id(manager, kind, &id, LATEST).unwrap();
        assert_eq!(guest.fingerprint(kind, loaded), guest.fingerprint(kind, second));
        guest.invalidate(manager, &id, ALL).unwrap();
        assert_eq!(guest.use_key(kind, algorithm, loaded), Err(Errno::NotFound));
    }
    let pair = guest.generate_managed(manager, Kind::Keypair, "X25519").unwrap();
    let secret = guest.call_for_u32("keypair_secretkey", &[pair]).unwrap();
    guest.export_as("secretkey_export", secret, 0).unwrap();
    let id = guest.store_secret(manager, b"first", u64::MAX).unwrap();
    guest.replace_secret(manager, &id, b"second", u64::MAX).unwrap();
    assert_eq!(guest.secret(manager, &id, LATEST).unwrap(), b"second");
    guest.invalidate_secret(manager, &id, 2).unwrap();
    assert_eq!(guest.secret(manager, &id, LATEST).unwrap(), b"first");
    let sealed = guest.encapsulate(manager, b"third", u64::MAX).unwrap();
    assert_eq!(guest.decapsulate(manager, &sealed).unwrap(), b"third");
    guest.call("secrets_manager_close", &[manager]).unwrap();
}

fn namespace_of(store: impl wasi_crypto_host::secrets::SecretsStore + 'static, trail: Trail) -> Namespace {
    let built = SecretsManager::builder(store).root_key(RootKey::generate().unwrap()).trail(trail).build();
    built.unwrap().namespace("tenant").policy(Policy::default().export(Export::Always))
}

#[test]
fn the_store_is_never_asked_in_a_call_that_must_not_take_long() {
    let askers = Arc::new(Mutex::new(Vec::<ThreadId>::new()));
    let asked = askers.clone();
    let store = Asking::new(move || {
        asked.lock().unwrap().push(std::thread::current().id());
        Ok(())
    });
    // With a trail, an export asks the store, too.
    let namespace = namespace_of(store, Trail::Everything);
    let native = Native::new(WasiCryptoCtx::builder().secrets(namespace), PAGE);
    let mut guest = Guest::new(Elsewhere { native, handed_out: Vec::new() });
    do_all(&mut guest);
    let here = std::thread::current().id();
    let askers = askers.lock().unwrap();
    assert!(askers.len() > 30 && askers.iter().all(|asker| *asker != here));

    let about_the_store = hostcalls().iter().filter(|hostcall| {
        hostcall.params().iter().any(|param| param.name == "secrets_manager")
            && hostcall.name() != "secrets_manager_close"
    });
    let exports = ["keypair_export", "secretkey_export", "symmetric_key_export"];
    for name in about_the_store.map(|hostcall| hostcall.name()).chain(exports) {
        let handed_out = guest.transport.handed_out.iter().filter(|function| **function == name).count();
        // Nobody but the guest has a say in the export of its own.
        assert!(handed_out > 0 && (handed_out < 2 || !exports.contains(&name)), "{name}: {handed_out} times");
    }
}

#[test]
fn a_call_that_may_take_long_asks_the_store_itself() {
    let namespace = namespace_of(Asking::new(|| Ok(())), Trail::Everything);
    let mut guest = Guest::with_limits(WasiCryptoCtx::builder().secrets(namespace));
    do_all(&mut guest);
}

/// Keeps what it is told.
#[derive(Default)]
struct Listener(Mutex<Vec<(Action, Errno, String)>>);

impl SecretsObserver for Listener {
    fn done(&self, event: &SecretsEvent<'_>) {
        let why = event.error.map(ToString::to_string).unwrap_or_default();
        self.0.lock().unwrap().push((event.action, event.errno(), why));
    }
}

#[test]
fn a_store_that_fails_is_an_algorithm_failure_and_nothing_changes() {
    let broken = Arc::new(AtomicBool::new(false));
    let is_broken = broken.clone();
    let listener = Arc::new(Listener::default());
    let store = Asking::new(move || match is_broken.load(Ordering::Relaxed) {
        true => Err(StoreFault::Unreachable),
        false => Ok(()),
    });
    let manager = SecretsManager::builder(store).root_key(RootKey::generate().unwrap()).observer(listener.clone());
    let namespace = manager.build().unwrap().namespace("tenant");
    let mut guest = Guest::with_limits(WasiCryptoCtx::builder().secrets(namespace));
    let manager = guest.manager();
    for kind in KINDS {
        let algorithm = kind.algorithms()[0];
        let managed = guest.generate_managed(manager, kind, algorithm).unwrap();
        let (id, _) = guest.id(kind, managed).unwrap();
        let own = guest.own(kind, algorithm);
        let secret = guest.store_secret(manager, b"token", NOW * 2).unwrap();
        guest.transport.memory.fill(0xa5);
        let (before, memory) = (guest.accounts(), guest.transport.memory[..SLOT as usize + 16].to_vec());

        broken.store(true, Ordering::Relaxed);
        listener.0.lock().unwrap().clear();
        let failure = Errno::AlgorithmFailure;
        assert_eq!(guest.generate_managed(manager, kind, algorithm), Err(failure));
        assert_eq!(guest.store(manager, kind, own), Err(failure));
        assert_eq!(guest.replace(manager, kind, managed, own), Err(failure));
        assert_eq!(guest.from_id(manager, kind, &id, LATEST), Err(failure));
        assert_eq!(guest.invalidate(manager, &id, ALL), Err(failure));
        assert_eq!(guest.store_secret(manager, b"token", NOW * 2), Err(failure));
        assert_eq!(guest.replace_secret(manager, &secret, b"token", NOW * 2), Err(failure));
        assert_eq!(guest.secret(manager, &secret, LATEST), Err(failure));
        assert_eq!(guest.invalidate_secret(manager, &secret, ALL), Err(failure));
        assert_eq!(guest.accounts(), before);
        assert_eq!(guest.transport.memory[..SLOT as usize + 16], memory);
        // What is loaded, and what is sealed with a key that is, needs no store.
        guest.use_key(kind, algorithm, managed).unwrap();
        let sealed = guest.encapsulate(manager, b"token", NOW * 2).unwrap();
        assert_eq!(guest.decapsulate(manager, &sealed).unwrap(), b"token");
        let told = listener.0.lock().unwrap().drain(..).collect::<Vec<_>>();
        let failures: Vec<_> = told.iter().filter(|(_, errno, _)| *errno == failure).collect();
        assert_eq!(failures.len(), 9, "{told:?}");
        assert!(failures.iter().all(|(_, _, why)| why.ends_with("(no route to host)")), "{told:?}");

        broken.store(false, Ordering::Relaxed);
        assert_eq!(guest.id(kind, own), Ok((vec![], UNSPECIFIED)));
        guest.export_key(kind, own).expect("it is still the guest's");
        assert_eq!(guest.replace(manager, kind, managed, own), Ok(2));
        assert_eq!(guest.secret(manager, &secret, LATEST).unwrap(), b"token");
    }
}

#[test]
fn a_key_whose_export_cannot_be_written_down_stays() {
    let broken = Arc::new(AtomicBool::new(false));
    let is_broken = broken.clone();
    let store = Asking::new(move || match is_broken.load(Ordering::Relaxed) {
        true => Err(StoreFault::ReadOnly),
        false => Ok(()),
    });
    let namespace = namespace_of(store, Trail::Changes);
    let mut guest = Guest::with_limits(WasiCryptoCtx::builder().secrets(namespace.clone()));
    let manager = guest.manager();
    for kind in KINDS {
        let key = guest.generate_managed(manager, kind, kind.algorithms()[0]).unwrap();
        let before = guest.accounts();
        broken.store(true, Ordering::Relaxed);
        assert_eq!(guest.export_key(kind, key), Err(Errno::AlgorithmFailure));
        assert_eq!(guest.accounts(), before);
        broken.store(false, Ordering::Relaxed);
        guest.export_key(kind, key).unwrap();
    }
    // An encoding that there is not lets nothing out.
    let pair = guest.generate_managed(manager, Kind::Keypair, "X-WING").unwrap();
    assert_eq!(guest.export_as("keypair_export", pair, 1), Err(Errno::UnsupportedEncoding));
    let mut exported = 0;
    let count = |entry: wasi_crypto_host::secrets::TrailEntry| exported += u32::from(entry.action == Action::Export);
    namespace.verify_trail(TrailEnd::default(), count).unwrap();
    assert_eq!(exported, 2);
}

#[test]
fn refusals_are_told() {
    let listener = Arc::new(Listener::default());
    let store = Asking::new(|| Ok(()));
    let manager = SecretsManager::builder(store).root_key(RootKey::generate().unwrap()).observer(listener.clone());
    let mut guest = Guest::with_limits(WasiCryptoCtx::builder().secrets(manager.build().unwrap().namespace("tenant")));
    let manager = guest.manager();
    let pair = guest.generate_managed(manager, Kind::Keypair, "Ed25519").unwrap();
    listener.0.lock().unwrap().clear();
    assert_eq!(guest.export_key(Kind::Keypair, pair), Err(Errno::ProhibitedOperation));
    let told = listener.0.lock().unwrap();
    assert!(matches!(&told[..], [(Action::Export, Errno::ProhibitedOperation, _)]), "{told:?}");
}

#[test]
fn a_key_that_takes_long_to_make_is_not_made_where_others_wait_for_the_store() {
    let operator = Operator::new();
    let (mut guest, manager) = operator.guest(Policy::default());
    let ([name, len], none) = (guest.put(b"RSA_PKCS1_2048_SHA256"), guest.put_optional(None));
    let args = [manager, 0, name, len, none, SLOT].map(u64::from);
    let Native { ctx, memory } = &mut guest.transport;
    let generate = Hostcall::find("keypair_generate_managed").unwrap();
    let mut progress = ctx.begin_call(generate, GuestMemory::unshared(memory), &args);
    let mut waited = Vec::new();
    let errno = loop {
        progress = match progress {
            Progress::Done(errno) => break errno,
            Progress::Paused(_) => panic!("it pauses"),
            Progress::Pending(work) => {
                waited.push(work.waits_for_store());
                ctx.finish_call(work.run(), GuestMemory::unshared(memory), &args)
            }
        };
    };
    assert_eq!((errno, waited), (Errno::Success, vec![false, true]));
}
