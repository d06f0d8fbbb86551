//! `cargo xtask miri`: the host's own `unsafe` code and what it stands on, in Miri.

use std::process::Command;

use crate::root;
use crate::run::{nightly_cargo, run, succeeds};

/// Tests that call no C: of the table of handles, of books and limits, of memory, of wiping, and of the context that threads share.
const TESTS: [&str; 6] = ["handle::tests", "booking::", "abi::memory::", "secret::", "stop::", "workers::"];

/// Tests of threads, each of which is run in so many orders.
const SCHEDULES: [&str; 1] = ["shared_table::"];
const ORDERS: u32 = 64;

/// Runs those tests, and such as are named besides. Interpreted, each takes some hundred times as long as it does otherwise.
pub(crate) fn miri(args: &[String]) -> Result<(), String> {
    let mut has_miri = nightly_cargo();
    has_miri.args(["miri", "--version"]);
    if !succeeds(has_miri) {
        let mut install = Command::new("rustup");
        install.args(["component", "add", "--toolchain", "nightly", "miri", "rust-src"]).current_dir(root());
        run(install)?;
    }
    // For the clock, by which what waits gives up.
    const FLAGS: &str = "-Zmiri-disable-isolation";
    let test = |flags: &str| {
        let mut test = nightly_cargo();
        test.args([
            "miri",
            "test",
            "--locked",
            "--package",
            "wasi-crypto-host",
            "--no-default-features",
            "--lib",
            "--",
        ]);
        test.env("MIRIFLAGS", flags);
        test
    };
    let mut tests = test(FLAGS);
    tests.args(TESTS).args(args);
    run(tests)?;
    let mut schedules = test(&format!("{FLAGS} -Zmiri-many-seeds=0..{ORDERS}"));
    schedules.args(SCHEDULES);
    run(schedules)
}
