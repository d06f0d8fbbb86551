//! Prints or checks SHA-256 digests of files, or BLAKE3 digests, in the formats of coreutils' `sha256sum`.
//!
//! ```sh
//! cargo xtask guests
//! wasi-crypto run --dir . target/guests/sha256sum.wasm README.md > SUMS
//! wasi-crypto run --dir . target/guests/sha256sum.wasm --check SUMS
//! ```
//!
//! Files are read in pieces of 64 KiB, so any size will do. A line of a list may have 1 MiB.
//!
//! What `--check` takes for a line is what coreutils 9.1 does:
//!
//! - Lines that begin with `#` and empty lines are skipped, and are not malformed. A line ends with LF or CRLF.
//! - Blanks (space, tab) before a line count for nothing. A backslash then says that `\\`, `\n` and `\r` stand in the name.
//! - `DIGEST  NAME` (two blanks; the second may be `*`), or with one blank, `DIGEST NAME`. The two do not mix: the first line of
//!   a run decides. After one of the second form, more blanks belong to the name.
//! - `SHA256 (NAME) = DIGEST`, in which the blanks may be missing, as in OpenSSL's `SHA256(NAME)= DIGEST`, and more may
//!   surround the `=`. Other names of algorithms, or lower case, are malformed.
//! - With `--blake3`, digests are those of BLAKE3, in the formats of `b3sum`, and lines that name no algorithm are. Lines that do are of that
//!   one: `SHA256 (NAME) = DIGEST` or `BLAKE3 (NAME) = DIGEST`.
//! - 64 hexadecimal digits, in either case; nothing may follow a digest at the end of a line.

mod check;
mod line;

use std::fs::File;
use std::io::{self, Read, Write};
use std::process::ExitCode;

use wasi_crypto_bindings::Sha256;
use wasi_crypto_bindings::xof::Blake3;

use crate::line::{Algorithm, Parser, escape, hex};

const USAGE: &str = "\
Usage: sha256sum [OPTION]... [FILE]...
Prints or checks SHA-256 or BLAKE3 digests. Without FILE, or when FILE is -, reads standard input.

  -c, --check           read digests from the FILEs and check them
  -b, --binary          mark the files as binary (the digest is the same)
  -t, --text            mark the files as text (default)
      --blake3          BLAKE3 instead of SHA-256: faster for large files; not every host has it
      --tag             print BSD-style lines: SHA256 (FILE) = DIGEST
      --help            show this

When checking:
      --ignore-missing  do not fail for files that are not there
      --quiet           do not print OK for each good file
      --status          print nothing; the exit code says it all
      --strict          fail for lines in another format
  -w, --warn            say which lines are in another format

Exit code: 0 if all is well, 1 if a file cannot be read or a digest does not match, 2 for a wrong command line.

Examples:
  sha256sum *.tar.gz > SHA256SUMS
  sha256sum --check SHA256SUMS
";

fn main() -> ExitCode {
    let (options, files) = match parse(std::env::args().skip(1)) {
        Ok(Command::Run(options, files)) => (options, files),
        Ok(Command::Help) => {
            // Whoever does not read on has seen enough.
            let _ = print(USAGE);
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("sha256sum: {problem}\nTry 'sha256sum --help'.");
            return ExitCode::from(2);
        }
    };
    let (mut parser, mut good) = (Parser::new(options.algorithm), true);
    for name in &files {
        let done = if options.check { check::check(name, &mut parser, &options) } else { print_digest(name, &options) };
        good &= match done {
            Ok(good) => good,
            // Nobody reads on.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::FAILURE,
            Err(error) => {
                eprintln!("sha256sum: {name}: {}", sentence(&error));
                false
            }
        };
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Default)]
struct Options {
    algorithm: Algorithm,
    check: bool,
    binary: bool,
    tag: bool,
    ignore_missing: bool,
    quiet: bool,
    status: bool,
    strict: bool,
    warn: bool,
}

enum Command {
    Run(Options, Vec<String>),
    Help,
}

fn parse(args: impl Iterator<Item = String>) -> Result<Command, String> {
    let (mut options, mut files, mut only_files) = (Options::default(), Vec::new(), false);
    for arg in args {
        match arg.as_str() {
            _ if only_files => files.push(arg),
            "--" => only_files = true,
            "-c" | "--check" => options.check = true,
            "-b" | "--binary" => options.binary = true,
            "-t" | "--text" => options.binary = false,
            "--blake3" => options.algorithm = Algorithm::Blake3,
            "--tag" => options.tag = true,
            "--ignore-missing" => options.ignore_missing = true,
            "--quiet" => options.quiet = true,
            "--status" => options.status = true,
            "--strict" => options.strict = true,
            "-w" | "--warn" => options.warn = true,
            "--help" => return Ok(Command::Help),
            option if option.starts_with('-') && option != "-" => return Err(format!("unknown option '{option}'")),
            _ => files.push(arg),
        }
    }
    let checks_only = options.ignore_missing || options.quiet || options.status || options.strict || options.warn;
    if checks_only && !options.check {
        return Err("--ignore-missing, --quiet, --status, --strict and --warn go with --check only".into());
    }
    if options.tag && options.check {
        return Err("--tag is for printing; --check knows both formats".into());
    }
    if files.is_empty() {
        files.push("-".into());
    }
    Ok(Command::Run(options, files))
}

fn print_digest(name: &str, options: &Options) -> io::Result<bool> {
    let digest = hex(&digest(name, options.algorithm)?);
    let (escaped, mark) = escape(name);
    let line = if options.tag {
        format!("{mark}{} ({escaped}) = {digest}\n", options.algorithm.name())
    } else {
        format!("{mark}{digest} {}{escaped}\n", if options.binary { '*' } else { ' ' })
    };
    print(&line)?;
    Ok(true)
}

fn digest(name: &str, algorithm: Algorithm) -> io::Result<[u8; 32]> {
    let mut input: Box<dyn Read> = if name == "-" { Box::new(io::stdin()) } else { Box::new(File::open(name)?) };
    match algorithm {
        Algorithm::Sha256 => {
            let mut hasher = Sha256::try_new().map_err(io::Error::other)?;
            for_each_piece(&mut input, |piece| hasher.try_update(piece))?;
            hasher.try_finalize().map_err(io::Error::other)
        }
        Algorithm::Blake3 => {
            let mut hasher = Blake3::try_new().map_err(io::Error::other)?;
            for_each_piece(&mut input, |piece| hasher.try_update(piece))?;
            let mut digest = [0; 32];
            let read = hasher.try_finalize_xof().and_then(|mut output| output.try_read(&mut digest));
            read.map(|()| digest).map_err(io::Error::other)
        }
    }
}

fn for_each_piece(
    input: &mut dyn Read,
    mut visit: impl FnMut(&[u8]) -> Result<(), wasi_crypto_bindings::Error>,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(len) => visit(&buffer[..len]).map_err(io::Error::other)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Prints to standard output.
fn print(text: &str) -> io::Result<()> {
    let written = io::stdout().write_all(text.as_bytes());
    written.map_err(|error| io::Error::new(error.kind(), format!("cannot write to standard output: {error}")))
}

fn sentence(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "No such file or directory (does the host give the guest its folder?)".into(),
        io::ErrorKind::IsADirectory => "Is a directory".into(),
        _ => error.to_string(),
    }
}
