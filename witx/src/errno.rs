//! The status that every function of the interface returns.

use core::fmt;

numbered! {
    /// The result of a call, `crypto_errno` in the specification: returned as an `i32`, 2 bytes in lists.
    ///
    /// The numbers are those of wasi-crypto 0.10, in its order (requirement ABI-ERRNO-005).
    pub enum Errno {
        /// The call did what it was asked.
        Success = 0, "success";
        /// A pointer, length or tag of the call does not describe guest memory that it may use.
        GuestError = 1, "guest_error";
        /// The function is part of the interface, but this host does not have it yet.
        NotImplemented = 2, "not_implemented";
        /// The host or the algorithm does not offer this feature.
        UnsupportedFeature = 3, "unsupported_feature";
        /// The operator's limits or policy forbid the operation.
        ProhibitedOperation = 4, "prohibited_operation";
        /// The key or signature cannot be read or written in this encoding.
        UnsupportedEncoding = 5, "unsupported_encoding";
        /// The host does not have an algorithm of this name and type.
        UnsupportedAlgorithm = 6, "unsupported_algorithm";
        /// No algorithm of this type has an option of this name and kind.
        UnsupportedOption = 7, "unsupported_option";
        /// The key is malformed, weak, or belongs to another algorithm.
        InvalidKey = 8, "invalid_key";
        /// The output is longer than the algorithm can give, or the buffer longer than the result.
        InvalidLength = 9, "invalid_length";
        /// A well-formed signature or ciphertext does not verify.
        VerificationFailed = 10, "verification_failed";
        /// The system's random number generator failed.
        RngError = 11, "rng_error";
        /// The cryptographic library failed where it should not.
        AlgorithmFailure = 12, "algorithm_failure";
        /// The signature can never be valid: wrong length, encoding, range or algorithm.
        InvalidSignature = 13, "invalid_signature";
        /// The handle to close has been closed already.
        Closed = 14, "closed";
        /// The handle was never given out, is closed, or names an object of another type.
        InvalidHandle = 15, "invalid_handle";
        /// The guest's buffer is too small, or a limit on bytes is reached.
        Overflow = 16, "overflow";
        /// A consistency check of the host failed; its state is still safe.
        InternalError = 17, "internal_error";
        /// The limit on open handles is reached.
        TooManyHandles = 18, "too_many_handles";
        /// A key was given to an algorithm that takes none.
        KeyNotSupported = 19, "key_not_supported";
        /// The algorithm needs a key and none was given.
        KeyRequired = 20, "key_required";
        /// The authentication tag does not verify, or has a length that never can.
        InvalidTag = 21, "invalid_tag";
        /// The algorithm does not have this operation, or not in this state.
        InvalidOperation = 22, "invalid_operation";
        /// A fresh nonce is needed and the host cannot choose one safely.
        NonceRequired = 23, "nonce_required";
        /// The nonce has the wrong size for the algorithm.
        InvalidNonce = 24, "invalid_nonce";
        /// The option exists and has no value.
        OptionNotSet = 25, "option_not_set";
        /// No key or secret has this identifier and version.
        NotFound = 26, "not_found";
        /// The algorithm needs parameters that were not given.
        ParametersMissing = 27, "parameters_missing";
        /// The call is not finished; repeat it with the same arguments.
        InProgress = 28, "in_progress";
        /// The keys are not of one algorithm.
        IncompatibleKeys = 29, "incompatible_keys";
        /// The managed key or secret has expired.
        Expired = 30, "expired";
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl core::error::Error for Errno {}
