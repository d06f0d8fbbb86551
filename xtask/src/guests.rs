//! `cargo xtask guests`: compiles the examples and tests of `guest-bindings` as modules, makes components of some of them, and one of
//! the guest in Python. `cargo xtask bench` has its guest compiled here, too.
//!
//! The modules go to `guests/` in cargo's target folder, under plain names: `sha256sum.wasm`, `sealed_file.wasm`, …; the
//! components to `guests/components/`.

mod compile;
pub(crate) mod components;
pub(crate) mod python;

use std::path::{Path, PathBuf};

use compile::{Face, target_directory};

/// Compiles the guests of the workspace at `root` and returns their modules.
pub(crate) fn build(root: &Path) -> Result<Vec<PathBuf>, String> {
    let targets = ["--package", "wasi-crypto-bindings", "--all-features", "--examples", "--test", "in_guest"];
    let guests = compile::modules(root, root, &targets, Face::Modules)?;
    compile::copy(guests, &target_directory(root).join("guests"))
}

/// Compiles the guest of the benchmark that does without a host, and returns its module.
pub(crate) fn build_software_guest(root: &Path) -> Result<PathBuf, String> {
    const PACKAGE: &str = "rustcrypto-guest";
    let guests = compile::modules(root, root, &["--package", PACKAGE, "--bins"], Face::Modules)?;
    let modules = compile::copy(guests, &target_directory(root).join("guests"))?;
    modules.into_iter().next().ok_or_else(|| format!("cargo compiled {PACKAGE} and names no module"))
}
