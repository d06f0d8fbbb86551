//! The command line.

use std::ops::RangeInclusive;

use crate::failure::Failure;
use crate::format::Stretching;

pub(crate) const USAGE: &str = "\
Usage: sealed_file seal [OPTION]... INPUT OUTPUT
       sealed_file open [OPTION]... INPUT OUTPUT
Encrypts INPUT under a password into OUTPUT, or decrypts it again. OUTPUT appears only when all of it is
complete and verified.

  --password-file FILE  take the password from the first line of FILE (- for standard input); without it from
                        the environment variable SEAL_PASSWORD, else from a line that you type
  --iterations N        seal: PBKDF2 iterations, 100000 to 10000000 (default 600000)
  --argon2id            seal: Argon2id with 19 MiB and 2 passes instead, which is harder to guess passwords against;
                        not every host has it
  --force               replace OUTPUT if it exists
  --help                show this

Exit code: 0 done, 1 a file cannot be read or written or the host refuses, 2 wrong command line,
3 wrong password, 4 INPUT is not a sealed file, or cut, or changed.

Examples:
  sealed_file seal --password-file pw.txt taxes.pdf taxes.pdf.sealed
  sealed_file open --password-file pw.txt taxes.pdf.sealed taxes.pdf
";

/// What OWASP recommends for PBKDF2-HMAC-SHA-256 since 2023; about a quarter of a second.
const DEFAULT_ITERATIONS: u32 = 600_000;

/// What OWASP recommends for Argon2id.
const ARGON2ID: Stretching = Stretching::Argon2id { passes: 2, kib: 19 << 10 };

const ITERATIONS: RangeInclusive<u32> = 100_000..=10_000_000;

#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) task: Task,
    pub(crate) input: String,
    pub(crate) output: String,
    pub(crate) password_file: Option<String>,
    pub(crate) force: bool,
}

#[derive(Debug)]
pub(crate) enum Task {
    Seal(Stretching),
    Open,
}

impl Arguments {
    /// `None` if help is asked for.
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Self>, Failure> {
        let (mut words, mut only_words) = (Vec::new(), false);
        let (mut iterations, mut argon2id, mut password_file, mut force) = (None, false, None, false);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                _ if only_words => words.push(arg),
                "--" => only_words = true,
                "--help" | "-h" => return Ok(None),
                "--force" => force = true,
                "--argon2id" => argon2id = true,
                "--password-file" => {
                    password_file = Some(args.next().ok_or_else(|| usage("--password-file needs a FILE"))?);
                }
                "--iterations" => {
                    let count = args.next().and_then(|count| count.parse().ok());
                    let count = count.filter(|count| ITERATIONS.contains(count));
                    iterations =
                        Some(count.ok_or_else(|| usage("--iterations needs a number from 100000 to 10000000"))?);
                }
                option if option.starts_with('-') => return Err(usage(&format!("unknown option '{option}'"))),
                _ => words.push(arg),
            }
        }
        let [task, input, output]: [String; 3] =
            words.try_into().map_err(|_| usage("expected `seal INPUT OUTPUT` or `open INPUT OUTPUT`"))?;
        let task = match (task.as_str(), argon2id, iterations) {
            ("seal", true, None) => Task::Seal(ARGON2ID),
            ("seal", true, Some(_)) => return Err(usage("--iterations are of PBKDF2; leave it or --argon2id out")),
            ("seal", false, iterations) => {
                Task::Seal(Stretching::Pbkdf2 { iterations: iterations.unwrap_or(DEFAULT_ITERATIONS) })
            }
            ("open", false, None) => Task::Open,
            ("open", true, _) => return Err(usage("--argon2id goes with seal; open finds it in the file")),
            ("open", _, Some(_)) => {
                return Err(usage("--iterations goes with seal; open finds the number in the file"));
            }
            (other, ..) => return Err(usage(&format!("'{other}' is neither seal nor open"))),
        };
        Ok(Some(Self { task, input, output, password_file, force }))
    }
}

fn usage(problem: &str) -> Failure {
    Failure::Usage(problem.to_owned())
}
