//! A server that gives each request a component of its own: what of its time goes where. Its code is that of the documentation of
//! `wasi_crypto_host::wasmtime::component`.

use std::time::{Duration, Instant};

use wasi_crypto_host::WasiCryptoCtx;
use wasi_crypto_host::wasmtime::component::add_to_linker;
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Engine, Store, StoreLimits, StoreLimitsBuilder};

use crate::measure::Contender;
use crate::{Bench, passthrough};

mod bindings {
    wasmtime::component::bindgen!({
        inline: "package example:server; world service { export answer: func(request: u32) -> u32; }",
    });
}
use bindings::ServicePre;

/// A component without imports.
const EMPTY: &str = r#"(component
    (core module $guest (memory 1) (func (export "answer") (param i32) (result i32) (i32.const 1)))
    (core instance $guest (instantiate $guest))
    (func (export "answer") (param "request" u32) (result u32) (canon lift (core func $guest "answer"))))"#;

/// One that imports everything and calls nothing.
const LINKED: &str = r#"(module
    (import "memory" "memory" (memory 1))
    (func (export "answer") (param i32) (result i32) (i32.const 1)))"#;

/// One that makes a MAC: five calls, and the three resources that it leaves are closed at its end.
const MAC: &str = r#"(module
    (import "memory" "memory" (memory 1))
    (import "lowered" "symmetric-key-import" (func $import (param i32 i32 i32 i32 i32)))
    (import "lowered" "symmetric-state-open" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
    (import "lowered" "symmetric-state-absorb" (func $absorb (param i32 i32 i32 i32)))
    (import "lowered" "symmetric-state-squeeze-tag" (func $tag (param i32 i32)))
    (import "lowered" "symmetric-tag-pull" (func $pull (param i32 i32)))
    (data (i32.const 1024) "HMAC/SHA-256")
    (func $result (result i32) (i32.load (i32.const 2052)))
    (func (export "answer") (param i32) (result i32) (local $state i32)
        (call $import (i32.const 1024) (i32.const 12) (i32.const 4096) (i32.const 32) (i32.const 2048))
        (call $open (i32.const 1024) (i32.const 12) (i32.const 1) (call $result) (i32.const 0) (i32.const 0) (i32.const 2048))
        (local.set $state (call $result))
        (call $absorb (local.get $state) (i32.const 4096) (i32.const 64) (i32.const 2048))
        (call $tag (local.get $state) (i32.const 2048))
        (call $pull (call $result) (i32.const 2048))
        (i32.eqz (i32.load8_u (i32.const 2048)))))"#;

/// The data of a request's store.
struct Request {
    crypto: WasiCryptoCtx,
    limits: StoreLimits,
}

struct Server {
    engine: Engine,
    service: ServicePre<Request>,
}

impl Server {
    fn new(config: &Config, component: &str) -> wasmtime::Result<Self> {
        let engine = Engine::new(config)?;
        let mut linker = Linker::new(&engine);
        add_to_linker(&mut linker, |request: &mut Request| &mut request.crypto)?;
        let component = Component::new(&engine, component)?;
        Ok(Self { service: ServicePre::new(linker.instantiate_pre(&component)?)?, engine })
    }

    fn answer(&self, request: u32) -> wasmtime::Result<u32> {
        let crypto = WasiCryptoCtx::builder().max_handles(1000).build()?;
        crypto.stop_handle().stop_at(Some(Instant::now() + Duration::from_secs(1)));
        let limits = StoreLimitsBuilder::new().memory_size(16 << 20).build();
        let mut store = Store::new(&self.engine, Request { crypto, limits });
        store.limiter(|request| &mut request.limits);
        store.set_epoch_deadline(100);
        let instance = self.service.instantiate(&mut store)?;
        instance.call_answer(&mut store, request)
    }
}

pub(crate) fn groups(bench: &mut Bench) {
    let mut ways = vec![("memories made for each", Config::new())];
    #[cfg(feature = "pooling")]
    {
        let mut pooling = Config::new();
        let mut pool = wasmtime::PoolingAllocationConfig::new();
        pool.max_memory_size(16 << 20);
        pooling.allocation_strategy(pool);
        ways.push(("memories from a pool", pooling));
    }
    for (way, config) in &mut ways {
        config.epoch_interruption(true);
        let linked = passthrough::with_exports(LINKED, &[("answer", 1)]);
        let mac = passthrough::with_exports(MAC, &[("answer", 1)]);
        let contenders = [("an empty component", EMPTY), ("the same with all imports", &linked), ("an HMAC", &mac)];
        let contenders = contenders.map(|(name, component)| {
            let server = Server::new(config, component).expect("the components of this program run");
            Contender::timed(name, move |times| {
                for request in 0..times {
                    assert_eq!(server.answer(request).expect("it does not trap"), 1);
                }
            })
        });
        bench.group(&format!("requests, {way}"), contenders.into());
    }
}
