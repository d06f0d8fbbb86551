//! `wasi-crypto keys generate`.

use wasi_crypto_host::Errno;
use wasi_crypto_host::secrets::CanonicalKey;

use crate::failure::Failure;
use crate::keys::SCHEMA;
use crate::keys::entry::{FIELDS, Made};
use crate::keys::place::Place;
use crate::output::{print, print_json};
use crate::when::{When, parse_when};

/// Make a key, and print its identifier.
///
/// The namespace comes into being with the first key in it.
#[derive(clap::Args)]
#[command(after_help = notes())]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// When it expires: never, a time from now such as 90d, or in UTC such as 2027-01-31
    #[arg(long, value_name = "WHEN", value_parser = parse_when, default_value = "never")]
    expires: When,
    /// Print JSON instead of the identifier
    #[arg(long)]
    json: bool,
    /// The algorithm; `wasi-crypto algorithms` lists them
    algorithm: String,
}

pub(crate) fn generate(args: &Args) -> Result<(), Failure> {
    let header = args.place.put_in(|namespace| {
        namespace.check_algorithm(&args.algorithm)?;
        let key = generated(&args.algorithm)?;
        let record = match args.expires.from(namespace.now()) {
            Some(expires) => key.record().expires(expires),
            None => key.record(),
        };
        Ok(namespace.create(record)?)
    })?;
    if args.json { print_json(SCHEMA, &Made::from(&header)) } else { print(format!("{}\n", header.identifier)) }
}

/// A new key.
pub(crate) fn generated(algorithm: &str) -> Result<CanonicalKey, Failure> {
    CanonicalKey::generate(algorithm).map_err(|errno| no_key(algorithm, errno))
}

/// Why there is no key of an algorithm.
pub(crate) fn no_key(algorithm: &str, errno: Errno) -> Failure {
    match errno {
        Errno::UnsupportedAlgorithm => Failure::failed(format!(
            "this build has no algorithm {algorithm} for such keys; `wasi-crypto algorithms` lists those that it has"
        )),
        Errno::KeyNotSupported => Failure::failed(format!("{algorithm} takes no key")),
        other => Failure::failed(format!("no key for {algorithm} could be made: {other}")),
    }
}

fn notes() -> String {
    format!(
        "\
The JSON form is an object with schema and
{FIELDS}

Examples:
  KEY=$(wasi-crypto keys generate --namespace tenant-42 Ed25519)
  wasi-crypto keys generate --namespace tenant-42 AES-256-GCM --expires 90d --json
with the store and the root key in WASI_CRYPTO_SECRETS and WASI_CRYPTO_ROOT_KEY."
    )
}
