//! The engines of the command line: which ones it names, and what else can be asked about them.

use clap::{Args, Subcommand};

use super::say;
use crate::engine::command::CommandEngine;
#[cfg(feature = "embedded")]
use crate::engine::embedded;
#[cfg(feature = "wasmi")]
use crate::engine::wasmi;
use crate::engine::{Engine, Template};

/// What runs the guests.
#[derive(Debug, Args)]
pub(super) struct EngineOptions {
    /// What runs the guests; `wasmtime`, the default, is embedded, with this project's host; may be repeated
    #[arg(long, value_name = "NAME")]
    engine: Vec<String>,

    /// The engine is this command, which runs the guest in the place of {module}; see below; may be repeated
    #[arg(long, value_name = "COMMAND")]
    engine_cmd: Vec<Template>,

    /// Run guests that come on standard input; for the runner's own use
    #[arg(long, value_name = "NAME", hide = true)]
    pub(super) worker: Option<String>,
}

/// What can be asked about engines.
#[derive(Debug, Subcommand)]
pub(super) enum EngineCommand {
    /// List the engines that are known, and which of them can be used here
    Engines,
}

impl EngineOptions {
    /// The engines to run on, one after the other.
    pub(super) fn engines(&self) -> Result<Vec<Box<dyn Engine>>, String> {
        let commands = self.engine_cmd.iter().map(|template| {
            let engine: Box<dyn Engine> = Box::new(CommandEngine::new(template.clone()));
            Ok(engine)
        });
        let named = self.engine.iter().map(|name| embedded_engine(name));
        let engines: Vec<Box<dyn Engine>> = named.chain(commands).collect::<Result<_, _>>()?;
        if engines.is_empty() { Ok(vec![embedded_engine(DEFAULT)?]) } else { Ok(engines) }
    }

    /// The options that name the first of the engines, as a shell wants them, with a blank in front; nothing for the default.
    pub(super) fn first(&self) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        match (self.engine.first(), self.engine_cmd.first()) {
            (Some(name), _) => format!(" --engine {}", quoted(name)),
            (None, Some(template)) => format!(" --engine-cmd {}", quoted(template.text())),
            (None, None) => String::new(),
        }
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
            Self::Engines => say(&EMBEDDED.iter().map(|name| format!("{name}\n")).collect::<String>()),
        }
    }
}

/// The engine of a command line that names none.
const DEFAULT: &str = "wasmtime";

/// The engines that this build has in itself.
const EMBEDDED: &[&str] = &[
    #[cfg(feature = "embedded")]
    embedded::NAME,
    #[cfg(feature = "wasmi")]
    wasmi::NAME,
];

fn embedded_engine(name: &str) -> Result<Box<dyn Engine>, String> {
    match name {
        #[cfg(feature = "embedded")]
        embedded::NAME => Ok(Box::new(embedded::engine(&["--worker", name])?)),
        #[cfg(feature = "wasmi")]
        wasmi::NAME => Ok(Box::new(wasmi::engine(&["--worker", name])?)),
        _ if EMBEDDED.is_empty() => Err(format!(
            "this build was made without the features `embedded` and `wasmi` and has no engine of its own, so none called {name:?}; \
             say how to start one, for instance --engine-cmd 'mine run {{module}}'"
        )),
        _ => Err(format!("there is no engine called {name:?}; this build has: {}", EMBEDDED.join(", "))),
    }
}

/// Does what the runner has started this program for.
pub(super) fn serve(name: &str) -> Result<(), String> {
    match name {
        #[cfg(feature = "embedded")]
        embedded::NAME => embedded::serve_own_host(),
        #[cfg(feature = "wasmi")]
        wasmi::NAME => wasmi::serve_own_host(),
        _ => Err(format!("there is no engine called {name:?} to work for")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    #[cfg(not(any(feature = "embedded", feature = "wasmi")))]
    fn a_build_without_an_engine_says_how_to_name_one() {
        let sentence = super::embedded_engine("wasmtime").err().unwrap();
        assert!(sentence.contains("none called \"wasmtime\"") && sentence.contains("--engine-cmd"), "{sentence}");
    }
}
