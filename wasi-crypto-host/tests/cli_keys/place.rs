//! A folder with a store and its root key, and the command run in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

pub(crate) const FAILED: i32 = 1;
pub(crate) const MISUSED: i32 = 2;
pub(crate) const DAMAGED: i32 = 3;

/// The key pair of RFC 8410 section 10.3, as OpenSSL writes such, and its public half of section 10.1.
pub(crate) const RFC_8410_SECRET: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
    -----END PRIVATE KEY-----\n";
pub(crate) const RFC_8410_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\n\
    MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
    -----END PUBLIC KEY-----\n";

/// A folder, gone when it is dropped.
pub(crate) struct Place(PathBuf);

impl Place {
    /// With a store and a root key.
    pub(crate) fn new(name: &str) -> Self {
        let place = Self::empty(name);
        place.keys(["init"]).exits(0);
        place
    }

    /// With nothing in it.
    pub(crate) fn empty(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli_keys").join(name);
        // Of a process that was killed.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, contents).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// `wasi-crypto keys ARGS`, with the store `keys.db` and the root key `root.key`.
    pub(crate) fn keys<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Finished {
        let mut command = self.command("wasi-crypto");
        Finished(command.arg("keys").args(args).output().unwrap())
    }

    /// `wasi-crypto keys COMMAND --namespace tenant ARGS`
    pub(crate) fn tenant(&self, command: &str, args: &[&str]) -> Finished {
        self.keys([command, "--namespace", "tenant"].iter().chain(args))
    }

    /// The same in the background.
    pub(crate) fn start(&self, command: &str, args: &[&str]) -> Child {
        let mut process = self.command("wasi-crypto");
        process.args(["keys", command, "--namespace", "tenant"]).args(args);
        process.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// What a command prints as JSON.
    pub(crate) fn json(&self, command: &str, args: &[&str]) -> Value {
        let printed = self.tenant(command, &[args, &["--json"]].concat()).exits(0);
        let value: Value = serde_json::from_slice(&printed.0.stdout).unwrap();
        assert_eq!(value["schema"], 1);
        value
    }

    /// A new key, by its identifier.
    pub(crate) fn generate(&self, algorithm: &str) -> String {
        self.tenant("generate", &[algorithm]).exits(0).stdout().trim_end().to_owned()
    }

    /// A program that is run in the folder; by its name, or this package's own.
    pub(crate) fn command(&self, program: &str) -> Command {
        let program = if program == "wasi-crypto" { env!("CARGO_BIN_EXE_wasi-crypto") } else { program };
        let mut command = Command::new(program);
        command.current_dir(&self.0).stdin(Stdio::null());
        command.env("WASI_CRYPTO_SECRETS", "sqlite:keys.db").env("WASI_CRYPTO_ROOT_KEY", "file:root.key");
        command
    }

    /// Changes the file behind the program's back.
    pub(crate) fn sql(&self, sql: &str) -> u64 {
        let connection = rusqlite::Connection::open(self.path("keys.db")).unwrap();
        connection.execute_batch(sql).unwrap();
        connection.changes()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A command that has ended.
pub(crate) struct Finished(pub(crate) Output);

impl Finished {
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    #[track_caller]
    pub(crate) fn exits(self, status: i32) -> Self {
        assert_eq!(self.0.status.code(), Some(status), "{}", self.stderr());
        self
    }

    #[track_caller]
    pub(crate) fn prints(self, expected: &str) -> Self {
        assert_eq!(self.stdout(), expected, "{}", self.stderr());
        self
    }

    #[track_caller]
    pub(crate) fn says(self, sentence: &str) -> Self {
        assert!(self.stderr().contains(sentence), "{sentence:?} is not in:\n{}", self.stderr());
        self
    }

    #[track_caller]
    pub(crate) fn silent(self) -> Self {
        assert_eq!(self.stderr(), "");
        self
    }
}
