//! The engines of the command line: which ones it names, and what else can be asked about them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};

use super::say;
use crate::batches::Settings;
use crate::engine::command::CommandEngine;
#[cfg(feature = "component")]
use crate::engine::component;
#[cfg(feature = "embedded")]
use crate::engine::embedded;
use crate::engine::file::EngineFile;
use crate::engine::known;
#[cfg(any(feature = "embedded", feature = "wasm3", feature = "wasmer", feature = "wasmi"))]
use crate::engine::own_host;
#[cfg(feature = "wasm3")]
use crate::engine::wasm3;
#[cfg(feature = "wasmer")]
use crate::engine::wasmer;
#[cfg(feature = "wasmi")]
use crate::engine::wasmi;
use crate::engine::worker::WorkerEngine;
use crate::engine::{Engine, Template};
use crate::trial::try_engine;

/// What runs the guests.
#[derive(Debug, Args)]
pub(super) struct EngineOptions {
    /// What runs the guests: a name that `engines` lists, or a file that describes an engine, such as ./mine.toml; may be repeated
    /// [default: wasmtime, which is embedded]
    #[arg(long, value_name = "NAME|FILE")]
    engine: Vec<String>,

    /// The engine is this command, which runs the guest in the place of {module}; see below; may be repeated
    #[arg(long, value_name = "COMMAND")]
    engine_cmd: Vec<Template>,

    /// The engine is this command, which takes one guest after the other from standard input, as WORKER.md has it; may be repeated
    #[arg(long, value_name = "COMMAND", value_parser = Template::worker)]
    worker_cmd: Vec<Template>,

    /// Where embedded engines keep secrets: memory: or sqlite:FILE, which is made if it is not there (feature `sqlite`); the latter
    /// outlives their processes, and cases about that run [default: memory:]
    #[arg(long, value_name = "URL")]
    secrets: Option<String>,

    /// What guests store outlives the processes of the engines that are named: run the cases about that
    #[arg(long)]
    pub(super) durable: bool,

    /// Run guests that come on standard input; for the runner's own use
    #[arg(long, value_name = "NAME", hide = true)]
    pub(super) worker: Option<String>,
}

/// What can be asked about engines.
#[derive(Debug, Subcommand)]
pub(super) enum EngineCommand {
    /// List the engines that are known, and say of each whether it can be used here, and if not, why
    Engines,
    /// Write NAME.toml, a commented file that describes an engine, and try it
    NewEngine {
        /// What the engine shall be called
        name: String,
        /// Its command line, with {module} in the place of the guest [default: NAME run {module}]
        #[arg(last = true)]
        command: Vec<String>,
    },
}

impl EngineOptions {
    /// The engines to run on, one after the other.
    pub(super) fn engines(&self) -> Result<Vec<Box<dyn Engine>>, String> {
        if self.engine.is_empty() && self.engine_cmd.is_empty() && self.worker_cmd.is_empty() {
            return Ok(vec![self.named(DEFAULT)?]);
        }
        let mut engines = self.engine.iter().map(|name| self.named(name)).collect::<Result<Vec<_>, _>>()?;
        for template in &self.engine_cmd {
            engines.push(Box::new(CommandEngine::new(template.clone())));
        }
        for template in &self.worker_cmd {
            engines.push(Box::new(WorkerEngine::of_command(template.clone())));
        }
        Ok(engines)
    }

    /// An engine by its name or its file, with the store for its secrets if it is an embedded one.
    fn named(&self, name: &str) -> Result<Box<dyn Engine>, String> {
        match &self.secrets {
            Some(url) if EMBEDDED.iter().any(|(known, ..)| *known == name) => embedded_with_secrets(name, url),
            _ => named(name),
        }
    }

    /// The options that name each of the engines, as a shell wants them, with a blank in front; nothing for the default.
    pub(super) fn each(&self) -> Vec<String> {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        let names = self.engine.iter().map(|name| format!(" --engine {}", quoted(name)));
        let commands = self.engine_cmd.iter().map(|template| format!(" --engine-cmd {}", quoted(template.text())));
        let workers = self.worker_cmd.iter().map(|template| format!(" --worker-cmd {}", quoted(template.text())));
        let each: Vec<String> = names.chain(commands).chain(workers).collect();
        if each.is_empty() { vec![String::new()] } else { each }
    }

    /// The options that name the first of the engines.
    pub(super) fn first(&self) -> String {
        self.each().swap_remove(0)
    }

    /// The command line that runs a module, if the first engine is one.
    pub(super) fn first_command(&self) -> Option<&Template> {
        if self.engine.is_empty() { self.engine_cmd.first() } else { None }
    }
}

impl EngineCommand {
    /// Answers it.
    pub(super) fn run(&self) -> Result<(), String> {
        match self {
            Self::Engines => list(),
            Self::NewEngine { name, command } => write_file(name, command),
        }
    }
}

/// The engine of a command line that names none.
const DEFAULT: &str = "wasmtime";

/// The engines that this program can have in itself, each under the feature that it takes.
const EMBEDDED: &[(&str, &str, bool)] = &[
    ("wasmtime", "embedded", cfg!(feature = "embedded")),
    ("wasmtime-component", "component", cfg!(feature = "component")),
    ("wasmi", "wasmi", cfg!(feature = "wasmi")),
    ("wasmer", "wasmer", cfg!(feature = "wasmer")),
    ("wasm3", "wasm3", cfg!(feature = "wasm3")),
];

/// An engine by its name or its file.
fn named(name: &str) -> Result<Box<dyn Engine>, String> {
    if name.contains(['/', std::path::MAIN_SEPARATOR]) || name.ends_with(".toml") {
        return EngineFile::open(Path::new(name))?.engine();
    }
    match known::file(name) {
        Some(file) => file.engine(),
        None => embedded_engine(name),
    }
}

fn embedded_engine(name: &str) -> Result<Box<dyn Engine>, String> {
    match worker(name) {
        Some(engine) => Ok(Box::new(engine?)),
        None => Err(not_here(name)),
    }
}

/// An embedded engine, whose secrets are kept in a place of their own.
#[cfg(any(feature = "embedded", feature = "wasm3", feature = "wasmer", feature = "wasmi"))]
fn embedded_with_secrets(name: &str, url: &str) -> Result<Box<dyn Engine>, String> {
    let engine = worker(name).ok_or_else(|| not_here(name))??;
    own_host::prepare(url)?;
    Ok(Box::new(engine.with_secrets(url)))
}

#[cfg(not(any(feature = "embedded", feature = "wasm3", feature = "wasmer", feature = "wasmi")))]
fn embedded_with_secrets(name: &str, _: &str) -> Result<Box<dyn Engine>, String> {
    Err(not_here(name))
}

/// An engine of this build, whose workers are this program.
fn worker(name: &str) -> Option<Result<WorkerEngine, String>> {
    match name {
        #[cfg(feature = "embedded")]
        embedded::NAME => Some(embedded::engine(&["--worker", name])),
        #[cfg(feature = "component")]
        component::NAME => Some(component::engine(&["--worker", name])),
        #[cfg(feature = "wasmi")]
        wasmi::NAME => Some(wasmi::engine(&["--worker", name])),
        #[cfg(feature = "wasmer")]
        wasmer::NAME => Some(wasmer::engine(&["--worker", name])),
        #[cfg(feature = "wasm3")]
        wasm3::NAME => Some(wasm3::engine(&["--worker", name])),
        _ => None,
    }
}

/// A sentence about an engine that this build does not have, with those that there are.
fn not_here(name: &str) -> String {
    let mut sentence = match EMBEDDED.iter().find(|(known, ..)| *known == name) {
        Some((_, feature, _)) => {
            format!("this build was made without the feature `{feature}`, so it has no {name} in itself")
        }
        None => format!("there is no engine called {name:?}"),
    };
    let here = EMBEDDED.iter().filter(|(.., is_here)| *is_here).map(|(name, ..)| (*name).to_owned());
    let names: Vec<String> = here.chain(known::files().map(|file| file.name().to_owned())).collect();
    if let Some(command) = known::file(&format!("{name}-cli")) {
        sentence.push_str(&format!("; its command line is called {}", command.name()));
    }
    format!(
        "{sentence}; there are {}; or describe one in a file and name that, for instance --engine ./mine.toml \
         (`new-engine mine` writes it), or say how to start one: --engine-cmd 'mine run {{module}}'",
        names.join(", ")
    )
}

/// Does what the runner has started this program for.
pub(super) fn serve(name: &str) -> Result<(), String> {
    match name {
        #[cfg(feature = "embedded")]
        embedded::NAME => embedded::serve_own_host(),
        #[cfg(feature = "component")]
        component::NAME => component::serve_own_host(),
        #[cfg(feature = "wasmi")]
        wasmi::NAME => wasmi::serve_own_host(),
        #[cfg(feature = "wasmer")]
        wasmer::NAME => wasmer::serve_own_host(),
        #[cfg(feature = "wasm3")]
        wasm3::NAME => wasm3::serve_own_host(),
        _ => Err(format!("there is no engine called {name:?} to work for")),
    }
}

/// How an engine is tried that may not work.
fn trial() -> Settings {
    Settings { jobs: 1, timeout: Duration::from_secs(10), ..Settings::default() }
}

/// Each engine is told of as soon as it has been tried.
fn list() -> Result<(), String> {
    say("In this program, with this project's host:\n")?;
    for (name, feature, is_here) in EMBEDDED {
        let state = if *is_here {
            tried(embedded_engine(name))
        } else {
            format!("not in this build: it takes the feature `{feature}`")
        };
        say(&format!("  {name:18} {state}\n"))?;
    }
    say("Command lines, with the host that they bring along:\n")?;
    for file in known::files() {
        say(&format!(
            "  {:13} {}\n{:16}{}\n{:16}{}\n",
            file.name(),
            file.about(),
            "",
            file.command(),
            "",
            tried(file.engine())
        ))?;
    }
    say("Others: `new-engine NAME` writes a file that describes one; --engine ./NAME.toml runs it.\n")
}

fn tried(engine: Result<Box<dyn Engine>, String>) -> String {
    let engine = match engine {
        Ok(engine) => engine,
        Err(reason) => return reason,
    };
    let version = engine.info().version;
    match try_engine(engine.as_ref(), &trial()) {
        Ok(()) => format!("{version}: can be used"),
        Err(reason) => format!("{version}: cannot be used: {reason}"),
    }
}

fn write_file(name: &str, command: &[String]) -> Result<(), String> {
    let file = PathBuf::from(format!("{name}.toml"));
    if Path::new(name).file_name() != Some(name.as_ref())
        || name.contains(|c: char| c.is_control() || "\"\\".contains(c))
    {
        return Err(format!(
            "{name:?} is no name for an engine: its file goes into this folder and is called NAME.toml"
        ));
    }
    let words = match command {
        [] => vec![name.to_owned(), "run".to_owned(), "{module}".to_owned()],
        command => command.to_vec(),
    };
    let version = [words[0].clone(), "--version".to_owned()];
    let text =
        known::TEMPLATE.replace("COMMAND", &array(&words)).replace("VERSION", &array(&version)).replace("NAME", name);
    let mut options = std::fs::OpenOptions::new();
    let written = options.write(true).create_new(true).open(&file).and_then(|mut file| {
        use std::io::Write as _;
        file.write_all(text.as_bytes())
    });
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            format!("{0} is already there; try it with --engine ./{0}, or take another name", file.display())
        }
        _ => format!("cannot write {}: {error}", file.display()),
    })?;
    let engine = format!("./{}", file.display());
    say(&format!("wrote {engine}: all that can be said of an engine, with comments\n"))?;
    let again = "change the file, and try it with: wasi-crypto-conformance --engine";
    match EngineFile::open(Path::new(&engine)).and_then(|file| file.engine()) {
        Err(reason) => say(&format!("{reason}\n{again} {engine}\n")),
        Ok(found) => match try_engine(found.as_ref(), &trial()) {
            Ok(()) => say(&format!(
                "tried it: {} can be used\nrun the suite on it: wasi-crypto-conformance --engine {engine}\n",
                found.info().version
            )),
            Err(reason) => say(&format!("tried it: {reason}\n{again} {engine}\n")),
        },
    }
}

/// Words as TOML, which reads JSON's strings.
fn array(words: &[String]) -> String {
    serde_json::to_string(words).expect("strings can be written as JSON").replace("\",\"", "\", \"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(not(feature = "embedded"))]
    fn a_build_without_an_engine_says_how_to_name_one() {
        let sentence = named("wasmtime").err().unwrap();
        assert!(sentence.contains("feature `embedded`") && sentence.contains("--engine-cmd"), "{sentence}");
    }

    #[test]
    fn an_unknown_engine_is_told_what_there_is() {
        let sentence = named("wasmedg").err().unwrap();
        for part in ["no engine called \"wasmedg\"", "wasmedge", "./mine.toml", "--engine-cmd"] {
            assert!(sentence.contains(part), "{sentence}");
        }
        assert!(named("./nowhere.toml").err().unwrap().starts_with("cannot read the engine file ./nowhere.toml: "));
    }
}
