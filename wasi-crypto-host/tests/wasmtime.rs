//! The wasmtime face: whichever way a guest and its memory are set up, it gets what a native caller gets.
#![cfg(all(feature = "wasmtime", feature = "async"))]

mod support;

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use support::{Guest, Native, PAGE, SLOT, Transport, hostcall, transcript};
use tokio::runtime::{Builder, Runtime};
use wasi_crypto_host::wasmtime::{add_to_linker, add_to_linker_async, bind_memory, unbind_memory};
use wasi_crypto_host::{CoreType, Errno, Hostcall, WasiCryptoCtx, hostcalls};
use wasmtime::{Config, Engine, Instance, Linker, MemoryType, Module, SharedMemory, Store, Val};

const ONE_PAGE: &str = r#"(memory (export "memory") 1)"#;
const SHARED: &str = r#"(import "env" "memory" (memory 1 2 shared)) (export "memory" (memory 0))"#;

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

#[test]
fn an_asynchronous_guest_sees_what_a_native_caller_sees() {
    let native = native_transcript();
    for binds in [false, true] {
        let mut wasm = Wasm::new(&engine(), ONE_PAGE, Some(current_thread()));
        if binds {
            bind_memory(&mut wasm.store, &wasm.instance, |data| &mut data.first).unwrap();
        }
        assert_same(&transcript::run(&mut Guest::new(wasm)), &native);
    }
}

#[test]
fn a_guest_with_a_shared_memory_sees_what_a_native_caller_sees() {
    let native = native_transcript();
    for runtime in [None, Some(current_thread())] {
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
        for runtime in [None, Some(current_thread())] {
            // Private, for the functions that the tests read and write by.
            let mut wasm = Wasm::new(&engine(), &format!("(memory 1) {memory}"), runtime);
            for hostcall in hostcalls() {
                let errno = wasm.call(hostcall, &vec![0; hostcall.core_params().len()]);
                if hostcall.is_implemented() && !hostcall.results().is_empty() {
                    assert_eq!(errno, Errno::GuestError, "{}", hostcall.name());
                } else {
                    assert_ne!(errno, Errno::Success, "{}", hostcall.name());
                }
            }
            let error = bind_memory(&mut wasm.store, &wasm.instance, |data| &mut data.first).unwrap_err();
            assert_eq!(error.to_string(), "the instance exports no memory named `memory`, so there is nothing to bind");
        }
    }
}

#[test]
fn a_long_call_leaves_the_executor_to_others() {
    let runtime = current_thread();
    let mut wasm = Wasm::new(&engine(), ONE_PAGE, Some(runtime));
    let state = password_state(&mut wasm, 1_000_000);
    let (runtime, squeeze) = (wasm.runtime.take().unwrap(), wasm.function("symmetric_state_squeeze"));
    let other_ran = runtime.block_on(async {
        let other_ran = Arc::new(AtomicBool::new(false));
        tokio::spawn({
            let other_ran = Arc::clone(&other_ran);
            async move { other_ran.store(true, Ordering::Relaxed) }
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
    let mut wasm = Wasm::new(&engine(), ONE_PAGE, Some(current_thread()));
    let state = password_state(&mut wasm, 100_000);
    let before = accounts(&wasm);
    let (runtime, squeeze) = (wasm.runtime.take().unwrap(), wasm.function("symmetric_state_squeeze"));
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
    wasm.runtime = Some(runtime);
    assert_eq!(accounts(&wasm), before);
    assert_eq!(read::<32>(&mut wasm, 2000), [0; 32]);
    assert_eq!(call(&mut wasm, "symmetric_state_squeeze", &[state, 2000, 32]), Errno::Success);
    let mut expected = [0; 32];
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(b"password", b"salt", 100_000, &mut expected);
    assert_eq!(read::<32>(&mut wasm, 2000), expected);
}

#[test]
fn a_long_call_works_without_a_tokio_runtime() {
    let mut wasm = Wasm::new(&engine(), ONE_PAGE, Some(current_thread()));
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
    let mut wasm = Wasm::new(&engine, ONE_PAGE, Some(current_thread()));
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

/// The data of a store: two contexts, of which most tests use the first.
struct Data {
    first: WasiCryptoCtx,
    second: WasiCryptoCtx,
}

/// An instance whose exports hand their arguments on to the host, under the host's names.
struct Wasm {
    engine: Engine,
    memory: String,
    store: Store<Data>,
    instance: Instance,
    /// With a runtime, the functions are linked and called asynchronously.
    runtime: Option<Runtime>,
}

impl Wasm {
    fn new(engine: &Engine, memory: &str, runtime: Option<Runtime>) -> Self {
        Self::with_memory(engine, memory, runtime, None)
    }

    fn with_memory(engine: &Engine, memory: &str, runtime: Option<Runtime>, shared: Option<SharedMemory>) -> Self {
        let context = || WasiCryptoCtx::builder().build().unwrap();
        let mut store = Store::new(engine, Data { first: context(), second: context() });
        // Where epochs interrupt, nobody counts yet.
        store.set_epoch_deadline(1 << 60);
        let mut linker = Linker::new(engine);
        if memory == SHARED {
            let shared = shared.unwrap_or_else(|| SharedMemory::new(engine, MemoryType::shared(1, 2)).unwrap());
            linker.define(&mut store, "env", "memory", shared).unwrap();
        }
        let module = Module::new(engine, forwarder(memory)).unwrap();
        let instance = match &runtime {
            None => {
                add_to_linker(&mut linker, |data: &mut Data| &mut data.first).unwrap();
                linker.instantiate(&mut store, &module).unwrap()
            }
            Some(runtime) => {
                add_to_linker_async(&mut linker, |data: &mut Data| &mut data.first).unwrap();
                runtime.block_on(linker.instantiate_async(&mut store, &module)).unwrap()
            }
        };
        Self { engine: engine.clone(), memory: memory.to_owned(), store, instance, runtime }
    }

    fn another_instance(
        &mut self,
        get: impl Fn(&mut Data) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
    ) -> Instance {
        let mut linker = Linker::new(&self.engine);
        add_to_linker(&mut linker, get).unwrap();
        let module = Module::new(&self.engine, forwarder(&self.memory)).unwrap();
        linker.instantiate(&mut self.store, &module).unwrap()
    }

    fn function(&mut self, name: &str) -> wasmtime::Func {
        self.instance.get_func(&mut self.store, name).unwrap()
    }

    fn run(&mut self, name: &str, args: &[Val]) -> u32 {
        let function = self.function(name);
        let mut results = [Val::I32(-1)];
        match &self.runtime {
            None => function.call(&mut self.store, args, &mut results),
            Some(runtime) => runtime.block_on(function.call_async(&mut self.store, args, &mut results)),
        }
        .unwrap();
        results[0].unwrap_i32() as u32
    }
}

impl Transport for Wasm {
    fn call(&mut self, hostcall: &'static Hostcall, args: &[u64]) -> Errno {
        let args: Vec<_> = hostcall.core_params().iter().zip(args).map(|(ty, arg)| val(ty, *arg)).collect();
        Errno::from_number(self.run(hostcall.name(), &args)).expect("a status of the specification")
    }

    fn read(&mut self, start: u32, into: &mut [u8]) {
        for (i, byte) in (start..).zip(into) {
            *byte = self.run("peek", &[Val::I32(i as i32)]) as u8;
        }
    }

    fn write(&mut self, start: u32, from: &[u8]) {
        for (i, byte) in (start..).zip(from) {
            self.run("poke", &[Val::I32(i as i32), Val::I32((*byte).into())]);
        }
    }
}

/// A module with an import and a forwarding export for each function, and a few of its own.
fn forwarder(memory: &str) -> String {
    let wasm_type = |ty: &CoreType| match ty {
        CoreType::I32 => " i32",
        CoreType::I64 => " i64",
    };
    let (mut imports, mut exports) = (String::new(), String::new());
    for hostcall in hostcalls() {
        let (module, name, params) = (hostcall.module(), hostcall.name(), hostcall.core_params());
        let types: String = params.iter().map(wasm_type).collect();
        let gets: String = (0..params.len()).map(|i| format!(" (local.get {i})")).collect();
        writeln!(imports, r#"(import "{module}" "{name}" (func ${name} (param{types}) (result i32)))"#).unwrap();
        writeln!(exports, r#"(func (export "{name}") (param{types}) (result i32) (call ${name}{gets}))"#).unwrap();
    }
    // `memory` may be an import, and those come first.
    format!(
        r#"(module {imports} {memory} {exports}
            (func (export "peek") (param i32) (result i32) (i32.load8_u (local.get 0)))
            (func (export "poke") (param i32 i32) (result i32) (i32.store8 (local.get 0) (local.get 1)) (i32.const 0))
            (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
            (func (export "spin") (loop $again (drop (call $options_close (i32.const 0))) (br $again))))"#
    )
}

fn engine() -> Engine {
    Engine::new(Config::new().wasm_threads(true).shared_memory(true)).unwrap()
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

fn native_transcript() -> Vec<String> {
    transcript::run(&mut Guest::new(Native::new(WasiCryptoCtx::builder(), PAGE)))
}

fn assert_same(seen: &[String], native: &[String]) {
    for (i, (seen, native)) in seen.iter().zip(native).enumerate() {
        assert_eq!(seen, native, "step {i}");
    }
    assert_eq!(seen.len(), native.len());
}

fn call(wasm: &mut Wasm, name: &str, args: &[u32]) -> Errno {
    let args: Vec<u64> = args.iter().map(|arg| u64::from(*arg)).collect();
    wasm.call(hostcall(name), &args)
}

fn read<const N: usize>(wasm: &mut Wasm, start: u32) -> [u8; N] {
    let mut bytes = [0; N];
    wasm.read(start, &mut bytes);
    bytes
}

/// A state of SHA-256. Leaves the first 64 bytes of the memory changed.
fn hash_state(wasm: &mut Wasm) -> u32 {
    wasm.write(32, b"SHA-256");
    wasm.write(40, &[1]);
    assert_eq!(call(wasm, "symmetric_state_open", &[32, 7, 40, 40, SLOT]), Errno::Success);
    u32::from_le_bytes(read(wasm, SLOT))
}

/// A state of PBKDF2-SHA-256 with the password "password" and the salt "salt".
fn password_state(wasm: &mut Wasm, iterations: u64) -> u32 {
    let mut guest = Guest::new(wasm);
    let options = guest.options_open();
    guest.options_set(options, "salt", b"salt").unwrap();
    guest.options_set_u64(options, "ops_limit", iterations).unwrap();
    let state = guest.open("PBKDF2-SHA-256", None, Some(options)).unwrap();
    guest.absorb(state, b"password").unwrap();
    guest.call("options_close", &[options]).unwrap();
    state
}

fn accounts(wasm: &Wasm) -> (usize, usize) {
    let ctx = &wasm.store.data().first;
    (ctx.open_handles(), ctx.held_bytes())
}

fn val(ty: &CoreType, arg: u64) -> Val {
    match ty {
        CoreType::I32 => Val::I32(arg as i32),
        CoreType::I64 => Val::I64(arg as i64),
    }
}

fn vals(args: &[u32]) -> Vec<Val> {
    args.iter().map(|arg| Val::I32(*arg as i32)).collect()
}
