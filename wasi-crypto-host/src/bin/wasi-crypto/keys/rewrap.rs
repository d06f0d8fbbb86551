//! `wasi-crypto keys rewrap`.

use serde::Serialize;

use crate::failure::Failure;
use crate::keys::SCHEMA;
use crate::keys::place::Store;
use crate::output::{print, print_json};
use crate::secrets::{Audit, RootKeys};

const NOTES: &str = "\
Keys and secrets stay as they are, and guests that run go on. If it is stopped half-way, give it
again; until then both root keys are needed. Backups from before need the old one: keep it as long
as them.

The JSON form is an object: schema; root_key: the id of the new one; rewrapped: how many namespaces
had another.

Example:
  wasi-crypto keys rewrap --old-root-key file:root.key --root-key file:new.key --make-root-key
with the store in WASI_CRYPTO_SECRETS.";

/// Change the root key.
#[derive(clap::Args)]
#[command(after_help = NOTES)]
pub(crate) struct Args {
    #[command(flatten)]
    store: Store,
    #[command(flatten)]
    root_keys: RootKeys,
    /// Make the new root key, in the new file, or in the token, that --root-key names
    #[arg(long)]
    make_root_key: bool,
    /// What the audit trail in the store keeps
    #[arg(long, value_name = "WHAT", default_value = "changes")]
    audit: Audit,
    /// Print JSON instead of a sentence
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Done {
    root_key: String,
    rewrapped: u64,
}

pub(crate) fn rewrap(args: &Args) -> Result<(), Failure> {
    let store = args.store.open()?;
    if args.make_root_key {
        args.root_keys.source()?.make()?;
    }
    let manager = args.root_keys.builder(store)?.trail(args.audit.trail()).build()?;
    let rewrapped = manager.rewrap()?;
    let root_key = manager.root_key_id().to_string();
    if args.json {
        return print_json(SCHEMA, &Done { root_key, rewrapped });
    }
    let namespaces = if rewrapped == 1 { "namespace was" } else { "namespaces were" };
    print(format!("{rewrapped} {namespaces} rewrapped; all need the root key {root_key} now\n"))
}
