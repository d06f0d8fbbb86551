//! The wasmtime face: whichever way a guest and its memory are set up, it gets what a native caller gets.
#![cfg(all(feature = "wasmtime", feature = "async"))]

#[cfg(feature = "epochs")]
mod epochs;
#[path = "../support/executor.rs"]
mod executor;
mod guest;
mod instances;
mod long_calls;
mod managed;
#[path = "../managed/guest.rs"]
mod managed_guest;
#[cfg(all(feature = "sqlite", feature = "cli"))]
#[path = "../component/passthrough.rs"]
mod passthrough;
mod shared_memory;
#[cfg(all(feature = "sqlite", feature = "cli"))]
mod soak;
#[path = "../managed/store.rs"]
mod store;
#[path = "../support/mod.rs"]
mod support;
#[cfg(feature = "epochs")]
mod threads;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use executor::executor;
use guest::{Data, ONE_PAGE, SHARED, Wasm, accounts, assert_same, call, engine, hash_state, native_transcript, read};
use support::forwarder::assert_has_no_bytes_to_point_to;
use support::keys::RAW;
use support::{Guest, PAGE, Transport, hostcall, transcript};
use wasi_crypto_host::wasmtime::{add_to_linker, add_to_linker_async, bind_memory, unbind_memory};
use wasi_crypto_host::{Errno, STACK_BYTES};
use wasmtime::{Config, Engine, Linker, MemoryType, SharedMemory, Val};

#[test]
fn a_guest_sees_what_a_native_caller_sees() {
    let native = native_transcript();
    for binds in [false, true] {
        let mut wasm = Wasm::new(&engine(), ONE_PAGE, None);
        if binds {
            bind_memory(&mut wasm.store, &wasm.instance, |data| &mut data.first).unwrap();
        }
        assert_same(&transcript::run(&mut Guest::new(wasm)), &native);
    }
}

/// With less, the deepest of all calls would end the process.
#[test]
fn a_stack_for_guests_and_as_much_as_the_host_takes_is_enough() {
    const OF_GUESTS: usize = 64 << 10;
    let mut config = Config::new();
    config.max_wasm_stack(OF_GUESTS).async_stack_size(OF_GUESTS + STACK_BYTES);
    let engine = Engine::new(&config).unwrap();
    let mut guest = Guest::new(Wasm::new(&engine, ONE_PAGE, Some(executor())));
    let keypair = guest.generate_keypair("ML-DSA-87");
    let signature = guest.sign_message(keypair, b"message", RAW).unwrap();
    let public = guest.public_of(keypair);
    guest.verify_message(public, "ML-DSA-87", b"message", &signature, RAW).unwrap();
}

#[test]
fn an_asynchronous_guest_sees_what_a_native_caller_sees() {
    let native = native_transcript();
    for binds in [false, true] {
        let mut wasm = Wasm::new(&engine(), ONE_PAGE, Some(executor()));
        if binds {
            bind_memory(&mut wasm.store, &wasm.instance, |data| &mut data.first).unwrap();
        }
        assert_same(&transcript::run(&mut Guest::new(wasm)), &native);
    }
}

#[test]
fn a_guest_with_a_shared_memory_sees_what_a_native_caller_sees() {
    let native = native_transcript();
    for runtime in [None, Some(executor())] {
        let mut wasm = Wasm::new(&engine(), SHARED, runtime);
        if wasm.runtime.is_none() {
            bind_memory(&mut wasm.store, &wasm.instance, |data| &mut data.first).unwrap();
        }
        assert_same(&transcript::run(&mut Guest::new(wasm)), &native);
    }
}

#[test]
fn guests_on_threads_that_share_a_memory_work_at_the_same_time() {
    let engine = engine();
    let memory = SharedMemory::new(&engine, MemoryType::shared(1, 2)).unwrap();
    let threads: Vec<_> = (0..2u32)
        .map(|thread| {
            let mut wasm = Wasm::with_memory(&engine, SHARED, None, Some(memory.clone()));
            std::thread::spawn(move || {
                // Each has its half of the page for itself, and hashes the half of the other, too.
                let (own, other) = (thread * 0x8000, (1 - thread) * 0x8000);
                wasm.write(own, b"SHA-256abc");
                let none = own + 16;
                wasm.write(none, &[1]);
                for _ in 0..300 {
                    let call = |wasm: &mut Wasm, name, args: &[u32]| {
                        let args: Vec<u64> = args.iter().map(|arg| u64::from(*arg)).collect();
                        assert_eq!(wasm.call(hostcall(name), &args), Errno::Success, "{name}");
                    };
                    let state = |wasm: &mut Wasm| {
                        call(wasm, "symmetric_state_open", &[own, 7, none, none, own + 32]);
                        let mut state = [0; 4];
                        wasm.read(own + 32, &mut state);
                        u32::from_le_bytes(state)
                    };
                    let (own_state, other_state) = (state(&mut wasm), state(&mut wasm));
                    call(&mut wasm, "symmetric_state_absorb", &[own_state, own + 7, 3]);
                    call(&mut wasm, "symmetric_state_absorb", &[other_state, other, 0x8000]);
                    call(&mut wasm, "symmetric_state_squeeze", &[own_state, own + 64, 32]);
                    call(&mut wasm, "symmetric_state_close", &[own_state]);
                    call(&mut wasm, "symmetric_state_close", &[other_state]);
                    let mut hash = [0; 4];
                    wasm.read(own + 64, &mut hash);
                    assert_eq!(hash, [0xba, 0x78, 0x16, 0xbf], "SHA-256 of abc");
                    wasm.write(own + 64, &[0; 4]);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn unbound_instances_of_one_store_each_use_their_own_memory() {
    let mut wasm = Wasm::new(&engine(), ONE_PAGE, None);
    let first = wasm.instance;
    let second = wasm.another_instance(|data| &mut data.first);
    // One context: a state of the first instance takes in what either has at the same address.
    let state = hash_state(&mut wasm);
    for (instance, message) in [(first, &b"ab"[..]), (second, b"c")] {
        wasm.instance = instance;
        wasm.write(1000, message);
    }
    for (instance, len) in [(first, 2), (second, 1)] {
        wasm.instance = instance;
        assert_eq!(call(&mut wasm, "symmetric_state_absorb", &[state, 1000, len]), Errno::Success);
    }
    assert_eq!(call(&mut wasm, "symmetric_state_squeeze", &[state, 2000, 4]), Errno::Success);
    assert_eq!(read(&mut wasm, 2000), [0xba, 0x78, 0x16, 0xbf], "SHA-256 of abc, in the second memory");
    wasm.instance = first;
    assert_eq!(read(&mut wasm, 2000), [0; 4], "and not in the first");
}

#[test]
fn instances_of_one_store_with_a_context_each_can_both_be_bound() {
    let mut wasm = Wasm::new(&engine(), ONE_PAGE, None);
    let first = wasm.instance;
    let second = wasm.another_instance(|data| &mut data.second);
    bind_memory(&mut wasm.store, &first, |data| &mut data.first).unwrap();
    bind_memory(&mut wasm.store, &second, |data| &mut data.second).unwrap();
    let mut states = Vec::new();
    for (instance, message) in [(first, b"abc"), (second, b"abd")] {
        wasm.instance = instance;
        states.push(hash_state(&mut wasm));
        wasm.write(1000, message);
    }
    for (instance, state) in [(first, states[0]), (second, states[1])] {
        wasm.instance = instance;
        assert_eq!(call(&mut wasm, "symmetric_state_absorb", &[state, 1000, 3]), Errno::Success);
        assert_eq!(call(&mut wasm, "symmetric_state_squeeze", &[state, 2000, 4]), Errno::Success);
    }
    wasm.instance = first;
    assert_eq!(read(&mut wasm, 2000), [0xba, 0x78, 0x16, 0xbf], "SHA-256 of abc");
    assert_eq!(
        call(&mut wasm, "symmetric_state_close", &[states[1]]),
        Errno::InvalidHandle,
        "a handle of the other context"
    );
    wasm.instance = second;
    assert_eq!(read(&mut wasm, 2000), [0xa5, 0x2d, 0x15, 0x9f], "SHA-256 of abd");
}

#[test]
fn a_bound_memory_may_grow() {
    // Without room to grow in place, so that the bytes move.
    let mut config = Config::new();
    config.memory_reservation(0).memory_reservation_for_growth(0).memory_guard_size(0).memory_may_move(true);
    let mut wasm = Wasm::new(&Engine::new(&config).unwrap(), ONE_PAGE, None);
    bind_memory(&mut wasm.store, &wasm.instance, |data| &mut data.first).unwrap();
    let state = hash_state(&mut wasm);
    let beyond = [state, PAGE as u32 - 1, 3];
    assert_eq!(call(&mut wasm, "symmetric_state_absorb", &beyond), Errno::GuestError);
    for _ in 0..3 {
        wasm.run("grow", &[Val::I32(100)]);
        wasm.write(PAGE as u32 - 1, b"abc");
        let state = hash_state(&mut wasm);
        assert_eq!(call(&mut wasm, "symmetric_state_absorb", &[state, PAGE as u32 - 1, 3]), Errno::Success);
        let out = 100 * PAGE as u32;
        assert_eq!(call(&mut wasm, "symmetric_state_squeeze", &[state, out, 4]), Errno::Success);
        assert_eq!(read(&mut wasm, out), [0xba, 0x78, 0x16, 0xbf]);
    }
    unbind_memory(&mut wasm.store.data_mut().first);
    assert_eq!(call(&mut wasm, "symmetric_state_squeeze", &[state, 200 * PAGE as u32, 4]), Errno::Success);
}

#[test]
fn a_guest_without_a_memory_has_no_bytes_to_point_to() {
    for memory in ["", r#"(func (export "memory"))"#, r#"(global (export "memory") i32 (i32.const 0))"#] {
        for runtime in [None, Some(executor())] {
            // Private, for the functions that the tests read and write by.
            let mut wasm = Wasm::new(&engine(), &format!("(memory 1) {memory}"), runtime);
            assert_has_no_bytes_to_point_to(&mut wasm);
            let error = bind_memory(&mut wasm.store, &wasm.instance, |data| &mut data.first).unwrap_err();
            assert_eq!(error.to_string(), "the instance exports no memory named `memory`, so there is nothing to bind");
        }
    }
}

#[test]
fn linking_twice_is_an_error_and_not_a_surprise() {
    let engine = engine();
    let mut linker = Linker::<Data>::new(&engine);
    add_to_linker(&mut linker, |data| &mut data.first).unwrap();
    assert!(add_to_linker(&mut linker, |data| &mut data.first).is_err());
    assert!(add_to_linker_async(&mut linker, |data| &mut data.first).is_err());
    linker.allow_shadowing(true);
    add_to_linker(&mut linker, |data| &mut data.second).unwrap();
}

#[test]
fn a_guest_that_is_interrupted_leaves_a_context_that_works() {
    let engine = Engine::new(Config::new().epoch_interruption(true)).unwrap();
    let mut wasm = Wasm::new(&engine, ONE_PAGE, None);
    let before = accounts(&wasm);
    wasm.store.set_epoch_deadline(1);
    let spin = wasm.function("spin");
    let ticker = std::thread::spawn({
        let engine = engine.clone();
        move || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            engine.increment_epoch();
        }
    });
    let error = spin.call(&mut wasm.store, &[], &mut []).unwrap_err();
    assert_eq!(error.downcast_ref::<wasmtime::Trap>(), Some(&wasmtime::Trap::Interrupt));
    ticker.join().unwrap();
    wasm.store.set_epoch_deadline(1 << 60);
    assert_eq!(accounts(&wasm), before);
    assert_same(&transcript::run(&mut Guest::new(wasm)), &native_transcript());
}

#[test]
fn a_guest_that_yields_at_every_epoch_gets_the_same_results() {
    let engine = Engine::new(Config::new().epoch_interruption(true)).unwrap();
    let mut wasm = Wasm::new(&engine, ONE_PAGE, Some(executor()));
    wasm.store.epoch_deadline_async_yield_and_update(1);
    let done = Arc::new(AtomicBool::new(false));
    let ticker = std::thread::spawn({
        let done = Arc::clone(&done);
        move || {
            while !done.load(Ordering::Relaxed) {
                engine.increment_epoch();
                std::thread::yield_now();
            }
        }
    });
    let seen = transcript::run(&mut Guest::new(wasm));
    done.store(true, Ordering::Relaxed);
    ticker.join().unwrap();
    assert_same(&seen, &native_transcript());
}
