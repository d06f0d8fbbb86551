//! `wasi-crypto keys init`.

use std::path::{Path, PathBuf};

use serde::Serialize;
#[cfg(feature = "postgres")]
use wasi_crypto_host::secrets::PostgresStore;
use wasi_crypto_host::secrets::{RootKeyId, RootKeyProvider, SecretsError, SecretsStore, SqliteStore};

use crate::failure::Failure;
use crate::keys::SCHEMA;
use crate::keys::place::Store;
use crate::output::{print, print_json, printable};
use crate::say;
use crate::secrets::{Location, RootKeySource, RootKeys};

const NOTES: &str = "\
What is there already stays as it is, so that the command can be given again.

Without the root key nobody opens the keys, and with it everybody who has the store does: keep a
copy of it, apart from the store and the store's backups.

The JSON form is an object: schema; store and root_key, each with made: whether it was made now;
root_key also with id.

Examples:
  wasi-crypto keys init --secrets sqlite:keys.db --root-key file:/etc/wasi-crypto/root.key
  wasi-crypto keys init --secrets sqlite:keys.db --root-key 'command:vault read -field=key kv/root'";

/// Make a store, and its root key, if that is in a file or a token.
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
    let source = args.root_keys.source()?;
    let there = if is_there(&args.store)? { Some(args.store.open()?) } else { None };
    let made_root_key = make_root_key(&source, there.as_deref())?;
    let id = source.root_key().map_err(SecretsError::from)?.id();
    match &there {
        Some(store) => {
            let wrapped = wrapped(&**store)?;
            let is_of_this = wrapped.iter().any(|(_, wrapped_by)| *wrapped_by == id);
            for (namespace, wrapped_by) in wrapped.into_iter().filter(|(_, wrapped_by)| *wrapped_by != id) {
                let error = SecretsError::OtherRootKey { namespace, wrapped_by };
                if !is_of_this {
                    return Err(error.into());
                }
                say(format_args!("wasi-crypto: {error}\n"));
            }
        }
        None => make_store(&args.store)?,
    }
    if let (RootKeySource::File(file), Location::Sqlite(path)) = (&source, &args.store.secrets)
        && folder(file) == folder(path)
    {
        say(format_args!("wasi-crypto: the root key is in the folder of the store; who copies that has all keys\n"));
    }
    if args.json {
        let store = Part { made: there.is_none(), id: None };
        return print_json(SCHEMA, &Done { store, root_key: Part { made: made_root_key, id: Some(id.to_string()) } });
    }
    let made = |made: bool| if made { "was made" } else { "is there" };
    print(format!("the root key {id} {}\n{} {}\n", made(made_root_key), name(&args.store)?, made(there.is_none())))
}

fn is_there(store: &Store) -> Result<bool, Failure> {
    match &store.secrets {
        #[cfg(feature = "postgres")]
        Location::Postgres(url) => Ok(PostgresStore::builder(url).exists().map_err(SecretsError::from)?),
        _ => Ok(store.path()?.exists()),
    }
}

fn make_store(store: &Store) -> Result<(), Failure> {
    let made = match &store.secrets {
        #[cfg(feature = "postgres")]
        Location::Postgres(url) => PostgresStore::open(url).map(drop),
        _ => SqliteStore::open(store.path()?).map(drop),
    };
    Ok(made.map_err(SecretsError::from)?)
}

fn name(store: &Store) -> Result<String, Failure> {
    match &store.secrets {
        #[cfg(feature = "postgres")]
        Location::Postgres(_) => Ok(store.open_read_only()?.name()),
        _ => Ok(format!("the store {}", store.path()?.display())),
    }
}

/// Makes the root key if there is none, where one can be made, and nothing is sealed yet that needs another.
fn make_root_key(source: &RootKeySource, store: Option<&dyn SecretsStore>) -> Result<bool, Failure> {
    if source.is_there()? != Some(false) {
        return Ok(false);
    }
    let wrapped = store.map_or_else(|| Ok(Vec::new()), wrapped)?;
    if let Some((namespace, wrapped_by)) = wrapped.first() {
        let what = match source {
            RootKeySource::File(file) => format!("no root key file {}", file.display()),
            _ => "no such root key".to_owned(),
        };
        return Err(Failure::failed(format!(
            "there is {what}, and none was made: the namespace {} needs the root key {wrapped_by}",
            printable(namespace)
        )));
    }
    source.make()?;
    Ok(true)
}

/// The namespaces of a store, and which root keys wrap their keys.
fn wrapped(store: &dyn SecretsStore) -> Result<Vec<(String, RootKeyId)>, Failure> {
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
