//! From a file to a compiled module or component.

use std::path::Path;

use wasi_crypto_host::precompiled::{self, LoadError, Program};
use wasmtime::component::Component;
use wasmtime::{Config, Engine, Module, Precompiled};

use crate::failure::Failure;

/// The one engine of all commands, so that what `compile` makes is what `run` takes.
pub(crate) fn engine() -> Result<Engine, Failure> {
    let mut config = Config::new();
    // For time limits. Always on: modules compiled with and without it do not mix.
    config.epoch_interruption(true);
    Engine::new(&config).map_err(|cause| Failure::not_started(format!("cannot set up wasmtime: {cause:#}")))
}

/// Reads a module or component; one that was compiled only if `allow_precompiled` says that its maker is trusted.
pub(crate) fn program(engine: &Engine, file: &Path, allow_precompiled: bool) -> Result<Program, Failure> {
    let bytes = read(file)?;
    if precompiled::is_precompiled(&bytes) {
        if !allow_precompiled {
            return Err(Failure::not_started(format!(
                "{} is compiled, and runs outside of any sandbox; if you made it yourself, or trust who did, give --allow-precompiled",
                file.display()
            )));
        }
        #[allow(unsafe_code, reason = "machine code cannot be checked, only trusted")]
        // SAFETY: whoever gave the option trusts the maker.
        let loaded = unsafe { precompiled::load(engine, &bytes) };
        return loaded.map_err(|cause| refused(file, &cause));
    }
    let form = form(file, &bytes)?;
    match form {
        Form::Module => Module::new(engine, &bytes).map(Program::Module),
        Form::Component => Component::new(engine, &bytes).map(Program::Component),
    }
    .map_err(|cause| invalid(file, form, &cause))
}

/// Reads a module or component in binary or text form, and compiles it for `run`.
pub(crate) fn precompile(engine: &Engine, file: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = read(file)?;
    if precompiled::is_precompiled(&bytes) {
        return Err(Failure::not_started(format!("{} is compiled already", file.display())));
    }
    let form = form(file, &bytes)?;
    match form {
        Form::Module => precompiled::compile(engine, &bytes),
        Form::Component => precompiled::compile_component(engine, &bytes),
    }
    .map_err(|cause| invalid(file, form, &cause))
}

/// What a file holds that is not compiled.
#[derive(Clone, Copy)]
enum Form {
    Module,
    Component,
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|cause| Failure::not_found(file, &cause))
}

/// Tells modules and components apart, and both from what wasmtime would call a syntax error.
fn form(file: &Path, bytes: &[u8]) -> Result<Form, Failure> {
    let wrong = |what: &str| Err(Failure::not_started(format!("{} {what}", file.display())));
    if bytes.starts_with(b"\0asm\x01\0\0\0") {
        return Ok(Form::Module);
    }
    if bytes.starts_with(b"\0asm\x0d\0\x01\0") {
        return Ok(Form::Component);
    }
    if bytes.starts_with(b"\0asm") {
        return wrong("is neither a WebAssembly module of version 1 nor a component as of WASI 0.2");
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
    match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.contains(&0) => Ok(if is_component(text) { Form::Component } else { Form::Module }),
        _ => wrong(
            "is neither a WebAssembly module or component (.wasm), nor its text form (.wat), nor compiled by this command",
        ),
    }
}

/// Whether the first word of a text is that of a component.
fn is_component(mut text: &str) -> bool {
    loop {
        text = text.trim_start();
        text = if text.starts_with(";;") {
            text.split_once('\n').map_or("", |(_, rest)| rest)
        } else if text.starts_with("(;") {
            after_comment(text)
        } else {
            return text.strip_prefix('(').is_some_and(|text| text.trim_start().starts_with("component"));
        };
    }
}

/// What comes after a comment with brackets, which may have others inside.
fn after_comment(text: &str) -> &str {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        match text.as_bytes().get(at..at + 2) {
            Some(b"(;") => (depth, at) = (depth + 1, at + 2),
            Some(b";)") => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    text.get(at..).unwrap_or_default()
}

fn invalid(file: &Path, form: Form, cause: &wasmtime::Error) -> Failure {
    let form = match form {
        Form::Module => "module",
        Form::Component => "component",
    };
    Failure::not_started(format!("{} is not a valid WebAssembly {form}: {cause:#}", file.display()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_tells_a_component_whatever_comments_stand_before_it() {
        for component in
            ["(component)", " ( component $a", ";; (module\n(component)", "(; a (; b ;) (module ;)\n(component)"]
        {
            assert!(is_component(component), "{component}");
        }
        for other in
            ["(module)", "", "(;", ";; (component)", "(module (; (component ;))", "component", "(; \u{e4} ;)(module)"]
        {
            assert!(!is_component(other), "{other}");
        }
    }
}
