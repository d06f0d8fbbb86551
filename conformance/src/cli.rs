//! The command line: what to run, progress, reports, exit codes.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write as _, stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::Parser;

use crate::case::Case;
use crate::engine::EngineInfo;
use crate::engine::worker::{WorkerEngine, serve_own_host};
use crate::runner::{Report, Settings, run};
use crate::verdict::Verdict;
use crate::{cases, catalogue, glob, report, repro};

/// As expected.
const GREEN: u8 = 0;
/// Something unexpected happened.
const RED: u8 = 1;
/// The command line is wrong, or the engine cannot be used. Clap uses the same number.
const USAGE: u8 = 2;
/// The suite itself is defect.
const DEFECT: u8 = 3;

/// The embedded wasmtime, which does not tell its version; a test compares it with the lock file.
const WASMTIME_VERSION: &str = "48.0.8";

const EXAMPLES: &str = "\
Examples:
  wasi-crypto-conformance                                   everything, on the embedded engine
  wasi-crypto-conformance --filter 'symmetric/*AES-256-GCM*'
  wasi-crypto-conformance --requirement ARRAY-PULL-002 --strict
  wasi-crypto-conformance --list --filter handle            what there is, one case a line
  wasi-crypto-conformance --repro array/pull/streams        writes the guest and a listing of it
  wasi-crypto-conformance --json report.json

Verdicts:
  pass, fail, trap, crash (of the engine's process), timeout;
  warn: a recommendation is not met;  info: the text leaves it open, and the host answers otherwise than this project's;
  na: the host does not have what the case needs;  skip: the runner cannot run it there.

Exit codes:
  0  nothing unexpected        2  wrong usage, or the engine cannot be used
  1  unexpected results        3  a defect of the suite itself";

/// Tells what a wasi-crypto host does and does not do: which functions and algorithms are there, which requirements
/// of the specification hold, which published test vectors pass.
#[derive(Debug, Parser)]
#[command(name = "wasi-crypto-conformance", version, after_help = EXAMPLES)]
struct Options {
    /// The engine that runs the guests; `wasmtime` is embedded, with this project's host
    #[arg(long, value_name = "NAME", default_value = "wasmtime")]
    engine: String,

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
    jobs: Option<std::num::NonZeroUsize>,

    /// Seconds that a guest may be silent
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u64,

    /// List the cases, with their requirements, and run nothing
    #[arg(long)]
    list: bool,

    /// Write the guest of one case and a listing of it into the current folder, and run nothing
    #[arg(long, value_name = "ID", conflicts_with = "list")]
    repro: Option<String>,

    /// Write a report as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Run guests that come on standard input; for the runner's own use
    #[arg(long, hide = true)]
    worker: bool,
}

/// The whole program.
pub fn main() -> ExitCode {
    let options = Options::parse();
    if options.worker {
        return match serve_own_host() {
            Ok(()) => ExitCode::from(GREEN),
            Err(reason) => fail(USAGE, &reason),
        };
    }
    // A builder panics on a case that cannot be: a defect of the suite, whose message is already on standard error.
    let Ok(cases) = std::panic::catch_unwind(cases::all) else {
        return fail(DEFECT, "a case cannot be built; this is a mistake in the suite, not in the host");
    };
    let defects = catalogue::defects(&cases);
    if !defects.is_empty() {
        return fail(DEFECT, &format!("the suite is defect:\n  {}", defects.join("\n  ")));
    }
    match start(&options, cases) {
        Ok(code) => ExitCode::from(code),
        Err(reason) => fail(USAGE, &reason),
    }
}

fn fail(code: u8, reason: &str) -> ExitCode {
    eprintln!("error: {reason}");
    ExitCode::from(code)
}

fn start(options: &Options, cases: Vec<Case>) -> Result<u8, String> {
    if let Some(id) = &options.repro {
        return write_repro(&cases, id);
    }
    let coverage = catalogue::coverage(&cases);
    let cases = select(options, cases)?;
    if options.list {
        for case in &cases {
            println!("{}  {}", case.id, case.requirements.join(","));
        }
        return Ok(GREEN);
    }
    let mut settings =
        Settings { strict: options.strict, timeout: Duration::from_secs(options.timeout), ..Settings::default() };
    if let Some(jobs) = options.jobs {
        settings.jobs = jobs.get();
    }
    let begin = Instant::now();
    let progress = Progress::new();
    let report = run(&embedded_engine(&options.engine)?, &cases, &settings, &|done, all| progress.show(done, all));
    progress.clear();
    let report = report?;
    print(&report, &coverage, begin.elapsed());
    if let Some(path) = &options.json {
        write(path, report::json(&report))?;
    }
    Ok(if report.is_green() { GREEN } else { RED })
}

fn embedded_engine(name: &str) -> Result<WorkerEngine, String> {
    if name != "wasmtime" {
        return Err(format!("there is no engine called {name:?}; this build has: wasmtime"));
    }
    let program =
        std::env::current_exe().map_err(|error| format!("cannot find the program to start workers: {error}"))?;
    let version = format!("wasmtime {WASMTIME_VERSION}, wasi-crypto-host {}", env!("CARGO_PKG_VERSION"));
    Ok(WorkerEngine::new(EngineInfo { name: name.to_owned(), version }, program, ["--worker".into()]))
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

fn write_repro(cases: &[Case], id: &str) -> Result<u8, String> {
    let case = cases.iter().find(|case| case.id == id);
    let case = case.ok_or_else(|| format!("there is no case {id:?}; `--list` shows them all"))?;
    let name: String = id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    let (wasm, listing) = (format!("{name}.wasm"), format!("{name}.txt"));
    write(Path::new(&wasm), repro::wasm(case))?;
    write(Path::new(&listing), repro::listing(case))?;
    println!("{wasm}: the guest; it imports WASI's fd_write and the functions that it calls, and runs on any engine:");
    println!("    wasi-crypto run {wasm}");
    println!(
        "{listing}: what it does, step by step; it prints `@wcc P` if the case passes, `@wcc F CASE STEP SEEN` if not"
    );
    println!("The same in this runner:");
    println!("    wasi-crypto-conformance --filter '{id}'");
    Ok(GREEN)
}

fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<(), String> {
    std::fs::write(path, content).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

fn print(report: &Report, coverage: &BTreeMap<&str, (usize, usize)>, time: Duration) {
    let colour = stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut text = String::new();
    for verdict in [Verdict::Info, Verdict::Warn, Verdict::Timeout, Verdict::Crash, Verdict::Trap, Verdict::Fail] {
        for result in report.results.iter().filter(|result| result.verdict == verdict) {
            text.push_str(&report::finding(result, colour));
            if verdict.is_unexpected() && result.kind != "probe" {
                text.push_str(&format!("        again:    wasi-crypto-conformance --repro '{}'\n", result.id));
            }
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&report::table(report, colour));
    let areas: Vec<String> =
        ["ABI", "ERR", "HANDLE", "ARRAY", "OPT", "ALG", "SYM", "SEC", "ENC", "ASYM", "KP", "PK", "SK", "SIG", "KX"]
            .iter()
            .filter_map(|area| coverage.get(area).map(|(covered, all)| format!("{area} {covered}/{all}")))
            .collect();
    text.push_str(&format!("\nobservable requirements that have a case: {}\n", areas.join(", ")));
    text.push_str(&format!("{} on {}, {:.2} s\n", verdict_of(report), report.engine.version, time.as_secs_f64()));
    // Nobody is there to read it if this fails.
    let _ = stdout().write_all(text.as_bytes());
}

fn verdict_of(report: &Report) -> String {
    let unexpected = report.results.iter().filter(|result| result.verdict.is_unexpected()).count();
    match unexpected {
        0 => format!("{} cases, nothing unexpected", report.results.len()),
        1 => format!("{} cases, 1 unexpected result", report.results.len()),
        n => format!("{} cases, {n} unexpected results", report.results.len()),
    }
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
        eprint!("\r[{}{}] {done}/{all}", "#".repeat(full), "-".repeat(WIDTH - full));
    }

    fn clear(&self) {
        if self.terminal {
            eprint!("\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_wasmtime_is_that_of_the_lock_file() {
        let lock = include_str!("../../Cargo.lock").replace('\r', "");
        assert!(lock.contains(&format!("name = \"wasmtime\"\nversion = \"{WASMTIME_VERSION}\"\n")));
    }

    #[test]
    fn the_command_line_is_consistent() {
        <Options as clap::CommandFactory>::command().debug_assert();
    }
}
