//! `cargo xtask faces`: the long form of the test that holds the answers to modules and to components against each other.

use crate::run::{cargo, run};
use crate::test::FEATURES;

/// So many take some minutes.
const SEQUENCES: u64 = 2000;

/// Makes so many sequences of random calls through both faces. Some are in the tests, too.
pub(crate) fn faces(args: &[String]) -> Result<(), String> {
    let sequences = match args {
        [] => SEQUENCES,
        [number] => number.parse().map_err(|_| format!("`{number}` is no number of sequences"))?,
        _ => return Err("faces takes one argument, the number of sequences of calls".to_owned()),
    };
    let mut test = cargo(&["test", "--locked", "--workspace", FEATURES, "--test", "component", "--"]);
    test.args(["--nocapture", "--exact", "faces::a_module_and_a_component_get_the_same_answers"]);
    test.env("WASI_CRYPTO_FACES_SEQUENCES", sequences.to_string());
    run(test)
}
