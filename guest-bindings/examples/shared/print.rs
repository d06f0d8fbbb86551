//! What is printed. Part of several examples; `crate::failure` is that example's.

use std::io::{self, Write};

use crate::failure::Failure;

/// Prints to standard output. Whoever does not read on has seen enough.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::at("standard output")(error)),
        _ => Ok(()),
    }
}
