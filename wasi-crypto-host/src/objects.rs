//! The types of object that a guest can have.

use crate::abi::HandleType;
use crate::array_output::ArrayOutput;
use crate::asymmetric::key::{Keypair, PublicKeyObject, SecretKeyObject};
use crate::asymmetric::signatures::state::{Signature, SignatureState, VerificationState};
use crate::booking::Booking;
use crate::handle::{HandleTable, Object};
use crate::held::Held;
use crate::managed::OpenManager;
use crate::options::OptionSet;
use crate::symmetric::key::SymmetricKey;
use crate::symmetric::state::SymmetricState;
use crate::symmetric::tag::SymmetricTag;

/// The objects of a context.
pub(crate) type Table = HandleTable<AnyHandle>;

/// Lists the types of object once: the enum that the table holds, and the way in and out of it.
macro_rules! objects {
    ($($name:ident: $object:ty $(, shares with $shared:ident)?;)*) => {
        /// Any object of a guest.
        pub(crate) enum AnyHandle {
            $($name($object),)*
        }

        $(impl Object<AnyHandle> for $object {
            const TYPE: HandleType = HandleType::$name;

            fn held(&self) -> usize {
                <$object>::held(self)
            }

            $(fn shared(&self) -> Option<(&Booking, usize)> {
                Some(self.$shared())
            })?

            fn into_any(self) -> AnyHandle {
                AnyHandle::$name(self)
            }

            fn from_any(any: &AnyHandle) -> Option<&Self> {
                if let AnyHandle::$name(object) = any { Some(object) } else { None }
            }

            fn from_any_mut(any: &mut AnyHandle) -> Option<&mut Self> {
                if let AnyHandle::$name(object) = any { Some(object) } else { None }
            }

            fn out_of_any(any: AnyHandle) -> Option<Self> {
                if let AnyHandle::$name(object) = any { Some(object) } else { None }
            }
        })*
    };
}

objects! {
    Options: OptionSet;
    ArrayOutput: ArrayOutput;
    SecretsManager: OpenManager;
    Keypair: Held<Keypair>, shares with booked;
    Publickey: Held<PublicKeyObject>, shares with booked;
    Secretkey: Held<SecretKeyObject>, shares with booked;
    Signature: Signature;
    SignatureState: SignatureState;
    SignatureVerificationState: VerificationState;
    SymmetricKey: Held<SymmetricKey>, shares with booked;
    SymmetricState: SymmetricState;
    SymmetricTag: SymmetricTag;
}
