//! From a file to a compiled module.

use std::path::Path;

use wasi_crypto_host::precompiled::{self, LoadError};
use wasmtime::{Config, Engine, Module, Precompiled};

use crate::failure::Failure;

/// The one engine of all commands, so that what `compile` makes is what `run` takes.
pub(crate) fn engine() -> Result<Engine, Failure> {
    let mut config = Config::new();
    // For time limits. Always on: modules compiled with and without it do not mix.
    config.epoch_interruption(true);
    Engine::new(&config).map_err(|cause| Failure::not_started(format!("cannot set up wasmtime: {cause:#}")))
}

/// Reads a module in any form.
pub(crate) fn module(engine: &Engine, file: &Path) -> Result<Module, Failure> {
    let bytes = read(file)?;
    if precompiled::is_precompiled(&bytes) {
        return precompiled::load(engine, &bytes).map_err(|cause| refused(file, &cause));
    }
    check_form(file, &bytes)?;
    Module::new(engine, &bytes).map_err(|cause| invalid(file, &cause))
}

/// Reads a module in binary or text form, and compiles it for `run`.
pub(crate) fn precompile(engine: &Engine, file: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = read(file)?;
    if precompiled::is_precompiled(&bytes) {
        return Err(Failure::not_started(format!("{} is compiled already", file.display())));
    }
    check_form(file, &bytes)?;
    precompiled::compile(engine, &bytes).map_err(|cause| invalid(file, &cause))
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|cause| Failure::not_found(file, &cause))
}

/// Tells apart what wasmtime would call a syntax error.
fn check_form(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let wrong = |what: &str| Err(Failure::not_started(format!("{} {what}", file.display())));
    if bytes.starts_with(b"\0asm\x01\0\0\0") {
        return Ok(());
    }
    if bytes.starts_with(b"\0asm") {
        return wrong("is no WebAssembly module of version 1 (a component?); this command runs modules only");
    }
    match Engine::detect_precompiled(bytes) {
        Some(Precompiled::Module | Precompiled::Component) => {
            return wrong("was compiled by wasmtime itself; this command runs what `wasi-crypto compile` makes");
        }
        None => {}
    }
    if bytes.is_empty() {
        return wrong("is empty");
    }
    if std::str::from_utf8(bytes).is_err() || bytes.contains(&0) {
        return wrong(
            "is neither a WebAssembly module (.wasm), nor its text form (.wat), nor compiled by this command",
        );
    }
    Ok(())
}

fn invalid(file: &Path, cause: &wasmtime::Error) -> Failure {
    Failure::not_started(format!("{} is not a valid WebAssembly module: {cause:#}", file.display()))
}

fn refused(file: &Path, cause: &LoadError) -> Failure {
    let file = file.display();
    Failure::not_started(match cause {
        LoadError::Damaged => format!("{file} is damaged; compile it again with `wasi-crypto compile`"),
        LoadError::Stale => format!(
            "{file} was compiled by another version of wasi-crypto or for another processor; \
             compile it again with `wasi-crypto compile`"
        ),
        LoadError::Engine(cause) => format!("wasmtime does not load {file}: {cause:#}"),
        _ => format!("cannot load {file}: {cause}"),
    })
}
