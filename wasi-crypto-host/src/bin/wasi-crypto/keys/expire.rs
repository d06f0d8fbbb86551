//! `wasi-crypto keys expire`.

use wasi_crypto_host::secrets::{Identifier, Version};

use crate::failure::Failure;
use crate::keys::SCHEMA;
use crate::keys::entry::expiry;
use crate::keys::place::{ALL_KINDS, Place, parse_versions};
use crate::keys::revoke::{Versions, list};
use crate::output::{print, print_json};
use crate::when::{When, parse_when};

const NOTES: &str = "\
From then on guests are told that it has expired; those that have loaded it before go by what it was then.
That can be taken back by another time, as long as the store keeps it.

The JSON form is an object: schema; versions: those that got it.

Examples:
  wasi-crypto keys expire --namespace tenant-42 $KEY --version 1 --at 7d
  wasi-crypto keys expire --namespace tenant-42 $KEY --version latest --at 2027-01-31T12:00:00Z
  wasi-crypto keys expire --namespace tenant-42 $KEY --version all --at never
with the store and the root key in WASI_CRYPTO_SECRETS and WASI_CRYPTO_ROOT_KEY.";

/// Set when versions of a key or secret expire.
#[derive(clap::Args)]
#[command(after_help = NOTES)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// Which: a number, latest or all
    #[arg(long, value_name = "VERSION", value_parser = parse_versions)]
    version: Version,
    /// When: never, now, a time from now such as 90d, or in UTC such as 2027-01-31
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    at: When,
    /// Print JSON instead of a sentence
    #[arg(long)]
    json: bool,
    /// The identifier, as `wasi-crypto keys list` prints it
    identifier: Identifier,
}

pub(crate) fn expire(args: &Args) -> Result<(), Failure> {
    let namespace = args.place.open()?;
    let at = args.at.from(namespace.now());
    let versions = namespace.expire(ALL_KINDS, &args.identifier, args.version, at)?;
    if args.json {
        return print_json(SCHEMA, &Versions { versions });
    }
    print(format!("expires {}: {}\n", expiry(at), list(&versions)))
}
