//! Why a JSON Web Key is refused.

use core::fmt;

/// Why a JSON Web Key is not one that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JwkError {
    /// It is no JSON object.
    NotAnObject,
    /// A member comes twice.
    Duplicate,
    /// This member is missing.
    Missing(&'static str),
    /// This member has a value that it cannot have.
    Malformed(&'static str),
    /// This member says that the key is not for this algorithm, or not for this use.
    Unsuitable(&'static str),
    /// It is a private key, and a public one is needed.
    Private,
}

impl fmt::Display for JwkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => f.write_str("this is no JSON Web Key, which is an object of JSON"),
            Self::Duplicate => f.write_str("a member of the JSON Web Key comes twice"),
            Self::Missing(member) => write!(f, "the JSON Web Key has no member `{member}`"),
            Self::Malformed(member) => write!(f, "the member `{member}` of the JSON Web Key is malformed"),
            Self::Unsuitable(member) => {
                write!(f, "the JSON Web Key says in `{member}` that it is for another algorithm or use")
            }
            Self::Private => f.write_str("this is a private JSON Web Key, and a public one is needed"),
        }
    }
}

impl core::error::Error for JwkError {}
