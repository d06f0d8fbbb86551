//! `cargo xtask guests`: compiles the examples and tests of `guest-bindings` for `wasm32-wasip1`, and some of them for
//! `wasm32-wasip2`; and one in Python. `cargo xtask bench` has its guest compiled here, too.
//!
//! The modules go to `guests/` in cargo's target folder, under plain names: `sha256sum.wasm`, `sealed_file.wasm`, …; the
//! components to `guests/components/`.

pub(crate) mod python;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use serde_json::Value;

use crate::run::own_cargo;
use crate::tools::{apt_get, install};

/// The package whose examples and tests are guests.
const PACKAGE: &str = "wasi-crypto-bindings";

const TARGET: &str = "wasm32-wasip1";

/// What makes a component of each guest.
const COMPONENT_TARGET: &str = "wasm32-wasip2";

/// The test that runs in a guest; the others run on the machine that builds.
const GUEST_TESTS: &str = "in_guest";

/// The guest of the benchmark that does without a host.
const SOFTWARE_GUEST: &str = "rustcrypto-guest";

/// Compiles the guests of the workspace at `root` and returns their modules.
pub(crate) fn build(root: &Path) -> Result<Vec<PathBuf>, String> {
    compile(root, &["--package", PACKAGE, "--all-features", "--examples", "--test", GUEST_TESTS])
}

/// Compiles the tests and some examples as components, and returns these. `None` if no toolchain here can do that: Debian's has no
/// library for the target.
pub(crate) fn build_components(root: &Path) -> Result<Option<Vec<PathBuf>>, String> {
    let is_there = || own_target_library(COMPONENT_TARGET).is_some_and(|library| library.is_dir());
    let can_compile = is_there() || (install(&["rustup", "target", "add", COMPONENT_TARGET]) && is_there());
    if !can_compile {
        return Ok(None);
    }
    let directory = target_directory(root).join("guests");
    let mut cargo = Command::new(own_cargo());
    cargo.current_dir(root).args(["build", "--locked", "--release", "--target", COMPONENT_TARGET]);
    cargo.args(["--package", PACKAGE, "--all-features", "--test", GUEST_TESTS]);
    COMPONENTS.iter().for_each(|example| _ = cargo.args(["--example", example]));
    run_and_copy(cargo, &directory.join(Toolchain::Own.folder()), &directory.join("components")).map(Some)
}

/// The examples that are tested as components, too.
const COMPONENTS: [&str; 3] = ["sha256sum", "sign_file", "sealed_file"];

/// Compiles the guest that does without a host and returns its module.
pub(crate) fn build_software_guest(root: &Path) -> Result<PathBuf, String> {
    let modules = compile(root, &["--package", SOFTWARE_GUEST, "--bins"])?;
    modules.into_iter().next().ok_or_else(|| format!("cargo compiled {SOFTWARE_GUEST} and names no module"))
}

/// Compiles what `targets` choose. What is missing of a toolchain is installed if that can be done without asking; else the
/// error says what to install.
fn compile(root: &Path, targets: &[&str]) -> Result<Vec<PathBuf>, String> {
    let toolchain = Toolchain::find()?;
    let directory = target_directory(root).join("guests");
    eprintln!("guests: compiling with {}", toolchain.name());

    let mut cargo = toolchain.cargo();
    cargo.current_dir(root);
    cargo.args(["build", "--locked", "--release", "--target", TARGET]).args(targets);
    run_and_copy(cargo, &directory.join(toolchain.folder()), &directory)
}

/// Has `cargo` build in one folder, and copies the guests to another.
fn run_and_copy(mut cargo: Command, build: &Path, directory: &Path) -> Result<Vec<PathBuf>, String> {
    cargo.args(["--message-format", "json-render-diagnostics"]);
    // Apart from the native builds, and each toolchain for itself, so that none waits for or rebuilds another's.
    cargo.arg("--target-dir").arg(build);
    let output = cargo.stderr(Stdio::inherit()).output().map_err(|error| format!("cannot run {cargo:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("the guests do not compile ({}); the compiler says why above", output.status));
    }

    fs::create_dir_all(directory).map_err(|error| format!("cannot make {}: {error}", directory.display()))?;
    let messages = String::from_utf8_lossy(&output.stdout);
    let modules = messages.lines().filter_map(module).map(|(name, path)| {
        let to = directory.join(format!("{name}.wasm"));
        fs::copy(&path, &to).map_err(|error| format!("cannot copy {path} to {}: {error}", to.display()))?;
        Ok(to)
    });
    let mut modules = modules.collect::<Result<Vec<_>, String>>()?;
    modules.sort();
    Ok(modules)
}

/// What compiles for `wasm32-wasip1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Toolchain {
    /// The toolchain that runs this, which has the target.
    Own,
    /// Debian's packages: a compiler that can build the standard library, and the C library to link with.
    Debian,
}

impl Toolchain {
    /// The first that is there, else the first that can be installed.
    ///
    /// `WASI_CRYPTO_GUEST_TOOLCHAIN` set to `own` or `debian` leaves no choice.
    fn find() -> Result<Self, String> {
        const VARIABLE: &str = "WASI_CRYPTO_GUEST_TOOLCHAIN";
        let candidates: &[Self] = match env::var(VARIABLE).as_deref() {
            Err(_) => &[Self::Own, Self::Debian],
            Ok("own") => &[Self::Own],
            Ok("debian") => &[Self::Debian],
            Ok(other) => return Err(format!("{VARIABLE} is `{other}`; set it to `own` or `debian`, or not at all")),
        };
        let is_there = |toolchain: &&Self| toolchain.is_complete();
        candidates
            .iter()
            .find(is_there)
            .or_else(|| candidates.iter().find(|toolchain| toolchain.install() && toolchain.is_complete()))
            .copied()
            .ok_or_else(|| {
                let debian = if cfg!(target_os = "linux") {
                    format!("\n  on Debian 12 or later, as root: apt-get install {}", debian::PACKAGES.join(" "))
                } else {
                    String::new()
                };
                format!(
                    "no toolchain here compiles for {TARGET}, and none could be installed. Do this, then try again:\n  \
                     with rustup: rustup target add {TARGET}{debian}"
                )
            })
    }

    fn is_complete(self) -> bool {
        match self {
            Self::Own => own_target_library(TARGET).is_some_and(|library| library.is_dir()),
            Self::Debian => debian::FILES.iter().all(|file| Path::new(file).exists()),
        }
    }

    /// Whether the installation succeeded.
    fn install(self) -> bool {
        match self {
            Self::Own => install(&["rustup", "target", "add", TARGET]),
            Self::Debian => apt_get(&debian::PACKAGES),
        }
    }

    fn cargo(self) -> Command {
        match self {
            Self::Own => Command::new(own_cargo()),
            Self::Debian => {
                let mut cargo = Command::new(debian::CARGO);
                // This process was started by a cargo whose settings are not for this one.
                for (name, _) in env::vars_os() {
                    let is_setting = name.to_string_lossy().starts_with("RUST") || name == "CARGO";
                    if is_setting && name != "RUST_BACKTRACE" {
                        cargo.env_remove(name);
                    }
                }
                cargo.env("RUSTC", debian::RUSTC).env("RUSTC_BOOTSTRAP", "1");
                cargo.env("CARGO_TARGET_WASM32_WASIP1_LINKER", debian::LINKER);
                cargo.env("CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS", debian::RUSTFLAGS);
                cargo.arg("-Zbuild-std=std,panic_abort,test");
                cargo
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Own => "the toolchain in use",
            Self::Debian => "Debian's rustc and wasi-libc",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Debian => "debian",
        }
    }
}

/// Where Debian's packages put things.
mod debian {
    pub(super) const PACKAGES: [&str; 6] =
        ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "wasi-libc", "lld-19"];

    pub(super) const CARGO: &str = "/usr/bin/cargo";
    pub(super) const RUSTC: &str = "/usr/bin/rustc";
    pub(super) const LINKER: &str = "/usr/bin/wasm-ld-19";
    /// Debian's C library is older than the standard library and lacks two functions of threads, which guests
    /// do not have. Without the last flag nothing links that names a thread, such as a test; with it a call would trap.
    pub(super) const RUSTFLAGS: &str = "-C link-self-contained=no -L native=/usr/lib/wasm32-wasi \
                                        -C link-arg=/usr/lib/wasm32-wasi/crt1-command.o \
                                        -C link-arg=--unresolved-symbols=ignore-all";

    /// One file of each package that could be missing alone.
    pub(super) const FILES: [&str; 6] = [
        CARGO,
        RUSTC,
        "/usr/lib/rustlib/src/rust/library/std/Cargo.toml",
        LINKER,
        "/usr/lib/wasm32-wasi/libc.a",
        "/usr/lib/wasm32-wasi/crt1-command.o",
    ];
}

/// Where the toolchain in use keeps the standard library for a target, if it has it.
fn own_target_library(target: &str) -> Option<PathBuf> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "target-libdir", "--target", target]).output().ok()?;
    output.status.success().then(|| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

fn target_directory(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |directory| root.join(directory))
}

/// Name and path of the module that cargo reports in this message, if it is about one.
fn module(message: &str) -> Option<(String, String)> {
    let message: Value = serde_json::from_str(message).ok()?;
    let name = message["target"]["name"].as_str()?;
    let path = message["executable"].as_str().filter(|path| path.ends_with(".wasm"))?;
    Some((name.to_owned(), path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_modules_in_the_messages_of_cargo() {
        let artifact =
            r#"{"reason":"compiler-artifact","target":{"name":"seal","kind":["example"]},"executable":"/t/seal.wasm"}"#;
        assert_eq!(module(artifact), Some(("seal".into(), "/t/seal.wasm".into())));
        let library = r#"{"reason":"compiler-artifact","target":{"name":"zeroize"},"executable":null}"#;
        assert_eq!(module(library), None);
        assert_eq!(module(r#"{"reason":"build-finished","success":true}"#), None);
        assert_eq!(module("not JSON"), None);
    }
}
