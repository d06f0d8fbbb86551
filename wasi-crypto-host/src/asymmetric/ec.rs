//! Keys on the curves P-256, P-384 and secp256k1, for ECDSA and ECDH alike.

use std::any::Any;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::asymmetric::algorithm::{Keys, PublicKey, SecretKey, Signer, Traditional, Verifier};
use crate::asymmetric::encoding::{Form, Label};
use crate::asymmetric::sec1::{self, PrivateKey};
use crate::backend::ec::Curve;
use crate::backend::{ecdh, ecdsa, random};
use crate::errno::Errno;
use crate::secret::{Secret, Wiped};
use crate::signatures::ecdsa::{EcdsaSigner, EcdsaVerifier};
use crate::stop::StopHandle;

/// Makes and reads keys on the curve `C`.
pub(crate) struct EcKeys<C>(PhantomData<fn() -> C>);

impl<C> EcKeys<C> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

impl<C: Curve> Keys for EcKeys<C> {
    fn generate(&self, _: &StopHandle) -> Result<Arc<dyn SecretKey>, Errno> {
        let mut raw = Secret::zeroed(C::FIELD_LEN);
        loop {
            random::fill(&mut raw)?;
            // Nearly every number of this size is a scalar, so this ends at once.
            if let Some(secret) = C::secret_from_raw(&raw) {
                return Ok(Arc::new(EcSecretKey::<C>::new(secret)));
            }
        }
    }

    fn import_secret(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn SecretKey>, Errno> {
        let raw = |encoded| {
            let secret = C::secret_from_raw(encoded).ok_or(Errno::InvalidKey)?;
            Ok(PrivateKey { secret, public: None })
        };
        let PrivateKey { secret, public } = match form {
            Form::Raw => raw(encoded),
            Form::Der => sec1::read_pkcs8::<C>(encoded),
            Form::Sec if encoded.len() == C::FIELD_LEN => raw(encoded),
            Form::Sec => sec1::read_private::<C>(encoded),
        }?;
        let mut key = EcSecretKey::<C>::new(secret);
        if let Some(public) = public {
            key.0.bring_together(public)?;
        }
        Ok(Arc::new(key))
    }

    fn import_public(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn PublicKey>, Errno> {
        let public = match form {
            Form::Raw | Form::Sec => C::public_from_sec1(encoded).ok_or(Errno::InvalidKey),
            Form::Der => sec1::read_public::<C>(encoded),
        }?;
        Ok(Arc::new(EcPublicKey::<C>::new(public)))
    }

    fn traditional(&self, label: Label) -> Option<Traditional> {
        match label {
            Label::PrivateKey => Some(Traditional { label: "EC PRIVATE KEY", algorithm: sec1::algorithm::<C>() }),
            Label::PublicKey => None,
        }
    }
}

/// A secret key.
///
/// Both kinds of key are wiped as a whole: a part that is to be prepared later has, until then, what was on the stack where the key was put
/// together, secrets included.
pub(crate) struct EcSecretKey<C: Curve>(Box<Wiped<SecretParts<C>>>);

/// A public key.
pub(crate) struct EcPublicKey<C: Curve>(Box<Wiped<PublicParts<C>>>);

pub(crate) struct SecretParts<C: Curve> {
    secret: C::Secret,
    /// Worked out when first asked for: signing on secp256k1 and ECDH do without.
    public: OnceLock<Arc<EcPublicKey<C>>>,
    /// What ECDSA prepares, when first asked for.
    signing: OnceLock<Option<ecdsa::SigningKey>>,
    /// What RustCrypto prepares, when first asked for.
    digest_signing: OnceLock<C::DigestSigner>,
    /// What ECDH prepares, when first asked for.
    agreeing: OnceLock<Option<ecdh::PrivateKey>>,
}

pub(crate) struct PublicParts<C: Curve> {
    pub(crate) public: C::Public,
    /// The point, uncompressed.
    point: Vec<u8>,
    /// What ECDSA prepares, when first asked for.
    verifying: OnceLock<Option<ecdsa::VerifyingKey>>,
    /// What ECDH prepares, when first asked for.
    agreeing: OnceLock<Option<ecdh::PublicKey>>,
}

impl<C: Curve> EcSecretKey<C> {
    fn new(secret: C::Secret) -> Self {
        Self(Wiped::boxed(SecretParts {
            secret,
            public: OnceLock::new(),
            signing: OnceLock::new(),
            digest_signing: OnceLock::new(),
            agreeing: OnceLock::new(),
        }))
    }
}

impl<C: Curve> Deref for EcSecretKey<C> {
    type Target = SecretParts<C>;

    fn deref(&self) -> &SecretParts<C> {
        &self.0
    }
}

impl<C: Curve> Deref for EcPublicKey<C> {
    type Target = PublicParts<C>;

    fn deref(&self) -> &PublicParts<C> {
        &self.0
    }
}

impl<C: Curve> SecretParts<C> {
    /// Takes over the public half. `invalid_key` if it belongs to another key.
    fn bring_together(&mut self, public: C::Public) -> Result<(), Errno> {
        let public = Arc::new(EcPublicKey::new(public));
        // The faster library checks this when it prepares to sign, several times as fast as the other works the public half out.
        let belongs = if ecdsa::has_curve::<C>() {
            self.signing = OnceLock::from(ecdsa::SigningKey::new::<C>(&C::secret_to_raw(&self.secret), &public.point));
            self.signing().is_some()
        } else {
            C::public_of(&self.secret) == public.public
        };
        self.public = OnceLock::from(public);
        if belongs { Ok(()) } else { Err(Errno::InvalidKey) }
    }

    fn public(&self) -> &Arc<EcPublicKey<C>> {
        self.public.get_or_init(|| {
            let by_library = || C::public_from_sec1(&self.agreeing()?.public()?);
            Arc::new(EcPublicKey::new(by_library().unwrap_or_else(|| C::public_of(&self.secret))))
        })
    }

    /// The key as the faster library takes it; `None` if that does not have the curve.
    pub(crate) fn signing(&self) -> Option<&ecdsa::SigningKey> {
        let prepare = || ecdsa::SigningKey::new::<C>(&C::secret_to_raw(&self.secret), &self.public().point);
        self.signing.get_or_init(prepare).as_ref()
    }

    /// The key as RustCrypto signs with it, which has every curve.
    pub(crate) fn digest_signing(&self) -> &C::DigestSigner {
        self.digest_signing.get_or_init(|| C::digest_signer(&self.secret))
    }

    /// As [`signing`](Self::signing).
    fn agreeing(&self) -> Option<&ecdh::PrivateKey> {
        self.agreeing.get_or_init(|| ecdh::PrivateKey::new::<C>(&self.secret)).as_ref()
    }
}

impl<C: Curve> EcPublicKey<C> {
    fn new(public: C::Public) -> Self {
        let point = C::public_to_sec1(&public, false);
        Self(Wiped::boxed(PublicParts { public, point, verifying: OnceLock::new(), agreeing: OnceLock::new() }))
    }
}

impl<C: Curve> PublicParts<C> {
    /// As [`SecretParts::signing`].
    pub(crate) fn verifying(&self) -> Option<&ecdsa::VerifyingKey> {
        self.verifying.get_or_init(|| ecdsa::VerifyingKey::new::<C>(&self.point)).as_ref()
    }

    fn agreeing(&self) -> Option<&ecdh::PublicKey> {
        self.agreeing.get_or_init(|| ecdh::PublicKey::new::<C>(&self.point)).as_ref()
    }
}

impl<C: Curve> SecretKey for EcSecretKey<C> {
    fn export(&self, form: Form) -> Result<Secret, Errno> {
        match form {
            Form::Raw => Ok(C::secret_to_raw(&self.secret)),
            Form::Der => C::secret_to_pkcs8(&self.secret).ok_or(Errno::InternalError),
            Form::Sec => C::secret_to_sec1(&self.secret).ok_or(Errno::InternalError),
        }
    }

    fn public_key(&self) -> Result<Arc<dyn PublicKey>, Errno> {
        Ok(Arc::<EcPublicKey<C>>::clone(self.public()))
    }

    fn signer(self: Arc<Self>) -> Result<Box<dyn Signer>, Errno> {
        Ok(Box::new(EcdsaSigner::new(self)))
    }

    /// What both libraries prepare, and the public half.
    fn held(&self) -> usize {
        2560
    }

    fn agree(&self, peer: &dyn PublicKey) -> Result<Secret, Errno> {
        let peer = peer.as_any().downcast_ref::<EcPublicKey<C>>().ok_or(Errno::IncompatibleKeys)?;
        match (self.agreeing(), peer.agreeing()) {
            (Some(key), Some(peer)) => key.agree(peer),
            _ => Ok(C::diffie_hellman(&self.secret, &peer.public)),
        }
    }
}

impl<C: Curve> PublicKey for EcPublicKey<C> {
    fn export(&self, form: Form) -> Result<Vec<u8>, Errno> {
        match form {
            Form::Raw => Ok(C::public_to_sec1(&self.public, true)),
            Form::Sec => Ok(self.point.clone()),
            Form::Der => C::public_to_spki(&self.public).ok_or(Errno::InternalError),
        }
    }

    /// Import has found the point on its curve and not the identity; the curves have no subgroups.
    fn check(&self) -> Result<(), Errno> {
        Ok(())
    }

    fn verifier(self: Arc<Self>) -> Result<Box<dyn Verifier>, Errno> {
        Ok(Box::new(EcdsaVerifier::new(self)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
