//! EdDSA (RFC 8032): deterministic. The message is read twice, so it is gathered, up to a limit.

use std::any::Any;
use std::sync::Arc;

use pkcs8::ObjectIdentifier;
use subtle::ConstantTimeEq;

use crate::asymmetric::algorithm::{
    Algorithm, FixedLength, Keys, PublicKey, SecretKey, SignatureFormat, Signer, Usage, Verifier,
};
use crate::asymmetric::encoding::{Form, SignatureEncoding};
use crate::asymmetric::rfc8410;
#[cfg(feature = "ed448")]
use crate::backend::ed448;
use crate::backend::{curve25519, ed25519, random};
use crate::booking::ALLOCATION;
use crate::errno::Errno;
use crate::limits::Account;
use crate::secret::Secret;
use crate::stop::StopHandle;

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    Algorithm { name: "Ed25519", keys: &EdDsa(Ed25519), usage: Usage::Signatures(&EdDsa(Ed25519)) },
    #[cfg(feature = "ed448")]
    Algorithm { name: "Ed448", keys: &EdDsa(Ed448), usage: Usage::Signatures(&EdDsa(Ed448)) },
];

/// The algorithm over a curve.
struct EdDsa<C>(C);

/// A curve, and the hash that goes with it. Signatures have twice the size of keys.
trait Curve: Send + Sync + 'static {
    const OID: ObjectIdentifier;

    /// The size of a seed and of a public key, in bytes.
    const KEY_LEN: usize;

    /// A public key, ready to verify with.
    type Public: Send + Sync;

    /// Wiped when it is dropped.
    type SigningKey: Send + Sync;

    /// `invalid_key` for a seed of another size.
    fn signing_key(seed: &[u8]) -> Result<Self::SigningKey, Errno>;

    fn public(key: &Self::SigningKey) -> Self::Public;

    fn sign(key: &Self::SigningKey, message: &[u8]) -> Vec<u8>;

    /// `None` unless the bytes are the encoding of a point.
    fn decode(public: &[u8]) -> Option<Self::Public>;

    fn encoded(public: &Self::Public) -> &[u8];

    /// `verification_failed`, or `invalid_signature` if it could not be valid for any message.
    fn verify(public: &Self::Public, message: &[u8], signature: &[u8]) -> Result<(), Errno>;

    /// Whether it is a point of the prime-order subgroup other than the identity.
    fn is_sound(public: &Self::Public) -> bool;

    /// Whether the second half of a signature is below the group's order.
    fn is_scalar(s: &[u8]) -> bool;
}

/// RFC 8032 section 5.1.
struct Ed25519;

impl Curve for Ed25519 {
    const OID: ObjectIdentifier = rfc8410::ED25519;

    const KEY_LEN: usize = ed25519::KEY_LEN;

    type Public = ed25519::PublicKey;

    type SigningKey = ed25519::SigningKey;

    fn signing_key(seed: &[u8]) -> Result<Self::SigningKey, Errno> {
        ed25519::SigningKey::from_seed(seed)
    }

    fn public(key: &Self::SigningKey) -> Self::Public {
        key.public()
    }

    fn sign(key: &Self::SigningKey, message: &[u8]) -> Vec<u8> {
        key.sign(message)
    }

    fn decode(public: &[u8]) -> Option<Self::Public> {
        ed25519::PublicKey::decode(public.try_into().ok()?)
    }

    fn encoded(public: &Self::Public) -> &[u8] {
        public.encoded()
    }

    fn verify(public: &Self::Public, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
        public.verify(message, signature)
    }

    fn is_sound(public: &Self::Public) -> bool {
        curve25519::is_sound_ed25519(public.encoded())
    }

    fn is_scalar(s: &[u8]) -> bool {
        s.try_into().is_ok_and(curve25519::is_ed25519_scalar)
    }
}

/// RFC 8032 section 5.2, with an empty context.
#[cfg(feature = "ed448")]
struct Ed448;

#[cfg(feature = "ed448")]
impl Curve for Ed448 {
    const OID: ObjectIdentifier = rfc8410::ED448;

    const KEY_LEN: usize = ed448::KEY_LEN;

    type Public = [u8; ed448::KEY_LEN];

    type SigningKey = ed448::SigningKey;

    fn signing_key(seed: &[u8]) -> Result<Self::SigningKey, Errno> {
        ed448::SigningKey::from_seed(seed)
    }

    fn public(key: &Self::SigningKey) -> Self::Public {
        key.public()
    }

    fn sign(key: &Self::SigningKey, message: &[u8]) -> Vec<u8> {
        key.sign(message)
    }

    fn decode(public: &[u8]) -> Option<Self::Public> {
        public.try_into().ok().filter(ed448::is_point)
    }

    fn encoded(public: &Self::Public) -> &[u8] {
        public
    }

    fn verify(public: &Self::Public, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
        ed448::verify(public, message, signature)
    }

    fn is_sound(public: &Self::Public) -> bool {
        ed448::is_sound(public)
    }

    fn is_scalar(s: &[u8]) -> bool {
        s.try_into().is_ok_and(ed448::is_scalar)
    }
}

impl<C: Curve> Keys for EdDsa<C> {
    fn generate(&self, _: &StopHandle) -> Result<Arc<dyn SecretKey>, Errno> {
        let mut seed = Secret::zeroed(C::KEY_LEN);
        random::fill(&mut seed)?;
        secret_key::<C>(&seed, None)
    }

    /// Raw: the seed.
    fn import_secret(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn SecretKey>, Errno> {
        match form {
            Form::Raw => secret_key::<C>(encoded, None),
            Form::Der => {
                let key = rfc8410::read_private(C::OID, C::KEY_LEN, encoded)?;
                secret_key::<C>(key.secret, key.public)
            }
            Form::Sec => Err(Errno::UnsupportedEncoding),
        }
    }

    /// Raw: seed ‖ public key.
    fn import_keypair(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn SecretKey>, Errno> {
        match (form, encoded.split_at_checked(C::KEY_LEN)) {
            (Form::Raw, Some((seed, public))) => secret_key::<C>(seed, Some(public)),
            (Form::Raw, None) => Err(Errno::InvalidKey),
            _ => self.import_secret(encoded, form),
        }
    }

    fn import_public(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn PublicKey>, Errno> {
        let encoded = match form {
            Form::Raw => encoded,
            Form::Der => rfc8410::read_public(C::OID, encoded)?,
            Form::Sec => return Err(Errno::UnsupportedEncoding),
        };
        Ok(Arc::new(Public::<C>(C::decode(encoded).ok_or(Errno::InvalidKey)?)))
    }
}

impl<C: Curve> SignatureFormat for EdDsa<C> {
    fn import(&self, encoded: &[u8], encoding: SignatureEncoding) -> Result<Vec<u8>, Errno> {
        let raw = FixedLength(2 * C::KEY_LEN).import(encoded, encoding)?;
        if C::is_scalar(&raw[C::KEY_LEN..]) { Ok(raw) } else { Err(Errno::InvalidSignature) }
    }

    fn export(&self, raw: &[u8], encoding: SignatureEncoding) -> Result<Vec<u8>, Errno> {
        FixedLength(2 * C::KEY_LEN).export(raw, encoding)
    }
}

/// A key from its seed. `invalid_key` if `public` is given and is not its public half.
fn secret_key<C: Curve>(seed: &[u8], public: Option<&[u8]>) -> Result<Arc<dyn SecretKey>, Errno> {
    let key = C::signing_key(seed)?;
    match public {
        Some(public) if !bool::from(C::encoded(&C::public(&key)).ct_eq(public)) => Err(Errno::InvalidKey),
        _ => Ok(Arc::new(SecretHalf::<C> { seed: Secret::from(seed), key })),
    }
}

struct SecretHalf<C: Curve> {
    seed: Secret,
    key: C::SigningKey,
}

impl<C: Curve> SecretKey for SecretHalf<C> {
    fn export(&self, form: Form) -> Result<Secret, Errno> {
        match form {
            Form::Raw => Ok(self.seed.clone()),
            Form::Der => rfc8410::write_private(C::OID, &self.seed),
            Form::Sec => Err(Errno::UnsupportedEncoding),
        }
    }

    fn export_keypair(&self, form: Form) -> Result<Secret, Errno> {
        let mut exported = self.export(form)?;
        if form == Form::Raw {
            exported.extend_from_slice(C::encoded(&C::public(&self.key)));
        }
        Ok(exported)
    }

    fn public_key(&self) -> Result<Arc<dyn PublicKey>, Errno> {
        Ok(Arc::new(Public::<C>(C::public(&self.key))))
    }

    fn signer(self: Arc<Self>) -> Result<Box<dyn Signer>, Errno> {
        Ok(Box::new(Signing { key: self, message: Secret::default() }))
    }
}

struct Public<C: Curve>(C::Public);

impl<C: Curve> PublicKey for Public<C> {
    fn export(&self, form: Form) -> Result<Vec<u8>, Errno> {
        match form {
            Form::Raw => Ok(C::encoded(&self.0).to_vec()),
            Form::Der => rfc8410::write_public(C::OID, C::encoded(&self.0)),
            Form::Sec => Err(Errno::UnsupportedEncoding),
        }
    }

    fn check(&self) -> Result<(), Errno> {
        if C::is_sound(&self.0) { Ok(()) } else { Err(Errno::InvalidKey) }
    }

    fn verifier(self: Arc<Self>) -> Result<Box<dyn Verifier>, Errno> {
        Ok(Box::new(Verifying { key: self, message: Secret::default() }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct Signing<C: Curve> {
    key: Arc<SecretHalf<C>>,
    message: Secret,
}

impl<C: Curve> Signer for Signing<C> {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        account.gather(&mut self.message, len)
    }

    fn update(&mut self, data: &[u8]) {
        self.message.extend_from_slice(data);
    }

    fn sign(&mut self) -> Result<Vec<u8>, Errno> {
        Ok(C::sign(&self.key.key, &self.message))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + self.message.capacity() + ALLOCATION
    }
}

struct Verifying<C: Curve> {
    key: Arc<Public<C>>,
    message: Secret,
}

impl<C: Curve> Verifier for Verifying<C> {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        account.gather(&mut self.message, len)
    }

    fn update(&mut self, data: &[u8]) {
        self.message.extend_from_slice(data);
    }

    fn verify(&mut self, signature: &[u8]) -> Result<(), Errno> {
        C::verify(&self.key.0, &self.message, signature)
    }

    fn held(&self) -> usize {
        size_of::<Self>() + self.message.capacity() + ALLOCATION
    }
}
