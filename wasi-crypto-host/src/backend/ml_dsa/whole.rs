//! ML-DSA of whole messages with AWS-LC, several times faster than RustCrypto; aws-lc-rs takes no representatives.
//! A default build has none of this.

pub(crate) use library::{SigningKey, VerifyingKey};

#[cfg(not(feature = "aws-lc-rs"))]
mod library {
    use std::convert::Infallible;
    use std::marker::PhantomData;
    use std::sync::Arc;

    use crate::backend::ml_dsa::{self, Parameters, SEED_LEN};
    use crate::errno::Errno;

    pub(crate) struct SigningKey<P>(Infallible, PhantomData<fn() -> P>);
    pub(crate) struct VerifyingKey(Infallible);

    impl<P: Parameters> SigningKey<P> {
        pub(crate) const HELD: usize = 0;

        pub(crate) fn from_seed(_: &[u8; SEED_LEN]) -> Option<Self> {
            None
        }

        pub(crate) fn public(&self) -> &Arc<ml_dsa::VerifyingKey<P>> {
            match self.0 {}
        }

        pub(crate) fn sign(&self, _: &[u8]) -> Result<Vec<u8>, Errno> {
            match self.0 {}
        }
    }

    impl VerifyingKey {
        pub(crate) const fn held<P: Parameters>() -> usize {
            0
        }

        pub(crate) fn from_raw<P: Parameters>(_: &[u8]) -> Option<Self> {
            None
        }

        pub(crate) fn verify(&self, _: &[u8], _: &[u8]) -> Result<(), Errno> {
            match self.0 {}
        }
    }
}

#[cfg(feature = "aws-lc-rs")]
mod library {
    use std::any::TypeId;
    use std::sync::Arc;

    use ::ml_dsa::EncodedVerifyingKey;
    use aws_lc_rs::signature::{
        KeyPair, ML_DSA_44, ML_DSA_44_SIGNING, ML_DSA_65, ML_DSA_65_SIGNING, ML_DSA_87, ML_DSA_87_SIGNING,
        ParsedPublicKey, PqdsaKeyPair, PqdsaSigningAlgorithm, PqdsaVerificationAlgorithm,
    };

    use crate::backend::ml_dsa::{self, MlDsa44, MlDsa65, MlDsa87, Parameters, SEED_LEN, signature_len};
    use crate::errno::Errno;

    /// An expanded key. AWS-LC wipes what it frees.
    pub(crate) struct SigningKey<P: Parameters> {
        key: PqdsaKeyPair,
        public: Arc<ml_dsa::VerifyingKey<P>>,
    }

    impl<P: Parameters> SigningKey<P> {
        /// Bytes to book for what AWS-LC allocates, but the public half: both keys and the seed, with headers.
        pub(crate) const HELD: usize = 4 * size_of::<EncodedVerifyingKey<P>>() + 1024;

        pub(crate) fn from_seed(seed: &[u8; SEED_LEN]) -> Option<Self> {
            let (signing, _) = algorithms::<P>()?;
            let key = PqdsaKeyPair::from_seed(signing, seed).ok()?;
            let public = Arc::new(ml_dsa::VerifyingKey::from_raw(key.public_key().as_ref())?);
            Some(Self { key, public })
        }

        pub(crate) fn public(&self) -> &Arc<ml_dsa::VerifyingKey<P>> {
            &self.public
        }

        /// Signs with fresh randomness.
        pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Errno> {
            let mut signature = vec![0; signature_len::<P>()];
            self.key.sign(message, &mut signature).map_err(|_| Errno::AlgorithmFailure)?;
            Ok(signature)
        }
    }

    /// AWS-LC keeps the bytes, and expands them for each message.
    pub(crate) struct VerifyingKey(ParsedPublicKey);

    impl VerifyingKey {
        /// Bytes to book for what AWS-LC allocates.
        pub(crate) const fn held<P: Parameters>() -> usize {
            2 * size_of::<EncodedVerifyingKey<P>>() + 1024
        }

        pub(crate) fn from_raw<P: Parameters>(raw: &[u8]) -> Option<Self> {
            let (_, verification) = algorithms::<P>()?;
            ParsedPublicKey::new(verification, raw).ok().map(Self)
        }

        /// Verifies a well-formed signature.
        pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
            self.0.verify_sig(message, signature).map_err(|_| Errno::VerificationFailed)
        }
    }

    fn algorithms<P: Parameters>() -> Option<(&'static PqdsaSigningAlgorithm, &'static PqdsaVerificationAlgorithm)> {
        match TypeId::of::<P>() {
            it if it == TypeId::of::<MlDsa44>() => Some((&ML_DSA_44_SIGNING, &ML_DSA_44)),
            it if it == TypeId::of::<MlDsa65>() => Some((&ML_DSA_65_SIGNING, &ML_DSA_65)),
            it if it == TypeId::of::<MlDsa87>() => Some((&ML_DSA_87_SIGNING, &ML_DSA_87)),
            _ => None,
        }
    }
}
