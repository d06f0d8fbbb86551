//! Policies as TOML.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use crate::secrets::{Export, Policy, SecretsLimits};

impl Policy {
    /// Reads a policy in [TOML](https://toml.io). What it leaves out is as in [`Policy::default`]; what it has beyond
    /// this is an error:
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use wasi_crypto_host::secrets::{Export, Policy};
    /// let policy = Policy::from_toml(r#"
    ///     export = "imported"     # or "never", "always"
    ///     import = false          # whether keys from outside may be stored
    ///     revoke = false
    ///     algorithms = ["ED25519", "AES-256-GCM"]
    ///     lifetime = "90 days"    # or seconds, minutes, hours
    ///     retention = "1 day"
    ///
    ///     [limits]
    ///     keys = 100
    ///     secrets = 0
    ///     versions = 10
    ///     bytes = 1_000_000
    /// "#)?;
    /// # let day = 24 * 60 * 60;
    /// # assert_eq!(policy, Policy::default().export(Export::Imported).import(false).revoke(false)
    /// #     .algorithms(["ED25519", "AES-256-GCM"])
    /// #     .lifetime(Duration::from_secs(90 * day)).retention(Duration::from_secs(day))
    /// #     .max_keys(100).max_secrets(0).max_versions(10).max_bytes(1_000_000));
    /// # Ok::<(), wasi_crypto_host::secrets::PolicyError>(())
    /// ```
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        let read: Text = toml::from_str(text).map_err(|error| PolicyError(error.to_string()))?;
        let mut policy = Self::default();
        policy.export = read.export.map_or(policy.export, |export| match export {
            ExportText::Never => Export::Never,
            ExportText::Imported => Export::Imported,
            ExportText::Always => Export::Always,
        });
        policy.import = read.import.unwrap_or(policy.import);
        policy.revoke = read.revoke.unwrap_or(policy.revoke);
        if read.lifetime.as_ref().is_some_and(|lifetime| lifetime.0.is_zero()) {
            let what = "keys with a `lifetime` of nothing have expired before they can be used; leave it out for keys without an end";
            return Err(PolicyError(what.to_owned()));
        }
        policy.lifetime = read.lifetime.map(|lifetime| lifetime.0);
        policy.retention = read.retention.map_or(policy.retention, |retention| retention.0);
        if let Some(names) = read.algorithms {
            policy = policy.algorithms(names.iter().map(|name| &name.0));
        }
        let SecretsLimits { keys, secrets, versions, bytes } = &mut policy.limits;
        for (limit, read) in [
            (keys, read.limits.keys),
            (secrets, read.limits.secrets),
            (versions, read.limits.versions),
            (bytes, read.limits.bytes),
        ] {
            *limit = read.unwrap_or(*limit);
        }
        Ok(policy)
    }
}

/// What is wrong with a policy, and in which line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError(String);

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.trim_end())
    }
}

impl std::error::Error for PolicyError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    export: Option<ExportText>,
    import: Option<bool>,
    revoke: Option<bool>,
    algorithms: Option<Vec<AlgorithmName>>,
    lifetime: Option<DurationText>,
    retention: Option<DurationText>,
    #[serde(default)]
    limits: LimitsText,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ExportText {
    Never,
    Imported,
    Always,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsText {
    keys: Option<u64>,
    secrets: Option<u64>,
    versions: Option<u64>,
    bytes: Option<u64>,
}

struct AlgorithmName(String);

impl<'de> Deserialize<'de> for AlgorithmName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if crate::algorithms().any(|info| info.name.eq_ignore_ascii_case(&name)) {
            return Ok(Self(name));
        }
        Err(serde::de::Error::custom(format!(
            "this build has no algorithm `{name}`; `wasi-crypto algorithms` lists those that it has"
        )))
    }
}

struct DurationText(Duration);

impl<'de> Deserialize<'de> for DurationText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parsed = text.split_once(' ').and_then(|(number, unit)| {
            let seconds = match unit.strip_suffix('s').unwrap_or(unit) {
                "second" => 1,
                "minute" => 60,
                "hour" => 60 * 60,
                "day" => 24 * 60 * 60,
                _ => return None,
            };
            number.parse::<u64>().ok()?.checked_mul(seconds)
        });
        match parsed {
            Some(seconds) => Ok(Self(Duration::from_secs(seconds))),
            None => Err(serde::de::Error::custom(format!(
                "`{text}` is no duration; write a whole number and seconds, minutes, hours or days, such as `90 days`"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_policy_is_the_default() {
        assert_eq!(Policy::from_toml("").unwrap(), Policy::default());
    }

    #[test]
    fn a_policy_under_which_no_key_could_be_used_is_refused() {
        let error = Policy::from_toml("lifetime = \"0 days\"").unwrap_err().to_string();
        assert!(error.contains("`lifetime` of nothing"), "{error}");
        // Twice is no policy either.
        let error = Policy::from_toml("export = \"never\"\nexport = \"always\"").unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("duplicate key"), "{error}");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, line, what) in [
            ("export = \"never\"\nexprot = \"never\"", "line 2", "unknown field `exprot`"),
            ("\n\nexport = \"sometimes\"", "line 3", "unknown variant `sometimes`"),
            ("[limits]\nkey = 1", "line 2", "unknown field `key`"),
            ("[limits]\nkeys = -1", "line 2", "-1"),
            ("lifetime = \"90d\"", "line 1", "`90d` is no duration"),
            ("lifetime = \"99999999999999999 days\"", "line 1", "is no duration"),
            ("lifetime = 90", "line 1", "expected a string"),
            ("revoke = true\nalgorithms = [\"ED25519\", \"ROT13\"]", "line 2", "no algorithm `ROT13`"),
            ("import = 1", "line 1", "expected a boolean"),
            ("import", "line 1", ""),
        ] {
            let error = Policy::from_toml(text).unwrap_err().to_string();
            assert!(error.contains(line) && error.contains(what), "{text}: {error}");
        }
    }
}
