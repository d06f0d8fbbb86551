//! ECDH (SP 800-56A) with AWS-LC, on the curves where that is faster than RustCrypto. A default build has none.

pub(crate) use library::{PrivateKey, PublicKey};

#[cfg(not(feature = "aws-lc-rs"))]
mod library {
    use crate::backend::ec::Curve;
    use crate::errno::Errno;
    use crate::secret::Secret;

    pub(crate) enum PrivateKey {}
    pub(crate) enum PublicKey {}

    impl PrivateKey {
        pub(crate) fn new<C: Curve>(_: &C::Secret) -> Option<Self> {
            None
        }

        pub(crate) fn public(&self) -> Option<Vec<u8>> {
            match *self {}
        }

        pub(crate) fn agree(&self, _: &PublicKey) -> Result<Secret, Errno> {
            match *self {}
        }
    }

    impl PublicKey {
        pub(crate) fn new<C: Curve>(_: &[u8]) -> Option<Self> {
            None
        }
    }
}

#[cfg(feature = "aws-lc-rs")]
mod library {
    use std::any::TypeId;

    use aws_lc_rs::agreement::{Algorithm, ECDH_P256, ECDH_P384, ParsedPublicKey, UnparsedPublicKey, agree};

    use crate::backend::ec::{Curve, P256, P384};
    use crate::errno::Errno;
    use crate::secret::Secret;

    /// A prepared private key. AWS-LC wipes what it frees.
    pub(crate) struct PrivateKey(aws_lc_rs::agreement::PrivateKey);

    impl PrivateKey {
        /// `None` if AWS-LC does not have the curve.
        pub(crate) fn new<C: Curve>(secret: &C::Secret) -> Option<Self> {
            let algorithm = algorithm::<C>()?;
            aws_lc_rs::agreement::PrivateKey::from_private_key(algorithm, &C::secret_to_raw(secret)).ok().map(Self)
        }

        /// The point of the public key, uncompressed.
        pub(crate) fn public(&self) -> Option<Vec<u8>> {
            Some(self.0.compute_public_key().ok()?.as_ref().to_vec())
        }

        /// The x coordinate of the shared point.
        pub(crate) fn agree(&self, peer: &PublicKey) -> Result<Secret, Errno> {
            // The copy is one of a pointer, but for the encoded point.
            agree(&self.0, peer.0.clone(), Errno::AlgorithmFailure, |shared| Ok(Secret::from(shared)))
        }
    }

    /// A prepared public key.
    pub(crate) struct PublicKey(ParsedPublicKey);

    impl PublicKey {
        /// A key from its uncompressed point. `None` if AWS-LC does not have the curve.
        pub(crate) fn new<C: Curve>(point: &[u8]) -> Option<Self> {
            ParsedPublicKey::try_from(UnparsedPublicKey::new(algorithm::<C>()?, point)).ok().map(Self)
        }
    }

    fn algorithm<C: Curve>() -> Option<&'static Algorithm> {
        match TypeId::of::<C>() {
            curve if curve == TypeId::of::<P256>() => Some(&ECDH_P256),
            curve if curve == TypeId::of::<P384>() => Some(&ECDH_P384),
            _ => None,
        }
    }
}
