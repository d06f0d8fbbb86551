//! `cargo xtask fuzz`: runs the targets of the folder `fuzz`, and says what to do with what they find.
//!
//! Built by the compiler in use, without a sanitizer, unless one is asked for: without, there are several times as many executions.
//! Everything goes to `fuzz/target`, apart from the workspace's builds.

mod backends;
mod coverage;
mod kept;

use std::collections::BTreeSet;
use std::fs;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::root;
use crate::run::{cargo, for_each_line, nightly_cargo, prepare_nightly, run, succeeds};

pub(crate) const USAGE: &str = "\
Arguments of fuzz:
  TARGET…        calls, encodings, differential, oracle, store, threads, runner or cli_files; all of them if none
                 is named; as many run at a time as there are processors
  --minutes N    how long each target runs (5)
  --backend B    what the host is built with: ring (with RustCrypto; the default) or aws-lc-rs
  --address      builds with AddressSanitizer, the C code of the libraries, too; needs a nightly compiler
  --coverage     does not look for anything new: says which lines of the host the targets do not reach with the inputs
                 that there are
  --backends     does not look for anything new: compares what the host answers with each backend to the inputs that
                 there are of encodings and differential
  --keep         does not look for anything new: chooses from the inputs that there are those that every run shall begin
                 with, and writes them to fuzz/kept
";

const TARGETS: [&str; 8] = ["calls", "encodings", "differential", "oracle", "store", "threads", "runner", "cli_files"];

/// How long each target runs among the tests, besides its seeds.
const MINUTES_OF_CHECK: f64 = 1.0;

/// By default, frames lie in the heap, and what the host wipes of a stack is not what it has used.
const ADDRESS_SANITIZER: (&str, &str) = ("ASAN_OPTIONS", "detect_stack_use_after_return=0");

/// So many files are given to one process: command lines are bounded.
const AT_ONCE: usize = 500;

/// If it is set, a target writes its seeds and its dictionary to the folder that it names, and ends.
const SEEDS: &str = "WASI_CRYPTO_FUZZ_SEEDS";

/// What to run.
#[derive(Debug, PartialEq)]
struct Plan {
    targets: Vec<&'static str>,
    minutes: f64,
    backend: Backend,
    /// Whether AddressSanitizer looks on.
    sanitizes: bool,
    /// Where the random numbers of libFuzzer begin; elsewhere each time if there is none.
    seed: Option<u32>,
    what: What,
}

/// What is done with the inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// New ones are looked for.
    Fuzz,
    /// They show what they reach.
    Coverage,
    /// They are given to both backends.
    Backends,
    /// Those that every run begins with are chosen.
    Keep,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Backend {
    Ring,
    AwsLc,
}

impl Backend {
    fn features(self) -> &'static [&'static str] {
        match self {
            Self::Ring => &[],
            Self::AwsLc => &["--features", "aws-lc-rs"],
        }
    }
}

/// Runs the targets that are named, or all.
pub(crate) fn fuzz(args: &[String]) -> Result<(), String> {
    let plan = Plan::parse(args)?;
    if plan.what == What::Coverage {
        return coverage::measure(&plan);
    }
    prepare()?;
    if plan.sanitizes {
        prepare_nightly("rust-std")?;
    }
    match plan.what {
        What::Backends => backends::compare(&plan),
        What::Keep => kept::choose(&plan),
        _ => plan.run(),
    }
}

/// The seeds of each target and a short time more, and what else is to be checked of their code. The reason, if it cannot be done here.
pub(crate) fn check() -> Result<Option<&'static str>, String> {
    if prepare().inspect_err(|cause| eprintln!("{cause}")).is_err() {
        return Ok(Some("because cargo-fuzz, or the C++ compiler that it needs, is not there and cannot be installed"));
    }
    run(in_folder(cargo(&["fmt", "--check"])))?;
    run(in_folder(cargo(&["clippy", "--locked", "--all-targets", "--", "-D", "warnings"])))?;
    run(in_folder(cargo(&["test", "--locked", "--lib"])))?;
    // The same way each time, so that it tells of what was changed; long runs look for what is new.
    let plan = Plan {
        targets: TARGETS.into(),
        minutes: MINUTES_OF_CHECK,
        backend: Backend::Ring,
        sanitizes: false,
        seed: Some(1),
        what: What::Fuzz,
    };
    plan.run().map(|()| None)
}

/// Installs cargo-fuzz if it is missing.
fn prepare() -> Result<(), String> {
    let compiler = std::env::var_os("CXX").unwrap_or_else(|| "c++".into());
    let mut version = Command::new(&compiler);
    version.arg("--version");
    if !succeeds(version) {
        let compiler = compiler.display();
        return Err(format!(
            "there is no C++ compiler `{compiler}`, which libFuzzer needs; install one (on Debian: apt-get install g++)"
        ));
    }
    if succeeds(cargo(&["fuzz", "--version"])) {
        return Ok(());
    }
    run(cargo(&["install", "--locked", "cargo-fuzz"]))
}

impl Plan {
    fn parse(args: &[String]) -> Result<Self, String> {
        let mut plan = Self {
            targets: Vec::new(),
            minutes: 5.0,
            backend: Backend::Ring,
            sanitizes: false,
            seed: None,
            what: What::Fuzz,
        };
        let mut args = args.iter().map(String::as_str);
        while let Some(arg) = args.next() {
            match arg {
                "--coverage" => plan.what = What::Coverage,
                "--backends" => plan.what = What::Backends,
                "--keep" => plan.what = What::Keep,
                "--address" => plan.sanitizes = true,
                "--minutes" => {
                    let minutes = args.next().unwrap_or_default();
                    let number = minutes.parse().ok().filter(|number: &f64| *number > 0.0 && number.is_finite());
                    plan.minutes = number
                        .ok_or_else(|| format!("--minutes is a number above 0, such as 10 or 0.5, not `{minutes}`"))?;
                }
                "--backend" => {
                    plan.backend = match args.next().unwrap_or_default() {
                        "ring" => Backend::Ring,
                        "aws-lc-rs" => Backend::AwsLc,
                        other => return Err(format!("--backend is ring or aws-lc-rs, not `{other}`")),
                    }
                }
                name => match TARGETS.into_iter().find(|target| *target == name) {
                    Some(target) => plan.targets.push(target),
                    None => {
                        return Err(format!("there is no target `{name}`; the targets are: {}", TARGETS.join(", ")));
                    }
                },
            }
        }
        if plan.targets.is_empty() {
            plan.targets = TARGETS.into();
        }
        if plan.sanitizes && plan.what != What::Fuzz {
            return Err(
                "--address is for looking for new inputs, and stands without --coverage, --backends and --keep"
                    .to_owned(),
            );
        }
        Ok(plan)
    }

    fn run(&self) -> Result<(), String> {
        run(self.cargo_fuzz("build"))?;
        let outcomes = side_by_side(&self.targets, |target| self.run_target(target))?;
        eprintln!();
        outcomes.iter().for_each(|outcome| eprintln!("{}", outcome.line()));
        let findings: usize = outcomes.iter().map(|outcome| outcome.findings.len()).sum();
        if findings == 0 {
            return Ok(());
        }
        for outcome in &outcomes {
            for finding in &outcome.findings {
                let smallest = self.minimized(outcome.target, finding)?;
                eprintln!("{}", self.advice(outcome.target, &smallest));
            }
        }
        Err(format!("findings: {findings}; what to do with each is written above"))
    }

    /// A subcommand of cargo-fuzz, with what has to be the same whenever it builds.
    fn cargo_fuzz(&self, subcommand: &str) -> Command {
        let cargo = if self.sanitizes { nightly_cargo } else { cargo };
        let mut command = in_folder(cargo(&["fuzz", subcommand]));
        command.args(self.flags());
        if self.sanitizes {
            command.envs([ADDRESS_SANITIZER, ("CFLAGS", "-fsanitize=address -g1")]);
        }
        command
    }

    /// The defaults of cargo-fuzz ask for a nightly compiler, and for hooks at each comparison of the cryptographic libraries.
    fn flags(&self) -> Vec<&'static str> {
        let sanitizer = if self.sanitizes { "address" } else { "none" };
        let build = ["--sanitizer", sanitizer, "--no-trace-compares", "--target-dir", self.target_folder()];
        [&build[..], self.backend.features()].concat()
    }

    /// Apart, so that no build comes again after another.
    fn target_folder(&self) -> &'static str {
        match (self.backend, self.sanitizes) {
            (Backend::Ring, false) => "target",
            (Backend::Ring, true) => "target/address",
            (Backend::AwsLc, false) => "target/aws-lc-rs",
            (Backend::AwsLc, true) => "target/aws-lc-rs/address",
        }
    }

    /// Returns the folder in which they are, below `seeds`, and a dictionary `words`.
    fn write_seeds(&self, target: &str) -> Result<PathBuf, String> {
        let seeds = folder().join("target/seeds").join(target);
        // Those of another version of the table of functions mean something else.
        emptied(&seeds)?;
        let mut write = self.cargo_fuzz("run");
        write.arg(target).env(SEEDS, &seeds).stderr(Stdio::null());
        run(write)?;
        Ok(seeds)
    }

    fn run_target(&self, target: &'static str) -> Result<Outcome, String> {
        let corpus = folder().join("corpus").join(target);
        let artifacts = folder().join("artifacts").join(target);
        make(&corpus)?;
        make(&artifacts)?;
        let seeds = self.write_seeds(target)?;
        let kept = seeds.join("kept");
        kept::unpack(target, &kept)?;

        let known = files(&artifacts);
        let mut fuzzer = self.cargo_fuzz("run");
        fuzzer.arg(target).arg(&corpus).arg(seeds.join("seeds")).arg(kept).arg("--");
        // In MiB: no input is worth more. In seconds: the slowest takes one.
        fuzzer.args([
            "-max_len=4096",
            "-malloc_limit_mb=64",
            "-rss_limit_mb=2048",
            "-timeout=30",
            "-print_final_stats=1",
        ]);
        if self.sanitizes {
            // What was freed is kept from use, and takes its time.
            fuzzer.args(["-rss_limit_mb=4096", "-timeout=120"]);
        }
        fuzzer.args(self.seed.map(|seed| format!("-seed={seed}")));
        fuzzer.arg(format!("-max_total_time={}", (self.minutes * 60.0).ceil()));
        fuzzer.arg(format!("-dict={}", seeds.join("words").display()));
        let mut outcome = Outcome { target, executions: 0, edges: 0, findings: Vec::new() };
        let succeeded = run_fuzzer(fuzzer, &mut outcome)?;
        outcome.findings = files(&artifacts).difference(&known).cloned().collect();
        if !succeeded && outcome.findings.is_empty() {
            return Err(format!("the target `{target}` failed and left no finding; it says why above"));
        }
        // A check has no time for it, and a sanitizer takes too much.
        if outcome.findings.is_empty() && self.seed.is_none() && !self.sanitizes {
            let mut smaller = self.cargo_fuzz("cmin");
            smaller.arg(target).stderr(Stdio::null());
            run(smaller)?;
        }
        Ok(outcome)
    }

    /// The smallest input found in a minute that fails as well; at least the finding itself.
    fn minimized(&self, target: &str, finding: &Path) -> Result<PathBuf, String> {
        let artifacts = folder().join("artifacts").join(target);
        let known = files(&artifacts);
        let mut smaller = self.cargo_fuzz("tmin");
        smaller.arg(target).arg(finding).args(["--", "-max_total_time=60"]).stdout(Stdio::null()).stderr(Stdio::null());
        // What does not come again cannot be made smaller.
        let _ = run(smaller);
        let sizes = files(&artifacts).into_iter().filter(|file| !known.contains(file) || file == finding);
        let size = |file: &PathBuf| fs::metadata(file).map_or(u64::MAX, |metadata| metadata.len());
        Ok(sizes.min_by_key(size).unwrap_or_else(|| finding.to_owned()))
    }

    fn advice(&self, target: &str, finding: &Path) -> String {
        let flags = self.flags().join(" ");
        let (options, cargo) = if self.sanitizes {
            let (name, value) = ADDRESS_SANITIZER;
            (format!("{name}={value} "), "cargo +nightly")
        } else {
            (String::new(), "cargo")
        };
        // As seen from the folder in which cargo-fuzz runs.
        let finding = finding.strip_prefix(folder()).unwrap_or(finding).display();
        format!(
            "\nfuzz/{finding}\n  \
             see each of its calls: cd fuzz && {options}WASI_CRYPTO_FUZZ_TRACE=1 {cargo} fuzz run {flags} {target} {finding}\n  \
             make it smaller still: cd fuzz && {options}{cargo} fuzz tmin {flags} {target} {finding}\n  \
             then write it down as a test in wasi-crypto-host/tests, with the right answer, and look for more of its kind"
        )
    }
}

/// Does it for all targets, for as many at a time as there are processors: each has one thread that works.
fn side_by_side<T: Send>(
    targets: &[&'static str],
    work: impl Fn(&'static str) -> Result<T, String> + Sync,
) -> Result<Vec<T>, String> {
    let at_a_time = thread::available_parallelism().map_or(1, NonZero::get).min(targets.len());
    let left = Mutex::new(targets.iter().enumerate());
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
    let worker = || std::iter::from_fn(next).map(|(at, target)| (at, work(target))).collect::<Vec<_>>();
    let mut done: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..at_a_time).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// What came of a target.
struct Outcome {
    target: &'static str,
    executions: u64,
    edges: u64,
    findings: Vec<PathBuf>,
}

impl Outcome {
    fn line(&self) -> String {
        let Self { target, executions, edges, findings } = self;
        let findings = match findings.len() {
            0 => "no findings".to_owned(),
            1 => "1 finding".to_owned(),
            more => format!("{more} findings"),
        };
        format!("{target:<14}{executions:>10} executions, {edges:>6} edges covered, {findings}")
    }

    /// Reads a line of libFuzzer, such as `#128 pulse  cov: 4679 ft: 9292 …`. Whether a person wants to see it.
    fn note(&mut self, line: &str) -> bool {
        let Some(status) = line.strip_prefix('#') else {
            const NOISE: [&str; 4] = ["stat::", "WARNING: Failed to find function", "\tNEW_FUNC", "\""];
            return !NOISE.iter().any(|start| line.starts_with(start));
        };
        let mut words = status.split_whitespace();
        if let Some(executions) = words.next().and_then(|number| number.parse().ok()) {
            self.executions = executions;
        }
        let kind = words.next();
        let edges = words.skip_while(|word| *word != "cov:").nth(1).and_then(|number| number.parse().ok());
        self.edges = edges.unwrap_or(self.edges);
        matches!(kind, Some("INITED" | "pulse" | "DONE"))
    }
}

/// Runs a fuzzer, and shows the parts of what it says that are not about single inputs. Whether it ended well.
fn run_fuzzer(mut fuzzer: Command, outcome: &mut Outcome) -> Result<bool, String> {
    eprintln!("fuzzing {}", outcome.target);
    let mut child = fuzzer.stderr(Stdio::piped()).spawn().map_err(|cause| format!("cannot run cargo fuzz: {cause}"))?;
    for_each_line(child.stderr.take(), |line| {
        if outcome.note(line) {
            eprintln!("{}: {line}", outcome.target);
        }
    });
    let status = child.wait().map_err(|cause| format!("cannot wait for cargo fuzz: {cause}"))?;
    Ok(status.success())
}

/// Makes a folder that has nothing of an earlier run in it.
fn emptied(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|cause| format!("cannot remove {}: {cause}", folder.display()))?;
    }
    make(folder)
}

fn make(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|cause| format!("cannot create {}: {cause}", folder.display()))
}

/// All inputs that there are of a target: its seeds, which are in this folder; what is kept, which is put there; and its corpus.
fn inputs(target: &str, seeds: &Path) -> Result<Vec<PathBuf>, String> {
    let kept = seeds.join("kept");
    kept::unpack(target, &kept)?;
    let folders = [seeds.join("seeds"), kept, folder().join("corpus").join(target)];
    Ok(folders.iter().flat_map(|folder| files(folder)).collect())
}

fn files(folder: &Path) -> BTreeSet<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

fn in_folder(mut command: Command) -> Command {
    command.current_dir(folder());
    command
}

/// The workspace of the targets.
fn folder() -> PathBuf {
    root().join("fuzz")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &str) -> Result<Plan, String> {
        Plan::parse(&args.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn all_targets_run_if_none_is_named() {
        let all = Plan {
            targets: TARGETS.into(),
            minutes: 5.0,
            backend: Backend::Ring,
            sanitizes: false,
            seed: None,
            what: What::Fuzz,
        };
        assert_eq!(parse(""), Ok(all));
        let one = Plan {
            targets: vec!["calls"],
            minutes: 0.5,
            backend: Backend::AwsLc,
            sanitizes: true,
            seed: None,
            what: What::Fuzz,
        };
        assert_eq!(parse("--minutes 0.5 calls --backend aws-lc-rs --address"), Ok(one));
        assert!(parse("--coverage").is_ok_and(|plan| plan.what == What::Coverage));
    }

    #[test]
    fn unknown_arguments_are_errors() {
        assert!(parse("handles").unwrap_err().contains("the targets are: calls, encodings, differential"));
        assert!(parse("--minutes -1").unwrap_err().contains("not `-1`"));
        assert!(parse("--minutes").is_err());
        assert!(parse("--backend openssl").unwrap_err().contains("not `openssl`"));
        assert!(parse("--keep --address").unwrap_err().contains("--address is for looking for new inputs"));
    }

    #[test]
    fn results_come_in_the_order_of_the_targets() {
        assert_eq!(side_by_side(&TARGETS, |target| Ok(target.len())), Ok(TARGETS.map(str::len).to_vec()));
        let fails = |target| if target == "store" { Err("full".to_owned()) } else { Ok(()) };
        assert_eq!(side_by_side(&TARGETS, fails), Err("full".to_owned()));
    }

    #[test]
    fn figures_are_read_off_what_the_fuzzer_says() {
        let mut outcome = Outcome { target: "calls", executions: 0, edges: 0, findings: Vec::new() };
        assert!(
            !outcome
                .note("#4607\tNEW    cov: 6745 ft: 21595 corp: 1226/249Kb lim: 376 exec/s: 44 rss: 39Mb L: 374/376")
        );
        assert!(outcome.note("#9110\tDONE   cov: 6877 ft: 23949 corp: 1709/364Kb lim: 376 exec/s: 41 rss: 41Mb"));
        assert!(outcome.note("thread '<unnamed>' (13202) panicked at src/checked.rs:128:9:"));
        assert!(!outcome.note("stat::number_of_executed_units: 9110"));
        assert_eq!(outcome.line(), "calls               9110 executions,   6877 edges covered, no findings");
    }
}
