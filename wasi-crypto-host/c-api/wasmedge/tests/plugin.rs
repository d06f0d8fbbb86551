//! Both plugins in a program that has WasmEdge's functions: `tests/c/engine.c`.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[test]
fn guests_of_a_machine_share_both_plugins_and_no_other_does() {
    let Some(engine) = engine() else { return };
    let output = run(&engine, &[], &[]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output), "");
}

#[test]
fn variables_set_limits() {
    let Some(engine) = engine() else { return };
    let output = run(&engine, &[], &[("WASI_CRYPTO_MAX_HANDLES", "3"), ("ENGINE_HANDLES", "3")]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn an_older_wasmedge_is_refused_with_a_sentence() {
    let Some(engine) = engine() else { return };
    let output = run(&engine, &["refused"], &[("ENGINE_MINOR", "16")]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("this is WasmEdge 0.16") && said(&output).contains("API version is 5"));
}

#[test]
fn wrong_settings_load_nothing() {
    let Some(engine) = engine() else { return };
    let output = run(&engine, &["refused"], &[("WASI_CRYPTO_CONFIG", "no/such/file")]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("cannot read no/such/file"), "{}", said(&output));
}

#[test]
fn a_standard_error_that_takes_nothing_ends_no_program() {
    let Some(engine) = engine() else { return };
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command(&engine, &["refused"], &[("ENGINE_MINOR", "16")]).stderr(full).output().unwrap();
    assert!(output.status.success(), "{}", output.status);
}

#[test]
fn a_variable_beside_a_file_of_settings_loads_nothing() {
    let Some(engine) = engine() else { return };
    let variables = [("WASI_CRYPTO_CONFIG", "no/such/file"), ("WASI_CRYPTO_ALLOW_ALGORITHMS", "SHA-256")];
    let output = run(&engine, &["refused"], &variables);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("WASI_CRYPTO_CONFIG and WASI_CRYPTO_ALLOW_ALGORITHMS are set"), "{}", said(&output));
}

fn run(engine: &Path, args: &[&str], variables: &[(&str, &str)]) -> Output {
    command(engine, args, variables).output().unwrap()
}

fn command(engine: &Path, args: &[&str], variables: &[(&str, &str)]) -> Command {
    let plugins = ["libwasmedgePluginWasiCrypto.so", "libwasmedgePluginWasiCryptoBatch.so"];
    // Where cargo puts them for tests.
    let plugins = plugins.map(|name| std::env::current_exe().unwrap().with_file_name(name));
    let mut command = Command::new(engine);
    command.args(plugins).args(args).envs(variables.iter().copied());
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The program; nothing if there is no compiler.
fn engine() -> Option<PathBuf> {
    static ENGINE: std::sync::OnceLock<Option<PathBuf>> = std::sync::OnceLock::new();
    ENGINE.get_or_init(compile).clone()
}

fn compile() -> Option<PathBuf> {
    if !Command::new("cc").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: there is no C compiler `cc`");
        return None;
    }
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("engine");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c/engine.c");
    let mut cc = Command::new("cc");
    cc.args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-pthread", "-g", "-O1", "-fsanitize=address", "-rdynamic"]);
    let output = cc.arg(source).args(["-ldl", "-o"]).arg(&program).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    Some(program)
}
