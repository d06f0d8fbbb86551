//! What there is of these bindings for other languages: the imports are written from the interface, and held against it here.
//!
//! With `WASI_CRYPTO_WRITE=1` in the environment, the tests write what they would otherwise complain about.
#![cfg(not(target_family = "wasm"))]

mod assemblyscript;
mod c;
mod go;

use std::path::Path;

use wasi_crypto_interface::{Function, Param, ParamType, ResultType};

/// Holds the generated sections of a file, each between two lines, against what they should be.
fn check(file: &str, sections: &[(&str, String)]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let is = std::fs::read_to_string(&path).unwrap();
    let mut should = is.clone();
    for (name, content) in sections {
        let (before, rest) = should.split_once(&format!("generated: {name} ")).expect("the file has the section");
        let (mark, rest) = rest.split_once('\n').unwrap();
        let (_, after) = rest.split_once("end of what is generated").expect("the section ends");
        let comment = after.lines().next().unwrap();
        let start = if comment.trim().is_empty() { "// " } else { "/* " };
        should = format!("{before}generated: {name} {mark}\n{content}{start}end of what is generated{after}");
    }
    if std::env::var_os("WASI_CRYPTO_WRITE").is_some() {
        std::fs::write(&path, &should).unwrap();
    } else {
        assert!(is == should, "{file} is not up to date: run this test with WASI_CRYPTO_WRITE=1");
    }
}

/// The parameters of a function as those of a language, each with a name: those of the interface, then a pointer for each result.
fn params(
    function: &Function,
    param: impl Fn(&Param) -> Vec<String>,
    result: impl Fn(&ResultType, &str) -> String,
) -> Vec<String> {
    let mut all: Vec<String> = function.params().iter().flat_map(param).collect();
    for (i, ty) in function.results().iter().enumerate() {
        let name = result_name(ty);
        let is_twice = function.results().iter().filter(|other| result_name(other) == name).count() > 1;
        let name = match function.params().iter().any(|param| param.name == name) {
            true => format!("new_{name}"),
            false if is_twice => format!("{name}_{}", i + 1),
            false => name.to_owned(),
        };
        all.push(result(ty, &name));
    }
    all
}

fn result_name(ty: &ResultType) -> &'static str {
    match ty {
        ResultType::Handle(of) => of.name(),
        ResultType::Size => "len",
        ResultType::Version => "version",
        ResultType::U64 => "value",
        ResultType::List(_) => "results",
    }
}

/// Whether a parameter is 64 bits long.
fn is_long(ty: ParamType) -> bool {
    matches!(ty, ParamType::U64 | ParamType::Version | ParamType::Timestamp)
}
