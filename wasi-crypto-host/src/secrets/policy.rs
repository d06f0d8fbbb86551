//! What a namespace allows.

#[cfg(feature = "toml")]
mod text;

#[cfg(feature = "toml")]
pub use text::PolicyError;

use std::time::Duration;

use crate::allowed::AllowedAlgorithms;

/// What the users of a namespace may do. The default suits a guest that is not trusted: it can make, store and revoke
/// keys, and never gets one out.
///
/// ```
/// use std::time::Duration;
/// use wasi_crypto_host::secrets::{Export, Policy};
///
/// let policy = Policy::default()
///     .export(Export::Never)
///     .algorithms(["ED25519", "AES-256-GCM"])
///     .lifetime(Duration::from_secs(90 * 24 * 60 * 60))
///     .max_keys(100);
/// assert!(policy.allows_algorithm("ED25519") && !policy.allows_algorithm("ECDSA_P256_SHA256"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    export: Export,
    import: bool,
    revoke: bool,
    algorithms: AllowedAlgorithms,
    lifetime: Option<Duration>,
    retention: Duration,
    limits: SecretsLimits,
}

/// Which managed keys may leave the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Export {
    /// None. Public halves always may.
    #[default]
    Never,
    /// Those that were put in from outside, and so may be outside anyhow.
    Imported,
    /// All.
    Always,
}

/// How much a namespace may hold. Above it: `overflow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretsLimits {
    /// Key pairs and symmetric keys, each with all its versions. Default: 1,000.
    pub keys: u64,
    /// External secrets, each with all its versions. Default: 1,000.
    pub secrets: u64,
    /// Versions of one key or secret that can be loaded or are kept after they have expired. Default: 100.
    pub versions: u64,
    /// Bytes of all records; each takes 256 more than its key or secret. Default: 16 MiB.
    pub bytes: u64,
}

impl Default for SecretsLimits {
    fn default() -> Self {
        Self { keys: 1_000, secrets: 1_000, versions: 100, bytes: 16 << 20 }
    }
}

impl SecretsLimits {
    /// No bounds but those of the store.
    pub const NONE: Self = Self { keys: u64::MAX, secrets: u64::MAX, versions: u64::MAX, bytes: u64::MAX };
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            export: Export::Never,
            import: true,
            revoke: true,
            algorithms: AllowedAlgorithms::all(),
            lifetime: None,
            retention: Duration::from_secs(30 * 24 * 60 * 60),
            limits: SecretsLimits::default(),
        }
    }
}

impl Policy {
    /// For the operator, who may do all.
    pub fn unrestricted() -> Self {
        Self { export: Export::Always, limits: SecretsLimits::NONE, ..Self::default() }
    }

    /// Sets which keys may leave the host. Default: none.
    pub fn export(self, export: Export) -> Self {
        Self { export, ..self }
    }

    /// Sets whether keys from outside may be stored: those that a guest imported, or generated for itself. Default:
    /// they may.
    pub fn import(self, import: bool) -> Self {
        Self { import, ..self }
    }

    /// Sets whether versions may be revoked. Default: they may.
    pub fn revoke(self, revoke: bool) -> Self {
        Self { revoke, ..self }
    }

    /// Sets the algorithms whose keys may be made or stored, by their canonical names; case does not matter. Default:
    /// all.
    pub fn algorithms<S: AsRef<str>>(self, algorithms: impl IntoIterator<Item = S>) -> Self {
        Self { algorithms: AllowedAlgorithms::only(algorithms), ..self }
    }

    /// Sets how long a version of a key is used after it was made; then it is expired. Default: without end. External
    /// secrets have ends of their own.
    pub fn lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime), ..self }
    }

    /// Sets how long the store remembers what has expired or was revoked. So long `expired` is answered of what has
    /// expired, then `not_found`. Default: 30 days.
    pub fn retention(self, retention: Duration) -> Self {
        Self { retention, ..self }
    }

    /// Sets all limits.
    pub fn limits(self, limits: SecretsLimits) -> Self {
        Self { limits, ..self }
    }

    /// Sets the limit on key pairs and symmetric keys.
    pub fn max_keys(mut self, keys: u64) -> Self {
        self.limits.keys = keys;
        self
    }

    /// Sets the limit on external secrets.
    pub fn max_secrets(mut self, secrets: u64) -> Self {
        self.limits.secrets = secrets;
        self
    }

    /// Sets the limit on versions of one key or secret.
    pub fn max_versions(mut self, versions: u64) -> Self {
        self.limits.versions = versions;
        self
    }

    /// Sets the limit on bytes of all records.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.limits.bytes = bytes;
        self
    }

    /// Whether keys of this algorithm may be made or stored.
    pub fn allows_algorithm(&self, algorithm: &str) -> bool {
        self.algorithms.allows(algorithm)
    }

    /// Whether a key may leave the host, by where it came from.
    pub fn allows_export(&self, imported: bool) -> bool {
        match self.export {
            Export::Never => false,
            Export::Imported => imported,
            Export::Always => true,
        }
    }

    pub(crate) fn allows_import(&self) -> bool {
        self.import
    }

    pub(crate) fn allows_revocation(&self) -> bool {
        self.revoke
    }

    pub(crate) fn bounds(&self) -> &SecretsLimits {
        &self.limits
    }

    /// When a key that is made now expires, if it is to expire at `wished`.
    pub(crate) fn expiry(&self, now: u64, wished: Option<u64>) -> Option<u64> {
        let end = self.lifetime.map(|lifetime| now.saturating_add(lifetime.as_secs()));
        wished.into_iter().chain(end).min()
    }

    /// From when on the store may forget what ended at `end`.
    pub(crate) fn keep_until(&self, end: u64) -> u64 {
        end.saturating_add(self.retention.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_by_default() {
        assert!(!Policy::default().allows_export(true) && !Policy::default().allows_export(false));
        let imported = Policy::default().export(Export::Imported);
        assert!(imported.allows_export(true) && !imported.allows_export(false));
        assert!(Policy::unrestricted().allows_export(false));
    }

    /// A policy that differs from the default in everything.
    fn other() -> Policy {
        Policy {
            export: Export::Always,
            import: false,
            revoke: false,
            algorithms: AllowedAlgorithms::only(["ED25519"]),
            lifetime: Some(Duration::from_secs(7)),
            retention: Duration::from_secs(8),
            limits: SecretsLimits { keys: 1, secrets: 2, versions: 3, bytes: 4 },
        }
    }

    #[test]
    fn each_part_is_set_and_the_others_stay() {
        assert_eq!(other().export(Export::Imported), Policy { export: Export::Imported, ..other() });
        assert_eq!(other().import(true), Policy { import: true, ..other() });
        assert_eq!(other().revoke(true), Policy { revoke: true, ..other() });
        let algorithms = AllowedAlgorithms::only(["AES-256-GCM"]);
        assert_eq!(other().algorithms(["AES-256-GCM"]), Policy { algorithms, ..other() });
        let minute = Duration::from_secs(60);
        assert_eq!(other().lifetime(minute), Policy { lifetime: Some(minute), ..other() });
        assert_eq!(other().retention(minute), Policy { retention: minute, ..other() });
        let limits = SecretsLimits { keys: 5, secrets: 6, versions: 7, bytes: 8 };
        assert_eq!(other().limits(limits), Policy { limits, ..other() });
        assert_eq!(other().max_keys(5).max_secrets(6).max_versions(7).max_bytes(8), Policy { limits, ..other() });
        let all = Policy { export: Export::Always, limits: SecretsLimits::NONE, ..Policy::default() };
        assert_eq!(Policy::unrestricted(), all);
    }

    /// What the documentation says.
    #[test]
    fn the_default_is_what_is_said_of_it() {
        let policy = Policy::default();
        assert!(policy.allows_import() && policy.allows_revocation() && policy.allows_algorithm("ED25519"));
        let limits = SecretsLimits { keys: 1_000, secrets: 1_000, versions: 100, bytes: 16_777_216 };
        assert_eq!(*policy.bounds(), limits);
        assert_eq!(policy.keep_until(10), 10 + 2_592_000);
        assert_eq!(policy.keep_until(u64::MAX - 1), u64::MAX);
    }

    #[test]
    fn what_a_policy_forbids_is_not_allowed() {
        let policy = other();
        assert!(!policy.allows_import() && !policy.allows_revocation());
        assert!(policy.allows_algorithm("Ed25519") && !policy.allows_algorithm("AES-256-GCM"));
        assert_eq!(*policy.bounds(), SecretsLimits { keys: 1, secrets: 2, versions: 3, bytes: 4 });
    }

    #[test]
    fn a_key_expires_at_the_earlier_of_two_ends() {
        let policy = Policy::default();
        assert_eq!((policy.expiry(10, None), policy.expiry(10, Some(5))), (None, Some(5)));
        let policy = policy.lifetime(Duration::from_secs(100));
        assert_eq!((policy.expiry(10, None), policy.expiry(10, Some(50))), (Some(110), Some(50)));
        assert_eq!((policy.expiry(10, Some(200)), policy.expiry(u64::MAX, None)), (Some(110), Some(u64::MAX)));
    }
}
