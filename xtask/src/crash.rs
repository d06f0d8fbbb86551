//! `cargo xtask crash`: the long form of a test that kills processes while they write.

use crate::run::{cargo, run};
use crate::test::FEATURES;

/// Kills a process that creates, rotates and revokes keys as often as is said, and looks each time what is there. It is
/// in the tests, too, with a few kills.
pub(crate) fn crash(args: &[String]) -> Result<(), String> {
    let kills = match args {
        [] => 1_000,
        [kills] => kills.parse::<u32>().map_err(|_| format!("`{kills}` is no number of kills"))?,
        _ => return Err("crash takes one argument, the number of kills".to_owned()),
    };
    let mut test = cargo(&["test", "--locked", "--workspace", FEATURES, "--test", "secrets"]);
    test.args(["--", "--nocapture", "survives_a_kill"]).env("WASI_CRYPTO_KILLS", kills.to_string());
    run(test)
}
