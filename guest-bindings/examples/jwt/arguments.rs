//! The command line.

use wasi_crypto_bindings::secrets::Identifier;

use crate::failure::Failure;
use crate::key::Algorithm;

pub(crate) const USAGE: &str = "\
Usage: jwt new [--algorithm NAME]
       jwt sign --key IDENTIFIER --issuer NAME [--lifetime SECONDS]
       jwt public --key IDENTIFIER
       jwt rotate --key IDENTIFIER
Signs JSON Web Tokens with a key that the host keeps: a managed key, which this program never sees.

  new     make a key, and print its identifier
  sign    print a token for each line of standard input, which names its subject. Each is signed with the
          version of the key that is the latest by then, and says so: kid is IDENTIFIER/VERSION
  public  print the public key of the latest version in PEM
  rotate  make a new version of the key, and print its number. An operator can do the same from outside, by
          `wasi-crypto keys rotate`

  --algorithm NAME      EdDSA (with Ed25519; without this option, too) or ES256
  --issuer NAME         who issues the tokens
  --lifetime SECONDS    when they expire, after 300 seconds without this option
  --help                show this

Exit code: 0 done, 1 the host refuses, or input cannot be read, 2 wrong command line, 3 the host has no such key,
or it cannot be used.

Examples:
  KEY=$(wasi-crypto run --secrets keys.db --namespace tenant jwt.wasm new)
  echo alice | wasi-crypto run --secrets keys.db --namespace tenant jwt.wasm sign --key \"$KEY\" --issuer example.org
";

const DEFAULT_LIFETIME: u64 = 300;

#[derive(Debug)]
pub(crate) enum Task {
    New(Algorithm),
    Sign { key: Identifier, issuer: String, lifetime: u64 },
    Public(Identifier),
    Rotate(Identifier),
}

impl Task {
    /// `None` if help is asked for.
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Self>, Failure> {
        let (mut words, mut algorithm, mut key, mut issuer, mut lifetime) = (Vec::new(), None, None, None, None);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--help" | "-h" => return Ok(None),
                "--algorithm" => algorithm = Some(value(&arg, &mut args, Algorithm::named)?),
                "--key" => key = Some(value(&arg, &mut args, |text| text.parse().ok())?),
                "--issuer" => issuer = Some(value(&arg, &mut args, |text| Some(text.to_owned()))?),
                "--lifetime" => lifetime = Some(value(&arg, &mut args, |text| text.parse::<u32>().ok())?),
                option if option.starts_with('-') => return Err(usage(&format!("unknown option '{option}'"))),
                _ => words.push(arg),
            }
        }
        let [task] = words.as_slice() else { return Err(usage("expected `new`, `sign`, `public` or `rotate`")) };
        let needed = || usage(&format!("`{task}` needs --key IDENTIFIER, as `new` prints it"));
        Ok(Some(match (task.as_str(), algorithm, key, issuer, lifetime) {
            ("new", algorithm, None, None, None) => Self::New(algorithm.unwrap_or(Algorithm::EdDsa)),
            ("sign", None, key, issuer, lifetime) => Self::Sign {
                key: key.ok_or_else(needed)?,
                issuer: issuer.ok_or_else(|| usage("`sign` needs --issuer NAME"))?,
                lifetime: lifetime.map_or(DEFAULT_LIFETIME, u64::from),
            },
            ("public", None, key, None, None) => Self::Public(key.ok_or_else(needed)?),
            ("rotate", None, key, None, None) => Self::Rotate(key.ok_or_else(needed)?),
            ("new" | "sign" | "public" | "rotate", ..) => {
                return Err(usage(&format!("`{task}` does not take all of these options")));
            }
            _ => return Err(usage(&format!("'{task}' is none of new, sign, public and rotate"))),
        }))
    }
}

/// The value of an option, read by `read`.
fn value<T>(
    option: &str,
    args: &mut impl Iterator<Item = String>,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, Failure> {
    let what = match option {
        "--algorithm" => "EdDSA or ES256",
        "--key" => "an identifier of 64 hexadecimal digits",
        "--lifetime" => "a number of seconds",
        _ => "a NAME",
    };
    args.next().and_then(|text| read(&text)).ok_or_else(|| usage(&format!("{option} needs {what}")))
}

fn usage(problem: &str) -> Failure {
    Failure::Usage(problem.to_owned())
}
