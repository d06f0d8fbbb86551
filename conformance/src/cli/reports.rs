//! What becomes of results: the files that the command line asks for, and the commands that read them again.

use std::collections::HashSet;
use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{GREEN, RED, say, write};
use crate::case::Case;
use crate::expectations::Expectations;
use crate::report::{Document, EngineRun, badge, compare, github, html, junit, markdown, text};
use crate::{export, suite};

/// The forms of the report.
#[derive(Debug, Args)]
pub(super) struct ReportOptions {
    /// Write a report as JSON, which `report` and `compare` read; REPORT.md says what is in it
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write a report as one HTML page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Write a report as Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,

    /// Write a report as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    /// Write a table of what is supported, as Markdown
    #[arg(long, value_name = "FILE")]
    support: Option<PathBuf>,

    /// Write a badge as SVG; of several engines one each, such as badge-wasmi.svg
    #[arg(long, value_name = "FILE")]
    badge: Option<PathBuf>,

    /// Write annotations for GitHub's workflows to standard output
    #[arg(long)]
    github: bool,
}

/// What is known to go wrong.
#[derive(Debug, Args)]
pub(super) struct ExpectOptions {
    /// A TOML file of what is known to go wrong, so that only what is new is red; may be repeated
    #[arg(long, value_name = "FILE")]
    expect: Vec<PathBuf>,

    /// Write to the one file of --expect what goes wrong now: entries that still fit stay, others go, new ones wait for a reason
    #[arg(long, requires = "expect")]
    update_expectations: bool,
}

/// What can be done with reports and cases besides running them.
#[derive(Debug, Subcommand)]
pub(super) enum ReportCommand {
    /// Show reports that were written as JSON again, or in other forms
    Report {
        /// What --json has written; engines of several files come into one report
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        forms: ReportOptions,
        #[command(flatten)]
        expect: ExpectOptions,
    },
    /// Tell who answers what, wherever engines differ; where the text leaves it open comes first
    Compare {
        /// What --json has written: two files or more, or one of several engines
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Write the cases as files for another runner
    Export {
        /// A folder for pairs of .wasm and .json files, as the test runner of wasi-testsuite reads them
        #[arg(long, value_name = "DIR")]
        wasi_testsuite: PathBuf,
        /// Only cases whose id fits; may be repeated
        #[arg(long, value_name = "GLOB")]
        filter: Vec<String>,
    },
}

impl ReportOptions {
    /// Writes the files, then says what came of it. The files come first: a reader of the text may go away.
    pub(super) fn write(&self, document: &Document, more: &str) -> Result<(), String> {
        let put = |path: &Option<PathBuf>, make: fn(&Document) -> String| match path {
            Some(path) => write(path, make(document)),
            None => Ok(()),
        };
        put(&self.json, Document::json)?;
        put(&self.html, html::page)?;
        put(&self.markdown, markdown::report)?;
        put(&self.junit, junit::xml)?;
        put(&self.support, markdown::support_table)?;
        if let Some(path) = &self.badge {
            let names = compare::names(&document.engines.iter().collect::<Vec<_>>());
            for (run, name) in document.engines.iter().zip(&names) {
                let path = if names.len() == 1 { path.clone() } else { path_for(path, name) };
                write(&path, badge::svg(run))?;
            }
        }
        let colour = stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        for (i, run) in document.engines.iter().filter(|run| run.error.is_none()).enumerate() {
            let before = if i > 0 { "\n" } else { "" };
            say(&format!(
                "{before}{}{more}{} on {}, {:.2} s\n",
                text::engine(run, colour),
                text::last_line(run),
                run.title(),
                run.seconds
            ))?;
        }
        if self.github { say(&github::annotations(document)) } else { Ok(()) }
    }
}

impl ExpectOptions {
    pub(super) fn read(&self) -> Result<Expectations, String> {
        if self.update_expectations && self.expect.len() != 1 {
            return Err("--update-expectations writes one file, so there has to be one --expect".to_owned());
        }
        let mut all = Expectations::default();
        for path in &self.expect {
            // A file that is not there yet is about to be written.
            if self.update_expectations && !path.exists() {
                continue;
            }
            all.append(Expectations::read(path)?);
        }
        Ok(all)
    }

    /// Writes what goes wrong now, if asked to.
    pub(super) fn update(&self, known: &Expectations, runs: &[EngineRun]) -> Result<(), String> {
        match &self.expect[..] {
            [path] if self.update_expectations => write(path, known.updated(runs)),
            _ => Ok(()),
        }
    }
}

impl ReportCommand {
    /// Answers it. The result is an exit code.
    pub(super) fn run(&self) -> Result<u8, String> {
        match self {
            Self::Report { files, forms, expect } => {
                let mut documents = read_all(files)?;
                let known = expect.read()?;
                if !expect.expect.is_empty() {
                    documents.iter_mut().for_each(|document| apply(&known, document));
                }
                let mut document = documents.remove(0);
                document.engines.extend(documents.into_iter().flat_map(|document| document.engines));
                expect.update(&known, &document.engines)?;
                forms.write(&document, "")?;
                for (run, reason) in document.engines.iter().filter_map(|run| Some((run, run.error.as_ref()?))) {
                    say(&format!("{} could not be used: {reason}\n", run.name))?;
                }
                Ok(if document.is_green() { GREEN } else { RED })
            }
            Self::Compare { files } => {
                let documents = read_all(files)?;
                if compare::engines(&documents).len() < 2 {
                    return Err("there is only one engine in these reports, and nothing to compare it with".to_owned());
                }
                say(&compare::text(&documents)).map(|()| GREEN)
            }
            Self::Export { wasi_testsuite, filter } => {
                let count = export::wasi_testsuite(wasi_testsuite, filter)?;
                say(&format!("{}: {count} cases, each a .wasm and a .json file\n", wasi_testsuite.display()))?;
                Ok(GREEN)
            }
        }
    }
}

/// What a run of a part of the suite has left to others, it does not say itself.
fn apply(known: &Expectations, document: &mut Document) {
    let cases = if document.settings.is_partial() { suite::all() } else { Vec::new() };
    for run in &mut document.engines {
        let ids: HashSet<&str> = run.cases.iter().map(|entry| entry.id.as_str()).collect();
        let left_out: Vec<Case> = cases.iter().filter(|case| !ids.contains(case.id())).cloned().collect();
        known.apply(run, &left_out);
    }
}

fn read_all(files: &[PathBuf]) -> Result<Vec<Document>, String> {
    files.iter().map(|path| Document::read(path)).collect()
}

/// `badge.svg` of several engines is a file for each, such as `badge-wasmi.svg`; of two runs on one, `badge-wasmi-2.svg`.
fn path_for(path: &Path, engine: &str) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{}", engine.replace(" #", "-").replace(['/', '\\', ':'], "_")));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_engine_has_a_badge_of_its_own_in_the_same_folder() {
        let path = |engine| path_for(Path::new("out/badge.svg"), engine);
        assert_eq!(path("wasmi"), Path::new("out/badge-wasmi.svg"));
        assert_eq!(path("wasmi #2"), Path::new("out/badge-wasmi-2.svg"));
        assert_eq!(path("../mine"), Path::new("out/badge-.._mine.svg"));
    }
}
