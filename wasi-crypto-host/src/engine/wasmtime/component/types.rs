//! The types of the WIT package that are not wasmtime's own.
#![allow(unsafe_code, reason = "a list that is wiped has to say itself how it is lowered")]

use std::mem::MaybeUninit;

use wasi_crypto_interface as interface;
use wasi_crypto_interface::version;
// What the derived implementations name, too.
use wasmtime::component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LowerContext};
use wasmtime::component::{ComponentType, Lift, Lower};

use crate::errno::Errno;
use crate::wit::NewList;

/// An enum of the package, and that of the interface with the same cases in the same order.
macro_rules! same_enum {
    ($name:ident: $($case:ident = $text:literal),*) => {
        #[derive(Clone, Copy, ComponentType, Lift, Lower)]
        #[component(enum)]
        #[repr(u8)]
        #[allow(dead_code, reason = "what is derived makes them of their numbers")]
        pub(super) enum $name {
            $(#[component(name = $text)] $case,)*
        }

        impl From<$name> for interface::$name {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$case => Self::$case,)*
                }
            }
        }
    };
}

same_enum!(AlgorithmType: Signatures = "signatures", Symmetric = "symmetric", KeyExchange = "key-exchange");
same_enum!(KeypairEncoding: Raw = "raw", Pkcs8 = "pkcs8", Pem = "pem", Local = "local");
same_enum!(PublickeyEncoding: Raw = "raw", Pkcs8 = "pkcs8", Pem = "pem", Sec = "sec", Local = "local");
same_enum!(SecretkeyEncoding: Raw = "raw", Pkcs8 = "pkcs8", Pem = "pem", Sec = "sec", Local = "local");
same_enum!(SignatureEncoding: Raw = "raw", Der = "der");

/// `crypto-errno`, which is a variant.
macro_rules! errnos {
    ($($case:ident = $text:literal),* $(,)?) => {
        #[derive(Clone, Copy, ComponentType, Lower)]
        #[component(variant)]
        pub(super) enum CryptoErrno {
            $(#[component(name = $text)] $case,)*
        }

        impl From<Errno> for CryptoErrno {
            fn from(errno: Errno) -> Self {
                match errno {
                    $(Errno::$case => Self::$case,)*
                }
            }
        }
    };
}

errnos! {
    Success = "success",
    GuestError = "guest-error",
    NotImplemented = "not-implemented",
    UnsupportedFeature = "unsupported-feature",
    ProhibitedOperation = "prohibited-operation",
    UnsupportedEncoding = "unsupported-encoding",
    UnsupportedAlgorithm = "unsupported-algorithm",
    UnsupportedOption = "unsupported-option",
    InvalidKey = "invalid-key",
    InvalidLength = "invalid-length",
    VerificationFailed = "verification-failed",
    RngError = "rng-error",
    AlgorithmFailure = "algorithm-failure",
    InvalidSignature = "invalid-signature",
    Closed = "closed",
    InvalidHandle = "invalid-handle",
    Overflow = "overflow",
    InternalError = "internal-error",
    TooManyHandles = "too-many-handles",
    KeyNotSupported = "key-not-supported",
    KeyRequired = "key-required",
    InvalidTag = "invalid-tag",
    InvalidOperation = "invalid-operation",
    NonceRequired = "nonce-required",
    InvalidNonce = "invalid-nonce",
    OptionNotSet = "option-not-set",
    NotFound = "not-found",
    ParametersMissing = "parameters-missing",
    InProgress = "in-progress",
    IncompatibleKeys = "incompatible-keys",
    Expired = "expired",
}

/// The version of a managed key or secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(variant)]
pub(super) enum Version {
    #[component(name = "unspecified")]
    Unspecified,
    #[component(name = "latest")]
    Latest,
    #[component(name = "all")]
    All,
    #[component(name = "specified")]
    Specified(u64),
}

impl Version {
    /// As the host gives it.
    pub(super) fn of(number: u64) -> Self {
        if number == version::UNSPECIFIED { Self::Unspecified } else { Self::Specified(number) }
    }

    /// A number that is reserved in witx is no version here, and so none that there is.
    pub(super) fn number(self) -> u64 {
        match self {
            Self::Unspecified => version::UNSPECIFIED,
            Self::Latest => version::LATEST,
            Self::All => version::ALL,
            Self::Specified(version::LATEST | version::ALL) => version::UNSPECIFIED,
            Self::Specified(number) => number,
        }
    }
}

// SAFETY: all of it is as for `[u8]`, of which it has the type in components and the ABI.
unsafe impl ComponentType for NewList {
    type Lower = <[u8] as ComponentType>::Lower;

    const ABI: CanonicalAbiInfo = <[u8] as ComponentType>::ABI;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> wasmtime::Result<()> {
        <[u8]>::typecheck(ty, types)
    }
}

// SAFETY: `[u8]` lowers its bytes to the same places.
unsafe impl Lower for NewList {
    fn linear_lower_to_flat<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        dst: &mut MaybeUninit<Self::Lower>,
    ) -> wasmtime::Result<()> {
        self.as_slice().linear_lower_to_flat(cx, ty, dst)
    }

    fn linear_lower_to_memory<T>(
        &self,
        cx: &mut LowerContext<'_, T>,
        ty: InterfaceType,
        offset: usize,
    ) -> wasmtime::Result<()> {
        self.as_slice().linear_lower_to_memory(cx, ty, offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserved_number_is_no_version_of_a_component() {
        assert_eq!(Version::Latest.number(), version::LATEST);
        assert_eq!(Version::All.number(), version::ALL);
        assert_eq!(Version::Specified(7).number(), 7);
        for reserved in [version::LATEST, version::ALL, version::UNSPECIFIED] {
            assert_eq!(Version::Specified(reserved).number(), version::UNSPECIFIED);
        }
        assert_eq!([7, version::UNSPECIFIED].map(Version::of), [Version::Specified(7), Version::Unspecified]);
    }
}
