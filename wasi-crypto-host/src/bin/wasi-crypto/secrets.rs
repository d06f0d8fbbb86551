//! Where managed keys and secrets are kept: what `run` and `keys` have in common.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
#[cfg(feature = "postgres")]
use wasi_crypto_host::secrets::PostgresStore;
#[cfg(feature = "pkcs11")]
use wasi_crypto_host::secrets::RootKeyToken;
use wasi_crypto_host::secrets::{
    MemoryStore, Policy, RootKey, RootKeyCommand, RootKeyError, RootKeyFile, RootKeyProvider, RootKeyVariable,
    SecretsError, SecretsManager, SecretsManagerBuilder, SecretsStore, SqliteStore, StoreError, StoreFault, Trail,
};

use crate::failure::Failure;

/// How the two options are written, for `--help`.
pub(crate) const NOTES: &str = "\
A store is written sqlite:PATH, or as a plain path; in builds with the feature postgres also
postgres://USER@HOST/DATABASE. A root key is written
  file:PATH      a file, which nobody else may read
  env:NAME       an environment variable
  command:LINE   what a program prints; LINE is split at blanks and run without a shell
and is 32 bytes in base64, as `openssl rand -base64 32` prints them; or, in builds with the feature
pkcs11, it stays in a token, and is named as RFC 7512 has it:
  pkcs11:token=LABEL;object=LABEL?module-path=FILE&pin-source=file:PATH";

/// A store that somebody named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// In memory, as long as this process lives.
    Memory,
    /// In a file.
    Sqlite(PathBuf),
    /// In a database.
    #[cfg(feature = "postgres")]
    Postgres(String),
}

/// Reads `memory:`, `sqlite:PATH`, a plain path, or `postgres://`.
pub(crate) fn parse_location(text: &str) -> Result<Location, String> {
    if text == "memory:" {
        return Ok(Location::Memory);
    }
    if text.starts_with("postgres:") || text.starts_with("postgresql:") {
        return parse_database(text);
    }
    let path = text.strip_prefix("sqlite:").unwrap_or(text);
    if path.is_empty() {
        return Err("name a file: sqlite:PATH".to_owned());
    }
    match text.split_once(':') {
        // As in `mysql://`. A file of such a name can be had by sqlite:PATH.
        Some((scheme, _)) if scheme != "sqlite" && scheme.chars().all(|c| c.is_ascii_alphabetic()) => {
            Err(format!("this build has no stores of the kind {scheme}:, but memory: and sqlite:PATH"))
        }
        _ => Ok(Location::Sqlite(path.into())),
    }
}

#[cfg(feature = "postgres")]
fn parse_database(url: &str) -> Result<Location, String> {
    if PostgresStore::is_url(url) {
        Ok(Location::Postgres(url.to_owned()))
    } else {
        Err("write a database as postgres://USER@HOST/DATABASE".to_owned())
    }
}

#[cfg(not(feature = "postgres"))]
fn parse_database(_: &str) -> Result<Location, String> {
    Err("this build has no PostgreSQL stores; build it with --features cli,postgres".to_owned())
}

/// Opens a store that is there.
pub(crate) fn open_store(location: &Location, read_only: bool) -> Result<Arc<dyn SecretsStore>, Failure> {
    match location {
        Location::Memory => Ok(Arc::new(MemoryStore::new())),
        Location::Sqlite(path) => Ok(Arc::new(open_file(path, read_only)?)),
        #[cfg(feature = "postgres")]
        Location::Postgres(url) => open_database(url),
    }
}

#[cfg(feature = "postgres")]
fn open_database(url: &str) -> Result<Arc<dyn SecretsStore>, Failure> {
    let builder = PostgresStore::builder(url).create(false);
    match builder.clone().open() {
        Ok(store) => Ok(Arc::new(store)),
        Err(error) => {
            let failure = Failure::from(SecretsError::from(error));
            let missing = matches!(builder.exists(), Ok(false));
            Err(if missing { failure.and("make it with `wasi-crypto keys init`") } else { failure })
        }
    }
}

/// Opens a file that is there.
pub(crate) fn open_file(path: &Path, read_only: bool) -> Result<SqliteStore, Failure> {
    SqliteStore::builder(path).create(false).read_only(read_only).open().map_err(|error| no_store(path, error))
}

/// Says of a file that is not there how to make it.
fn no_store(path: &Path, error: StoreError) -> Failure {
    let missing = error.fault == StoreFault::Unreachable && !path.exists();
    let failure = Failure::from(SecretsError::from(error));
    if missing { failure.and("make it with `wasi-crypto keys init`") } else { failure }
}

/// Where a root key comes from, as somebody named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RootKeySource {
    File(PathBuf),
    Variable(String),
    Command {
        program: String,
        args: Vec<String>,
    },
    #[cfg(feature = "pkcs11")]
    Token(RootKeyToken),
}

impl RootKeySource {
    /// Reads `file:PATH`, `env:NAME`, `command:LINE` or `pkcs11:…`. What it does not understand it does not repeat: it may be the key itself.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        let source = match text.split_once(':') {
            Some(("pkcs11", _)) => Some(Self::token(text)?),
            Some(("file", path)) if !path.is_empty() => Some(Self::File(path.into())),
            Some(("env", name)) if !name.is_empty() => Some(Self::Variable(name.to_owned())),
            Some(("command", line)) => {
                let mut words = line.split_whitespace().map(str::to_owned);
                words.next().map(|program| Self::Command { program, args: words.collect() })
            }
            _ => None,
        };
        source.ok_or_else(|| {
            Failure::misused("a root key is named by file:PATH, env:NAME or command:LINE, and is not given itself")
        })
    }

    #[cfg(feature = "pkcs11")]
    fn token(uri: &str) -> Result<Self, Failure> {
        RootKeyToken::parse(uri).map(Self::Token).map_err(|error| Failure::misused(error.to_string()))
    }

    #[cfg(not(feature = "pkcs11"))]
    fn token(_: &str) -> Result<Self, Failure> {
        Err(Failure::misused("this build has no root keys in tokens; build it with --features cli,pkcs11"))
    }

    /// Whether it is there, if it is of a kind that can be made.
    pub(crate) fn is_there(&self) -> Result<Option<bool>, Failure> {
        match self {
            Self::File(path) => Ok(Some(path.exists())),
            Self::Variable(_) | Self::Command { .. } => Ok(None),
            #[cfg(feature = "pkcs11")]
            Self::Token(token) => Ok(Some(token.exists().map_err(SecretsError::from)?)),
        }
    }

    /// Makes it.
    pub(crate) fn make(&self) -> Result<(), Failure> {
        let made = match self {
            Self::File(path) => RootKeyFile::create(path).map(drop),
            Self::Variable(_) | Self::Command { .. } => {
                return Err(Failure::misused("a root key is made in a file or a token: --root-key file:PATH"));
            }
            #[cfg(feature = "pkcs11")]
            Self::Token(token) => token.create(),
        };
        Ok(made.map_err(SecretsError::from)?)
    }
}

impl RootKeyProvider for RootKeySource {
    fn root_key(&self) -> Result<RootKey, RootKeyError> {
        match self {
            Self::File(path) => RootKeyFile::new(path).root_key(),
            Self::Variable(name) => RootKeyVariable::new(name).root_key(),
            Self::Command { program, args } => {
                args.iter().fold(RootKeyCommand::new(program), RootKeyCommand::arg).root_key()
            }
            #[cfg(feature = "pkcs11")]
            Self::Token(token) => token.root_key(),
        }
    }
}

/// The root keys that somebody named.
#[derive(clap::Args)]
pub(crate) struct RootKeys {
    /// The root key: file:PATH, env:NAME or command:LINE
    #[arg(long, value_name = "SOURCE", env = "WASI_CRYPTO_ROOT_KEY", hide_env_values = true)]
    pub(crate) root_key: Option<String>,
    /// A root key from before, which still opens what it has wrapped; may be repeated
    #[arg(long, value_name = "SOURCE")]
    pub(crate) old_root_key: Vec<String>,
}

impl RootKeys {
    pub(crate) fn source(&self) -> Result<RootKeySource, Failure> {
        let text = self.root_key.as_deref().ok_or_else(|| {
            Failure::misused("the root key is missing: name it by --root-key file:PATH, env:NAME or command:LINE")
        })?;
        RootKeySource::parse(text)
    }

    /// A manager of a store, which can open what is in it.
    pub(crate) fn builder(&self, store: impl SecretsStore + 'static) -> Result<SecretsManagerBuilder, Failure> {
        let builder = SecretsManager::builder(store).root_key(self.source()?);
        self.old_root_key.iter().try_fold(builder, |builder, old| Ok(builder.old_root_key(RootKeySource::parse(old)?)))
    }
}

/// What the audit trail in the store keeps.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Audit {
    /// Nothing
    Off,
    /// What changed the store, and what left it
    Changes,
    /// What was used and what was refused, too
    Everything,
}

impl Audit {
    pub(crate) fn trail(self) -> Trail {
        match self {
            Self::Off => Trail::Off,
            Self::Changes => Trail::Changes,
            Self::Everything => Trail::Everything,
        }
    }
}

/// Reads a policy.
pub(crate) fn read_policy(path: &Path) -> Result<Policy, Failure> {
    let wrong = |cause: &dyn std::fmt::Display| Failure::failed(format!("the policy {}: {cause}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|cause| wrong(&format_args!("cannot be read: {cause}")))?;
    Policy::from_toml(&text).map_err(|cause| wrong(&cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_named_by_its_kind_or_as_a_path() {
        let file = |path: &str| Ok(Location::Sqlite(path.into()));
        assert_eq!(parse_location("memory:"), Ok(Location::Memory));
        assert_eq!(parse_location("sqlite:/var/lib/keys.db"), file("/var/lib/keys.db"));
        assert_eq!(parse_location("sqlite:a:b"), file("a:b"));
        assert_eq!(parse_location("keys.db"), file("keys.db"));
        assert_eq!(parse_location("./a:b"), file("./a:b"));
        assert!(parse_location("mysql://db").unwrap_err().contains("no stores of the kind mysql:"));
        #[cfg(not(feature = "postgres"))]
        assert!(parse_location("postgres://db").unwrap_err().contains("build it with --features cli,postgres"));
        #[cfg(feature = "postgres")]
        assert_eq!(parse_location("postgres://db"), Ok(Location::Postgres("postgres://db".to_owned())));
        assert!(
            parse_location("memory:x").is_err() && parse_location("").is_err() && parse_location("sqlite:").is_err()
        );
    }

    #[test]
    fn a_root_key_is_named_and_not_given() {
        let parse = |text| RootKeySource::parse(text).map_err(|failure| failure.to_string());
        assert_eq!(parse("file:/etc/root.key"), Ok(RootKeySource::File("/etc/root.key".into())));
        assert_eq!(parse("env:KEY"), Ok(RootKeySource::Variable("KEY".to_owned())));
        let command =
            RootKeySource::Command { program: "vault".to_owned(), args: vec!["read".to_owned(), "-x".to_owned()] };
        assert_eq!(parse("command: vault  read -x"), Ok(command));
        for wrong in ["", "file:", "env:", "command:", "/etc/root.key", "U5eUxIGWB2pz8CiR4s5PPN3Zf2cNmKbVn3cRyZgcWbg="]
        {
            let sentence = parse(wrong).unwrap_err();
            assert!(sentence.contains("file:PATH") && (wrong.is_empty() || !sentence.contains(&format!(" {wrong} "))));
        }
    }
}
