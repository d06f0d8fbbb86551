//! The library from C: `tests/c/api.c` holds it to what the header promises.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const STRICT: &[&str] = &["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-pthread", "-O1", "-g"];

#[test]
fn the_library_keeps_its_promises_under_address_sanitizer() {
    if let Some(program) = compile("api-asan", &["-fsanitize=address"]) {
        succeeds(&mut Command::new(program));
    }
}

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

/// Compiles the test; nothing if there is no compiler.
fn compile(name: &str, flags: &[&str]) -> Option<PathBuf> {
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
    let program = out.join("api");
    let mut cc = Command::new("cc");
    cc.args(STRICT).args(flags).arg("-I").arg(folder().join("include")).arg(folder().join("tests/c/api.c"));
    cc.arg("-L").arg(&out).arg("-lwasi_crypto").arg(format!("-Wl,-rpath,{}", out.display())).arg("-o").arg(&program);
    succeeds(&mut cc);
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
