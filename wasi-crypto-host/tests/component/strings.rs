//! Names in all encodings that a component may have.

use wasi_crypto_host::WasiCryptoCtx;
use wasmtime::component::Component;
use wasmtime::{Engine, Store};

use crate::guest::linker;
use crate::passthrough;

/// Opens a state whose algorithm has a name of so many units, which are no text in UTF-8 and UTF-16, and returns the answer's two bytes.
const OPENS: &str = r#"(module
    (import "memory" "memory" (memory 1))
    (import "lowered" "symmetric-state-open" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
    (func (export "run") (param $len i32) (result i32)
        (memory.fill (i32.const 1024) (i32.const 0xd8) (i32.const 256))
        (call $open (i32.const 1024) (local.get $len) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 2048))
        (i32.or (i32.shl (i32.load8_u (i32.const 2048)) (i32.const 8)) (i32.load8_u (i32.const 2052)))))"#;

/// `error`, and in it `unsupported-algorithm`.
const UNSUPPORTED: u32 = 0x106;

/// In a string that may be one or the other: this one is in UTF-16.
const IS_UTF16: u32 = 1 << 31;

#[test]
fn a_name_longer_than_any_is_not_even_decoded() {
    for (encoding, len, answer) in [
        ("utf8", 64, None),
        ("utf8", 65, Some(UNSUPPORTED)),
        ("utf16", 64, None),
        ("utf16", 65, Some(UNSUPPORTED)),
        ("latin1+utf16", 64, Some(UNSUPPORTED)),
        ("latin1+utf16", 65, Some(UNSUPPORTED)),
        ("latin1+utf16", 64 | IS_UTF16, None),
        ("latin1+utf16", 65 | IS_UTF16, Some(UNSUPPORTED)),
        ("latin1+utf16", 30_000 | IS_UTF16, Some(UNSUPPORTED)),
        // Outside of the memory.
        ("utf16", 1 << 30, None),
    ] {
        let engine = Engine::default();
        let component = Component::new(&engine, passthrough::with_encoding(OPENS, encoding)).unwrap();
        let mut store = Store::new(&engine, WasiCryptoCtx::builder().build().unwrap());
        let instance = linker(&engine).instantiate(&mut store, &component).unwrap();
        let run = instance.get_typed_func::<(u32,), (u32,)>(&mut store, "run").unwrap();
        let answered = run.call(&mut store, (len,)).ok().map(|(answer,)| answer);
        assert_eq!(answered, answer, "{encoding}, {len:#x}");
    }
}
