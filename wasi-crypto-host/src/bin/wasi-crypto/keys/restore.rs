//! `wasi-crypto keys restore`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use wasi_crypto_host::secrets::{SecretsError, SecretsStore, SqliteStore};

use crate::failure::Failure;
use crate::keys::SCHEMA;
use crate::keys::check::{Checked, check_one};
use crate::keys::place::Store;
use crate::output::{print, print_json};
use crate::secrets::{RootKeys, open_file};

const NOTES: &str = "\
The store must not be there: stop what uses it, and move it away together with the files -wal and
-shm beside it. With a root key, every record of the backup is opened first.

What was done after the backup is undone: keys that were made are gone, and versions that were
revoked are back. Revoke them again.

The JSON form is an object: schema; namespaces: how many there are; opened: whether there was a root
key, and it opened all.

Example:
  wasi-crypto keys restore --secrets sqlite:keys.db --root-key file:root.key keys-2027-01-31.db";

/// Make a store of a backup.
#[derive(clap::Args)]
#[command(after_help = NOTES)]
pub(crate) struct Args {
    #[command(flatten)]
    store: Store,
    #[command(flatten)]
    root_keys: RootKeys,
    /// Print JSON instead of a sentence
    #[arg(long)]
    json: bool,
    /// The backup
    file: PathBuf,
}

#[derive(Serialize)]
struct Done {
    namespaces: usize,
    opened: bool,
}

pub(crate) fn restore(args: &Args) -> Result<(), Failure> {
    let path = args.store.path()?;
    check_free(path)?;
    let backup = Arc::new(open_file(&args.file, true)?);
    backup.check().map_err(SecretsError::from)?;
    let names = backup.namespaces().map_err(SecretsError::from)?;
    let opened = args.root_keys.root_key.is_some();
    if opened {
        check_records(args, &backup, &names)?;
    }
    make(&backup, path)?;

    if args.json {
        return print_json(SCHEMA, &Done { namespaces: names.len(), opened });
    }
    let namespaces = if names.len() == 1 { "namespace is" } else { "namespaces are" };
    let unopened = if opened { "" } else { "; whether they open, `wasi-crypto keys check` says" };
    print(format!("{} {namespaces} in {}{unopened}\n", names.len(), path.display()))
}

/// Makes the store under another name first: one that is made by half would be taken for an empty one.
fn make(backup: &SqliteStore, path: &Path) -> Result<(), Failure> {
    let part = beside(path, PART);
    let made = backup.backup(&part).and_then(|()| {
        // As stores are kept, and backups are not: with a write-ahead log.
        SqliteStore::open(&part).map(drop)
    });
    if let Err(error) = made {
        let _ = std::fs::remove_file(&part);
        return Err(SecretsError::from(error).into());
    }
    std::fs::rename(&part, path).map_err(|cause| Failure::not_written(path.display(), &cause))
}

/// What lies beside a store would be taken for a part of the new one.
fn check_free(path: &Path) -> Result<(), Failure> {
    for suffix in ["", "-wal", "-shm", "-journal", PART] {
        let file = beside(path, suffix);
        if file.exists() {
            return Err(Failure::failed(format!(
                "there is a file {} already; stop what uses it and move it away, nothing was written",
                file.display()
            )));
        }
    }
    Ok(())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut file = OsString::from(path);
    file.push(suffix);
    file.into()
}

fn check_records(args: &Args, backup: &Arc<SqliteStore>, names: &[String]) -> Result<(), Failure> {
    let manager = args.root_keys.builder(Arc::clone(backup))?.build()?;
    for name in names {
        let Checked { damaged, unopened, .. } = check_one(&manager, name)?;
        if let Some(why) = unopened {
            return Err(Failure::failed(format!("{why}; nothing was written")));
        }
        if let Some(first) = damaged.first() {
            let (count, file) = (damaged.len(), args.file.display());
            return Err(Failure::damaged(format!(
                "{count} things in {file} are damaged, nothing was written: {first}"
            )));
        }
    }
    Ok(())
}

/// Behind the name of a store that is not whole yet.
const PART: &str = ".part";
