//! Why the command ends without the guest having done so: a sentence, and the exit status that stands for it.
//!
//! WASI lets a guest exit with 0 to 125, so that all statuses here but [`FAILED`] (of the commands that
//! run no guest) tell something that a guest cannot say.

use std::fmt;
use std::path::Path;

use wasi_crypto_host::secrets::{SecretsError, StoreFault};

/// A command other than `run` failed.
const FAILED: i32 = 1;
/// The command was used wrongly, as clap has it.
const MISUSED: i32 = 2;
/// Something is not as this program wrote it.
const DAMAGED: i32 = 3;
/// The guest could not be started.
const NOT_STARTED: i32 = 126;
/// The guest's file could not be read.
const NOT_FOUND: i32 = 127;
/// The guest trapped: 128 + SIGABRT.
const TRAPPED: i32 = 134;
/// The guest ran out of time: 128 + SIGALRM.
const TIMED_OUT: i32 = 142;

/// What a person gets to read instead of a result.
#[derive(Debug)]
pub(crate) struct Failure {
    status: i32,
    message: String,
}

impl Failure {
    /// The guest's file could not be read.
    pub(crate) fn not_found(file: &Path, cause: &std::io::Error) -> Self {
        Self { status: NOT_FOUND, message: format!("cannot read {}: {cause}", file.display()) }
    }

    /// The guest cannot be run as asked.
    pub(crate) fn not_started(message: impl Into<String>) -> Self {
        Self { status: NOT_STARTED, message: message.into() }
    }

    /// The guest was stopped by its own fault.
    pub(crate) fn trapped(message: impl Into<String>) -> Self {
        Self { status: TRAPPED, message: message.into() }
    }

    /// The guest was stopped by the clock.
    pub(crate) fn timed_out(message: impl Into<String>) -> Self {
        Self { status: TIMED_OUT, message: message.into() }
    }

    /// A command that runs no guest could not do what it was asked.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { status: FAILED, message: message.into() }
    }

    /// An option is missing, or has no meaning.
    pub(crate) fn misused(message: impl Into<String>) -> Self {
        Self { status: MISUSED, message: message.into() }
    }

    /// A store, or something in it, was damaged or changed by somebody else.
    pub(crate) fn damaged(message: impl Into<String>) -> Self {
        Self { status: DAMAGED, message: message.into() }
    }

    /// Adds to the sentence.
    pub(crate) fn and(self, more: &str) -> Self {
        Self { message: format!("{}; {more}", self.message), ..self }
    }

    /// A result could not be written.
    pub(crate) fn not_written(to: impl fmt::Display, cause: &std::io::Error) -> Self {
        Self { status: FAILED, message: format!("cannot write {to}: {cause}") }
    }

    /// For commands that run no guest.
    pub(crate) fn without_guest(self) -> Self {
        Self { status: FAILED, ..self }
    }

    /// For a guest that needs what could not be had.
    pub(crate) fn before_guest(self) -> Self {
        Self { status: NOT_STARTED, ..self }
    }

    pub(crate) fn status(&self) -> i32 {
        self.status
    }
}

impl From<SecretsError> for Failure {
    fn from(error: SecretsError) -> Self {
        match &error {
            SecretsError::Damaged { .. } | SecretsError::DamagedNamespace(_) | SecretsError::DamagedTrail { .. } => {
                Self::damaged(error.to_string())
            }
            SecretsError::Store(store) if matches!(store.fault, StoreFault::Broken | StoreFault::BrokenRow) => {
                Self::damaged(error.to_string())
            }
            SecretsError::NotFound => {
                Self::failed(format!("{error}, or it was revoked; `wasi-crypto keys list` shows what there is"))
            }
            _ => Self::failed(error.to_string()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
