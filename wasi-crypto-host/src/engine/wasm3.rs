//! wasi-crypto for modules that run on [wasm3](https://github.com/wasm3/wasm3), an interpreter in C, through [`wasm3x`](::wasm3x).
//!
//! wasm3x hands a guest's memory out by copies only, so calls take longer than on other engines: by what it takes to copy their inputs and outputs.
//! What is copied counts in [`Limits::call_bytes`](crate::Limits::call_bytes) once more, as of a memory that threads share: a message to encrypt or
//! decrypt that is longer than half of it answers `overflow`, which it does not on other engines.
//!
//! # On which stack guests run
//!
//! wasm3 recurses on the stack of its thread where a guest does, and ends the guest when that has taken 8 MiB less 128 KiB since wasm3 was called,
//! whether the thread has as much or not. Run guests on threads with [`THREAD_STACK_BYTES`] of stack: on one that Rust makes by default, which has
//! 2 MiB, a guest ends the process; on the main thread of most systems, which has 8 MiB, it does so by a call at the right depth.
//!
//! That holds of a wasm3 that its C compiler has optimized (level 2 or more). Without, instructions of a guest may take stack that is not counted: set
//! `opt-level = 2` for the package `wasm3x-sys` in the profile `dev`.
//!
//! ```
//! use std::cell::RefCell;
//! use std::rc::Rc;
//! use std::thread;
//!
//! use wasi_crypto_host::WasiCryptoCtx;
//! use wasi_crypto_host::wasm3::{THREAD_STACK_BYTES, add_to_linker};
//! use wasm3x::{Engine, Linker, Module, Store};
//!
//! type Error = Box<dyn std::error::Error + Send + Sync>;
//!
//! fn run_on_a_thread(wasm: Vec<u8>) -> Result<(), Error> {
//!     let thread = thread::Builder::new().stack_size(THREAD_STACK_BYTES);
//!     thread.spawn(move || run(&wasm))?.join().expect("the host does not panic")
//! }
//!
//! fn run(wasm: &[u8]) -> Result<(), Error> {
//!     let engine = Engine::default();
//!     let mut linker = Linker::new(&engine);
//!     add_to_linker(&mut linker, |crypto: &Rc<RefCell<WasiCryptoCtx>>| crypto)?;
//!
//!     let module = Module::new(&engine, wasm)?;
//!     let crypto = Rc::new(RefCell::new(WasiCryptoCtx::builder().build()?));
//!     let mut store = Store::new(&engine, crypto);
//!     let instance = linker.instantiate_and_start(&mut store, &module)?;
//!     instance.get_typed_func::<(), ()>(&store, "_start")?.call(&mut store, ())?;
//!     Ok(())
//! }
//! # let error = run_on_a_thread(b"no module".to_vec()).unwrap_err();
//! # assert!(!error.to_string().is_empty());
//! ```

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use ::wasm3x::{Caller, Error, FuncType, Linker, Memory, Val, ValType};

use crate::abi::{CoreType, GuestMemory, Hostcall, MAX_CORE_PARAMS, SharedMemory, hostcalls};
use crate::context::WasiCryptoCtx;
use crate::errno::Errno;
use crate::limits::STACK_BYTES;

/// Bytes of stack for threads on which guests run.
///
/// The 8 MiB that wasm3 0.9.0 may take, [`STACK_BYTES`] for the host, and half a MiB for what wasm3 does not count: 48 KiB for loops inside one
/// another, or up to 400 KiB where it compiles a function, which it does at the first call.
pub const THREAD_STACK_BYTES: usize = (8 << 20) + STACK_BYTES + (512 << 10);

/// Adds all functions of wasi-crypto to a linker.
///
/// `get` finds the context of the guest in the store's data; it is counted, as the data cannot be borrowed along with the guest's memory.
/// A call that a [`StopHandle`](crate::StopHandle) ends makes an error of it whose source is [`Stopped`]; but for one that a module makes by its start
/// function: what that fails by, wasm3x tells as a sentence only.
///
/// # Errors
///
/// If wasm3x does not take one of the functions.
pub fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    get: impl Fn(&T) -> &Rc<RefCell<WasiCryptoCtx>> + Copy + Send + Sync + 'static,
) -> Result<(), Error> {
    hostcalls().iter().try_for_each(|hostcall| link(linker, hostcall, get))
}

/// A call of the guest was ended from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a call of wasi-crypto was stopped")
    }
}

impl std::error::Error for Stopped {}

fn link<T: 'static>(
    linker: &mut Linker<T>,
    hostcall: &'static Hostcall,
    get: impl Fn(&T) -> &Rc<RefCell<WasiCryptoCtx>> + Copy + Send + Sync + 'static,
) -> Result<(), Error> {
    let params = hostcall.core_params().into_iter().map(|ty| match ty {
        CoreType::I32 => ValType::I32,
        CoreType::I64 => ValType::I64,
    });
    let ty = FuncType::new(params, [ValType::I32]);
    let entry = move |mut caller: Caller<'_, T>, params: &[Val], results: &mut [Val]| {
        let mut args = [0; MAX_CORE_PARAMS];
        for (arg, param) in args.iter_mut().zip(params) {
            *arg = bits(param);
        }
        match call(&mut caller, get, hostcall, &args[..params.len()]) {
            Errno::InProgress => Err(Error::host(Stopped)),
            errno => {
                results[0] = Val::I32(errno.number().into());
                Ok(())
            }
        }
    };
    linker.func_new(hostcall.module(), hostcall.name(), ty, entry)?;
    Ok(())
}

/// A call on the one memory that a store of wasm3 has. A guest without one has no bytes to point to.
fn call<T: 'static>(
    caller: &mut Caller<'_, T>,
    get: impl Fn(&T) -> &Rc<RefCell<WasiCryptoCtx>>,
    hostcall: &Hostcall,
    args: &[u64],
) -> Errno {
    let ctx = Rc::clone(get(caller.data()));
    // Guests are not called from here, so no call is under way.
    let mut ctx = ctx.borrow_mut();
    match caller.get_memory() {
        Some(memory) => {
            let memory = Copied { memory, len: memory.data_size(&*caller), caller: RefCell::new(caller) };
            ctx.call(hostcall, GuestMemory::shared(&memory), args)
        }
        None => ctx.call(hostcall, GuestMemory::unshared(&mut []), args),
    }
}

/// The memory of the guest that waits for the call, and cannot grow meanwhile.
struct Copied<'a, 'b, T> {
    memory: Memory,
    len: usize,
    caller: RefCell<&'a mut Caller<'b, T>>,
}

impl<T> SharedMemory for Copied<'_, '_, T> {
    fn len(&self) -> usize {
        self.len
    }

    fn read(&self, offset: usize, into: &mut [u8]) {
        self.memory.read(&**self.caller.borrow(), offset, into).expect("the range is inside");
    }

    fn write(&self, offset: usize, from: &[u8]) {
        self.memory.write(&mut **self.caller.borrow_mut(), offset, from).expect("the range is inside");
    }
}

/// The bits of a parameter; the functions have none that are no numbers.
fn bits(value: &Val) -> u64 {
    match *value {
        Val::I32(value) => u64::from(value.cast_unsigned()),
        Val::I64(value) => value.cast_unsigned(),
        _ => 0,
    }
}
