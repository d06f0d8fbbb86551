//! `wasi-crypto`: runs WASI commands that use wasi-crypto.
#![deny(unsafe_code)]

mod algorithms;
mod compile;
mod failure;
mod guest_secrets;
mod keys;
mod limiter;
mod load;
mod output;
mod run;
mod secrets;
mod statistics;
mod units;
mod watchdog;
mod when;

use std::fmt;
use std::io::{self, Write as _};

use clap::{Parser, Subcommand};

use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  wasi-crypto run guest.wasm
  wasi-crypto run --dir . --timeout 5s --max-memory-size 64MiB --statistics guest.wasm input.txt
  wasi-crypto compile guest.wasm -o guest.cwasm
  wasi-crypto algorithms --json
  wasi-crypto keys init --secrets sqlite:keys.db --root-key file:root.key";

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
    Keys(Box<keys::Args>),
}

fn main() {
    let result = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Compile(args) => compile::compile(&args).map(|()| 0),
        Command::Algorithms(args) => algorithms::list(&args).map(|()| 0),
        Command::Keys(args) => keys::run(&args).map(|()| 0),
    };
    let status = result.unwrap_or_else(|failure: Failure| {
        say(format_args!("wasi-crypto: {failure}\n"));
        failure.status()
    });
    // Everything is dropped by now, keys included; a guest's blocked read of standard input must not keep us.
    std::process::exit(status);
}

/// Writes to standard error. If nobody reads there, nobody is to be told; the exit status stands.
fn say(message: fmt::Arguments<'_>) {
    let _ = io::stderr().write_fmt(message);
}
