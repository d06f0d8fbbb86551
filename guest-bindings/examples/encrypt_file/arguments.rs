//! The command line.

use crate::algorithm::{self, Algorithm};
use crate::failure::Failure;

pub(crate) const USAGE: &str = "\
Usage: encrypt_file keygen  [OPTION]... PRIVATE PUBLIC
       encrypt_file encrypt [OPTION]... --key PUBLIC INPUT OUTPUT
       encrypt_file decrypt [OPTION]... --key PRIVATE INPUT OUTPUT
Makes a key pair, encrypts INPUT to its public key into OUTPUT, or decrypts it with the private key. OUTPUT appears
only when all of it is complete and verified.

  --key FILE        encrypt: the public key; decrypt: the private key. X25519 and ML-KEM-768 in PEM, as OpenSSL
                    writes them; X-Wing as its bare bytes
  --algorithm NAME  keygen: X25519 (default), ML-KEM-768, or X-Wing, which is both in one; the last two are secure
                    against quantum computers
  --force           replace files that exist
  --help            show this

Exit code: 0 done, 1 a file cannot be read or written or the host refuses, 2 wrong command line, 3 the key cannot be
used, or INPUT is for another one, 4 INPUT is not an encrypted file, or cut, or changed.

Examples:
  encrypt_file keygen --algorithm ML-KEM-768 private.pem public.pem
  encrypt_file encrypt --key public.pem taxes.pdf taxes.pdf.encrypted
  encrypt_file decrypt --key private.pem taxes.pdf.encrypted taxes.pdf
";

pub(crate) struct Arguments {
    pub(crate) task: Task,
    pub(crate) files: [String; 2],
    pub(crate) force: bool,
}

pub(crate) enum Task {
    Keygen(&'static Algorithm),
    Encrypt { key: String },
    Decrypt { key: String },
}

impl Arguments {
    /// `None` if help is asked for.
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Self>, Failure> {
        let (mut words, mut only_words) = (Vec::new(), false);
        let (mut key, mut algorithm, mut force) = (None, None, false);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                _ if only_words => words.push(arg),
                "--" => only_words = true,
                "--help" | "-h" => return Ok(None),
                "--force" => force = true,
                "--key" => key = Some(args.next().ok_or_else(|| usage("--key needs a FILE"))?),
                "--algorithm" => {
                    let name = args.next().unwrap_or_default();
                    let known = Algorithm::named(&name);
                    algorithm =
                        Some(known.ok_or_else(|| usage("--algorithm needs X25519, ML-KEM-768 or X-Wing behind it"))?);
                }
                option if option.starts_with('-') => return Err(usage(&format!("unknown option '{option}'"))),
                _ => words.push(arg),
            }
        }
        let [task, first, second]: [String; 3] = words
            .try_into()
            .map_err(|_| usage("expected `keygen PRIVATE PUBLIC`, `encrypt INPUT OUTPUT` or `decrypt INPUT OUTPUT`"))?;
        let task = match (task.as_str(), key, algorithm) {
            ("keygen", None, algorithm) => Task::Keygen(algorithm.unwrap_or(&algorithm::X25519)),
            ("keygen", Some(_), _) => return Err(usage("--key goes with encrypt and decrypt")),
            ("encrypt", Some(key), None) => Task::Encrypt { key },
            ("decrypt", Some(key), None) => Task::Decrypt { key },
            ("encrypt" | "decrypt", None, _) => return Err(usage("--key FILE is missing")),
            ("encrypt" | "decrypt", _, Some(_)) => {
                return Err(usage("--algorithm goes with keygen; keys know their algorithm"));
            }
            (other, ..) => return Err(usage(&format!("'{other}' is neither keygen nor encrypt nor decrypt"))),
        };
        Ok(Some(Self { task, files: [first, second], force }))
    }
}

fn usage(problem: &str) -> Failure {
    Failure::Usage(problem.to_owned())
}
