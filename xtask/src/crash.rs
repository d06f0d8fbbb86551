//! `cargo xtask crash`: the long form of tests that kill processes while they write.

use crate::run::{cargo, run};
use crate::stores;
use crate::test::FEATURES;

/// Kills a process that creates, rotates and revokes keys as often as is said, and looks each time what is there. It is
/// in the tests, too, with a few kills.
pub(crate) fn crash(args: &[String]) -> Result<(), String> {
    let number = |kills: &String| kills.parse::<u32>().map_err(|_| format!("`{kills}` is no number of kills"));
    match args {
        [] => sqlite(1_000),
        [of, kills @ ..] if of == "postgres" => match kills {
            [] => postgres(200, 20),
            [processes, servers] => postgres(number(processes)?, number(servers)?),
            _ => Err("crash postgres takes two numbers of kills, of processes and of the server".to_owned()),
        },
        [kills] => sqlite(number(kills)?),
        _ => Err("crash takes one argument, the number of kills".to_owned()),
    }
}

fn sqlite(kills: u32) -> Result<(), String> {
    let mut test = cargo(&["test", "--locked", "--workspace", FEATURES, "--test", "secrets"]);
    test.args(["--", "--nocapture", "--exact", "crash::what_was_acknowledged_survives_a_kill"]);
    test.env("WASI_CRYPTO_KILLS", kills.to_string());
    run(test)
}

/// With a server of its own, which must be installed.
fn postgres(processes: u32, servers: u32) -> Result<(), String> {
    let mut test = cargo(&["test", "--locked", "--workspace", FEATURES, stores::FEATURES, "--test", "secrets"]);
    test.args(["--", "--nocapture", "--test-threads=1", "postgres::what_was_acknowledged"]);
    test.env("WASI_CRYPTO_KILLS", processes.to_string()).env("WASI_CRYPTO_SERVER_KILLS", servers.to_string());
    run(test)
}
