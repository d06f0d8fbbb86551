//! Long calls on engines with epochs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use wasi_crypto_host::wasmtime::add_to_linker_async;
use wasi_crypto_host::{Errno, WasiCryptoCtx};
use wasmtime::{Config, Engine, Linker, Module, StoreLimitsBuilder, Trap, UpdateDeadline};

use crate::executor::executor;
use crate::guest::{Data, Wasm, call, hash_state, password_state, read, vals};
use crate::support::forwarder::forwarder;

/// A gigabyte, and the page for the rest.
const GIB: &str = r#"(memory (export "memory") 16400)"#;
const LONG: u32 = 1 << 30;

/// Runs `work` while the epoch of the engine is incremented every `period`.
pub(crate) fn ticking<R>(engine: &Engine, period: Duration, work: impl FnOnce() -> R) -> R {
    let over = Arc::new(());
    let running = Arc::downgrade(&over);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while running.strong_count() > 0 {
                std::thread::sleep(period);
                engine.increment_epoch();
            }
        });
        // Dropped even if `work` panics.
        let _over = over;
        work()
    })
}

fn epoch_engine() -> Engine {
    Engine::new(Config::new().epoch_interruption(true)).unwrap()
}

/// Sync, and async.
fn guests(memory: &str) -> [Wasm; 2] {
    [None, Some(executor())].map(|runtime| Wasm::new(&epoch_engine(), memory, runtime))
}

#[test]
fn a_deadline_ends_a_guest_within_a_call() {
    for mut wasm in guests(GIB) {
        let hash = hash_state(&mut wasm);
        let password = password_state(&mut wasm, 10_000_000);
        // A gigabyte in one call, and a password that takes a second at least.
        for (name, args) in
            [("symmetric_state_absorb", [hash, 1 << 16, LONG]), ("symmetric_state_squeeze", [password, 2000, 32])]
        {
            let engine = wasm.engine.clone();
            let mut end_after = || {
                wasm.store.set_epoch_deadline(1);
                let start = Instant::now();
                let error =
                    ticking(&engine, Duration::from_millis(50), || wasm.try_run(name, &vals(&args)).unwrap_err());
                assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::Interrupt), "{name}");
                start.elapsed().as_millis()
            };
            // More than once if need be: the machine may have others to serve.
            assert!((0..5).any(|_| (50..150).contains(&end_after())), "{name} ends 100 ms after its deadline");
            // The context goes on.
            wasm.store.set_epoch_deadline(1 << 60);
            assert_eq!(call(&mut wasm, "symmetric_state_close", &[args[0]]), Errno::Success);
        }
    }
}

#[test]
fn a_callback_at_the_deadline_lets_a_call_go_on_or_ends_it() {
    for mut wasm in guests(GIB) {
        let asked = Arc::new(AtomicU32::new(0));
        wasm.store.epoch_deadline_callback({
            let asked = Arc::clone(&asked);
            move |_| match asked.fetch_add(1, Ordering::Relaxed) {
                0..3 => Ok(UpdateDeadline::Continue(1)),
                _ => Err(wasmtime::format_err!("that was too often")),
            }
        });
        let state = hash_state(&mut wasm);
        wasm.store.set_epoch_deadline(1);
        let engine = wasm.engine.clone();
        let error = ticking(&engine, Duration::from_millis(20), || {
            wasm.try_run("symmetric_state_absorb", &vals(&[state, 1 << 16, LONG])).unwrap_err()
        });
        assert_eq!(error.root_cause().to_string(), "that was too often");
        assert_eq!(asked.load(Ordering::Relaxed), 4);
    }
}

#[test]
fn a_guest_that_yields_at_its_deadlines_gets_the_right_hash_of_long_data() {
    let mut wasm = Wasm::new(&epoch_engine(), GIB, Some(executor()));
    wasm.store.epoch_deadline_async_yield_and_update(1);
    let engine = wasm.engine.clone();
    ticking(&engine, Duration::from_millis(1), || assert_hashes(&mut wasm, 100 << 20));
}

#[test]
fn a_context_that_goes_to_another_store_heeds_the_deadlines_of_that() {
    let engine = epoch_engine();
    let mut ctx = WasiCryptoCtx::builder().build().unwrap();
    for _ in 0..3 {
        let mut wasm = Wasm::new(&engine, GIB, None);
        std::mem::swap(&mut wasm.store.data_mut().first, &mut ctx);
        let state = hash_state(&mut wasm);
        wasm.store.set_epoch_deadline(1);
        let error = ticking(&engine, Duration::from_millis(30), || {
            wasm.try_run("symmetric_state_absorb", &vals(&[state, 1 << 16, LONG])).unwrap_err()
        });
        assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::Interrupt));
        std::mem::swap(&mut wasm.store.data_mut().first, &mut ctx);
    }
    assert_eq!(ctx.open_handles(), 3);
}

/// A few slices, which take less time than it takes to look.
const SHORT: u32 = 1 << 20;

#[test]
fn a_call_that_is_over_soon_takes_no_instance_in_the_store() {
    for is_async in [false, true] {
        // On a busy machine, some are interrupted for long enough.
        let is_over_soon = |_| {
            let [wasm, wasm_async] = guests(GIB);
            let mut wasm = if is_async { wasm_async } else { wasm };
            wasm.store.data_mut().limits = StoreLimitsBuilder::new().instances(1).build();
            wasm.store.limiter(|data| &mut data.limits);
            let state = hash_state(&mut wasm);
            wasm.try_run("symmetric_state_absorb", &vals(&[state, 1 << 16, SHORT])).is_ok()
        };
        assert!((0..20).any(is_over_soon), "asynchronous: {is_async}");
    }
}

#[test]
fn synchronous_functions_in_an_asynchronous_store_hash_long_data_to_its_end() {
    let mut wasm = Wasm::new(&epoch_engine(), GIB, None);
    wasm.runtime = Some(executor());
    assert_hashes(&mut wasm, 200 << 20);

    // Asynchronous ones of the same context heed deadlines afterwards.
    wasm.instance = {
        let mut linker = Linker::new(&wasm.engine);
        add_to_linker_async(&mut linker, |data: &mut Data| &mut data.first).unwrap();
        let module = Module::new(&wasm.engine, forwarder(GIB)).unwrap();
        wasm.runtime.as_ref().unwrap().block_on(linker.instantiate_async(&mut wasm.store, &module)).unwrap()
    };
    let state = hash_state(&mut wasm);
    wasm.store.set_epoch_deadline(1);
    let engine = wasm.engine.clone();
    let error = ticking(&engine, Duration::from_millis(20), || {
        wasm.try_run("symmetric_state_absorb", &vals(&[state, 1 << 16, LONG])).unwrap_err()
    });
    assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::Interrupt));
}

fn assert_hashes(wasm: &mut Wasm, len: u32) {
    let state = hash_state(wasm);
    assert_eq!(call(wasm, "symmetric_state_absorb", &[state, 1 << 16, len]), Errno::Success);
    assert_eq!(call(wasm, "symmetric_state_squeeze", &[state, 2000, 32]), Errno::Success);
    assert_eq!(read::<32>(wasm, 2000), *Sha256::digest(vec![0; len as usize]));
}
