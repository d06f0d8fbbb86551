//! Versions of keys and secrets, for programs and for people.

use serde::Serialize;
use wasi_crypto_host::secrets::{Entry, Header, State};

use crate::when::utc;

/// The fields of a version, for `--help`.
pub(crate) const FIELDS: &str = "\
  identifier  64 hexadecimal digits
  version     from 1
  kind        key pair, symmetric key or secret
  algorithm   its name in the interface; null for a secret
  imported    whether it came from outside, other than generated here
  created     in seconds since 1970
  expires     in seconds since 1970; null is never";

/// A version that was made.
#[derive(Serialize)]
pub(crate) struct Made {
    identifier: String,
    version: u64,
    kind: &'static str,
    algorithm: Option<String>,
    imported: bool,
    created: u64,
    expires: Option<u64>,
}

impl From<&Header> for Made {
    fn from(header: &Header) -> Self {
        Self {
            identifier: header.identifier.to_string(),
            version: header.version,
            kind: header.kind.name(),
            algorithm: Some(header.algorithm.clone()).filter(|algorithm| !algorithm.is_empty()),
            imported: header.imported,
            created: header.created,
            expires: header.expires,
        }
    }
}

/// Whether a version can be used at a time: `active`, `expired` or `revoked`.
pub(crate) fn state(entry: &Entry, now: u64) -> &'static str {
    match entry.state {
        State::Revoked => "revoked",
        State::Active if entry.header.expires.is_some_and(|expires| expires <= now) => "expired",
        State::Active => "active",
    }
}

/// The algorithm of a key, or a dash.
pub(crate) fn algorithm(header: &Header) -> String {
    if header.algorithm.is_empty() { "-".to_owned() } else { header.algorithm.clone() }
}

/// When something expires.
pub(crate) fn expiry(expires: Option<u64>) -> String {
    expires.map_or_else(|| "never".to_owned(), utc)
}
