//! The status that every function of the interface returns.

use std::fmt;

/// The result of a call, `crypto_errno` in the specification (a `u16`, passed as an `i32`).
///
/// The numbers are those of wasi-crypto 0.10, in its order (requirement ABI-ERRNO-005). What each one
/// means for this host, where the text leaves it open, stands with the functions that return it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u16)]
pub enum Errno {
    /// The call did what it was asked.
    Success = 0,
    /// A pointer, length or tag of the call does not describe guest memory that it may use.
    GuestError = 1,
    /// The function is part of the interface, but this host does not have it yet.
    NotImplemented = 2,
    /// The host or the algorithm does not offer this feature.
    UnsupportedFeature = 3,
    /// The operator's limits or policy forbid the operation.
    ProhibitedOperation = 4,
    /// The key or signature cannot be read or written in this encoding.
    UnsupportedEncoding = 5,
    /// The host does not have an algorithm of this name and type.
    UnsupportedAlgorithm = 6,
    /// No algorithm of this type has an option of this name and kind.
    UnsupportedOption = 7,
    /// The key is malformed, weak, or belongs to another algorithm.
    InvalidKey = 8,
    /// The output is longer than the algorithm can give, or the buffer longer than the result.
    InvalidLength = 9,
    /// A well-formed signature or ciphertext does not verify.
    VerificationFailed = 10,
    /// The system's random number generator failed.
    RngError = 11,
    /// The cryptographic library failed where it should not.
    AlgorithmFailure = 12,
    /// The signature can never be valid: wrong length, encoding, range or algorithm.
    InvalidSignature = 13,
    /// The handle to close has been closed already.
    Closed = 14,
    /// The handle was never given out, is closed, or names an object of another type.
    InvalidHandle = 15,
    /// The guest's buffer is too small, or a limit on bytes is reached.
    Overflow = 16,
    /// A consistency check of the host failed; its state is still safe.
    InternalError = 17,
    /// The limit on open handles is reached.
    TooManyHandles = 18,
    /// A key was given to an algorithm that takes none.
    KeyNotSupported = 19,
    /// The algorithm needs a key and none was given.
    KeyRequired = 20,
    /// The authentication tag does not verify, or has a length that never can.
    InvalidTag = 21,
    /// The algorithm does not have this operation, or not in this state.
    InvalidOperation = 22,
    /// A fresh nonce is needed and the host cannot choose one safely.
    NonceRequired = 23,
    /// The nonce has the wrong size for the algorithm.
    InvalidNonce = 24,
    /// The option exists and has no value.
    OptionNotSet = 25,
    /// No key or secret has this identifier and version.
    NotFound = 26,
    /// The algorithm needs parameters that were not given.
    ParametersMissing = 27,
    /// The call is not finished; repeat it with the same arguments.
    InProgress = 28,
    /// The keys are not of one algorithm.
    IncompatibleKeys = 29,
    /// The managed key or secret has expired.
    Expired = 30,
}

impl Errno {
    /// All values, in the order of their numbers.
    pub const ALL: [Self; 31] = [
        Self::Success,
        Self::GuestError,
        Self::NotImplemented,
        Self::UnsupportedFeature,
        Self::ProhibitedOperation,
        Self::UnsupportedEncoding,
        Self::UnsupportedAlgorithm,
        Self::UnsupportedOption,
        Self::InvalidKey,
        Self::InvalidLength,
        Self::VerificationFailed,
        Self::RngError,
        Self::AlgorithmFailure,
        Self::InvalidSignature,
        Self::Closed,
        Self::InvalidHandle,
        Self::Overflow,
        Self::InternalError,
        Self::TooManyHandles,
        Self::KeyNotSupported,
        Self::KeyRequired,
        Self::InvalidTag,
        Self::InvalidOperation,
        Self::NonceRequired,
        Self::InvalidNonce,
        Self::OptionNotSet,
        Self::NotFound,
        Self::ParametersMissing,
        Self::InProgress,
        Self::IncompatibleKeys,
        Self::Expired,
    ];

    /// The name in the specification, such as `invalid_key`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::GuestError => "guest_error",
            Self::NotImplemented => "not_implemented",
            Self::UnsupportedFeature => "unsupported_feature",
            Self::ProhibitedOperation => "prohibited_operation",
            Self::UnsupportedEncoding => "unsupported_encoding",
            Self::UnsupportedAlgorithm => "unsupported_algorithm",
            Self::UnsupportedOption => "unsupported_option",
            Self::InvalidKey => "invalid_key",
            Self::InvalidLength => "invalid_length",
            Self::VerificationFailed => "verification_failed",
            Self::RngError => "rng_error",
            Self::AlgorithmFailure => "algorithm_failure",
            Self::InvalidSignature => "invalid_signature",
            Self::Closed => "closed",
            Self::InvalidHandle => "invalid_handle",
            Self::Overflow => "overflow",
            Self::InternalError => "internal_error",
            Self::TooManyHandles => "too_many_handles",
            Self::KeyNotSupported => "key_not_supported",
            Self::KeyRequired => "key_required",
            Self::InvalidTag => "invalid_tag",
            Self::InvalidOperation => "invalid_operation",
            Self::NonceRequired => "nonce_required",
            Self::InvalidNonce => "invalid_nonce",
            Self::OptionNotSet => "option_not_set",
            Self::NotFound => "not_found",
            Self::ParametersMissing => "parameters_missing",
            Self::InProgress => "in_progress",
            Self::IncompatibleKeys => "incompatible_keys",
            Self::Expired => "expired",
        }
    }

    /// The number in the specification, 0 to 30.
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The value with this number; `None` above 30.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::error::Error for Errno {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_order_of_the_specification() {
        for (number, errno) in (0..).zip(Errno::ALL) {
            assert_eq!(u32::from(errno.number()), number);
            assert_eq!(Errno::from_number(number), Some(errno));
        }
        assert_eq!(Errno::from_number(31), None);
        assert_eq!(Errno::Expired.number(), 30);
    }
}
