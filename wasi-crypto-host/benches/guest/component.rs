//! The face for components beside that for modules: the same work, called by a component.

use std::cell::RefCell;
use std::hint::black_box;

use ring::hmac;
use wasi_crypto_host::WasiCryptoCtx;
use wasi_crypto_host::wasmtime::component::add_to_linker;
use wasmtime::component::{Component, ComponentNamedList, Instance, Linker, Lower, Resource, ResourceType, WasmList};
use wasmtime::{Engine, Store, StoreContextMut};

use crate::guest::{DATA, Guest};
use crate::measure::Contender;
use crate::{AES_256_GCM, Aad, Bench, KEY, LessSafeKey, NONCE, Nonce, TAG_LEN, UnboundKey, passthrough, seal};

/// Each loop returns 0 if all its calls succeed. The lists that they get lie at the beginning of the memory, far from the message at 2 MiB.
const LOOPS: &str = r#"(module
    (import "memory" "memory" (memory 1))
    (import "memory" "reset" (func $reset (param i32)))
    (import "lowered" "options-open" (func $options-open (param i32 i32)))
    (import "lowered" "options-set" (func $options-set (param i32 i32 i32 i32 i32 i32)))
    (import "lowered" "symmetric-key-import" (func $import (param i32 i32 i32 i32 i32)))
    (import "lowered" "symmetric-state-open" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
    (import "lowered" "symmetric-state-absorb" (func $absorb (param i32 i32 i32 i32)))
    (import "lowered" "symmetric-state-encrypt" (func $encrypt (param i32 i32 i32 i32)))
    (import "lowered" "symmetric-state-decrypt" (func $decrypt (param i32 i32 i32 i32 i32)))
    (import "lowered" "symmetric-state-squeeze-tag" (func $tag (param i32 i32)))
    (import "lowered" "symmetric-tag-len" (func $tag-len (param i32 i32)))
    (import "drops" "symmetric-state" (func $drop-state (param i32)))
    (import "drops" "options" (func $drop-options (param i32)))
    (global $mac (mut i32) (i32.const 0))
    (global $mac-tag (mut i32) (i32.const 0))
    (global $key (mut i32) (i32.const 0))
    (global $cipher (mut i32) (i32.const 0))
    (global $status (mut i32) (i32.const 0))
    (func $result (result i32)
        (global.set $status (i32.or (global.get $status) (i32.load8_u (i32.const 0xf000))))
        (i32.load (i32.const 0xf004)))
    (func $end (result i32) (local $status i32)
        (local.set $status (global.get $status))
        (global.set $status (i32.const 0))
        (local.get $status))
    (func $cipher (result i32) (local $options i32) (local $state i32)
        (call $options-open (i32.const 1) (i32.const 0xf000))
        (local.set $options (call $result))
        (call $options-set (local.get $options) (i32.const 0xff40) (i32.const 5) (i32.const 0xff60) (i32.const 12)
            (i32.const 0xf000))
        (drop (call $result))
        (call $open (i32.const 0xff20) (i32.const 11) (i32.const 1) (global.get $key) (i32.const 1) (local.get $options)
            (i32.const 0xf000))
        (local.set $state (call $result))
        (call $drop-options (local.get $options))
        (local.get $state))
    ;; The keys and states; the message of so many bytes, encrypted, at 4 MiB.
    (func (export "prepare") (param $len i32) (result i32)
        (drop (memory.grow (i32.const 128)))
        (memory.fill (i32.const 0xff60) (i32.const 9) (i32.const 12))
        (memory.fill (i32.const 0xff80) (i32.const 7) (i32.const 32))
        (memory.fill (i32.const 0x200000) (i32.const 3) (local.get $len))
        (call $import (i32.const 0xff00) (i32.const 12) (i32.const 0xff80) (i32.const 32) (i32.const 0xf000))
        (call $open (i32.const 0xff00) (i32.const 12) (i32.const 1) (call $result) (i32.const 0) (i32.const 0) (i32.const 0xf000))
        (global.set $mac (call $result))
        (call $tag (global.get $mac) (i32.const 0xf000))
        (global.set $mac-tag (call $result))
        (call $import (i32.const 0xff20) (i32.const 11) (i32.const 0xff80) (i32.const 32) (i32.const 0xf000))
        (global.set $key (call $result))
        (global.set $cipher (call $cipher))
        (call $encrypt (global.get $cipher) (i32.const 0x200000) (local.get $len) (i32.const 0xf000))
        (memory.copy (i32.const 0x400000) (call $result) (i32.add (local.get $len) (i32.const 16)))
        (call $reset (i32.const 0))
        (call $end))
    (func (export "tag-len") (param $len i32) (param $n i32) (result i32)
        (loop $again
            (call $tag-len (global.get $mac-tag) (i32.const 0xf000))
            (drop (call $result))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (call $end))
    (func (export "absorb") (param $len i32) (param $n i32) (result i32)
        (loop $again
            (call $absorb (global.get $mac) (i32.const 0x200000) (local.get $len) (i32.const 0xf000))
            (drop (call $result))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (call $end))
    (func (export "decrypt") (param $len i32) (param $n i32) (result i32)
        (loop $again
            (call $decrypt (global.get $cipher) (i32.const 0x400000) (i32.add (local.get $len) (i32.const 16)) (local.get $len)
                (i32.const 0xf000))
            (drop (call $result))
            (call $reset (i32.const 0))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (call $end))
    (func (export "message") (param $len i32) (param $n i32) (result i32) (local $state i32)
        (loop $again
            (local.set $state (call $cipher))
            (call $absorb (local.get $state) (i32.const 0xff80) (i32.const 13) (i32.const 0xf000))
            (drop (call $result))
            (call $encrypt (local.get $state) (i32.const 0x200000) (local.get $len) (i32.const 0xf000))
            (drop (call $result))
            (call $drop-state (local.get $state))
            (call $reset (i32.const 0))
            (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (call $end))
    (data (i32.const 0xff00) "HMAC/SHA-256")
    (data (i32.const 0xff20) "AES-256-GCM")
    (data (i32.const 0xff40) "nonce"))"#;

const FUNCTIONS: [(&str, usize); 5] = [("prepare", 1), ("tag-len", 2), ("absorb", 2), ("decrypt", 2), ("message", 2)];

/// Calls of functions of the embedder's own: what wasmtime itself takes.
const FLOOR: &str = r#"(component
    (import "nothing" (func $nothing))
    (import "thing" (type $thing (sub resource)))
    (import "make" (func $make (result (own $thing))))
    (import "look" (func $look (param "thing" (borrow $thing)) (result (result u32))))
    (import "take-list" (func $take-list (param "list" (list u8))))
    (import "take-vec" (func $take-vec (param "list" (list u8))))
    (core module $memory (memory (export "memory") 2))
    (core instance $memory (instantiate $memory))
    (core func $nothing (canon lower (func $nothing)))
    (core func $make (canon lower (func $make)))
    (core func $look (canon lower (func $look) (memory $memory "memory")))
    (core func $take-list (canon lower (func $take-list) (memory $memory "memory")))
    (core func $take-vec (canon lower (func $take-vec) (memory $memory "memory")))
    (core module $guest
        (import "memory" "memory" (memory 2))
        (import "host" "nothing" (func $nothing))
        (import "host" "make" (func $make (result i32)))
        (import "host" "look" (func $look (param i32 i32)))
        (import "host" "take-list" (func $take-list (param i32 i32)))
        (import "host" "take-vec" (func $take-vec (param i32 i32)))
        (func (export "nothing") (param $len i32) (param $n i32) (result i32)
            (loop $again
                (call $nothing)
                (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
            (i32.const 0))
        (func (export "look") (param $len i32) (param $n i32) (result i32) (local $thing i32)
            (local.set $thing (call $make))
            (loop $again
                (call $look (local.get $thing) (i32.const 8))
                (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
            (i32.load8_u (i32.const 8)))
        (func (export "take-list") (param $len i32) (param $n i32) (result i32)
            (loop $again
                (call $take-list (i32.const 0) (local.get $len))
                (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
            (i32.const 0))
        (func (export "take-vec") (param $len i32) (param $n i32) (result i32)
            (loop $again
                (call $take-vec (i32.const 0) (local.get $len))
                (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
            (i32.const 0)))
    (core instance $guest (instantiate $guest (with "memory" (instance $memory)) (with "host" (instance
        (export "nothing" (func $nothing)) (export "make" (func $make)) (export "look" (func $look))
        (export "take-list" (func $take-list)) (export "take-vec" (func $take-vec))))))
    (func (export "nothing") (param "len" u32) (param "n" u32) (result u32) (canon lift (core func $guest "nothing")))
    (func (export "look") (param "len" u32) (param "n" u32) (result u32) (canon lift (core func $guest "look")))
    (func (export "take-list") (param "len" u32) (param "n" u32) (result u32) (canon lift (core func $guest "take-list")))
    (func (export "take-vec") (param "len" u32) (param "n" u32) (result u32) (canon lift (core func $guest "take-vec"))))"#;

/// A resource.
enum Thing {}

/// An instance of one of these.
struct Loops {
    store: Store<WasiCryptoCtx>,
    instance: Instance,
}

impl Loops {
    fn new(text: &str) -> Self {
        Self::try_new(text).expect("the components of this program run")
    }

    fn try_new(text: &str) -> wasmtime::Result<Self> {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        add_to_linker(&mut linker, |ctx: &mut WasiCryptoCtx| ctx)?;
        let mut root = linker.root();
        root.func_wrap("nothing", |_: StoreContextMut<'_, WasiCryptoCtx>, (): ()| Ok(()))?;
        root.resource("thing", ResourceType::host::<Thing>(), |_, _| Ok(()))?;
        root.func_wrap("make", |_: StoreContextMut<'_, WasiCryptoCtx>, (): ()| Ok((Resource::<Thing>::new_own(7),)))?;
        root.func_wrap("look", |_: StoreContextMut<'_, WasiCryptoCtx>, (thing,): (Resource<Thing>,)| {
            Ok((Ok::<u32, ()>(thing.rep()),))
        })?;
        root.func_wrap("take-list", |store: StoreContextMut<'_, WasiCryptoCtx>, (list,): (WasmList<u8>,)| {
            black_box(list.as_le_slice(&store));
            Ok(())
        })?;
        root.func_wrap("take-vec", |_: StoreContextMut<'_, WasiCryptoCtx>, (list,): (Vec<u8>,)| {
            black_box(list);
            Ok(())
        })?;
        let mut store = Store::new(&engine, WasiCryptoCtx::builder().build()?);
        let instance = linker.instantiate(&mut store, &Component::new(&engine, text)?)?;
        Ok(Self { store, instance })
    }

    fn call<P: ComponentNamedList + Lower>(&mut self, name: &str, args: P) {
        let run = self.instance.get_typed_func::<P, (u32,)>(&mut self.store, name).expect("a loop of this name");
        let (status,) = run.call(&mut self.store, args).expect("loops do not trap");
        assert_eq!(status, 0, "a call of the loop `{name}` failed");
    }
}

/// A component that does so many of the calls of a loop, with data of this length.
fn contender<'a>(guest: &'a RefCell<Loops>, name: &'a str, call: &'a str, len: u32) -> Contender<'a> {
    Contender::timed(name, move |times| guest.borrow_mut().call(call, (len, times)))
}

pub(crate) fn groups(bench: &mut Bench) {
    let (floor, guest) =
        (RefCell::new(Loops::new(FLOOR)), RefCell::new(Loops::new(&passthrough::with_exports(LOOPS, &FUNCTIONS))));
    guest.borrow_mut().call("prepare", (64u32,));
    short_calls(bench, &floor, &guest);
    for (len, size) in [(64, "64 B"), (16 << 10, "16 KiB")] {
        guest.borrow_mut().call("prepare", (len,));
        lists(bench, &floor, len, size);
        with_data(bench, &guest, len, size);
    }
}

fn short_calls(bench: &mut Bench, floor: &RefCell<Loops>, guest: &RefCell<Loops>) {
    let mut module = Guest::new();
    let key = module.import("HMAC/SHA-256", &KEY);
    let state = module.open("HMAC/SHA-256", Some(key), None);
    let tag = module.tag(state);
    bench.group(
        "components: short calls",
        vec![
            contender(floor, "an import that does nothing", "nothing", 0),
            contender(floor, "one that looks at a resource", "look", 0),
            contender(guest, "symmetric-tag-len", "tag-len", 0),
            Contender::timed("symmetric_tag_len, of a module", |times| {
                module.run(|loops| &loops.tag_len, (tag, times))
            }),
        ],
    );
}

fn lists(bench: &mut Bench, floor: &RefCell<Loops>, len: u32, size: &str) {
    bench.group(
        &format!("components: an import that takes a list, {size}"),
        vec![contender(floor, "as WasmList", "take-list", len), contender(floor, "as Vec", "take-vec", len)],
    );
}

fn with_data(bench: &mut Bench, guest: &RefCell<Loops>, len: u32, size: &str) {
    let module = RefCell::new(Guest::new());
    let (mac, cipher) = {
        let mut module = module.borrow_mut();
        let key = module.import("HMAC/SHA-256", &KEY);
        let mac = module.open("HMAC/SHA-256", Some(key), None);
        let (key, options) = (module.import("AES-256-GCM", &KEY), module.nonce(&NONCE));
        module.write(132, &key.to_le_bytes());
        (mac, module.open("AES-256-GCM", Some(key), Some(options)))
    };
    let message = vec![3; len as usize];
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &KEY));
    bench.group(
        &format!("components: HMAC-SHA-256 update, {size}"),
        vec![
            Contender::timed("native", |times| (0..times).for_each(|_| context.update(black_box(&message)))),
            Contender::timed("guest, module", |times| {
                module.borrow_mut().run(|loops| &loops.absorb, (mac, DATA, len, times));
            }),
            contender(guest, "guest, component", "absorb", len),
        ],
    );
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &KEY).expect("32 bytes"));
    let mut sealed = vec![3; len as usize + TAG_LEN];
    seal(&key, &mut sealed);
    module.borrow_mut().write(DATA, &sealed);
    let mut output = sealed.clone();
    bench.group(
        &format!("components: AES-256-GCM decrypt elsewhere, {size}"),
        vec![
            Contender::timed("native", |times| {
                for _ in 0..times {
                    output.copy_from_slice(black_box(&sealed));
                    let nonce = Nonce::assume_unique_for_key(NONCE);
                    assert!(key.open_in_place(nonce, Aad::empty(), black_box(&mut output)).is_ok(), "it is authentic");
                }
            }),
            Contender::timed("guest, module", |times| {
                module.borrow_mut().run(|loops| &loops.decrypt, (cipher, crate::guest::APART, DATA, len, times));
            }),
            contender(guest, "guest, component", "decrypt", len),
        ],
    );
    bench.group(
        &format!("components: AES-256-GCM message from options to close, {size}"),
        vec![
            Contender::timed("guest, module", |times| {
                module.borrow_mut().run(|loops| &loops.message, (DATA, len, times));
            }),
            contender(guest, "guest, component", "message", len),
        ],
    );
}
