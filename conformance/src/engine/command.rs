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
use super::setup::Setup;
use super::template::{MODULE, SCRIPT};
use super::{Engine, EngineInfo, EngineKind, Heard, Outcome, Session, Template, Wishes, ending};

/// How long an engine may take to end once its guest has said everything.
const GRACE: Duration = Duration::from_secs(2);

/// An engine that a command line starts.
#[derive(Clone, Debug)]
pub struct CommandEngine {
    info: EngineInfo,
    template: Template,
    setup: Setup,
    script: Option<Script>,
}

/// A file that the command line needs beside the guest.
#[derive(Clone, Debug)]
pub(super) struct Script {
    /// The name of the file.
    pub(super) file: String,
    /// What is in it.
    pub(super) text: String,
}

impl CommandEngine {
    /// Each guest is run by the command line that the template makes of it.
    pub fn new(template: Template) -> Self {
        let info =
            EngineInfo { name: template.name(), version: format!("`{}`", template.text()), kind: EngineKind::Command };
        Self::with(info, template, Setup::default(), None)
    }

    pub(super) fn with(info: EngineInfo, template: Template, setup: Setup, script: Option<Script>) -> Self {
        Self { info, template, setup, script }
    }
}

impl Engine for CommandEngine {
    fn info(&self) -> EngineInfo {
        self.info.clone()
    }

    fn wishes(&self) -> Wishes {
        self.setup.limits.wishes
    }

    fn session(&self) -> Result<Box<dyn Session>, String> {
        let folder =
            Folder::new().map_err(|error| format!("cannot make a folder for guests in the temporary one: {error}"))?;
        let script = self.script.as_ref().map(|script| {
            let path = folder.0.join(&script.file);
            let written = fs::write(&path, &script.text);
            written
                .map(|()| path.clone())
                .map_err(|error| format!("cannot write the script {}: {error}", path.display()))
        });
        let script = script.transpose()?;
        Ok(Box::new(CommandSession { engine: self.clone(), folder, script }))
    }
}

struct CommandSession {
    engine: CommandEngine,
    folder: Folder,
    script: Option<PathBuf>,
}

impl Session for CommandSession {
    fn run(&mut self, module: &[u8], line: &mut dyn FnMut(&str) -> Heard, timeout: Duration) -> Outcome {
        let CommandEngine { template, setup, .. } = &self.engine;
        let file = self.folder.0.join("guest.wasm");
        if let Err(error) = fs::write(&file, module) {
            return Outcome::Unusable(format!("cannot write the guest {}: {error}", file.display()));
        }
        let places = [(MODULE, file.as_path()), (SCRIPT, self.script.as_deref().unwrap_or(Path::new("")))];
        let mut command = template.command(&places);
        let mut process = match Process::start(setup.prepare(&mut command).stdin(Stdio::null()), setup.limits.memory) {
            Ok(process) => process,
            Err(error) => {
                return Outcome::Unusable(format!("cannot start {}: {error}", template.program().display()));
            }
        };
        let no_line = |_: &str| false;
        let (noise, spoke, deadline) = match listen(&mut process, setup, line, no_line, timeout, timeout.min(GRACE)) {
            Listened::Silence { noise, spoke, deadline } => (noise, spoke, deadline),
            Listened::GaveUp(outcome) => return outcome,
            Listened::End(_) => unreachable!("no line ends a guest"),
        };
        let Some(status) = process.status(deadline) else { return Outcome::Timeout };
        let mut wrote: Vec<String> = noise.lines().map(str::to_owned).collect();
        wrote.extend(process.errors());
        ending::outcome(status, &wrote, spoke, &setup.signs)
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
