//! The library from C: `tests/c/api.c` holds it to what the header promises, and the example runs guests.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[test]
fn the_library_keeps_its_promises_under_address_sanitizer() {
    let source = [folder().join("tests/c/api.c")];
    let flags = ["-Wpedantic", "-Werror", "-pthread", "-fsanitize=address"];
    if let Some(program) = compile("api-asan", &flags, &source) {
        succeeds(&mut Command::new(program));
    }
}

/// `examples/wasm3.c`, with the sources of wasm3 as the crate wasm3x-sys brings them. The whole suite runs on it in `cargo xtask c-api`.
#[test]
fn the_example_runs_guests_on_wasm3() {
    let Some(wasm3) = wasm3_sources() else {
        return eprintln!("skipped: cargo has not fetched the crate wasm3x-sys, which has the sources of wasm3");
    };
    let parts = std::fs::read_dir(&wasm3).unwrap().map(|entry| entry.unwrap().path());
    let parts = parts.filter(|path| path.extension().is_some_and(|extension| extension == "c"));
    let sources: Vec<PathBuf> = [folder().join("examples/wasm3.c")].into_iter().chain(parts).collect();
    let include = format!("-I{}", wasm3.display());
    let Some(program) = compile("wasm3", &[&include, "-O2", "-pthread", "-lm"], &sources) else { return };

    let write = |name: &str, text: &str| {
        let guest = program.with_file_name(format!("{name}.wasm"));
        std::fs::write(&guest, wat::parse_str(text).unwrap()).unwrap();
        guest
    };
    let run = |name: &str, body: &str| {
        Command::new(&program).arg(write(name, &HASHING.replace("BODY", body))).output().unwrap()
    };
    let output = run("hash", "(call $proc_exit (i32.const 7))");
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    let hex: String = output.stdout.iter().map(|byte| format!("{byte:02x}")).collect();
    // FIPS 180-4, the first example.
    assert_eq!(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(run("trap", "unreachable").status.code(), Some(134));
    let output = Command::new(&program).arg(program.with_file_name("nowhere")).output().unwrap();
    assert_eq!(output.status.code(), Some(127), "{output:?}");

    // However little stack whoever starts the program leaves it.
    let recursive = write("recursive", RECURSIVE);
    for stack in ["8192", "512"] {
        let limited = format!("ulimit -s {stack} && exec \"$0\" \"$1\"");
        let output = Command::new("sh").args(["-c", &limited]).arg(&program).arg(&recursive).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(134) && said.contains("stack overflow"), "{stack}: {output:?}");
    }
    let text = r#"(module (import "env" "memory" (memory 1)) (func (export "_start")))"#;
    let output = Command::new(&program).arg(write("importing", text)).output().unwrap();
    assert_eq!(output.status.code(), Some(126), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("it imports a memory"), "{output:?}");
}

/// Signs with ML-DSA-87, which takes more of the stack than all else, at each 32nd step of a recursion without end.
const RECURSIVE: &str = include_str!("../../tests/support/recursive.wat");

/// Prints the SHA-256 of `abc`.
const HASHING: &str = r#"(module
    (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_open"
        (func $open (param i32 i32 i32 i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_absorb" (func $absorb (param i32 i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_squeeze"
        (func $squeeze (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "SHA-256abc")
    ;; No key and no options.
    (data (i32.const 16) "\01")
    ;; Where the digest is, and how long.
    (data (i32.const 32) "\40\00\00\00\20\00\00\00")
    (func (export "_start")
        (drop (call $open (i32.const 0) (i32.const 7) (i32.const 16) (i32.const 16) (i32.const 24)))
        (drop (call $absorb (i32.load (i32.const 24)) (i32.const 7) (i32.const 3)))
        (drop (call $squeeze (i32.load (i32.const 24)) (i32.const 64) (i32.const 32)))
        (drop (call $fd_write (i32.const 1) (i32.const 32) (i32.const 1) (i32.const 40)))
        BODY))"#;

#[test]
fn the_header_is_good_c_and_good_cplusplus() {
    let header = folder().join("include/wasi_crypto.h");
    for (compiler, language, standard) in [("cc", "c", "c99"), ("cc", "c", "c17"), ("c++", "c++", "c++11")] {
        if !runs(Command::new(compiler).arg("--version")) {
            eprintln!("skipped: there is no {compiler}");
            continue;
        }
        let mut check = Command::new(compiler);
        check.args(["-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-x", language]);
        succeeds(check.arg(format!("-std={standard}")).arg(&header));
    }
}

#[test]
fn the_library_exports_nothing_but_its_functions() {
    if !runs(Command::new("nm").arg("--version")) {
        return eprintln!("skipped: there is no nm");
    }
    let symbols =
        succeeds(Command::new("nm").args(["--dynamic", "--defined-only", "--format=just-symbols"]).arg(library()));
    let symbols = String::from_utf8(symbols.stdout).unwrap();
    let others: Vec<&str> = symbols.lines().filter(|symbol| !symbol.starts_with("wasi_crypto_")).collect();
    assert_eq!(others, [""; 0]);
    assert!(symbols.lines().any(|symbol| symbol == "wasi_crypto_call"));
}

/// The folder with the sources of wasm3, if cargo has it.
fn wasm3_sources() -> Option<PathBuf> {
    let mut metadata = Command::new(env!("CARGO"));
    metadata.args(["metadata", "--locked", "--offline", "--all-features", "--format-version", "1"]);
    let output = metadata.current_dir(folder()).output().ok()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    let mut packages = metadata["packages"].as_array()?.iter();
    let manifest = packages.find(|package| package["name"] == "wasm3x-sys")?["manifest_path"].as_str()?;
    Some(Path::new(manifest).with_file_name("wasm3/source"))
}

/// Compiles a program and links it with the library; nothing if there is no compiler.
fn compile(name: &str, flags: &[&str], sources: &[PathBuf]) -> Option<PathBuf> {
    if !runs(Command::new("cc").arg("--version")) {
        eprintln!("skipped: there is no C compiler `cc`");
        return None;
    }
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&out).unwrap();
    // Under its names, as an installation has it.
    for name in ["libwasi_crypto.so".to_owned(), format!("libwasi_crypto.so.{}", env!("CARGO_PKG_VERSION_MAJOR"))] {
        let link = out.join(name);
        let _ = std::fs::remove_file(&link);
        std::os::unix::fs::symlink(library(), link).unwrap();
    }
    let program = out.join("program");
    let mut cc = Command::new("cc");
    cc.args(["-Wall", "-Wextra", "-O1", "-g"]).arg("-I").arg(folder().join("include")).args(sources);
    cc.arg("-L").arg(&out).arg("-lwasi_crypto").arg(format!("-Wl,-rpath,{}", out.display())).args(flags);
    succeeds(cc.arg("-o").arg(&program));
    Some(program)
}

/// Where cargo puts it for tests.
fn library() -> PathBuf {
    std::env::current_exe().unwrap().with_file_name("libwasi_crypto.so")
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn runs(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn succeeds(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{said}", output.status);
    output
}
