//! What a host may leave out of secrets management, or refuse.

use wasi_crypto_interface::Errno;

/// The two kinds of keys that can be managed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Managed {
    Keypair,
    SymmetricKey,
}

impl Managed {
    pub(crate) const ALL: [Self; 2] = [Self::Keypair, Self::SymmetricKey];

    /// The name in the interface.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Keypair => "keypair",
            Self::SymmetricKey => "symmetric_key",
        }
    }
}

/// Something that the text leaves to the host. Cases that need it are not applicable on hosts without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Capability {
    /// Guests get a secrets manager.
    Manager,
    /// Guests may have managed keys of their own.
    Generate(Managed),
    /// Guests may make keys managed that come from outside.
    Store(Managed),
    /// Managed keys can get new versions.
    Replace(Managed),
    /// Guests may revoke managed keys.
    Revoke,
    /// The host keeps secrets.
    StoreSecrets,
    /// Secrets that it keeps can get new versions.
    ReplaceSecrets,
    /// Guests may revoke secrets.
    RevokeSecrets,
    /// The host encrypts secrets for guests to keep.
    SealSecrets,
}

impl Capability {
    /// The name in the ids of probes.
    pub(crate) fn name(self) -> &'static str {
        use Managed::{Keypair, SymmetricKey};
        match self {
            Self::Manager => "manager",
            Self::Generate(Keypair) => "generate-keypairs",
            Self::Generate(SymmetricKey) => "generate-symmetric-keys",
            Self::Store(Keypair) => "store-keypairs",
            Self::Store(SymmetricKey) => "store-symmetric-keys",
            Self::Replace(Keypair) => "replace-keypairs",
            Self::Replace(SymmetricKey) => "replace-symmetric-keys",
            Self::Revoke => "revoke-keys",
            Self::StoreSecrets => "store-secrets",
            Self::ReplaceSecrets => "replace-secrets",
            Self::RevokeSecrets => "revoke-secrets",
            Self::SealSecrets => "seal-secrets",
        }
    }

    /// The requirements that leave it to the host, and say what it then answers.
    pub(crate) fn requirements(self) -> &'static [&'static str] {
        use Managed::{Keypair, SymmetricKey};
        match self {
            Self::Manager => &["SM-OPT-001", "SM-OPEN-002", "SM-OPEN-003", "MK-OPT-003"],
            Self::Generate(Keypair) => &["MF-KP-GEN-002", "MK-OPT-003"],
            Self::Generate(SymmetricKey) => &["MF-SYMK-GEN-002", "MK-OPT-003"],
            Self::Store(Keypair) => &["MK-OPT-003", "MF-KP-STORE-003"],
            Self::Store(SymmetricKey) => &["MK-OPT-003", "MF-SYMK-STORE-003"],
            Self::Replace(Keypair) => &["MF-KP-REPL-009"],
            Self::Replace(SymmetricKey) => &["MF-SYMK-REPL-009"],
            Self::Revoke => &["KID-INV-007"],
            Self::StoreSecrets | Self::SealSecrets => &["EXT-OPT-001", "EXT-OPT-002", "EXT-STORE-008"],
            Self::ReplaceSecrets => &["EXT-STORE-008"],
            Self::RevokeSecrets => &["EXT-INV-013"],
        }
    }

    /// Whether this answer says that the host does not have it, or refuses it to the guest.
    pub(crate) fn is_refusal(self, answer: Errno) -> bool {
        match self {
            // C30: which error, is the host's own choice.
            Self::Manager => answer != Errno::Success,
            _ => matches!(answer, Errno::UnsupportedFeature | Errno::NotImplemented | Errno::ProhibitedOperation),
        }
    }
}
