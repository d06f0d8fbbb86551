//! `wasi-crypto keys import`.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::keys::SCHEMA;
use crate::keys::entry::{FIELDS, Made};
use crate::keys::key_file::{Content, Encoding};
use crate::keys::place::Place;
use crate::output::{print, print_json};
use crate::when::{When, parse_when};

/// Put in a key or secret that there is already, and print its identifier.
///
/// The namespace comes into being with the first key in it.
#[derive(clap::Args)]
#[command(after_help = notes())]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    encoding: Encoding,
    /// When it expires: never, a time from now such as 90d, or in UTC such as 2027-01-31
    #[arg(long, value_name = "WHEN", value_parser = parse_when, default_value = "never")]
    expires: When,
    /// Print JSON instead of the identifier
    #[arg(long)]
    json: bool,
    /// The algorithm, as `wasi-crypto algorithms` lists them; or `secret`, for bytes that mean nothing to the host
    algorithm: String,
    /// The file that has it; - is standard input
    file: PathBuf,
}

pub(crate) fn import(args: &Args) -> Result<(), Failure> {
    let content = Content::read(&args.algorithm, &args.file, &args.encoding)?;
    let header = args.place.put_in(|namespace| {
        let expires = args.expires.from(namespace.now());
        Ok(namespace.create(content.record(expires)?)?)
    })?;
    if args.json { print_json(SCHEMA, &Made::from(&header)) } else { print(format!("{}\n", header.identifier)) }
}

fn notes() -> String {
    format!(
        "\
A secret is taken as it is, with the newline at its end if there is one, and must expire.

The JSON form is an object with schema and
{FIELDS}

Examples:
  openssl genpkey -algorithm ed25519 -out key.pem
  wasi-crypto keys import --namespace tenant-42 Ed25519 key.pem
  openssl rand 32 | wasi-crypto keys import --namespace tenant-42 AES-256-GCM -
  printf %s \"$TOKEN\" | wasi-crypto keys import --namespace tenant-42 --expires 365d secret -
with the store and the root key in WASI_CRYPTO_SECRETS and WASI_CRYPTO_ROOT_KEY."
    )
}
