//! Compiles guests in Rust.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use serde_json::Value;

use crate::run::own_cargo;
use crate::tools::{apt_get, install};

const TARGET: &str = "wasm32-wasip1";

/// A guest that was compiled.
pub(super) struct Guest {
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// Which functions the bindings call in a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    /// Those of the witx modules.
    Modules,
    /// Those of the WIT package, for a component that is made of the module.
    Components,
}

impl Face {
    fn rustflags(self) -> &'static str {
        match self {
            Self::Modules => "",
            Self::Components => "--cfg wasi_crypto_component",
        }
    }

    /// Of the folder to build in: what is compiled with other flags is compiled again.
    fn suffix(self) -> &'static str {
        match self {
            Self::Modules => "",
            Self::Components => "-component",
        }
    }
}

/// Compiles what `targets` choose in a workspace for `wasm32-wasip1`. What is missing of a toolchain is installed if that can be done
/// without asking; else the error says what to install.
pub(super) fn modules(root: &Path, workspace: &Path, targets: &[&str], face: Face) -> Result<Vec<Guest>, String> {
    let toolchain = Toolchain::find()?;
    eprintln!("guests: compiling with {}", toolchain.name());
    let mut cargo = toolchain.cargo(face);
    cargo.current_dir(workspace).args(["build", "--locked", "--release", "--target", TARGET]).args(targets);
    build(cargo, &target_directory(root).join(format!("guests/{}{}", toolchain.folder(), face.suffix())))
}

/// Compiles the same for `wasm32-wasip2`, where guests are components. `None` if no toolchain here can do that: Debian's has no
/// library for it.
pub(super) fn components(root: &Path, workspace: &Path, targets: &[&str]) -> Result<Option<Vec<Guest>>, String> {
    const TARGET: &str = "wasm32-wasip2";
    let is_there = || own_target_library(TARGET).is_some_and(|library| library.is_dir());
    let can_compile = is_there() || (install(&["rustup", "target", "add", TARGET]) && is_there());
    if !can_compile {
        return Ok(None);
    }
    let mut cargo = Command::new(own_cargo());
    cargo.current_dir(workspace).args(["build", "--locked", "--release", "--target", TARGET]).args(targets);
    build(cargo, &target_directory(root).join("guests").join(Toolchain::Own.folder())).map(Some)
}

/// Where cargo puts what it builds of the workspace.
pub(super) fn target_directory(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |directory| root.join(directory))
}

/// Copies guests to a folder, under plain names.
pub(super) fn copy(guests: Vec<Guest>, directory: &Path) -> Result<Vec<PathBuf>, String> {
    fs::create_dir_all(directory).map_err(|error| format!("cannot make {}: {error}", directory.display()))?;
    let copies = guests.into_iter().map(|Guest { name, path }| {
        let to = directory.join(format!("{name}.wasm"));
        fs::copy(&path, &to).map_err(|error| format!("cannot copy {} to {}: {error}", path.display(), to.display()))?;
        Ok(to)
    });
    let mut copies = copies.collect::<Result<Vec<_>, String>>()?;
    copies.sort();
    Ok(copies)
}

/// Has `cargo` build in a folder, apart from the native builds, and each toolchain for itself, so that none waits for or rebuilds
/// another's.
fn build(mut cargo: Command, folder: &Path) -> Result<Vec<Guest>, String> {
    cargo.args(["--message-format", "json-render-diagnostics"]).arg("--target-dir").arg(folder);
    let output = cargo.stderr(Stdio::inherit()).output().map_err(|error| format!("cannot run {cargo:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("the guests do not compile ({}); the compiler says why above", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().filter_map(guest).collect())
}

/// The guest that cargo reports in this message, if it is about one: a program, or a library that others can call.
fn guest(message: &str) -> Option<Guest> {
    let message: Value = serde_json::from_str(message).ok()?;
    let name = message["target"]["name"].as_str()?.to_owned();
    let mut files = message["filenames"].as_array()?.iter().filter_map(Value::as_str);
    let path = files.find(|path| path.ends_with(".wasm"))?.into();
    Some(Guest { name, path })
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

    /// Cargo, which builds for a face.
    fn cargo(self, face: Face) -> Command {
        match self {
            Self::Own => {
                let mut cargo = Command::new(own_cargo());
                if face == Face::Components {
                    // Would take the place of the next.
                    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
                    cargo.env("CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS", face.rustflags());
                }
                cargo
            }
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
                let rustflags = format!("{} {}", debian::RUSTFLAGS, face.rustflags());
                cargo.env("CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS", rustflags);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_guests_in_the_messages_of_cargo() {
        let found = |message| guest(message).map(|guest| (guest.name, guest.path));
        let program = r#"{"reason":"compiler-artifact","target":{"name":"seal"},"filenames":["/t/seal.wasm"]}"#;
        assert_eq!(found(program), Some(("seal".into(), "/t/seal.wasm".into())));
        let library =
            r#"{"reason":"compiler-artifact","target":{"name":"zeroize"},"filenames":["/t/libzeroize.rlib"]}"#;
        assert_eq!(found(library), None);
        assert_eq!(found(r#"{"reason":"build-finished","success":true}"#), None);
        assert_eq!(found("not JSON"), None);
    }
}
