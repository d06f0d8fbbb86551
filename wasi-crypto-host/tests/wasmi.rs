//! The wasmi face: a guest gets what a native caller gets.

mod support;

use std::thread;
use std::time::{Duration, Instant};

use support::forwarder::{assert_has_no_bytes_to_point_to, forwarder};
use support::{Guest, Native, PAGE, SLOT, Transport, hostcall, transcript};
use wasi_crypto_host::wasmi::{Stopped, add_to_linker, bind_memory, unbind_memory};
use wasi_crypto_host::{CoreType, Errno, Hostcall, STACK_BYTES, WasiCryptoCtx};
use wasmi::{Engine, Error, Extern, Instance, Linker, Module, Store, TrapCode, Val};

const ONE_PAGE: &str = r#"(memory (export "memory") 1)"#;
const NONE: &str = r#"(memory 1) (global (export "memory") i32 (i32.const 0))"#;

#[test]
fn a_guest_sees_what_a_native_caller_sees() {
    let native = transcript::run(&mut Guest::new(Native::new(WasiCryptoCtx::builder(), PAGE)));
    for binds in [false, true] {
        let mut wasm = Wasm::new(ONE_PAGE);
        if binds {
            bind_memory(&mut wasm.store, &wasm.instance, |ctx| ctx).unwrap();
        }
        let seen = transcript::run(&mut Guest::new(wasm));
        for (i, (seen, native)) in seen.iter().zip(&native).enumerate() {
            assert_eq!(seen, native, "step {i}");
        }
        assert_eq!(seen.len(), native.len());
    }
}

#[test]
fn a_guest_hashes() {
    let mut wasm = Wasm::new(ONE_PAGE);
    assert_eq!(wasm.hash(&[b"abc"]), [0xba, 0x78, 0x16, 0xbf], "SHA-256 of abc");
}

/// On a thread with what the host may take, and a quarter of a MiB for wasmi and this function.
#[test]
fn a_guest_that_recurses_as_deep_as_it_can_leaves_the_host_its_stack() {
    let run = || {
        let mut store = Store::new(&Engine::default(), WasiCryptoCtx::builder().build().unwrap());
        let mut linker = Linker::new(store.engine());
        add_to_linker(&mut linker, |ctx: &mut WasiCryptoCtx| ctx).unwrap();
        let module = Module::new(store.engine(), include_str!("support/recursive.wat")).unwrap();
        let instance = linker.instantiate_and_start(&mut store, &module).unwrap();
        let start = instance.get_typed_func::<(), ()>(&store, "_start").unwrap();
        assert_eq!(start.call(&mut store, ()).unwrap_err().as_trap_code(), Some(TrapCode::StackOverflow));
        store.data().open_handles()
    };
    let thread = thread::Builder::new().stack_size(STACK_BYTES + (256 << 10)).spawn(run).unwrap();
    assert_eq!(thread.join().unwrap(), 1, "the key");
}

#[test]
fn unbound_instances_of_one_store_each_use_their_own_memory() {
    let mut wasm = Wasm::new(ONE_PAGE);
    let first = wasm.instance;
    let memory = first.get_export(&wasm.store, "memory");
    let second = wasm.another(ONE_PAGE, None);
    let borrower = wasm.another(r#"(import "env" "memory" (memory 1)) (export "memory" (memory 0))"#, memory);
    let state = wasm.hash_state();
    for (instance, message) in [(first, b"a"), (second, b"b")] {
        wasm.instance = instance;
        wasm.write(1000, message);
    }
    for instance in [first, second] {
        wasm.instance = instance;
        wasm.expect(Errno::Success, "symmetric_state_absorb", &[state, 1000, 1]);
    }
    wasm.write(1000, b"c");
    wasm.expect(Errno::Success, "symmetric_state_absorb", &[state, 1000, 1]);
    wasm.instance = borrower;
    wasm.expect(Errno::Success, "symmetric_state_squeeze", &[state, 2000, 4]);
    for (instance, expected) in [(first, [0xba, 0x78, 0x16, 0xbf]), (second, [0; 4])] {
        wasm.instance = instance;
        assert_eq!(wasm.read_4(2000), expected, "SHA-256 of abc, in the memory that the first lends to the third");
    }
}

#[test]
fn a_memory_may_grow_bound_or_not() {
    for binds in [false, true] {
        let mut wasm = Wasm::new(ONE_PAGE);
        if binds {
            bind_memory(&mut wasm.store, &wasm.instance, |ctx| ctx).unwrap();
        }
        let state = wasm.hash_state();
        let end = PAGE as u32;
        wasm.expect(Errno::GuestError, "symmetric_state_absorb", &[state, end - 1, 3]);
        wasm.run("grow", &[Val::I32(1)]).unwrap();
        wasm.write(end - 1, b"abc");
        wasm.expect(Errno::Success, "symmetric_state_absorb", &[state, end - 1, 3]);
        wasm.expect(Errno::Success, "symmetric_state_squeeze", &[state, 2 * end - 4, 4]);
        assert_eq!(wasm.read_4(2 * end - 4), [0xba, 0x78, 0x16, 0xbf]);
        unbind_memory(wasm.store.data_mut());
        wasm.expect(Errno::Success, "symmetric_state_squeeze", &[state, 2 * end - 8, 4]);
    }
}

#[test]
fn a_guest_without_a_memory_has_no_bytes_to_point_to() {
    let mut wasm = Wasm::new(NONE);
    assert_has_no_bytes_to_point_to(&mut wasm);
    let error = bind_memory(&mut wasm.store, &wasm.instance, |ctx| ctx).unwrap_err();
    assert_eq!(error.to_string(), "the instance exports no memory named `memory`, so there is nothing to bind");
}

#[test]
fn a_stop_ends_the_guest_within_a_long_call() {
    let mut wasm = Wasm::new(ONE_PAGE);
    let state = {
        let mut guest = Guest::new(&mut wasm);
        let options = guest.options_open();
        guest.options_set(options, "salt", b"salt").unwrap();
        guest.options_set_u64(options, "ops_limit", 1_000_000_000).unwrap();
        let state = guest.open("PBKDF2-SHA-256", None, Some(options)).unwrap();
        guest.absorb(state, b"password").unwrap();
        state
    };
    let start = Instant::now();
    wasm.store.data().stop_handle().stop_at(Some(start + Duration::from_millis(50)));
    let args = [state, 2000, 32].map(|arg| Val::I32(arg as i32));
    let error = wasm.run("symmetric_state_squeeze", &args).unwrap_err();
    assert_eq!(error.downcast_ref::<Stopped>(), Some(&Stopped));
    assert!(start.elapsed() < Duration::from_secs(10), "so many iterations take a minute or more");
}

/// An instance whose exports hand their arguments on to the host, under the host's names.
struct Wasm {
    store: Store<WasiCryptoCtx>,
    instance: Instance,
}

impl Wasm {
    fn new(memory: &str) -> Self {
        let mut store =
            Store::new(&Engine::default(), WasiCryptoCtx::builder().max_password_iterations(u64::MAX).build().unwrap());
        let instance = instantiate(&mut store, memory, None);
        Self { store, instance }
    }

    fn another(&mut self, memory: &str, env: Option<Extern>) -> Instance {
        instantiate(&mut self.store, memory, env)
    }

    fn run(&mut self, name: &str, args: &[Val]) -> Result<u32, Error> {
        let mut results = [Val::I32(-1)];
        let function = self.instance.get_func(&self.store, name).unwrap();
        function.call(&mut self.store, args, &mut results)?;
        Ok(results[0].i32().unwrap() as u32)
    }

    fn expect(&mut self, errno: Errno, name: &str, args: &[u32]) {
        let args: Vec<u64> = args.iter().map(|arg| u64::from(*arg)).collect();
        assert_eq!(self.call(hostcall(name), &args), errno, "{name}");
    }

    fn read_4(&mut self, start: u32) -> [u8; 4] {
        let mut bytes = [0; 4];
        self.read(start, &mut bytes);
        bytes
    }

    fn hash_state(&mut self) -> u32 {
        self.write(32, b"SHA-256");
        self.write(40, &[1]);
        self.expect(Errno::Success, "symmetric_state_open", &[32, 7, 40, 40, SLOT]);
        u32::from_le_bytes(self.read_4(SLOT))
    }

    /// The first bytes of the SHA-256 of all pieces.
    fn hash(&mut self, pieces: &[&[u8]]) -> [u8; 4] {
        let state = self.hash_state();
        for piece in pieces {
            self.write(1000, piece);
            self.expect(Errno::Success, "symmetric_state_absorb", &[state, 1000, piece.len() as u32]);
        }
        self.expect(Errno::Success, "symmetric_state_squeeze", &[state, 2000, 4]);
        self.read_4(2000)
    }
}

impl Transport for Wasm {
    fn call(&mut self, hostcall: &'static Hostcall, args: &[u64]) -> Errno {
        let args: Vec<_> = hostcall
            .core_params()
            .iter()
            .zip(args)
            .map(|(ty, arg)| match ty {
                CoreType::I32 => Val::I32(*arg as i32),
                CoreType::I64 => Val::I64(*arg as i64),
            })
            .collect();
        Errno::from_number(self.run(hostcall.name(), &args).unwrap()).expect("a status of the specification")
    }

    fn read(&mut self, start: u32, into: &mut [u8]) {
        for (i, byte) in (start..).zip(into) {
            *byte = self.run("peek", &[Val::I32(i as i32)]).unwrap() as u8;
        }
    }

    fn write(&mut self, start: u32, from: &[u8]) {
        for (i, byte) in (start..).zip(from) {
            self.run("poke", &[Val::I32(i as i32), Val::I32((*byte).into())]).unwrap();
        }
    }
}

fn instantiate(store: &mut Store<WasiCryptoCtx>, memory: &str, env: Option<Extern>) -> Instance {
    let mut linker = Linker::new(store.engine());
    add_to_linker(&mut linker, |ctx: &mut WasiCryptoCtx| ctx).unwrap();
    if let Some(env) = env {
        linker.define("env", "memory", env).unwrap();
    }
    let module = Module::new(store.engine(), forwarder(memory)).unwrap();
    linker.instantiate_and_start(store, &module).unwrap()
}
