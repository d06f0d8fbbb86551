//! What can go wrong.

use core::fmt;

use wasi_crypto_interface::Errno;

#[cfg(feature = "jwk")]
use crate::jwk::error::JwkError;
use crate::pem::error::PemError;

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
        let Some(known) = Errno::from_number(errno as u32) else {
            return Some(Self::Unknown(errno));
        };
        Some(match known {
            Errno::Success => return None,
            Errno::GuestError => Self::GuestError,
            Errno::NotImplemented => Self::NotImplemented,
            Errno::UnsupportedFeature => Self::UnsupportedFeature,
            Errno::ProhibitedOperation => Self::ProhibitedOperation,
            Errno::UnsupportedEncoding => Self::UnsupportedEncoding,
            Errno::UnsupportedAlgorithm => Self::UnsupportedAlgorithm,
            Errno::UnsupportedOption => Self::UnsupportedOption,
            Errno::InvalidKey => Self::InvalidKey,
            Errno::InvalidLength => Self::InvalidLength,
            Errno::VerificationFailed => Self::VerificationFailed,
            Errno::RngError => Self::RngError,
            Errno::AlgorithmFailure => Self::AlgorithmFailure,
            Errno::InvalidSignature => Self::InvalidSignature,
            Errno::Closed => Self::Closed,
            Errno::InvalidHandle => Self::InvalidHandle,
            Errno::Overflow => Self::Overflow,
            Errno::InternalError => Self::InternalError,
            Errno::TooManyHandles => Self::TooManyHandles,
            Errno::KeyNotSupported => Self::KeyNotSupported,
            Errno::KeyRequired => Self::KeyRequired,
            Errno::InvalidTag => Self::InvalidTag,
            Errno::InvalidOperation => Self::InvalidOperation,
            Errno::NonceRequired => Self::NonceRequired,
            Errno::InvalidNonce => Self::InvalidNonce,
            Errno::OptionNotSet => Self::OptionNotSet,
            Errno::NotFound => Self::NotFound,
            Errno::ParametersMissing => Self::ParametersMissing,
            Errno::InProgress => Self::InProgress,
            Errno::IncompatibleKeys => Self::IncompatibleKeys,
            Errno::Expired => Self::Expired,
        })
    }

    /// The name in the specification, such as `invalid_tag`.
    pub const fn name(self) -> &'static str {
        self.texts().0
    }

    const fn texts(self) -> (&'static str, &'static str) {
        let (errno, sentence) = match self {
            Self::GuestError => (Errno::GuestError, "the host cannot use a buffer or handle as it was passed"),
            Self::NotImplemented => (Errno::NotImplemented, "the host does not have this function"),
            Self::UnsupportedFeature => (Errno::UnsupportedFeature, "the host or the algorithm does not offer this"),
            Self::ProhibitedOperation => (Errno::ProhibitedOperation, "the host's limits or policy forbid this"),
            Self::UnsupportedEncoding => {
                (Errno::UnsupportedEncoding, "the key or signature cannot be read or written in this encoding")
            }
            Self::UnsupportedAlgorithm => (Errno::UnsupportedAlgorithm, "the host does not have this algorithm"),
            Self::UnsupportedOption => (Errno::UnsupportedOption, "there is no option of this name and kind"),
            Self::InvalidKey => {
                (Errno::InvalidKey, "the key has the wrong size, is malformed, or belongs to another algorithm")
            }
            Self::InvalidLength => {
                (Errno::InvalidLength, "the output is longer than the algorithm can give or the result fills")
            }
            Self::VerificationFailed => (Errno::VerificationFailed, "the signature or ciphertext does not verify"),
            Self::RngError => (Errno::RngError, "the host's random number generator failed"),
            Self::AlgorithmFailure => (Errno::AlgorithmFailure, "the host's cryptographic library failed"),
            Self::InvalidSignature => (Errno::InvalidSignature, "the signature has a form that can never be valid"),
            Self::Closed => (Errno::Closed, "the handle was closed before"),
            Self::InvalidHandle => (Errno::InvalidHandle, "the handle is not, or no longer, one of this type"),
            Self::Overflow => {
                (Errno::Overflow, "the buffer is too small, or the guest would hold more bytes than it may")
            }
            Self::InternalError => (Errno::InternalError, "the host found itself in error"),
            Self::TooManyHandles => {
                (Errno::TooManyHandles, "the guest has as many handles open as it may; drop some objects first")
            }
            Self::KeyNotSupported => (Errno::KeyNotSupported, "the algorithm takes no key"),
            Self::KeyRequired => (Errno::KeyRequired, "the algorithm needs a key"),
            Self::InvalidTag => (
                Errno::InvalidTag,
                "the authentication tag does not match: the data, the associated data, the nonce or the key is another one",
            ),
            Self::InvalidOperation => {
                (Errno::InvalidOperation, "the algorithm does not have this operation, or not at this point")
            }
            Self::NonceRequired => {
                (Errno::NonceRequired, "the algorithm needs a nonce that this key has not been used with")
            }
            Self::InvalidNonce => (Errno::InvalidNonce, "the nonce has the wrong size"),
            Self::OptionNotSet => (Errno::OptionNotSet, "the option has no value"),
            Self::NotFound => (Errno::NotFound, "the secrets manager has no such key or secret"),
            Self::ParametersMissing => (
                Errno::ParametersMissing,
                "the algorithm needs parameters that were not given, such as a salt or a cost",
            ),
            Self::InProgress => (Errno::InProgress, "the host has not finished; repeat the call"),
            Self::IncompatibleKeys => (Errno::IncompatibleKeys, "the keys are not of one algorithm"),
            Self::Expired => (Errno::Expired, "the managed key or secret has expired"),
            Self::Pem(_) => (Errno::InvalidKey, "there is no such key in this PEM"),
            #[cfg(feature = "jwk")]
            Self::Jwk(_) => (Errno::InvalidKey, "the JSON Web Key cannot be used"),
            Self::Unknown(_) => {
                return ("unknown", "the host answered with a status that wasi-crypto 0.10 does not have");
            }
        };
        (errno.name(), sentence)
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

    use super::*;

    #[test]
    fn numbers_and_names_are_those_of_the_interface() {
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
