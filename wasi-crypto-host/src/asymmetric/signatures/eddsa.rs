//! Ed25519 (RFC 8032 section 5.1): deterministic. The message is read twice, so it is gathered, up to a limit.

use std::any::Any;
use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::asymmetric::algorithm::{
    Algorithm, FixedLength, Keys, PublicKey, SecretKey, SignatureFormat, Signer, Usage, Verifier,
};
use crate::asymmetric::encoding::{Form, SignatureEncoding};
use crate::asymmetric::rfc8410;
use crate::backend::ed25519::{self, KEY_LEN, SIGNATURE_LEN, SigningKey};
use crate::backend::{curve25519, random};
use crate::booking::ALLOCATION;
use crate::errno::Errno;
use crate::limits::Account;
use crate::secret::Secret;
use crate::stop::StopHandle;

pub(crate) static ALGORITHMS: &[Algorithm] =
    &[Algorithm { name: "Ed25519", keys: &Ed25519, usage: Usage::Signatures(&Ed25519) }];

struct Ed25519;

impl Keys for Ed25519 {
    fn generate(&self, _: &StopHandle) -> Result<Arc<dyn SecretKey>, Errno> {
        let mut seed = Secret::zeroed(KEY_LEN);
        random::fill(&mut seed)?;
        secret_key(&seed, None)
    }

    /// Raw: the 32-byte seed.
    fn import_secret(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn SecretKey>, Errno> {
        match form {
            Form::Raw => secret_key(encoded, None),
            Form::Der => {
                let key = rfc8410::read_private(rfc8410::ED25519, encoded)?;
                secret_key(key.secret, key.public)
            }
            Form::Sec => Err(Errno::UnsupportedEncoding),
        }
    }

    /// Raw: seed ‖ public key, 64 bytes.
    fn import_keypair(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn SecretKey>, Errno> {
        match (form, encoded.split_at_checked(KEY_LEN)) {
            (Form::Raw, Some((seed, public))) => secret_key(seed, Some(public)),
            (Form::Raw, None) => Err(Errno::InvalidKey),
            _ => self.import_secret(encoded, form),
        }
    }

    fn import_public(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn PublicKey>, Errno> {
        let public = match form {
            Form::Raw => encoded.try_into().map_err(|_| Errno::InvalidKey)?,
            Form::Der => rfc8410::read_public(rfc8410::ED25519, encoded)?,
            Form::Sec => return Err(Errno::UnsupportedEncoding),
        };
        if !curve25519::is_ed25519_point(&public) {
            return Err(Errno::InvalidKey);
        }
        Ok(Arc::new(Ed25519Public(public)))
    }
}

impl SignatureFormat for Ed25519 {
    fn import(&self, encoded: &[u8], encoding: SignatureEncoding) -> Result<Vec<u8>, Errno> {
        let raw = FixedLength(SIGNATURE_LEN).import(encoded, encoding)?;
        let mut s = [0; 32];
        s.copy_from_slice(&raw[32..]);
        if curve25519::is_ed25519_scalar(s) { Ok(raw) } else { Err(Errno::InvalidSignature) }
    }

    fn export(&self, raw: &[u8], encoding: SignatureEncoding) -> Result<Vec<u8>, Errno> {
        FixedLength(SIGNATURE_LEN).export(raw, encoding)
    }
}

/// A key from its seed. `invalid_key` if `public` is given and is not its public half.
fn secret_key(seed: &[u8], public: Option<&[u8]>) -> Result<Arc<dyn SecretKey>, Errno> {
    let key = SigningKey::from_seed(seed)?;
    match public {
        Some(public) if !bool::from(key.public().ct_eq(public)) => Err(Errno::InvalidKey),
        _ => Ok(Arc::new(Ed25519Secret { seed: Secret::from(seed), key })),
    }
}

struct Ed25519Secret {
    seed: Secret,
    key: SigningKey,
}

impl SecretKey for Ed25519Secret {
    fn export(&self, form: Form) -> Result<Secret, Errno> {
        match form {
            Form::Raw => Ok(self.seed.clone()),
            Form::Der => rfc8410::write_private(rfc8410::ED25519, &self.seed),
            Form::Sec => Err(Errno::UnsupportedEncoding),
        }
    }

    fn export_keypair(&self, form: Form) -> Result<Secret, Errno> {
        let mut exported = self.export(form)?;
        if form == Form::Raw {
            exported.extend_from_slice(&self.key.public());
        }
        Ok(exported)
    }

    fn public_key(&self) -> Result<Arc<dyn PublicKey>, Errno> {
        Ok(Arc::new(Ed25519Public(self.key.public())))
    }

    fn signer(self: Arc<Self>) -> Result<Box<dyn Signer>, Errno> {
        Ok(Box::new(Ed25519Signer { key: self, message: Secret::default() }))
    }
}

struct Ed25519Public([u8; KEY_LEN]);

impl PublicKey for Ed25519Public {
    fn export(&self, form: Form) -> Result<Vec<u8>, Errno> {
        match form {
            Form::Raw => Ok(self.0.to_vec()),
            Form::Der => rfc8410::write_public(rfc8410::ED25519, &self.0),
            Form::Sec => Err(Errno::UnsupportedEncoding),
        }
    }

    fn check(&self) -> Result<(), Errno> {
        if curve25519::is_sound_ed25519(&self.0) { Ok(()) } else { Err(Errno::InvalidKey) }
    }

    fn verifier(self: Arc<Self>) -> Result<Box<dyn Verifier>, Errno> {
        Ok(Box::new(Ed25519Verifier { key: self, message: Secret::default() }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct Ed25519Signer {
    key: Arc<Ed25519Secret>,
    message: Secret,
}

impl Signer for Ed25519Signer {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        account.gather(&mut self.message, len)
    }

    fn update(&mut self, data: &[u8]) {
        self.message.extend_from_slice(data);
    }

    fn sign(&mut self) -> Result<Vec<u8>, Errno> {
        Ok(self.key.key.sign(&self.message))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + self.message.capacity() + ALLOCATION
    }
}

struct Ed25519Verifier {
    key: Arc<Ed25519Public>,
    message: Secret,
}

impl Verifier for Ed25519Verifier {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        account.gather(&mut self.message, len)
    }

    fn update(&mut self, data: &[u8]) {
        self.message.extend_from_slice(data);
    }

    fn verify(&mut self, signature: &[u8]) -> Result<(), Errno> {
        ed25519::verify(&self.key.0, &self.message, signature)
    }

    fn held(&self) -> usize {
        size_of::<Self>() + self.message.capacity() + ALLOCATION
    }
}
