//! The command line of the suite; see [`wasi_crypto_conformance::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    wasi_crypto_conformance::cli::main()
}
