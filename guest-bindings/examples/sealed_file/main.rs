//! Seals a file with a password, and opens it again.
//!
//! ```sh
//! cargo xtask guests
//! export SEAL_PASSWORD='correct horse battery staple'
//! wasi-crypto run --dir . --env SEAL_PASSWORD="$SEAL_PASSWORD" target/guests/sealed_file.wasm seal README.md README.sealed
//! wasi-crypto run --dir . --env SEAL_PASSWORD="$SEAL_PASSWORD" target/guests/sealed_file.wasm open README.sealed README.copy
//! ```
//!
//! The sealed file:
//!
//! | offset | bytes | |
//! |---|---|---|
//! | 0 | 8 | `WCSEALED` |
//! | 8 | 1 | version: 1, or 2 with Argon2id |
//! | 9 | 4 | PBKDF2 iterations, big-endian; in version 2 one byte of passes, three of memory in KiB |
//! | 13 | 16 | salt, random |
//! | 29 | 7 | nonce prefix, random |
//! | 36 | 8 | length of the content, big-endian |
//! | 44 | 32 | HMAC-SHA-256 over the 44 bytes before |
//! | 76 | | the content in pieces of 64 KiB, each with a tag of 16 bytes behind it; the last may be shorter, or empty |
//!
//! PBKDF2-SHA-256, or Argon2id with one lane, turns password and salt into a secret, from which HKDF-Expand makes the key of the HMAC and that of
//! the content. The pieces are encrypted with AES-256-GCM in the STREAM construction (BE32: the nonce is the prefix,
//! the number of the piece, and 1 for the last one), each with the whole header as associated data. So no piece
//! can be changed, moved, left out, or taken from another file.
//!
//! The HMAC tells a wrong password from damaged content, and tells an attacker no more than the first tag would.
//! Memory use does not depend on the size of the file. The limit is 2³² pieces, 256 TiB.

mod arguments;
mod failure;
mod format;
#[path = "../shared/output.rs"]
mod output;
mod password;
#[path = "../shared/print.rs"]
mod print;
#[path = "../shared/stream.rs"]
mod stream;

use std::fs::{self, File};
use std::io::{BufReader, Write};
use std::process::ExitCode;

use arguments::{Arguments, Task};
use failure::Failure;
use output::PartialFile;
use print::print;

fn main() -> ExitCode {
    let done = match Arguments::parse(std::env::args().skip(1)) {
        Ok(Some(arguments)) => run(&arguments),
        Ok(None) => print(arguments::USAGE),
        Err(failure) => Err(failure),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("sealed_file: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let input = File::open(&arguments.input).map_err(Failure::at(&arguments.input))?;
    let metadata = input.metadata().map_err(Failure::at(&arguments.input))?;
    if !metadata.is_file() {
        return Err(Failure::Usage(format!("{} is not a regular file", arguments.input)));
    }
    if !arguments.force && fs::exists(&arguments.output).map_err(Failure::at(&arguments.output))? {
        return Err(Failure::Usage(format!("{} exists already; --force replaces it", arguments.output)));
    }
    let password = password::get(arguments.password_file.as_deref())?;

    let output = PartialFile::create(&arguments.output, arguments.force)?;
    let (mut reader, mut writer) = (BufReader::new(input), output.writer());
    match arguments.task {
        Task::Seal(stretching) => format::seal(&mut reader, metadata.len(), &mut writer, &password, stretching)?,
        Task::Open => format::open(&mut reader, metadata.len(), &mut writer, &password)?,
    }
    writer.flush().map_err(Failure::at(&arguments.output))?;
    drop(writer);
    output.finish()
}
