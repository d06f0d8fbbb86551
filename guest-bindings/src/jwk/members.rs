//! The members of a JSON Web Key.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::error::JwkError;

/// Members that only private and symmetric keys have.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// All members of one object, by name.
pub(super) struct Members(BTreeMap<String, Value>);

impl Members {
    pub(super) fn parse(json: &[u8]) -> Result<Self, JwkError> {
        match serde_json::from_slice(json) {
            Ok(Object(Some(members))) => Ok(Self(members)),
            Ok(Object(None)) => Err(JwkError::Duplicate),
            Err(_) => Err(JwkError::NotAnObject),
        }
    }

    pub(super) fn are_private(&self) -> bool {
        PRIVATE.iter().any(|name| self.0.contains_key(*name))
    }

    /// The value of a member that is a string if it is there.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<&str>, JwkError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(JwkError::Malformed(name)),
        }
    }

    /// The values of a member that is an array of strings if it is there.
    pub(super) fn texts(&self, name: &'static str) -> Result<Option<Vec<&str>>, JwkError> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let texts = value.as_array().and_then(|values| values.iter().map(Value::as_str).collect::<Option<_>>());
        texts.map(Some).ok_or(JwkError::Malformed(name))
    }

    /// Checks that a member has this value.
    pub(super) fn expect(&self, name: &'static str, value: &str) -> Result<(), JwkError> {
        match self.text(name)? {
            Some(text) if text == value => Ok(()),
            Some(_) => Err(JwkError::Unsuitable(name)),
            None => Err(JwkError::Missing(name)),
        }
    }
}

/// An object of JSON; nothing if a name comes twice, which JSON itself does not forbid.
struct Object(Option<BTreeMap<String, Value>>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Object, A::Error> {
                let (mut members, mut is_unique) = (BTreeMap::new(), true);
                while let Some((name, value)) = entries.next_entry()? {
                    is_unique &= members.insert(name, value).is_none();
                }
                Ok(Object(is_unique.then_some(members)))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}
