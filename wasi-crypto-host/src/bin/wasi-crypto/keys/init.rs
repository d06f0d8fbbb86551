//! `wasi-crypto keys init`.

use std::path::{Path, PathBuf};

use serde::Serialize;
use wasi_crypto_host::secrets::{RootKeyFile, RootKeyId, RootKeyProvider, SecretsError, SecretsStore, SqliteStore};

use crate::failure::Failure;
use crate::keys::SCHEMA;
use crate::keys::place::Store;
use crate::output::{print, print_json};
use crate::say;
use crate::secrets::{RootKeySource, RootKeys};

const NOTES: &str = "\
What is there already stays as it is, so that the command can be given again.

Without the root key nobody opens the keys, and with it everybody who has the store does: keep a
copy of it, apart from the store and the store's backups.

The JSON form is an object: schema; store and root_key, each with made: whether it was made now;
root_key also with id.

Examples:
  wasi-crypto keys init --secrets sqlite:keys.db --root-key file:/etc/wasi-crypto/root.key
  wasi-crypto keys init --secrets sqlite:keys.db --root-key 'command:vault read -field=key kv/root'";

/// Make a store, and the file of its root key.
#[derive(clap::Args)]
#[command(after_help = NOTES)]
pub(crate) struct Args {
    #[command(flatten)]
    store: Store,
    #[command(flatten)]
    root_keys: RootKeys,
    /// Print JSON instead of sentences
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Done {
    store: Part,
    root_key: Part,
}

#[derive(Serialize)]
struct Part {
    made: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

pub(crate) fn init(args: &Args) -> Result<(), Failure> {
    let path = args.store.path()?;
    let source = args.root_keys.source()?;
    let there = if path.exists() { Some(args.store.open()?) } else { None };
    let made_root_key = make_root_key(&source, there.as_deref())?;
    let id = source.root_key().map_err(SecretsError::from)?.id();
    match &there {
        Some(store) => {
            for (namespace, wrapped_by) in wrapped(store)? {
                if wrapped_by != id {
                    return Err(SecretsError::OtherRootKey { namespace, wrapped_by }.into());
                }
            }
        }
        None => drop(SqliteStore::open(path).map_err(SecretsError::from)?),
    }
    if let RootKeySource::File(file) = &source
        && folder(file) == folder(path)
    {
        say(format_args!("wasi-crypto: the root key is in the folder of the store; who copies that has all keys\n"));
    }
    if args.json {
        let store = Part { made: there.is_none(), id: None };
        return print_json(SCHEMA, &Done { store, root_key: Part { made: made_root_key, id: Some(id.to_string()) } });
    }
    let made = |made: bool| if made { "was made" } else { "is there" };
    print(format!(
        "the root key {id} {}\nthe store {} {}\n",
        made(made_root_key),
        path.display(),
        made(there.is_none())
    ))
}

/// Makes the root key's file if there is none, and nothing is sealed yet that needs another.
fn make_root_key(source: &RootKeySource, store: Option<&SqliteStore>) -> Result<bool, Failure> {
    let RootKeySource::File(file) = source else { return Ok(false) };
    if file.exists() {
        return Ok(false);
    }
    let wrapped = store.map_or_else(|| Ok(Vec::new()), wrapped)?;
    if let Some((namespace, wrapped_by)) = wrapped.first() {
        return Err(Failure::failed(format!(
            "there is no root key file {}, and none was made: the namespace {namespace} needs the root key {wrapped_by}",
            file.display()
        )));
    }
    RootKeyFile::create(file).map_err(SecretsError::from)?;
    Ok(true)
}

/// The namespaces of a store, and which root keys wrap their keys.
fn wrapped(store: &SqliteStore) -> Result<Vec<(String, RootKeyId)>, Failure> {
    let mut wrapped = Vec::new();
    for name in store.namespaces().map_err(SecretsError::from)? {
        if let Some(row) = store.namespace(&name).map_err(SecretsError::from)? {
            wrapped.push((name, row.wrapped_by));
        }
    }
    Ok(wrapped)
}

fn folder(file: &Path) -> Option<PathBuf> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder.canonicalize().ok()
}
