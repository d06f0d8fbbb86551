//! What the embedded engines give to guests: a context of this project's host, with a secrets manager.

use std::path::Path;

use wasi_crypto_host::WasiCryptoCtx;
use wasi_crypto_host::secrets::{MemoryStore, Policy, RootKey, SecretsManager};
#[cfg(feature = "sqlite")]
use wasi_crypto_host::secrets::{RootKeyFile, SqliteStore};

/// The variable that tells a worker where secrets are kept: `memory:` or `sqlite:FILE`.
pub(super) const SECRETS: &str = "WASI_CRYPTO_CONFORMANCE_SECRETS";

/// Whether what is kept there outlives a worker.
pub(crate) fn is_durable(url: &str) -> bool {
    url.starts_with("sqlite:")
}

/// Makes the store, before several workers begin with it at a time. The error is a sentence.
pub(crate) fn prepare(url: &str) -> Result<(), String> {
    match (url, url.strip_prefix("sqlite:")) {
        ("memory:", _) => Ok(()),
        (_, Some(file)) if !file.is_empty() => prepare_file(Path::new(file)),
        _ => Err(format!("there is no store `{url}`: secrets are kept in memory: or in sqlite:FILE")),
    }
}

/// A manager whose store lasts as long as the worker, or longer if the runner has said where.
pub(super) fn secrets() -> Result<SecretsManager, String> {
    let url = std::env::var(SECRETS).unwrap_or_default();
    if let Some(file) = url.strip_prefix("sqlite:") {
        return in_file(Path::new(file));
    }
    let root = RootKey::generate().map_err(|error| format!("there is no root key for secrets: {error}"))?;
    let manager = SecretsManager::builder(MemoryStore::new()).root_key(root).build();
    manager.map_err(|error| format!("there is no store for secrets: {error}"))
}

/// Beside the store lies its root key: it holds nothing but what cases have made.
#[cfg(feature = "sqlite")]
fn prepare_file(file: &Path) -> Result<(), String> {
    let root_key = file.with_added_extension("root-key");
    if !root_key.exists() {
        RootKeyFile::create(&root_key).map_err(|error| error.to_string())?;
    }
    in_file(file).map(drop)
}

#[cfg(feature = "sqlite")]
fn in_file(file: &Path) -> Result<SecretsManager, String> {
    let store = SqliteStore::open(file).map_err(|error| error.to_string())?;
    let manager = SecretsManager::builder(store).root_key(RootKeyFile::new(file.with_added_extension("root-key")));
    manager.build().map_err(|error| error.to_string())
}

#[cfg(not(feature = "sqlite"))]
fn prepare_file(_: &Path) -> Result<(), String> {
    Err("this build has no SQLite stores: build it with the feature `sqlite`".to_owned())
}

#[cfg(not(feature = "sqlite"))]
fn in_file(file: &Path) -> Result<SecretsManager, String> {
    prepare_file(file).and(Err("no store".to_owned()))
}

/// What one guest gets. All guests share the namespace; they make more keys than the default allows.
pub(super) fn context(secrets: &SecretsManager) -> Result<WasiCryptoCtx, String> {
    let policy = Policy::default().max_keys(100_000).max_secrets(100_000).max_bytes(1 << 30);
    let namespace = secrets.namespace("conformance").policy(policy);
    WasiCryptoCtx::builder().secrets(namespace).build().map_err(|error| error.to_string())
}
