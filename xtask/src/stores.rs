//! `cargo xtask stores`: tests that need programs which not every machine has, in a build with features of their own.

use crate::run::{cargo, run};
use crate::test;

/// On top of those of all other tests.
pub(crate) const FEATURES: &str = "--features=wasi-crypto-host/postgres,wasi-crypto-host/pkcs11";

/// Runs what there is about managed keys, with a PostgreSQL server that the tests start and end themselves, and with
/// SoftHSM. What is not installed is left out, and said.
pub(crate) fn stores(args: &[String]) -> Result<(), String> {
    if !args.is_empty() {
        return Err("stores takes no arguments".to_owned());
    }
    let mut clippy = cargo(&["clippy", "--locked", "--workspace", test::FEATURES, FEATURES, "--all-targets"]);
    clippy.args(["--", "-D", "warnings"]);
    run(clippy)?;
    let test = || cargo(&["test", "--locked", "--workspace", test::FEATURES, FEATURES]);
    let mut library = test();
    library.args(["--lib", "secrets::", "--", "--nocapture"]);
    run(library)?;
    let mut processes = test();
    processes.args(["--test", "secrets", "--test", "cli_keys", "--", "--nocapture"]);
    run(processes)
}
