//! What can go wrong, as a sentence and an exit code.

use std::{fmt, io};

use wasi_crypto_bindings::asymmetric::SignatureEncoding;

/// Why nothing was signed, or why a signature was not accepted.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line is wrong.
    Usage(String),
    /// A file cannot be read or written.
    Io(String, io::Error),
    /// The host refused.
    Crypto(wasi_crypto_bindings::Error),
    /// The key file is not what is needed.
    Key { path: String, problem: String },
    /// The algorithm needs the whole file at once, and the host does not keep as much.
    TooLong { path: String, algorithm: &'static str },
    /// The signature could not be one of any file; `text` if it was perhaps turned into text, and how.
    Malformed {
        path: String,
        algorithm: &'static str,
        encoding: SignatureEncoding,
        len: usize,
        text: Option<&'static str>,
    },
    /// The signature is one of another file, or by another key.
    NotSigned { file: String, signature: String },
}

impl Failure {
    /// For errors about a file.
    pub(crate) fn at(path: &str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Io(path.to_owned(), error)
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Io(..) | Self::Crypto(_) | Self::TooLong { .. } => 1,
            Self::Usage(_) => 2,
            Self::Key { .. } => 3,
            Self::Malformed { .. } | Self::NotSigned { .. } => 4,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(problem) => write!(f, "{problem}; try --help"),
            Self::Io(path, error) => match error.kind() {
                io::ErrorKind::NotFound => {
                    write!(f, "{path}: there is no such file, or the host does not give the guest its folder (--dir)")
                }
                _ => write!(f, "{path}: {error}"),
            },
            Self::Crypto(error) => write!(f, "the host's cryptography failed: {error}"),
            Self::Key { path, problem } => write!(f, "{path}: {problem}"),
            Self::TooLong { path, algorithm } => write!(
                f,
                "{path} is too long for {algorithm}, which needs it whole, and the host does not keep as much; \
                 use a key of another kind"
            ),
            Self::Malformed { path, algorithm, len, text: Some(text), .. } => {
                write!(f, "{path} ({len} bytes) is not an {algorithm} signature, but text: it may be {text}")
            }
            Self::Malformed { path, algorithm, encoding, len, text: None } => {
                let (form, hint) = match (encoding, algorithm.starts_with("ECDSA")) {
                    (SignatureEncoding::Der, _) => (" in DER", "; if it is r and s one behind the other, use --raw"),
                    (SignatureEncoding::Raw, true) => {
                        (" of r and s one behind the other", "; if it is DER, leave out --raw")
                    }
                    (SignatureEncoding::Raw, false) => ("", ""),
                };
                write!(
                    f,
                    "{path} ({len} bytes) is not an {algorithm} signature{form}: it is damaged, or of another kind{hint}"
                )
            }
            Self::NotSigned { file, signature } => write!(
                f,
                "{signature} is not this key's signature of {file}: the file was changed after it was signed, \
                 or another key signed it"
            ),
        }
    }
}

impl From<wasi_crypto_bindings::Error> for Failure {
    fn from(error: wasi_crypto_bindings::Error) -> Self {
        Self::Crypto(error)
    }
}
