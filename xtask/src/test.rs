//! `cargo xtask test`: everything that must hold before a change goes in.
//!
//! The whole workspace is always built with the same features and in one profile, so that the dependencies are compiled once.

use std::io;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::run::{cargo, for_each_line, output, run, run_and_look, succeeds};
use crate::{fuzz as fuzzing, guests, package, root, soak as soaking, tools};

/// One check.
struct Step {
    name: &'static str,
    run: fn(&mut Totals) -> Result<Outcome, String>,
}

enum Outcome {
    Passed,
    /// Not run, for this reason.
    LeftOut(&'static str),
}

/// What the last line tells.
#[derive(Default)]
struct Totals {
    tests: u64,
    passed: u32,
    left_out: Vec<&'static str>,
}

/// Everything but the second backend, which the step `aws-lc-rs` puts in the place of the first.
pub(crate) const FEATURES: &str = "--features=wasi-crypto-host/cli,wasi-crypto-host/tracing,wasi-crypto-conformance/wasmi,wasi-crypto-conformance/sqlite,\
                        wasi-crypto-conformance/component,wasi-crypto-bindings/jwk,wasi-crypto-bindings/rand_core";
/// With `ed448`, which no other step tests, to spare it a build of its own.
const AWS_LC: &str = "--features=wasi-crypto-host/aws-lc-rs,wasi-crypto-host/ed448";

/// In this order: what fails fast comes first.
const STEPS: &[Step] = &[
    Step { name: "tools", run: tools },
    Step { name: "format", run: format },
    Step { name: "package", run: packages },
    Step { name: "clippy", run: clippy },
    Step { name: "features", run: features },
    Step { name: "documentation", run: documentation },
    Step { name: "guests", run: guest_modules },
    Step { name: "tests", run: tests },
    Step { name: "components", run: components_of_guests },
    Step { name: "soak", run: soak },
    Step { name: "doctests", run: doctests },
    Step { name: "conformance", run: conformance },
    Step { name: "release", run: release },
    Step { name: "benchmark", run: benchmark },
    Step { name: "aws-lc-rs", run: aws_lc_rs },
    Step { name: "fuzz", run: fuzz },
    Step { name: "dependencies", run: dependencies },
];

/// Runs the steps that are named, or all, and stops at the first that fails.
pub(crate) fn test(names: &[String]) -> Result<(), String> {
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        return Err(format!("there is no step `{unknown}`; the steps are: {}", step_names()));
    }
    let mut totals = Totals::default();
    let start = Instant::now();
    for step in STEPS.iter().filter(|step| names.is_empty() || names.iter().any(|name| name == step.name)) {
        eprintln!("\n== {}", step.name);
        let start = Instant::now();
        let outcome = (step.run)(&mut totals).map_err(|cause| format!("the step `{}` failed: {cause}", step.name))?;
        let time = time(start.elapsed());
        match outcome {
            Outcome::Passed => {
                totals.passed += 1;
                eprintln!("== {}: passed in {time}", step.name);
            }
            Outcome::LeftOut(reason) => {
                totals.left_out.push(step.name);
                eprintln!("== {}: left out, {reason}", step.name);
            }
        }
    }
    eprintln!("\n{}", totals.line(start.elapsed()));
    Ok(())
}

pub(crate) fn step_names() -> String {
    STEPS.iter().map(|step| step.name).collect::<Vec<_>>().join(", ")
}

fn tools(_: &mut Totals) -> Result<Outcome, String> {
    tools::check().map(|()| Outcome::Passed)
}

fn format(_: &mut Totals) -> Result<Outcome, String> {
    run(cargo(&["fmt", "--all", "--check"]))?;
    // What is in other workspaces.
    for package in ["guest-bindings/composed/client", "guest-bindings/composed/signer", "xtask/component-tool"] {
        run(cargo(&["fmt", "--check", "--manifest-path", &format!("{package}/Cargo.toml")]))?;
    }
    Ok(Outcome::Passed)
}

/// Ready to be published, as far as that can be told without compiling.
fn packages(_: &mut Totals) -> Result<Outcome, String> {
    package::check().map(|()| Outcome::Passed)
}

fn clippy(_: &mut Totals) -> Result<Outcome, String> {
    passed(cargo(&["clippy", "--locked", "--workspace", FEATURES, "--all-targets", "--", "-D", "warnings"]))
}

/// The library as an embedder takes it, and the suite as other hosts may: with few features, which need no compiler of wasmtime.
fn features(_: &mut Totals) -> Result<Outcome, String> {
    const SETS: [&[&str]; 7] = [
        &["--no-default-features"],
        &["--no-default-features", "--features", "optional-algorithms"],
        &["--no-default-features", "--features", "ed448"],
        &["--no-default-features", "--features", "sqlite,toml"],
        // What they do, `cargo xtask stores` tests.
        &["--no-default-features", "--features", "postgres,pkcs11"],
        &["--no-default-features", "--features", "wasmtime"],
        &[],
    ];
    for features in SETS {
        let mut clippy = cargo(&["clippy", "--locked", "--package", "wasi-crypto-host", "--lib"]);
        clippy.args(features).args(["--", "-D", "warnings"]);
        run(clippy)?;
    }
    let mut suite = cargo(&["clippy", "--locked", "--package", "wasi-crypto-conformance", "--lib", "--bins"]);
    suite.args(["--no-default-features", "--", "-D", "warnings"]);
    passed(suite)
}

fn documentation(_: &mut Totals) -> Result<Outcome, String> {
    let mut doc = cargo(&["doc", "--locked", "--workspace", FEATURES, "--no-deps"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    passed(doc)
}

fn guest_modules(_: &mut Totals) -> Result<Outcome, String> {
    guests::build(root()).map(|_| Outcome::Passed)
}

/// All tests but those in the documentation; and those that need compiled guests, which are otherwise ignored.
fn tests(totals: &mut Totals) -> Result<Outcome, String> {
    let test = || cargo(&["test", "--locked", "--workspace", FEATURES]);
    let mut build = test();
    build.args(["--lib", "--bins", "--tests", "--no-run"]);
    run(build)?;
    let (mut suite, mut others) = (test(), test());
    add_programs(&mut suite, |package, _| package == SUITE)?;
    add_programs(&mut others, |package, _| package != SUITE)?;
    others.args(["--lib", "--bins"]);
    count_both([suite, others], totals)?;
    count(test(), &["--test", "run_guests", "--", "--ignored", "--skip", COMPONENTS], totals)
}

/// Guests as components.
fn components_of_guests(totals: &mut Totals) -> Result<Outcome, String> {
    guests::components::build(root())?;
    if guests::python::build(root())?.is_none() {
        totals.left_out.push("the guest in Python");
    }
    let test = cargo(&["test", "--locked", "--workspace", FEATURES]);
    count(test, &["--test", "run_guests", "--", "--ignored", COMPONENTS], totals)
}

/// The tests whose guests are components.
const COMPONENTS: &str = "components::";

fn doctests(totals: &mut Totals) -> Result<Outcome, String> {
    count(cargo(&["test", "--locked", "--workspace", FEATURES]), &["--doc"], totals)
}

/// The suite on the engine that its own tests do not run it on.
fn conformance(_: &mut Totals) -> Result<Outcome, String> {
    built_engines(&["wasmi"], &[]).map(|()| Outcome::Passed)
}

/// Runs the suite against this host on each of the embedded engines, with these further arguments.
pub(crate) fn engines(args: &[String]) -> Result<(), String> {
    // First, as they leave behind another suite than the other steps want, for want of wasmtime.
    for engine in ["wasmer", "wasm3"] {
        let mut suite = cargo(&["run", "--locked", "--package", "wasi-crypto-conformance", "--no-default-features"]);
        // What guests store is in a file, which several of their processes share.
        let secrets = format!("--secrets=sqlite:{}", root().join(format!("target/{engine}-secrets.db")).display());
        suite.args(["--features", &format!("{engine},sqlite"), "--", "--engine", engine, &secrets]).args(args);
        run(suite)?;
        let mut test = cargo(&["test", "--locked", "--package", "wasi-crypto-conformance", "--no-default-features"]);
        test.args(["--features", &format!("{engine},sqlite"), "--test", "recursion"]);
        run(test)?;
    }
    built_engines(&["wasmtime", "wasmi"], args)?;
    components(args)
}

/// As [`engines`], on those that are built with the tests, and run from where cargo puts them, which is beside this program: `cargo run` and
/// `cargo build` would choose other features, and compile wasmtime again.
fn built_engines(engines: &[&str], args: &[String]) -> Result<(), String> {
    run(cargo(&["test", "--locked", "--workspace", FEATURES, "--tests", "--no-run"]))?;
    engines.iter().try_for_each(|engine| {
        let mut suite = Command::new(beside("wasi-crypto-conformance")?);
        suite.args(["--engine", engine]).args(args);
        run(suite)
    })
}

/// As [`built_engines`], by the face for components, with what no host can answer there.
fn components(args: &[String]) -> Result<(), String> {
    let mut suite = Command::new(beside("wasi-crypto-conformance")?);
    let known = root().join("conformance/components.toml");
    suite.args(["--engine", "wasmtime-component", "--expect"]).arg(known).args(args);
    run(suite)
}

/// The packages that a release is made of, as the release profile compiles them.
const RELEASE: &[&str] = &[
    "wasi-crypto-host.opt-level=3",
    "wasi-crypto-host.codegen-units=1",
    "wasi-crypto-host.debug-assertions=false",
    "wasi-crypto-host.overflow-checks=false",
    "wasi-crypto-conformance.opt-level=3",
    "wasi-crypto-conformance.debug-assertions=false",
    "wasi-crypto-conformance.overflow-checks=false",
];

/// The tests of the command line, of the suite and of what is wiped once more, and the suite through the command line, after the optimizer
/// has had its say: it merges functions whose addresses somebody may compare, and leaves out writes that nobody reads. The dependencies,
/// which are optimized in all profiles, stay those of the other steps: another profile would compile wasmtime again.
fn release(totals: &mut Totals) -> Result<Outcome, String> {
    let test = |programs: &[&str]| {
        let mut test = cargo(&["test", "--locked", "--workspace", FEATURES]);
        for setting in RELEASE {
            test.arg("--config").arg(format!("profile.dev.package.{setting}"));
        }
        // Incremental compilation cuts a crate to pieces that are optimized each for itself.
        test.env("CARGO_INCREMENTAL", "0");
        test.args(programs.iter().map(|program| format!("--test={program}")));
        test
    };
    let mut build = test(&["cli", "own_host", "stack_use", "wiping", "bad_hosts", "engine_cmd"]);
    build.arg("--no-run");
    run(build)?;
    count_both([test(&["cli", "own_host", "stack_use", "wiping"]), test(&["bad_hosts", "engine_cmd"])], totals)?;

    let engine = beside("wasi-crypto")?;
    let mut suite = Command::new(beside("wasi-crypto-conformance")?);
    suite.arg("--engine-cmd").arg(format!("'{}' run {{module}}", engine.display()));
    passed(suite)
}

/// A program of this workspace, where cargo has put it last: beside this one.
fn beside(name: &str) -> Result<PathBuf, String> {
    let this = std::env::current_exe().map_err(|cause| format!("cannot find this program: {cause}"))?;
    Ok(this.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// One round of all operations, whose results are checked; nothing depends on the times. Built with the tests.
fn benchmark(_: &mut Totals) -> Result<Outcome, String> {
    let mut bench = cargo(&["test", "--locked", "--workspace", FEATURES, "--bench", "guest", "--"]);
    bench.arg("--software-guest").arg(guests::build_software_guest(root())?);
    passed(bench)
}

/// The tests of the host once more, and the suite, with AWS-LC in the place of what it does better. One of them compares its answers with what
/// it wrote down when it ran with ring. How the suite judges, reports and drives engines is no matter of the backend, nor is how the host links
/// into engines, and takes minutes.
fn aws_lc_rs(totals: &mut Totals) -> Result<Outcome, String> {
    run(cargo(&["test", "--locked", "--workspace", FEATURES, "--test", "backends"]))?;
    let test = || {
        let mut test = cargo(&["test", "--locked", "--workspace", FEATURES, AWS_LC]);
        test.env("WASI_CRYPTO_BACKENDS", "compare");
        test
    };
    let of_host = || {
        let mut of_host = test();
        add_programs(&mut of_host, |package, name| package == HOST && !FACES.contains(&name)).map(|()| of_host)
    };
    let mut build = of_host()?;
    build.args(["--lib", "--test=curve448", "--test=own_host", "--no-run"]);
    run(build)?;
    let (mut of_host, mut suite) = (of_host()?, test());
    of_host.args(["--lib", "--test=curve448"]);
    suite.args(["--test=own_host"]);
    count_both([of_host, suite], totals)
}

const HOST: &str = "wasi-crypto-host";
/// Its tests that are about engines and the command line.
const FACES: &[&str] = &["cli", "component", "wasmi", "wasmtime"];
const SUITE: &str = "wasi-crypto-conformance";

/// Chooses test programs by package and name, but those that need features which the steps do not have.
fn add_programs(test: &mut Command, wanted: impl Fn(&str, &str) -> bool) -> Result<(), String> {
    let metadata = output(cargo(&["metadata", "--locked", "--no-deps", "--format-version=1"]))?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|cause| format!("of cargo metadata: {cause}"))?;
    for package in list(&metadata["packages"]) {
        let of_package = |name: &&str| wanted(package["name"].as_str().unwrap_or_default(), name);
        let programs = list(&package["targets"]).filter(|target| target["kind"][0] == "test");
        let names =
            programs.filter_map(|target| target["name"].as_str()).filter(of_package).filter(|name| *name != "curve448");
        test.args(names.map(|name| format!("--test={name}")));
    }
    Ok(())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Honest and hostile guests on one server, for a minute.
fn soak(_: &mut Totals) -> Result<Outcome, String> {
    soaking::check().map(|()| Outcome::Passed)
}

/// The seeds of each target, and a short time more.
fn fuzz(_: &mut Totals) -> Result<Outcome, String> {
    fuzzing::check().map(|reason| reason.map_or(Outcome::Passed, Outcome::LeftOut))
}

/// All that have a lock file of their own.
const WORKSPACES: [&str; 4] = [".", "fuzz", "guest-bindings/composed", "xtask/component-tool"];

/// Licences, sources and known vulnerabilities of the dependencies; see `deny.toml`.
fn dependencies(_: &mut Totals) -> Result<Outcome, String> {
    if !succeeds(cargo(&["deny", "--version"])) {
        return Ok(Outcome::LeftOut("as cargo-deny is not installed (cargo install --locked cargo-deny)"));
    }
    let deny = |workspace: &str, args: &[&str]| {
        let mut deny = cargo(&["deny", "--all-features", "--locked"]);
        deny.args(["--manifest-path", &format!("{workspace}/Cargo.toml")]).args(args);
        deny
    };
    // One file has the exceptions of all of them.
    let unneeded = ["--allow", "unused-wrapper", "--allow", "license-exception-not-encountered"];
    let check = [&["check"], &unneeded[..], &["bans", "licenses", "sources"]].concat();
    WORKSPACES.iter().try_for_each(|workspace| run(deny(workspace, &check)))?;
    if !succeeds(deny(".", &["fetch", "db"])) {
        return Ok(Outcome::LeftOut("as far as known vulnerabilities go: their database cannot be had from here"));
    }
    WORKSPACES.iter().try_for_each(|workspace| run(deny(workspace, &["--offline", "check", "advisories"])))?;
    Ok(Outcome::Passed)
}

fn passed(command: Command) -> Result<Outcome, String> {
    run(command).map(|()| Outcome::Passed)
}

/// Runs tests, and adds up what they report.
fn count(mut test: Command, args: &[&str], totals: &mut Totals) -> Result<Outcome, String> {
    test.args(args);
    run_and_look(test, |line| totals.tests += passed_tests(line)).map(|()| Outcome::Passed)
}

/// The same with two commands, whose programs have been built, side by side: many a test waits. The second shows what it has to say
/// when the first is done.
fn count_both([first, mut second]: [Command; 2], totals: &mut Totals) -> Result<Outcome, String> {
    let cannot = |cause| format!("cannot make a pipe: {cause}");
    let (reader, writer) = io::pipe().map_err(cannot)?;
    second.stderr(writer.try_clone().map_err(cannot)?).stdout(writer);
    let (first, said, second) = thread::scope(|scope| {
        let reader = scope.spawn(move || {
            let mut said = Vec::new();
            for_each_line(Some(reader), |line| said.push(line.to_owned()));
            said
        });
        let second = scope.spawn(move || run(second));
        let first = count(first, &[], totals);
        let second = second.join().unwrap_or_else(|panic| resume_unwind(panic));
        (first, reader.join().unwrap_or_else(|panic| resume_unwind(panic)), second)
    });
    for line in said {
        println!("{line}");
        totals.tests += passed_tests(&line);
    }
    first.and(second).map(|()| Outcome::Passed)
}

/// How many tests passed, if the line is the last of a test program.
fn passed_tests(line: &str) -> u64 {
    let Some(result) = line.strip_prefix("test result: ") else {
        return 0;
    };
    let Some((before, _)) = result.split_once(" passed;") else {
        return 0;
    };
    before.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

impl Totals {
    fn line(&self, elapsed: Duration) -> String {
        let tests = if self.tests > 0 { format!(", {} tests", self.tests) } else { String::new() };
        let left_out = match self.left_out.as_slice() {
            [] => String::new(),
            names => format!(", left out: {}", names.join(", ")),
        };
        format!("All passed: {} steps{tests}{left_out}; {}", self.passed, time(elapsed))
    }
}

fn time(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0..60 => format!("{:.1} s", elapsed.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up_what_test_programs_report() {
        let last = "test result: ok. 24 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.95s";
        assert_eq!(passed_tests(last), 24);
        assert_eq!(passed_tests("test result: FAILED. 3 passed; 1 failed; 0 ignored"), 3);
        assert_eq!(passed_tests("test a_test_passed; ok"), 0);
    }

    #[test]
    fn the_last_line_tells_what_was_left_out() {
        let totals = Totals { tests: 7, passed: 9, left_out: vec!["dependencies"] };
        let line = totals.line(Duration::from_secs(125));
        assert_eq!(line, "All passed: 9 steps, 7 tests, left out: dependencies; 2 min 5 s");
    }

    #[test]
    fn an_unknown_step_is_an_error() {
        assert!(test(&["clipy".to_owned()]).unwrap_err().starts_with("there is no step `clipy`"));
    }
}
