//! Guests as components: compiled for `wasm32-wasip2`, or made of modules for `wasm32-wasip1`; and two of them composed.

use std::path::{Path, PathBuf};
use std::{env, fs};

use super::compile::{self, Face, Guest, target_directory};
use crate::run::{cargo, run};

/// The examples that are tested as components, too.
const EXAMPLES: [&str; 3] = ["sha256sum", "sign_file", "sealed_file"];

/// What is tested both ways.
const ADAPTED_EXAMPLES: [&str; 1] = ["sealed_file"];

/// Makes the components of the workspace at `root`, and returns them.
pub(crate) fn build(root: &Path) -> Result<Vec<PathBuf>, String> {
    check_component_type(root)?;
    let folder = target_directory(root).join("guests/components");
    let mut components = compile::copy(compile_for_components(root, root, &targets(&EXAMPLES))?, &folder)?;
    let adapted = adapt(root, root, &targets(&ADAPTED_EXAMPLES))?;
    components.extend(compile::copy(adapted, &folder.join("adapted"))?);
    components.extend(compose(root, &folder)?);
    Ok(components)
}

/// The tests of the bindings, and examples.
fn targets<'a>(examples: &[&'a str]) -> Vec<&'a str> {
    let tests = ["--package", "wasi-crypto-bindings", "--all-features", "--test", "in_guest"];
    tests.into_iter().chain(examples.iter().flat_map(|example| ["--example", example])).collect()
}

/// In one step where a toolchain can, else in two.
fn compile_for_components(root: &Path, workspace: &Path, targets: &[&str]) -> Result<Vec<Guest>, String> {
    match compile::components(root, workspace, targets)? {
        Some(components) => Ok(components),
        None => adapt(root, workspace, targets),
    }
}

/// Compiles modules for `wasm32-wasip1` that call the WIT package, and makes components of them.
fn adapt(root: &Path, workspace: &Path, targets: &[&str]) -> Result<Vec<Guest>, String> {
    let mut guests = compile::modules(root, workspace, targets, Face::Components)?;
    for guest in &mut guests {
        let component = guest.path.with_extension("component.wasm");
        tool(root, &["adapt", &text(&guest.path), &text(&component)])?;
        guest.path = component;
    }
    Ok(guests)
}

/// The components of `guest-bindings/composed`, and two of them as one.
fn compose(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, String> {
    let guests = compile_for_components(root, &root.join("guest-bindings/composed"), &[])?;
    let mut components = compile::copy(guests, folder)?;
    let composed = folder.join("composed.wasm");
    let [client, signer] = ["client", "signer"].map(|name| text(&folder.join(name).with_extension("wasm")));
    tool(root, &["plug", &client, &signer, &text(&composed)])?;
    components.push(composed);
    Ok(components)
}

/// Whether the section that the bindings link into components is as the WIT package has it. With `WASI_CRYPTO_WRITE=1` in the
/// environment, it is written.
fn check_component_type(root: &Path) -> Result<(), String> {
    const FILE: &str = "guest-bindings/src/component/component_type.bin";
    let made = target_directory(root).join("guests/component_type.bin");
    let folder = target_directory(root).join("guests");
    fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    tool(root, &["type", &text(&root.join("witx/wit")), "imports-with-batch", &text(&made)])?;
    let read = |path: &Path| fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()));
    let file = root.join(FILE);
    if env::var_os("WASI_CRYPTO_WRITE").is_some() {
        return fs::copy(&made, &file).map(drop).map_err(|error| format!("cannot write {}: {error}", file.display()));
    }
    if read(&made)? == read(&file)? {
        return Ok(());
    }
    Err(format!("{FILE} is not what is made of witx/wit: run `WASI_CRYPTO_WRITE=1 cargo xtask guests`"))
}

/// Runs `xtask/component-tool`.
fn tool(root: &Path, args: &[&str]) -> Result<(), String> {
    let mut tool = cargo(&["run", "--quiet", "--locked", "--manifest-path"]);
    tool.arg(root.join("xtask/component-tool/Cargo.toml"));
    tool.arg("--target-dir").arg(target_directory(root).join("guests/tool")).arg("--").args(args);
    run(tool)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
