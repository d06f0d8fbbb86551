//! What can go wrong with what the host keeps, as a sentence and an exit code. Part of each example that has managed
//! keys or secrets.

use std::{fmt, io};

use wasi_crypto_bindings::Error;
use wasi_crypto_bindings::secrets::Identifier;

/// Why the program stopped.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line is wrong.
    Usage(String),
    /// Something cannot be read or written.
    Io(String, io::Error),
    /// The host refused.
    Crypto(Error),
    /// The host refused the key or secret of this identifier.
    Managed(Identifier, Error),
}

impl Failure {
    /// For errors about a file.
    pub(crate) fn at(path: &str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Io(path.to_owned(), error)
    }

    /// For errors about what the host keeps.
    pub(crate) fn about(identifier: &Identifier) -> impl FnOnce(Error) -> Self {
        move |error| match error {
            Error::NotFound | Error::Expired | Error::InvalidKey | Error::ProhibitedOperation => {
                Self::Managed(*identifier, error)
            }
            error => Self::Crypto(error),
        }
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Io(..) | Self::Crypto(_) => 1,
            Self::Usage(_) => 2,
            Self::Managed(..) => 3,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(problem) => write!(f, "{problem}; try --help"),
            Self::Io(path, error) => write!(f, "{path}: {error}"),
            Self::Crypto(Error::UnsupportedFeature) => f.write_str(
                "the host keeps no keys and secrets for this program: run it by `wasi-crypto run --secrets URL --namespace NAME`",
            ),
            Self::Crypto(error) => write!(f, "the host's cryptography failed: {error}"),
            Self::Managed(identifier, Error::NotFound) => {
                write!(f, "{identifier}: the host has nothing of this identifier for this program, or it was revoked")
            }
            Self::Managed(identifier, Error::Expired) => {
                write!(f, "{identifier} has expired: it takes a new version, by this program or by the operator")
            }
            Self::Managed(identifier, Error::InvalidKey) => {
                write!(f, "{identifier} is the key of an algorithm that this program does not have")
            }
            Self::Managed(identifier, error) => write!(f, "{identifier}: {error}"),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Crypto(error)
    }
}
