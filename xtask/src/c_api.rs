//! `cargo xtask c-api`: builds the C library and puts it, with its header, where a compiler finds them. `cargo xtask wasmedge-plugin` does
//! the same for the plugins of WasmEdge.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::root;
use crate::run::{cargo, output, run, succeeds};

const LIBRARY: &str = "wasi-crypto-c";
const PLUGINS: [&str; 2] = ["wasi-crypto-wasmedge", "wasi-crypto-wasmedge-batch"];
const PLUGIN_FILES: [&str; 2] = ["wasmedgePluginWasiCrypto", "wasmedgePluginWasiCryptoBatch"];

/// Installs the library into the folder that is named, or into `target/c-api`, and tries it there. With `--suite`, behind which further
/// arguments of the suite may stand, the suite is run on wasm3 with it.
pub(crate) fn c_api(args: &[String]) -> Result<(), String> {
    let mut parts = args.splitn(2, |arg| arg == "--suite");
    let folder = folder(parts.next().unwrap_or_default(), "c-api")?;
    build(&[LIBRARY])?;
    run(cargo(&["rustc", "--locked", "--release", "--package", LIBRARY, "--lib", "--crate-type", "staticlib"]))?;

    let (include, lib) = (folder.join("include"), folder.join("lib"));
    let sources = root().join("wasi-crypto-host/c-api");
    install(&sources.join("include/wasi_crypto.h"), &include.join("wasi_crypto.h"))?;
    install(&release().join("libwasi_crypto.a"), &lib.join("libwasi_crypto.a"))?;
    install_shared(&lib)?;
    let template = sources.join("wasi-crypto.pc.in");
    let template = fs::read_to_string(&template).map_err(|cause| format!("{}: {cause}", template.display()))?;
    let description = template.replace("@PREFIX@", &folder.display().to_string()).replace("@VERSION@", VERSION);
    write(&lib.join("pkgconfig/wasi-crypto.pc"), &description)?;
    try_out(&sources, &folder)?;
    if let Some(args) = parts.next() {
        run_suite(&sources, &folder, args)?;
    }
    println!("{}", folder.display());
    Ok(())
}

/// Installs both plugins into the folder that is named, or into `target/wasmedge`.
pub(crate) fn wasmedge_plugin(args: &[String]) -> Result<(), String> {
    let folder = folder(args, "wasmedge")?;
    build(&PLUGINS)?;
    for name in PLUGIN_FILES {
        let file = shared(name);
        install(&release().join(&file), &folder.join(&file))?;
    }
    println!("{}", folder.display());
    Ok(())
}

/// That of all packages of this workspace.
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn build(packages: &[&str]) -> Result<(), String> {
    let mut build = cargo(&["build", "--locked", "--release"]);
    for package in packages {
        build.args(["--package", package]);
    }
    run(build)
}

/// The shared library under its three names: with the whole version, with that which programs look for, and as linkers want it.
fn install_shared(lib: &Path) -> Result<(), String> {
    let built = release().join(shared("wasi_crypto"));
    if !cfg!(target_os = "linux") {
        return install(&built, &lib.join(shared("wasi_crypto")));
    }
    let major = VERSION.split('.').next().unwrap_or(VERSION);
    let [file, soname, plain] = [VERSION, major, ""].map(|version| {
        let dot = if version.is_empty() { "" } else { "." };
        format!("libwasi_crypto.so{dot}{version}")
    });
    install(&built, &lib.join(&file))?;
    link(&file, &lib.join(soname))?;
    link(&file, &lib.join(plain))
}

/// Runs the library's test in C against what was installed, linked as pkg-config says: with the shared library, with the static one, and
/// under valgrind, as far as those tools are there.
fn try_out(sources: &Path, folder: &Path) -> Result<(), String> {
    let (compiler, config) = ("cc", "pkg-config");
    if !cfg!(target_os = "linux") || ![compiler, config].iter().all(|tool| has(tool)) {
        eprintln!("not tried out: that takes Linux, `cc` and `pkg-config`");
        return Ok(());
    }
    let lib = folder.join("lib");
    for (name, is_static) in [("api-shared", false), ("api-static", true)] {
        let mut flags = Command::new(config);
        flags.args(["--cflags", "--libs"]).args(is_static.then_some("--static")).arg("wasi-crypto");
        let flags = output(with(flags, "PKG_CONFIG_PATH", &lib.join("pkgconfig")))?;
        let program = release().join(name);
        let mut cc = Command::new(compiler);
        cc.args(["-Wall", "-Wextra", "-Werror", "-pthread", "-g", "-O1", "-o"]).arg(&program);
        cc.arg(sources.join("tests/c/api.c"));
        // Beside each other, the linker would take the shared one.
        let library = |flag: &str| match flag {
            "-lwasi_crypto" if is_static => "-l:libwasi_crypto.a".to_owned(),
            flag => flag.to_owned(),
        };
        cc.args(flags.split_whitespace().map(library));
        run(cc)?;
        let started = |command| with(command, "LD_LIBRARY_PATH", &lib);
        run(started(Command::new(&program)))?;
        if has("valgrind") && !is_static {
            let mut valgrind = Command::new("valgrind");
            valgrind.args(["--quiet", "--error-exitcode=9", "--leak-check=full"]);
            valgrind.arg("--errors-for-leak-kinds=definite,indirect").arg(&program);
            run(started(valgrind))?;
        }
    }
    Ok(())
}

/// Compiles the example, which is the interpreter wasm3 with what was installed, and runs the suite on it as on any other engine.
fn run_suite(sources: &Path, folder: &Path, args: &[String]) -> Result<(), String> {
    let wasm3 = wasm3_sources()?;
    let entries = fs::read_dir(&wasm3).map_err(|cause| format!("cannot read {}: {cause}", wasm3.display()))?;
    let parts = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let parts = parts.filter(|path| path.extension().is_some_and(|extension| extension == "c"));
    let (bin, lib) = (folder.join("bin"), folder.join("lib"));
    fs::create_dir_all(&bin).map_err(|cause| format!("cannot make {}: {cause}", bin.display()))?;

    let mut cc = Command::new("cc");
    // As the example says, not with less optimization.
    cc.args(["-O2", "-pthread", "-I"]).arg(&wasm3).arg("-I").arg(folder.join("include"));
    cc.arg(sources.join("examples/wasm3.c")).args(parts).arg("-L").arg(&lib);
    cc.args(["-lwasi_crypto", "-lm"]).arg(format!("-Wl,-rpath,{}", lib.display()));
    cc.arg("-o").arg(bin.join("wasm3-crypto"));
    run(cc)?;

    // With no engine of its own, so that no engine is compiled.
    let mut suite = cargo(&["run", "--locked", "--package", "wasi-crypto-conformance", "--no-default-features", "--"]);
    suite.arg("--engine").arg(sources.join("examples/wasm3.toml")).args(args);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::env::join_paths([bin].into_iter().chain(std::env::split_paths(&path)));
    suite.env("PATH", paths.map_err(|cause| format!("the folder cannot be in PATH: {cause}"))?);
    run(suite)
}

/// Where cargo has put the sources of wasm3, which come with a crate.
fn wasm3_sources() -> Result<PathBuf, String> {
    const CRATE: &str = "wasm3x-sys";
    let metadata = output(cargo(&["metadata", "--locked", "--all-features", "--format-version", "1"]))?;
    let metadata: Value =
        serde_json::from_str(&metadata).map_err(|cause| format!("cannot read what cargo says: {cause}"))?;
    let mut packages = metadata["packages"].as_array().into_iter().flatten();
    let manifest = packages.find(|package| package["name"] == CRATE).and_then(|found| found["manifest_path"].as_str());
    let manifest = manifest.ok_or_else(|| format!("cargo knows no crate {CRATE}"))?;
    Ok(Path::new(manifest).with_file_name("wasm3/source"))
}

fn has(tool: &str) -> bool {
    let mut command = Command::new(tool);
    command.arg("--version");
    succeeds(command)
}

fn with(mut command: Command, variable: &str, value: &Path) -> Command {
    command.env(variable, value);
    command
}

/// The one folder that the arguments name, or one below `target`.
fn folder(args: &[String], otherwise: &str) -> Result<PathBuf, String> {
    let folder = match args {
        [] => root().join("target").join(otherwise),
        [folder] => PathBuf::from(folder),
        _ => return Err("name one folder to install into, or none".to_owned()),
    };
    std::path::absolute(&folder).map_err(|cause| format!("{}: {cause}", folder.display()))
}

fn release() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |target| root().join(target))
        .join("release")
}

/// The file name of a shared library.
fn shared(name: &str) -> String {
    format!("{}{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

fn install(from: &Path, to: &Path) -> Result<(), String> {
    make_room(to)?;
    fs::copy(from, to).map(drop).map_err(|cause| format!("cannot copy {} to {}: {cause}", from.display(), to.display()))
}

fn write(to: &Path, text: &str) -> Result<(), String> {
    make_room(to)?;
    fs::write(to, text).map_err(|cause| format!("cannot write {}: {cause}", to.display()))
}

#[cfg(unix)]
fn link(to: &str, from: &Path) -> Result<(), String> {
    make_room(from)?;
    std::os::unix::fs::symlink(to, from).map_err(|cause| format!("cannot make the link {}: {cause}", from.display()))
}

#[cfg(not(unix))]
fn link(_: &str, _: &Path) -> Result<(), String> {
    Ok(())
}

/// Makes the folder of a file that is to be written, and takes away what is in its place: a program that runs may have it open.
fn make_room(file: &Path) -> Result<(), String> {
    let folder = file.parent().unwrap_or(file);
    fs::create_dir_all(folder).map_err(|cause| format!("cannot make {}: {cause}", folder.display()))?;
    match fs::remove_file(file) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot replace {}: {cause}", file.display()))
        }
        _ => Ok(()),
    }
}
