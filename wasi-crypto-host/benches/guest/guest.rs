//! The guest: loops around host calls, in WebAssembly.

use std::hint::black_box;

use wasi_crypto_host::wasmtime::{add_to_linker, bind_memory, instantiate, unbind_memory};
use wasi_crypto_host::{Errno, GuestMemory, Hostcall, WasiCryptoCtx, WasiCryptoCtxBuilder, hostcalls};
use wasmtime::{Engine, Instance, Linker, Memory, Module, Store, TypedFunc, Val, WasmParams};

use crate::{batch, sequences};

/// Handles, one after the other.
pub(crate) const LIST: u32 = 1 << 12;
/// The message.
pub(crate) const DATA: u32 = 8 << 20;
/// Output that is not in place.
pub(crate) const APART: u32 = 12 << 20;
const PAGES: u32 = 256;

/// Each loop adds up the statuses of its calls, which must all be 0.
const LOOPS: &str = r#"
    (func (export "nothing") (param $n i32) (result i32) (local $status i32)
        (loop $again
            (local.set $status (i32.or (local.get $status) (call $nothing (i32.const 1) (i32.const 8))))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $status))
    (func (export "tag_len") (param $tag i32) (param $n i32) (result i32) (local $status i32)
        (loop $again
            (local.set $status (i32.or (local.get $status) (call $symmetric_tag_len (local.get $tag) (i32.const 8))))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $status))
    ;; One call for each handle of a list.
    (func (export "tag_lens") (param $list i32) (param $n i32) (result i32) (local $status i32)
        (loop $again
            (local.set $status (i32.or (local.get $status)
                (call $symmetric_tag_len (i32.load (local.get $list)) (i32.const 8))))
            (local.set $list (i32.add (local.get $list) (i32.const 4)))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $status))
    (func (export "absorb") (param $state i32) (param $data i32) (param $len i32) (param $n i32) (result i32)
        (local $status i32)
        (loop $again
            (local.set $status (i32.or (local.get $status)
                (call $symmetric_state_absorb (local.get $state) (local.get $data) (local.get $len))))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $status))
    ;; Encrypts with each state of a list.
    (func (export "encrypt") (param $list i32) (param $out i32) (param $data i32) (param $len i32) (param $n i32)
        (result i32) (local $status i32)
        (loop $again
            (local.set $status (i32.or (local.get $status)
                (call $symmetric_state_encrypt (i32.load (local.get $list))
                    (local.get $out) (i32.add (local.get $len) (i32.const 16))
                    (local.get $data) (local.get $len) (i32.const 8))))
            (local.set $list (i32.add (local.get $list) (i32.const 4)))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $status))
    (func (export "decrypt") (param $state i32) (param $out i32) (param $data i32) (param $len i32) (param $n i32)
        (result i32) (local $status i32)
        (loop $again
            (local.set $status (i32.or (local.get $status)
                (call $symmetric_state_decrypt (local.get $state) (local.get $out) (local.get $len)
                    (local.get $data) (i32.add (local.get $len) (i32.const 16)) (i32.const 8))))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $status))
    ;; A hash from open to close. Memory: "SHA-256" at 64, an absent handle at 80.
    (func (export "hash") (param $data i32) (param $len i32) (param $n i32) (result i32) (local $status i32)
        (local $state i32)
        (loop $again
            (local.set $status (i32.or (local.get $status) (call $symmetric_state_open
                (i32.const 64) (i32.const 7) (i32.const 80) (i32.const 80) (i32.const 8))))
            (local.set $state (i32.load (i32.const 8)))
            (local.set $status (i32.or (local.get $status)
                (call $symmetric_state_absorb (local.get $state) (local.get $data) (local.get $len))))
            (local.set $status (i32.or (local.get $status)
                (call $symmetric_state_squeeze (local.get $state) (i32.const 256) (i32.const 32))))
            (local.set $status (i32.or (local.get $status) (call $symmetric_state_close (local.get $state))))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $status))
    ;; A message from its options to its end, in place. Memory: "nonce" at 96, the nonce at 112, some key at 128,
    ;; some options at 136, "AES-256-GCM" at 144, 13 bytes of associated data at 160.
    (func (export "message") (param $data i32) (param $len i32) (param $n i32) (result i32) (local $status i32)
        (local $state i32)
        (loop $again
            (i64.store (i32.const 112) (i64.add (i64.load (i32.const 112)) (i64.const 1)))
            (local.set $status (i32.or (local.get $status) (call $options_open (i32.const 1) (i32.const 140))))
            (local.set $status (i32.or (local.get $status) (call $options_set
                (i32.load (i32.const 140)) (i32.const 96) (i32.const 5) (i32.const 112) (i32.const 12))))
            (local.set $status (i32.or (local.get $status) (call $symmetric_state_open
                (i32.const 144) (i32.const 11) (i32.const 128) (i32.const 136) (i32.const 8))))
            (local.set $state (i32.load (i32.const 8)))
            (local.set $status (i32.or (local.get $status)
                (call $symmetric_state_absorb (local.get $state) (i32.const 160) (i32.const 13))))
            (local.set $status (i32.or (local.get $status) (call $symmetric_state_encrypt (local.get $state)
                (local.get $data) (i32.add (local.get $len) (i32.const 16))
                (local.get $data) (local.get $len) (i32.const 8))))
            (local.set $status (i32.or (local.get $status) (call $symmetric_state_close (local.get $state))))
            (local.set $status (i32.or (local.get $status) (call $options_close (i32.load (i32.const 140)))))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $status))
"#;

/// The exports of the guest. The last parameter is how many times; the result must be 0.
pub(crate) struct Loops {
    pub(crate) nothing: TypedFunc<u32, u32>,
    pub(crate) tag_len: TypedFunc<(u32, u32), u32>,
    pub(crate) tag_lens: TypedFunc<(u32, u32), u32>,
    pub(crate) absorb: TypedFunc<(u32, u32, u32, u32), u32>,
    pub(crate) encrypt: TypedFunc<(u32, u32, u32, u32, u32), u32>,
    pub(crate) decrypt: TypedFunc<(u32, u32, u32, u32, u32), u32>,
    pub(crate) hash: TypedFunc<(u32, u32, u32), u32>,
    pub(crate) message: TypedFunc<(u32, u32, u32), u32>,
}

/// An instance of the loops, with its context.
pub(crate) struct Guest {
    store: Store<WasiCryptoCtx>,
    instance: Instance,
    memory: Memory,
    loops: Loops,
}

impl Guest {
    pub(crate) fn new() -> Self {
        Self::with(WasiCryptoCtx::builder())
    }

    /// An instance whose context is built in this way, with room for many handles.
    pub(crate) fn with(builder: WasiCryptoCtxBuilder) -> Self {
        Self::try_new(false, builder).expect("the guest of this program runs")
    }

    /// An instance with functions of its own, which nothing need be bound to.
    pub(crate) fn with_own_functions() -> Self {
        let mut guest = Self::try_new(true, WasiCryptoCtx::builder()).expect("the guest of this program runs");
        guest.bind(false);
        guest
    }

    fn try_new(own_functions: bool, builder: WasiCryptoCtxBuilder) -> wasmtime::Result<Self> {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        add_to_linker(&mut linker, |ctx: &mut WasiCryptoCtx| ctx)?;
        linker.func_wrap("bench", "nothing", |_: u32, _: u32| 0u32)?;
        let imports: String = hostcalls().iter().map(import).collect();
        let nothing = r#"(import "bench" "nothing" (func $nothing (param i32 i32) (result i32)))"#;
        let memory = format!(r#"(memory (export "memory") {PAGES})"#);
        let [sequences, batch] = [sequences::to_wat(), batch::to_wat()];
        #[cfg(feature = "optional-algorithms")]
        let batch = batch + &crate::optional::to_wat();
        let wat = format!("(module {imports} {nothing} {memory} {LOOPS} {sequences} {batch})");
        let module = Module::new(&engine, wat)?;
        // A state that has encrypted is of no more use: whole batches are opened and closed.
        let ctx = builder.max_handles(1 << 20).max_bytes(1 << 30).build()?;
        let mut store = Store::new(&engine, ctx);
        let instance = match own_functions {
            false => linker.instantiate(&mut store, &module),
            true => instantiate(&linker, &mut store, &module, |ctx| ctx),
        }?;
        let memory = instance.get_memory(&mut store, "memory").expect("the guest's memory");
        let loops = Loops {
            nothing: instance.get_typed_func(&mut store, "nothing")?,
            tag_len: instance.get_typed_func(&mut store, "tag_len")?,
            tag_lens: instance.get_typed_func(&mut store, "tag_lens")?,
            absorb: instance.get_typed_func(&mut store, "absorb")?,
            encrypt: instance.get_typed_func(&mut store, "encrypt")?,
            decrypt: instance.get_typed_func(&mut store, "decrypt")?,
            hash: instance.get_typed_func(&mut store, "hash")?,
            message: instance.get_typed_func(&mut store, "message")?,
        };
        let mut guest = Self { store, instance, memory, loops };
        for (at, bytes) in
            [(64, &b"SHA-256"[..]), (80, &[1]), (96, b"nonce"), (144, b"AES-256-GCM"), (160, b"header bytes.")]
        {
            guest.write(at, bytes);
        }
        guest.bind(true);
        Ok(guest)
    }

    pub(crate) fn engine(&self) -> &Engine {
        self.store.engine()
    }

    /// Whether the calls find the memory at once, or look it up.
    pub(crate) fn bind(&mut self, bound: bool) {
        if bound {
            bind_memory(&mut self.store, &self.instance, |ctx| ctx).expect("the guest's memory");
        } else {
            unbind_memory(self.store.data_mut());
        }
    }

    pub(crate) fn write(&mut self, at: u32, bytes: &[u8]) {
        self.memory.write(&mut self.store, at as usize, bytes).expect("a range inside the memory");
    }

    /// Runs a loop, all of whose calls must succeed.
    pub(crate) fn run<P: WasmParams>(&mut self, which: impl Fn(&Loops) -> &TypedFunc<P, u32>, args: P) {
        let status = which(&self.loops).call(&mut self.store, args).expect("loops do not trap");
        assert_eq!(status, 0, "a call of the loop failed");
    }

    /// Runs a loop that is only known by its name.
    pub(crate) fn run_named(&mut self, name: &str, args: (u32, u32, u32)) {
        let calls = self.instance.get_typed_func(&mut self.store, name).expect("a loop of this name");
        let status: u32 = calls.call(&mut self.store, args).expect("loops do not trap");
        assert_eq!(status, 0, "a call of the loop `{name}` failed");
    }

    /// Runs the sequence of calls of this name, all of which must succeed.
    pub(crate) fn run_sequence(&mut self, name: &str, times: u32) {
        let calls = self.instance.get_typed_func(&mut self.store, name).expect("a sequence of this name");
        let status: u32 = calls.call(&mut self.store, times).expect("sequences do not trap");
        assert_eq!(status, 0, "a call of the sequence `{name}` failed");
    }

    /// Gives a setting of the sequences a value.
    pub(crate) fn set(&mut self, name: &str, value: u32) {
        let global = self.instance.get_global(&mut self.store, name).expect("a setting of this name");
        global.set(&mut self.store, Val::I32(value.cast_signed())).expect("settings are numbers");
    }

    pub(crate) fn read(&self, at: u32, len: usize) -> Vec<u8> {
        self.memory.data(&self.store)[at as usize..][..len].to_vec()
    }

    /// A host call beside the guest, over a memory of its own: nothing of it is measured.
    pub(crate) fn call(&mut self, name: &str, memory: &mut [u8], args: &[u32]) {
        let args: Vec<u64> = args.iter().map(|arg| u64::from(*arg)).collect();
        let errno = self.store.data_mut().call(find(name), GuestMemory::unshared(memory), &args);
        assert_eq!(errno, Errno::Success, "{name}");
    }

    /// The same for arguments of 64 bits.
    pub(crate) fn call_u64(&mut self, name: &str, memory: &mut [u8], args: &[u64]) {
        let errno = self.store.data_mut().call(find(name), GuestMemory::unshared(memory), args);
        assert_eq!(errno, Errno::Success, "{name}");
    }

    /// The same host call many times, without a guest.
    pub(crate) fn core_calls(&mut self, name: &str, memory: &mut [u8], args: &[u32; 2], times: u32) {
        let args = args.map(u64::from);
        let hostcall = find(name);
        for _ in 0..times {
            let memory = GuestMemory::unshared(black_box(memory));
            assert_eq!(self.store.data_mut().call(black_box(hostcall), memory, black_box(&args)), Errno::Success);
        }
    }

    /// Like [`call`](Self::call), for a handle that the call writes to address 0.
    pub(crate) fn call_for_handle(&mut self, name: &str, memory: &mut [u8], args: &[u32]) -> u32 {
        self.call(name, memory, args);
        u32::from_le_bytes([memory[0], memory[1], memory[2], memory[3]])
    }

    pub(crate) fn import(&mut self, algorithm: &str, key: &[u8]) -> u32 {
        let mut memory = [&[0; 8][..], algorithm.as_bytes(), key].concat();
        let (name_len, key_len) = (algorithm.len() as u32, key.len() as u32);
        self.call_for_handle("symmetric_key_import", &mut memory, &[8, name_len, 8 + name_len, key_len, 0])
    }

    /// An option set with a nonce.
    pub(crate) fn nonce(&mut self, nonce: &[u8]) -> u32 {
        let mut memory = [&[0; 8][..], b"nonce", nonce].concat();
        let options = self.call_for_handle("options_open", &mut memory, &[1, 0]);
        self.call("options_set", &mut memory, &[options, 8, 5, 13, nonce.len() as u32]);
        options
    }

    pub(crate) fn open(&mut self, algorithm: &str, key: Option<u32>, options: Option<u32>) -> u32 {
        let optional = |handle: Option<u32>| {
            let mut bytes = [u8::from(handle.is_none()), 0, 0, 0, 0, 0, 0, 0];
            bytes[4..].copy_from_slice(&handle.unwrap_or(0).to_le_bytes());
            bytes
        };
        let mut memory = [&[0; 8][..], &optional(key), &optional(options), algorithm.as_bytes()].concat();
        self.call_for_handle("symmetric_state_open", &mut memory, &[24, algorithm.len() as u32, 8, 16, 0])
    }

    pub(crate) fn tag(&mut self, state: u32) -> u32 {
        self.call_for_handle("symmetric_state_squeeze_tag", &mut [0; 4], &[state, 0])
    }
}

fn find(name: &str) -> &'static Hostcall {
    Hostcall::find(name).expect("a function of the interface")
}

fn import(hostcall: &Hostcall) -> String {
    let params: String = hostcall.core_params().iter().map(|ty| format!(" {ty:?}").to_lowercase()).collect();
    let (module, name) = (hostcall.module(), hostcall.name());
    format!(r#"(import "{module}" "{name}" (func ${name} (param{params}) (result i32)))"#)
}
