//! What threads of one guest do to managed keys while the store is at work.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use wasi_crypto_host::secrets::{
    Action, Export, MemoryStore, Policy, RootKey, SecretsEvent, SecretsManager, SecretsObserver,
};
use wasi_crypto_host::{Errno, SharedWasiCryptoCtx, WasiCryptoCtx};

use crate::guest::{KINDS, Managed};
use crate::support::{Guest, Native};

/// What happens at the end of an operation, before its call goes on.
type Meanwhile = Box<dyn FnOnce(Action) + Send>;

#[derive(Default)]
struct Observer(Mutex<Option<Meanwhile>>);

impl SecretsObserver for Observer {
    fn done(&self, event: &SecretsEvent<'_>) {
        let meanwhile = self.0.lock().unwrap().take();
        if let Some(meanwhile) = meanwhile {
            meanwhile(event.action);
        }
    }
}

impl Observer {
    fn set(&self, meanwhile: impl FnOnce(Action) + Send + 'static) {
        *self.0.lock().unwrap() = Some(Box::new(meanwhile));
    }
}

/// A context for threads in a namespace of this policy, and who is told of what it does there.
fn shared(policy: Policy) -> (SharedWasiCryptoCtx, Arc<Observer>) {
    let observer = Arc::new(Observer::default());
    let manager = SecretsManager::builder(MemoryStore::new())
        .root_key(RootKey::generate().unwrap())
        .observer(observer.clone())
        .build()
        .unwrap();
    let ctx = WasiCryptoCtx::builder().secrets(manager.namespace("tenant").policy(policy)).build().unwrap();
    (SharedWasiCryptoCtx::new(ctx), observer)
}

fn guest(shared: &SharedWasiCryptoCtx) -> Guest<Native<SharedWasiCryptoCtx>> {
    Guest::new(Native { ctx: shared.clone(), memory: vec![0; 64 << 10] })
}

/// The low bits of a handle, which are the same whenever its slot is used, and how much more it is by the next use.
const SLOT_BITS: u32 = (1 << 20) - 1;
const NEXT_USE: u32 = 1 << 20;

/// Opens and closes until the next handle will be `wanted`, which is closed.
fn bring_back(guest: &mut Guest<Native<SharedWasiCryptoCtx>>, wanted: u32) {
    let mut another = || {
        let handle = guest.options_open();
        guest.call("options_close", &[handle]).unwrap();
        handle
    };
    let is_of_the_slot = |handle: u32| handle & SLOT_BITS == wanted & SLOT_BITS;
    while !is_of_the_slot(another()) {}
    let mut turn = 1;
    while !is_of_the_slot(another()) {
        turn += 1;
    }
    while another() != wanted.wrapping_sub(NEXT_USE) {}
    for _ in 1..turn {
        another();
    }
}

/// A guest that may export what it has stored itself closes a key while that is stored, and lets the number of its
/// handle come back for a key that it may not export.
#[test]
fn a_key_does_not_take_on_the_origin_of_another_that_had_its_handle() {
    for kind in KINDS {
        for is_replaced in [false, true] {
            let (ctx, observer) = shared(Policy::default().export(Export::Imported));
            let mut thread = guest(&ctx);
            let manager = thread.manager();
            let algorithm = kind.algorithms()[0];
            let kept = thread.generate_managed(manager, kind, algorithm).unwrap();
            let (id, _) = thread.id(kind, kept).unwrap();
            let own = thread.own(kind, algorithm);

            let mut other = guest(&ctx);
            let (told, found) = mpsc::channel();
            observer.set(move |_| {
                other.close_key(kind, own).unwrap();
                bring_back(&mut other, own);
                told.send(other.from_id(manager, kind, &id, 1).unwrap()).unwrap();
            });
            if is_replaced {
                thread.replace(manager, kind, kept, own).unwrap();
            } else {
                thread.store(manager, kind, own).unwrap();
            }
            let found = found.recv().unwrap();
            assert_eq!(found, own, "the number has come back");
            assert_eq!(thread.export_key(kind, found), Err(Errno::ProhibitedOperation), "{kind:?}, {is_replaced}");
        }
    }
}

/// What is told of an export may take as long as a store does, and may look at the context.
#[test]
fn an_export_holds_up_no_other_thread() {
    for kind in KINDS {
        let (ctx, observer) = shared(Policy::default().export(Export::Always));
        let mut thread = guest(&ctx);
        let manager = thread.manager();
        let key = thread.generate_managed(manager, kind, kind.algorithms()[0]).unwrap();

        let (told, answered) = mpsc::channel();
        observer.set(move |action| {
            assert_eq!(action, Action::Export);
            std::thread::spawn(move || told.send(ctx.open_handles()));
            answered.recv_timeout(Duration::from_secs(10)).expect("another thread has its turn meanwhile");
        });
        thread.export_key(kind, key).unwrap();
    }
}
