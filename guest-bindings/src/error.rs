//! What can go wrong.

use core::fmt;

#[cfg(feature = "jwk")]
use crate::jwk::JwkError;
use crate::pem::PemError;

/// Why the host did not do what it was asked: `crypto_errno` of the specification, without success; or why it was not
/// asked at all.
///
/// `Display` says what happened and what to do, [`name`](Self::name) is the specification's word for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// The host could not use a buffer or handle as it was passed (`guest_error`).
    GuestError,
    /// The host does not have this function (`not_implemented`). Outside WebAssembly every call ends so.
    NotImplemented,
    /// The host or the algorithm does not offer this feature (`unsupported_feature`).
    UnsupportedFeature,
    /// The operator's limits or policy forbid it (`prohibited_operation`).
    ProhibitedOperation,
    /// The key or signature cannot be read or written in this encoding (`unsupported_encoding`).
    UnsupportedEncoding,
    /// The host does not have this algorithm (`unsupported_algorithm`).
    UnsupportedAlgorithm,
    /// There is no option of this name and kind (`unsupported_option`).
    UnsupportedOption,
    /// The key has the wrong size, is malformed, or belongs to another algorithm (`invalid_key`).
    InvalidKey,
    /// The output is longer than the algorithm can give, or the buffer longer than the result (`invalid_length`).
    InvalidLength,
    /// A signature or ciphertext does not verify (`verification_failed`).
    VerificationFailed,
    /// The host's random number generator failed (`rng_error`).
    RngError,
    /// The host's cryptographic library failed (`algorithm_failure`).
    AlgorithmFailure,
    /// The signature can never be valid (`invalid_signature`).
    InvalidSignature,
    /// The handle was closed before (`closed`).
    Closed,
    /// The handle is not, or no longer, one of this type (`invalid_handle`).
    InvalidHandle,
    /// The buffer is too small, or the guest would hold more bytes than it may (`overflow`).
    Overflow,
    /// The host found itself in error (`internal_error`).
    InternalError,
    /// The guest has as many handles open as it may (`too_many_handles`).
    TooManyHandles,
    /// The algorithm takes no key (`key_not_supported`).
    KeyNotSupported,
    /// The algorithm needs a key (`key_required`).
    KeyRequired,
    /// The authentication tag does not match (`invalid_tag`).
    InvalidTag,
    /// The algorithm does not have this operation, or not at this point (`invalid_operation`).
    InvalidOperation,
    /// The algorithm needs a fresh nonce (`nonce_required`).
    NonceRequired,
    /// The nonce has the wrong size (`invalid_nonce`).
    InvalidNonce,
    /// The option has no value (`option_not_set`).
    OptionNotSet,
    /// The secrets manager has no such key or secret (`not_found`).
    NotFound,
    /// The algorithm needs parameters that were not given (`parameters_missing`).
    ParametersMissing,
    /// The host has not finished; repeat the call (`in_progress`).
    InProgress,
    /// The keys are not of one algorithm (`incompatible_keys`).
    IncompatibleKeys,
    /// The managed key or secret has expired (`expired`).
    Expired,
    /// A file or text does not have the key that is wanted in PEM, and this is what it has (`invalid_key`).
    Pem(PemError),
    /// A JSON Web Key cannot be used, for this reason (`invalid_key`).
    #[cfg(feature = "jwk")]
    Jwk(JwkError),
    /// A status that this version of the interface does not have.
    Unknown(i32),
}

impl Error {
    /// The error of a status that a function of [`raw`](crate::raw) returned; `None` for success.
    pub const fn from_errno(errno: i32) -> Option<Self> {
        Some(match errno {
            0 => return None,
            1 => Self::GuestError,
            2 => Self::NotImplemented,
            3 => Self::UnsupportedFeature,
            4 => Self::ProhibitedOperation,
            5 => Self::UnsupportedEncoding,
            6 => Self::UnsupportedAlgorithm,
            7 => Self::UnsupportedOption,
            8 => Self::InvalidKey,
            9 => Self::InvalidLength,
            10 => Self::VerificationFailed,
            11 => Self::RngError,
            12 => Self::AlgorithmFailure,
            13 => Self::InvalidSignature,
            14 => Self::Closed,
            15 => Self::InvalidHandle,
            16 => Self::Overflow,
            17 => Self::InternalError,
            18 => Self::TooManyHandles,
            19 => Self::KeyNotSupported,
            20 => Self::KeyRequired,
            21 => Self::InvalidTag,
            22 => Self::InvalidOperation,
            23 => Self::NonceRequired,
            24 => Self::InvalidNonce,
            25 => Self::OptionNotSet,
            26 => Self::NotFound,
            27 => Self::ParametersMissing,
            28 => Self::InProgress,
            29 => Self::IncompatibleKeys,
            30 => Self::Expired,
            unknown => Self::Unknown(unknown),
        })
    }

    /// The name in the specification, such as `invalid_tag`.
    pub const fn name(self) -> &'static str {
        self.texts().0
    }

    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::GuestError => ("guest_error", "the host cannot use a buffer or handle as it was passed"),
            Self::NotImplemented => ("not_implemented", "the host does not have this function"),
            Self::UnsupportedFeature => ("unsupported_feature", "the host or the algorithm does not offer this"),
            Self::ProhibitedOperation => ("prohibited_operation", "the host's limits or policy forbid this"),
            Self::UnsupportedEncoding => {
                ("unsupported_encoding", "the key or signature cannot be read or written in this encoding")
            }
            Self::UnsupportedAlgorithm => ("unsupported_algorithm", "the host does not have this algorithm"),
            Self::UnsupportedOption => ("unsupported_option", "there is no option of this name and kind"),
            Self::InvalidKey => {
                ("invalid_key", "the key has the wrong size, is malformed, or belongs to another algorithm")
            }
            Self::InvalidLength => {
                ("invalid_length", "the output is longer than the algorithm can give or the result fills")
            }
            Self::VerificationFailed => ("verification_failed", "the signature or ciphertext does not verify"),
            Self::RngError => ("rng_error", "the host's random number generator failed"),
            Self::AlgorithmFailure => ("algorithm_failure", "the host's cryptographic library failed"),
            Self::InvalidSignature => ("invalid_signature", "the signature has a form that can never be valid"),
            Self::Closed => ("closed", "the handle was closed before"),
            Self::InvalidHandle => ("invalid_handle", "the handle is not, or no longer, one of this type"),
            Self::Overflow => ("overflow", "the buffer is too small, or the guest would hold more bytes than it may"),
            Self::InternalError => ("internal_error", "the host found itself in error"),
            Self::TooManyHandles => {
                ("too_many_handles", "the guest has as many handles open as it may; drop some objects first")
            }
            Self::KeyNotSupported => ("key_not_supported", "the algorithm takes no key"),
            Self::KeyRequired => ("key_required", "the algorithm needs a key"),
            Self::InvalidTag => (
                "invalid_tag",
                "the authentication tag does not match: the data, the associated data, the nonce or the key is another one",
            ),
            Self::InvalidOperation => {
                ("invalid_operation", "the algorithm does not have this operation, or not at this point")
            }
            Self::NonceRequired => {
                ("nonce_required", "the algorithm needs a nonce that this key has not been used with")
            }
            Self::InvalidNonce => ("invalid_nonce", "the nonce has the wrong size"),
            Self::OptionNotSet => ("option_not_set", "the option has no value"),
            Self::NotFound => ("not_found", "the secrets manager has no such key or secret"),
            Self::ParametersMissing => {
                ("parameters_missing", "the algorithm needs parameters that were not given, such as a salt or a cost")
            }
            Self::InProgress => ("in_progress", "the host has not finished; repeat the call"),
            Self::IncompatibleKeys => ("incompatible_keys", "the keys are not of one algorithm"),
            Self::Expired => ("expired", "the managed key or secret has expired"),
            Self::Pem(_) => ("invalid_key", "there is no such key in this PEM"),
            #[cfg(feature = "jwk")]
            Self::Jwk(_) => ("invalid_key", "the JSON Web Key cannot be used"),
            Self::Unknown(_) => ("unknown", "the host answered with a status that wasi-crypto 0.10 does not have"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, sentence) = self.texts();
        match self {
            Self::Unknown(errno) => write!(f, "{sentence} ({errno})"),
            Self::Pem(error) => write!(f, "{error} ({name})"),
            #[cfg(feature = "jwk")]
            Self::Jwk(error) => write!(f, "{error} ({name})"),
            _ => write!(f, "{sentence} ({name})"),
        }
    }
}

impl core::error::Error for Error {}

#[cfg(feature = "jwk")]
impl From<JwkError> for Error {
    fn from(error: JwkError) -> Self {
        Self::Jwk(error)
    }
}

/// For the methods of other crates' traits that cannot report an error.
#[cfg(any(feature = "aead", feature = "digest", feature = "signature"))]
pub(crate) fn expect<T>(result: Result<T, Error>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("the wasi-crypto host refused: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use wasi_crypto_host::Errno;

    use super::*;

    #[test]
    fn numbers_and_names_are_those_of_the_host() {
        for errno in Errno::ALL {
            let error = Error::from_errno(errno.number().into());
            assert_eq!(error.map_or("success", Error::name), errno.name());
        }
        assert_eq!(Error::from_errno(31), Some(Error::Unknown(31)));
        assert_eq!(Error::from_errno(-1), Some(Error::Unknown(-1)));
    }

    #[test]
    fn display_is_a_sentence_with_the_name_of_the_specification() {
        let sentence = Error::KeyRequired.to_string();
        assert_eq!(sentence, "the algorithm needs a key (key_required)");
        assert!(Error::Unknown(99).to_string().ends_with("(99)"));
    }
}
