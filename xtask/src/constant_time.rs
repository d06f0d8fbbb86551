//! `cargo xtask constant-time`: whether times tell secrets, by statistics, in an optimized build.

use crate::run::{cargo, run};

/// Takes some minutes, and a machine that does little else. Arguments choose tests by a part of their names.
pub(crate) fn constant_time(args: &[String]) -> Result<(), String> {
    // The features of the benchmark, so that nothing is compiled for this alone.
    let features = "--features=wasi-crypto-host/cli";
    let mut test = cargo(&["test", "--release", "--locked", "--workspace", features, "--test", "constant_time", "--"]);
    test.args(["--include-ignored", "--nocapture", "--test-threads=1"]).args(args);
    run(test)
}
