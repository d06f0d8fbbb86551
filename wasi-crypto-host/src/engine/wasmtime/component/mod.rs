//! wasi-crypto for components: `wasi:crypto@0.11.0` on wasmtime's [`component::Linker`](::wasmtime::component::Linker).
//!
//! [`add_to_linker`] serves stores that are used synchronously, [`add_to_linker_async`] those that are not. Both link all interfaces of the WIT
//! package, which is in `witx/wit` of the project's repository with notes on what it cannot say; what this host answers there,
//! [`answers`](crate::answers) has under "Components". Modules and components may share a context, an engine and a secrets manager.
//!
//! # Resources
//!
//! Each resource is a handle of the store's [`WasiCryptoCtx`], whose [`Limits`](crate::Limits) hold: a component that leaks them gets
//! `too-many-handles`. A component that drops one closes it; what is closed or of another type, the type system of components keeps away
//! from every function. [`resources`] has their types, for embedders whose own interfaces pass on keys.
//!
//! # Data
//!
//! Data is read where it lies in the component's memory; what is encrypted or decrypted is copied once into a list, which is worked on in place and
//! counts once more against [`Limits::call_bytes`](crate::Limits::call_bytes). wasmtime itself ends a component that passes
//! more in one call than [`Store::set_hostcall_fuel`](::wasmtime::Store::set_hostcall_fuel) allows: 128 MiB, unless the embedder says otherwise; with 4 GiB or more, a
//! string of which it says that it is so long would be copied.
//!
//! # A server
//!
//! One engine, one linker and one pre-instantiated component for all requests, a store and a context for each. What a request may take is said in
//! four places: its memory by [`Store::limiter`](::wasmtime::Store::limiter), what the host holds for it by the context's
//! [`Limits`](crate::Limits), its own time by the epoch, and that of long calls by the context's [`StopHandle`](crate::StopHandle), in a build with the
//! feature `epochs` by the epoch as well.
//!
//! ```
//! use std::time::{Duration, Instant};
//!
//! use wasi_crypto_host::WasiCryptoCtx;
//! use wasi_crypto_host::wasmtime::component::add_to_linker;
//! use wasmtime::component::{Component, Linker};
//! use wasmtime::{Config, Engine, Store, StoreLimits, StoreLimitsBuilder};
//!
//! // What the server calls. What the component imports need not be in it.
//! wasmtime::component::bindgen!({
//!     inline: "package example:server; world service { export answer: func(request: u32) -> bool; }",
//! });
//!
//! struct Request {
//!     crypto: WasiCryptoCtx,
//!     limits: StoreLimits,
//! }
//!
//! struct Server {
//!     engine: Engine,
//!     service: ServicePre<Request>,
//! }
//!
//! impl Server {
//!     fn new(component: &str) -> wasmtime::Result<Self> {
//!         let mut config = Config::new();
//!         config.epoch_interruption(true);
//! #       #[cfg(feature = "pooling")]
//!         {
//!             // For 1000 requests at a time, with memories of 16 MiB.
//!             let mut pool = wasmtime::PoolingAllocationConfig::new();
//!             pool.total_memories(1000).total_component_instances(1000).max_memory_size(16 << 20);
//!             config.allocation_strategy(pool);
//!         }
//!         let engine = Engine::new(&config)?;
//!         // As often as a request's time is looked at.
//!         let clock = engine.weak();
//!         std::thread::spawn(move || {
//!             while let Some(engine) = clock.upgrade() {
//!                 engine.increment_epoch();
//!                 std::thread::sleep(Duration::from_millis(10));
//!             }
//!         });
//!         let mut linker = Linker::new(&engine);
//!         add_to_linker(&mut linker, |request: &mut Request| &mut request.crypto)?;
//!         let component = Component::new(&engine, component)?;
//!         Ok(Self { service: ServicePre::new(linker.instantiate_pre(&component)?)?, engine })
//!     }
//!
//!     fn answer(&self, request: u32) -> wasmtime::Result<bool> {
//!         let crypto = WasiCryptoCtx::builder().max_handles(1000).max_bytes(4 << 20).build()?;
//!         crypto.stop_handle().stop_at(Some(Instant::now() + Duration::from_secs(1)));
//!         let limits = StoreLimitsBuilder::new().memory_size(16 << 20).build();
//!         let mut store = Store::new(&self.engine, Request { crypto, limits });
//!         store.limiter(|request| &mut request.limits);
//!         store.set_epoch_deadline(100);
//!         let instance = self.service.instantiate(&mut store)?;
//!         instance.call_answer(&mut store, request)
//!     }
//! }
//!
//! # fn main() -> wasmtime::Result<()> {
//! # // Opens an option set, and says whether that was a success.
//! # let service = r#"(component
//! #     (import "wasi:crypto/wasi-ephemeral-crypto-common@0.11.0" (instance $common
//! #         (export "options" (type $options (sub resource)))
//! #         (type $own-errno (variant
//! #             (case "success") (case "guest-error") (case "not-implemented") (case "unsupported-feature")
//! #             (case "prohibited-operation") (case "unsupported-encoding") (case "unsupported-algorithm") (case "unsupported-option")
//! #             (case "invalid-key") (case "invalid-length") (case "verification-failed") (case "rng-error")
//! #             (case "algorithm-failure") (case "invalid-signature") (case "closed") (case "invalid-handle")
//! #             (case "overflow") (case "internal-error") (case "too-many-handles") (case "key-not-supported")
//! #             (case "key-required") (case "invalid-tag") (case "invalid-operation") (case "nonce-required")
//! #             (case "invalid-nonce") (case "option-not-set") (case "not-found") (case "parameters-missing")
//! #             (case "in-progress") (case "incompatible-keys") (case "expired")))
//! #         (export "crypto-errno" (type $errno (eq $own-errno)))
//! #         (type $own-type (enum "signatures" "symmetric" "key-exchange"))
//! #         (export "algorithm-type" (type $type (eq $own-type)))
//! #         (export "options-open" (func (param "algorithm-type" $type) (result (result (own $options) (error $errno)))))))
//! #     (core module $memory (memory (export "memory") 1))
//! #     (core instance $memory (instantiate $memory))
//! #     (core func $open (canon lower (func $common "options-open") (memory $memory "memory")))
//! #     (core module $service
//! #         (import "memory" "memory" (memory 1))
//! #         (import "common" "options-open" (func $open (param i32 i32)))
//! #         (func (export "answer") (param i32) (result i32)
//! #             (call $open (local.get 0) (i32.const 8)) (i32.eqz (i32.load8_u (i32.const 8)))))
//! #     (core instance $service (instantiate $service (with "memory" (instance $memory))
//! #         (with "common" (instance (export "options-open" (func $open))))))
//! #     (func (export "answer") (param "request" u32) (result bool) (canon lift (core func $service "answer"))))"#;
//!
//! let server = Server::new(service)?;
//! for request in [0, 1, 2] {
//!     assert!(server.answer(request)?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A store that is used asynchronously differs in two calls, [`add_to_linker_async`] and `instantiate_async`; the work of long calls is then done on
//! other threads, and a request that goes away takes its call with it. Whatever ends a component within a call, its store lets no component in
//! again; what it had open is there until the store is dropped.
//!
//! What a request takes in the code above, on one core of a virtual Intel Xeon, without a pool (`cargo xtask bench --filter requests`):
//!
//! | component | time | requests a second |
//! |---|---|---|
//! | an empty one | 3.9 µs | 256,000 |
//! | one that imports all of wasi-crypto | 4.4 µs | 227,000 |
//! | one that makes an HMAC, in five calls | 14 µs | 71,000 |
//!
//! Of the last, the calls are less than 1 µs; most is the kernel's, which gives and takes away pages. Memories from a pool are there before: the crate's feature
//! `pooling` is wasmtime's, and adds them to this benchmark. In one run of both, on a slower day, requests took 6.5, 7.1 and 24 µs without a pool, and 2.5, 3.1 and
//! 12.5 µs with one. A component call costs half in engines with `Config::concurrency_support(false)`, where
//! wasmtime is built with the asynchronous part of the component model and no component needs it.

mod args;
mod asymmetric_common;
mod batch;
mod common;
mod external_secrets;
mod kx;
mod link;
#[cfg(feature = "async")]
mod link_async;
mod managed_keys;
mod name;
pub mod resources;
mod signatures;
mod symmetric;
mod types;

use ::wasmtime::Result;
use ::wasmtime::component::Linker;

use self::link::SyncLinks;
#[cfg(feature = "async")]
use self::link_async::AsyncLinks;
use super::epochs::Epochs;
use crate::context::WasiCryptoCtx;

/// Links the interfaces, all in one way.
macro_rules! link_all {
    ($linker:ident, $links:ident, $get:ident) => {{
        let epochs = Epochs::of($linker.engine());
        link_all!($linker, $links, $get, epochs, "common", common::link);
        link_all!($linker, $links, $get, epochs, "asymmetric-common", asymmetric_common::link);
        link_all!($linker, $links, $get, epochs, "symmetric", symmetric::link);
        link_all!($linker, $links, $get, epochs, "signatures", signatures::link);
        link_all!($linker, $links, $get, epochs, "kx", kx::link);
        link_all!($linker, $links, $get, epochs, "external-secrets", external_secrets::link);
        link_all!($linker, $links, $get, epochs, "symmetric-batch", batch::link_symmetric);
        link_all!($linker, $links, $get, epochs, "signatures-batch", batch::link_signatures);
        Ok(())
    }};
    ($linker:ident, $links:ident, $get:ident, $epochs:ident, $name:literal, $link:path) => {
        let instance = $linker.instance(concat!("wasi:crypto/wasi-ephemeral-crypto-", $name, "@0.11.0"))?;
        $link(&mut $links { instance, get: $get, epochs: $epochs.clone() })?;
    };
}

/// Adds all interfaces of `wasi:crypto@0.11.0` to a linker, those for batches included, for stores that are used synchronously.
///
/// `get` finds the context of the guest in the store's data.
///
/// # Errors
///
/// If the linker already has one of the interfaces and does not allow shadowing.
pub fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
) -> Result<()> {
    link_all!(linker, SyncLinks, get)
}

/// Like [`add_to_linker`], for stores that are used asynchronously. What takes long is done as by
/// [`wasmtime::add_to_linker_async`](crate::wasmtime::add_to_linker_async).
///
/// # Errors
///
/// As for [`add_to_linker`].
#[cfg(feature = "async")]
pub fn add_to_linker_async<T: Send + 'static>(
    linker: &mut Linker<T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
) -> Result<()> {
    link_all!(linker, AsyncLinks, get)
}
