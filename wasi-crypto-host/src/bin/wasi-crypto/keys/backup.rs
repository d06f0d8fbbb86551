//! `wasi-crypto keys backup`.

use std::path::PathBuf;

use serde::Serialize;
use wasi_crypto_host::secrets::SecretsError;

use crate::failure::Failure;
use crate::keys::SCHEMA;
use crate::keys::place::Store;
use crate::output::{print, print_json};
use crate::secrets::open_file;

const NOTES: &str = "\
The store may be in use meanwhile. It needs no root key, and the copy has none: keep one, apart from
it.

The JSON form is an object: schema; bytes: the size of the copy.

Example:
  wasi-crypto keys backup --secrets sqlite:keys.db /backup/keys-$(date +%F).db";

/// Copy the store, as it is now, into a new file.
#[derive(clap::Args)]
#[command(after_help = NOTES)]
pub(crate) struct Args {
    #[command(flatten)]
    store: Store,
    /// Print JSON instead of a sentence
    #[arg(long)]
    json: bool,
    /// The new file
    file: PathBuf,
}

#[derive(Serialize)]
struct Done {
    bytes: u64,
}

pub(crate) fn backup(args: &Args) -> Result<(), Failure> {
    let store = open_file(args.store.path()?, true)?;
    let file = &args.file;
    if file.exists() {
        return Err(Failure::failed(format!("there is a file {} already; nothing was written", file.display())));
    }
    store.backup(file).map_err(SecretsError::from)?;
    open_file(file, true)?.check().map_err(SecretsError::from)?;
    let bytes = file.metadata().map_err(|cause| Failure::not_written(file.display(), &cause))?.len();
    if args.json {
        return print_json(SCHEMA, &Done { bytes });
    }
    print(format!("{bytes} bytes were copied to {}\n", file.display()))
}
