//! `cargo xtask loom`: the threads of a shared context in every order there is, by the model checker loom.

use crate::bare;
use crate::run::{cargo, run};

/// What `sync.rs` puts in the place of locks and atomics works in these tests alone.
const TESTS: &str = "shared_table::schedules";

/// Takes some seconds, after some minutes for a build of its own.
pub(crate) fn loom(args: &[String]) -> Result<(), String> {
    let mut test = cargo(&["test", "--package", "wasi-crypto-host", "--lib", "--target-dir", "target/loom"]);
    // Only loom has much to do.
    test.args(["--config", "profile.dev.package.'*'.opt-level=0", "--config", "profile.dev.package.loom.opt-level=3"]);
    test.args(["--config", "profile.dev.package.generator.opt-level=3", "--no-default-features", "--"]);
    test.arg(TESTS).arg("--nocapture").args(args);
    test.current_dir(bare::prepare()?).env("RUSTFLAGS", "--cfg loom");
    run(test)
}
