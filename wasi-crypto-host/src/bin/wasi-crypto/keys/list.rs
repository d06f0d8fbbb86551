//! `wasi-crypto keys list`.

use serde::Serialize;
use wasi_crypto_host::secrets::{Entry, Identifier, Namespace, SecretsError, SecretsStore, State};

use crate::failure::Failure;
use crate::keys::SCHEMA;
use crate::keys::entry::{expiry, state};
use crate::keys::place::{Store, check_namespace};
use crate::output::{print, print_json, table};

const NOTES: &str = "\
It needs no root key, and shows what the store says, unchecked; `wasi-crypto keys check` checks it.

The JSON form is an object:
  schema      1; another number means other fields
  keys        with --namespace: identifier; kind: key pair, symmetric key or secret; algorithm;
              latest: the newest version that is not revoked, or null; versions: how many are not
              revoked; state of the latest: active, expired or revoked; expires: when the latest
              does, in seconds since 1970, or null
  namespaces  without it: name; root_key: the id of the one that wraps its key; keys, secrets,
              bytes, revoked: what it takes up

Examples:
  wasi-crypto keys list --secrets sqlite:keys.db
  wasi-crypto keys list --secrets sqlite:keys.db --namespace tenant-42
  wasi-crypto keys list --namespace tenant-42 --json | jq -r '.keys[].identifier'
the last one with the store in WASI_CRYPTO_SECRETS.";

/// List the keys and secrets of a namespace, or the namespaces.
#[derive(clap::Args)]
#[command(after_help = NOTES)]
pub(crate) struct Args {
    #[command(flatten)]
    store: Store,
    /// List what is in this namespace
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Namespaces {
    namespaces: Vec<NamespaceLine>,
}

#[derive(Serialize)]
struct NamespaceLine {
    name: String,
    root_key: String,
    keys: u64,
    secrets: u64,
    bytes: u64,
    revoked: u64,
}

#[derive(Serialize)]
struct Keys {
    keys: Vec<KeyLine>,
}

#[derive(Serialize)]
struct KeyLine {
    identifier: String,
    kind: &'static str,
    algorithm: Option<String>,
    latest: Option<u64>,
    versions: u64,
    state: &'static str,
    expires: Option<u64>,
}

pub(crate) fn list(args: &Args) -> Result<(), Failure> {
    let (store, manager) = args.store.overseer()?;
    match &args.namespace {
        Some(name) => {
            check_namespace(&*store, name)?;
            let keys = Keys { keys: keys(&manager.namespace(name))? };
            if args.json { print_json(SCHEMA, &keys) } else { print(keys.table()) }
        }
        None => {
            let namespaces = Namespaces { namespaces: namespaces(&*store)? };
            if args.json { print_json(SCHEMA, &namespaces) } else { print(namespaces.table()) }
        }
    }
}

fn namespaces(store: &dyn SecretsStore) -> Result<Vec<NamespaceLine>, Failure> {
    let mut lines = Vec::new();
    for name in store.namespaces().map_err(SecretsError::from)? {
        if let Some(row) = store.namespace(&name).map_err(SecretsError::from)? {
            let (root_key, usage) = (row.wrapped_by.to_string(), row.usage);
            let (keys, secrets, bytes, revoked) = (usage.keys, usage.secrets, usage.bytes, usage.revoked);
            lines.push(NamespaceLine { name, root_key, keys, secrets, bytes, revoked });
        }
    }
    Ok(lines)
}

/// One line for each identifier.
fn keys(namespace: &Namespace) -> Result<Vec<KeyLine>, Failure> {
    let now = namespace.now();
    let mut lines = Vec::new();
    let mut behind: Option<(Identifier, u64)> = None;
    let mut versions: Vec<Entry> = Vec::new();
    loop {
        let page = namespace.list(behind, PAGE)?;
        let is_last = page.is_empty();
        for entry in page {
            behind = Some((entry.header.identifier, entry.header.version));
            if versions.first().is_some_and(|first| first.header.identifier != entry.header.identifier) {
                lines.extend(line(&versions, now));
                versions.clear();
            }
            versions.push(entry);
        }
        if is_last {
            lines.extend(line(&versions, now));
            return Ok(lines);
        }
    }
}

fn line(versions: &[Entry], now: u64) -> Option<KeyLine> {
    let active = || versions.iter().filter(|entry| entry.state == State::Active);
    let latest = active().next_back();
    let shown = latest.or(versions.last())?;
    Some(KeyLine {
        identifier: shown.header.identifier.to_string(),
        kind: shown.header.kind.name(),
        algorithm: Some(shown.header.algorithm.clone()).filter(|algorithm| !algorithm.is_empty()),
        latest: latest.map(|entry| entry.header.version),
        versions: active().count() as u64,
        state: state(shown, now),
        expires: latest.and_then(|entry| entry.header.expires),
    })
}

impl Namespaces {
    fn table(&self) -> String {
        let titles = ["namespace", "root key", "keys", "secrets", "bytes", "revoked"].map(str::to_owned);
        let lines = self.namespaces.iter().map(|line| {
            let numbers = [line.keys, line.secrets, line.bytes, line.revoked].map(|number| number.to_string());
            let [keys, secrets, bytes, revoked] = numbers;
            [line.name.clone(), line.root_key.clone(), keys, secrets, bytes, revoked]
        });
        table([titles].into_iter().chain(lines))
    }
}

impl Keys {
    fn table(&self) -> String {
        let titles = ["identifier", "kind", "algorithm", "latest", "versions", "state", "expires"].map(str::to_owned);
        let lines = self.keys.iter().map(|line| {
            [
                line.identifier.clone(),
                line.kind.to_owned(),
                line.algorithm.clone().unwrap_or_else(|| "-".to_owned()),
                line.latest.map_or_else(|| "-".to_owned(), |version| version.to_string()),
                line.versions.to_string(),
                line.state.to_owned(),
                if line.latest.is_some() { expiry(line.expires) } else { "-".to_owned() },
            ]
        });
        table([titles].into_iter().chain(lines))
    }
}

/// So many versions are read at once.
const PAGE: usize = 256;
