//! What the embedded engines give to guests: a context of this project's host, with a secrets manager.

use wasi_crypto_host::WasiCryptoCtx;
use wasi_crypto_host::secrets::{MemoryStore, Policy, RootKey, SecretsManager};

/// A manager whose store lasts as long as the worker.
pub(super) fn secrets() -> Result<SecretsManager, String> {
    let root = RootKey::generate().map_err(|error| format!("there is no root key for secrets: {error}"))?;
    let manager = SecretsManager::builder(MemoryStore::new()).root_key(root).build();
    manager.map_err(|error| format!("there is no store for secrets: {error}"))
}

/// What one guest gets. All guests of a worker share the namespace; they make more keys than the default allows.
pub(super) fn context(secrets: &SecretsManager) -> Result<WasiCryptoCtx, String> {
    let policy = Policy::default().max_keys(100_000).max_secrets(100_000).max_bytes(1 << 30);
    let namespace = secrets.namespace("conformance").policy(policy);
    WasiCryptoCtx::builder().secrets(namespace).build().map_err(|error| error.to_string())
}
