//! Prints or checks SHA-256 digests of files, in the formats of coreutils' `sha256sum`.
//!
//! ```sh
//! cargo xtask guests
//! wasi-crypto run --dir . target/guests/sha256sum.wasm README.md > SUMS
//! wasi-crypto run --dir . target/guests/sha256sum.wasm --check SUMS
//! ```
//!
//! Files are read in pieces of 64 KiB, so any size will do. A line of a list may have 1 MiB.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::ExitCode;

use wasi_crypto_bindings::Sha256;

const USAGE: &str = "\
Usage: sha256sum [OPTION]... [FILE]...
Prints or checks SHA-256 digests. Without FILE, or when FILE is -, reads standard input.

  -c, --check           read digests from the FILEs and check them
  -b, --binary          mark the files as binary (the digest is the same)
  -t, --text            mark the files as text (default)
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
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("sha256sum: {problem}\nTry 'sha256sum --help'.");
            return ExitCode::from(2);
        }
    };
    let mut good = true;
    for name in &files {
        let done = if options.check { check(name, &options) } else { print_digest(name, &options) };
        good &= done.unwrap_or_else(|error| {
            eprintln!("sha256sum: {name}: {}", sentence(&error));
            false
        });
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Default)]
struct Options {
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
    let digest = hex(&digest(name)?);
    let (escaped, mark) = escape(name);
    let line = if options.tag {
        format!("{mark}SHA256 ({escaped}) = {digest}\n")
    } else {
        format!("{mark}{digest} {}{escaped}\n", if options.binary { '*' } else { ' ' })
    };
    io::stdout().write_all(line.as_bytes())?;
    Ok(true)
}

fn digest(name: &str) -> io::Result<[u8; 32]> {
    let mut input: Box<dyn Read> = if name == "-" { Box::new(io::stdin()) } else { Box::new(File::open(name)?) };
    let mut hasher = Sha256::try_new().map_err(io::Error::other)?;
    let mut buffer = vec![0; 64 << 10];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return hasher.try_finalize().map_err(io::Error::other),
            Ok(len) => hasher.try_update(&buffer[..len]).map_err(io::Error::other)?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// How the lines of a list came out.
#[derive(Default)]
struct Outcome {
    well_formed: usize,
    malformed: usize,
    matched: usize,
    different: usize,
    unreadable: usize,
}

/// Checks the files of a list, and says whether all is well.
fn check(list: &str, options: &Options) -> io::Result<bool> {
    let lines: Box<dyn BufRead> =
        if list == "-" { Box::new(io::stdin().lock()) } else { Box::new(BufReader::new(File::open(list)?)) };
    let mut outcome = Outcome::default();
    for_each_line(lines, |number, line| match parse_line(line) {
        Some((expected, name)) => check_file(&expected, &name, options, &mut outcome),
        None => {
            outcome.malformed += 1;
            if options.warn {
                eprintln!("sha256sum: {list}: {number}: not a line with a SHA-256 digest");
            }
        }
    })?;
    Ok(sum_up(list, options, &outcome))
}

fn check_file(expected: &[u8; 32], name: &str, options: &Options, outcome: &mut Outcome) {
    outcome.well_formed += 1;
    let (shown, mark) = escape(name);
    match digest(name) {
        Ok(actual) if actual == *expected => {
            outcome.matched += 1;
            if !options.quiet && !options.status {
                println!("{mark}{shown}: OK");
            }
        }
        Ok(_) => {
            outcome.different += 1;
            if !options.status {
                println!("{mark}{shown}: FAILED");
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound && options.ignore_missing => {}
        Err(error) => {
            outcome.unreadable += 1;
            eprintln!("sha256sum: {shown}: {}", sentence(&error));
            if !options.status {
                println!("{mark}{shown}: FAILED open or read");
            }
        }
    }
}

fn sum_up(list: &str, options: &Options, outcome: &Outcome) -> bool {
    if outcome.well_formed == 0 {
        eprintln!("sha256sum: {list}: no line with a SHA-256 digest found");
        return false;
    }
    if !options.status {
        let warn = |count: usize, one: &str, many: &str| match count {
            0 => {}
            1 => eprintln!("sha256sum: WARNING: 1 {one}"),
            _ => eprintln!("sha256sum: WARNING: {count} {many}"),
        };
        warn(outcome.malformed, "line is improperly formatted", "lines are improperly formatted");
        warn(outcome.unreadable, "listed file could not be read", "listed files could not be read");
        warn(outcome.different, "computed checksum did NOT match", "computed checksums did NOT match");
    }
    let nothing_checked = options.ignore_missing && outcome.matched + outcome.different == 0;
    if nothing_checked && !options.status {
        eprintln!("sha256sum: {list}: no file was verified");
    }
    let malformed = options.strict && outcome.malformed > 0;
    outcome.different == 0 && outcome.unreadable == 0 && !malformed && !nothing_checked
}

/// Gives each line to `visit`, with its number. A line that is not UTF-8 or too long counts as malformed.
fn for_each_line(mut lines: Box<dyn BufRead>, mut visit: impl FnMut(usize, &str)) -> io::Result<()> {
    const MAX_LINE: u64 = 1 << 20;
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let text = str::from_utf8(&line).unwrap_or_default();
        visit(number, text.trim_end_matches(['\n', '\r']));
    }
    Ok(())
}

/// Digest and file name of a line in either format.
fn parse_line(line: &str) -> Option<([u8; 32], String)> {
    let (line, escaped) = line.strip_prefix('\\').map_or((line, false), |rest| (rest, true));
    let (digest, name) = match line.strip_prefix("SHA256 (") {
        Some(rest) => rest.rsplit_once(") = ").map(|(name, digest)| (digest, name))?,
        None => {
            let (digest, rest) = line.split_at_checked(64)?;
            (digest, rest.strip_prefix("  ").or_else(|| rest.strip_prefix(" *"))?)
        }
    };
    let name = if escaped { unescape(name)? } else { name.to_owned() };
    if name.is_empty() { None } else { Some((unhex(digest)?, name)) }
}

/// A file name on one line, and the mark in front of a line whose name had to be changed for that.
fn escape(name: &str) -> (String, &'static str) {
    if name.contains(['\\', '\n', '\r']) {
        (name.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r"), "\\")
    } else {
        (name.to_owned(), "")
    }
}

fn unescape(name: &str) -> Option<String> {
    let (mut unescaped, mut chars) = (String::new(), name.chars());
    while let Some(char) = chars.next() {
        unescaped.push(match char {
            '\\' => match chars.next()? {
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            char => char,
        });
    }
    Some(unescaped)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn unhex(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 64 || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(bytes)
}

fn sentence(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "No such file or directory (does the host give the guest its folder?)".into(),
        io::ErrorKind::IsADirectory => "Is a directory".into(),
        _ => error.to_string(),
    }
}
