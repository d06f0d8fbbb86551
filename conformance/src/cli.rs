//! The command line: what to run, progress, reports, exit codes.

mod engines;

use std::collections::BTreeMap;
use std::io::{ErrorKind, IsTerminal, Write as _, stderr, stdout};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};

use self::engines::{EngineCommand, EngineOptions};
use crate::case::Case;
use crate::engine::{Engine, EngineInfo, Template};
use crate::runner::{Report, Settings, run};
use crate::verdict::Verdict;
use crate::{catalogue, glob, report, repro, suite};

/// As expected.
const GREEN: u8 = 0;
/// Something unexpected happened.
const RED: u8 = 1;
/// The command line is wrong, or the engine cannot be used. Clap uses the same number.
const USAGE: u8 = 2;
/// There is a mistake in the suite itself.
const DEFECT: u8 = 3;

const NOTES: &str = "\
Examples:
  wasi-crypto-conformance                                   everything, on the embedded engine
  wasi-crypto-conformance engines                           which engines are known, and found here
  wasi-crypto-conformance --engine wasmedge                 everything, on one of them
  wasi-crypto-conformance --engine-cmd 'mine run {module}'  everything, on any engine
  wasi-crypto-conformance new-engine mine                   describes one in a file, and tries it
  wasi-crypto-conformance --filter 'symmetric/*AES-256-GCM*'
  wasi-crypto-conformance --requirement ARRAY-PULL-002 --strict
  wasi-crypto-conformance --list --filter array             what there is, one case a line
  wasi-crypto-conformance --repro array/pull/two-halves     writes the guest and a listing of it
  wasi-crypto-conformance --json report.json

Any engine:
  A command line after --engine-cmd is started once for each guest, with the path of a .wasm file
  for {module}. The guest imports functions of wasi-crypto and `fd_write` of
  wasi_snapshot_preview1, and exports `memory` and `_start`; it needs no files, arguments or
  variables. What it writes is looked for among whatever else is on standard output. A missing
  import, a trap and a crash are told apart by what the engine writes (on either stream), by its
  exit status and by the signal that ended it; an engine that takes too long is killed, with all
  that it started. It gets this command's environment, and no standard input. The line is split as
  a shell would: blanks separate, '…' and \"…\" hold together, a backslash takes the next
  character as it is. There is no shell: for variables write 'env NAME=VALUE mine {module}', for
  more 'sh -c \"…\" sh {module}'. What cannot be said in a command line, an engine file can; see
  `new-engine`. An engine that can run many guests in one process is a worker; see WORKER.md.

Verdicts:
  pass, fail, trap, crash (of the engine's process), timeout;
  warn: a recommendation is not met;
  info: the text leaves it open, and the host answers otherwise than this project's;
  na: the host does not have what the case needs;  skip: the runner cannot run it there.
  Probes, which find out what a host has before the cases run, are counted apart from the cases.

Exit codes:
  0  nothing unexpected        2  wrong usage, or the engine cannot be used
  1  unexpected results        3  a defect of the suite itself";

/// Tells what a wasi-crypto host does and does not do: which functions and algorithms are there, which requirements
/// of the specification hold, which published test vectors pass.
#[derive(Debug, Parser)]
#[command(name = "wasi-crypto-conformance", version, after_help = NOTES, args_conflicts_with_subcommands = true)]
struct Options {
    #[command(subcommand)]
    command: Option<Other>,

    #[command(flatten)]
    engines: EngineOptions,

    /// Run only cases whose id fits; `*` and `?` are wildcards, a plain path takes everything below it; may be repeated
    #[arg(long, value_name = "GLOB")]
    filter: Vec<String>,

    /// Run only cases about this requirement, such as ARRAY-PULL-002; may be repeated
    #[arg(long, value_name = "ID")]
    requirement: Vec<String>,

    /// Count recommendations and the preferred readings of open points as requirements
    #[arg(long)]
    strict: bool,

    /// Guests to run at the same time [default: as many as there are processors]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Seconds that one case may take [default: 30, or what the engine's file says]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: Option<u64>,

    /// List the cases, with their requirements, and run nothing
    #[arg(long)]
    list: bool,

    /// Write the guest of one case and a listing of it into the current folder, and run nothing
    #[arg(long, value_name = "ID", conflicts_with = "list")]
    repro: Option<String>,

    /// Write a report as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Options {
    /// How to run cases on this engine.
    fn settings(&self, engine: &dyn Engine) -> Settings {
        let (wishes, default) = (engine.wishes(), Settings::default());
        Settings {
            jobs: self.jobs.or(wishes.jobs).map_or(default.jobs, NonZeroUsize::get),
            timeout: self.timeout.map(Duration::from_secs).or(wishes.timeout).unwrap_or(default.timeout),
            strict: self.strict,
            batch: wishes.batch.map_or(default.batch, NonZeroUsize::get),
        }
    }
}

/// What else the program does than run cases.
#[derive(Debug, Subcommand)]
enum Other {
    #[command(flatten)]
    Engine(EngineCommand),
}

/// What came of one engine: a report, or the sentence that says why it cannot be used.
struct Run {
    engine: EngineInfo,
    report: Result<Report, String>,
    time: Duration,
}

/// The whole program.
pub fn main() -> ExitCode {
    let options = Options::parse();
    let other = match (&options.engines.worker, &options.command) {
        (Some(name), _) => Some(engines::serve(name)),
        (None, Some(Other::Engine(command))) => Some(command.run()),
        (None, None) => None,
    };
    if let Some(result) = other {
        return result.map_or_else(|reason| fail(USAGE, &reason), |()| ExitCode::from(GREEN));
    }
    // A builder panics on a case that cannot be, and has told why on standard error.
    let Ok(cases) = std::panic::catch_unwind(suite::all) else {
        return fail(
            DEFECT,
            "a case cannot be built, so nothing was run; this is a mistake in the suite, not in the host",
        );
    };
    let defects = catalogue::defects(&cases);
    if !defects.is_empty() {
        let sentence = "cases do not fit the catalogue of requirements, so nothing was run; this is a mistake in the suite, \
                        not in the host:";
        return fail(DEFECT, &format!("{sentence}\n  {}", defects.join("\n  ")));
    }
    match start(&options, cases) {
        Ok(code) => ExitCode::from(code),
        Err(reason) => fail(USAGE, &reason),
    }
}

fn fail(code: u8, reason: &str) -> ExitCode {
    // If nobody can be told, the code says it.
    let _ = writeln!(stderr(), "error: {reason}");
    ExitCode::from(code)
}

fn start(options: &Options, cases: Vec<Case>) -> Result<u8, String> {
    if let Some(id) = &options.repro {
        return write_repro(&cases, id, &options.engines);
    }
    let coverage = catalogue::coverage(&cases);
    let cases = select(options, cases)?;
    if options.list {
        let lines = cases.iter().map(|case| format!("{}  {}\n", case.id, case.requirements.join(",")));
        return say(&lines.collect::<String>()).map(|()| GREEN);
    }
    let engines = options.engines.engines()?;
    let runs: Vec<Run> =
        engines.iter().map(|engine| run_on(engine.as_ref(), &cases, &options.settings(engine.as_ref()))).collect();
    // The files first: a reader of the text may go away.
    if let Some(path) = &options.json {
        for Run { engine, report, .. } in &runs {
            let path = if runs.len() == 1 { path.clone() } else { path_for(path, &engine.name) };
            report.as_ref().map_or(Ok(()), |report| write(&path, report::json(report)))?;
        }
    }
    for Run { engine, report, time } in &runs {
        match report {
            Ok(report) => say(&text(report, &coverage, *time))?,
            Err(reason) if runs.len() == 1 => return Err(reason.clone()),
            Err(reason) => drop(fail(USAGE, &format!("{}: {reason}", engine.name))),
        }
    }
    Ok(runs.iter().map(Run::code).max().unwrap_or(GREEN))
}

fn run_on(engine: &dyn Engine, cases: &[Case], settings: &Settings) -> Run {
    let begin = Instant::now();
    let progress = Progress::new();
    let report = run(engine, cases, settings, &|done, all| progress.show(done, all));
    progress.clear();
    Run { engine: engine.info(), report, time: begin.elapsed() }
}

impl Run {
    fn code(&self) -> u8 {
        match &self.report {
            Ok(report) if report.is_green() => GREEN,
            Ok(_) => RED,
            Err(_) => USAGE,
        }
    }
}

/// `report.json` of several engines is a file for each, such as `report-wasmi.json`.
fn path_for(path: &Path, engine: &str) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{engine}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Writes to standard output. A reader that has seen enough and closes it, as `head` does, is no error.
fn say(text: &str) -> Result<(), String> {
    let mut output = stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|error| format!("cannot write to standard output: {error}")),
    }
}

/// The cases that the options ask for. The error names what fits none.
fn select(options: &Options, cases: Vec<Case>) -> Result<Vec<Case>, String> {
    for id in &options.requirement {
        if !catalogue::requirements().iter().any(|requirement| requirement.id == id) {
            return Err(format!("there is no requirement {id:?}; `--list` shows those that have cases"));
        }
    }
    let wanted = |case: &Case| {
        let by_id = options.filter.is_empty() || options.filter.iter().any(|pattern| glob::matches(pattern, &case.id));
        let by_requirement =
            options.requirement.is_empty() || case.requirements.iter().any(|id| options.requirement.contains(id));
        by_id && by_requirement
    };
    let selected: Vec<Case> = cases.into_iter().filter(wanted).collect();
    if selected.is_empty() {
        return Err("no case fits --filter and --requirement; `--list` shows them all".to_owned());
    }
    Ok(selected)
}

fn write_repro(cases: &[Case], id: &str, engines: &EngineOptions) -> Result<u8, String> {
    let case = cases.iter().find(|case| case.id == id);
    let case = case.ok_or_else(|| format!("there is no case {id:?}; `--list` shows them all"))?;
    let name: String = id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    let (wasm, listing) = (format!("{name}.wasm"), format!("{name}.txt"));
    write(Path::new(&wasm), repro::wasm(case))?;
    write(Path::new(&listing), repro::listing(case))?;
    let command = engines.first_command().map_or("wasi-crypto run {module}", Template::text).replace("{module}", &wasm);
    let same = engines.first();
    say(&format!(
        "{wasm}: the guest; it imports WASI's fd_write and the functions that it calls, and runs on any engine:\n\
         \x20   {command}\n\
         {listing}: what it does, step by step, and what the lines mean that it writes\n\
         The same in this runner:\n\
         \x20   wasi-crypto-conformance{same} --filter '{id}'\n"
    ))?;
    Ok(GREEN)
}

fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<(), String> {
    std::fs::write(path, content).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// What came of a run, for people.
fn text(report: &Report, coverage: &BTreeMap<&str, (usize, usize)>, time: Duration) -> String {
    let colour = stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut text = String::new();
    for verdict in [Verdict::Info, Verdict::Warn, Verdict::Timeout, Verdict::Crash, Verdict::Trap, Verdict::Fail] {
        for result in report.probes.iter().filter(|result| result.verdict == verdict) {
            text.push_str(&report::finding(result, colour));
        }
        for result in report.cases.iter().filter(|result| result.verdict == verdict) {
            text.push_str(&report::finding(result, colour));
            if verdict.is_unexpected() {
                text.push_str(&format!("        again:    wasi-crypto-conformance --repro '{}'\n", result.id));
            }
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&report::table(report, colour));
    let areas: Vec<String> = [
        "ABI", "ERR", "HANDLE", "ARRAY", "OPT", "ALG", "SYM", "SEC", "ENC", "ASYM", "KP", "PK", "SK", "SIG", "KX",
        "BATCH", "SM", "MK", "KID", "MF", "EXT",
    ]
    .iter()
    .filter_map(|area| coverage.get(area).map(|(covered, all)| format!("{area} {covered}/{all}")))
    .collect();
    text.push_str(&format!("\nobservable requirements that have a case: {}\n", areas.join(", ")));
    text.push_str(&format!(
        "{} on {}, {:.2} s\n",
        report::last_line(report),
        report.engine.version,
        time.as_secs_f64()
    ));
    text
}

/// A bar on a terminal; nothing elsewhere, where the end of the run is soon enough.
struct Progress {
    terminal: bool,
    last: Mutex<Instant>,
}

impl Progress {
    fn new() -> Self {
        Self { terminal: stderr().is_terminal(), last: Mutex::new(Instant::now()) }
    }

    fn show(&self, done: usize, all: usize) {
        const WIDTH: usize = 40;
        const INTERVAL: Duration = Duration::from_millis(50);
        if !self.terminal {
            return;
        }
        let Ok(mut last) = self.last.try_lock() else { return };
        if last.elapsed() < INTERVAL {
            return;
        }
        *last = Instant::now();
        let full = (done * WIDTH).checked_div(all).unwrap_or(WIDTH);
        let _ = write!(stderr(), "\r[{}{}] {done}/{all}", "#".repeat(full), "-".repeat(WIDTH - full));
    }

    fn clear(&self) {
        if self.terminal {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notes_of_the_help_are_not_broken_again() {
        // Clap breaks lines of more than 100 characters.
        for line in NOTES.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }

    #[test]
    fn the_examples_of_the_help_name_what_there_is() {
        let cases = suite::all();
        let examples =
            NOTES.lines().skip_while(|line| *line != "Examples:").skip(1).take_while(|line| !line.is_empty());
        let mut named = 0;
        for example in examples {
            // An explanation stands behind two blanks.
            let command = example.trim_start().split("  ").next().unwrap();
            let template = Template::worker(&format!("env {}", command.replace("{module}", "guest"))).unwrap();
            let words = template.args().iter().map(|word| word.to_str().unwrap().replace("run guest", "run {module}"));
            let options = Options::try_parse_from(words).unwrap();
            if let Some(id) = &options.repro {
                assert!(cases.iter().any(|case| case.id == *id), "{example}");
            }
            if options.command.is_some() {
                continue;
            }
            named += options.filter.len() + options.requirement.len() + usize::from(options.repro.is_some());
            select(&options, cases.clone()).unwrap_or_else(|error| panic!("{example}: {error}"));
        }
        assert!(named >= 4);
    }

    #[test]
    fn the_command_line_is_consistent() {
        <Options as clap::CommandFactory>::command().debug_assert();
    }
}
