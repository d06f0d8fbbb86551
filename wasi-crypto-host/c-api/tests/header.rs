//! The header says what the interface says, and has what the library has.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use wasi_crypto_host::STACK_BYTES;
use wasi_crypto_interface::{CoreType, Errno, Function, MAX_CORE_PARAMS, functions};

/// Set, the test writes the header where it differs.
const WRITE: &str = "WASI_CRYPTO_WRITE";

#[test]
fn what_is_generated_is_as_the_interface_has_it() {
    let path = crate_folder().join("include/wasi_crypto.h");
    let is = std::fs::read_to_string(&path).unwrap();
    let mut should = section(&is, "errno", &errnos());
    should = section(&should, "max params", &format!("#define WASI_CRYPTO_MAX_PARAMS {MAX_CORE_PARAMS}\n"));
    should = section(&should, "stack bytes", &format!("#define WASI_CRYPTO_STACK_BYTES {STACK_BYTES}\n"));
    should = section(&should, "functions", &numbers());
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, &should).unwrap();
    } else {
        assert!(is == should, "{} is not up to date: run this test with {WRITE}=1", path.display());
    }
}

/// Whatever the sources export is declared, and nothing else is.
#[test]
fn the_header_declares_what_the_library_exports() {
    let header = std::fs::read_to_string(crate_folder().join("include/wasi_crypto.h")).unwrap();
    let code = without_comments(&header);
    let declared: BTreeSet<&str> = code.split('(').filter_map(|before| name_at_the_end(before)).collect();
    assert_eq!(declared.iter().copied().collect::<Vec<_>>(), exported());
    assert!(header.contains(&format!("#define WASI_CRYPTO_ABI {}\n", constant("library.rs", "ABI"))));
}

fn errnos() -> String {
    let mut text = String::new();
    for number in 0.. {
        let Some(errno) = Errno::from_number(number) else { break };
        writeln!(text, "    WASI_CRYPTO_ERRNO_{} = {number},", errno.name().to_ascii_uppercase()).unwrap();
    }
    without_last_comma(text)
}

fn numbers() -> String {
    let mut text = String::new();
    let mut module = "";
    for (number, function) in functions().iter().enumerate() {
        if function.module() != module {
            module = function.module();
            writeln!(text, "    /* {module} */").unwrap();
        }
        let name = function.name().to_ascii_uppercase();
        writeln!(text, "    WASI_CRYPTO_FN_{name} = {number}, /* {} */", types(function)).unwrap();
    }
    without_last_comma(text)
}

fn types(function: &Function) -> String {
    let name = |ty: &CoreType| match ty {
        CoreType::I32 => "i32",
        CoreType::I64 => "i64",
    };
    function.core_params().iter().map(name).collect::<Vec<_>>().join(" ")
}

/// C++ of old takes none.
fn without_last_comma(mut text: String) -> String {
    if let Some(comma) = text.rfind(',') {
        text.remove(comma);
    }
    text
}

/// The text with something else between the marks of a section.
fn section(text: &str, name: &str, content: &str) -> String {
    let start = format!("/* generated: {name} */\n");
    let (before, rest) = text.split_once(&start).unwrap_or_else(|| panic!("the header has a section `{name}`"));
    let (_, after) = rest.split_once("/* end */\n").expect("the section ends");
    format!("{before}{start}{content}/* end */\n{after}")
}

fn without_comments(text: &str) -> String {
    let mut pieces = text.split("/*");
    let mut code = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        code.push_str(piece.split_once("*/").expect("a comment ends").1);
    }
    code
}

fn name_at_the_end(text: &str) -> Option<&str> {
    let name = text.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
    name.starts_with("wasi_crypto_").then_some(name)
}

/// The names of the functions that the sources export, in order.
fn exported() -> Vec<String> {
    let mut names = Vec::new();
    for file in std::fs::read_dir(crate_folder().join("src")).unwrap() {
        let source = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for after in source.split("#[unsafe(no_mangle)]").skip(1) {
            let (name, _) = after.split_once("fn ").unwrap().1.split_once('(').unwrap();
            names.push(name.to_owned());
        }
    }
    names.sort();
    names
}

/// The number that a constant of a source file has.
fn constant(file: &str, name: &str) -> String {
    let source = std::fs::read_to_string(crate_folder().join("src").join(file)).unwrap();
    let (_, after) = source.split_once(&format!("const {name}: u32 = ")).unwrap();
    after.split(';').next().unwrap().to_owned()
}

fn crate_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}
