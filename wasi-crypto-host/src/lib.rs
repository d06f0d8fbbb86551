//! The host side of [WASI-Crypto](https://github.com/WebAssembly/wasi-crypto) (witx 0.10, and WIT 0.11 for components): cryptography for
//! WebAssembly guests, on [ring](https://docs.rs/ring) and [RustCrypto](https://github.com/RustCrypto), for any engine.
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
//! Components are served by [`wasmtime::component`]. Asynchronous embedders take [`wasmtime::add_to_linker_async`]; guests with threads share a [`SharedWasiCryptoCtx`].
//!
//! # Other engines
//!
//! The modules `wasmi`, `wasmer` and `wasm3` serve those engines, each under a feature of its name. For any other engine, an adapter of about a hundred lines does; `engine/wasmi.rs` is
//! one, and needs nothing that an adapter in another crate could not have:
//!
//! 1. It walks [`hostcalls`], the table of all functions, and defines each in the engine's linker: [`Hostcall::module`] and
//!    [`Hostcall::name`], parameters as [`Hostcall::core_params`] says, one `i32` as result.
//! 2. Called, it finds the memory that the calling instance exports as `memory`, and wraps it in a [`GuestMemory`]; of a guest that exports none,
//!    `GuestMemory::unshared(&mut [])`. What it wants to find faster next time, it keeps in the context
//!    ([`WasiCryptoCtx::set_adapter_data`]), in a type of its own.
//! 3. It calls [`WasiCryptoCtx::call`] with the row, the memory, and the arguments as 64 bits each. [`Errno::InProgress`] says that the call was
//!    [stopped](StopHandle): the guest is to end. Everything else is the guest's result.
//!
//! An engine with an executor calls [`WasiCryptoCtx::begin_call`] where [`Hostcall::may_be_long`] says so, and gives the executor turns; one whose guests
//! have threads uses [`SharedWasiCryptoCtx::call`] and [`GuestMemory::shared`].
//!
//! ```
//! use wasi_crypto_host::{Errno, GuestMemory, Hostcall, WasiCryptoCtx};
//!
//! let mut ctx = WasiCryptoCtx::builder().build()?;
//! let mut memory = vec![0; 65536];
//! let open = Hostcall::find("options_open").unwrap();
//! // Options for symmetric algorithms; the handle goes to address 64.
//! let errno = ctx.call(open, GuestMemory::unshared(&mut memory), &[1, 64]);
//! assert_eq!((errno, ctx.open_handles()), (Errno::Success, 1));
//! # Ok::<(), wasi_crypto_host::BuildError>(())
//! ```
//!
//! # What a guest can and cannot do
//!
//! Whatever a guest passes, the host answers with an [`Errno`]: it does not panic, trap, or allocate before it has
//! checked. A guest sees its own handles only, can hold no more than its [`Limits`] allow, and never gets back memory that held
//! a key. Keys, states and gathered data are wiped when they are dropped. Where the host is called, there must be [`STACK_BYTES`] of stack.
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
//! | `epochs` | no | long calls heed the epochs of a wasmtime engine; needs its compiler |
//! | `component` | no | [`wasmtime::component`]: the interfaces for components on wasmtime |
//! | `wasmi` | no | the functions for modules on wasmi |
//! | `wasmer` | no | the functions for modules on wasmer; needs Rust 1.91 |
//! | `wasm3` | no | the functions for modules on wasm3; needs a C compiler, and libclang |
//! | `tracing` | no | [`TracingObserver`]: an event for each call |
//! | `sqlite` | no | [`secrets::SqliteStore`]: managed keys in a file |
//! | `postgres` | no | `secrets::PostgresStore`: managed keys in a database, for many machines |
//! | `pkcs11` | no | `secrets::RootKeyToken`: a root key that stays in a token |
//! | `toml` | no | [`secrets::Policy::from_toml`] |
//! | `cli` | no | the `wasi-crypto` command line |
//! | `aws-lc-rs` | no | AWS-LC in the place of ring and RustCrypto where it is faster (`SECURITY.md` has for what); same behaviour |
#![deny(unsafe_code, missing_docs)]

#[doc = include_str!("../ANSWERS.md")]
pub mod answers {}

mod abi;
#[cfg(feature = "async")]
mod alarm;
mod algorithms;
mod allowed;
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
mod jobs;
mod limits;
mod managed;
mod objects;
mod observer;
mod ops;
mod options;
mod origin;
mod progress;
mod rotation;
mod secret;
pub mod secrets;
mod shared_table;
mod stop;
mod symmetric;
mod sync;
mod tenant;
mod threads;
#[cfg(any(feature = "async", feature = "postgres", feature = "sqlite", test))]
mod turns;
mod watch;
#[cfg(feature = "component")]
mod wit;
mod workers;

#[doc(inline)]
pub use abi::{CoreType, GuestMemory, HandleType, Hostcall, MAX_CORE_PARAMS, ParamType, SharedMemory, hostcalls};
pub use algorithms::{AlgorithmInfo, algorithms};
pub use allowed::AllowedAlgorithms;
pub use context::{BuildError, WasiCryptoCtx, WasiCryptoCtxBuilder};
#[cfg(feature = "cli")]
#[doc(hidden)]
pub use engine::precompiled;
#[cfg(feature = "wasm3")]
pub use engine::wasm3;
#[cfg(feature = "wasmer")]
pub use engine::wasmer;
#[cfg(feature = "wasmi")]
pub use engine::wasmi;
#[cfg(feature = "wasmtime")]
pub use engine::wasmtime;
pub use host_keys::Export;
pub use jobs::JobPool;
pub use limits::{Limits, STACK_BYTES};
#[cfg(feature = "tracing")]
pub use observer::TracingObserver;
pub use observer::{ObservedCall, Observer};
pub use progress::{FinishedWork, PausedCall, PendingWork, Progress};
pub use stop::StopHandle;
pub use tenant::Tenant;
pub use threads::SharedWasiCryptoCtx;
#[doc(inline)]
pub use wasi_crypto_interface::{
    AlgorithmType, Errno, Field, FieldType, Function, KeypairEncoding, ListType, Param, PublickeyEncoding, ResultType,
    SecretkeyEncoding, SignatureEncoding, optional_handle, version,
};
