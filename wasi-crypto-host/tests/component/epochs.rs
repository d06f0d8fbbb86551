//! Long calls on engines with epochs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;
use wasi_crypto_host::{Errno, GuestMemory, Hostcall, WasiCryptoCtx};
use wasmtime::component::{Component, TypedFunc};
use wasmtime::{Config, Engine, Store, Trap, UpdateDeadline};

use crate::executor::executor;
use crate::guest::{self, linker, linker_async, list};
use crate::long_calls::{derived, password};
use crate::passthrough;

/// Hashes so many zeros, or derives a key from a password by ten million iterations if there are none, and returns the first four bytes. 0 for an
/// error.
const GUEST: &str = r#"(module
    (import "memory" "memory" (memory 1))
    (import "lowered" "options-open" (func $options-open (param i32 i32)))
    (import "lowered" "options-set" (func $options-set (param i32 i32 i32 i32 i32 i32)))
    (import "lowered" "options-set-u64" (func $options-set-u64 (param i32 i32 i32 i64 i32)))
    (import "lowered" "symmetric-state-open" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
    (import "lowered" "symmetric-state-absorb" (func $absorb (param i32 i32 i32 i32)))
    (import "lowered" "symmetric-state-squeeze" (func $squeeze (param i32 i32)))
    (data (i32.const 1024) "SHA-256")
    (data (i32.const 1040) "PBKDF2-SHA-256")
    (data (i32.const 1056) "salt")
    (data (i32.const 1072) "ops_limit")
    (func $hash (param $len i32)
        (drop (memory.grow (i32.shr_u (local.get $len) (i32.const 16))))
        (call $open (i32.const 1024) (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 2048))
        (call $absorb (i32.load (i32.const 2052)) (i32.const 65536) (local.get $len) (i32.const 2064)))
    (func $password
        (call $options-open (i32.const 1) (i32.const 2064))
        (call $options-set
            (i32.load (i32.const 2068)) (i32.const 1056) (i32.const 4) (i32.const 1056) (i32.const 4) (i32.const 2080))
        (call $options-set-u64 (i32.load (i32.const 2068)) (i32.const 1072) (i32.const 9) (i64.const 10000000) (i32.const 2080))
        (call $open
            (i32.const 1040) (i32.const 14) (i32.const 0) (i32.const 0) (i32.const 1) (i32.load (i32.const 2068)) (i32.const 2048))
        (call $absorb (i32.load (i32.const 2052)) (i32.const 1056) (i32.const 4) (i32.const 2064)))
    (func (export "run") (param $len i32) (result i32)
        (if (local.get $len) (then (call $hash (local.get $len))) (else (call $password)))
        (call $squeeze (i32.load (i32.const 2052)) (i32.const 2064))
        (if (result i32) (i32.load8_u (i32.const 2064))
            (then (i32.const 0))
            (else (i32.load (i32.load (i32.const 2068)))))))"#;

/// Half a gigabyte, which takes a quarter of a second at least.
const LONG: u32 = 1 << 29;

/// Derives the key, which takes a second at least.
const PASSWORD: u32 = 0;

struct Guest {
    engine: Engine,
    store: Store<WasiCryptoCtx>,
    run: TypedFunc<(u32,), (u32,)>,
    /// For an asynchronous store.
    runtime: Option<Runtime>,
}

impl Guest {
    /// One whose engine has epochs of its own. Its deadline is far.
    fn new(is_async: bool) -> Self {
        let engine = Engine::new(Config::new().epoch_interruption(true)).unwrap();
        let component = Component::new(&engine, passthrough::with_encoding(GUEST, "utf8")).unwrap();
        let mut store = Store::new(&engine, WasiCryptoCtx::builder().build().unwrap());
        store.set_hostcall_fuel(usize::MAX);
        store.set_epoch_deadline(FAR);
        let runtime = is_async.then(executor);
        let instance = match &runtime {
            None => linker(&engine).instantiate(&mut store, &component),
            Some(runtime) => runtime.block_on(linker_async(&engine).instantiate_async(&mut store, &component)),
        };
        let run = instance.unwrap().get_typed_func(&mut store, "run").unwrap();
        Self { engine, store, run, runtime }
    }

    /// Runs it while the epoch of the engine is incremented every `period`.
    fn run(&mut self, len: u32, period: Duration) -> wasmtime::Result<u32> {
        let (engine, is_over) = (self.engine.clone(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    std::thread::sleep(period);
                    engine.increment_epoch();
                }
            });
            let result = match &self.runtime {
                None => self.run.call(&mut self.store, (len,)),
                Some(runtime) => runtime.block_on(self.run.call_async(&mut self.store, (len,))),
            };
            is_over.store(true, Ordering::Relaxed);
            result.map(|(bytes,)| bytes)
        })
    }
}

/// Of a deadline that no test reaches.
const FAR: u64 = 1 << 60;

#[test]
fn a_deadline_ends_a_component_within_a_call() {
    for is_async in [false, true] {
        for len in [LONG, PASSWORD] {
            // A guest that ended is not entered again.
            let end_after = || {
                let mut guest = Guest::new(is_async);
                guest.store.set_epoch_deadline(1);
                let start = Instant::now();
                let error = guest.run(len, Duration::from_millis(50)).unwrap_err();
                assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::Interrupt), "{len}");
                start.elapsed().as_millis()
            };
            // More than once if need be: the machine may have others to serve.
            assert!((0..5).any(|_| (50..150).contains(&end_after())), "it ends 100 ms after its deadline");
        }
    }
}

#[test]
fn a_callback_at_the_deadline_lets_a_call_go_on_or_ends_it() {
    for is_async in [false, true] {
        let mut guest = Guest::new(is_async);
        let asked = Arc::new(AtomicU32::new(0));
        guest.store.epoch_deadline_callback({
            let asked = Arc::clone(&asked);
            move |_| match asked.fetch_add(1, Ordering::Relaxed) {
                0..3 => Ok(UpdateDeadline::Continue(1)),
                _ => Err(wasmtime::format_err!("that was too often")),
            }
        });
        guest.store.set_epoch_deadline(1);
        let error = guest.run(PASSWORD, Duration::from_millis(20)).unwrap_err();
        assert_eq!(error.root_cause().to_string(), "that was too often");
        assert_eq!(asked.load(Ordering::Relaxed), 4);
    }
}

#[test]
fn a_component_that_yields_at_its_deadlines_gets_the_right_hash_of_long_data() {
    let mut guest = Guest::new(true);
    guest.store.epoch_deadline_async_yield_and_update(1);
    assert_eq!(guest.run(LEN, Duration::from_millis(1)).unwrap(), digest_of_zeros());
}

#[test]
fn a_component_far_from_its_deadline_gets_the_right_hash_of_long_data() {
    assert_eq!(Guest::new(false).run(LEN, Duration::from_millis(1)).unwrap(), digest_of_zeros());
}

/// The callback has the store while the call is under way.
#[test]
fn a_state_that_the_embedder_closes_within_a_call_is_gone_for_it() {
    const ITERATIONS: u32 = 300_000;
    let engine = Engine::new(Config::new().epoch_interruption(true)).unwrap();
    let component = Component::new(&engine, passthrough::generate_with_long_lists()).unwrap();
    for is_async in [false, true] {
        for absorbs in [false, true] {
            let runtime = is_async.then(executor);
            let mut guest = guest::Guest::of(&component, WasiCryptoCtx::builder(), runtime);
            let mut state =
                if absorbs { guest.state("SHA-256", None).unwrap() } else { password(&mut guest, ITERATIONS.into()) };
            let (handle, before) = (guest.handle_of_state(&mut state), guest.open_handles());
            guest.lengthen(1, LEN);
            guest.store.set_hostcall_fuel(usize::MAX);
            guest.store.set_epoch_deadline(1);
            guest.store.epoch_deadline_callback(move |mut store| {
                let close = Hostcall::find("symmetric_state_close").unwrap();
                let closed = store.data_mut().call(close, GuestMemory::unshared(&mut []), &[handle.into()]);
                assert_eq!(closed, Errno::Success);
                Ok(UpdateDeadline::Continue(FAR))
            });
            let answer = std::thread::scope(|scope| {
                scope.spawn(|| {
                    std::thread::sleep(Duration::from_millis(20));
                    engine.increment_epoch();
                });
                match absorbs {
                    true => guest.call("symmetric-state-absorb", &[state, list([])]).map(|_| Vec::new()),
                    false => guest.call("symmetric-state-squeeze", &[state]).map(guest::bytes),
                }
            });
            // A password has been taken out of the state by then.
            let expected = if absorbs { Err("invalid-handle".to_owned()) } else { Ok(derived(ITERATIONS).to_vec()) };
            assert_eq!(answer, expected, "asynchronous: {is_async}");
            assert_eq!(guest.open_handles(), before - 1);
        }
    }
}

/// So much that a call looks several times.
const LEN: u32 = 100 << 20;

fn digest_of_zeros() -> u32 {
    u32::from_le_bytes(*Sha256::digest(vec![0; LEN as usize]).first_chunk().unwrap())
}
