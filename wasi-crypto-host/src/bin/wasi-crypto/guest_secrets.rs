//! The keys and secrets that `run` gives to a guest.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use wasi_crypto_host::Errno;
use wasi_crypto_host::secrets::{
    MemoryStore, Namespace, Policy, RootKey, SecretsEvent, SecretsManager, SecretsManagerBuilder, SecretsObserver,
};

use crate::failure::Failure;
use crate::say;
use crate::secrets::{Audit, Location, RootKeys, open_store, parse_location, read_policy};

#[derive(clap::Args)]
pub(crate) struct GuestSecrets {
    /// Let the guest use the keys and secrets in this store: sqlite:PATH, or memory: for as long as it runs
    #[arg(long, value_name = "URL", value_parser = parse_location, requires = "namespace")]
    secrets: Option<Location>,
    /// Which of them: those of this namespace
    #[arg(long, value_name = "NAME", requires = "secrets")]
    namespace: Option<String>,
    /// What it may do with them, in TOML; without it, it gets none out, and may hold 1,000 keys
    #[arg(long, value_name = "FILE", requires = "secrets")]
    policy: Option<PathBuf>,
    /// What the audit trail in the store keeps of it: a guest can make that as long as it likes
    #[arg(long, value_name = "WHAT", default_value = "off", requires = "secrets")]
    audit: Audit,
    #[command(flatten)]
    root_keys: RootKeys,
}

impl GuestSecrets {
    /// The namespace, if there is to be one. The audit trail calls the guest by the name of its file.
    pub(crate) fn namespace(&self, guest: &Path) -> Result<Option<Namespace>, Failure> {
        match (&self.secrets, &self.namespace) {
            (Some(location), Some(name)) => self.open(location, name, guest).map(Some).map_err(Failure::before_guest),
            _ => Ok(None),
        }
    }

    fn open(&self, location: &Location, name: &str, guest: &Path) -> Result<Namespace, Failure> {
        let policy = self.policy.as_deref().map_or_else(|| Ok(Policy::default()), read_policy)?;
        let builder = self.builder(location)?.trail(self.audit.trail());
        let manager = builder.observer(Arc::new(Troubles::default())).build()?;
        let who = guest.file_name().unwrap_or_default().to_string_lossy();
        let namespace = manager.namespace(name).policy(policy).who(&who);
        // A wrong root key is told now, and not to the guest.
        namespace.unlock()?;
        Ok(namespace)
    }

    fn builder(&self, location: &Location) -> Result<SecretsManagerBuilder, Failure> {
        match location {
            Location::Memory if self.root_keys.root_key.is_none() => {
                let root_key = RootKey::generate().map_err(|error| Failure::failed(error.to_string()))?;
                Ok(SecretsManager::builder(MemoryStore::new()).root_key(root_key))
            }
            _ => self.root_keys.builder(open_store(location, false)?),
        }
    }
}

/// Says on standard error what is the matter with the store, of which a guest learns no more than that it failed.
#[derive(Default)]
struct Troubles {
    /// What was said last: a guest that tries again fills no log.
    said: Mutex<String>,
}

impl SecretsObserver for Troubles {
    fn done(&self, event: &SecretsEvent<'_>) {
        if let (Errno::AlgorithmFailure | Errno::InternalError | Errno::RngError, Some(error)) =
            (event.errno(), event.error)
        {
            let sentence = error.to_string();
            let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            if *said != sentence {
                say(format_args!("wasi-crypto: {sentence}\n"));
                *said = sentence;
            }
        }
    }
}
