//! Long calls of the threads of one guest, on engines with epochs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use wasi_crypto_host::wasmtime::add_to_linker_shared;
use wasi_crypto_host::{Errno, Hostcall, SharedWasiCryptoCtx, WasiCryptoCtx};
use wasmtime::{Config, Engine, Instance, Linker, MemoryType, Module, SharedMemory, Store, Trap, UpdateDeadline};

use crate::epochs::ticking;
use crate::guest::{ONE_PAGE, val, vals};
use crate::support::forwarder::forwarder;
use crate::support::{Guest, Transport};

/// A gigabyte, and the page for the rest.
const PAGES: u32 = 16_400;
const LONG: u32 = 1 << 30;

/// The store of one thread.
struct Thread {
    store: Store<SharedWasiCryptoCtx>,
    instance: Instance,
}

impl Thread {
    /// With a shared memory, or with one page of its own.
    fn new(engine: &Engine, ctx: &SharedWasiCryptoCtx, memory: Option<&SharedMemory>) -> Self {
        let mut store = Store::new(engine, ctx.clone());
        // Nobody counts yet.
        store.set_epoch_deadline(1 << 60);
        let mut linker = Linker::new(engine);
        add_to_linker_shared(&mut linker, |ctx: &SharedWasiCryptoCtx| ctx).unwrap();
        let shared = format!(r#"(import "env" "memory" (memory 1 {PAGES} shared)) (export "memory" (memory 0))"#);
        if let Some(memory) = memory {
            linker.define(&mut store, "env", "memory", memory.clone()).unwrap();
        }
        let module = Module::new(engine, forwarder(if memory.is_some() { &shared } else { ONE_PAGE })).unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        Self { store, instance }
    }

    fn run(&mut self, name: &str, args: &[wasmtime::Val]) -> wasmtime::Result<u32> {
        let mut results = [wasmtime::Val::I32(-1)];
        let function = self.instance.get_func(&mut self.store, name).unwrap();
        function.call(&mut self.store, args, &mut results)?;
        Ok(results[0].unwrap_i32() as u32)
    }

    fn hash_state(&mut self) -> u32 {
        Guest::new(self).open("SHA-256", None, None).unwrap()
    }

    fn password_state(&mut self, iterations: u64) -> u32 {
        let mut guest = Guest::new(self);
        let options = guest.options_open();
        guest.options_set(options, "salt", b"salt").unwrap();
        guest.options_set_u64(options, "ops_limit", iterations).unwrap();
        let state = guest.open("PBKDF2-SHA-256", None, Some(options)).unwrap();
        guest.absorb(state, b"password").unwrap();
        state
    }
}

impl Transport for Thread {
    fn call(&mut self, hostcall: &'static Hostcall, args: &[u64]) -> Errno {
        let args: Vec<_> = hostcall.core_params().iter().zip(args).map(|(ty, arg)| val(ty, *arg)).collect();
        Errno::from_number(self.run(hostcall.name(), &args).unwrap()).expect("a status of the specification")
    }

    fn read(&mut self, start: u32, into: &mut [u8]) {
        for (i, byte) in (start..).zip(into) {
            *byte = self.run("peek", &vals(&[i])).unwrap() as u8;
        }
    }

    fn write(&mut self, start: u32, from: &[u8]) {
        for (i, byte) in (start..).zip(from) {
            self.run("poke", &vals(&[i, (*byte).into()])).unwrap();
        }
    }
}

fn engine() -> Engine {
    Engine::new(Config::new().wasm_threads(true).shared_memory(true).epoch_interruption(true)).unwrap()
}

fn context() -> SharedWasiCryptoCtx {
    SharedWasiCryptoCtx::new(WasiCryptoCtx::builder().build().unwrap())
}

fn gigabyte(engine: &Engine) -> SharedMemory {
    SharedMemory::new(engine, MemoryType::shared(PAGES, PAGES)).unwrap()
}

#[test]
fn a_deadline_ends_a_thread_within_a_call() {
    let (engine, ctx) = (engine(), context());
    let memory = gigabyte(&engine);
    let mut other = Thread::new(&engine, &ctx, None);
    let ends_in_time = |thread: &mut Thread, name: &str, args: [u32; 3]| {
        let mut end_after = || {
            thread.store.set_epoch_deadline(1);
            let start = Instant::now();
            let error = ticking(&engine, Duration::from_millis(50), || thread.run(name, &vals(&args)).unwrap_err());
            assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::Interrupt), "{name}");
            start.elapsed().as_millis()
        };
        // More than once if need be: the machine may have others to serve.
        assert!((0..5).any(|_| (50..150).contains(&end_after())), "{name} ends 100 ms after its deadline");
    };
    for memory in [Some(&memory), None] {
        let mut thread = Thread::new(&engine, &ctx, memory);
        let (hash, password) = (thread.hash_state(), thread.password_state(10_000_000));
        // A gigabyte in one call, and a password that takes a second at least.
        if memory.is_some() {
            ends_in_time(&mut thread, "symmetric_state_absorb", [hash, 1 << 16, LONG]);
        }
        ends_in_time(&mut thread, "symmetric_state_squeeze", [password, 2000, 32]);
        // The context goes on, in other threads.
        for state in [hash, password] {
            assert_eq!(Guest::new(&mut other).close(state), Ok(()));
        }
    }
}

#[test]
fn threads_that_look_at_their_deadlines_have_the_right_results() {
    let (engine, ctx) = (engine(), context());
    let memory = gigabyte(&engine);
    let mut threads = [Some(&memory), Some(&memory), None].map(|memory| Thread::new(&engine, &ctx, memory));
    let state = threads[0].hash_state();
    for thread in &mut threads {
        let looks = Arc::new(AtomicU32::new(0));
        let looked = Arc::clone(&looks);
        thread.store.epoch_deadline_callback(move |_| {
            looked.fetch_add(1, Ordering::Relaxed);
            Ok(UpdateDeadline::Continue(1))
        });
        thread.store.set_epoch_deadline(1);
        let password = thread.password_state(300_000);
        ticking(&engine, Duration::from_millis(1), || {
            let mut guest = Guest::new(&mut *thread);
            assert_eq!(guest.squeeze(password, 32).unwrap(), PASSWORD_300_000);
        });
        assert!(looks.load(Ordering::Relaxed) > 3, "the call is long enough to look");
    }
    let len: u32 = 200 << 20;
    for thread in &mut threads[..2] {
        ticking(&engine, Duration::from_millis(1), || {
            assert_eq!(thread.run("symmetric_state_absorb", &vals(&[state, 1 << 16, len])).unwrap(), 0);
        });
    }
    let mut expected = Sha256::new();
    (0..400).for_each(|_| expected.update(vec![0; 1 << 20]));
    assert_eq!(Guest::new(&mut threads[2]).squeeze(state, 32).unwrap(), *expected.finalize());
}

/// What Python's `hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 300000, 32)` gives.
const PASSWORD_300_000: [u8; 32] = [
    0xff, 0x58, 0xf8, 0xb8, 0x5a, 0x4d, 0x13, 0xcc, 0xe4, 0x84, 0xa3, 0x54, 0x3a, 0xf2, 0xe6, 0x29, 0x87, 0x34, 0xcf,
    0x9b, 0xd6, 0xed, 0x64, 0x8d, 0x6f, 0x98, 0xd5, 0x0b, 0x94, 0xdb, 0x35, 0xc3,
];
