//! The command line.

use wasi_crypto_bindings::secrets::Identifier;

use crate::failure::Failure;

pub(crate) const USAGE: &str = "\
Usage: api_token keep [--days N]
       api_token renew [--days N] IDENTIFIER
       api_token request IDENTIFIER HOST PATH
       api_token forget IDENTIFIER
Uses a token of some service, which the host keeps as an external secret: the program needs no file or variable
with it, and an operator can see when it expires, renew it and revoke it.

  keep     read a token from the first line of standard input, have the host keep it, and print its identifier
  renew    read a token that is to be used from now on in place of the one before
  request  print an HTTP request with the token, for the program that has the connection
  forget   revoke the token, with all that were there before it

  --days N  until the token expires, 1 to 3650 (90 without this option)
  --help    show this

Exit code: 0 done, 1 the host refuses, or input cannot be read, 2 wrong command line, 3 the host has no such token,
or it cannot be used.

Examples:
  TOKEN=$(wasi-crypto run --secrets keys.db --namespace tenant api_token.wasm keep < token.txt)
  wasi-crypto run --secrets keys.db --namespace tenant api_token.wasm request \"$TOKEN\" api.example.org /v1/orders |
      openssl s_client -quiet -connect api.example.org:443
";

const DEFAULT_DAYS: u32 = 90;

#[derive(Debug)]
pub(crate) enum Task {
    Keep { days: u32 },
    Renew { token: Identifier, days: u32 },
    Request { token: Identifier, host: String, path: String },
    Forget { token: Identifier },
}

impl Task {
    /// `None` if help is asked for.
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Self>, Failure> {
        let (mut words, mut days) = (Vec::new(), None);
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--help" | "-h" => return Ok(None),
                "--days" => {
                    let number =
                        args.next().and_then(|days| days.parse().ok()).filter(|days| (1..=3650).contains(days));
                    days = Some(number.ok_or_else(|| usage("--days needs a number from 1 to 3650"))?);
                }
                option if option.starts_with('-') => return Err(usage(&format!("unknown option '{option}'"))),
                _ => words.push(arg),
            }
        }
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        Ok(Some(match (words.as_slice(), days) {
            (["keep"], days) => Self::Keep { days: days.unwrap_or(DEFAULT_DAYS) },
            (["renew", token], days) => Self::Renew { token: identifier(token)?, days: days.unwrap_or(DEFAULT_DAYS) },
            (["request", token, host, path], None) => {
                Self::Request { token: identifier(token)?, host: part(host)?, path: part(path)? }
            }
            (["forget", token], None) => Self::Forget { token: identifier(token)? },
            (["request" | "forget", ..], Some(_)) => return Err(usage("--days goes with keep and renew")),
            (["keep" | "renew" | "request" | "forget", ..], _) => {
                return Err(usage(
                    "expected `keep`, `renew IDENTIFIER`, `request IDENTIFIER HOST PATH` or `forget IDENTIFIER`",
                ));
            }
            ([other, ..], _) => {
                return Err(usage(&format!("'{other}' is none of keep, renew, request and forget")));
            }
            ([], _) => return Err(usage("expected `keep`, `renew`, `request` or `forget`")),
        }))
    }
}

fn identifier(text: &str) -> Result<Identifier, Failure> {
    text.parse().map_err(|_| usage(&format!("'{text}' is no identifier, which has 64 hexadecimal digits")))
}

/// What can stand in the head of a request, which it must not end.
fn part(text: &str) -> Result<String, Failure> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text.to_owned())
    } else {
        Err(usage(&format!("{text:?} cannot stand in a request")))
    }
}

fn usage(problem: &str) -> Failure {
    Failure::Usage(problem.to_owned())
}
