//! Diffie-Hellman on Curve25519 and Curve448: X25519 and X448 (RFC 7748).

use std::any::Any;
use std::sync::Arc;

use pkcs8::ObjectIdentifier;
use subtle::ConstantTimeEq;

use crate::asymmetric::algorithm::{Algorithm, Keys, PublicKey, SecretKey, Usage};
use crate::asymmetric::encoding::Form;
use crate::asymmetric::rfc8410;
#[cfg(feature = "ed448")]
use crate::backend::x448;
use crate::backend::{curve25519, random, x25519};
use crate::errno::Errno;
use crate::secret::Secret;
use crate::stop::StopHandle;

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    Algorithm { name: "X25519", keys: &Xdh(X25519), usage: Usage::KeyExchange },
    #[cfg(feature = "ed448")]
    Algorithm { name: "X448", keys: &Xdh(X448), usage: Usage::KeyExchange },
];

/// The exchange by a function.
struct Xdh<F>(F);

/// A function of RFC 7748. Secret keys, public keys and shared secrets have one size.
trait Function: Send + Sync + 'static {
    const OID: ObjectIdentifier;

    /// An encoded u coordinate: an array.
    type Public: Copy + AsRef<[u8]> + AsMut<[u8]> + for<'a> TryFrom<&'a [u8]> + Send + Sync;

    /// Wiped when it is dropped.
    type Secret: Send + Sync;

    /// The bits of a public key's last byte that are not masked (RFC 7748 section 5).
    const LAST_BITS: u8;

    /// `invalid_key` for another size.
    fn secret(raw: &[u8]) -> Result<Self::Secret, Errno>;

    fn raw(key: &Self::Secret) -> &[u8];

    fn public(key: &Self::Secret) -> Self::Public;

    /// The shared secret. `None` if the public key has low order, so that anybody knows it.
    fn agree(key: &Self::Secret, public: &Self::Public) -> Option<Secret>;

    /// Whether the bytes are the canonical encoding of a point on the curve, not on its twist, of the prime-order subgroup.
    fn is_sound(public: &Self::Public) -> bool;
}

struct X25519;

impl Function for X25519 {
    const OID: ObjectIdentifier = rfc8410::X25519;

    type Public = [u8; x25519::KEY_LEN];

    type Secret = x25519::SecretKey;

    const LAST_BITS: u8 = 0x7f;

    fn secret(raw: &[u8]) -> Result<Self::Secret, Errno> {
        Ok(x25519::SecretKey::new(raw.try_into().map_err(|_| Errno::InvalidKey)?))
    }

    fn raw(key: &Self::Secret) -> &[u8] {
        key.raw()
    }

    fn public(key: &Self::Secret) -> Self::Public {
        key.public()
    }

    fn agree(key: &Self::Secret, public: &Self::Public) -> Option<Secret> {
        key.agree(public)
    }

    fn is_sound(public: &Self::Public) -> bool {
        curve25519::is_sound_x25519(public)
    }
}

#[cfg(feature = "ed448")]
struct X448;

#[cfg(feature = "ed448")]
impl Function for X448 {
    const OID: ObjectIdentifier = rfc8410::X448;

    type Public = [u8; x448::KEY_LEN];

    type Secret = x448::SecretKey;

    const LAST_BITS: u8 = 0xff;

    fn secret(raw: &[u8]) -> Result<Self::Secret, Errno> {
        Ok(x448::SecretKey::new(raw.try_into().map_err(|_| Errno::InvalidKey)?))
    }

    fn raw(key: &Self::Secret) -> &[u8] {
        key.raw()
    }

    fn public(key: &Self::Secret) -> Self::Public {
        key.public()
    }

    fn agree(key: &Self::Secret, public: &Self::Public) -> Option<Secret> {
        key.agree(public)
    }

    fn is_sound(public: &Self::Public) -> bool {
        x448::is_sound(public)
    }
}

/// The size of all that there is of a function, in bytes.
const fn key_len<F: Function>() -> usize {
    size_of::<F::Public>()
}

impl<F: Function> Keys for Xdh<F> {
    fn generate(&self, _: &StopHandle) -> Result<Arc<dyn SecretKey>, Errno> {
        let mut secret = Secret::zeroed(key_len::<F>());
        random::fill(&mut secret)?;
        secret_key::<F>(&secret, None)
    }

    fn import_secret(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn SecretKey>, Errno> {
        match form {
            Form::Raw => secret_key::<F>(encoded, None),
            Form::Der => {
                let key = rfc8410::read_private(F::OID, key_len::<F>(), encoded)?;
                secret_key::<F>(key.secret, key.public)
            }
            Form::Sec => Err(Errno::UnsupportedEncoding),
        }
    }

    /// Raw: public key ‖ secret key.
    fn import_keypair(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn SecretKey>, Errno> {
        match (form, encoded.split_at_checked(key_len::<F>())) {
            (Form::Raw, Some((public, secret))) => secret_key::<F>(secret, Some(public)),
            (Form::Raw, None) => Err(Errno::InvalidKey),
            _ => self.import_secret(encoded, form),
        }
    }

    /// Bits that the function does not look at are masked.
    fn import_public(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn PublicKey>, Errno> {
        let encoded = match form {
            Form::Raw => encoded,
            Form::Der => rfc8410::read_public(F::OID, encoded)?,
            Form::Sec => return Err(Errno::UnsupportedEncoding),
        };
        let mut public: F::Public = encoded.try_into().map_err(|_| Errno::InvalidKey)?;
        if let Some(last) = public.as_mut().last_mut() {
            *last &= F::LAST_BITS;
        }
        Ok(Arc::new(Public::<F>(public)))
    }
}

/// A key from its bytes. `invalid_key` if `public` is given and is not its public half.
fn secret_key<F: Function>(secret: &[u8], public: Option<&[u8]>) -> Result<Arc<dyn SecretKey>, Errno> {
    let key = F::secret(secret)?;
    match public {
        Some(public) if !bool::from(F::public(&key).as_ref().ct_eq(public)) => Err(Errno::InvalidKey),
        _ => Ok(Arc::new(SecretHalf::<F>(key))),
    }
}

struct SecretHalf<F: Function>(F::Secret);

impl<F: Function> SecretKey for SecretHalf<F> {
    fn export(&self, form: Form) -> Result<Secret, Errno> {
        match form {
            Form::Raw => Ok(Secret::from(F::raw(&self.0))),
            Form::Der => rfc8410::write_private(F::OID, F::raw(&self.0)),
            Form::Sec => Err(Errno::UnsupportedEncoding),
        }
    }

    fn export_keypair(&self, form: Form) -> Result<Secret, Errno> {
        if form != Form::Raw {
            return self.export(form);
        }
        let mut exported = Secret::zeroed(2 * key_len::<F>());
        let (public, secret) = exported.split_at_mut(key_len::<F>());
        public.copy_from_slice(F::public(&self.0).as_ref());
        secret.copy_from_slice(F::raw(&self.0));
        Ok(exported)
    }

    fn public_key(&self) -> Result<Arc<dyn PublicKey>, Errno> {
        Ok(Arc::new(Public::<F>(F::public(&self.0))))
    }

    /// `invalid_key` if the peer's key has low order (RFC 7748 sections 6.1 and 6.2).
    fn agree(&self, peer: &dyn PublicKey) -> Result<Secret, Errno> {
        let peer = peer.as_any().downcast_ref::<Public<F>>().ok_or(Errno::IncompatibleKeys)?;
        F::agree(&self.0, &peer.0).ok_or(Errno::InvalidKey)
    }
}

struct Public<F: Function>(F::Public);

impl<F: Function> PublicKey for Public<F> {
    fn export(&self, form: Form) -> Result<Vec<u8>, Errno> {
        match form {
            Form::Raw => Ok(self.0.as_ref().to_vec()),
            Form::Der => rfc8410::write_public(F::OID, self.0.as_ref()),
            Form::Sec => Err(Errno::UnsupportedEncoding),
        }
    }

    /// Stricter than agreement, which takes u coordinates above p and points on the twist as RFC 7748 has it.
    fn check(&self) -> Result<(), Errno> {
        if F::is_sound(&self.0) { Ok(()) } else { Err(Errno::InvalidKey) }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
