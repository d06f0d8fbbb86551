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
    /// The input does not begin as a sealed file does.
    Foreign,
    /// The input is of a later version.
    Version(u8),
    /// The header asks for more work than is sane.
    Iterations(u32),
    /// The same of a header for Argon2id.
    Memory { passes: u8, kib: u32 },
    /// The input ends too early.
    Cut { has: u64, needs: u64 },
    /// There are bytes behind the end.
    TooLong { has: u64, needs: u64 },
    /// The password is another one, or the header was changed.
    WrongPassword,
    /// The password is right, but the content from this offset on is not what was sealed.
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
            Self::WrongPassword => 3,
            Self::Foreign
            | Self::Version(_)
            | Self::Iterations(_)
            | Self::Memory { .. }
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
            Self::Foreign => f.write_str("this is not a sealed file: it does not begin with WCSEALED"),
            Self::Version(version) => {
                write!(f, "the file is sealed in version {version} of the format, and this program knows 1 and 2")
            }
            Self::Iterations(count) => {
                write!(
                    f,
                    "the header asks for {count} iterations, which no seal writes: the file is damaged or foreign"
                )
            }
            Self::Memory { passes, kib } => write!(
                f,
                "the header asks for {passes} passes over {kib} KiB, which no seal writes: the file is damaged or foreign"
            ),
            Self::Cut { has, needs } => {
                write!(f, "the file is cut: it has {has} bytes of {needs}; get the whole file and try again")
            }
            Self::TooLong { has, needs } => {
                write!(f, "the file has {} bytes behind its end (at byte {needs}): it was changed", has - needs)
            }
            Self::WrongPassword => {
                f.write_str("the password is wrong (or the first 76 bytes of the file were changed)")
            }
            Self::Changed(offset) => write!(
                f,
                "the password is right, but the content was changed or damaged at or behind byte {offset}; nothing was written"
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
