//! `cargo xtask …`: set-up and tasks of this workspace.

mod bare;
mod bench;
mod c_api;
mod constant_time;
mod crash;
mod faces;
mod fuzz;
mod guests;
mod loom;
mod miri;
mod mutants;
mod package;
mod run;
mod sanitize;
mod soak;
mod stores;
mod test;
mod tools;

use std::path::Path;
use std::process::ExitCode;

/// A name, what it does, and the function that does it with the arguments that follow the name.
type Task = (&'static str, &'static str, fn(&[String]) -> Result<(), String>);

const TASKS: &[Task] = &[
    ("test", "run every check and test; name steps to run these only", test::test),
    ("engines", "run the conformance suite on all embedded engines; arguments go to the suite", test::engines),
    ("bench", "measure what a host call costs, guest against native", bench::bench),
    ("fuzz", "look for faults with random calls and keys; name targets to run these only", fuzz::fuzz),
    (
        "constant-time",
        "look whether times of calls tell secrets; --aws-lc-rs with that backend",
        constant_time::constant_time,
    ),
    ("miri", "run tests of the host that call no C code under Miri; arguments choose tests", miri::miri),
    ("loom", "try the threads of a shared context in every order", loom::loom),
    (
        "sanitize",
        "run the host's tests under AddressSanitizer and ThreadSanitizer, or the one that is named",
        sanitize::sanitize,
    ),
    ("mutants", "put faults into files of the host, each of which a test must notice; name files", mutants::mutants),
    ("crash", "kill processes that write to a store of keys, 1,000 times or as often as is said", crash::crash),
    ("soak", "serve honest and hostile guests for ten minutes or as many seconds as are said", soak::soak),
    ("faces", "compare what modules and components are answered, in 2,000 or so many sequences of calls", faces::faces),
    ("stores", "test stores in PostgreSQL and root keys in a token, which must be installed", stores::stores),
    ("c-api", "build the C library and install it into a folder; --suite runs the suite on it", c_api::c_api),
    ("wasmedge-plugin", "build the plugins for WasmEdge and install them into a folder", c_api::wasmedge_plugin),
    ("guests", "compile the examples and tests of guest-bindings as modules, and some as components", build_guests),
];

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let name = args.next().unwrap_or_default();
    let args: Vec<String> = args.collect();
    if name == "help" || [&name].into_iter().chain(&args).any(|arg| arg == "--help" || arg == "-h") {
        print!("{}", usage());
        return ExitCode::SUCCESS;
    }
    let Some((_, _, task)) = TASKS.iter().find(|task| task.0 == name) else {
        eprint!("{}", usage());
        return ExitCode::from(2);
    };
    match task(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let tasks = TASKS.iter().map(|(name, what, _)| format!("  {name:<17}{what}\n"));
    format!(
        "Usage: cargo xtask TASK [ARGS]\n\nTasks:\n{}\nSteps of test: {}\n\n{}\n{}",
        tasks.collect::<String>(),
        test::step_names(),
        bench::USAGE,
        fuzz::USAGE
    )
}

fn build_guests(_: &[String]) -> Result<(), String> {
    let modules = guests::build(root())?;
    let components = guests::components::build(root())?;
    let python = guests::python::build(root())?;
    if python.is_none() {
        eprintln!("guests: none in Python, {}", guests::python::MISSING);
    }
    modules.iter().chain(&components).chain(&python).for_each(|guest| println!("{}", guest.display()));
    Ok(())
}

/// The folder of the workspace.
fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}
