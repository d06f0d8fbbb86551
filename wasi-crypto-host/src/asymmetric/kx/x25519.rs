//! Diffie-Hellman on Curve25519: X25519 (RFC 7748).

use std::any::Any;
use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::asymmetric::algorithm::{Algorithm, Keys, PublicKey, SecretKey, Usage};
use crate::asymmetric::encoding::Form;
use crate::asymmetric::rfc8410;
use crate::backend::x25519::{self, KEY_LEN};
use crate::backend::{curve25519, random};
use crate::errno::Errno;
use crate::secret::Secret;
use crate::stop::StopHandle;

pub(crate) static ALGORITHMS: &[Algorithm] = &[Algorithm { name: "X25519", keys: &X25519, usage: Usage::KeyExchange }];

struct X25519;

impl Keys for X25519 {
    fn generate(&self, _: &StopHandle) -> Result<Arc<dyn SecretKey>, Errno> {
        let mut secret = Secret::zeroed(KEY_LEN);
        random::fill(&mut secret)?;
        secret_key(&secret, None)
    }

    fn import_secret(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn SecretKey>, Errno> {
        match form {
            Form::Raw => secret_key(encoded, None),
            Form::Der => {
                let key = rfc8410::read_private(rfc8410::X25519, encoded)?;
                secret_key(key.secret, key.public)
            }
            Form::Sec => Err(Errno::UnsupportedEncoding),
        }
    }

    /// Raw: public key ‖ secret key, 64 bytes.
    fn import_keypair(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn SecretKey>, Errno> {
        match (form, encoded.split_at_checked(KEY_LEN)) {
            (Form::Raw, Some((public, secret))) => secret_key(secret, Some(public)),
            (Form::Raw, None) => Err(Errno::InvalidKey),
            _ => self.import_secret(encoded, form),
        }
    }

    /// A set top bit is masked (RFC 7748 section 5).
    fn import_public(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn PublicKey>, Errno> {
        let mut public: [u8; KEY_LEN] = match form {
            Form::Raw => encoded.try_into().map_err(|_| Errno::InvalidKey)?,
            Form::Der => rfc8410::read_public(rfc8410::X25519, encoded)?,
            Form::Sec => return Err(Errno::UnsupportedEncoding),
        };
        public[KEY_LEN - 1] &= 0x7f;
        Ok(Arc::new(X25519Public(public)))
    }
}

/// A key from its bytes. `invalid_key` if `public` is given and is not its public half.
fn secret_key(secret: &[u8], public: Option<&[u8]>) -> Result<Arc<dyn SecretKey>, Errno> {
    let key = x25519::SecretKey::new(secret.try_into().map_err(|_| Errno::InvalidKey)?);
    match public {
        Some(public) if !bool::from(key.public().ct_eq(public)) => Err(Errno::InvalidKey),
        _ => Ok(Arc::new(X25519Secret(key))),
    }
}

struct X25519Secret(x25519::SecretKey);

impl SecretKey for X25519Secret {
    fn export(&self, form: Form) -> Result<Secret, Errno> {
        match form {
            Form::Raw => Ok(Secret::from(&self.0.raw()[..])),
            Form::Der => rfc8410::write_private(rfc8410::X25519, self.0.raw()),
            Form::Sec => Err(Errno::UnsupportedEncoding),
        }
    }

    fn export_keypair(&self, form: Form) -> Result<Secret, Errno> {
        if form != Form::Raw {
            return self.export(form);
        }
        let mut exported = Secret::zeroed(2 * KEY_LEN);
        exported[..KEY_LEN].copy_from_slice(&self.0.public());
        exported[KEY_LEN..].copy_from_slice(self.0.raw());
        Ok(exported)
    }

    fn public_key(&self) -> Result<Arc<dyn PublicKey>, Errno> {
        Ok(Arc::new(X25519Public(self.0.public())))
    }

    /// `invalid_key` if the peer's key has low order (RFC 7748 section 6.1).
    fn agree(&self, peer: &dyn PublicKey) -> Result<Secret, Errno> {
        let peer = peer.as_any().downcast_ref::<X25519Public>().ok_or(Errno::IncompatibleKeys)?;
        self.0.agree(&peer.0).ok_or(Errno::InvalidKey)
    }
}

struct X25519Public([u8; KEY_LEN]);

impl PublicKey for X25519Public {
    fn export(&self, form: Form) -> Result<Vec<u8>, Errno> {
        match form {
            Form::Raw => Ok(self.0.to_vec()),
            Form::Der => rfc8410::write_public(rfc8410::X25519, &self.0),
            Form::Sec => Err(Errno::UnsupportedEncoding),
        }
    }

    /// Stricter than agreement, which takes u coordinates above p and points on the twist as RFC 7748 has it.
    fn check(&self) -> Result<(), Errno> {
        if curve25519::is_sound_x25519(&self.0) { Ok(()) } else { Err(Errno::InvalidKey) }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
