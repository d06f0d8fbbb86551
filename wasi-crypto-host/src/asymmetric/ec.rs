//! Reading and writing keys on the curves P-256, P-384 and secp256k1, whatever they are for.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::asymmetric::algorithm::{Keys, PublicKey, SecretKey, Traditional};
use crate::asymmetric::encoding::{Form, Label};
use crate::asymmetric::sec1::{self, PrivateKey};
use crate::backend::ec::Curve;
use crate::backend::random;
use crate::errno::Errno;
use crate::secret::Secret;
use crate::stop::StopHandle;

/// What keys on the curve `C` are for: makes keys of what was read.
pub(crate) trait Purpose<C: Curve>: 'static {
    /// `invalid_key` if a public half is given that is another key's.
    fn secret_key(secret: C::Secret, public: Option<C::Public>) -> Result<Arc<dyn SecretKey>, Errno>;

    fn public_key(public: C::Public) -> Arc<dyn PublicKey>;
}

/// Makes and reads keys on the curve `C` for the purpose `P`.
pub(crate) struct EcKeys<C, P>(PhantomData<fn() -> (C, P)>);

impl<C, P> EcKeys<C, P> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

impl<C: Curve, P: Purpose<C>> Keys for EcKeys<C, P> {
    fn generate(&self, _: &StopHandle) -> Result<Arc<dyn SecretKey>, Errno> {
        let mut raw = Secret::zeroed(C::FIELD_LEN);
        loop {
            random::fill(&mut raw)?;
            // Nearly every number of this size is a scalar, so this ends at once.
            if let Some(secret) = C::secret_from_raw(&raw) {
                return P::secret_key(secret, None);
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
        P::secret_key(secret, public)
    }

    fn import_public(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn PublicKey>, Errno> {
        let public = match form {
            Form::Raw | Form::Sec => C::public_from_sec1(encoded).ok_or(Errno::InvalidKey),
            Form::Der => sec1::read_public::<C>(encoded),
        }?;
        Ok(P::public_key(public))
    }

    fn traditional(&self, label: Label) -> Option<Traditional> {
        match label {
            Label::PrivateKey => Some(Traditional { label: "EC PRIVATE KEY", algorithm: sec1::algorithm::<C>() }),
            Label::PublicKey => None,
        }
    }
}

/// About how many bytes a secret key takes up, with all that libraries prepare of it, and the public half.
pub(crate) const SECRET_HELD: usize = 2560;

pub(crate) fn export_secret<C: Curve>(secret: &C::Secret, form: Form) -> Result<Secret, Errno> {
    match form {
        Form::Raw => Ok(C::secret_to_raw(secret)),
        Form::Der => C::secret_to_pkcs8(secret).ok_or(Errno::InternalError),
        Form::Sec => C::secret_to_sec1(secret).ok_or(Errno::InternalError),
    }
}

pub(crate) fn export_public<C: Curve>(public: &C::Public, form: Form) -> Result<Vec<u8>, Errno> {
    match form {
        Form::Raw => Ok(C::public_to_sec1(public, true)),
        Form::Sec => Ok(C::public_to_sec1(public, false)),
        Form::Der => C::public_to_spki(public).ok_or(Errno::InternalError),
    }
}
