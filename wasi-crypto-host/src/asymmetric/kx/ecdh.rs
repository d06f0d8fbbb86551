//! ECDH on P-256 and P-384 (SP 800-56A), whose secret is the raw x coordinate.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use crate::asymmetric::algorithm::{Algorithm, PublicKey, SecretKey, Usage};
use crate::asymmetric::ec::{EcKeys, Purpose, SECRET_HELD, export_public, export_secret};
use crate::asymmetric::encoding::Form;
use crate::backend::ec::{Curve, P256, P384};
use crate::backend::{ecdh, ecdsa};
use crate::errno::Errno;
use crate::secret::{Secret, Wiped};

pub(crate) static ALGORITHMS: &[Algorithm] = &[algorithm::<P256>("P256-SHA256"), algorithm::<P384>("P384-SHA384")];

const fn algorithm<C: Curve>(name: &'static str) -> Algorithm {
    Algorithm { name, keys: &EcKeys::<C, Ecdh>::NEW, usage: Usage::KeyExchange }
}

enum Ecdh {}

impl<C: Curve> Purpose<C> for Ecdh {
    fn secret_key(secret: C::Secret, public: Option<C::Public>) -> Result<Arc<dyn SecretKey>, Errno> {
        let half = OnceLock::new();
        if let Some(public) = public {
            if !belong_together::<C>(&secret, &public) {
                return Err(Errno::InvalidKey);
            }
            half.get_or_init(|| Arc::new(EcdhPublic::<C>::new(public)));
        }
        let key = ecdh::PrivateKey::new(secret);
        Ok(Arc::new(EcdhSecret::<C>(Wiped::boxed(SecretParts { key, public: half }))))
    }

    fn public_key(public: C::Public) -> Arc<dyn PublicKey> {
        Arc::new(EcdhPublic::<C>::new(public))
    }
}

/// A library for signatures checks this several times as fast as the public half is worked out.
fn belong_together<C: Curve>(secret: &C::Secret, public: &C::Public) -> bool {
    if ecdsa::has_curve::<C>() {
        ecdsa::SigningKey::new::<C>(&C::secret_to_raw(secret), &C::public_to_sec1(public, false)).is_some()
    } else {
        C::public_of(secret) == *public
    }
}

/// Wiped as a whole: a part that is to be prepared later has, until then, what was on the stack where the key was put together.
struct EcdhSecret<C: Curve>(Box<Wiped<SecretParts<C>>>);

struct SecretParts<C: Curve> {
    key: ecdh::PrivateKey<C>,
    /// Worked out when first asked for: agreement does without.
    public: OnceLock<Arc<EcdhPublic<C>>>,
}

impl<C: Curve> SecretKey for EcdhSecret<C> {
    fn export(&self, form: Form) -> Result<Secret, Errno> {
        export_secret::<C>(self.0.key.secret(), form)
    }

    fn public_key(&self) -> Result<Arc<dyn PublicKey>, Errno> {
        let public = self.0.public.get_or_init(|| Arc::new(EcdhPublic::new(self.0.key.public())));
        Ok(Arc::<EcdhPublic<C>>::clone(public))
    }

    fn agree(&self, peer: &dyn PublicKey) -> Result<Secret, Errno> {
        let peer = peer.as_any().downcast_ref::<EcdhPublic<C>>().ok_or(Errno::IncompatibleKeys)?;
        self.0.key.agree(&peer.0)
    }

    fn held(&self) -> usize {
        SECRET_HELD
    }
}

/// Wiped for the same reason as [`EcdhSecret`].
struct EcdhPublic<C: Curve>(Box<Wiped<ecdh::PublicKey<C>>>);

impl<C: Curve> EcdhPublic<C> {
    fn new(public: C::Public) -> Self {
        Self(Wiped::boxed(ecdh::PublicKey::new(public)))
    }
}

impl<C: Curve> PublicKey for EcdhPublic<C> {
    fn export(&self, form: Form) -> Result<Vec<u8>, Errno> {
        export_public::<C>(self.0.point(), form)
    }

    /// Import has found the point on its curve and not the identity; the curves have no subgroups.
    fn check(&self) -> Result<(), Errno> {
        Ok(())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
