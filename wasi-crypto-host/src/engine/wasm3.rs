//! wasi-crypto for modules that run on [wasm3](https://github.com/wasm3/wasm3), an interpreter in C, through [`wasm3x`](::wasm3x).
//!
//! wasm3x hands a guest's memory out by copies only, so calls take longer than on other engines: by what it takes to copy their inputs and outputs.
//!
//! ```
//! use std::cell::RefCell;
//! use std::rc::Rc;
//!
//! use wasi_crypto_host::WasiCryptoCtx;
//! use wasi_crypto_host::wasm3::add_to_linker;
//! use wasm3x::{Engine, Linker, Module, Store};
//!
//! fn run(wasm: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
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
//! ```

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use ::wasm3x::{Caller, Error, FuncType, Linker, Memory, Val, ValType};

use crate::abi::{CoreType, GuestMemory, Hostcall, MAX_CORE_PARAMS, SharedMemory, hostcalls};
use crate::context::WasiCryptoCtx;
use crate::errno::Errno;

/// Adds all functions of wasi-crypto to a linker.
///
/// `get` finds the context of the guest in the store's data; it is counted, as the data cannot be borrowed along with the guest's memory.
/// A call that a [`StopHandle`](crate::StopHandle) ends makes an error of it whose source is [`Stopped`].
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
