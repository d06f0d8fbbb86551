//! The command line.

use crate::failure::Failure;

pub(crate) const USAGE: &str = "\
Usage: sign_file sign   [OPTION]... --key PRIVATE FILE SIGNATURE
       sign_file verify [OPTION]... --key PUBLIC FILE SIGNATURE
Signs FILE into the file SIGNATURE, or verifies it. Keys are PEM as `openssl genpkey` and `openssl pkey -pubout`
write them: RSA with 2048, 3072 or 4096 bits, P-256, P-384, secp256k1, Ed25519, ML-DSA.

  --algorithm NAME  as in RSA_PSS_2048_SHA256; without it, RSA is RSA_PKCS1_2048_SHA256, RSA_PKCS1_3072_SHA384
                    or RSA_PKCS1_4096_SHA512, and every other key has one algorithm
  --raw             ECDSA signatures as r and s one behind the other, not in DER, which OpenSSL writes and reads
  --force           sign: replace SIGNATURE if it exists
  --help            show this

Exit code: 0 signed or verified, 1 a file cannot be read or written or the host refuses, 2 wrong command line,
3 the key cannot be used, 4 the signature is malformed, or is not this key's signature of FILE.

Examples:
  sign_file sign --key key.pem release.tar release.tar.sig
  sign_file verify --key public.pem release.tar release.tar.sig
";

#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) task: Task,
    pub(crate) key: String,
    pub(crate) algorithm: Option<String>,
    pub(crate) raw: bool,
    pub(crate) force: bool,
    pub(crate) file: String,
    pub(crate) signature: String,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    Sign,
    Verify,
}

impl Arguments {
    /// `None` if help is asked for.
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Self>, Failure> {
        let (mut words, mut only_words) = (Vec::new(), false);
        let (mut key, mut algorithm, mut raw, mut force) = (None, None, false, false);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                _ if only_words => words.push(arg),
                "--" => only_words = true,
                "--help" | "-h" => return Ok(None),
                "--key" => key = Some(args.next().ok_or_else(|| usage("--key needs a FILE"))?),
                "--algorithm" => algorithm = Some(args.next().ok_or_else(|| usage("--algorithm needs a NAME"))?),
                "--raw" => raw = true,
                "--force" => force = true,
                option if option.starts_with('-') => return Err(usage(&format!("unknown option '{option}'"))),
                _ => words.push(arg),
            }
        }
        let [task, file, signature]: [String; 3] =
            words.try_into().map_err(|_| usage("expected `sign FILE SIGNATURE` or `verify FILE SIGNATURE`"))?;
        let task = match (task.as_str(), force) {
            ("sign", _) => Task::Sign,
            ("verify", false) => Task::Verify,
            ("verify", true) => return Err(usage("--force goes with sign; verify writes nothing")),
            (other, _) => return Err(usage(&format!("'{other}' is neither sign nor verify"))),
        };
        let key = key.ok_or_else(|| usage("--key FILE is missing"))?;
        Ok(Some(Self { task, key, algorithm, raw, force, file, signature }))
    }
}

fn usage(problem: &str) -> Failure {
    Failure::Usage(problem.to_owned())
}
