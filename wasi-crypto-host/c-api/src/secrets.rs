//! Stores of managed keys and secrets, as a text names them.

use std::ffi::c_char;
use std::fmt;

use wasi_crypto_host::secrets::{
    MemoryStore, Namespace, Policy, RootKey, RootKeyCommand, RootKeyError, RootKeyFile, RootKeyProvider,
    RootKeyVariable, SecretsError, SecretsManager, SqliteStore,
};

use crate::failure::{Code, Failure, OK, or, status};
use crate::pointers::{give, optional_text, place, take_back, text};

/// A store with what opens it.
#[derive(Clone)]
pub(crate) struct Secrets(SecretsManager);

impl Secrets {
    /// Opens `sqlite:PATH`, which must be there, or `memory:`, which is empty.
    pub(crate) fn open(store: &str, root_key: Option<&str>) -> Result<Self, SecretsFailure> {
        let builder = match store.split_once(':') {
            Some(("memory", "")) => SecretsManager::builder(MemoryStore::new()),
            Some(("sqlite", path)) if !path.is_empty() => {
                let file = SqliteStore::builder(path).create(false).open();
                SecretsManager::builder(file.map_err(|error| SecretsFailure(format!("{path}: {error}")))?)
            }
            _ => {
                return Err(SecretsFailure(format!(
                    "a store of secrets is named memory: or sqlite:PATH, and this is `{store}`"
                )));
            }
        };
        let builder = match root_key {
            Some(source) => builder.root_key(RootKeySource::parse(source)?),
            None if store == "memory:" => builder.root_key(RootKey::generate().map_err(SecretsError::from)?),
            None => {
                return Err(SecretsFailure("a store in a file needs a root key: file:PATH, for example".to_owned()));
            }
        };
        Ok(Self(builder.build()?))
    }

    /// What a guest gets of it. A root key that does not open it is told here.
    pub(crate) fn namespace(&self, name: &str, policy: Option<&str>) -> Result<Namespace, SecretsFailure> {
        let policy = policy.map_or_else(|| Ok(Policy::default()), Policy::from_toml);
        let policy = policy.map_err(|error| SecretsFailure(format!("the policy: {error}")))?;
        let namespace = self.0.namespace(name).policy(policy);
        namespace.unlock()?;
        Ok(namespace)
    }
}

/// Why there are no secrets.
#[derive(Debug)]
pub(crate) struct SecretsFailure(String);

impl fmt::Display for SecretsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<SecretsError> for SecretsFailure {
    fn from(error: SecretsError) -> Self {
        Self(error.to_string())
    }
}

impl From<SecretsFailure> for Failure {
    fn from(failure: SecretsFailure) -> Self {
        Self::new(Code::Secrets, failure)
    }
}

/// Where a root key comes from.
enum RootKeySource {
    File(RootKeyFile),
    Variable(RootKeyVariable),
    Command(RootKeyCommand),
}

impl RootKeySource {
    /// What it does not understand it does not repeat: it may be the key itself.
    fn parse(text: &str) -> Result<Self, SecretsFailure> {
        let source = match text.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Some(Self::File(RootKeyFile::new(path))),
            Some(("env", name)) if !name.is_empty() => Some(Self::Variable(RootKeyVariable::new(name))),
            Some(("command", line)) => {
                let mut words = line.split_whitespace();
                let program = words.next().map(RootKeyCommand::new);
                program.map(|program| Self::Command(words.fold(program, RootKeyCommand::arg)))
            }
            _ => None,
        };
        source.ok_or_else(|| {
            SecretsFailure(
                "a root key is named by file:PATH, env:NAME or command:LINE, and is not given itself".to_owned(),
            )
        })
    }
}

impl RootKeyProvider for RootKeySource {
    fn root_key(&self) -> Result<RootKey, RootKeyError> {
        match self {
            Self::File(file) => file.root_key(),
            Self::Variable(variable) => variable.root_key(),
            Self::Command(command) => command.root_key(),
        }
    }
}

/// # Safety
///
/// As the header says: each text is null or ends with a zero byte, and `secrets` is null or points to a pointer.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_secrets_open(
    store: *const c_char,
    root_key: *const c_char,
    secrets: *mut *mut Secrets,
) -> i32 {
    status(|| {
        // SAFETY: the caller's promise.
        let (store, root_key, secrets) =
            unsafe { (text(store, "store")?, optional_text(root_key, "root_key")?, place(secrets, "secrets")?) };
        secrets.write(give(Secrets::open(store, root_key)?));
        Ok(OK)
    })
}

/// # Safety
///
/// As the header says: `secrets` is null, or came from `wasi_crypto_secrets_open` and is not used any more.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_secrets_free(secrets: *mut Secrets) {
    // SAFETY: the caller's promise.
    or((), || unsafe { take_back(secrets) });
}
