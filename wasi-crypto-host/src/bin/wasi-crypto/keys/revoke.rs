//! `wasi-crypto keys revoke`.

use serde::Serialize;
use wasi_crypto_host::secrets::{Identifier, Version};

use crate::failure::Failure;
use crate::keys::SCHEMA;
use crate::keys::place::{ALL_KINDS, Place, parse_versions};
use crate::output::{print, print_json};

const NOTES: &str = "\
From then on nobody loads it, in any process; handles that guests have of it work until they are
closed. What was sealed is overwritten, and comes back from a backup only.

The JSON form is an object: schema; versions: those that were revoked.

Examples:
  wasi-crypto keys revoke --namespace tenant-42 $KEY --version 1
  wasi-crypto keys revoke --namespace tenant-42 $KEY --version all
with the store and the root key in WASI_CRYPTO_SECRETS and WASI_CRYPTO_ROOT_KEY.";

/// Revoke versions of a key or secret, for good.
#[derive(clap::Args)]
#[command(after_help = NOTES)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// Which: a number, latest or all
    #[arg(long, value_name = "VERSION", value_parser = parse_versions)]
    version: Version,
    /// Print JSON instead of a sentence
    #[arg(long)]
    json: bool,
    /// The identifier, as `wasi-crypto keys list` prints it
    identifier: Identifier,
}

/// The versions that something was done to.
#[derive(Serialize)]
pub(crate) struct Versions {
    pub(crate) versions: Vec<u64>,
}

pub(crate) fn revoke(args: &Args) -> Result<(), Failure> {
    let versions = args.place.open()?.revoke(ALL_KINDS, &args.identifier, args.version)?;
    if args.json {
        print_json(SCHEMA, &Versions { versions })
    } else {
        print(format!("revoked: {}\n", list(&versions)))
    }
}

/// Such as `versions 1, 2`.
pub(crate) fn list(versions: &[u64]) -> String {
    let numbers: Vec<String> = versions.iter().map(u64::to_string).collect();
    format!("version{} {}", if versions.len() == 1 { "" } else { "s" }, numbers.join(", "))
}
