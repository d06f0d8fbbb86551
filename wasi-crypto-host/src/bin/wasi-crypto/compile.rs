//! `wasi-crypto compile`.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::load;

const EXAMPLES: &str = "\
Examples:
  wasi-crypto compile guest.wasm -o guest.cwasm
  wasi-crypto run --allow-precompiled guest.cwasm

Run only files that you compiled yourself or whose maker you trust: they hold machine code. `run`
notices damage, another version and another processor, but not an intruder.";

/// Compile a module or component ahead of time, for `run` on this machine.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The module or component: .wasm or .wat
    file: PathBuf,
    /// Where to write what was compiled
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
}

pub(crate) fn compile(args: &Args) -> Result<(), Failure> {
    let compiled =
        load::engine().and_then(|engine| load::precompile(&engine, &args.file)).map_err(Failure::without_guest)?;
    std::fs::write(&args.output, compiled).map_err(|cause| Failure::not_written(args.output.display(), &cause))
}
