//! What contexts are made with, and how a file says it.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use wasi_crypto_host::secrets::Namespace;
use wasi_crypto_host::{AllowedAlgorithms, BuildError, Limits, WasiCryptoCtx};

use crate::secrets::Secrets;

/// The settings of contexts.
#[derive(Clone, Default)]
pub struct Settings {
    /// What one guest can make its host hold or do.
    pub limits: Limits,
    /// The names of the algorithms that guests may have; `None` for all.
    pub algorithms: Option<Vec<String>>,
    /// Where managed keys and secrets are.
    pub secrets: Option<Namespace>,
    /// Whether several threads of a guest share a context.
    pub threads: bool,
    /// Whether calls are counted.
    pub statistics: bool,
}

impl Settings {
    /// Reads settings in TOML. What a text leaves out is as by default; what it has beyond this is an error:
    ///
    /// ```toml
    /// algorithms = ["Ed25519", "SHA-256"]   # without it, all
    /// threads = false
    /// statistics = false
    ///
    /// [limits]                    # as in `wasi_crypto_host::Limits`
    /// handles = 65536
    /// bytes = 41_943_040
    /// gathered-bytes = 8_388_608
    /// call-bytes = 33_554_432
    /// password-iterations = 10_000_000
    /// password-memory-work = 1_073_741_824
    ///
    /// [secrets]                   # without it, guests have no secrets manager
    /// store = "sqlite:keys.db"    # or "memory:"
    /// root-key = "file:root.key"  # or "env:NAME", "command:LINE"; not needed for "memory:"
    /// namespace = "tenant-42"
    /// policy = "policy.toml"      # a file; without it, no key leaves, and there may be 1,000
    /// ```
    ///
    /// Opens the store, if there is one.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong, and in which line.
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        let read: Text = toml::from_str(text).map_err(SettingsError::new)?;
        let mut settings =
            Self { algorithms: read.algorithms, threads: read.threads, statistics: read.statistics, ..Self::default() };
        for (limit, value) in read.limits.in_order() {
            if let Some(value) = value {
                settings.set_limit(limit, value)?;
            }
        }
        settings.secrets = read.secrets.map(|secrets| secrets.open()).transpose()?;
        // Whether the limits and names are good, which a context is asked.
        settings.context()?;
        Ok(settings)
    }

    /// The same from a file.
    ///
    /// # Errors
    ///
    /// As [`from_toml`](Self::from_toml); also if the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        Self::from_toml(&read_file(path)?)
            .map_err(|error| SettingsError::new(format_args!("in {}: {error}", path.display())))
    }

    /// The same from variables of the environment, which `get` reads: `WASI_CRYPTO_CONFIG` names a file. Where it is not set,
    /// `WASI_CRYPTO_MAX_HANDLES`, `WASI_CRYPTO_MAX_HELD_BYTES`, `WASI_CRYPTO_ALLOW_ALGORITHMS` (names with commas between them),
    /// `WASI_CRYPTO_SECRETS`, `WASI_CRYPTO_ROOT_KEY`, `WASI_CRYPTO_NAMESPACE` and `WASI_CRYPTO_POLICY` say one thing each.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read); also if one of the others is set beside `WASI_CRYPTO_CONFIG`, or is not UTF-8: as if it were not set, guests
    /// would have more than they may.
    pub fn from_variables(get: impl Fn(&str) -> Option<OsString>) -> Result<Self, SettingsError> {
        if let Some(path) = get("WASI_CRYPTO_CONFIG") {
            if let Some(other) = VARIABLES.into_iter().find(|name| get(name).is_some()) {
                return Err(SettingsError::new(format_args!(
                    "WASI_CRYPTO_CONFIG and {other} are set: say it in the file, which says all, or unset WASI_CRYPTO_CONFIG"
                )));
            }
            return Self::read(Path::new(&path));
        }
        let get = |name: &str| {
            let not_text = |_| SettingsError::new(format_args!("{name} is not UTF-8"));
            get(name).map(OsString::into_string).transpose().map_err(not_text)
        };
        let mut settings = Self::default();
        for (name, limit) in [("WASI_CRYPTO_MAX_HANDLES", Limit::Handles), ("WASI_CRYPTO_MAX_HELD_BYTES", Limit::Bytes)]
        {
            if let Some(value) = get(name)? {
                let no_number = |_| SettingsError::new(format_args!("{name} is `{value}`, which is no number"));
                settings.set_limit(limit, value.parse().map_err(no_number)?)?;
            }
        }
        settings.algorithms =
            get("WASI_CRYPTO_ALLOW_ALGORITHMS")?.map(|names| names.split(',').map(|name| name.trim().into()).collect());
        if let Some(store) = get("WASI_CRYPTO_SECRETS")? {
            let namespace = get("WASI_CRYPTO_NAMESPACE")?
                .ok_or_else(|| SettingsError::new("WASI_CRYPTO_SECRETS is set, and WASI_CRYPTO_NAMESPACE is not"))?;
            let (root_key, policy) = (get("WASI_CRYPTO_ROOT_KEY")?, get("WASI_CRYPTO_POLICY")?);
            settings.secrets = Some(SecretsText { store, root_key, namespace, policy }.open()?);
        }
        settings.context()?;
        Ok(settings)
    }

    /// Sets a limit.
    ///
    /// # Errors
    ///
    /// If the value does not fit.
    pub fn set_limit(&mut self, limit: Limit, value: u64) -> Result<(), SettingsError> {
        let too_large = |_| SettingsError::new(format_args!("the limit {value} is more than this machine can count"));
        let size = || usize::try_from(value).map_err(too_large);
        match limit {
            Limit::Handles => self.limits.handles = size()?,
            Limit::Bytes => self.limits.bytes = size()?,
            Limit::GatheredBytes => self.limits.gathered_bytes = size()?,
            Limit::CallBytes => self.limits.call_bytes = size()?,
            Limit::PasswordIterations => self.limits.password_iterations = value,
            Limit::PasswordMemoryWork => self.limits.password_memory_work = value,
        }
        Ok(())
    }

    /// A new context with these settings.
    ///
    /// # Errors
    ///
    /// If a setting is wrong, or the system gives no random bytes.
    pub fn context(&self) -> Result<WasiCryptoCtx, BuildError> {
        let mut builder = WasiCryptoCtx::builder().limits(self.limits).statistics(self.statistics);
        if let Some(names) = &self.algorithms {
            builder = builder.algorithms(AllowedAlgorithms::only(names));
        }
        if let Some(namespace) = &self.secrets {
            builder = builder.secrets(namespace.clone());
        }
        builder.build()
    }
}

/// The variables that set one thing each.
const VARIABLES: [&str; 7] = [
    "WASI_CRYPTO_MAX_HANDLES",
    "WASI_CRYPTO_MAX_HELD_BYTES",
    "WASI_CRYPTO_ALLOW_ALGORITHMS",
    "WASI_CRYPTO_SECRETS",
    "WASI_CRYPTO_ROOT_KEY",
    "WASI_CRYPTO_NAMESPACE",
    "WASI_CRYPTO_POLICY",
];

/// The limits, `wasi_crypto_limit` in the header, whose numbers they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::handles`]
    Handles,
    /// [`Limits::bytes`]
    Bytes,
    /// [`Limits::gathered_bytes`]
    GatheredBytes,
    /// [`Limits::call_bytes`]
    CallBytes,
    /// [`Limits::password_iterations`]
    PasswordIterations,
    /// [`Limits::password_memory_work`]
    PasswordMemoryWork,
}

impl Limit {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 6] = [
        Self::Handles,
        Self::Bytes,
        Self::GatheredBytes,
        Self::CallBytes,
        Self::PasswordIterations,
        Self::PasswordMemoryWork,
    ];
}

/// What is wrong with settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError(String);

impl SettingsError {
    fn new(what: impl fmt::Display) -> Self {
        Self(what.to_string().trim_end().to_owned())
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SettingsError {}

impl From<BuildError> for SettingsError {
    fn from(error: BuildError) -> Self {
        Self::new(error)
    }
}

fn read_file(path: &Path) -> Result<String, SettingsError> {
    let wrong = |cause| SettingsError::new(format_args!("cannot read {}: {cause}", path.display()));
    std::fs::read_to_string(path).map_err(wrong)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Text {
    algorithms: Option<Vec<String>>,
    #[serde(default)]
    threads: bool,
    #[serde(default)]
    statistics: bool,
    #[serde(default)]
    limits: LimitsText,
    secrets: Option<SecretsText>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct LimitsText {
    handles: Option<u64>,
    bytes: Option<u64>,
    gathered_bytes: Option<u64>,
    call_bytes: Option<u64>,
    password_iterations: Option<u64>,
    password_memory_work: Option<u64>,
}

impl LimitsText {
    fn in_order(&self) -> impl Iterator<Item = (Limit, Option<u64>)> {
        let values = [
            self.handles,
            self.bytes,
            self.gathered_bytes,
            self.call_bytes,
            self.password_iterations,
            self.password_memory_work,
        ];
        Limit::ALL.into_iter().zip(values)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SecretsText {
    store: String,
    root_key: Option<String>,
    namespace: String,
    policy: Option<String>,
}

impl SecretsText {
    fn open(self) -> Result<Namespace, SettingsError> {
        let Self { store, root_key, namespace, policy } = self;
        let secrets = Secrets::open(&store, root_key.as_deref()).map_err(SettingsError::new)?;
        let policy = policy.map(|path| read_file(Path::new(&path))).transpose()?;
        secrets.namespace(&namespace, policy.as_deref()).map_err(SettingsError::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_sets_what_it_names_and_leaves_the_rest() {
        let text = "algorithms = ['sha-256']\nstatistics = true\n[limits]\nhandles = 7\npassword-memory-work = 9\n\
                    [secrets]\nstore = 'memory:'\nnamespace = 'tenant'";
        let settings = Settings::from_toml(text).unwrap();
        assert_eq!((settings.limits.handles, settings.limits.password_memory_work), (7, 9));
        assert_eq!(settings.limits.bytes, Limits::default().bytes);
        assert_eq!(settings.secrets.as_ref().map(Namespace::name), Some("tenant"));
        assert!(settings.statistics && !settings.threads);
        assert_eq!(settings.context().unwrap().algorithms().count(), 1);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, sentence) in [
            ("[limits]\nhandels = 1", "handels"),
            ("[limits]\nhandles = 0", "limit on open handles is 0"),
            ("algorithms = ['rot13']", "no algorithm ROT13"),
            ("[secrets]\nstore = 'memory:'", "namespace"),
            ("[secrets]\nstore = 'mysql://host'\nnamespace = 'n'", "mysql:"),
            ("[secrets]\nstore = 'sqlite:no/such/folder/keys.db'\nroot-key = 'env:NONE'\nnamespace = 'n'", "no/such"),
            ("[secrets]\nstore = 'memory:'\nnamespace = 'n'\npolicy = 'no/such/policy'", "no/such/policy"),
        ] {
            let error = Settings::from_toml(text).err().unwrap().to_string();
            assert!(error.contains(sentence), "{text}: {error}");
        }
        let error = Settings::read(Path::new("no/such/settings")).err().unwrap().to_string();
        assert!(error.starts_with("cannot read no/such/settings"), "{error}");
    }

    #[test]
    fn variables_set_one_thing_each() {
        let of = |variables: &[(&str, &str)]| {
            let find =
                |name: &str| variables.iter().find(|(set, _)| *set == name).map(|(_, value)| OsString::from(value));
            Settings::from_variables(find)
        };
        assert_eq!(of(&[]).unwrap().limits, Limits::default());
        let settings = of(&[
            ("WASI_CRYPTO_MAX_HANDLES", "9"),
            ("WASI_CRYPTO_ALLOW_ALGORITHMS", "SHA-256, Ed25519"),
            ("WASI_CRYPTO_SECRETS", "memory:"),
            ("WASI_CRYPTO_NAMESPACE", "tenant"),
        ]);
        let settings = settings.unwrap();
        assert_eq!(settings.limits.handles, 9);
        assert_eq!(settings.context().unwrap().algorithms().count(), 2);
        assert_eq!(settings.secrets.as_ref().map(Namespace::name), Some("tenant"));
        for (name, value, sentence) in [
            ("WASI_CRYPTO_MAX_HANDLES", "many", "`many`, which is no number"),
            ("WASI_CRYPTO_SECRETS", "memory:", "WASI_CRYPTO_NAMESPACE is not"),
            ("WASI_CRYPTO_CONFIG", "no/such/file", "cannot read no/such/file"),
            ("WASI_CRYPTO_ALLOW_ALGORITHMS", "rot13", "no algorithm ROT13"),
        ] {
            let error = of(&[(name, value)]).err().unwrap().to_string();
            assert!(error.contains(sentence), "{error}");
        }
    }

    #[test]
    fn a_variable_beside_a_file_is_not_ignored() {
        for name in VARIABLES {
            let set = [name, "WASI_CRYPTO_CONFIG"];
            let error = Settings::from_variables(|name| set.contains(&name).then(|| "no/such/file".into()));
            let error = error.err().unwrap().to_string();
            assert!(error.starts_with(&format!("WASI_CRYPTO_CONFIG and {name} are set")), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_no_text_is_not_as_one_that_is_not_set() {
        use std::os::unix::ffi::OsStringExt;

        for (name, sentence) in [
            ("WASI_CRYPTO_CONFIG", "cannot read"),
            ("WASI_CRYPTO_MAX_HANDLES", "WASI_CRYPTO_MAX_HANDLES is not UTF-8"),
            ("WASI_CRYPTO_ALLOW_ALGORITHMS", "WASI_CRYPTO_ALLOW_ALGORITHMS is not UTF-8"),
            ("WASI_CRYPTO_SECRETS", "WASI_CRYPTO_SECRETS is not UTF-8"),
        ] {
            let get = |asked: &str| (asked == name).then(|| OsString::from_vec(vec![b'x', 0xff]));
            let error = Settings::from_variables(get).err().unwrap().to_string();
            assert!(error.starts_with(sentence), "{error}");
        }
    }
}
