//! Key pairs, public keys and secret keys, as their handles hold them: bound to one algorithm, parsed once.

use std::sync::Arc;

use crate::asymmetric::algorithm::{Algorithm, PublicKey, SecretKey};
use crate::errno::Errno;

/// A key pair: its secret half gives the public one.
#[derive(Clone)]
pub(crate) struct Keypair {
    pub(crate) algorithm: &'static Algorithm,
    pub(crate) secret: Arc<dyn SecretKey>,
}

#[derive(Clone)]
pub(crate) struct PublicKeyObject {
    pub(crate) algorithm: &'static Algorithm,
    pub(crate) key: Arc<dyn PublicKey>,
}

#[derive(Clone)]
pub(crate) struct SecretKeyObject {
    pub(crate) algorithm: &'static Algorithm,
    pub(crate) key: Arc<dyn SecretKey>,
}

impl Keypair {
    /// `incompatible_keys` if the algorithms differ, `invalid_key` if the halves do not belong together.
    pub(crate) fn from_halves(public: &PublicKeyObject, secret: &SecretKeyObject) -> Result<Self, Errno> {
        if !std::ptr::eq(public.algorithm, secret.algorithm) {
            return Err(Errno::IncompatibleKeys);
        }
        if secret.key.public_key()?.canonical()? != public.key.canonical()? {
            return Err(Errno::InvalidKey);
        }
        Ok(Self { algorithm: secret.algorithm, secret: Arc::clone(&secret.key) })
    }
}
