//! ECDSA (FIPS 186-5): raw signatures are r ‖ s at fixed width, DER ones strict; a high s is as good as a low one.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use crate::asymmetric::algorithm::{Algorithm, PublicKey, SecretKey, SignatureFormat, Signer, Usage, Verifier};
use crate::asymmetric::ec::{EcKeys, Purpose, SECRET_HELD, export_public, export_secret};
use crate::asymmetric::encoding::{Form, SignatureEncoding};
use crate::asymmetric::signatures::message::{LONGEST, LONGEST_TO_SIGN, Message};
use crate::backend::digest::{Context, Digest};
use crate::backend::ec::{Curve, K256, P256, P384};
use crate::backend::{ecdh, ecdsa};
use crate::errno::Errno;
use crate::limits::Account;
use crate::secret::{Secret, Wiped};

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    algorithm::<P256>("ECDSA_P256_SHA256"),
    algorithm::<P384>("ECDSA_P384_SHA384"),
    algorithm::<K256>("ECDSA_K256_SHA256"),
];

const fn algorithm<C: Curve>(name: &'static str) -> Algorithm {
    Algorithm { name, keys: &EcKeys::<C, Ecdsa>::NEW, usage: Usage::Signatures(&Format::<C>(PhantomData)) }
}

enum Ecdsa {}

impl<C: Curve> Purpose<C> for Ecdsa {
    fn secret_key(secret: C::Secret, public: Option<C::Public>) -> Result<Arc<dyn SecretKey>, Errno> {
        let mut parts = SecretParts::<C> {
            secret,
            public: OnceLock::new(),
            prepared: OnceLock::new(),
            digest_signer: OnceLock::new(),
        };
        if let Some(public) = public {
            parts.bring_together(public)?;
        }
        Ok(Arc::new(EcdsaSecret(Wiped::boxed(parts))))
    }

    fn public_key(public: C::Public) -> Arc<dyn PublicKey> {
        Arc::new(EcdsaPublic::<C>::new(public))
    }
}

/// A secret key.
///
/// Both kinds of key are wiped as a whole: a part that is to be prepared later has, until then, what was on the stack where the key was put
/// together, secrets included.
struct EcdsaSecret<C: Curve>(Box<Wiped<SecretParts<C>>>);

struct SecretParts<C: Curve> {
    secret: C::Secret,
    /// Worked out when first asked for: signing on secp256k1 does without.
    public: OnceLock<Arc<EcdsaPublic<C>>>,
    /// The key as the faster library takes it, when first asked for; `None` if that does not have the curve.
    prepared: OnceLock<Option<ecdsa::SigningKey>>,
    /// The key as RustCrypto signs with it, which has every curve.
    digest_signer: OnceLock<C::DigestSigner>,
}

impl<C: Curve> SecretParts<C> {
    /// Takes over the public half. `invalid_key` if it belongs to another key.
    fn bring_together(&mut self, public: C::Public) -> Result<(), Errno> {
        let public = Arc::new(EcdsaPublic::<C>::new(public));
        // The faster library checks this when it prepares to sign, several times as fast as the other works the public half out.
        let belongs = if ecdsa::has_curve::<C>() {
            let prepared = ecdsa::SigningKey::new::<C>(&C::secret_to_raw(&self.secret), &public.0.point);
            self.prepared = OnceLock::from(prepared);
            self.prepared().is_some()
        } else {
            C::public_of(&self.secret) == public.0.public
        };
        self.public = OnceLock::from(public);
        if belongs { Ok(()) } else { Err(Errno::InvalidKey) }
    }

    fn public(&self) -> &Arc<EcdsaPublic<C>> {
        self.public.get_or_init(|| Arc::new(EcdsaPublic::new(ecdh::public_of::<C>(&self.secret))))
    }

    fn prepared(&self) -> Option<&ecdsa::SigningKey> {
        let prepare = || ecdsa::SigningKey::new::<C>(&C::secret_to_raw(&self.secret), &self.public().0.point);
        self.prepared.get_or_init(prepare).as_ref()
    }

    fn sign_digest(&self, digest: &Digest) -> Result<Vec<u8>, Errno> {
        self.prepared().and_then(|key| key.sign_digest(digest)).unwrap_or_else(|| {
            C::sign_digest(self.digest_signer.get_or_init(|| C::digest_signer(&self.secret)), digest.as_ref())
        })
    }
}

impl<C: Curve> SecretKey for EcdsaSecret<C> {
    fn export(&self, form: Form) -> Result<Secret, Errno> {
        export_secret::<C>(&self.0.secret, form)
    }

    fn public_key(&self) -> Result<Arc<dyn PublicKey>, Errno> {
        Ok(Arc::<EcdsaPublic<C>>::clone(self.0.public()))
    }

    fn signer(self: Arc<Self>) -> Result<Box<dyn Signer>, Errno> {
        Ok(Box::new(EcdsaSigner { key: self, message: new_message::<C>() }))
    }

    fn held(&self) -> usize {
        SECRET_HELD
    }
}

/// A public key.
struct EcdsaPublic<C: Curve>(Box<Wiped<PublicParts<C>>>);

struct PublicParts<C: Curve> {
    public: C::Public,
    /// The point, uncompressed.
    point: Vec<u8>,
    /// As [`SecretParts::prepared`].
    prepared: OnceLock<Option<ecdsa::VerifyingKey>>,
}

impl<C: Curve> EcdsaPublic<C> {
    fn new(public: C::Public) -> Self {
        let point = C::public_to_sec1(&public, false);
        Self(Wiped::boxed(PublicParts { public, point, prepared: OnceLock::new() }))
    }
}

impl<C: Curve> PublicParts<C> {
    fn prepared(&self) -> Option<&ecdsa::VerifyingKey> {
        self.prepared.get_or_init(|| ecdsa::VerifyingKey::new::<C>(&self.point)).as_ref()
    }

    fn verify_digest(&self, digest: &Digest, signature: &[u8]) -> Result<(), Errno> {
        let by_library = self.prepared().and_then(|key| key.verify_digest(digest, signature));
        by_library.unwrap_or_else(|| C::verify_digest(&self.public, digest.as_ref(), signature))
    }
}

impl<C: Curve> PublicKey for EcdsaPublic<C> {
    fn export(&self, form: Form) -> Result<Vec<u8>, Errno> {
        export_public::<C>(&self.0.public, form)
    }

    /// Import has found the point on its curve and not the identity; the curves have no subgroups.
    fn check(&self) -> Result<(), Errno> {
        Ok(())
    }

    fn verifier(self: Arc<Self>) -> Result<Box<dyn Verifier>, Errno> {
        Ok(Box::new(EcdsaVerifier { key: self, message: new_message::<C>() }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct EcdsaSigner<C: Curve> {
    key: Arc<EcdsaSecret<C>>,
    message: Message,
}

impl<C: Curve> Signer for EcdsaSigner<C> {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        self.message.admit(len, LONGEST_TO_SIGN, || Context::new(C::DIGEST), account);
        Ok(())
    }

    fn update(&mut self, data: &[u8]) {
        self.message.update(data);
    }

    fn sign(&mut self) -> Result<Vec<u8>, Errno> {
        let key = &self.key.0;
        match &self.message {
            Message::Whole(message) => key.prepared().ok_or(Errno::InternalError)?.sign(message),
            Message::Hashed(context) => key.sign_digest(&context.finish()),
        }
    }

    fn held(&self) -> usize {
        size_of::<Self>() + self.message.held()
    }
}

struct EcdsaVerifier<C: Curve> {
    key: Arc<EcdsaPublic<C>>,
    message: Message,
}

impl<C: Curve> Verifier for EcdsaVerifier<C> {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        self.message.admit(len, LONGEST, || Context::new(C::DIGEST), account);
        Ok(())
    }

    fn update(&mut self, data: &[u8]) {
        self.message.update(data);
    }

    fn verify(&mut self, signature: &[u8]) -> Result<(), Errno> {
        let key = &self.key.0;
        match &self.message {
            Message::Whole(message) => key.prepared().ok_or(Errno::InternalError)?.verify(message, signature),
            Message::Hashed(context) => key.verify_digest(&context.finish(), signature),
        }
    }

    fn held(&self) -> usize {
        size_of::<Self>() + self.message.held()
    }
}

/// Whole messages are for the library that signs them, which does not have every curve.
fn new_message<C: Curve>() -> Message {
    if ecdsa::has_curve::<C>() { Message::whole() } else { Message::Hashed(Context::new(C::DIGEST)) }
}

struct Format<C>(PhantomData<fn() -> C>);

impl<C: Curve> SignatureFormat for Format<C> {
    fn import(&self, encoded: &[u8], encoding: SignatureEncoding) -> Result<Vec<u8>, Errno> {
        let raw = match encoding {
            SignatureEncoding::Raw => C::signature_from_raw(encoded),
            SignatureEncoding::Der => C::signature_from_der(encoded),
        };
        raw.ok_or(Errno::InvalidSignature)
    }

    fn export(&self, raw: &[u8], encoding: SignatureEncoding) -> Result<Vec<u8>, Errno> {
        match encoding {
            SignatureEncoding::Raw => Ok(raw.to_vec()),
            SignatureEncoding::Der => C::signature_to_der(raw).ok_or(Errno::InternalError),
        }
    }
}
