//! `wasi-crypto keys rotate`.

use std::path::PathBuf;

use wasi_crypto_host::secrets::{Identifier, Kind, Namespace, SecretsError};

use crate::failure::Failure;
use crate::keys::SCHEMA;
use crate::keys::entry::{FIELDS, Made};
use crate::keys::generate::generated;
use crate::keys::key_file::{Content, Encoding, SECRET};
use crate::keys::place::Place;
use crate::output::{print, print_json};
use crate::when::{When, parse_when};

/// Add a version to a key or secret, and print its number.
///
/// Guests that ask for the latest version get it from now on. Versions before it stay until they are revoked or expire.
#[derive(clap::Args)]
#[command(after_help = notes())]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// Take the new version from this file (- is standard input), instead of making a key
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    #[command(flatten)]
    encoding: Encoding,
    /// Of what algorithm it is, or `secret`, if there is no version left that says so
    #[arg(long, value_name = "NAME")]
    algorithm: Option<String>,
    /// When it expires: never, a time from now such as 90d, or in UTC such as 2027-01-31
    #[arg(long, value_name = "WHEN", value_parser = parse_when, default_value = "never")]
    expires: When,
    /// Print JSON instead of the version
    #[arg(long)]
    json: bool,
    /// The identifier, as `wasi-crypto keys list` prints it
    identifier: Identifier,
}

pub(crate) fn rotate(args: &Args) -> Result<(), Failure> {
    let namespace = args.place.open()?;
    let algorithm = match &args.algorithm {
        Some(algorithm) => algorithm.clone(),
        None => algorithm_of(&namespace, &args.identifier)?,
    };
    let expires = args.expires.from(namespace.now());
    let (content, key);
    let record = match &args.from {
        Some(file) => {
            content = Content::read(&algorithm, file, &args.encoding)?;
            content.record(expires)?
        }
        None if algorithm == SECRET => {
            return Err(Failure::misused("a secret is not made here: name the file that has the new one by --from"));
        }
        None => {
            key = generated(&algorithm)?;
            expires.map_or_else(|| key.record(), |expires| key.record().expires(expires))
        }
    };
    let header = namespace.replace(&args.identifier, record)?;
    if args.json { print_json(SCHEMA, &Made::from(&header)) } else { print(format!("{}\n", header.version)) }
}

/// Of what algorithm a key is, as it was sealed: what the store says of it in the clear, whoever writes to the store can change.
fn algorithm_of(namespace: &Namespace, identifier: &Identifier) -> Result<String, Failure> {
    match namespace.latest(identifier) {
        Ok(header) if header.kind == Kind::Secret => Ok(SECRET.to_owned()),
        Ok(header) => Ok(header.algorithm),
        Err(SecretsError::NotFound) => {
            namespace.show(identifier)?;
            Err(Failure::failed(format!(
                "no version of {identifier} is left that says of what algorithm it is: name that by --algorithm"
            )))
        }
        Err(error) => Err(error.into()),
    }
}

fn notes() -> String {
    format!(
        "\
The JSON form is an object with schema and
{FIELDS}

Examples:
  wasi-crypto keys rotate --namespace tenant-42 $KEY
  wasi-crypto keys rotate --namespace tenant-42 $KEY --from new.pem
  printf %s \"$TOKEN\" | wasi-crypto keys rotate --namespace tenant-42 $SECRET --from - --expires 365d
with the store and the root key in WASI_CRYPTO_SECRETS and WASI_CRYPTO_ROOT_KEY."
    )
}
