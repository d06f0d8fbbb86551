//! `cargo xtask constant-time`: whether times tell secrets, by statistics, in an optimized build.

use crate::run::{cargo, run};

/// Takes some minutes, and a machine that does little else. `--aws-lc-rs` takes that backend. Arguments choose tests by a part of their names.
pub(crate) fn constant_time(args: &[String]) -> Result<(), String> {
    let is_backend = |arg: &&String| *arg == "--aws-lc-rs";
    // The features of the benchmark, so that nothing is compiled for this alone.
    let mut features = "--features=wasi-crypto-host/cli".to_owned();
    if args.iter().any(|arg| is_backend(&arg)) {
        features += ",wasi-crypto-host/aws-lc-rs";
    }
    let mut test = cargo(&["test", "--release", "--locked", "--workspace", &features, "--test", "constant_time", "--"]);
    test.args(["--include-ignored", "--nocapture", "--test-threads=1"])
        .args(args.iter().filter(|arg| !is_backend(arg)));
    run(test)
}
