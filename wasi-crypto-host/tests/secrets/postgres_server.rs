//! A PostgreSQL server of the tests' own, in a temporary folder, which ends with the process that started it.
#![allow(dead_code, reason = "not all tests that take this file use all of it")]

use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

/// A server that listens on a socket in its folder, and on a port of this machine if it is given one.
pub(crate) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    settings: Vec<String>,
    running: Option<Running>,
}

/// A shell that has started the server, and ends it when this process ends, in whatever way.
struct Running(Child);

impl Server {
    /// A server with an empty database `postgres`, unless PostgreSQL is not installed, which is said.
    pub(crate) fn start(name: &str, settings: &[&str]) -> Option<Self> {
        let Some(programs) = programs() else {
            eprintln!("left out: PostgreSQL is not installed (on Debian: apt-get install postgresql)");
            return None;
        };
        let folder = std::env::temp_dir().join(format!("wasi-crypto-pg-{name}-{}", std::process::id()));
        // Of a process that was killed.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o700)).unwrap();
        if is_root() {
            std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let settings = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let mut server = Self { programs, folder, settings, running: None };
        let mut initdb = server.program("initdb");
        initdb.args(["-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "-D"]).arg(server.data());
        let output = initdb.output().unwrap();
        assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
        server.restart();
        Some(server)
    }

    /// One for all tests of a process, which keep to databases of their own.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        SHARED.get_or_init(|| Self::start("shared", &["fsync=off", "max_connections=300"])).as_ref()
    }

    /// Makes an empty database, and returns its URL.
    pub(crate) fn database(&self, name: &str) -> String {
        self.sql("postgres", &format!("CREATE DATABASE \"{name}\""));
        self.url(name)
    }

    /// The URL of a database, by the socket.
    pub(crate) fn url(&self, database: &str) -> String {
        let folder = self.folder.to_str().unwrap().replace('/', "%2F");
        format!("postgres://{USER}@{folder}/{database}")
    }

    /// Sets what holds from its next start on, besides what was set before.
    pub(crate) fn set(&mut self, settings: &[&str]) {
        self.settings.extend(settings.iter().map(|setting| (*setting).to_owned()));
    }

    /// Where it keeps its files.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Runs SQL, and returns what it prints.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        let output = self.psql(database, sql).output().unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// The program that runs SQL.
    pub(crate) fn psql(&self, database: &str, sql: &str) -> Command {
        let mut psql = self.program("psql");
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", USER, "-d", database, "-c", sql, "-h"]);
        psql.arg(&self.folder);
        if let Some(port) = self.settings.iter().find_map(|setting| setting.strip_prefix("port=")) {
            psql.args(["-p", port]);
        }
        psql
    }

    /// Starts it, and waits until it answers.
    pub(crate) fn restart(&mut self) {
        self.stop();
        let mut shell = as_nobody("sh");
        // A line is that it is to stop; the end of the input comes with the end of this process.
        let script = r#"
            "$@" >>"$0/log" 2>&1 &
            server=$!
            read -r _ && stopped=yes
            kill -QUIT $server 2>/dev/null
            wait $server
            [ $stopped ] || rm -rf "$0"
        "#;
        shell.args(["-c", script]).arg(&self.folder).arg(self.programs.join("postgres")).arg("-D").arg(self.data());
        shell.arg("-k").arg(&self.folder).args(["-c", "listen_addresses="]);
        for setting in &self.settings {
            shell.args(["-c", setting]);
        }
        shell.current_dir(&self.folder).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        self.running = Some(Running(shell.spawn().unwrap()));
        let start = Instant::now();
        while !self.answers() {
            let log = || std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(start.elapsed() < Duration::from_secs(30), "the server does not start: {}", log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops it as an operator may who is in a hurry: connections are closed.
    pub(crate) fn stop(&mut self) {
        if let Some(Running(mut shell)) = self.running.take() {
            shell.stdin.take().unwrap().write_all(b"\n").unwrap();
            shell.wait().unwrap();
        }
    }

    /// Kills all its processes at once. One after the other, the rest would see to it that the first is started again.
    pub(crate) fn kill(&mut self) {
        let server = self.process();
        signal("STOP", server);
        for child in children(server) {
            signal("KILL", child);
        }
        signal("KILL", server);
        self.stop();
    }

    /// Lets it stand still, as one that is overloaded.
    pub(crate) fn pause(&self) {
        self.signal_all("STOP");
    }

    /// Lets it go on.
    pub(crate) fn go_on(&self) {
        self.signal_all("CONT");
    }

    fn signal_all(&self, name: &str) {
        let server = self.process();
        signal(name, server);
        children(server).into_iter().for_each(|child| signal(name, child));
    }

    fn process(&self) -> u32 {
        let file = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        file.lines().next().unwrap().trim().parse().unwrap()
    }

    fn answers(&self) -> bool {
        self.psql("postgres", "SELECT 1").output().unwrap().status.success()
    }

    fn program(&self, name: &str) -> Command {
        let mut program = as_nobody(self.programs.join(name));
        program.current_dir(&self.folder);
        program
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A name for a database that is short enough.
pub(crate) fn database_name(test: &str) -> String {
    test.chars().take(63).collect()
}

/// Where initdb and the others are: where the shell finds it, or where Debian has it, of the newest version.
fn programs() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    // A link to one of them may stand alone elsewhere.
    folders.into_iter().find(|folder| ["initdb", "postgres", "psql"].iter().all(|name| folder.join(name).exists()))
}

/// PostgreSQL refuses to run for the superuser.
fn as_nobody(program: impl AsRef<std::ffi::OsStr>) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    let nobody = NOBODY.to_string();
    command.args(["--reuid", &nobody, "--regid", &nobody, "--clear-groups", "--"]).arg(program);
    command
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn signal(name: &str, process: u32) {
    // It may have ended by itself.
    let _ = Command::new("kill").args([format!("-{name}"), process.to_string()]).stderr(Stdio::null()).status();
}

fn children(process: u32) -> Vec<u32> {
    let text = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    text.split_whitespace().map(|child| child.parse().unwrap()).collect()
}

const USER: &str = "keys";

/// The user and group of nobody.
const NOBODY: u32 = 65_534;
