//! RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 8017 section 8), each with the sizes and hashes of the specification's tables.

use std::any::Any;
use std::sync::Arc;

use pkcs8::ObjectIdentifier;
use pkcs8::der::asn1::AnyRef;
use pkcs8::spki::AlgorithmIdentifierRef;

use crate::asymmetric::algorithm::{
    Algorithm, FixedLength, Keys, PublicKey, SecretKey, Signer, Traditional, Usage, Verifier,
};
use crate::asymmetric::der::{self, PrivateKeyInfo};
use crate::asymmetric::encoding::{Form, Label};
use crate::asymmetric::signatures::message::{LONGEST, LONGEST_TO_SIGN, Message};
use crate::backend::digest::Context;
use crate::backend::rsa::{self, Scheme};
use crate::errno::Errno;
use crate::limits::Account;
use crate::secret::Secret;
use crate::stop::StopHandle;

/// Lists the algorithms once: name, bits of the modulus, scheme.
macro_rules! algorithms {
    ($($name:literal: $modulus_bits:literal, $scheme:ident;)*) => {
        pub(crate) static ALGORITHMS: &[Algorithm] = &[$(Algorithm {
            name: $name,
            keys: &Rsa { modulus_bits: $modulus_bits, scheme: Scheme::$scheme },
            usage: Usage::Signatures(&FixedLength($modulus_bits / 8)),
        },)*];
    };
}

algorithms! {
    "RSA_PKCS1_2048_SHA256": 2048, Pkcs1Sha256;
    "RSA_PKCS1_2048_SHA384": 2048, Pkcs1Sha384;
    "RSA_PKCS1_2048_SHA512": 2048, Pkcs1Sha512;
    "RSA_PKCS1_3072_SHA384": 3072, Pkcs1Sha384;
    "RSA_PKCS1_3072_SHA512": 3072, Pkcs1Sha512;
    "RSA_PKCS1_4096_SHA512": 4096, Pkcs1Sha512;
    "RSA_PSS_2048_SHA256": 2048, PssSha256;
    "RSA_PSS_2048_SHA384": 2048, PssSha384;
    "RSA_PSS_2048_SHA512": 2048, PssSha512;
    "RSA_PSS_3072_SHA384": 3072, PssSha384;
    "RSA_PSS_3072_SHA512": 3072, PssSha512;
    "RSA_PSS_4096_SHA512": 4096, PssSha512;
}

/// One algorithm.
struct Rsa {
    modulus_bits: u32,
    scheme: Scheme,
}

impl Keys for Rsa {
    fn generate(&self, stop: &StopHandle) -> Result<Arc<dyn SecretKey>, Errno> {
        Ok(Arc::new(RsaSecret(rsa::PrivateKey::generate(self.modulus_bits, self.scheme, stop)?)))
    }

    fn generates_slowly(&self) -> bool {
        true
    }

    fn import_secret(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn SecretKey>, Errno> {
        check_form(form)?;
        let PrivateKeyInfo { algorithm, private_key, public_key } = PrivateKeyInfo::read(encoded)?;
        check_algorithm(algorithm)?;
        let key = rsa::PrivateKey::from_pkcs1(private_key, public_key, self.modulus_bits, self.scheme);
        Ok(Arc::new(RsaSecret(key.ok_or(Errno::InvalidKey)?)))
    }

    fn import_public(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn PublicKey>, Errno> {
        check_form(form)?;
        let (algorithm, public_key) = der::read_public(encoded)?;
        check_algorithm(algorithm)?;
        let key = rsa::PublicKey::from_pkcs1(public_key, self.modulus_bits, self.scheme).ok_or(Errno::InvalidKey)?;
        Ok(Arc::new(RsaPublic(Arc::new(key))))
    }

    fn traditional(&self, label: Label) -> Option<Traditional> {
        let label = match label {
            Label::PrivateKey => "RSA PRIVATE KEY",
            Label::PublicKey => "RSA PUBLIC KEY",
        };
        Some(Traditional { label, algorithm: ALGORITHM })
    }
}

/// `rsaEncryption`, whose parameters must be NULL (RFC 8017 appendix A.1).
const ALGORITHM: AlgorithmIdentifierRef<'static> = AlgorithmIdentifierRef {
    oid: ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1"),
    parameters: Some(AnyRef::NULL),
};

fn check_algorithm(found: AlgorithmIdentifierRef<'_>) -> Result<(), Errno> {
    if found == ALGORITHM { Ok(()) } else { Err(Errno::InvalidKey) }
}

/// Keys of several numbers have DER encodings only.
fn check_form(form: Form) -> Result<(), Errno> {
    match form {
        Form::Der => Ok(()),
        Form::Raw | Form::Sec => Err(Errno::UnsupportedEncoding),
    }
}

struct RsaSecret(rsa::PrivateKey);

impl SecretKey for RsaSecret {
    fn export(&self, form: Form) -> Result<Secret, Errno> {
        check_form(form)?;
        der::write_private(ALGORITHM, &self.0.pkcs1)
    }

    fn public_key(&self) -> Result<Arc<dyn PublicKey>, Errno> {
        Ok(Arc::new(RsaPublic(Arc::clone(&self.0.public))))
    }

    fn signer(self: Arc<Self>) -> Result<Box<dyn Signer>, Errno> {
        let message =
            if self.0.signs_whole() { Message::whole() } else { Message::Hashed(Context::new(self.0.public.digest())) };
        Ok(Box::new(RsaSigner { key: self, message }))
    }

    fn held(&self) -> usize {
        self.0.held()
    }
}

struct RsaPublic(Arc<rsa::PublicKey>);

impl PublicKey for RsaPublic {
    fn export(&self, form: Form) -> Result<Vec<u8>, Errno> {
        check_form(form)?;
        der::write_public(ALGORITHM, &self.0.to_pkcs1().ok_or(Errno::InternalError)?)
    }

    fn canonical(&self) -> Result<Vec<u8>, Errno> {
        self.export(Form::Der)
    }

    /// Import has checked the size of the modulus and of the exponent, and that both are odd. No more can be known.
    fn check(&self) -> Result<(), Errno> {
        Ok(())
    }

    fn verifier(self: Arc<Self>) -> Result<Box<dyn Verifier>, Errno> {
        Ok(Box::new(RsaVerifier { key: Arc::clone(&self.0), message: Message::whole() }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn held(&self) -> usize {
        self.0.held()
    }
}

struct RsaSigner {
    key: Arc<RsaSecret>,
    message: Message,
}

impl Signer for RsaSigner {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        self.message.admit(len, LONGEST_TO_SIGN, || Context::new(self.key.0.public.digest()), account);
        Ok(())
    }

    fn update(&mut self, data: &[u8]) {
        self.message.update(data);
    }

    fn sign(&mut self) -> Result<Vec<u8>, Errno> {
        let RsaSecret(key) = &*self.key;
        match &self.message {
            Message::Whole(message) => key.sign(message),
            Message::Hashed(context) => key.sign_digest(&context.finish()),
        }
    }

    fn held(&self) -> usize {
        size_of::<Self>() + self.message.held()
    }
}

struct RsaVerifier {
    key: Arc<rsa::PublicKey>,
    message: Message,
}

impl Verifier for RsaVerifier {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        self.message.admit(len, LONGEST, || Context::new(self.key.digest()), account);
        Ok(())
    }

    fn update(&mut self, data: &[u8]) {
        self.message.update(data);
    }

    fn verify(&mut self, signature: &[u8]) -> Result<(), Errno> {
        match &self.message {
            Message::Whole(message) => self.key.verify(message, signature),
            Message::Hashed(context) => self.key.verify_digest(&context.finish(), signature),
        }
    }

    fn held(&self) -> usize {
        size_of::<Self>() + self.message.held()
    }
}
