//! A root key in an environment variable.

use crate::secret::Secret;
use crate::secrets::{RootKey, RootKeyError, RootKeyProvider};

/// A root key in an environment variable, in base64. Other programs of the same user can read it there; prefer a file
/// or a command.
#[derive(Clone, Debug)]
pub struct RootKeyVariable(String);

impl RootKeyVariable {
    /// The root key in this variable.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }
}

impl RootKeyProvider for RootKeyVariable {
    fn root_key(&self) -> Result<RootKey, RootKeyError> {
        RootKey::parse(&read_variable(&self.0)?, &name(&self.0))
    }
}

/// What an environment variable has.
pub(crate) fn read_variable(variable: &str) -> Result<Secret, RootKeyError> {
    let Some(text) = std::env::var_os(variable) else { return Err(RootKeyError::new(name(variable), "is not set")) };
    // The copy; the environment itself keeps the key.
    Ok(Secret::from_vec(text.into_encoded_bytes()))
}

fn name(variable: &str) -> String {
    format!("the environment variable {variable}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_is_not_set_or_has_no_key_is_named() {
        let error = |name: &str| RootKeyVariable::new(name).root_key().map(|_| ()).unwrap_err().to_string();
        assert_eq!(error("NOBODY_SETS_THIS"), "the environment variable NOBODY_SETS_THIS is not set");
        assert!(error("CARGO_PKG_NAME").starts_with("the environment variable CARGO_PKG_NAME is not 32 bytes"));
    }
}
