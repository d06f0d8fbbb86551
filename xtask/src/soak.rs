//! `cargo xtask soak`: the long form of the test of a server with honest and hostile guests.

use std::process::Command;

use crate::run::{cargo, run};
use crate::test::FEATURES;

/// In seconds.
const TIME: u64 = 600;
const TIME_OF_CHECK: u64 = 60;

/// Lets the server run for so many seconds, half of them before it is killed. The times of honest guests are looked at, for which the machine must
/// have nothing else to do.
pub(crate) fn soak(args: &[String]) -> Result<(), String> {
    let seconds = match args {
        [] => TIME,
        [seconds] => seconds.parse().map_err(|_| format!("`{seconds}` is no number of seconds"))?,
        _ => return Err("soak takes one argument, the number of seconds".to_owned()),
    };
    let mut test = serve(seconds);
    test.env("WASI_CRYPTO_SOAK_ALONE", "1");
    run(test)
}

/// A minute of it, with fewer guests at a time, on a machine that may have other things to do.
pub(crate) fn check() -> Result<(), String> {
    run(serve(TIME_OF_CHECK))
}

fn serve(seconds: u64) -> Command {
    let mut test = cargo(&["test", "--locked", "--workspace", FEATURES, "--test", "wasmtime", "--"]);
    test.args(["--nocapture", "--exact", "soak::honest_guests_do_not_suffer_from_hostile_ones"]);
    test.env("WASI_CRYPTO_SOAK_SECONDS", seconds.to_string());
    test
}
