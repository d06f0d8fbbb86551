//! Calls that take long: they leave the executor to others, and end when they are to.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tokio::runtime::Builder;
use wasi_crypto_host::{Errno, JobPool, StopHandle, Tenant, WasiCryptoCtx};
use wasmtime::{Trap, Val};

use crate::executor::{executor, hold_work};
use crate::guest::{ONE_PAGE, Wasm, accounts, call, engine, hash_state, password_state, read, vals};
use crate::support::{SLOT, Transport};

#[test]
fn a_long_call_leaves_the_executor_to_others() {
    let runtime = executor();
    let mut wasm = Wasm::new(&engine(), ONE_PAGE, Some(runtime));
    let state = password_state(&mut wasm, 3000);
    let (runtime, squeeze) = (wasm.runtime.take().unwrap(), wasm.function("symmetric_state_squeeze"));
    let held = hold_work(&runtime);
    let other_ran = runtime.block_on(async {
        let other_ran = Arc::new(AtomicBool::new(false));
        tokio::spawn({
            let other_ran = Arc::clone(&other_ran);
            async move {
                other_ran.store(true, Ordering::Relaxed);
                drop(held);
            }
        });
        let mut errno = [Val::I32(-1)];
        squeeze.call_async(&mut wasm.store, &vals(&[state, 2000, 32]), &mut errno).await.unwrap();
        assert_eq!(errno[0].unwrap_i32(), 0);
        other_ran.load(Ordering::Relaxed)
    });
    assert!(other_ran, "the only thread of the executor was blocked until the call was over");
}

#[test]
fn a_long_call_that_is_dropped_leaves_all_as_it_was() {
    let mut wasm = Wasm::new(&engine(), ONE_PAGE, Some(executor()));
    let state = password_state(&mut wasm, 3000);
    let before = accounts(&wasm);
    let (runtime, squeeze) = (wasm.runtime.take().unwrap(), wasm.function("symmetric_state_squeeze"));
    let held = hold_work(&runtime);
    runtime.block_on(async {
        for _ in 0..3 {
            let (args, mut errno) = (vals(&[state, 2000, 32]), [Val::I32(-1)]);
            let mut call = Box::pin(squeeze.call_async(&mut wasm.store, &args, &mut errno));
            std::future::poll_fn(|context| {
                assert!(call.as_mut().poll(context).is_pending(), "long calls wait");
                Poll::Ready(())
            })
            .await;
        }
    });
    drop(held);
    wasm.runtime = Some(runtime);
    // What waited for its thread holds its output until that comes to it.
    while accounts(&wasm) != before {
        std::thread::yield_now();
    }
    assert_eq!(read::<32>(&mut wasm, 2000), [0; 32]);
    assert_eq!(call(&mut wasm, "symmetric_state_squeeze", &[state, 2000, 32]), Errno::Success);
    let mut expected = [0; 32];
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(b"password", b"salt", 3000, &mut expected);
    assert_eq!(read::<32>(&mut wasm, 2000), expected);
}

#[test]
fn a_long_call_works_without_a_tokio_runtime() {
    let mut wasm = Wasm::new(&engine(), ONE_PAGE, Some(executor()));
    let state = password_state(&mut wasm, 3000);
    let squeeze = wasm.function("symmetric_state_squeeze");
    let (args, mut errno) = (vals(&[state, 2000, 32]), [Val::I32(-1)]);
    let mut call = Box::pin(squeeze.call_async(&mut wasm.store, &args, &mut errno));
    let mut context = Context::from_waker(Waker::noop());
    while call.as_mut().poll(&mut context).is_pending() {
        std::thread::yield_now();
    }
    drop(call);
    assert_eq!(errno[0].unwrap_i32(), 0);
    let mut expected = [0; 32];
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(b"password", b"salt", 3000, &mut expected);
    assert_eq!(read::<32>(&mut wasm, 2000), expected);
}

#[test]
fn long_work_runs_on_the_runtime_of_the_pool() {
    let started = Arc::new(AtomicUsize::new(0));
    let mut others = Builder::new_multi_thread();
    others.worker_threads(1).on_thread_start({
        let started = Arc::clone(&started);
        move || _ = started.fetch_add(1, Ordering::Relaxed)
    });
    let others = others.build().unwrap();
    let mut wasm = Wasm::new(&engine(), ONE_PAGE, Some(executor()));
    let pool = JobPool::new(1).runtime(others.handle().clone());
    wasm.store.data_mut().first = WasiCryptoCtx::builder().job_pool(pool).build().unwrap();
    let state = password_state(&mut wasm, 3000);
    assert_eq!(call(&mut wasm, "symmetric_state_squeeze", &[state, 2000, 32]), Errno::Success);
    let mut expected = [0; 32];
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(b"password", b"salt", 3000, &mut expected);
    assert_eq!(read::<32>(&mut wasm, 2000), expected);
    assert_eq!(started.load(Ordering::Relaxed), 2, "the worker, and the thread of the long call");

    // Nobody waits for what is no longer done.
    others.shutdown_background();
    let trap = wasm.try_run("symmetric_state_squeeze", &vals(&[state, 2000, 32])).unwrap_err();
    assert_eq!(trap.downcast_ref(), Some(&Trap::Interrupt));
}

/// More memory than a slice of work, for data that is long.
const MEMORY: &str = r#"(memory (export "memory") 600)"#;
const LONG: u32 = 32 << 20;

#[test]
fn hashing_long_data_gives_the_executor_turns() {
    let mut wasm = Wasm::new(&engine(), MEMORY, Some(executor()));
    let state = hash_state(&mut wasm);
    let (runtime, absorb) = (wasm.runtime.take().unwrap(), wasm.function("symmetric_state_absorb"));
    let turns = runtime.block_on(async {
        let (turns, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        tokio::spawn({
            let (turns, done) = (Arc::clone(&turns), Arc::clone(&done));
            async move {
                while !done.load(Ordering::Relaxed) {
                    turns.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                }
            }
        });
        let mut errno = [Val::I32(-1)];
        absorb.call_async(&mut wasm.store, &vals(&[state, 1 << 20, LONG]), &mut errno).await.unwrap();
        done.store(true, Ordering::Relaxed);
        assert_eq!(errno[0].unwrap_i32(), 0);
        turns.load(Ordering::Relaxed)
    });
    assert!(turns > 60, "others had {turns} turns while 32 MiB were hashed");
    wasm.runtime = Some(runtime);
    assert_eq!(call(&mut wasm, "symmetric_state_squeeze", &[state, 2000, 32]), Errno::Success);
    assert_eq!(read::<32>(&mut wasm, 2000), *Sha256::digest(vec![0; LONG as usize]));
}

/// What is said to end a long call: at once, or at a time that has come.
const STOPS: [fn(&StopHandle); 2] = [StopHandle::stop, |stop| stop.stop_at(Some(Instant::now()))];

#[test]
fn a_stop_ends_the_guest_within_a_long_call() {
    for runtime in [false, true] {
        for stop in STOPS {
            let mut wasm = Wasm::new(&engine(), MEMORY, runtime.then(executor));
            let hash = hash_state(&mut wasm);
            let password = password_state(&mut wasm, 1_000_000);
            wasm.write(100, b"RSA_PKCS1_4096_SHA512");
            wasm.write(200, &[1]);
            stop(&wasm.store.data().first.stop_handle());
            let before = accounts(&wasm);
            let long = [
                ("symmetric_state_absorb", vec![hash, 1 << 20, LONG]),
                ("symmetric_state_squeeze", vec![password, 2000, 32]),
                ("symmetric_state_squeeze_tag", vec![password, SLOT]),
                ("keypair_generate", vec![0, 100, 21, 200, SLOT]),
            ];
            for (name, args) in long {
                let error = wasm.try_run(name, &vals(&args)).unwrap_err();
                assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::Interrupt), "{name}, asynchronous: {runtime}");
            }
            assert_eq!(accounts(&wasm), before);
            // What is short is left to the engine's own means.
            assert_eq!(call(&mut wasm, "symmetric_state_absorb", &[hash, 0, 1000]), Errno::Success);
        }
    }
}

#[test]
fn a_stop_from_another_thread_ends_a_call_that_is_under_way() {
    let mut wasm = Wasm::new(&engine(), ONE_PAGE, None);
    let state = password_state(&mut wasm, 10_000_000);
    let stop = wasm.store.data().first.stop_handle();
    let other = std::thread::spawn(move || {
        // The call begins at once, and goes on for longer.
        std::thread::sleep(Duration::from_millis(100));
        stop.stop();
    });
    // Without the stop, this would take some seconds and succeed.
    let error = wasm.try_run("symmetric_state_squeeze", &vals(&[state, 2000, 32])).unwrap_err();
    assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::Interrupt));
    other.join().unwrap();
}

#[test]
fn guests_that_go_away_leave_no_work_behind() {
    let pool = JobPool::new(1);
    let context = || WasiCryptoCtx::builder().job_pool(pool.clone()).build().unwrap();
    let runtime = executor();
    let mut guests: Vec<Wasm> = (0..50)
        .map(|_| {
            let mut wasm = Wasm::new(&engine(), ONE_PAGE, Some(executor()));
            wasm.store.data_mut().first = context();
            wasm
        })
        .collect();
    let states: Vec<u32> = guests.iter_mut().map(|wasm| password_state(wasm, 10_000_000)).collect();
    let squeezes: Vec<_> = guests.iter_mut().map(|wasm| wasm.function("symmetric_state_squeeze")).collect();
    runtime.block_on(async {
        let mut calls: Vec<_> = guests
            .iter_mut()
            .zip(&states)
            .zip(&squeezes)
            .map(|((wasm, state), squeeze)| {
                let args = vals(&[*state, 2000, 32]);
                Box::pin(async move { squeeze.call_async(&mut wasm.store, &args, &mut [Val::I32(-1)]).await })
            })
            .collect();
        std::future::poll_fn(|context| {
            for call in &mut calls {
                assert!(call.as_mut().poll(context).is_pending());
            }
            Poll::Ready(())
        })
        .await;
        assert_eq!(pool.free_places(), 0);
        drop(calls);
        // The one call that had its place gives it back at its next look; without a stop it would take seconds, and all fifty minutes.
        let next = pin!(async {
            while pool.free_places() == 0 {
                tokio::task::yield_now().await;
            }
        });
        next.await;
    });
    let mut wasm = guests.pop().unwrap();
    let state = password_state(&mut wasm, 3000);
    assert_eq!(call(&mut wasm, "symmetric_state_squeeze", &[state, 2000, 32]), Errno::Success);
}

#[test]
fn a_tenant_with_many_long_calls_lets_others_have_their_turn() {
    let pool = JobPool::new(1);
    let (many, one) = (Tenant::new(), Tenant::new());
    // Those of the first tenant would take minutes each.
    let mut guests = [(many, 1_000_000_000), (many, 1_000_000_000), (one, 1_000)].map(|(tenant, iterations)| {
        let mut wasm = Wasm::new(&engine(), ONE_PAGE, Some(executor()));
        let builder = WasiCryptoCtx::builder().job_pool(pool.clone()).tenant(tenant);
        wasm.store.data_mut().first = builder.max_password_iterations(u64::MAX).build().unwrap();
        let state = password_state(&mut wasm, iterations);
        let squeeze = wasm.function("symmetric_state_squeeze");
        (wasm, squeeze, vals(&[state, 2000, 32]))
    });
    let stops = guests.each_ref().map(|(wasm, ..)| wasm.store.data().first.stop_handle());
    executor().block_on(async {
        let [mut begun, mut waiting, of_other] = guests.each_mut().map(|(wasm, squeeze, args)| {
            Box::pin(async move { squeeze.call_async(&mut wasm.store, args, &mut [Val::I32(-1)]).await })
        });
        for call in [&mut begun, &mut waiting] {
            assert!(std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_pending())).await);
        }
        let of_other = tokio::join!(of_other, async {
            stops[0].stop();
            begun.await.unwrap_err();
        })
        .0;
        of_other.unwrap();
        stops[1].stop();
        waiting.await.unwrap_err();
    });
}

#[test]
fn a_deadline_ends_a_call_that_waits_for_a_place() {
    let pool = JobPool::new(1);
    let runtime = executor();
    let mut guests = [(); 2].map(|()| {
        let mut wasm = Wasm::new(&engine(), ONE_PAGE, Some(executor()));
        wasm.store.data_mut().first =
            WasiCryptoCtx::builder().job_pool(pool.clone()).max_password_iterations(u64::MAX).build().unwrap();
        // A minute or more.
        let state = password_state(&mut wasm, 1_000_000_000);
        let squeeze = wasm.function("symmetric_state_squeeze");
        (wasm, squeeze, vals(&[state, 2000, 32]))
    });
    let [(first, first_squeeze, first_args), (second, second_squeeze, second_args)] = &mut guests;
    let stop = second.store.data().first.stop_handle();
    runtime.block_on(async {
        let mut errno = [Val::I32(-1)];
        let mut occupies = Box::pin(first_squeeze.call_async(&mut first.store, first_args, &mut errno));
        std::future::poll_fn(|context| {
            assert!(occupies.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        assert_eq!(pool.free_places(), 0);
        // One that is put off, and one that comes while the call waits.
        stop.stop_at(Some(Instant::now() + Duration::from_secs(3600)));
        let setter = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            let at = Instant::now() + Duration::from_millis(20);
            stop.stop_at(Some(at));
            at
        });
        let mut errno = [Val::I32(-1)];
        let error = second_squeeze.call_async(&mut second.store, second_args, &mut errno).await.unwrap_err();
        assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::Interrupt));
        let late = setter.join().unwrap().elapsed();
        assert!(late < Duration::from_secs(10), "{late:?} after its deadline");
    });
}

/// At each of its points, a call can be dropped; the guest's objects, the pool and the next call are as if it had not been.
#[test]
fn calls_can_be_dropped_wherever_they_wait() {
    let pool = JobPool::new(1);
    let mut wasm = Wasm::new(&engine(), MEMORY, Some(executor()));
    wasm.store.data_mut().first = WasiCryptoCtx::builder().job_pool(pool.clone()).build().unwrap();
    let (hash, password) = (hash_state(&mut wasm), password_state(&mut wasm, 20_000));
    wasm.write(100, b"RSA_PKCS1_2048_SHA256");
    wasm.write(200, &[1]);
    let runtime = wasm.runtime.take().unwrap();
    for (name, args) in [
        ("symmetric_state_absorb", vec![hash, 1 << 20, 2 << 20]),
        ("symmetric_state_squeeze", vec![password, 2000, 32]),
        ("symmetric_state_squeeze_tag", vec![password, SLOT]),
        ("keypair_generate", vec![0, 100, 21, 200, SLOT]),
    ] {
        let (function, args, before) = (wasm.function(name), vals(&args), accounts(&wasm));
        for polls in 0..12 {
            // Work of milliseconds may be over before the first poll is.
            let held = (polls < 2).then(|| hold_work(&runtime));
            let is_done = runtime.block_on(async {
                let mut errno = [Val::I32(-1)];
                let mut call = Box::pin(function.call_async(&mut wasm.store, &args, &mut errno));
                let mut is_done = false;
                for _ in 0..polls {
                    is_done = is_done
                        || std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_ready())).await;
                }
                is_done
            });
            drop(held);
            if is_done {
                assert!(polls > 1, "{name} does not wait at all");
                break;
            }
            assert_eq!(accounts(&wasm).0, before.0, "{name} dropped after {polls} polls");
            while pool.free_places() == 0 || accounts(&wasm) != before {
                std::thread::yield_now();
            }
        }
    }
    wasm.runtime = Some(runtime);
    assert_eq!(call(&mut wasm, "symmetric_state_squeeze", &[password, 2000, 32]), Errno::Success);
    let mut expected = [0; 32];
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(b"password", b"salt", 20_000, &mut expected);
    assert_eq!(read::<32>(&mut wasm, 2000), expected);
}

#[test]
fn both_ways_of_calling_have_one_answer_to_a_large_output() {
    let mut answers = Vec::new();
    for runtime in [None, Some(executor())] {
        let mut wasm = Wasm::new(&engine(), r#"(memory (export "memory") 1100)"#, runtime);
        let state = password_state(&mut wasm, 1);
        answers.push(call(&mut wasm, "symmetric_state_squeeze", &[state, 4096, 65 << 20]));
    }
    assert_eq!(answers, [Errno::Overflow; 2]);
}
