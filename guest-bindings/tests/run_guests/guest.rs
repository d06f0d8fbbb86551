//! A compiled guest, ready to run.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{LazyLock, Mutex};
use std::time::SystemTime;

/// Runs one guest in a folder that it sees as `.`.
pub(crate) struct Guest {
    module: PathBuf,
    folder: PathBuf,
    /// More options of `wasi-crypto run`.
    options: Vec<String>,
}

/// What a run left behind.
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Guest {
    /// The guest of this name, in an empty folder for this test.
    pub(crate) fn new(name: &str, test: &str) -> Self {
        Self::of_module(precompiled(name), test)
    }

    /// The same of the guest's component.
    pub(crate) fn component(name: &str, test: &str) -> Self {
        Self::new(&format!("components/{name}"), &format!("component_{test}"))
    }

    /// The component in Python, if it could be made.
    pub(crate) fn python(test: &str) -> Option<Self> {
        const NAME: &str = "components/hello_python";
        let is_there = path_of(NAME).is_file();
        is_there.then(|| Self::of_module(precompiled(NAME), &format!("python_{test}")))
    }

    /// The same of a module that something else than `cargo xtask guests` has compiled.
    pub(crate) fn of_module(module: PathBuf, test: &str) -> Self {
        let folder = temporary_folder().join(test);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self { module, folder, options: Vec::new() }
    }

    /// The guest, run with these options of `wasi-crypto run`, too.
    pub(crate) fn with_options(mut self, options: &[&str]) -> Self {
        self.options.extend(options.iter().map(|&option| option.to_owned()));
        self
    }

    /// Gives the guest a namespace of keys and secrets in a new store, which lies outside of its folder.
    pub(crate) fn with_store(mut self) -> Self {
        let store = self.folder.with_extension("store");
        let _ = fs::remove_dir_all(&store);
        fs::create_dir_all(&store).unwrap();
        let place = |option: &str, kind: &str, name| [option.into(), format!("{kind}:{}", store.join(name).display())];
        self.options = [place("--secrets", "sqlite", "keys.db"), place("--root-key", "file", "root.key")].concat();
        self.operator("init", &[]).exits(0);
        self.with_options(&["--namespace", "tenant"])
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Runs the `openssl` command in the guest's folder.
    #[track_caller]
    pub(crate) fn openssl(&self, args: &[&str]) {
        let output = Command::new("openssl").args(args).current_dir(&self.folder).output();
        let output = output.expect("the tests need the `openssl` command");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {args:?} says: {}{said}", String::from_utf8_lossy(&output.stdout));
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, &[], b"")
    }

    pub(crate) fn run_with(&self, args: &[&str], environment: &[&str], stdin: &[u8]) -> Run {
        let mut child = self.start(args, environment);
        // A guest that does not read its input closes the pipe early.
        let _ = child.stdin.take().unwrap().write_all(stdin);
        Run::of(child.wait_with_output().unwrap())
    }

    /// Starts a run that the test talks to.
    pub(crate) fn start(&self, args: &[&str], environment: &[&str]) -> Child {
        let mut command = Command::new(wasi_crypto());
        command.args(["run", "--allow-precompiled", "--dir"]).arg(format!("{}::.", self.folder.display()));
        command.args(environment.iter().flat_map(|variable| ["--env", variable]));
        command.args(&self.options).arg(&self.module).args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// Runs `wasi-crypto keys` with the store of [`with_store`](Self::with_store), as an operator does.
    pub(crate) fn operator(&self, command: &str, args: &[&str]) -> Run {
        let output = Command::new(wasi_crypto()).arg("keys").arg(command).args(&self.options).args(args).output();
        Run::of(output.unwrap())
    }
}

impl Run {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Checks the exit code, showing what the guest said if it is another one.
    #[track_caller]
    pub(crate) fn exits(self, status: i32) -> Self {
        let Self { stdout, stderr, .. } = &self;
        assert_eq!(self.status, Some(status), "\nstdout: {stdout}\nstderr: {stderr}");
        self
    }

    /// Checks that standard error contains a text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "`{text}` is not in: {}", self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn prints(self, stdout: &str) -> Self {
        assert_eq!(self.stdout, stdout, "\nstderr: {}", self.stderr);
        self
    }
}

/// The module of a guest as `cargo xtask guests` compiled it.
pub(crate) fn module(name: &str) -> PathBuf {
    let module = path_of(name);
    let Ok(compiled) = fs::metadata(&module).and_then(|metadata| metadata.modified()) else {
        panic!("there is no {}; compile the guests by `cargo xtask guests`", module.display());
    };
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in sources_of(name) {
        assert!(
            last_change(&sources.join(folder)) <= compiled,
            "{} is older than guest-bindings/{folder}; compile the guests again by `cargo xtask guests`",
            module.display()
        );
    }
    module
}

/// What a guest is made of.
fn sources_of(name: &str) -> &'static [&'static str] {
    match name {
        "components/hello_python" => &["python/wasicrypto.py", "python/examples", "python/wit"],
        "components/composed" | "components/client" => {
            &["src", "composed/signer/src", "composed/client/src", "composed/wit"]
        }
        _ => &["src", "examples", "tests/in_guest"],
    }
}

fn path_of(name: &str) -> PathBuf {
    target_folder().join("guests").join(format!("{name}.wasm"))
}

fn last_change(path: &Path) -> SystemTime {
    let own = fs::metadata(path).unwrap().modified().unwrap();
    if !path.is_dir() {
        return own;
    }
    let entries = fs::read_dir(path).unwrap().map(|entry| last_change(&entry.unwrap().path()));
    entries.fold(own, SystemTime::max)
}

/// The module compiled to machine code, once for all tests of this process.
fn precompiled(name: &str) -> PathBuf {
    static COMPILED: LazyLock<Mutex<HashMap<String, PathBuf>>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    compiled
        .entry(name.to_owned())
        .or_insert_with(|| {
            let to = temporary_folder().join(format!("{}.cwasm", name.replace('/', "_")));
            let output =
                Command::new(wasi_crypto()).arg("compile").arg(module(name)).arg("-o").arg(&to).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            to
        })
        .clone()
}

/// The command line of this build, beside the folder of this test's executable.
fn wasi_crypto() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let command = test.ancestors().nth(2).unwrap().join("wasi-crypto").with_extension(std::env::consts::EXE_EXTENSION);
    assert!(
        command.exists(),
        "there is no {}; build it by `cargo build --workspace --all-features`",
        command.display()
    );
    command
}

fn target_folder() -> &'static Path {
    temporary_folder_of_target().parent().unwrap()
}

pub(crate) fn temporary_folder() -> PathBuf {
    let folder = temporary_folder_of_target().join("run_guests");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn temporary_folder_of_target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}
