//! ECDH (SP 800-56A) of RustCrypto.

use crate::backend::ec::Curve;
use crate::errno::Errno;
use crate::secret::Secret;

/// A private key. Wiped by the library when it is dropped.
pub(crate) struct PrivateKey<C: Curve>(C::Secret);

impl<C: Curve> PrivateKey<C> {
    pub(crate) fn new(secret: C::Secret) -> Self {
        Self(secret)
    }

    pub(crate) fn secret(&self) -> &C::Secret {
        &self.0
    }

    pub(crate) fn public(&self) -> C::Public {
        public_of::<C>(&self.0)
    }

    /// The x coordinate of the shared point.
    pub(crate) fn agree(&self, peer: &PublicKey<C>) -> Result<Secret, Errno> {
        Ok(C::diffie_hellman(&self.0, &peer.0))
    }
}

pub(crate) struct PublicKey<C: Curve>(C::Public);

impl<C: Curve> PublicKey<C> {
    pub(crate) fn new(point: C::Public) -> Self {
        Self(point)
    }

    pub(crate) fn point(&self) -> &C::Public {
        &self.0
    }
}

pub(crate) fn public_of<C: Curve>(secret: &C::Secret) -> C::Public {
    C::public_of(secret)
}
