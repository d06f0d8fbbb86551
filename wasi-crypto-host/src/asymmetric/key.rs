//! Key pairs, public keys and secret keys: what their handles hold.

use std::ops::Deref;
use std::sync::Arc;

use crate::asymmetric::algorithm::{Algorithm, PublicKey, SecretKey};
use crate::booking::{ALLOCATION, Booking, COUNTS};
use crate::errno::Errno;
use crate::held::{Held, KeyObject};
use crate::secret::{STACK_OF_SECRET_KEY, Secret, in_wiped_frame};

/// The kind of key pairs. A secret half gives the public one, so a pair holds no more than a secret key.
pub(crate) enum Keypair {}

/// The kind of public keys.
pub(crate) enum PublicKeyObject {}

/// The kind of secret keys.
pub(crate) enum SecretKeyObject {}

/// A key that objects share, and its booking, which whatever keeps the key keeps, too.
pub(crate) struct BookedKey<K: ?Sized> {
    pub(crate) shared: Arc<K>,
    pub(crate) booking: Arc<Booking>,
}

/// Bytes to book for a key's counts and those of its booking.
const BESIDE: usize = COUNTS + ALLOCATION + COUNTS + size_of::<Booking>() + ALLOCATION;

impl<K: ?Sized> From<Arc<K>> for BookedKey<K> {
    fn from(shared: Arc<K>) -> Self {
        Self { shared, booking: Arc::default() }
    }
}

impl<K: ?Sized> Clone for BookedKey<K> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), booking: Arc::clone(&self.booking) }
    }
}

impl<K: ?Sized> Deref for BookedKey<K> {
    type Target = K;

    fn deref(&self) -> &K {
        &self.shared
    }
}

/// What leaves pieces of the key on the stack, with these overwritten.
impl BookedKey<dyn SecretKey> {
    pub(crate) fn public_key(&self) -> Result<Arc<dyn PublicKey>, Errno> {
        in_wiped_frame::<STACK_OF_SECRET_KEY, _>(|| self.shared.public_key())
    }

    pub(crate) fn agree(&self, peer: &dyn PublicKey) -> Result<Secret, Errno> {
        in_wiped_frame::<STACK_OF_SECRET_KEY, _>(|| self.shared.agree(peer))
    }

    pub(crate) fn decapsulate(&self, ciphertext: &[u8]) -> Result<Secret, Errno> {
        in_wiped_frame::<STACK_OF_SECRET_KEY, _>(|| self.shared.decapsulate(ciphertext))
    }
}

/// The same of the secrets that they make.
impl BookedKey<dyn PublicKey> {
    pub(crate) fn encapsulate(&self) -> Result<(Secret, Vec<u8>), Errno> {
        in_wiped_frame::<STACK_OF_SECRET_KEY, _>(|| self.shared.encapsulate())
    }
}

macro_rules! key_objects {
    ($($kind:ident: $key:ty;)*) => {$(
        impl KeyObject for $kind {
            type Algorithm = Algorithm;
            type Key = BookedKey<$key>;

            fn held(_: &BookedKey<$key>) -> usize {
                0
            }

            fn booked(key: &BookedKey<$key>) -> (&Booking, usize) {
                (&key.booking, BESIDE + key.held())
            }
        }
    )*};
}

key_objects! {
    Keypair: dyn SecretKey;
    PublicKeyObject: dyn PublicKey;
    SecretKeyObject: dyn SecretKey;
}

impl Held<Keypair> {
    /// `incompatible_keys` if the algorithms differ, `invalid_key` if the halves do not belong together.
    pub(crate) fn from_halves(public: &Held<PublicKeyObject>, secret: Held<SecretKeyObject>) -> Result<Self, Errno> {
        if !std::ptr::eq(public.algorithm, secret.algorithm) {
            return Err(Errno::IncompatibleKeys);
        }
        if secret.key.public_key()?.canonical()? != public.key.canonical()? {
            return Err(Errno::InvalidKey);
        }
        Ok(Self { algorithm: secret.algorithm, key: secret.key, origin: secret.origin })
    }

    /// The public half, which is the guest's.
    pub(crate) fn public_half(&self) -> Result<Held<PublicKeyObject>, Errno> {
        Ok(Held::by_guest(self.algorithm, self.key.public_key()?))
    }

    /// The secret half, which shares the key and its origin.
    pub(crate) fn secret_half(self) -> Held<SecretKeyObject> {
        Held { algorithm: self.algorithm, key: self.key, origin: self.origin }
    }
}

impl Held<SecretKeyObject> {
    /// As [`Held::<Keypair>::public_half`].
    pub(crate) fn public_half(&self) -> Result<Held<PublicKeyObject>, Errno> {
        Ok(Held::by_guest(self.algorithm, self.key.public_key()?))
    }
}
