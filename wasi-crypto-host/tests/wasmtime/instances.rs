//! Instances with functions of their own.

use wasi_crypto_host::Errno;
use wasi_crypto_host::wasmtime::bind_memory;
use wasmtime::{Extern, MemoryType, SharedMemory};

use crate::executor::executor;
use crate::guest::{IMPORTED, ONE_PAGE, SHARED, Wasm, assert_same, call, engine, hash_state, native_transcript, read};
use crate::support::forwarder::assert_has_no_bytes_to_point_to;
use crate::support::{Guest, Transport, transcript};

#[test]
fn an_instance_with_its_own_functions_sees_what_a_native_caller_sees() {
    let native = native_transcript();
    for runtime in [None, Some(executor())] {
        let mut wasm = Wasm::new(&engine(), ONE_PAGE, runtime);
        wasm.instance = wasm.instantiate(ONE_PAGE, None).unwrap();
        assert_same(&transcript::run(&mut Guest::new(wasm)), &native);
    }
}

#[test]
fn an_instance_with_its_own_functions_and_a_shared_memory_sees_what_a_native_caller_sees() {
    let mut wasm = Wasm::new(&engine(), ONE_PAGE, None);
    let memory = SharedMemory::new(&wasm.engine, MemoryType::shared(1, 2)).unwrap();
    wasm.instance = wasm.instantiate(SHARED, Some(memory.into())).unwrap();
    assert_same(&transcript::run(&mut Guest::new(wasm)), &native_transcript());
}

#[test]
fn instances_with_their_own_functions_each_use_the_memory_that_they_export() {
    for runtime in [None, Some(executor())] {
        let mut wasm = Wasm::new(&engine(), ONE_PAGE, runtime);
        let linked = wasm.instance;
        // What is bound is nothing to the others.
        bind_memory(&mut wasm.store, &linked, |data| &mut data.first).unwrap();
        let own = wasm.instantiate(ONE_PAGE, None).unwrap();
        let memory = own.get_memory(&mut wasm.store, "memory").unwrap();
        let borrower = wasm.instantiate(IMPORTED, Some(Extern::Memory(memory))).unwrap();
        let private = wasm.instantiate("(memory 1)", None).unwrap();

        let state = hash_state(&mut wasm);
        for (instance, message) in [(linked, b"ab"), (own, b"cd"), (private, b"xx")] {
            wasm.instance = instance;
            wasm.write(1000, message);
        }
        for (instance, expected) in [
            (linked, Errno::Success),
            (own, Errno::Success),
            (borrower, Errno::Success),
            (private, Errno::GuestError),
            (linked, Errno::Success),
        ] {
            wasm.instance = instance;
            assert_eq!(call(&mut wasm, "symmetric_state_absorb", &[state, 1000, 2]), expected);
        }
        wasm.instance = borrower;
        assert_eq!(call(&mut wasm, "symmetric_state_squeeze", &[state, 2000, 4]), Errno::Success);
        // sha256sum of abcdcdab
        let digest = [0xa6, 0x1f, 0x20, 0x93];
        for (instance, expected) in [(own, digest), (borrower, digest), (linked, [0; 4]), (private, [0; 4])] {
            wasm.instance = instance;
            assert_eq!(read(&mut wasm, 2000), expected);
        }
    }
}

#[test]
fn an_instance_that_exports_no_memory_has_no_bytes_to_point_to() {
    let mut wasm = Wasm::new(&engine(), ONE_PAGE, None);
    wasm.instance = wasm.instantiate("(memory 1)", None).unwrap();
    assert_has_no_bytes_to_point_to(&mut wasm);
}

#[test]
fn an_import_that_nobody_defines_is_named() {
    let mut wasm = Wasm::new(&engine(), ONE_PAGE, None);
    let error = wasm.instantiate(IMPORTED, None).unwrap_err();
    assert_eq!(error.to_string(), "unknown import: `env::memory`");
}
