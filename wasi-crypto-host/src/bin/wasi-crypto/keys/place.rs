//! Options that several commands share: which store, which namespace, and on whose behalf.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use wasi_crypto_host::secrets::{
    Header, Kind, Namespace, Policy, RootKey, SecretsError, SecretsManager, SecretsStore, Version,
};

use crate::failure::Failure;
use crate::output::printable;
use crate::say;
use crate::secrets::{Audit, Location, RootKeys, open_file, open_store, parse_location, read_policy};

/// All kinds of what a store keeps.
pub(crate) const ALL_KINDS: &[Kind] = &[Kind::KeyPair, Kind::SymmetricKey, Kind::Secret];

#[derive(clap::Args)]
pub(crate) struct Store {
    /// The store: sqlite:PATH
    #[arg(
        long, value_name = "URL", env = "WASI_CRYPTO_SECRETS", hide_env_values = true, value_parser = parse_location
    )]
    pub(crate) secrets: Location,
}

impl Store {
    /// The file that the store is in.
    pub(crate) fn path(&self) -> Result<&Path, Failure> {
        match &self.secrets {
            Location::Sqlite(path) => Ok(path),
            Location::Memory => Err(gone()),
            #[cfg(feature = "postgres")]
            Location::Postgres(_) => Err(Failure::misused(
                "this is for stores in a file; copy a database by its own means, as with \
                 `pg_dump --schema=wasi_crypto` and `pg_restore`",
            )),
        }
    }

    /// For changing it.
    pub(crate) fn open(&self) -> Result<Arc<dyn SecretsStore>, Failure> {
        self.open_as(false)
    }

    /// For looking at it.
    pub(crate) fn open_read_only(&self) -> Result<Arc<dyn SecretsStore>, Failure> {
        self.open_as(true)
    }

    fn open_as(&self, read_only: bool) -> Result<Arc<dyn SecretsStore>, Failure> {
        if self.secrets == Location::Memory { Err(gone()) } else { open_store(&self.secrets, read_only) }
    }

    /// Looks for damage of the file; a database does that by its own means.
    pub(crate) fn check_file(&self) -> Result<(), Failure> {
        match &self.secrets {
            Location::Sqlite(path) => Ok(open_file(path, true)?.check().map_err(SecretsError::from)?),
            _ => Ok(()),
        }
    }

    /// A manager that says what lies open in the store and opens nothing, since it has no root key of it.
    pub(crate) fn overseer(&self) -> Result<(Arc<dyn SecretsStore>, SecretsManager), Failure> {
        let store = self.open_read_only()?;
        let stand_in = RootKey::generate().map_err(|error| Failure::failed(error.to_string()))?;
        let manager = SecretsManager::builder(Arc::clone(&store)).root_key(stand_in).build()?;
        Ok((store, manager))
    }
}

fn gone() -> Failure {
    Failure::misused("memory: is gone when this command ends; name a file by --secrets sqlite:PATH")
}

/// A namespace to look at.
#[derive(clap::Args)]
pub(crate) struct InNamespace {
    /// The namespace
    #[arg(long, value_name = "NAME")]
    pub(crate) namespace: String,
}

impl InNamespace {
    /// Fails if there is none of this name, and says which there are.
    pub(crate) fn check(&self, store: &dyn SecretsStore) -> Result<(), Failure> {
        check_namespace(store, &self.namespace)
    }
}

pub(crate) fn check_namespace(store: &dyn SecretsStore, name: &str) -> Result<(), Failure> {
    if store.namespace(name).map_err(SecretsError::from)?.is_some() {
        return Ok(());
    }
    let names = store.namespaces().map_err(SecretsError::from)?;
    let names: Vec<String> = names.iter().map(|name| printable(name)).collect();
    let there = if names.is_empty() { "it has none yet".to_owned() } else { format!("it has {}", names.join(", ")) };
    Err(Failure::failed(format!("{} has no namespace {}; {there}", store.name(), printable(name))))
}

/// A namespace to do something in.
#[derive(clap::Args)]
pub(crate) struct Place {
    #[command(flatten)]
    store: Store,
    #[command(flatten)]
    root_keys: RootKeys,
    #[command(flatten)]
    namespace: InNamespace,
    /// A policy that holds here, too, in TOML; without it, everything is allowed
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Who does it, for the audit trail
    #[arg(long, value_name = "LABEL", default_value = "operator")]
    who: String,
    /// What the audit trail in the store keeps
    #[arg(long, value_name = "WHAT", default_value = "changes")]
    audit: Audit,
}

impl Place {
    /// The namespace, which must be there.
    pub(crate) fn open(&self) -> Result<Namespace, Failure> {
        let store = self.store.open()?;
        self.namespace.check(&*store)?;
        self.namespace(store)
    }

    /// Puts something into the namespace, which comes into being if it is not there; that is said, in case its name was mistyped.
    pub(crate) fn put_in(&self, put: impl FnOnce(&Namespace) -> Result<Header, Failure>) -> Result<Header, Failure> {
        let store = self.store.open()?;
        let is_new = self.namespace.check(&*store).is_err();
        let namespace = self.namespace(store)?;
        let header = put(&namespace)?;
        if is_new {
            say(format_args!("wasi-crypto: the namespace {} is new\n", namespace.name()));
        }
        Ok(header)
    }

    fn namespace(&self, store: Arc<dyn SecretsStore>) -> Result<Namespace, Failure> {
        let policy = self.policy.as_deref().map_or_else(|| Ok(Policy::unrestricted()), read_policy)?;
        let manager = self.root_keys.builder(store)?.trail(self.audit.trail()).build()?;
        Ok(manager.namespace(&self.namespace.namespace).policy(policy).who(&self.who))
    }
}

/// Reads which versions are meant: a number, `latest` or `all`.
pub(crate) fn parse_versions(text: &str) -> Result<Version, String> {
    match text {
        "latest" => Ok(Version::Latest),
        "all" => Ok(Version::All),
        number => number.parse().map(Version::Number).map_err(|_| "write a number, latest or all".to_owned()),
    }
}

/// Reads which version is meant: a number or `latest`.
pub(crate) fn parse_version(text: &str) -> Result<Version, String> {
    let version = parse_versions(text).ok().filter(|version| *version != Version::All);
    version.ok_or_else(|| "write a number or latest".to_owned())
}
