//! The command line: what to run, progress, reports, exit codes.

mod engines;
mod progress;
mod reports;
mod running;

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write as _, stderr, stdout};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Instant, SystemTime};

use clap::{Parser, Subcommand};

use self::engines::{EngineCommand, EngineOptions};
use self::progress::Progress;
use self::reports::{ExpectOptions, ReportCommand, ReportOptions};
use self::running::RunOptions;
use crate::case::Case;
use crate::engine::{Engine, Template};
use crate::report::document::RunSettings;
use crate::report::{Document, EngineRun};
use crate::runner::{Runner, Settings};
use crate::{catalogue, glob, random, repro, suite};

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
  wasi-crypto-conformance --engine wasmtime --engine wasmedge --json run.json --html run.html
  wasi-crypto-conformance --expect known.toml               only what is not known is red
  wasi-crypto-conformance compare run.json older.json       who answers what, where they differ
  wasi-crypto-conformance report run.json --markdown run.md
  wasi-crypto-conformance export --wasi-testsuite folder    for another runner

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
  na: the host does not have what the case needs;  skip: it was not run;
  xfail: it goes wrong, as --expect says;  xpass: it was expected to, and does not.
  Probes, which find out what a host has before the cases run, are counted apart from the cases.
  What a host cannot read or write fails there, once; cases do with other encodings where they can.
  Results with one cause are one finding. REPORT.md says more, of expectation files, too.

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

    #[command(flatten)]
    running: RunOptions,

    /// Run so many random sequences of calls instead, which a model answers; one that fails is named by its seed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    random: Option<u32>,

    /// The seed of the first random sequence; those after it have the next ones
    #[arg(long, value_name = "S", default_value_t = 1, requires = "random")]
    seed: u64,

    /// Only these steps of the one random sequence, such as 3,17
    #[arg(long, value_name = "STEPS", value_delimiter = ',', requires = "random")]
    steps: Vec<u32>,

    /// List the cases, with their requirements, and run nothing
    #[arg(long)]
    list: bool,

    /// Write the guest of one case and a listing of it into the current folder, and run nothing
    #[arg(long, value_name = "ID", conflicts_with = "list")]
    repro: Option<String>,

    #[command(flatten)]
    forms: ReportOptions,

    #[command(flatten)]
    expect: ExpectOptions,
}

/// What else the program does than run cases.
#[derive(Debug, Subcommand)]
enum Other {
    #[command(flatten)]
    Engine(EngineCommand),
    #[command(flatten)]
    Report(ReportCommand),
}

/// The whole program.
pub fn main() -> ExitCode {
    let options = Options::parse();
    let other = match (&options.engines.worker, &options.command) {
        (Some(name), _) => Some(engines::serve(name).map(|()| GREEN)),
        (None, Some(Other::Engine(command))) => Some(command.run().map(|()| GREEN)),
        (None, Some(Other::Report(command))) => Some(command.run()),
        (None, None) => None,
    };
    if let Some(result) = other {
        return result.map_or_else(|reason| fail(USAGE, &reason), ExitCode::from);
    }
    // A builder panics on a case that cannot be, and has told why on standard error.
    let build = || match options.random {
        None => suite::all(),
        Some(1) if !options.steps.is_empty() => vec![random::part_of_sequence(options.seed, &options.steps)],
        Some(count) => random::cases(options.seed, count),
    };
    let Ok(cases) = std::panic::catch_unwind(build) else {
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
    let (cases, left_out) = select(options, cases)?;
    if options.list {
        let lines = cases.iter().map(|case| format!("{}  {}\n", case.id, case.requirements.join(",")));
        return say(&lines.collect::<String>()).map(|()| GREEN);
    }
    let engines = options.engines.engines()?;
    let known = options.expect.read()?;
    let settings = RunSettings {
        strict: options.strict,
        filter: options.filter.clone(),
        requirement: options.requirement.clone(),
        shard: options.running.shard.map(|shard| shard.to_string()),
        seed: options.random.map(|_| options.seed),
    };
    let mut document = Document::new(SystemTime::now(), settings);
    for (engine, again) in engines.iter().zip(options.engines.each()) {
        let settings = Settings {
            strict: options.strict,
            skip: known.skipped(&engine.info()),
            ..options.running.settings(engine.as_ref(), options.engines.durable)
        };
        let mut run = run_on(engine.as_ref(), &cases, &settings, again, options.random.is_some());
        if run.error.is_none() {
            known.apply(&mut run, &left_out);
        }
        document.engines.push(run);
    }
    options.expect.update(&known, &document.engines)?;
    options.forms.write(&document, &coverage_line(&coverage))?;
    let errors = document.engines.iter().filter_map(|run| Some((run, run.error.as_ref()?)));
    let errors: Vec<String> = errors
        .map(|(run, reason)| if engines.len() == 1 { reason.clone() } else { format!("{}: {reason}", run.name) })
        .collect();
    match errors.is_empty() {
        false => Err(errors.join("\nerror: ")),
        true => Ok(if document.is_green() { GREEN } else { RED }),
    }
}

fn run_on(engine: &dyn Engine, cases: &[Case], settings: &Settings, again: String, is_random: bool) -> EngineRun {
    let begin = Instant::now();
    let info = engine.info();
    let progress = Progress::new(&info.name);
    let report = Runner::probe(engine, cases, settings).and_then(|runner| {
        let mut report = runner.run(cases, &|done, all| progress.show(done, all))?;
        if is_random {
            random::shrink(&runner, &mut report)?;
        }
        Ok(report)
    });
    progress.clear();
    match report {
        Ok(report) => EngineRun::new(&report, again, begin.elapsed()),
        Err(reason) => EngineRun::unusable(&info, again, begin.elapsed(), Some(reason)),
    }
}

/// Writes to standard output. A reader that has seen enough and closes it, as `head` does, is no error.
fn say(text: &str) -> Result<(), String> {
    let mut output = stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|error| format!("cannot write to standard output: {error}")),
    }
}

/// The cases that the options ask for, and the others. The error names what fits none.
fn select(options: &Options, cases: Vec<Case>) -> Result<(Vec<Case>, Vec<Case>), String> {
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
    let (selected, mut left_out): (Vec<Case>, Vec<Case>) = cases.into_iter().partition(wanted);
    if selected.is_empty() {
        return Err("no case fits --filter and --requirement; `--list` shows them all".to_owned());
    }
    let takes = |case: &Case| options.running.shard.is_none_or(|shard| shard.takes(&case.id));
    let (selected, of_others): (Vec<Case>, Vec<Case>) = selected.into_iter().partition(takes);
    left_out.extend(of_others);
    Ok((selected, left_out))
}

fn write_repro(cases: &[Case], id: &str, engines: &EngineOptions) -> Result<u8, String> {
    let case = cases.iter().find(|case| case.id == id);
    let case = case.ok_or_else(|| format!("there is no case {id:?}; `--list` shows them all"))?;
    let name = repro::file_name(id);
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

fn coverage_line(coverage: &BTreeMap<&str, (usize, usize)>) -> String {
    let areas: Vec<String> = [
        "ABI", "ERR", "HANDLE", "ARRAY", "OPT", "ALG", "SYM", "SEC", "ENC", "ASYM", "KP", "PK", "SK", "SIG", "KX",
        "BATCH", "SM", "MK", "KID", "MF", "EXT",
    ]
    .iter()
    .filter_map(|area| coverage.get(area).map(|(covered, all)| format!("{area} {covered}/{all}")))
    .collect();
    format!("\nobservable requirements that have a case: {}\n", areas.join(", "))
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
