//! What can go wrong, as a sentence and an exit code.

use std::{fmt, io};

/// Why nothing was written.
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
    /// The file is for a key of another algorithm.
    OtherAlgorithm { file: &'static str, key: &'static str },
    /// The file is for another key of the same algorithm.
    OtherKey,
    /// The input does not begin as an encrypted file does.
    Foreign,
    /// The input is of a later version.
    Version(u8),
    /// There is no algorithm of this number.
    Algorithm(u8),
    /// The input ends too early.
    Cut { has: u64, needs: u64 },
    /// There are bytes behind the end.
    TooLong { has: u64, needs: u64 },
    /// The piece at this offset, or the header, is not what was encrypted.
    Changed(u64),
    /// The input changed while it was read.
    InputChanged,
}

impl Failure {
    /// For errors about a file.
    pub(crate) fn at(path: &str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Io(path.to_owned(), error)
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Io(..) | Self::Crypto(_) | Self::InputChanged => 1,
            Self::Usage(_) => 2,
            Self::Key { .. } | Self::OtherAlgorithm { .. } | Self::OtherKey => 3,
            Self::Foreign
            | Self::Version(_)
            | Self::Algorithm(_)
            | Self::Cut { .. }
            | Self::TooLong { .. }
            | Self::Changed(_) => 4,
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
            Self::OtherAlgorithm { file, key } => {
                write!(f, "the file is encrypted to a key for {file}, and this key is one for {key}")
            }
            Self::OtherKey => f.write_str("the file is encrypted to another key"),
            Self::Foreign => f.write_str("this is not an encrypted file: it does not begin with WCHYBRID"),
            Self::Version(version) => {
                write!(f, "the file is encrypted in version {version} of the format, and this program knows version 1")
            }
            Self::Algorithm(number) => {
                write!(f, "the file says algorithm {number}, which there is none of in version 1: it was damaged")
            }
            Self::Cut { has, needs } => {
                write!(f, "the file is cut: it has {has} bytes of {needs}; get the whole file and try again")
            }
            Self::TooLong { has, needs } => {
                write!(f, "the file has {} bytes behind its end (at byte {needs}): it was changed", has - needs)
            }
            Self::Changed(offset) => write!(
                f,
                "the file was changed or damaged, in its header or at or behind byte {offset}; nothing was written"
            ),
            Self::InputChanged => f.write_str("the input changed its size while it was read; nothing was written"),
        }
    }
}

impl From<wasi_crypto_bindings::Error> for Failure {
    fn from(error: wasi_crypto_bindings::Error) -> Self {
        Self::Crypto(error)
    }
}
