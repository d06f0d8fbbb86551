//! ECDH (SP 800-56A) of AWS-LC on P-256 and P-384; RustCrypto's on other curves.

use std::any::TypeId;
use std::sync::OnceLock;

use aws_lc_rs::agreement::{self, Algorithm, ECDH_P256, ECDH_P384, ParsedPublicKey, UnparsedPublicKey};

use crate::backend::ec::{Curve, P256, P384};
use crate::errno::Errno;
use crate::secret::Secret;

/// A private key, prepared when first used. AWS-LC wipes what it frees.
pub(crate) struct PrivateKey<C: Curve> {
    secret: C::Secret,
    prepared: OnceLock<Option<agreement::PrivateKey>>,
}

impl<C: Curve> PrivateKey<C> {
    pub(crate) fn new(secret: C::Secret) -> Self {
        Self { secret, prepared: OnceLock::new() }
    }

    pub(crate) fn secret(&self) -> &C::Secret {
        &self.secret
    }

    pub(crate) fn public(&self) -> C::Public {
        self.prepared().and_then(public_point::<C>).unwrap_or_else(|| C::public_of(&self.secret))
    }

    /// The x coordinate of the shared point.
    pub(crate) fn agree(&self, peer: &PublicKey<C>) -> Result<Secret, Errno> {
        match (self.prepared(), peer.prepared()) {
            // The copy is one of a pointer, but for the encoded point.
            (Some(key), Some(peer)) => {
                agreement::agree(key, peer.clone(), Errno::AlgorithmFailure, |shared| Ok(Secret::from(shared)))
            }
            _ => Ok(C::diffie_hellman(&self.secret, &peer.point)),
        }
    }

    fn prepared(&self) -> Option<&agreement::PrivateKey> {
        self.prepared.get_or_init(|| prepare::<C>(&self.secret)).as_ref()
    }
}

/// A public key, prepared when first used.
pub(crate) struct PublicKey<C: Curve> {
    point: C::Public,
    prepared: OnceLock<Option<ParsedPublicKey>>,
}

impl<C: Curve> PublicKey<C> {
    pub(crate) fn new(point: C::Public) -> Self {
        Self { point, prepared: OnceLock::new() }
    }

    pub(crate) fn point(&self) -> &C::Public {
        &self.point
    }

    fn prepared(&self) -> Option<&ParsedPublicKey> {
        let prepare = || {
            let point = C::public_to_sec1(&self.point, false);
            ParsedPublicKey::try_from(UnparsedPublicKey::new(algorithm::<C>()?, point)).ok()
        };
        self.prepared.get_or_init(prepare).as_ref()
    }
}

pub(crate) fn public_of<C: Curve>(secret: &C::Secret) -> C::Public {
    let by_library = || public_point::<C>(&prepare::<C>(secret)?);
    by_library().unwrap_or_else(|| C::public_of(secret))
}

fn public_point<C: Curve>(key: &agreement::PrivateKey) -> Option<C::Public> {
    C::public_from_sec1(key.compute_public_key().ok()?.as_ref())
}

fn prepare<C: Curve>(secret: &C::Secret) -> Option<agreement::PrivateKey> {
    agreement::PrivateKey::from_private_key(algorithm::<C>()?, &C::secret_to_raw(secret)).ok()
}

fn algorithm<C: Curve>() -> Option<&'static Algorithm> {
    match TypeId::of::<C>() {
        curve if curve == TypeId::of::<P256>() => Some(&ECDH_P256),
        curve if curve == TypeId::of::<P384>() => Some(&ECDH_P384),
        _ => None,
    }
}
