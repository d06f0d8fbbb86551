//! `wasi-crypto`: runs WASI commands that use wasi-crypto.
#![forbid(unsafe_code)]

mod algorithms;
mod compile;
mod failure;
mod limiter;
mod load;
mod run;
mod statistics;
mod units;

use std::io::Write as _;

use clap::{Parser, Subcommand};

use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  wasi-crypto run guest.wasm
  wasi-crypto run --dir . --timeout 5s --max-memory-size 64MiB --statistics guest.wasm input.txt
  wasi-crypto compile guest.wasm -o guest.cwasm
  wasi-crypto algorithms --json";

/// Run WebAssembly commands that use WASI-Crypto.
#[derive(Parser)]
#[command(name = "wasi-crypto", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(Box<run::Args>),
    Compile(compile::Args),
    Algorithms(algorithms::Args),
}

fn main() {
    let result = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Compile(args) => compile::compile(&args).map(|()| 0),
        Command::Algorithms(args) => algorithms::list(&args).map(|()| 0),
    };
    let status = result.unwrap_or_else(|failure: Failure| {
        // If nobody can be told, the status says it.
        let _ = writeln!(std::io::stderr(), "wasi-crypto: {failure}");
        failure.status()
    });
    // Everything is dropped by now, keys included; a guest's blocked read of standard input must not keep us.
    std::process::exit(status);
}
