//! The examples in other languages than Rust, each where its compiler is there; else the test says what it missed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::guest::{Guest, temporary_folder};

/// FIPS 180-4's example.
const SHA_256_OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// Of the examples `hello`: test case 2 of McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)".
pub(crate) const HELLO: &str = "\
ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
signed
not another message
0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf
00000000000000000000000000000000
not another
";

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn c_hashes_files() {
    let Some(module) = clang("sha256sum") else { return };
    let guest = Guest::of_module(module, "c-sums");
    guest.write("abc", "abc");
    guest.run(&["abc"]).exits(0).prints(&format!("{SHA_256_OF_ABC}  abc\n"));
    guest.run_with(&[], &[], b"abc").exits(0).prints(&format!("{SHA_256_OF_ABC}  -\n"));
    guest.run(&["missing"]).exits(1).says("sha256sum: missing: ");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn c_signs_with_a_key_that_it_never_sees() {
    let Some(module) = clang("sign") else { return };
    Guest::of_module(module.clone(), "c-no-store").run(&["new"]).exits(1).says("unsupported_feature");
    let guest = Guest::of_module(module, "c-sign").with_store();
    let id = guest.run(&["new"]).exits(0).stdout.trim().to_owned();
    let signature = guest.run_with(&[&id], &[], b"abc").exits(0).stdout.trim().to_owned();
    assert_eq!((id.len(), signature.len()), (64, 128));
    guest.run_with(&[&id, &signature], &[], b"abc").exits(0).prints("good\n");
    guest.run_with(&[&id, &signature], &[], b"abd").exits(1).says("verification_failed");
    guest.run(&[&"0".repeat(64)]).exits(1).says("not_found");
    guest.run(&["00"]).exits(2).says("write 32 bytes");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn c_measures_what_calls_cost() {
    let Some(module) = clang("cost") else { return };
    let run = Guest::of_module(module, "c-cost").run(&["10"]).exits(0);
    assert_eq!(run.stdout.lines().filter(|line| line.ends_with(" ns")).count(), 4, "{}", run.stdout);
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn the_header_is_good_c_and_good_cplusplus() {
    if !runs(Command::new("clang").arg("--version")) {
        return eprintln!("skipped: there is no clang");
    }
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("c/wasi_crypto_guest.h");
    for (language, standard) in [("c", "c99"), ("c", "c17"), ("c++", "c++11"), ("c++", "c++20")] {
        let mut clang = Command::new("clang");
        clang.args(["--target=wasm32-wasi", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]);
        clang.arg(format!("-std={standard}")).arg("-include").arg(&header);
        compile(clang.args(["-x", language, "/dev/null"]));
    }
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn assemblyscript_hashes_signs_and_seals() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assemblyscript");
    let compiler = folder.join("node_modules/assemblyscript/bin/asc.js");
    if !compiler.exists() {
        return eprintln!("skipped: `npm install` was not run in guest-bindings/assemblyscript");
    }
    let module = temporary_folder().join("hello-assemblyscript.wasm");
    let mut asc = Command::new("node");
    asc.arg(compiler).arg("examples/hello.ts").args(["--exportStart", "_start", "--use", "abort=", "--optimize"]);
    compile(asc.arg("--outFile").arg(&module).current_dir(folder));
    says_hello(module, "assemblyscript");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn go_hashes_signs_and_seals() {
    if !runs(Command::new("go").arg("version")) {
        return eprintln!("skipped: there is no `go`");
    }
    let module = temporary_folder().join("hello-go.wasm");
    let mut go = Command::new("go");
    go.args(["build", "-o"]).arg(&module).arg("./examples/hello").env("GOOS", "wasip1").env("GOARCH", "wasm");
    compile(go.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("go")));
    says_hello(module, "go");
}

fn says_hello(module: PathBuf, test: &str) {
    Guest::of_module(module, test).with_store().run(&[]).exits(0).prints(HELLO);
}

/// Compiles an example in C; nothing if that cannot be done here.
fn clang(name: &str) -> Option<PathBuf> {
    let libc = Path::new("/usr/lib/wasm32-wasi/libc.a");
    if !runs(Command::new("clang").arg("--version")) || !libc.exists() {
        eprintln!("skipped: on Debian, install clang, lld, wasi-libc and libclang-rt-dev-wasm32");
        return None;
    }
    let folder = temporary_folder().join("c");
    fs::create_dir_all(&folder).unwrap();
    let module = folder.join(format!("{name}.wasm"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("c/examples").join(format!("{name}.c"));
    let mut clang = Command::new("clang");
    clang.args(["--target=wasm32-wasi", "-Os", "-Wall", "-Wextra", "-Werror"]);
    compile(clang.arg(source).arg("-o").arg(&module));
    Some(module)
}

fn runs(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn compile(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{command:?}\n{}{}", said[0], said[1]);
}
