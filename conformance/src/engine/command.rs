//! An engine that is started anew for each guest, by a command line.
//!
//! The guest's file goes where the command line says; what the guest writes comes from standard output, among the noise
//! of the engine. The environment is the runner's, standard input is empty.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::listening::{Listened, listen};
use super::process::Process;
use super::{Engine, EngineInfo, EngineKind, Heard, Outcome, Session, Template, ending};

/// How long an engine may take to end once its guest has said everything.
const GRACE: Duration = Duration::from_secs(2);

/// An engine that a command line starts.
#[derive(Clone, Debug)]
pub struct CommandEngine {
    template: Template,
}

impl CommandEngine {
    /// Each guest is run by the command line that the template makes of it.
    pub fn new(template: Template) -> Self {
        Self { template }
    }
}

impl Engine for CommandEngine {
    fn info(&self) -> EngineInfo {
        let program = self.template.program();
        let name = program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
        EngineInfo { name, version: format!("`{}`", self.template.text()), kind: EngineKind::Command }
    }

    fn session(&self) -> Result<Box<dyn Session>, String> {
        let folder =
            Folder::new().map_err(|error| format!("cannot make a folder for guests in the temporary one: {error}"))?;
        Ok(Box::new(CommandSession { template: self.template.clone(), folder }))
    }
}

struct CommandSession {
    template: Template,
    folder: Folder,
}

impl Session for CommandSession {
    fn run(&mut self, module: &[u8], line: &mut dyn FnMut(&str) -> Heard, timeout: Duration) -> Outcome {
        let file = self.folder.0.join("guest.wasm");
        if let Err(error) = fs::write(&file, module) {
            return Outcome::Unusable(format!("cannot write the guest {}: {error}", file.display()));
        }
        let mut process = match Process::start(self.template.command(&file).stdin(Stdio::null())) {
            Ok(process) => process,
            Err(error) => {
                let program = self.template.program().display();
                return Outcome::Unusable(format!("cannot start {program}: {error}"));
            }
        };
        let no_line = |_: &str| false;
        let (noise, spoke, deadline) = match listen(&mut process, line, no_line, timeout, timeout.min(GRACE)) {
            Listened::Silence { noise, spoke, deadline } => (noise, spoke, deadline),
            Listened::GaveUp(outcome) => return outcome,
            Listened::End(_) => unreachable!("no line ends a guest"),
        };
        let Some(status) = process.status(deadline) else { return Outcome::Timeout };
        let mut wrote: Vec<String> = noise.lines().map(str::to_owned).collect();
        wrote.extend(process.errors());
        ending::outcome(status, &wrote, spoke)
    }
}

/// A new folder, nobody else's, that goes when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        loop {
            let name =
                format!("wasi-crypto-conformance-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
            let path = std::env::temp_dir().join(name);
            match create_private(&path) {
                // Left behind by another process of this number, or somebody's trap.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => (),
                result => return result.map(|()| Self(path)),
            }
        }
    }
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is in the temporary folder for others to remove.
        let _ = fs::remove_dir_all(&self.0);
    }
}
