//! `cargo xtask miri`: the host's own code under Miri, which interprets it and sees what is undefined: in `unsafe`, between threads, and what is never
//! freed.
//!
//! Miri runs no C and no assembly, and is a thousand times as slow. So tests are chosen that reach no cryptographic library; those that try all
//! there is of something try less (`cfg!(miri)`).

use std::process::Command;

use crate::bare;
use crate::run::{nightly_cargo, prepare_nightly, run};

/// The modules whose tests are run.
const MODULES: &[&str] = &[
    "abi::memory",
    "allowed",
    "booking",
    "engine::slot",
    "handle",
    "managed::revoked",
    "origin",
    "rotation",
    "secret::",
    "secrets::cache",
    "secrets::identifier",
    "secrets::policy",
    "shared_table",
    "stop",
    "symmetric::algorithm",
    "symmetric::optional::cbc",
    "asymmetric::pem",
];

/// They go through ten thousand handles and more.
const SKIPPED: &[&str] = &[
    "--skip",
    "a_number_does_not_come_back_soon",
    "--skip",
    "an_old_handle_of_a_slot_that_went_round",
    "--skip",
    "the_two_numbers_that_mean_no_handle",
];

/// Threads in whatever order they come: in so many orders.
const SCHEDULES: &str = "shared_table::schedules";
const SEEDS: &str = "-Zmiri-many-seeds=0..32";

/// Those whose threads outlive the test, as they wait for something to do.
const WITH_THREADS_LEFT: &[&str] = &["jobs", "workers"];

/// Of the C interface: its pointers, and the memory that threads of C change.
const C_INTERFACE: &[&str] = &["called_as_from_c", "memory"];

/// Tests whose names contain one of the arguments, or those of all modules.
pub(crate) fn miri(args: &[String]) -> Result<(), String> {
    prepare_nightly("miri,rust-src")?;
    if !args.is_empty() {
        return run(host("-Zmiri-ignore-leaks", &args.iter().map(String::as_str).collect::<Vec<_>>())?);
    }
    run(host("", &[MODULES, SKIPPED].concat())?)?;
    run(host("-Zmiri-ignore-leaks", WITH_THREADS_LEFT)?)?;
    run(host(SEEDS, &[SCHEDULES])?)?;
    run(c_interface()?)
}

/// Tests of the host.
fn host(flags: &str, tests: &[&str]) -> Result<Command, String> {
    let mut command = test("wasi-crypto-host", flags)?;
    command.args(["--no-default-features", "--features", "optional-algorithms,toml", "--"]).args(tests);
    Ok(command)
}

/// The C interface, called from Rust.
fn c_interface() -> Result<Command, String> {
    let mut command = test("wasi-crypto-c", "")?;
    // SQLite is linked, and not called.
    command.args(["--config", "profile.dev.package.libsqlite3-sys.opt-level=0", "--"]).args(C_INTERFACE);
    Ok(command)
}

fn test(package: &str, flags: &str) -> Result<Command, String> {
    let mut test = nightly_cargo(&["miri", "test", "--lib", "--package", package]);
    test.current_dir(bare::prepare()?).env("MIRIFLAGS", flags);
    Ok(test)
}
