//! Other processes: this test, run again.

use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use std::sync::Arc;

use wasi_crypto_host::secrets::{
    Namespace, Policy, RootKeyFile, SecretsLimits, SecretsManager, SecretsStore, SqliteStore, Trail,
};

/// A folder with a store and its root key, gone when it is dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("wasi-crypto-secrets-{name}-{}", std::process::id()));
        // Of a process that was killed.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        RootKeyFile::create(folder.join("root.key")).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Says that the store is in a database, and not in a file of this folder.
    #[cfg(all(feature = "postgres", unix))]
    pub(crate) fn with_database(self, url: &str) -> Self {
        std::fs::write(self.0.join(URL), url).unwrap();
        self
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The namespace that all processes share.
pub(crate) fn namespace(folder: &Path) -> Namespace {
    let root_key = RootKeyFile::new(folder.join("root.key"));
    let manager = SecretsManager::builder(store(folder)).root_key(root_key).trail(Trail::Changes).build().unwrap();
    manager.namespace("tenant").policy(Policy::default().limits(SecretsLimits::NONE))
}

fn store(folder: &Path) -> Arc<dyn SecretsStore> {
    #[cfg(all(feature = "postgres", unix))]
    if let Ok(url) = std::fs::read_to_string(folder.join(URL)) {
        // A server that is started again on a busy machine may take long.
        let builder = wasi_crypto_host::secrets::PostgresStore::builder(&url);
        return Arc::new(builder.timeout(std::time::Duration::from_secs(60)).open().unwrap());
    }
    Arc::new(SqliteStore::open(folder.join("keys.db")).unwrap())
}

/// A process that does what one test does when it has work.
pub(crate) struct Worker {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    /// Runs the test `test` of this binary with this work.
    pub(crate) fn start(test: &str, folder: &Path, work: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", test, "--nocapture", "--include-ignored", "--test-threads=1"]);
        command.env(FOLDER, folder).env(WORK, work);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next thing that it says, without what the test harness says; none at its end. A line that was cut off says
    /// nothing.
    pub(crate) fn next(&mut self) -> Option<String> {
        for line in &mut self.lines {
            // The harness may have written before it on the same line.
            if let Some((_, said)) = line.ok()?.split_once(MARK)
                && let Some(said) = said.strip_suffix('.')
            {
                return Some(said.to_owned());
            }
        }
        None
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn finish(&mut self) {
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The folder and the work, if this process is a worker.
pub(crate) fn given() -> Option<(PathBuf, String)> {
    Some((std::env::var_os(FOLDER)?.into(), std::env::var(WORK).ok()?))
}

/// Says something to the process that started this one.
pub(crate) fn say(what: &str) {
    println!("{MARK}{what}.");
}

#[cfg(all(feature = "postgres", unix))]
const URL: &str = "url";
const FOLDER: &str = "WASI_CRYPTO_TEST_FOLDER";
const WORK: &str = "WASI_CRYPTO_TEST_WORK";

/// Stands before what a worker says.
const MARK: &str = "worker: ";
