//! The host side of [WASI-Crypto](https://github.com/WebAssembly/wasi-crypto) (witx 0.10): cryptography for WebAssembly
//! guests, on [ring](https://docs.rs/ring) and [RustCrypto](https://github.com/RustCrypto), for any engine.
//!
//! A guest imports functions of modules such as `wasi_ephemeral_crypto_symmetric`. An embedder gives each guest a
//! [`WasiCryptoCtx`] and links the functions, for wasmtime in one line:
//!
//! ```
//! use wasi_crypto_host::WasiCryptoCtx;
//! use wasi_crypto_host::wasmtime::{add_to_linker, bind_memory};
//! use wasmtime::{Engine, Linker, Module, Store};
//!
//! struct Guest {
//!     crypto: WasiCryptoCtx,
//! }
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let engine = Engine::default();
//!     let mut linker = Linker::new(&engine);
//!     add_to_linker(&mut linker, |guest: &mut Guest| &mut guest.crypto)?;
//!
//!     // A guest that hashes "abc" with SHA-256 and returns the first four bytes of the digest.
//!     let module = Module::new(&engine, r#"(module
//!         (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_open"
//!             (func $open (param i32 i32 i32 i32 i32) (result i32)))
//!         (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_absorb"
//!             (func $absorb (param i32 i32 i32) (result i32)))
//!         (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_squeeze"
//!             (func $squeeze (param i32 i32 i32) (result i32)))
//!         (memory (export "memory") 1)
//!         (data (i32.const 0) "SHA-256") (data (i32.const 16) "abc")
//!         (data (i32.const 32) "\01") ;; no key, no options
//!         (func (export "hash") (result i32)
//!             (drop (call $open (i32.const 0) (i32.const 7) (i32.const 32) (i32.const 32) (i32.const 64)))
//!             (drop (call $absorb (i32.load (i32.const 64)) (i32.const 16) (i32.const 3)))
//!             (drop (call $squeeze (i32.load (i32.const 64)) (i32.const 128) (i32.const 32)))
//!             (i32.load (i32.const 128))))"#)?;
//!
//!     let crypto = WasiCryptoCtx::builder().max_handles(1000).build()?;
//!     let mut store = Store::new(&engine, Guest { crypto });
//!     let instance = linker.instantiate(&mut store, &module)?;
//!     // Optional: spares each call the search for the guest's memory.
//!     bind_memory(&mut store, &instance, |guest| &mut guest.crypto)?;
//!
//!     let hash = instance.get_typed_func::<(), i32>(&mut store, "hash")?;
//!     assert_eq!(hash.call(&mut store, ())?.to_le_bytes(), [0xba, 0x78, 0x16, 0xbf]);
//!     assert_eq!(store.data().crypto.open_handles(), 1);
//!     Ok(())
//! }
//! ```
//!
//! Asynchronous embedders take [`wasmtime::add_to_linker_async`]; guests with threads share a [`SharedWasiCryptoCtx`].
//!
//! # Other engines
//!
//! Any engine calls [`WasiCryptoCtx::call`] with a row of the table of all functions, [`hostcalls`]. An adapter gives it
//! the guest's memory, and the arguments as 64 bits each. This is one for wasmi:
//!
//! ```
//! use wasi_crypto_host::{CoreType, Errno, GuestMemory, WasiCryptoCtx, hostcalls};
//! use wasmi::{Caller, Engine, Extern, FuncType, Linker, Module, Store, Val, ValType};
//!
//! /// Links all functions; `get` finds the context in the data of the store.
//! fn add_to_linker<T: 'static>(
//!     linker: &mut Linker<T>,
//!     get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
//! ) -> Result<(), wasmi::Error> {
//!     for hostcall in hostcalls() {
//!         let params = hostcall.core_params().into_iter().map(|ty| match ty {
//!             CoreType::I32 => ValType::I32,
//!             CoreType::I64 => ValType::I64,
//!         });
//!         let ty = FuncType::new(params, [ValType::I32]);
//!         linker.func_new(hostcall.module(), hostcall.name(), ty, move |mut caller: Caller<'_, T>, params, results| {
//!             let args: Vec<u64> = params
//!                 .iter()
//!                 .map(|param| match *param {
//!                     Val::I32(value) => u64::from(value as u32),
//!                     Val::I64(value) => value as u64,
//!                     _ => unreachable!("the type of the function has no other parameters"),
//!                 })
//!                 .collect();
//!             let errno = match caller.get_export("memory").and_then(Extern::into_memory) {
//!                 Some(memory) => {
//!                     let (bytes, data) = memory.data_and_store_mut(&mut caller);
//!                     get(data).call(hostcall, GuestMemory::unshared(bytes), &args)
//!                 }
//!                 // Without a memory, every range but the empty one is outside.
//!                 None => get(caller.data_mut()).call(hostcall, GuestMemory::unshared(&mut []), &args),
//!             };
//!             results[0] = Val::I32(errno.number().into());
//!             Ok(())
//!         })?;
//!     }
//!     Ok(())
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = Engine::default();
//! let mut linker = Linker::new(&engine);
//! add_to_linker(&mut linker, |crypto: &mut WasiCryptoCtx| crypto)?;
//!
//! let module = Module::new(&engine, r#"(module
//!     (import "wasi_ephemeral_crypto_common" "options_open" (func $open (param i32 i32) (result i32)))
//!     (memory (export "memory") 1)
//!     (func (export "open") (param i32) (result i32) (call $open (i32.const 1) (local.get 0))))"#)?;
//! let mut store = Store::new(&engine, WasiCryptoCtx::builder().build()?);
//! let instance = linker.instantiate_and_start(&mut store, &module)?;
//! let open = instance.get_typed_func::<i32, i32>(&store, "open")?;
//! assert_eq!(open.call(&mut store, 64)?, i32::from(Errno::Success.number()));
//! assert_eq!(open.call(&mut store, -1)?, i32::from(Errno::GuestError.number()), "outside of the memory");
//! assert_eq!(store.data().open_handles(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # What a guest can and cannot do
//!
//! Whatever a guest passes, the host answers with an [`Errno`]: it does not panic, trap, or allocate before it has
//! checked. A guest sees its own handles only, can hold no more than its [`Limits`] allow, and never gets back memory that held
//! a key. Keys, states and gathered data are wiped when they are dropped.
//!
//! Neither this crate nor all of the libraries below it have been audited: `SECURITY.md` in this package has a table of what each
//! says of itself. Those for P-256, P-384 and long messages of ML-DSA say that they never were; those for the rest of ML-DSA and for ML-KEM are
//! formally verified, the former in part.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `wasmtime` | yes | [`mod@wasmtime`]: the functions for modules on wasmtime |
//! | `async` | yes | [`wasmtime::add_to_linker_async`], with tokio's blocking threads for long calls |
//! | `tracing` | no | [`TracingObserver`]: an event for each call |
//! | `sqlite` | no | [`secrets::SqliteStore`]: managed keys in a file |
//! | `toml` | no | [`secrets::Policy::from_toml`] |
//! | `cli` | no | the `wasi-crypto` command line |
//! | `aws-lc-rs` | no | AWS-LC in the place of ring and RustCrypto where it is faster: all but hashes, HMAC, HKDF and secp256k1; same behaviour |
#![deny(unsafe_code, missing_docs)]

#[doc = include_str!("../ANSWERS.md")]
pub mod answers {}

mod abi;
#[cfg(feature = "async")]
mod alarm;
mod algorithms;
mod array_output;
mod asymmetric;
mod backend;
mod booking;
mod context;
mod engine;
mod errno;
mod handle;
mod held;
mod host_keys;
#[cfg(feature = "async")]
mod jobs;
mod limits;
mod observer;
mod ops;
mod options;
mod origin;
mod secret;
pub mod secrets;
mod stop;
mod symmetric;
mod threads;

#[doc(inline)]
pub use abi::{CoreType, GuestMemory, HandleType, Hostcall, MAX_CORE_PARAMS, ParamType, SharedMemory, hostcalls};
pub use algorithms::{AlgorithmInfo, algorithms};
pub use context::{FinishedWork, PausedCall, PendingWork, Progress, WasiCryptoCtx, WasiCryptoCtxBuilder};
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use engine::precompiled;
#[cfg(feature = "wasmtime")]
pub use engine::wasmtime;
pub use host_keys::Export;
#[cfg(feature = "async")]
pub use jobs::JobPool;
pub use limits::{BuildError, Limits};
#[cfg(feature = "tracing")]
pub use observer::TracingObserver;
pub use observer::{ObservedCall, Observer};
pub use stop::StopHandle;
pub use threads::SharedWasiCryptoCtx;
#[doc(inline)]
pub use wasi_crypto_interface::{
    AlgorithmType, Errno, Field, FieldType, Function, KeypairEncoding, ListType, Param, PublickeyEncoding, ResultType,
    SecretkeyEncoding, SignatureEncoding, optional_handle, version,
};
