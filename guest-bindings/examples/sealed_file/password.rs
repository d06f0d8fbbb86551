//! Where the password comes from.

use std::fs::File;
use std::io::{self, BufRead, BufReader};

use zeroize::Zeroizing;

use crate::failure::Failure;

const VARIABLE: &str = "SEAL_PASSWORD";

/// The most bytes that a password may have.
const MAX_LEN: usize = 4096;

/// The first line of a file, the environment variable, or a line that the user types.
pub(crate) fn get(file: Option<&str>) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let password = match (file, std::env::var(VARIABLE)) {
        (Some("-"), _) => from_stdin()?,
        (Some(path), _) => {
            let file = File::open(path).map_err(Failure::at(path))?;
            first_line(BufReader::new(file)).map_err(Failure::at(path))?
        }
        (None, Ok(password)) => Zeroizing::new(password.into_bytes()),
        (None, Err(_)) => {
            // WASI cannot switch the terminal's echo off.
            eprint!("Password (it will be visible): ");
            from_stdin()?
        }
    };
    match password.len() {
        0 => Err(Failure::Usage("the password is empty".into())),
        1..=MAX_LEN => Ok(password),
        _ => Err(Failure::Usage(format!("the password is longer than {MAX_LEN} bytes"))),
    }
}

fn from_stdin() -> Result<Zeroizing<Vec<u8>>, Failure> {
    first_line(io::stdin().lock()).map_err(Failure::at("standard input"))
}

fn first_line(input: impl BufRead) -> io::Result<Zeroizing<Vec<u8>>> {
    // Room for the end of the line; and with this capacity no copy is left behind while the line grows.
    let max = MAX_LEN + 2;
    let mut line = Zeroizing::new(Vec::with_capacity(max));
    input.take(max as u64).read_until(b'\n', &mut line)?;
    while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        line.pop();
    }
    Ok(line)
}
