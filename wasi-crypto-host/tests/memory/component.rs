//! The same for components: what they leak, what they pass, and batches as large as they may be.

use wasi_crypto_host::{Limits, WasiCryptoCtx, hostcalls};
use wasmtime::component::Component;
use wasmtime::{Engine, Store};

use crate::allocator::Mark;
use crate::arguments::{self, arguments, lists};
use crate::guest::linker;
use crate::stored::namespace;
use crate::{BESIDE, KIB, MIB, alone, passthrough};

/// What a guest can have open, by which call it gets that, and its arguments.
const OBJECTS: [(&str, &str, &str); 12] = [
    ("options", "options-open", "(i32.const 1)"),
    ("secrets managers", "secrets-manager-open", "(i32.const 0) (i32.const 0)"),
    ("keys", "symmetric-key-import", "(i32.const 1040) (i32.const 12) (i32.const 1024) (i32.const 32)"),
    ("exported keys", "symmetric-key-export", "(global.get $key)"),
    (
        "states",
        "symmetric-state-open",
        "(i32.const 1045) (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)",
    ),
    (
        "states of a key",
        "symmetric-state-open",
        "(i32.const 1040) (i32.const 12) (i32.const 1) (global.get $key) (i32.const 0) (i32.const 0)",
    ),
    ("copies of a state", "symmetric-state-clone", "(global.get $state)"),
    ("tags", "symmetric-state-squeeze-tag", "(global.get $state)"),
    ("public keys", "keypair-publickey", "(global.get $pair)"),
    ("secret keys", "keypair-secretkey", "(global.get $pair)"),
    ("exported public keys", "publickey-export", "(global.get $public) (i32.const 0)"),
    ("states that sign", "signature-state-open", "(global.get $pair)"),
];

/// Its function `run` does this so many times, and returns how many of it were a success.
fn guest(call: &str, args: &str) -> String {
    let params = "i32 ".repeat(args.matches('(').count());
    let again = match call {
        "symmetric-key-import" | "symmetric-state-open" | "keypair-publickey" => String::new(),
        _ => format!(r#"(import "lowered" "{call}" (func ${call} (param {params} i32)))"#),
    };
    let module = format!(
        r#"(module
        (import "memory" "memory" (memory 1))
        (import "lowered" "symmetric-key-import" (func $symmetric-key-import (param i32 i32 i32 i32 i32)))
        (import "lowered" "symmetric-state-open" (func $symmetric-state-open (param i32 i32 i32 i32 i32 i32 i32)))
        (import "lowered" "keypair-generate" (func $generate (param i32 i32 i32 i32 i32 i32)))
        (import "lowered" "keypair-publickey" (func $keypair-publickey (param i32 i32)))
        {again}
        (global $key (mut i32) (i32.const 0)) (global $state (mut i32) (i32.const 0))
        (global $pair (mut i32) (i32.const 0)) (global $public (mut i32) (i32.const 0))
        (data (i32.const 1040) "HMAC/SHA-256Ed25519")
        (func (export "run") (param $times i32) (result i32) (local $made i32)
            (call $symmetric-key-import (i32.const 1040) (i32.const 12) (i32.const 1024) (i32.const 32) (i32.const 2048))
            (global.set $key (i32.load (i32.const 2052)))
            (call $symmetric-state-open
                (i32.const 1040) (i32.const 12) (i32.const 1) (global.get $key) (i32.const 0) (i32.const 0) (i32.const 2048))
            (global.set $state (i32.load (i32.const 2052)))
            (call $generate (i32.const 0) (i32.const 1052) (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 2048))
            (global.set $pair (i32.load (i32.const 2052)))
            (call $keypair-publickey (global.get $pair) (i32.const 2048))
            (global.set $public (i32.load (i32.const 2052)))
            (loop $again
                (call ${call} {args} (i32.const 2048))
                (local.set $made (i32.add (local.get $made) (i32.eqz (i32.load8_u (i32.const 2048)))))
                (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
            (local.get $made)))"#
    );
    passthrough::with_encoding(&module, "utf8")
}

/// More than a guest may have, and a million in all.
const TIMES: u32 = 85_000;

#[test]
fn a_million_leaked_resources() {
    let _turn = alone();
    let engine = Engine::default();
    let linker = linker(&engine);
    for (what, call, args) in OBJECTS {
        let component = Component::new(&engine, guest(call, args)).unwrap();
        let run = |times: u32| {
            let mut store = Store::new(&engine, WasiCryptoCtx::builder().secrets(namespace()).build().unwrap());
            let instance = linker.instantiate(&mut store, &component).unwrap();
            let run = instance.get_typed_func::<(u32,), (u32,)>(&mut store, "run").unwrap();
            let (made,) = run.call(&mut store, (times,)).unwrap();
            (store, made)
        };
        // What is allocated once only.
        drop(run(1));
        let mark = Mark::set();
        let (store, made) = run(TIMES);
        let (open, held) = (store.data().open_handles(), store.data().held_bytes());
        println!("{what}: {made}, {held} bytes booked, {} taken", mark.growth());
        let Limits { handles, bytes, .. } = Limits::default();
        assert!(open == handles || bytes - held < 4 * KIB, "{what}: {open} are open, {held} bytes held");
        assert_eq!(made as usize, open - 4, "{what}");
        assert!(mark.peak() <= bytes + bytes / 4 + BESIDE, "{what}: {} KiB at most", mark.peak() / KIB);
        drop(store);
        assert!(mark.growth() <= MIB, "{what}: {} bytes do not come back", mark.growth());
    }
}

/// More than half of what a memory may have.
const LONG: u32 = (2 << 30) + (1 << 16);

#[test]
fn a_list_of_gigabytes_is_refused_before_anything_is_copied() {
    let _turn = alone();
    for function in hostcalls().iter().map(|hostcall| hostcall.name().replace('_', "-")) {
        for which in 1..=lists(&mut arguments::guest(), &function) {
            let mut guest = arguments::guest();
            // Of no help.
            guest.store.set_hostcall_fuel(usize::MAX);
            let args = arguments(&mut guest, &function);
            guest.lengthen(which, LONG);
            let mark = Mark::set();
            _ = guest.try_call(&function, &args);
            assert!(mark.peak() <= MIB, "{function}, list {which}: {} KiB", mark.peak() / KIB);
        }
    }
}

/// Makes a batch of so many entries, each with the same state and nothing besides, and returns how many there are in the answer; 0 for an error.
/// The answer's lists lie at the beginning of the memory, the entries behind its first MiB.
const BATCH: &str = r#"(module
    (import "memory" "memory" (memory 1))
    (import "lowered" "symmetric-key-import" (func $import (param i32 i32 i32 i32 i32)))
    (import "lowered" "symmetric-state-open" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
    (import "lowered" "CALL" (func $call (param i32 i32 i32)))
    (data (i32.const 1040) "ALGORITHM")
    (func (export "run") (param $len i32) (result i32) (local $state i32) (local $at i32) (local $end i32)
        (drop (memory.grow (i32.const 511)))
        (call $import (i32.const 1040) (i32.const LENGTH) (i32.const 1024) (i32.const 16) (i32.const 0x1fff000))
        (call $open (i32.const 1040) (i32.const LENGTH)
            (i32.eqz (i32.load8_u (i32.const 0x1fff000))) (i32.load (i32.const 0x1fff004)) (i32.const 0) (i32.const 0) (i32.const 0x1fff000))
        (local.set $state (i32.load (i32.const 0x1fff004)))
        (local.set $at (i32.const 0x100000))
        (local.set $end (i32.add (local.get $at) (i32.mul (local.get $len) (i32.const ENTRY))))
        (loop $more
            (i32.store (local.get $at) (local.get $state))
            (local.set $at (i32.add (local.get $at) (i32.const ENTRY)))
            (br_if $more (i32.lt_u (local.get $at) (local.get $end))))
        (call $call (i32.const 0x100000) (local.get $len) (i32.const 0x1fff000))
        (if (result i32) (i32.load8_u (i32.const 0x1fff000)) (then (i32.const 0)) (else (i32.load (i32.const 0x1fff008))))))"#;

#[test]
fn batches_as_large_as_they_may_be() {
    let _turn = alone();
    let engine = Engine::default();
    let linker = linker(&engine);
    let Limits { bytes, .. } = Limits::default();
    // More than there is room for.
    let handles = 1 << 20;
    for (call, algorithm, entry) in [
        ("batch-symmetric-state-squeeze", "SHA-256", 4),
        ("batch-symmetric-state-squeeze-tag", "HMAC/SHA-256", 4),
        ("batch-symmetric-state-squeeze-tag", "SHA-256", 4),
        ("batch-symmetric-state-encrypt", "SHA-256", 12),
        ("batch-symmetric-state-encrypt-detached", "SHA-256", 12),
        ("batch-symmetric-state-decrypt", "SHA-256", 12),
        ("batch-symmetric-state-decrypt-detached", "SHA-256", 20),
    ] {
        let text = BATCH.replace("CALL", call).replace("ALGORITHM", algorithm);
        let text = text.replace("LENGTH", &algorithm.len().to_string()).replace("ENTRY", &entry.to_string());
        let component = Component::new(&engine, passthrough::with_encoding(&text, "utf8")).unwrap();
        let mut most = 0;
        for len in [1, 60_000, 120_000, handles, handles + 1] {
            let mut store = Store::new(&engine, WasiCryptoCtx::builder().max_handles(handles).build().unwrap());
            let instance = linker.instantiate(&mut store, &component).unwrap();
            let run = instance.get_typed_func::<(u32,), (u32,)>(&mut store, "run").unwrap();
            let mark = Mark::set();
            let answer = run.call(&mut store, (len as u32,));
            // Before an error is looked at, which may have a backtrace to be worked out.
            let peak = mark.peak();
            // wasmtime lends no more than 100,000 handles of a store at a time, and ends the component that wants more.
            let (answered,) = answer.unwrap_or_else(|error| {
                assert!(len >= 100_000 && format!("{error:?}").contains("handle limit"), "{call}, {len}: {error:?}");
                (0,)
            });
            println!("{call}, {algorithm}, {len}: {answered} entries, {} KiB at most", peak / KIB);
            assert!(answered == 0 || answered as usize == len);
            assert!(peak <= bytes + bytes / 4 + BESIDE, "{call}, {len}: {} KiB at most", peak / KIB);
            most = most.max(answered);
        }
        assert!(most >= 60_000, "{call}: {most}");
    }
}
