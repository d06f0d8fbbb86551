//! `cargo xtask bench`: what a host call costs, guest against native.

use crate::root;
use crate::run::{cargo, run};

/// Measures, and writes the figures to `target/bench.json` unless the arguments name another file.
pub(crate) fn bench(args: &[String]) -> Result<(), String> {
    let mut bench = cargo(&["bench", "--workspace", "--features=wasi-crypto-host/cli", "--bench", "guest", "--"]);
    bench.args(args);
    let figures = root().join("target/bench.json");
    let names_file = args.iter().any(|arg| arg == "--json");
    if !names_file {
        bench.arg("--json").arg(&figures);
    }
    run(bench)?;
    if !names_file {
        eprintln!("the figures are in {}", figures.display());
    }
    Ok(())
}
