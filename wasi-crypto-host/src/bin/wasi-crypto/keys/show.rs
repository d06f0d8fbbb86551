//! `wasi-crypto keys show`.

use serde::Serialize;
use wasi_crypto_host::secrets::{Entry, Identifier};

use crate::failure::Failure;
use crate::keys::SCHEMA;
use crate::keys::entry::{FIELDS, Made, algorithm, expiry, state};
use crate::keys::place::{InNamespace, Store};
use crate::output::{print, print_json, table};
use crate::when::utc;

/// Show the versions of a key or secret, revoked ones too.
#[derive(clap::Args)]
#[command(after_help = notes())]
pub(crate) struct Args {
    #[command(flatten)]
    store: Store,
    #[command(flatten)]
    namespace: InNamespace,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
    /// The identifier, as `wasi-crypto keys list` prints it
    identifier: Identifier,
}

#[derive(Serialize)]
struct Versions {
    versions: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    made: Made,
    state: &'static str,
    keep_until: Option<u64>,
}

pub(crate) fn show(args: &Args) -> Result<(), Failure> {
    let (store, manager) = args.store.overseer()?;
    args.namespace.check(&*store)?;
    let namespace = manager.namespace(&args.namespace.namespace);
    let (now, entries) = (namespace.now(), namespace.show(&args.identifier)?);
    if args.json {
        let shown = |entry: &Entry| Shown {
            made: Made::from(&entry.header),
            state: state(entry, now),
            keep_until: entry.keep_until,
        };
        return print_json(SCHEMA, &Versions { versions: entries.iter().map(shown).collect() });
    }
    let titles = ["version", "state", "kind", "algorithm", "origin", "created", "expires"].map(str::to_owned);
    let lines = entries.iter().map(|entry| {
        let header = &entry.header;
        [
            header.version.to_string(),
            state(entry, now).to_owned(),
            header.kind.to_string(),
            algorithm(header),
            if header.imported { "imported" } else { "generated" }.to_owned(),
            utc(header.created),
            expiry(header.expires),
        ]
    });
    print(table([titles].into_iter().chain(lines)))
}

fn notes() -> String {
    format!(
        "\
It needs no root key, and shows what the store says, unchecked.

The JSON form is an object with schema and versions, each with
{FIELDS}
  state       active, expired or revoked
  keep_until  when the store may forget it, in seconds since 1970; null is never

Example:
  wasi-crypto keys show --secrets sqlite:keys.db --namespace tenant-42 $KEY"
    )
}
