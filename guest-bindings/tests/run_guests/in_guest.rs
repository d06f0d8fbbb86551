//! The tests inside a guest, and what its module imports.

use std::collections::BTreeMap;

use wasi_crypto_interface::{CoreType, functions};
use wasmparser::{Parser, Payload, TypeRef, ValType};

use crate::guest::{Guest, module};

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn the_tests_inside_the_guest_pass() {
    // Handles for what one test has open, but not for what it forgets to close.
    let options = ["--secrets", "memory:", "--namespace", "tenant", "--max-handles", "1000"];
    let run = Guest::new("in_guest", "in_guest").with_options(&options).run(&["--test-threads=1"]);
    eprintln!("{}", run.stdout);
    let run = run.exits(0);
    let passed =
        run.stdout.lines().find_map(|line| line.strip_prefix("test result: ok. ")?.split_once(" passed; 0 failed"));
    let (passed, _) = passed.expect("the guest prints a summary");
    assert!(passed.parse::<u32>().unwrap() > 0, "the guest has tests");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn the_imports_of_the_module_are_the_functions_of_the_interface() {
    let module = std::fs::read(module("in_guest")).unwrap();
    let (mut types, mut imports) = (Vec::new(), BTreeMap::new());
    for payload in Parser::new(0).parse_all(&module) {
        match payload.unwrap() {
            Payload::TypeSection(section) => {
                types.extend(section.into_iter_err_on_gc_types().map(Result::unwrap));
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.unwrap();
                    if let (true, TypeRef::Func(ty)) = (import.module.starts_with("wasi_ephemeral_crypto"), import.ty) {
                        imports.insert((import.module, import.name), types[ty as usize].clone());
                    }
                }
            }
            _ => {}
        }
    }

    assert_eq!(imports.len(), functions().len());
    for function in functions() {
        let ty = &imports[&(function.module(), function.name())];
        let params = function.core_params().iter().map(|param| match param {
            CoreType::I32 => ValType::I32,
            CoreType::I64 => ValType::I64,
        });
        assert_eq!(ty.params(), params.collect::<Vec<_>>(), "{}", function.name());
        assert_eq!(ty.results(), [ValType::I32], "{}", function.name());
    }
}
