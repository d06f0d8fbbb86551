//! What can go wrong with managed keys and secrets: one sentence for the operator, one number for the guest.

use std::fmt;

use crate::errno::Errno;
use crate::secrets::{Identifier, RootKeyError, RootKeyId};

/// Why an operation on managed keys and secrets was not done. Nothing was changed, unless a store says that it is
/// [in doubt](StoreFault::InDoubt).
#[derive(Debug)]
#[non_exhaustive]
pub enum SecretsError {
    /// No key or secret of this namespace and kind has this identifier and version, or it was revoked, or it expired so
    /// long ago that it is no longer kept.
    NotFound,
    /// It has expired, and is still kept.
    Expired,
    /// The policy of the namespace forbids it; the text says what.
    Prohibited(&'static str),
    /// A limit of the namespace would be exceeded; the text says which.
    Limit(&'static str),
    /// A new version is of another algorithm than the key.
    IncompatibleKeys,
    /// What was to be decapsulated is damaged, or was made in another namespace or with other keys.
    VerificationFailed,
    /// The name of a namespace is empty, longer than 128 bytes, or has control characters.
    NamespaceName,
    /// A record was changed, moved or damaged outside of this library.
    Damaged {
        /// Its namespace.
        namespace: String,
        /// The identifier that it claims.
        identifier: Identifier,
        /// The version that it claims.
        version: u64,
    },
    /// The key of a namespace was changed, moved, damaged or put back outside of this library.
    DamagedNamespace(String),
    /// The audit trail of a namespace was changed outside of this library.
    DamagedTrail {
        /// Its namespace.
        namespace: String,
        /// The number of the first entry that is wrong or missing; the first of all is 1.
        entry: u64,
    },
    /// The key of a namespace is wrapped by a root key that the manager does not have.
    OtherRootKey {
        /// The namespace.
        namespace: String,
        /// The root key that wraps its key.
        wrapped_by: RootKeyId,
    },
    /// No root key could be had.
    RootKey(RootKeyError),
    /// The store failed.
    Store(StoreError),
    /// The system gave no random bytes.
    Random,
    /// A consistency check failed.
    Internal(&'static str),
}

impl SecretsError {
    /// What a guest is told.
    pub fn errno(&self) -> Errno {
        match self {
            Self::NotFound => Errno::NotFound,
            Self::Expired => Errno::Expired,
            Self::Prohibited(_) => Errno::ProhibitedOperation,
            Self::Limit(_) => Errno::Overflow,
            Self::IncompatibleKeys => Errno::IncompatibleKeys,
            Self::VerificationFailed => Errno::VerificationFailed,
            Self::NamespaceName
            | Self::Damaged { .. }
            | Self::DamagedNamespace(_)
            | Self::DamagedTrail { .. }
            | Self::OtherRootKey { .. }
            | Self::RootKey(_)
            | Self::Store(_) => Errno::AlgorithmFailure,
            Self::Random => Errno::RngError,
            Self::Internal(_) => Errno::InternalError,
        }
    }

    /// Whether it says that something is the matter with one namespace, or with what is in it: others may be sound.
    pub fn is_of_one_namespace(&self) -> bool {
        match self {
            Self::Store(error) => error.fault == StoreFault::BrokenRow,
            Self::Limit(_)
            | Self::NamespaceName
            | Self::Damaged { .. }
            | Self::DamagedNamespace(_)
            | Self::DamagedTrail { .. }
            | Self::OtherRootKey { .. } => true,
            _ => false,
        }
    }
}

/// The name of a namespace, of which the store may say what it likes, for a terminal or a log: nothing in it is obeyed there.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => c.escape_default().fmt(f),
            c if c.is_control() => c.escape_default().fmt(f),
            c => fmt::Write::write_char(f, c),
        })
    }
}

impl fmt::Display for SecretsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("there is no such key or secret in this namespace"),
            Self::Expired => f.write_str("the key or secret has expired"),
            Self::Prohibited(what) => write!(f, "the policy of the namespace forbids {what}"),
            Self::Limit(what) => write!(f, "the namespace has as many {what} as its policy allows"),
            Self::IncompatibleKeys => f.write_str("a new version of a key must be of the algorithm of the key"),
            Self::VerificationFailed => f.write_str("the sealed secret is damaged, or was made in another namespace"),
            Self::NamespaceName => {
                f.write_str("the name of a namespace has 1 to 128 bytes, none of them of control characters")
            }
            Self::Damaged { namespace, identifier, version } => write!(
                f,
                "version {version} of {identifier} in the namespace {} does not open: the record was damaged, or written or moved by something else than this library; restore it from a backup",
                Shown(namespace)
            ),
            Self::DamagedNamespace(namespace) => write!(
                f,
                "the key of the namespace {} does not open, or is another one than before: it was damaged, or written, moved or put back by something else than this library; restore the store from a backup, or start again what has used it since before it was restored",
                Shown(namespace)
            ),
            Self::DamagedTrail { namespace, entry } => {
                write!(
                    f,
                    "the audit trail of the namespace {} was changed: entry {entry} is wrong or missing",
                    Shown(namespace)
                )
            }
            Self::OtherRootKey { namespace, wrapped_by } => write!(
                f,
                "the namespace {} needs the root key {wrapped_by}, which was not given; name it as root key, or as an old one",
                Shown(namespace)
            ),
            Self::RootKey(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Random => f.write_str("the operating system's random number generator failed"),
            Self::Internal(what) => write!(f, "a consistency check failed: {what}"),
        }
    }
}

impl std::error::Error for SecretsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::RootKey(error) => Some(error),
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<StoreError> for SecretsError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<RootKeyError> for SecretsError {
    fn from(error: RootKeyError) -> Self {
        Self::RootKey(error)
    }
}

/// Why a store did not do what it was asked. Nothing was changed, unless it is [in doubt](StoreFault::InDoubt).
#[derive(Debug)]
pub struct StoreError {
    /// Which store, such as `the SQLite store /var/lib/keys.db`.
    pub store: String,
    /// What is the matter.
    pub fault: StoreFault,
    /// What the library below says, or nothing.
    pub cause: String,
}

/// What is the matter with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreFault {
    /// It is not there, or cannot be opened or reached.
    Unreachable,
    /// Others kept it to themselves for longer than the time-out.
    Locked,
    /// It is no store, or damaged.
    Broken,
    /// A row of it is not as this library writes them.
    BrokenRow,
    /// A newer version of this library wrote it.
    NewerSchema {
        /// The version of its schema.
        found: u32,
        /// The newest that this build knows.
        known: u32,
    },
    /// It, or its disk, has no room.
    Full,
    /// It can be read and not written.
    ReadOnly,
    /// It did not answer within the time-out.
    TooSlow,
    /// It was lost while a change was being made durable, and did not say since whether the change was made.
    InDoubt,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = &self.store;
        match self.fault {
            StoreFault::Unreachable => {
                write!(f, "{store} cannot be reached; look whether it is there and may be opened")
            }
            StoreFault::Locked => {
                write!(f, "{store} is locked by others; try again, or with a longer time-out")
            }
            StoreFault::Broken => write!(f, "{store} is damaged, or no store of keys; restore it from a backup"),
            StoreFault::BrokenRow => {
                write!(f, "{store} has a row that was damaged, or written by something else; restore it from a backup")
            }
            StoreFault::NewerSchema { found, known } => write!(
                f,
                "{store} was written by a newer version: its schema is {found}, and this build knows those up to {known}; update this program"
            ),
            StoreFault::Full => write!(f, "{store} is full, or its disk is; make room"),
            StoreFault::ReadOnly => {
                write!(f, "{store} can be read only; open it for writing, with the rights to do so")
            }
            StoreFault::TooSlow => {
                write!(f, "{store} did not answer in time; look what it is busy with, or give it a longer time-out")
            }
            StoreFault::InDoubt => write!(
                f,
                "{store} was lost in the middle of a change, which was made or not; look at what is there before it is done again"
            ),
        }?;
        if self.cause.is_empty() { Ok(()) } else { write!(f, " ({})", self.cause) }
    }
}

impl std::error::Error for StoreError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_one_namespace_is_not_of_the_store() {
        let store = |fault| SecretsError::Store(StoreError { store: String::new(), fault, cause: String::new() });
        let name = || "tenant".to_owned();
        for error in [
            store(StoreFault::BrokenRow),
            SecretsError::Limit("keys of its own"),
            SecretsError::NamespaceName,
            SecretsError::DamagedNamespace(name()),
            SecretsError::DamagedTrail { namespace: name(), entry: 1 },
        ] {
            assert!(error.is_of_one_namespace(), "{error}");
        }
        for error in
            [store(StoreFault::Broken), store(StoreFault::Locked), SecretsError::Random, SecretsError::NotFound]
        {
            assert!(!error.is_of_one_namespace(), "{error}");
        }
    }

    #[test]
    fn what_is_below_an_error_is_its_source() {
        use std::error::Error;

        let store = || "the store".to_owned();
        let full = StoreError { store: store(), fault: StoreFault::Full, cause: "of others".to_owned() };
        let sentence = "the store is full, or its disk is; make room (of others)";
        assert_eq!(full.to_string(), sentence);
        let error = SecretsError::from(full);
        assert_eq!((error.to_string().as_str(), error.source().unwrap().to_string().as_str()), (sentence, sentence));
        let error = SecretsError::from(RootKeyError::new("the file", "is gone"));
        assert_eq!(error.source().unwrap().to_string(), error.to_string());
        assert!(SecretsError::Expired.source().is_none());
        let read_only = StoreError { store: store(), fault: StoreFault::ReadOnly, cause: String::new() };
        assert!(!read_only.to_string().contains('('), "{read_only}");
    }

    /// Whoever writes to the store chooses it.
    #[test]
    fn nothing_in_the_name_of_a_namespace_is_obeyed_by_a_terminal() {
        let error = SecretsError::DamagedNamespace("a\u{1b}[2J\n\u{202e}ü'".to_owned()).to_string();
        assert!(error.starts_with("the key of the namespace a\\u{1b}[2J\\n\\u{202e}ü' does not open"), "{error}");
    }
}
