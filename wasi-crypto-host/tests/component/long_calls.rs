//! Calls that take long: they leave the executor to others, can be given up wherever they wait, and end when they are to.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use wasi_crypto_host::{Errno, GuestMemory, Hostcall, JobPool, WasiCryptoCtx};
use wasmtime::Trap;
use wasmtime::component::Val;

use crate::executor::hold_work;
use crate::guest::{Guest, case, list, optional, text};

/// A state that derives a key from a password.
pub(crate) fn password(guest: &mut Guest, iterations: u64) -> Val {
    let options = guest.call("options-open", &[case("symmetric")]).unwrap();
    guest.call("options-set", &[options.clone(), text("salt"), list("salt")]).unwrap();
    guest.call("options-set-u64", &[options.clone(), text("ops_limit"), Val::U64(iterations)]).unwrap();
    let open = [text("PBKDF2-SHA-256"), optional(None), optional(Some(options))];
    let state = guest.call("symmetric-state-open", &open).unwrap();
    guest.call("symmetric-state-absorb", &[state.clone(), list("password")]).unwrap();
    state
}

pub(crate) fn derived(iterations: u32) -> [u8; 32] {
    let mut derived = [0; 32];
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(b"password", b"salt", iterations, &mut derived);
    derived
}

/// Makes a call, and gives it up after so many polls. Returns whether it was over by then.
fn poll(guest: &mut Guest, name: &str, args: &[Val], polls: usize) -> bool {
    let runtime = guest.runtime.take().unwrap();
    let func = guest.instance.get_func(&mut guest.store, name).unwrap();
    let is_over = runtime.block_on(async {
        let mut results = [Val::Bool(false)];
        let mut call = Box::pin(func.call_async(&mut guest.store, args, &mut results));
        for _ in 0..polls {
            if std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_ready())).await {
                return true;
            }
        }
        false
    });
    guest.runtime = Some(runtime);
    is_over
}

/// Long calls, with their arguments; the lists that are empty become long.
fn long_calls(guest: &mut Guest, iterations: u64) -> Vec<(&'static str, Vec<Val>)> {
    let hash = guest.state("SHA-256", None).unwrap();
    let keypair = guest.call("keypair-generate", &[case("signatures"), text("ECDSA_P256_SHA256"), optional(None)]);
    let signing = guest.call("signature-state-open", &[keypair.unwrap()]).unwrap();
    let password = password(guest, iterations);
    vec![
        ("symmetric-state-absorb", vec![hash, list([])]),
        ("signature-state-update", vec![signing, list([])]),
        ("symmetric-state-squeeze", vec![password.clone()]),
        ("symmetric-state-squeeze-tag", vec![password.clone()]),
        ("batch-symmetric-state-squeeze", vec![Val::List(vec![password; 2])]),
        ("keypair-generate", vec![case("signatures"), text("RSA_PKCS1_2048_SHA256"), optional(None)]),
    ]
}

const LONG: u32 = 4 << 20;

fn has_long_list(name: &str) -> bool {
    name.ends_with("-absorb") || name.ends_with("-update")
}

/// At each of its points, a call can be given up; the guest's objects and the pool are as if it had not been made.
#[test]
fn calls_can_be_given_up_wherever_they_wait() {
    let pool = JobPool::new(1);
    let new = || Guest::asynchronous_with_long_lists(WasiCryptoCtx::builder().job_pool(pool.clone()));
    let calls = long_calls(&mut new(), 20_000).len();
    for at in 0..calls {
        for polls in 0..12 {
            let mut guest = new();
            let (name, mut args) = long_calls(&mut guest, 20_000).swap_remove(at);
            let password =
                (args.len() == 1 && name.contains("squeeze-tag")).then(|| guest.handle_of_state(&mut args[0]));
            guest.lengthen(u32::from(has_long_list(name)), LONG);
            let before = guest.accounts();
            // Work of milliseconds may be over before the first poll is.
            let held = (polls < 2).then(|| hold_work(guest.runtime.as_ref().unwrap()));
            let is_over = poll(&mut guest, name, &args, polls);
            drop(held);
            if is_over {
                assert!(polls > 1, "{name} does not wait at all");
                break;
            }
            assert_eq!(guest.open_handles(), before.0, "{name} given up after {polls} polls");
            // What had its thread already holds its output until it has seen that it is to stop.
            while pool.free_places() == 0 || guest.accounts() != before {
                std::thread::yield_now();
            }
            let has_gone = guest.try_call("options-open", &[case("symmetric")]).is_err();
            assert_eq!(has_gone, polls > 0, "a component that ended within a call is not entered again");
            // What it had is there.
            if let Some(password) = password {
                let (squeeze, mut output) = (Hostcall::find("symmetric_state_squeeze").unwrap(), [0; 32]);
                let memory = GuestMemory::unshared(&mut output);
                assert_eq!(guest.store.data_mut().call(squeeze, memory, &[password.into(), 0, 32]), Errno::Success);
                assert_eq!(output, derived(20_000));
            }
        }
    }
}

#[test]
fn a_long_call_leaves_the_executor_to_others() {
    let mut guest = Guest::asynchronous_with_long_lists(WasiCryptoCtx::builder());
    for (name, args) in long_calls(&mut guest, 200_000) {
        let len = if has_long_list(name) { 8 * LONG } else { 0 };
        guest.lengthen(u32::from(len > 0), len);
        let turns = Arc::new(AtomicUsize::new(0));
        let is_over = Arc::new(AtomicBool::new(false));
        guest.runtime.as_ref().unwrap().spawn({
            let (turns, is_over) = (Arc::clone(&turns), Arc::clone(&is_over));
            let held = hold_work(guest.runtime.as_ref().unwrap());
            async move {
                let mut held = Some(held);
                while !is_over.load(Ordering::Relaxed) {
                    turns.fetch_add(1, Ordering::Relaxed);
                    drop(held.take());
                    tokio::task::yield_now().await;
                }
            }
        });
        guest.call(name, &args).unwrap();
        is_over.store(true, Ordering::Relaxed);
        // Once for each quarter of a megabyte.
        let least = if len > 0 { 100 } else { 1 };
        let turns = turns.load(Ordering::Relaxed);
        assert!(turns >= least, "{name}: others had {turns} turns");
    }
}

#[test]
fn a_stop_ends_the_guest_within_a_long_call() {
    for is_async in [false, true] {
        let new = || {
            let ctx = WasiCryptoCtx::builder();
            if is_async { Guest::asynchronous_with_long_lists(ctx) } else { Guest::with_long_lists(ctx) }
        };
        let calls = long_calls(&mut new(), 1_000_000).len();
        for at in 0..calls {
            let mut guest = new();
            let (name, args) = long_calls(&mut guest, 1_000_000).swap_remove(at);
            guest.lengthen(u32::from(has_long_list(name)), LONG);
            let before = guest.accounts();
            guest.store.data().stop_handle().stop_at(Some(Instant::now()));
            let error = guest.try_call(name, &args).unwrap_err();
            assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::Interrupt), "{name}, asynchronous: {is_async}");
            assert_eq!(guest.accounts(), before, "{name}, asynchronous: {is_async}");
        }
    }
}

#[test]
fn a_stop_from_another_thread_ends_a_call_that_is_under_way() {
    for is_async in [false, true] {
        let ctx = WasiCryptoCtx::builder();
        let mut guest = if is_async { Guest::asynchronous(ctx) } else { Guest::with(ctx) };
        let state = password(&mut guest, 10_000_000);
        let stop = guest.store.data().stop_handle();
        let other = std::thread::spawn(move || {
            // The call begins at once, and goes on for longer.
            std::thread::sleep(Duration::from_millis(100));
            stop.stop();
        });
        // Without the stop, this would take some seconds and succeed.
        let error = guest.try_call("symmetric-state-squeeze", &[state]).unwrap_err();
        assert_eq!(error.downcast_ref::<Trap>(), Some(&Trap::Interrupt));
        other.join().unwrap();
    }
}

#[test]
fn guests_that_go_away_leave_no_work_behind() {
    let pool = JobPool::new(1);
    let start = Instant::now();
    for polls in [1, 2, 3].repeat(10) {
        let mut guest = Guest::asynchronous(WasiCryptoCtx::builder().job_pool(pool.clone()));
        let state = password(&mut guest, 10_000_000);
        assert!(!poll(&mut guest, "symmetric-state-squeeze", &[state], polls), "it takes seconds");
        // With the call that waits, and all that the guest has.
        drop(guest);
    }
    while pool.free_places() == 0 {
        std::thread::yield_now();
    }
    assert!(start.elapsed() < Duration::from_secs(20), "the work of all would take minutes");
}
