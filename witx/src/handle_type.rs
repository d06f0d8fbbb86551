//! The objects that a host keeps for a guest.

/// The types of handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names are those of the specification's resources")]
pub enum HandleType {
    Options,
    ArrayOutput,
    SecretsManager,
    Keypair,
    Publickey,
    Secretkey,
    Signature,
    SignatureState,
    SignatureVerificationState,
    SymmetricKey,
    SymmetricState,
    SymmetricTag,
}

impl HandleType {
    /// All types.
    pub const ALL: [Self; 12] = [
        Self::Options,
        Self::ArrayOutput,
        Self::SecretsManager,
        Self::Keypair,
        Self::Publickey,
        Self::Secretkey,
        Self::Signature,
        Self::SignatureState,
        Self::SignatureVerificationState,
        Self::SymmetricKey,
        Self::SymmetricState,
        Self::SymmetricTag,
    ];

    /// The name in the specification, such as `symmetric_key`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Options => "options",
            Self::ArrayOutput => "array_output",
            Self::SecretsManager => "secrets_manager",
            Self::Keypair => "keypair",
            Self::Publickey => "publickey",
            Self::Secretkey => "secretkey",
            Self::Signature => "signature",
            Self::SignatureState => "signature_state",
            Self::SignatureVerificationState => "signature_verification_state",
            Self::SymmetricKey => "symmetric_key",
            Self::SymmetricState => "symmetric_state",
            Self::SymmetricTag => "symmetric_tag",
        }
    }
}
